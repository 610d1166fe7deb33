//! The slasher's and the arbiter's keys: one freezes and never burns or receives, the other rules on
//! what somebody appealed and never proposes.

use ion_client::{addresses, instructions::staking as ix};
use ion_economics::{device::DeviceStatus, units::DAY};
use ion_program_tests::{
    expect_error,
    staking_stage::{CO_CAP, PURSE, REQUIRED, Stage},
};
use registry::state::Device;
use solana_signer::Signer;
use staking::error::StakingError;

/// IO of a wallet's associated account, 0 where it has none.
fn purse(stage: &Stage, wallet: &solana_pubkey::Pubkey) -> u64 {
    stage.world.token(&stage.purse(wallet))
}

/// What the device's stake vault holds for its parties.
fn all_of_it(stage: &Stage) -> u64 {
    let stake = addresses::staking::device_stake(&stage.device.device);
    stage.world.token(&addresses::staking::vault(&stake))
}

/// A thief accuses a device of spoofing: all its stake is frozen and nothing is burned; the owner
/// appeals, and everything comes back, whether the arbiter rules or sleeps.
#[test]
fn a_stolen_slasher_freezes_a_device_and_the_appeal_brings_all_of_it_back() {
    for arbiter_sleeps in [false, true] {
        let stage = Stage::co_staked();
        let supply = stage.supply();
        let charge = stage.spoofing(stage.world.now(), 1);
        stage.propose(&charge).expect("the thief proposes");
        let vault = stage.case_key(&charge).vault();
        assert_eq!(stage.world.token(&vault), REQUIRED + CO_CAP);
        assert_eq!(stage.supply(), supply);
        assert_eq!(purse(&stage, &stage.world.slasher.pubkey()), 0);
        let early = stage.finalize(&charge);
        expect_error(early, staking::ID, StakingError::WindowNotOver, 0);
        stage.appeal(&stage.owner, &charge).expect("appeals");
        if arbiter_sleeps {
            stage.world.warp(30 * DAY + 1);
            stage.finalize(&charge).expect("silence restores");
        } else {
            stage.rule(&charge, 0).expect("the arbiter overturns");
            stage.finalize(&charge).expect("ends");
        }
        stage.restore_all(&charge);
        assert_eq!(all_of_it(&stage), REQUIRED + CO_CAP);
        assert_eq!(stage.supply(), supply);
        assert_eq!(stage.world.token(&vault), 0);
        let device: Device = stage.world.get(&stage.device.device);
        assert_eq!(device.status, DeviceStatus::Down.code());
        assert_eq!(purse(&stage, &stage.world.slasher.pubkey()), 0);
    }
}

/// What a thief freezes in a day is bounded for the whole network.
#[test]
fn a_stolen_slasher_takes_no_more_than_the_day_allows() {
    let stage = Stage::co_staked();
    let left = 1_000;
    stage.leave_the_day(left);
    let charge = stage.spoofing(stage.world.now(), 1);
    stage.propose(&charge).expect("the thief proposes");
    let seized = stage.case(&charge).seized_io;
    assert!(seized > 0 && seized <= left);
    // what is left rounds to nothing
    let mut next = stage.spoofing(stage.world.now(), 2);
    next.positions = Some(Vec::new());
    expect_error(
        stage.propose(&next),
        staking::ID,
        StakingError::DayExhausted,
        0,
    );
    stage.leave_the_day(0);
    let mut last = stage.spoofing(stage.world.now(), 3);
    last.positions = Some(Vec::new());
    expect_error(
        stage.propose(&last),
        staking::ID,
        StakingError::DayExhausted,
        0,
    );
}

/// A day that has a unit left blocks nobody: a case that takes nothing of its limit would block every
/// device of the network for a month.
#[test]
fn a_stolen_slasher_blocks_no_device_beyond_the_day() {
    for left in [0, 1] {
        let stage = Stage::co_staked();
        stage.leave_the_day(left);
        let mut charge = stage.spoofing(stage.world.now(), 1);
        charge.positions = Some(Vec::new());
        expect_error(
            stage.propose(&charge),
            staking::ID,
            StakingError::DayExhausted,
            0,
        );
        let device: Device = stage.world.get(&stage.device.device);
        assert_eq!(device.status, DeviceStatus::Up.code());
        assert_eq!(stage.book().open_cases, 0);
    }
}

/// The thief rules for nobody, and its successor takes its cases back.
#[test]
fn a_stolen_slasher_never_rules_and_its_successor_withdraws_its_cases() {
    let stage = Stage::co_staked();
    let charge = stage.spoofing(stage.world.now(), 1);
    stage.propose(&charge).expect("the thief proposes");
    stage.appeal(&stage.owner, &charge).expect("appeals");
    let thief = &stage.world.slasher;
    let rule = ix::rule(&thief.pubkey(), &stage.case_key(&charge), 10_000, [4; 32]);
    expect_error(
        stage.send(thief, rule),
        staking::ID,
        StakingError::SlasherIsArbiter,
        0,
    );

    let stage = Stage::co_staked();
    let charge = stage.spoofing(stage.world.now(), 1);
    stage.propose(&charge).expect("the thief proposes");
    let heir = stage.world.wallet(0, 0);
    stage.rotate(|roles| roles.slasher.current = heir.pubkey());
    let case = stage.case_key(&charge).address();
    stage
        .send(&heir, ix::withdraw_case(&heir.pubkey(), &case))
        .expect("the new slasher withdraws it");
    stage.restore_all(&charge);
    assert_eq!(all_of_it(&stage), REQUIRED + CO_CAP);
}

/// A thief upholds what was appealed: the seized stake burns and nothing reaches its wallet; without a
/// proposal and an appeal there is nothing to rule on.
#[test]
fn a_stolen_arbiter_burns_at_most_what_was_seized_and_receives_nothing() {
    let stage = Stage::co_staked();
    let charge = stage.outage(stage.world.now() - 600);
    let supply = stage.supply();
    let thief = stage.world.arbiter.pubkey();
    let propose = stage.propose_ix(&thief, &charge);
    stage.open_day();
    expect_error(
        stage.send(&stage.world.arbiter, propose),
        staking::ID,
        StakingError::NotSlasher,
        0,
    );
    stage.propose(&charge).expect("the slasher proposes");
    expect_error(
        stage.rule(&charge, 10_000),
        staking::ID,
        StakingError::NotAppealed,
        0,
    );
    stage.appeal(&stage.owner, &charge).expect("appeals");
    stage.rule(&charge, 10_000).expect("the thief upholds");
    stage.finalize(&charge).expect("ends");
    let seized = stage.case(&charge).seized_io;
    assert_eq!(seized, REQUIRED / 25);
    assert_eq!(stage.supply(), supply - seized);
    assert_eq!(purse(&stage, &thief), 0);
    assert_eq!(purse(&stage, &stage.co.pubkey()), PURSE - CO_CAP);
}
