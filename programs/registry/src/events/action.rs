//! Events of governance actions.

use anchor_lang::prelude::*;

use super::U8Change;
use crate::state::ActionKind;

/// Governance queued an action.
#[event]
#[derive(Clone, Debug)]
pub struct ActionQueued {
    /// The action.
    pub action: Pubkey,
    /// The governance key.
    pub actor: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// Number of the action.
    pub id: u64,
    /// What it does.
    pub payload: ActionKind,
    /// SHA-256 of the payload with its domain tag.
    pub hash: [u8; 32],
    /// Whether genesis is open.
    pub in_genesis: bool,
    /// From when it can be executed, Unix seconds.
    pub eta: i64,
    /// Last second in which it can be executed, Unix seconds.
    pub expires_at: i64,
    /// Event number of the action.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// An action was executed.
#[event]
#[derive(Clone, Debug)]
pub struct ActionExecuted {
    /// The action.
    pub action: Pubkey,
    /// Who executed it.
    pub actor: Pubkey,
    /// Number of the action.
    pub id: u64,
    /// SHA-256 of the payload with its domain tag.
    pub hash: [u8; 32],
    /// `ion_economics::governance::ActionStatus`.
    pub status: U8Change,
    /// Event number of the action.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// An action was cancelled.
#[event]
#[derive(Clone, Debug)]
pub struct ActionCancelled {
    /// The action.
    pub action: Pubkey,
    /// Governance or guardian.
    pub actor: Pubkey,
    /// Number of the action.
    pub id: u64,
    /// SHA-256 of the payload with its domain tag.
    pub hash: [u8; 32],
    /// `ion_economics::governance::ActionStatus`.
    pub status: U8Change,
    /// Event number of the action.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The account of an action was closed.
#[event]
#[derive(Clone, Debug)]
pub struct ActionClosed {
    /// The action.
    pub action: Pubkey,
    /// Who closed it.
    pub actor: Pubkey,
    /// Who got the rent.
    pub payer: Pubkey,
    /// Number of the action.
    pub id: u64,
    /// `ion_economics::governance::ActionStatus` at the end.
    pub status: u8,
    /// Event number of the action.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
