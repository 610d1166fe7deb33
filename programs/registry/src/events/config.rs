//! Events of the configuration.

use anchor_lang::prelude::*;

use super::{I64Change, U64Change};

/// The configuration was created.
#[event]
#[derive(Clone, Debug)]
pub struct ConfigInitialized {
    /// The configuration.
    pub config: Pubkey,
    /// Upgrade authority that signed.
    pub actor: Pubkey,
    /// The IO mint.
    pub io_mint: Pubkey,
    /// The USDC mint.
    pub usdc_mint: Pubkey,
    /// Program that owns price accounts.
    pub price_receiver: Pubkey,
    /// Feed of IO in USD.
    pub price_feed_id: [u8; 32],
    /// Address with which staking signs.
    pub staking_caller: Pubkey,
    /// Address with which rewards signs.
    pub rewards_caller: Pubkey,
    /// Address with which the engine signs.
    pub ide_caller: Pubkey,
    /// Address with which booking signs.
    pub booking_caller: Pubkey,
    /// Event number of the configuration.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Genesis ended.
#[event]
#[derive(Clone, Debug)]
pub struct GenesisSealed {
    /// The configuration.
    pub config: Pubkey,
    /// Action that was executed.
    pub action: Pubkey,
    /// Who executed it.
    pub actor: Pubkey,
    /// Unix seconds; 0 = open.
    pub genesis_sealed_at: I64Change,
    /// Event number of the configuration.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The switch to mode `Ide` was fixed.
#[event]
#[derive(Clone, Debug)]
pub struct SwitchScheduled {
    /// The configuration.
    pub config: Pubkey,
    /// The engine's caller address.
    pub actor: Pubkey,
    /// First hour index of mode `Ide`; `u64::MAX` = never.
    pub ide_from_hour: U64Change,
    /// Event number of the configuration.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The guardian stopped an entry for a while.
#[event]
#[derive(Clone, Debug)]
pub struct EntryPaused {
    /// The configuration.
    pub config: Pubkey,
    /// The guardian.
    pub actor: Pubkey,
    /// Place of the bit, `PauseBit`.
    pub bit: u8,
    /// Last second of the pause, Unix seconds.
    pub paused_until: I64Change,
    /// From when the bit can be set again, Unix seconds.
    pub rearm_at: I64Change,
    /// Event number of the configuration.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A pause was lifted before its end.
#[event]
#[derive(Clone, Debug)]
pub struct EntryUnpaused {
    /// The configuration.
    pub config: Pubkey,
    /// Guardian or governance.
    pub actor: Pubkey,
    /// Place of the bit, `PauseBit`.
    pub bit: u8,
    /// Last second of the pause, Unix seconds; 0 = none.
    pub paused_until: I64Change,
    /// Event number of the configuration.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
