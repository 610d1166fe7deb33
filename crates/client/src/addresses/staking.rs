//! Addresses of the staking program.

use solana_pubkey::Pubkey;
use staking::{
    constants::{
        CALLER_ADDRESS, CASE_SEED, CASE_VAULT_SEED, CO_POSITION_SEED, CO_STAKER_SEED, OFFER_SEED,
        SLASH_DAY_SEED, STAKE_SEED, STAKE_VAULT_SEED, TOTALS_SEED,
    },
    state::shard_of,
};

/// Book of a device's stake, by the device account.
pub fn device_stake(device: &Pubkey) -> Pubkey {
    derive(&[STAKE_SEED, device.as_ref()])
}

/// Token account of a device's stake, by its book.
pub fn vault(stake: &Pubkey) -> Pubkey {
    derive(&[STAKE_VAULT_SEED, stake.as_ref()])
}

/// A shard of the counted stake, 0 to 15.
pub fn totals(shard: u8) -> Pubkey {
    derive(&[TOTALS_SEED, &[shard]])
}

/// The shard that counts a device, by the device account.
pub fn totals_of(device: &Pubkey) -> Pubkey {
    totals(shard_of(device))
}

/// An offer of a device, by the device account and the offer's sequence.
pub fn offer(device: &Pubkey, seq: u64) -> Pubkey {
    derive(&[OFFER_SEED, device.as_ref(), &seq.to_le_bytes()])
}

/// The position that filled an offer, by the device account and the offer's sequence.
pub fn co_position(device: &Pubkey, seq: u64) -> Pubkey {
    derive(&[CO_POSITION_SEED, device.as_ref(), &seq.to_le_bytes()])
}

/// The account that counts a wallet's live positions.
pub fn co_staker(wallet: &Pubkey) -> Pubkey {
    derive(&[CO_STAKER_SEED, wallet.as_ref()])
}

/// A slash case, by device account, offence id and part.
pub fn case(device: &Pubkey, offence_id: &[u8; 32], part: u16) -> Pubkey {
    derive(&[CASE_SEED, device.as_ref(), offence_id, &part.to_le_bytes()])
}

/// Token account of a slash case.
pub fn case_vault(case: &Pubkey) -> Pubkey {
    derive(&[CASE_VAULT_SEED, case.as_ref()])
}

/// The day of the network cap, by UTC day index.
pub fn slash_day(day: i64) -> Pubkey {
    derive(&[SLASH_DAY_SEED, &day.to_le_bytes()])
}

/// Address with which the program signs its calls to other programs.
pub fn caller() -> Pubkey {
    CALLER_ADDRESS
}

/// Address with which the program signs its events.
pub fn event_authority() -> Pubkey {
    super::event_authority(&staking::ID)
}

fn derive(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &staking::ID).0
}
