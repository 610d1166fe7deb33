//! Compute units per instruction against their budgets (economics of the chain, not of the rules).

use ion_client::{addresses::staking::device_stake, instructions::staking as ix};
use ion_economics::slash::Offence;
use solana_signer::Signer;
use staking::state::DeviceStake;

use crate::{
    open_stake::register_without_stake,
    stage::{CO_CAP, COOLDOWN, REQUIRED, Stage, WAIT, io},
};

/// Each further try of an address derivation inside an `init` adds this much.
const PER_TRY: u64 = 1_500;

/// Tries beyond the first for an address with this bump.
fn tries(bump: u8) -> u64 {
    u64::from(u8::MAX - bump) * PER_TRY
}

#[track_caller]
fn within(name: &str, used: u64, budget: u64) {
    println!("{name}: {used} of {budget}");
    assert!(
        used <= budget,
        "{name} uses {used} of {budget} compute units"
    );
}

#[test]
fn every_instruction_keeps_its_budget() {
    let stage = Stage::new();
    let owner = stage.owner.pubkey();
    let co = stage.co.pubkey();
    let fresh = register_without_stake(&stage);
    let opened = stage
        .send(&stage.owner, ix::open_stake(&owner, &stage.mint(), &fresh))
        .expect("opens")
        .compute_units;
    let book: DeviceStake = stage.world.get(&device_stake(&fresh));
    within(
        "open_stake",
        opened - tries(book.bump) - tries(book.vault_bump),
        25_000,
    );
    within(
        "stake, first",
        stage.stake(REQUIRED).expect("stakes").compute_units,
        30_000,
    );
    let offered = stage.offer(CO_CAP, 4_000).expect("offers").compute_units;
    within(
        "create_offer",
        offered - tries(stage.offer_account(1).bump),
        20_000,
    );
    let accepted = stage
        .accept(&stage.co, 1, CO_CAP, 4_000)
        .expect("accepts")
        .compute_units;
    within(
        "accept_offer",
        accepted - tries(stage.position(1).bump),
        45_000,
    );
    within(
        "withdraw_overflow",
        stage.overflow(CO_CAP).expect("takes").compute_units,
        25_000,
    );
    stage.world.warp(40 * 86_400);
    within(
        "stake, top-up with old records",
        stage.stake(io(1)).expect("tops up").compute_units,
        30_000,
    );
    within(
        "withdraw_overflow, new day",
        stage.overflow(io(1)).expect("takes").compute_units,
        25_000,
    );
    within(
        "co_unstake",
        stage
            .co_unstake(&stage.co, 1)
            .expect("leaves")
            .compute_units,
        20_000,
    );
    stage.world.warp(WAIT);
    within(
        "advance_exit",
        stage.advance(1).expect("advances").compute_units,
        20_000,
    );
    stage.world.warp(COOLDOWN);
    let paid = stage.pay_out(&co, 1).expect("pays out").compute_units;
    within("withdraw_position", paid, 25_000);
    let closed = stage.close_position(&co, 1).expect("closes").compute_units;
    within("close_position", closed, 20_000);
    stage.stake(CO_CAP).expect("covers");
    stage.offer(CO_CAP, 4_000).expect("offers");
    within(
        "retract_offer",
        stage.retract(2).expect("retracts").compute_units,
        20_000,
    );

    // The owner's exit with all four slots taken.
    for (wallet, seq) in [
        (&stage.co, 3),
        (&stage.co, 4),
        (&stage.other, 5),
        (&stage.other, 6),
    ] {
        stage.offer(CO_CAP, 4_000).expect("offers");
        stage.accept(wallet, seq, CO_CAP, 4_000).expect("accepts");
        if seq < 6 {
            stage.co_unstake(wallet, seq).expect("leaves");
        }
    }
    let left = stage
        .send(&stage.owner, ix::begin_unstake(&owner, &stage.device))
        .expect("leaves");
    within("begin_unstake, four positions", left.compute_units, 20_000);
    stage.world.warp(COOLDOWN);
    within(
        "withdraw",
        stage.withdraw().expect("withdraws").compute_units,
        25_000,
    );
}

#[test]
fn refresh_with_four_passed_waits_keeps_its_budget() {
    let stage = Stage::staked(REQUIRED);
    for (wallet, seq) in [
        (&stage.co, 1),
        (&stage.co, 2),
        (&stage.other, 3),
        (&stage.other, 4),
    ] {
        stage.offer(CO_CAP, 4_000).expect("offers");
        stage.accept(wallet, seq, CO_CAP, 4_000).expect("accepts");
        stage.co_unstake(wallet, seq).expect("leaves");
        stage.world.warp(60);
    }
    stage.overflow(1).expect_err("waiting stake frees nothing");
    stage.edit_book(|book| book.active_io -= 1);
    stage.world.warp(WAIT);
    let record = stage.refresh().expect("refreshes");
    within("refresh_stake, four waits", record.compute_units, 20_000);
}

