//! Events of the staking program, one file per noun, and the pairs of old and new values.

mod case;
mod co_staker;
mod device_stake;
mod offer;
mod position;

pub use case::*;
pub use co_staker::*;
pub use device_stake::*;
pub use offer::*;
pub use position::*;

use anchor_lang::{prelude::*, Event};
use ion_economics::{
    stake::{Ledger, Position},
    units::UnixSeconds,
};

use crate::error::StakingError;

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

/// An unsigned value before and after.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct U64Change {
    /// Before.
    pub old: u64,
    /// After.
    pub new: u64,
}

/// A time (Unix seconds, 0 = none) before and after.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct I64Change {
    /// Before.
    pub old: i64,
    /// After.
    pub new: i64,
}

/// A state byte before and after.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct U8Change {
    /// Before.
    pub old: u8,
    /// After.
    pub new: u8,
}

/// A wallet (the default key = none) before and after.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// Before.
    pub old: Pubkey,
    /// After.
    pub new: Pubkey,
}

/// What an operation changed in the owner's tranche and in what counts; amounts in 1e-8 IO.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerChange {
    /// Owner's active principal.
    pub active_io: U64Change,
    /// Owner's cooling or withdrawable principal.
    pub cooling_io: U64Change,
    /// Owner's restored balance.
    pub restored_io: U64Change,
    /// Counted stake at the time of the event.
    pub eligible_io: U64Change,
    /// End of the owner's cooldown.
    pub cooldown_ends_at: I64Change,
    /// Since when counted stake has been below the requirement.
    pub underfunded_since: I64Change,
}

impl LedgerChange {
    /// Between two books at one instant.
    #[inline(never)] // a stack frame apart from the handler's
    pub(crate) fn between(before: &Ledger, after: &Ledger, now: UnixSeconds) -> Result<Self> {
        let eligible = |ledger: &Ledger| -> Result<u64> {
            Ok(ledger
                .eligible(now)
                .map_err(StakingError::from)?
                .base_units())
        };
        let since = |ledger: &Ledger| ledger.underfunded_since.map_or(0, UnixSeconds::get);
        Ok(Self {
            active_io: U64Change {
                old: before.owner.active.base_units(),
                new: after.owner.active.base_units(),
            },
            cooling_io: U64Change {
                old: before.owner.cooling.base_units(),
                new: after.owner.cooling.base_units(),
            },
            restored_io: U64Change {
                old: before.owner.restored.base_units(),
                new: after.owner.restored.base_units(),
            },
            eligible_io: U64Change {
                old: eligible(before)?,
                new: eligible(after)?,
            },
            cooldown_ends_at: I64Change {
                old: before.owner.cooldown_ends_at.get(),
                new: after.owner.cooldown_ends_at.get(),
            },
            underfunded_since: I64Change {
                old: since(before),
                new: since(after),
            },
        })
    }
}

/// What an operation changed in one position slot.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionChange {
    /// Sequence of the position's offer.
    pub seq: u64,
    /// `ion_economics::stake::PositionState`.
    pub state: U8Change,
    /// Principal, 1e-8 IO.
    pub amount_io: U64Change,
    /// Start of the cooldown, end of the wait.
    pub cooldown_starts_at: I64Change,
    /// End of the cooldown.
    pub cooldown_ends_at: I64Change,
}

impl PositionChange {
    fn between(old: &Position, new: &Position) -> Self {
        Self {
            seq: old.seq.max(new.seq), // one of them is this position, the other it or an empty slot
            state: U8Change {
                old: old.state.code(),
                new: new.state.code(),
            },
            amount_io: U64Change {
                old: old.amount.base_units(),
                new: new.amount.base_units(),
            },
            cooldown_starts_at: I64Change {
                old: old.cooldown_starts_at.get(),
                new: new.cooldown_starts_at.get(),
            },
            cooldown_ends_at: I64Change {
                old: old.cooldown_ends_at.get(),
                new: new.cooldown_ends_at.get(),
            },
        }
    }

    /// Every slot that differs between two books.
    pub(crate) fn all(before: &Ledger, after: &Ledger) -> Vec<Self> {
        before
            .positions
            .iter()
            .zip(&after.positions)
            .filter(|(old, new)| old != new)
            .map(|(old, new)| Self::between(old, new))
            .collect()
    }

    /// The one slot that an operation on a position changed.
    pub(crate) fn one(before: &Ledger, after: &Ledger) -> Result<Self> {
        before
            .positions
            .iter()
            .zip(&after.positions)
            .find(|(old, new)| old != new)
            .map(|(old, new)| Self::between(old, new))
            .ok_or_else(|| StakingError::BrokenLedger.into())
    }
}
