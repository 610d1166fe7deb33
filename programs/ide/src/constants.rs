//! Seeds and fixed addresses of the engine.

use anchor_lang::{derive_program_address, prelude::*};
use registry::constants::{CONFIG_SEED, PARAMS_SEED};

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

/// Seed of [`crate::state::Engine`].
#[constant]
pub const ENGINE_SEED: &[u8] = b"engine";
/// Seed of [`crate::state::ClassRates`], followed by the number of the class (u16, little endian).
#[constant]
pub const RATES_SEED: &[u8] = b"rates";
/// Seed of [`crate::state::Auction`], followed by its number (u64, little endian).
#[constant]
pub const AUCTION_SEED: &[u8] = b"auction";
/// Seed of [`crate::state::RootRing`].
#[constant]
pub const ROOTS_SEED: &[u8] = b"roots";
/// Seed of [`crate::state::ClaimRecord`], followed by device and party.
#[constant]
pub const CLAIM_SEED: &[u8] = b"claim";
/// Most siblings of a payout leaf: 2^20 leaves (economics §7.5).
pub const MAX_PAYOUT_SIBLINGS: usize = 20;
/// Most claim records of one slash case (economics §1.6).
pub const MAX_HOLDS: usize = 5;
/// Seed of the address with which this program signs calls to the registry.
pub const CALLER_SEED: &[u8] = b"caller";
/// Most class rows in one `apply_epoch_rows` (economics §2.5).
pub const MAX_ROWS_PER_CALL: usize = 12;
/// Hours of an epoch.
pub const HOURS_PER_DAY: u64 = 24;
/// All hours of an epoch, as bits.
pub const ALL_HOURS: u32 = 0x00FF_FFFF;

/// Layout version written into new accounts.
pub const ACCOUNT_VERSION: u8 = 1;

const REGISTRY: [u8; 32] = registry::ID_CONST.to_bytes();
const THIS: [u8; 32] = crate::ID_CONST.to_bytes();

/// Registry's Config.
pub const CONFIG: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[CONFIG_SEED], &REGISTRY).0);
/// Registry's Params of this program.
pub const PARAMS: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[PARAMS_SEED, &THIS], &REGISTRY).0);
const CALLER_AND_BUMP: ([u8; 32], u8) = derive_program_address(&[CALLER_SEED], &THIS);
/// The address with which this program signs calls to the registry.
pub const CALLER: Pubkey = Pubkey::new_from_array(CALLER_AND_BUMP.0);
/// Bump of [`CALLER`].
pub const CALLER_BUMP: u8 = CALLER_AND_BUMP.1;
/// What carries over from epoch to epoch.
pub const ENGINE: Pubkey = Pubkey::new_from_array(derive_program_address(&[ENGINE_SEED], &THIS).0);
/// The ring of payout roots.
pub const ROOTS: Pubkey = Pubkey::new_from_array(derive_program_address(&[ROOTS_SEED], &THIS).0);
/// Registry's Roles.
pub const REGISTRY_ROLES: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[b"roles"], &REGISTRY).0);
/// The ledgers.
pub const VAULTS: Pubkey = Pubkey::new_from_array(derive_program_address(&[VAULTS_SEED], &THIS).0);
/// The USDC vault of revenue.
pub const FEE_USDC: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[FEE_USDC_SEED], &THIS).0);
/// The IO vault of revenue.
pub const FEE_IO: Pubkey = Pubkey::new_from_array(derive_program_address(&[FEE_IO_SEED], &THIS).0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_addresses_are_the_canonical_ones() {
        let find = |seeds: &[&[u8]], program| Pubkey::find_program_address(seeds, program).0;
        assert_eq!(find(&[b"config"], &registry::ID), CONFIG);
        assert_eq!(
            find(&[b"params", crate::ID.as_ref()], &registry::ID),
            PARAMS
        );
        assert_eq!(find(&[b"caller"], &crate::ID), CALLER);
        assert_eq!(find(&[b"engine"], &crate::ID), ENGINE);
        assert_eq!(find(&[b"roots"], &crate::ID), ROOTS);
        assert_eq!(find(&[b"roles"], &registry::ID), REGISTRY_ROLES);
        assert_eq!(find(&[b"vaults"], &crate::ID), VAULTS);
        assert_eq!(find(&[b"fee_usdc"], &crate::ID), FEE_USDC);
        assert_eq!(find(&[b"fee_io"], &crate::ID), FEE_IO);
    }
}