/// A device with all four slots taken, an hour old.
fn full() -> Stage {
    let stage = Stage::staked(2 * REQUIRED);
    for (wallet, seq) in [
        (&stage.co, 1),
        (&stage.co, 2),
        (&stage.other, 3),
        (&stage.other, 4),
    ] {
        stage.offer(CO_CAP, 4_000).expect("offers");
        stage.accept(wallet, seq, CO_CAP, 4_000).expect("accepts");
        if seq < 4 {
            stage.co_unstake(wallet, seq).expect("leaves");
        }
    }
    stage.world.warp(3_600);
    stage
}

fn propose_within(stage: &Stage, charge: &crate::stage::Charge, name: &str) {
    let used = stage.propose(charge).expect("proposes").compute_units;
    let case = stage.case(charge);
    within(
        name,
        used - tries(case.bump) - tries(case.vault_bump),
        60_000,
    );
}

#[test]
fn plain_proposal_keeps_its_budget() {
    let stage = Stage::co_staked();
    stage.world.warp(3_600);
    let charge = stage.outage(stage.world.now() - 600);
    propose_within(&stage, &charge, "propose_slash, one co-staker");
}

#[test]
fn cases_against_five_parties_keep_their_budgets() {
    let stage = full();
    let now = stage.world.now();
    let (partial, upheld) = (stage.outage(now - 600), stage.outage(now - 500));
    propose_within(&stage, &partial, "propose_slash, five parties");
    propose_within(&stage, &upheld, "propose_slash, second case");
    let appealed = stage.appeal(&stage.co, &partial).expect("appeals");
    within("appeal", appealed.compute_units, 15_000);
    let ruled = stage.rule(&partial, 3_333).expect("rules");
    within("rule", ruled.compute_units, 20_000);
    let finalized = stage.finalize(&partial).expect("finalizes");
    within("finalize_case, partial", finalized.compute_units, 40_000);
    for leg in 0..5 {
        let restored = stage.restore(&partial, leg).expect("restores");
        within("restore_leg", restored.compute_units, 45_000);
    }
    stage.world.warp(172_801);
    let second = upheld.as_part(1, Offence::LongOutage, 3_000);
    propose_within(&stage, &second, "propose_slash, further part");
    stage.appeal(&stage.co, &second).expect("appeals");
    let ruled = stage.rule(&second, 0).expect("rules");
    within("rule, further part", ruled.compute_units, 20_000);
    for leg in 0..5 {
        let restored = stage.restore(&second, leg).expect("restores");
        within("restore_leg, further part", restored.compute_units, 45_000);
    }
    stage.world.warp(31 * 86_400);
    let finalized = stage.finalize(&upheld).expect("finalizes");
    within(
        "finalize_case, five legs burned",
        finalized.compute_units,
        40_000,
    );
}

#[test]
fn leaf_cases_against_five_parties_keep_their_budgets() {
    let stage = full();
    let mut first = stage.leaf_charge(Offence::Overuse, 0, 9_000);
    first.positions = Some(Vec::new());
    propose_within(&stage, &first, "propose_slash, code 4");
    stage.world.warp(3_600);
    let mut repeat = stage.leaf_charge(Offence::Overuse, 500, 9_000);
    repeat.earlier = Some(stage.case_key(&first).address());
    propose_within(&stage, &repeat, "propose_slash, code 4 repeated");
    stage.world.warp(3_600);
    let low = stage.leaf_charge(Offence::LowReliability, 200, 100);
    propose_within(&stage, &low, "propose_slash, code 5");
}

#[test]
fn spoofing_cases_keep_their_budgets() {
    let stage = full();
    let now = stage.world.now();
    let (restored, upheld) = (stage.spoofing(now - 60, 1), stage.spoofing(now - 30, 2));
    propose_within(&stage, &restored, "propose_slash, code 6");
    stage.withdraw_case(&restored).expect("withdraws");
    for leg in 0..5 {
        // the last leg lifts the block: the registry is called
        let record = stage.restore(&restored, leg).expect("restores");
        within("restore_leg, code 6", record.compute_units, 45_000);
    }
    propose_within(&stage, &upheld, "propose_slash, code 6 again");
    stage.world.warp(31 * 86_400);
    let finalized = stage.finalize(&upheld).expect("finalizes");
    within("finalize_case, code 6", finalized.compute_units, 40_000);
}
