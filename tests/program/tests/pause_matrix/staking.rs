//! Rows of staking.

use ::registry::state::PauseBit;
use ion_client::{addresses, instructions::staking as ix};
use ion_program_tests::staking_stage::{
    CO_CAP, COOLDOWN, REQUIRED, Stage, WAIT, io, register_only,
};
use solana_keypair::Keypair;
use solana_signer::Signer;
use staking::error::StakingError;

use crate::matrix::{Matrix, assert_listed};

/// Instructions that this file runs.
pub const ROWS: &[&str] = &[
    "staking.accept_offer",
    "staking.advance_exit",
    "staking.begin_unstake",
    "staking.close_offer",
    "staking.close_position",
    "staking.co_unstake",
    "staking.create_offer",
    "staking.open_costaker",
    "staking.open_stake",
    "staking.refresh_stake",
    "staking.retract_offer",
    "staking.stake",
    "staking.withdraw",
    "staking.withdraw_overflow",
    "staking.withdraw_position",
];

#[test]
fn staking_stops_deposits_and_offers_with_their_bits_and_no_exit() {
    let matrix = Matrix::default();
    entries(&matrix);
    owner_exits(&matrix);
    co_staker_exits(&matrix);
    assert_listed(&matrix, ROWS);
}

fn entries(matrix: &Matrix) {
    let stage = Stage::staked(REQUIRED);
    let (world, owner) = (&stage.world, &stage.owner);
    matrix.stops_with(
        PauseBit::StakeIn,
        StakingError::Paused,
        world,
        &[owner],
        stage.stake_ix(io(1)),
    );
    matrix.stops_with(
        PauseBit::Offers,
        StakingError::Paused,
        world,
        &[owner],
        stage.offer_ix(CO_CAP, 4_000),
    );
    stage.offer(CO_CAP, 4_000).expect("offers");
    let accept = stage.accept_ix(&stage.co.pubkey(), 1, CO_CAP, 4_000);
    matrix.stops_with(
        PauseBit::Offers,
        StakingError::Paused,
        world,
        &[&stage.co],
        accept,
    );
    let key = owner.pubkey();
    let retract = ix::retract_offer(&key, &stage.device.device, 1, &key);
    matrix.never_stops(world, &[owner], retract);

    let device = register_only(world, owner);
    let open = ix::open_stake(&key, &stage.mint(), &device);
    matrix.never_stops(world, &[owner], open);
    let newcomer = Keypair::new();
    world.fund(&newcomer.pubkey());
    let open = ix::open_costaker(&newcomer.pubkey(), &newcomer.pubkey());
    matrix.never_stops(world, &[&newcomer], open);
}

fn owner_exits(matrix: &Matrix) {
    let stage = Stage::staked(REQUIRED + io(10));
    let (world, owner) = (&stage.world, &stage.owner);
    matrix.never_stops(world, &[owner], stage.overflow_ix(io(10)));
    let leave = ix::begin_unstake(&owner.pubkey(), &stage.device);
    matrix.never_stops(world, &[owner], leave);
    matrix.never_stops(world, &[&world.authority], ix::refresh_stake(&stage.device));
    stage.begin_unstake().expect("leaves");
    world.warp(COOLDOWN);
    matrix.never_stops(world, &[owner], stage.withdraw_ix());
}

fn co_staker_exits(matrix: &Matrix) {
    // an offer that its device no longer carries is put away by anyone
    let stage = Stage::staked(REQUIRED);
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage
        .world
        .warp(ion_economics::params::staking::OFFER_TTL.default + 1);
    let by = &stage.world.authority;
    let close = ix::close_offer(&stage.device, 1, &stage.owner.pubkey());
    matrix.never_stops(&stage.world, &[by], close);

    let stage = Stage::co_staked();
    let (world, co) = (&stage.world, &stage.co);
    let by = &world.authority;
    let leave = ix::co_unstake(&co.pubkey(), &stage.device, 1);
    matrix.never_stops(world, &[co], leave);
    stage.co_unstake(co, 1).expect("leaves");
    world.warp(WAIT);
    matrix.never_stops(world, &[by], ix::advance_exit(&stage.device, 1));
    world.warp(COOLDOWN);
    matrix.never_stops(world, &[by], stage.pay_out_ix(&co.pubkey(), 1));
    stage.pay_out(&co.pubkey(), 1).expect("pays out");
    let close = ix::close_position(&co.pubkey(), &stage.device, 1, &co.pubkey());
    matrix.never_stops(world, &[by], close);
    assert!(world.exists(&addresses::staking::device_stake(&stage.device.device)));
}
