//! Events of the verifier set.

use anchor_lang::prelude::*;

use super::{U32Change, U8Change};

/// The verifier set was created or replaced.
#[event]
#[derive(Clone, Debug)]
pub struct VerifierSetChanged {
    /// The set.
    pub verifiers: Pubkey,
    /// Action that was executed; the default key at genesis.
    pub action: Pubkey,
    /// Who executed it, or the upgrade authority at genesis.
    pub actor: Pubkey,
    /// Members before, in the order of their slots.
    pub old_keys: Vec<Pubkey>,
    /// Members now, in the order of their slots.
    pub new_keys: Vec<Pubkey>,
    /// Votes needed.
    pub threshold: U8Change,
    /// Number of the set.
    pub version: U32Change,
    /// Event number of the set.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
