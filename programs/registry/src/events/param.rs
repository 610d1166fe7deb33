//! Events of parameters.

use anchor_lang::prelude::*;

use super::I64Change;
use crate::constants::PARAM_SLOTS;

/// The parameters of a program were created with their defaults.
#[event]
#[derive(Clone, Debug)]
pub struct ParamsInitialized {
    /// The parameter account.
    pub params: Pubkey,
    /// Upgrade authority that signed.
    pub actor: Pubkey,
    /// `ion_economics::params::Program`.
    pub consumer: u8,
    /// Id of the consuming program.
    pub program: Pubkey,
    /// Values by slot, in the unit of their parameter.
    pub values: [i64; PARAM_SLOTS],
    /// Event number of the parameter account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A parameter was set or its change announced.
#[event]
#[derive(Clone, Debug)]
pub struct ParamChanged {
    /// The parameter account.
    pub params: Pubkey,
    /// Action that was executed.
    pub action: Pubkey,
    /// Who executed it.
    pub actor: Pubkey,
    /// `ion_economics::params::Program`.
    pub consumer: u8,
    /// Slot of the parameter.
    pub slot: u8,
    /// Value in force before, and the value set, in the parameter's unit.
    pub value: I64Change,
    /// From when the new value is in force, Unix seconds.
    pub effective_at: i64,
    /// Event number of the parameter account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
