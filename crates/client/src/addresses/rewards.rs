//! Addresses of the emission schedule.

use rewards::constants::{
    BLOCK_SEED, CALLER, CLAIM_SEED, DISTRIBUTION_SEED, EMISSION_SEED, ROOTS_SEED,
};
use solana_pubkey::Pubkey;

/// State of the schedule; mint authority of IO.
pub fn emission() -> Pubkey {
    derive(&[EMISSION_SEED])
}

/// IO vault that block rewards are claimed from.
pub fn distribution() -> Pubkey {
    derive(&[DISTRIBUTION_SEED])
}

/// Block of an hour, by hour index.
pub fn block(hour: u64) -> Pubkey {
    derive(&[BLOCK_SEED, &hour.to_le_bytes()])
}

/// Roots of the reward tree; subject of their reports and key of the leaves.
pub fn roots() -> Pubkey {
    derive(&[ROOTS_SEED])
}

/// What a party (owner or co-staker) earned with a device.
pub fn claim_record(device: &Pubkey, party: &Pubkey) -> Pubkey {
    derive(&[CLAIM_SEED, device.as_ref(), party.as_ref()])
}

/// Address with which the program signs its calls.
pub fn caller() -> Pubkey {
    CALLER
}

fn derive(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &rewards::ID).0
}
