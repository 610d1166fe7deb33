//! Addresses of the engine.

use ide::constants::{
    AUCTION_SEED, CLAIM_SEED, ENGINE_SEED, EPOCH_SEED, FEE_IO_SEED, FEE_USDC_SEED, PAY_IO_SEED,
    PAY_USDC_SEED, RATES_SEED, REWARD_VAULT_SEED, ROOTS_SEED, VAULTS_SEED,
};
use solana_pubkey::Pubkey;

/// Ledgers of the vaults; authority of the vaults.
pub fn vaults() -> Pubkey {
    derive(&[VAULTS_SEED])
}

/// IO vault that emission flows into.
pub fn reward_vault() -> Pubkey {
    derive(&[REWARD_VAULT_SEED])
}

/// USDC vault that revenue flows into.
pub fn fee_usdc() -> Pubkey {
    derive(&[FEE_USDC_SEED])
}

/// IO vault that revenue flows into.
pub fn fee_io() -> Pubkey {
    derive(&[FEE_IO_SEED])
}

/// IO vault that payouts are claimed from.
pub fn pay_io() -> Pubkey {
    derive(&[PAY_IO_SEED])
}

/// USDC vault that payouts are claimed from.
pub fn pay_usdc() -> Pubkey {
    derive(&[PAY_USDC_SEED])
}

/// Account of a UTC day, by day index.
pub fn epoch(day: u64) -> Pubkey {
    derive(&[EPOCH_SEED, &day.to_le_bytes()])
}

/// What carries over from epoch to epoch.
pub fn engine() -> Pubkey {
    derive(&[ENGINE_SEED])
}

/// Rates of a class, by its number.
pub fn rates(class: u16) -> Pubkey {
    derive(&[RATES_SEED, &class.to_le_bytes()])
}

/// One lot of the buyback, by its number.
pub fn auction(seq: u64) -> Pubkey {
    derive(&[AUCTION_SEED, &seq.to_le_bytes()])
}

/// Ring of payout roots; key of their leaves.
pub fn roots() -> Pubkey {
    derive(&[ROOTS_SEED])
}

/// Record of a payout leaf, by device account and party.
pub fn claim(device: &Pubkey, party: &Pubkey) -> Pubkey {
    derive(&[CLAIM_SEED, device.as_ref(), party.as_ref()])
}

fn derive(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &ide::ID).0
}
