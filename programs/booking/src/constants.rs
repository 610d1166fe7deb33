//! Seeds, fixed addresses and limits.

use anchor_lang::{derive_program_address, prelude::*};

/// Seed of a Quote, followed by its 16-byte id.
pub const QUOTE_SEED: &[u8] = b"quote";
/// Seed of a Booking, followed by the 16-byte id of its quote.
pub const BOOKING_SEED: &[u8] = b"booking";
/// Seed of a booking's token account, followed by the Booking's address.
pub const ESCROW_SEED: &[u8] = b"escrow";
/// Seed of a WorkRecord, followed by the Booking's address and the record number (u32, little endian).
pub const WORK_SEED: &[u8] = b"work";
/// Seed of a TneTotals shard, followed by its number (u8).
pub const TNE_SEED: &[u8] = b"tne";
/// Seed of a TneDay, followed by the UTC day (u64, little endian).
pub const TNE_DAY_SEED: &[u8] = b"tne_day";
/// Seed of the address with which this program signs calls to other programs.
pub const CALLER_SEED: &[u8] = b"caller";

/// Shards of the totals (economics §1.6).
pub const TNE_SHARDS: u8 = 16;
/// Shard that keeps the corrections of governance.
pub const ADJUSTMENT_SHARD: u8 = 0;
/// Largest correction, IO base units: the whole supply.
pub const MAX_ADJUSTMENT_IO: u64 = 80_000_000_000_000_000;
/// Days that a shard keeps apart (economics §9.3).
pub const TNE_RING_DAYS: usize = 32;
/// Most lines that one `lock_lines` takes (economics §8.6).
pub const MAX_LOCKS_PER_CALL: usize = 4;
/// Accounts that describe one line to `create_quote`: device, class.
pub const QUOTE_LINE_ACCOUNTS: usize = 2;
/// Accounts that describe one line to `lock_lines`: device, its stake, its class.
pub const LOCK_LINE_ACCOUNTS: usize = 3;
/// Most siblings of a work leaf: 65,536 leaves (economics §8.7).
pub const MAX_WORK_SIBLINGS: usize = 16;
/// Most leaves of a work report.
pub const MAX_WORK_LEAVES: u64 = 65_536;
/// Most bookings of a group: 64 devices.
pub const MAX_GROUP: u8 = 8;
/// Booking flag: the lines end together when one fails.
pub const FLAG_GANG: u8 = 1;
/// Booking flag: a failed line may be replaced.
pub const FLAG_FAILOVER: u8 = 2;
/// Every known flag.
pub const KNOWN_FLAGS: u8 = FLAG_GANG | FLAG_FAILOVER;

const CALLER_AND_BUMP: ([u8; 32], u8) =
    derive_program_address(&[CALLER_SEED], &crate::ID_CONST.to_bytes());
/// The address with which this program signs calls to `registry` and `ide`.
pub const CALLER: Pubkey = Pubkey::new_from_array(CALLER_AND_BUMP.0);
/// Bump of [`CALLER`].
pub const CALLER_BUMP: u8 = CALLER_AND_BUMP.1;

/// Registry's Config.
pub const CONFIG: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[b"config"], &registry::ID_CONST.to_bytes()).0);
/// Registry's Roles.
pub const ROLES: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[b"roles"], &registry::ID_CONST.to_bytes()).0);
/// Registry's Params of this program.
pub const PARAMS: Pubkey = Pubkey::new_from_array(
    derive_program_address(
        &[b"params", &crate::ID_CONST.to_bytes()],
        &registry::ID_CONST.to_bytes(),
    )
    .0,
);
/// Registry's Params of the staking program.
pub const STAKING_PARAMS: Pubkey = Pubkey::new_from_array(
    derive_program_address(
        &[b"params", &staking::ID_CONST.to_bytes()],
        &registry::ID_CONST.to_bytes(),
    )
    .0,
);
/// Fee vault for USDC, owned by `ide`.
pub const FEE_USDC: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[b"fee_usdc"], &ide::ID_CONST.to_bytes()).0);
/// Fee vault for IO, owned by `ide`.
pub const FEE_IO: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[b"fee_io"], &ide::ID_CONST.to_bytes()).0);
/// Reward vault for IO, owned by `ide`; takes IO that was sent to an escrow by strangers.
pub const REWARD_VAULT: Pubkey =
    Pubkey::new_from_array(derive_program_address(&[b"reward_vault"], &ide::ID_CONST.to_bytes()).0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_addresses_are_the_canonical_ones() {
        let find = |seeds: &[&[u8]], program: &Pubkey| Pubkey::find_program_address(seeds, program);
        assert_eq!(find(&[CALLER_SEED], &crate::ID), (CALLER, CALLER_BUMP));
        assert_eq!(find(&[b"config"], &registry::ID).0, CONFIG);
        assert_eq!(find(&[b"roles"], &registry::ID).0, ROLES);
        assert_eq!(
            find(&[b"params", crate::ID.as_ref()], &registry::ID).0,
            PARAMS
        );
        assert_eq!(
            find(&[b"params", staking::ID.as_ref()], &registry::ID).0,
            STAKING_PARAMS
        );
        assert_eq!(find(&[b"fee_usdc"], &ide::ID).0, FEE_USDC);
        assert_eq!(find(&[b"fee_io"], &ide::ID).0, FEE_IO);
        assert_eq!(find(&[b"reward_vault"], &ide::ID).0, REWARD_VAULT);
    }
}
