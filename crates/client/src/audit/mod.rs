//! Recomputing what the accounts say from the chain's events alone.
//!
//! Mechanism: an audit folds the events of the transactions that name an account through the pure
//! rules of `economics` and puts each figure beside the one the programs keep. Place of use: `ion
//! audit`, the demo's closing table and the tests. Invariant: a recomputed figure never reads the
//! account that it is compared with.

mod booking;
mod engine;
mod engine_figures;
mod fault;
mod prefix;
mod purchases;
mod replay;
mod schedule;
mod stake;
mod tne;
mod tne_figures;
mod tne_shard;
mod transfers;
mod vault;

pub use booking::{BookingTerms, audit_booking};
pub use engine::audit_engine;
pub use schedule::audit_schedule;
pub use stake::audit_stake;
pub use tne::{DayRange, audit_tne, tne_totals};
pub use vault::audit_fee_vaults;

use crate::{accounts::AccountError, send::ChainError};

/// One figure, recomputed and recorded, in base units of `unit`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// Unit of both sides: `USDC`, `IO`, `minutes`.
    pub unit: &'static str,
    /// Recomputed from events by the rules.
    pub recomputed: u64,
    /// What the chain's accounts say.
    pub recorded: u64,
}

impl Figure {
    /// Whether both sides agree to the last unit.
    pub fn is_equal(&self) -> bool {
        self.recomputed == self.recorded
    }
}

/// Why an audit has no result.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The chain could not be asked.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// An account is missing or of another type.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// An event of the audited account that this version does not know.
    #[error("transaction {0} holds an event that this version does not know")]
    UnknownEvent(solana_signature::Signature),
    /// The events do not fit together: one is missing, or a rule refuses what they say.
    #[error("the events contradict the rules: {0}")]
    Contradiction(String),
}

fn contradiction(error: impl std::fmt::Debug) -> AuditError {
    AuditError::Contradiction(format!("{error:?}"))
}
