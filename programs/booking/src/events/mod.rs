//! What the booking program records: one event per changed noun.
//!
//! The events of the TNE record (economics §9.1) are `ProductBooked`, `BookingPaid`, `BookingExtended`,
//! `WorkRecorded`, `RefundPulled`, `LineEarned` and `TneAdjusted`. The others make every state change
//! of an account visible.

use anchor_lang::{prelude::*, Event};

mod balance;
mod booking;
mod fault;
mod quote;
mod record;
mod tne;

pub use balance::*;
pub use booking::*;
pub use fault::*;
pub use quote::*;
pub use record::*;
pub use tne::*;

/// Records an event of this program, signed by its event authority.
///
/// Errors: those of the call.
pub(crate) fn emit<E: Event>(authority: &AccountInfo, event: &E) -> Result<()> {
    registry::emit(
        event,
        &crate::ID,
        authority,
        crate::EVENT_AUTHORITY_AND_BUMP.1,
    )
}

/// A changed amount.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct U64Change {
    /// Before.
    pub old: u64,
    /// After.
    pub new: u64,
}

/// A changed signed amount.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct I64Change {
    /// Before.
    pub old: i64,
    /// After.
    pub new: i64,
}

/// A changed state, by its stored number.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// Before.
    pub old: u8,
    /// After.
    pub new: u8,
}

/// A changed time.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeChange {
    /// Before, Unix seconds.
    pub old: i64,
    /// After, Unix seconds.
    pub new: i64,
}
