//! Addresses of the five programs' accounts.

pub mod booking;
pub mod ide;
pub mod registry;
pub mod rewards;
pub mod staking;

use solana_pubkey::Pubkey;

/// The upgradeable loader.
const LOADER: Pubkey = solana_pubkey::pubkey!("BPFLoaderUpgradeab1e11111111111111111111111");

/// ProgramData account of a program: bytecode and upgrade authority.
pub fn program_data(program: &Pubkey) -> Pubkey {
    Pubkey::find_program_address(&[program.as_ref()], &LOADER).0
}

/// Address with which a program signs its calls to another program of the network.
pub fn caller(program: &Pubkey) -> Pubkey {
    Pubkey::find_program_address(&[::registry::constants::CALLER_SEED], program).0
}

/// Address with which a program signs its events.
pub fn event_authority(program: &Pubkey) -> Pubkey {
    crate::events::event_authority(program)
}
