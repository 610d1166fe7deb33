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
        assert_eq!(find(&[b"vaults"], &crate::ID), VAULTS);
        assert_eq!(find(&[b"fee_usdc"], &crate::ID), FEE_USDC);
        assert_eq!(find(&[b"fee_io"], &crate::ID), FEE_IO);
    }
}
