//! Events of processor classes.

use anchor_lang::prelude::*;

use super::{I64Change, U32Change, U64Change, U8Change};
use crate::{constants::CLASS_NAME_LEN, state::ClassTerms};

/// A class was created; its terms are in force at once.
#[event]
#[derive(Clone, Debug)]
pub struct ClassCreated {
    /// The class.
    pub class: Pubkey,
    /// Action that was executed.
    pub action: Pubkey,
    /// Who executed it.
    pub actor: Pubkey,
    /// Number of the class.
    pub id: u16,
    /// Name, UTF-8, zero padded.
    pub name: [u8; CLASS_NAME_LEN],
    /// Its terms.
    pub terms: ClassTerms,
    /// Event number of the class.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The engine holds rates of a class from now on.
#[event]
#[derive(Clone, Debug)]
pub struct ClassRated {
    /// The class.
    pub class: Pubkey,
    /// Action that was consumed.
    pub action: Pubkey,
    /// The engine's caller address.
    pub actor: Pubkey,
    /// Classes with a multiplier above 0.
    pub live_classes: u32,
    /// Those of them that have rates.
    pub rated_live_classes: u32,
    /// Event number of the class.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The terms of a class changed.
#[event]
#[derive(Clone, Debug)]
pub struct ClassChanged {
    /// The class.
    pub class: Pubkey,
    /// Action that was executed.
    pub action: Pubkey,
    /// Who executed it.
    pub actor: Pubkey,
    /// Reward pool.
    pub pool: U8Change,
    /// Multiplier of rewards in 1e-4: in force before, and set.
    pub reward_multiplier_fp: U32Change,
    /// Start of the first block with the new one, Unix seconds.
    pub reward_multiplier_at: i64,
    /// Multiplier of the stake side in 1e-4: in force before, and announced.
    pub stake_multiplier_fp: U32Change,
    /// When the announced one is in force, Unix seconds; 0 = nothing announced.
    pub stake_multiplier_at: I64Change,
    /// Idle processor ceiling, percent.
    pub max_cpu_pct: U8Change,
    /// Idle GPU ceiling, percent.
    pub max_gpu_pct: U8Change,
    /// Lowest price of a quote, 1e-6 USD per processor-hour.
    pub floor_price_usd_micros: U64Change,
    /// Event number of the class.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
