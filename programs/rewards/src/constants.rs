//! Seeds, fixed addresses and hard bounds of the schedule.

use anchor_lang::{derive_program_address, prelude::*};
use registry::constants::CONFIG_SEED;

/// Seed of [`crate::state::Emission`].
#[constant]
pub const EMISSION_SEED: &[u8] = b"emission";
/// Seed of the IO vault that block rewards are claimed from.
#[constant]
pub const DISTRIBUTION_SEED: &[u8] = b"distribution";

/// Most IO that may ever exist, base units: 800,000,000 IO (economics §1.1).
pub const IO_SUPPLY_CAP: u64 = 80_000_000_000_000_000;
/// Layout version written into new accounts.
pub const ACCOUNT_VERSION: u8 = 1;

/// Registry's Config.
pub const CONFIG: Pubkey = Pubkey::new_from_array(
    derive_program_address(&[CONFIG_SEED], &registry::ID_CONST.to_bytes()).0,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_addresses_are_the_canonical_ones() {
        let found = Pubkey::find_program_address(&[b"config"], &registry::ID).0;
        assert_eq!(found, CONFIG);
    }
}
