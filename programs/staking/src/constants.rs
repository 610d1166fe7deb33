//! Seeds and fixed sizes of the staking program.

use anchor_lang::{derive_program_address, prelude::*};

/// Seed of [`crate::state::DeviceStake`], followed by the device account.
#[constant]
pub const STAKE_SEED: &[u8] = b"stake";
/// Seed of the token account that holds a device's stake, followed by its `DeviceStake`.
#[constant]
pub const STAKE_VAULT_SEED: &[u8] = b"stake_vault";
/// Seed of [`crate::state::StakeTotals`], followed by the shard (u8).
#[constant]
pub const TOTALS_SEED: &[u8] = b"totals";
/// Seed of [`crate::state::Offer`], followed by the device account and the sequence (u64, little
/// endian).
#[constant]
pub const OFFER_SEED: &[u8] = b"offer";
/// Seed of [`crate::state::CoPosition`], followed by the device account and the sequence of its
/// offer (u64, little endian).
#[constant]
pub const CO_POSITION_SEED: &[u8] = b"co";
/// Seed of [`crate::state::CoStaker`], followed by the wallet.
#[constant]
pub const CO_STAKER_SEED: &[u8] = b"costaker";
/// Seed of [`crate::state::Case`], followed by the device account, the offence id and the part (u16,
/// little endian).
#[constant]
pub const CASE_SEED: &[u8] = b"case";
/// Seed of the token account that holds what a case seized, followed by its `Case`.
#[constant]
pub const CASE_VAULT_SEED: &[u8] = b"case_vault";
/// Seed of [`crate::state::SlashDay`], followed by the UTC day (i64, little endian).
#[constant]
pub const SLASH_DAY_SEED: &[u8] = b"slash_day";
/// Seed of the address with which this program signs its calls to other programs of the network.
#[constant]
pub const CALLER_SEED: &[u8] = b"caller";

/// Address of the registry's configuration, derived while compiling.
pub const CONFIG_ADDRESS: Pubkey = Pubkey::new_from_array(
    derive_program_address(
        &[registry::constants::CONFIG_SEED],
        &registry::ID.to_bytes(),
    )
    .0,
);

/// Address with which this program signs its calls, derived while compiling, and its bump.
pub const CALLER: ([u8; 32], u8) = derive_program_address(&[CALLER_SEED], &crate::ID.to_bytes());

/// [`CALLER`] as a key.
pub const CALLER_ADDRESS: Pubkey = Pubkey::new_from_array(CALLER.0);

/// The engine's IO vault of emission, derived while compiling.
pub const REWARD_VAULT: Pubkey = Pubkey::new_from_array(
    derive_program_address(&[ide::constants::REWARD_VAULT_SEED], &ide::ID.to_bytes()).0,
);

/// Layout version written into new accounts.
pub const ACCOUNT_VERSION: u8 = 1;
/// Position slots of a device (economics §4.1).
pub const CO_SLOTS: usize = ion_economics::stake::CO_SLOTS;
/// Days of overflow withdrawals a device stake remembers (economics §3.2).
pub const BUCKET_DAYS: usize = ion_economics::stake::BUCKET_DAYS;
/// Shards of the counted stake (economics §1.6).
pub const SHARDS: u8 = 16;
