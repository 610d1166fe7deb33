//! The owner's tranche of a device's stake and its states (economics §13.2).
//!
//! Mechanism: the owner's principal is one tranche, active or cooling. Its state is not stored: it
//! follows from the amounts, the end of the cooldown and the requirement.

use crate::units::{Io, UnixSeconds};

/// The owner's tranche.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnerTranche {
    /// `O_act`: counts and is reachable by rule.
    pub active: Io,
    /// `O_cool`: cooling or withdrawable.
    pub cooling: Io,
    /// Start of the cooldown; 0 while none runs.
    pub cooldown_starts_at: UnixSeconds,
    /// End of the cooldown; 0 while none runs.
    pub cooldown_ends_at: UnixSeconds,
    /// Restored by a slash case after the tranche was withdrawn; withdrawable at once.
    pub restored: Io,
}

/// State of the owner's tranche at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerStatus {
    /// No principal.
    None,
    /// Counted stake is below the requirement, since this time.
    Underfunded(UnixSeconds),
    /// Counted stake meets the requirement.
    Sufficient,
    /// Cooling until this time.
    Cooldown(UnixSeconds),
    /// Can be withdrawn now.
    Withdrawable,
}
