//! Seeds, fixed addresses and hard bounds of the schedule.

use anchor_lang::{derive_program_address, prelude::*};
use ion_merkle::report::ReportKind;
use registry::constants::{CALLER_SEED, CONFIG_SEED, PARAMS_SEED, ROLES_SEED};

/// Seed of [`crate::state::Emission`].
#[constant]
pub const EMISSION_SEED: &[u8] = b"emission";
/// Seed of the IO vault that block rewards are claimed from.
#[constant]
pub const DISTRIBUTION_SEED: &[u8] = b"distribution";

/// Seed of [`crate::state::Block`], followed by its hour index (u64, little endian).
#[constant]
pub const BLOCK_SEED: &[u8] = b"block";
/// Seed of [`crate::state::RootRing`].
#[constant]
pub const ROOTS_SEED: &[u8] = b"roots";
/// Seed of [`crate::state::ClaimRecord`], followed by device and party.
#[constant]
pub const CLAIM_SEED: &[u8] = b"claim";
/// Number of the kind of a block's report, as a seed of its poll.
pub const BLOCK_SUMMARY_KIND: &[u8] = &[ReportKind::BlockSummary.to_u8()];

/// Most records of one call of a slash case: owner and four positions.
pub const MAX_CALL_RECORDS: usize = 5;
/// Past maturities that a [`crate::state::RootRing`] keeps for the closing of blocks.
pub const CHECKPOINTS: usize = 16;
/// Most IO that may ever exist, base units: 800,000,000 IO (economics §1.1).
pub const IO_SUPPLY_CAP: u64 = 80_000_000_000_000_000;
/// Layout version written into new accounts.
pub const ACCOUNT_VERSION: u8 = 1;

const REGISTRY: [u8; 32] = registry::ID_CONST.to_bytes();
const IDE: [u8; 32] = ide::ID_CONST.to_bytes();
const THIS: [u8; 32] = crate::ID_CONST.to_bytes();
const CALLER_AND_BUMP: ([u8; 32], u8) = derive_program_address(&[CALLER_SEED], &THIS);

/// Registry's Config.
pub const CONFIG: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[CONFIG_SEED], &REGISTRY).0);
/// Registry's Roles.
pub const ROLES: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[ROLES_SEED], &REGISTRY).0);
/// Registry's Params of this program.
pub const PARAMS: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[PARAMS_SEED, &THIS], &REGISTRY).0);
/// The schedule; authority of the mint and of the distribution vault.
pub const EMISSION: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[EMISSION_SEED], &THIS).0);
/// The roots of the reward tree; key of its leaves.
pub const ROOTS: Pubkey = Pubkey::new_from_array(derive_program_address(&[ROOTS_SEED], &THIS).0);
/// The address with which this program signs calls to `ide`.
pub const CALLER: Pubkey = Pubkey::new_from_array(CALLER_AND_BUMP.0);
/// Bump of [`CALLER`].
pub const CALLER_BUMP: u8 = CALLER_AND_BUMP.1;
/// Reward vault, owned by `ide`.
pub const REWARD_VAULT: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[ide::constants::REWARD_VAULT_SEED], &IDE).0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_addresses_are_the_canonical_ones() {
        let find = |seeds: &[&[u8]], program| Pubkey::find_program_address(seeds, program);
        assert_eq!(find(&[b"config"], &registry::ID).0, CONFIG);
        assert_eq!(find(&[b"roles"], &registry::ID).0, ROLES);
        assert_eq!(
            find(&[b"params", crate::ID.as_ref()], &registry::ID).0,
            PARAMS
        );
        assert_eq!(find(&[b"emission"], &crate::ID).0, EMISSION);
        assert_eq!(find(&[b"roots"], &crate::ID).0, ROOTS);
        assert_eq!(find(&[b"caller"], &crate::ID), (CALLER, CALLER_BUMP));
        assert_eq!(find(&[b"reward_vault"], &ide::ID).0, REWARD_VAULT);
        assert_eq!(BLOCK_SUMMARY_KIND, [1]);
    }
}
