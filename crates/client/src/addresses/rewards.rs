//! Addresses of the emission schedule.

use rewards::constants::{DISTRIBUTION_SEED, EMISSION_SEED};
use solana_pubkey::Pubkey;

/// State of the schedule; mint authority of IO.
pub fn emission() -> Pubkey {
    derive(&[EMISSION_SEED])
}

/// IO vault that block rewards are claimed from.
pub fn distribution() -> Pubkey {
    derive(&[DISTRIBUTION_SEED])
}

fn derive(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &rewards::ID).0
}
