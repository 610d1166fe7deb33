//! Slash cases: what an offence costs, whom it reaches, and how it ends (economics §5, §13.4).
//!
//! Mechanism: [`snapshot`] rebuilds who stood behind a device at the offence, [`target`] applies the
//! table and the rolling cap, [`divide`] splits the charge over the parties and clamps it to what the
//! network may take in a day, [`CaseClock`] is the state of a case, [`CaseLegs`] what of it is still
//! to be given back or burned. Place of use: the slash instructions of the staking program, the
//! client's previews, the model test. Invariant: no party pays for another, nothing above a cap is
//! taken, and what is taken is burned or given back to the unit.

mod cap;
mod case;
mod divide;
mod leg;
mod offence;
mod snapshot;
#[cfg(test)]
mod tests;

pub use cap::{daily_limit, rolling_bps, target, CapTerms, RollingCharges, ROLLING_DAYS};
pub use case::{CaseClock, CaseInput, CaseState};
pub use divide::{divide, Charge, Division, PartyFacts, PartyPart};
pub use leg::{hold_leg, split_leg, CaseLegs, LEGS};
pub use offence::{
    check_time, Offence, OffenceTable, LASTING_OUTAGE, LONG_OUTAGE, LOW_RELIABILITY_GAP,
    REPEAT_WINDOW,
};
pub use snapshot::{record_holders, snapshot, Reach};

use crate::{math::MathError, stake::StakeRuleError};

/// Parties of a case: the owner, then the co-position slots in order.
pub const PARTIES: usize = 1 + crate::stake::CO_SLOTS;
/// Trees that rewards are proven in: block rewards, payouts.
pub const TREES: usize = 2;

/// Why a slash rule refuses an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlashRuleError {
    /// An arithmetic step has no result.
    Math(MathError),
    /// A stake rule refuses.
    Stake(StakeRuleError),
    /// The code names no offence that a case is made of.
    UnknownOffence,
    /// The charge is above the table.
    AboveTable,
    /// The offence is in the future.
    OffenceInFuture,
    /// The offence is older than `max_offence_age`.
    OffenceTooOld,
    /// The outage cannot have lasted that long yet.
    OutageTooShort,
    /// The appeal window has ended.
    WindowOver,
    /// The appeal window has not ended.
    WindowNotOver,
    /// The case is not in its appeal window.
    NotInWindow,
    /// No appeal waits for a ruling.
    NotAppealed,
    /// The ruling deadline has passed.
    RulingTooLate,
    /// The ruling deadline has not passed.
    RulingPending,
    /// The outcome of the case is not fixed.
    CaseOpen,
    /// The outcome of the case is fixed already.
    CaseDecided,
    /// The case has no such leg, or nothing of it is to be done.
    NoSuchLeg,
    /// The leg is done.
    LegDone,
    /// The part of the hold that goes back has not gone back.
    RestoreFirst,
    /// A stored byte names no state.
    BrokenCase,
}

impl From<MathError> for SlashRuleError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

impl From<StakeRuleError> for SlashRuleError {
    fn from(error: StakeRuleError) -> Self {
        Self::Stake(error)
    }
}

/// Result of a slash rule.
pub type SlashResult<T> = Result<T, SlashRuleError>;
