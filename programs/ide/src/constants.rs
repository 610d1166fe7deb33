//! Seeds of the engine.

use anchor_lang::prelude::*;

/// Seed of [`crate::state::Vaults`].
#[constant]
pub const VAULTS_SEED: &[u8] = b"vaults";
/// Seed of the IO vault that emission flows into.
#[constant]
pub const REWARD_VAULT_SEED: &[u8] = b"reward_vault";
/// Seed of the USDC vault that revenue flows into.
#[constant]
pub const FEE_USDC_SEED: &[u8] = b"fee_usdc";
/// Seed of the IO vault that revenue flows into.
#[constant]
pub const FEE_IO_SEED: &[u8] = b"fee_io";
/// Seed of the IO vault that payouts are claimed from.
#[constant]
pub const PAY_IO_SEED: &[u8] = b"pay_io";
/// Seed of the USDC vault that payouts are claimed from.
#[constant]
pub const PAY_USDC_SEED: &[u8] = b"pay_usdc";
/// Seed of [`crate::state::Epoch`], followed by the UTC day index (u64, little endian).
#[constant]
pub const EPOCH_SEED: &[u8] = b"epoch";

/// Layout version written into new accounts.
pub const ACCOUNT_VERSION: u8 = 1;
