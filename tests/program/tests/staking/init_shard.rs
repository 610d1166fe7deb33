//! `init_shard`.

use ion_client::{addresses::staking as addr, instructions::staking as ix};
use ion_program_tests::{World, expect_error};
use solana_signer::Signer;
use staking::{error::StakingError, state::StakeTotals};

use crate::stage::with_extra;

/// The system program's error for an account that exists.
const ALREADY_IN_USE: u32 = 0;

#[test]
fn genesis_opened_sixteen_shards_that_count_nothing() {
    let world = World::new();
    for shard in 0..16 {
        let totals: StakeTotals = world.get(&addr::totals(shard));
        assert_eq!(
            (totals.version, totals.shard, totals.counted_io),
            (1, shard, 0)
        );
    }
}

#[test]
fn shard_of_anyone_is_created_once() {
    let world = World::before_genesis();
    let payer = &world.treasury;
    let init = ix::init_shard(&payer.pubkey(), 3);
    world
        .send(payer, &[], std::slice::from_ref(&init))
        .expect("creates");
    assert_eq!(world.get::<StakeTotals>(&addr::totals(3)).shard, 3);
    expect_error(
        world.send(&world.authority, &[payer], &[init]),
        staking::ID,
        ALREADY_IN_USE,
        0,
    );
}

#[test]
fn shard_above_fifteen_is_refused() {
    let world = World::before_genesis();
    let payer = &world.treasury;
    let init = ix::init_shard(&payer.pubkey(), 16);
    expect_error(
        world.send(payer, &[], &[init]),
        staking::ID,
        StakingError::UnknownShard,
        0,
    );
    let init = with_extra(ix::init_shard(&payer.pubkey(), 15));
    expect_error(
        world.send(payer, &[], &[init]),
        staking::ID,
        StakingError::UnexpectedAccounts,
        0,
    );
}
