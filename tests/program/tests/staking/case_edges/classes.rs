//! Classes of attack on a slash: outrunning it, changing its base, outliving it.

use super::*;

// The classes of style §9 and of the peers' known bugs.

#[test]
fn class_17_exit_does_not_outrun_a_slash_at_any_stage() {
    for stage_of_exit in 0..6 {
        let stage = settled();
        let offence = stage.world.now();
        stage.world.warp(60);
        match stage_of_exit {
            0 => {}
            1 => drop(stage.co_unstake(&stage.co, 1).expect("waits")),
            2 => {
                stage.co_unstake(&stage.co, 1).expect("waits");
                stage.world.warp(WAIT);
            }
            3 => {
                stage.co_unstake(&stage.co, 1).expect("waits");
                stage.world.warp(WAIT);
                stage.advance(1).expect("advances");
                stage.world.warp(COOLDOWN);
            }
            4 => drop(stage.begin_unstake().expect("cools")),
            _ => {
                stage.begin_unstake().expect("cools");
                stage.world.warp(COOLDOWN);
                stage.refresh().expect("refreshes");
            }
        }
        let charge = stage.outage(offence);
        stage.propose(&charge).expect("proposes");
        assert_eq!(
            stakes(&stage, &charge)[..2],
            [CHARGE - CHARGE / 3, CHARGE / 3],
            "exit stage {stage_of_exit}"
        );
        stage.assert_true_books();
        stage.world.warp(30 * DAY + 1);
        stage.finalize(&charge).expect("burns");
        everybody_leaves(&stage);
    }
}

#[test]
fn class_17_overflow_taken_after_the_offence_still_weighs() {
    let stage = Stage::staked(2 * REQUIRED);
    stage.world.warp(DAY);
    let offence = stage.world.now();
    stage.overflow(REQUIRED).expect("takes");
    let spoofing = stage.spoofing(offence, 1);
    stage.propose(&spoofing).expect("proposes");
    let case = stage.case(&spoofing);
    assert_eq!(
        (case.parties()[0].stake_io, case.parties()[0].shortfall_io),
        (REQUIRED, REQUIRED)
    );
}

#[test]
fn class_18_base_is_the_snapshot_and_not_the_stake_of_now() {
    // a co-staker that came after the offence bears nothing, and the owner's later deposit counts
    let stage = Stage::staked(REQUIRED);
    let offence = stage.world.now();
    stage.world.warp(60);
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage.accept(&stage.co, 1, CO_CAP, 4_000).expect("accepts");
    stage.stake(io(400)).expect("tops up");
    let charge = stage.outage(offence);
    stage.propose(&charge).expect("proposes");
    assert_eq!(stakes(&stage, &charge), [CHARGE, 0, 0, 0, 0]);
    assert_eq!(stage.book().positions[0].amount_io, CO_CAP);
    assert_eq!(stage.position(1).open_legs, 0);
}

#[test]
fn class_18_deposit_and_withdrawal_between_leave_the_weight() {
    let stage = settled();
    let offence = stage.world.now();
    stage.world.warp(60);
    stage.overflow(io(800)).expect("takes");
    stage.stake(io(800)).expect("puts it back");
    let charge = stage.outage(offence);
    stage.propose(&charge).expect("proposes");
    // weights 1,600 and 800: what came back is not counted twice
    assert_eq!(
        stakes(&stage, &charge)[..2],
        [CHARGE - CHARGE / 3, CHARGE / 3]
    );
}

#[test]
fn class_19_legs_add_up_to_the_charge_for_every_mix() {
    for (owner, co) in [(1_600, 1), (1_600, 333), (1_601, 799), (3_333, 800)] {
        let stage = Stage::staked(io(owner));
        stage.offer(io(co), 4_000).expect("offers");
        stage.accept(&stage.co, 1, io(co), 4_000).expect("accepts");
        stage.world.warp(60);
        let charge = stage.outage(stage.world.now() - 1);
        stage.propose(&charge).expect("proposes");
        assert_eq!(stakes(&stage, &charge).iter().sum::<u64>(), CHARGE);
        assert_eq!(stage.case(&charge).seized_io, CHARGE);
        stage.assert_true_books();
        stage.assert_true_case(&charge);
    }
}

#[test]
fn class_bookkeeping_moves_tokens_with_every_step() {
    let stage = settled();
    let tokens = |charge: &Charge| {
        (
            stage.world.token(&stage.vault()),
            stage.world.token(&stage.case_key(charge).vault()),
            stage.supply(),
        )
    };
    let (vault, supply) = (stage.world.token(&stage.vault()), stage.supply());
    let charge = proposed(&stage);
    assert_eq!(tokens(&charge), (vault - CHARGE, CHARGE, supply));
    stage.appeal(&stage.owner, &charge).expect("appeals");
    stage.rule(&charge, 5_000).expect("rules");
    assert_eq!(tokens(&charge), (vault - CHARGE, CHARGE, supply));
    stage.finalize(&charge).expect("burns half");
    let burned = stage.case(&charge).burned_io;
    assert_eq!(
        tokens(&charge),
        (vault - CHARGE, CHARGE - burned, supply - burned)
    );
    stage.restore_all(&charge);
    assert_eq!(tokens(&charge), (vault - burned, 0, supply - burned));
}

#[test]
fn class_slash_after_the_dispute_was_won_is_refused() {
    for silent in [false, true] {
        let stage = Stage::staked(2 * REQUIRED);
        let charge = stage.outage(stage.world.now() - 600);
        stage.propose(&charge).expect("proposes");
        stage.appeal(&stage.owner, &charge).expect("appeals");
        edit::<Params>(
            &stage.world,
            &ion_client::addresses::registry::params(&staking::ID),
            |params| {
                let slot = ion_economics::params::staking::RULING_DEADLINE.slot;
                params.values[usize::from(slot)] = 7 * DAY;
            },
        );
        if silent {
            // the deadline was stamped with 30 d: the offence is too old for a further part by then
            stage.world.warp(30 * DAY + 1);
            stage.finalize(&charge).expect("silence");
        } else {
            stage.rule(&charge, 0).expect("overturns");
        }
        let again = charge.as_part(1, Offence::Outage, 400);
        let refused = stage.propose(&again);
        let error = if silent {
            StakingError::OffenceTooOld
        } else {
            StakingError::DisputeWon
        };
        expect_error(refused, staking::ID, error, 0);
        assert_eq!(stage.case(&charge).won_severity, 1);
        stage.restore_all(&charge);
        assert_eq!(stage.book().active_io, 2 * REQUIRED);
    }
    // a partial ruling cannot be topped up either, a longer outage can still be charged
    let stage = Stage::staked(2 * REQUIRED);
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).expect("proposes");
    stage.appeal(&stage.owner, &charge).expect("appeals");
    stage.rule(&charge, 2_500).expect("rules");
    stage.finalize(&charge).expect("burns a quarter");
    let refused = stage.propose(&charge.as_part(1, Offence::Outage, 400));
    expect_error(refused, staking::ID, StakingError::DisputeWon, 0);
    stage.world.warp(LONG_OUTAGE);
    let long = charge.as_part(1, Offence::LongOutage, 3_000);
    stage.propose(&long).expect("another fact");
    assert_eq!(
        stage.case(&long).seized_io,
        REQUIRED * 30 / 100 - CHARGE / 4
    );
}

#[test]
fn class_unbonding_stake_is_not_out_of_reach() {
    let stage = settled();
    let offence = stage.world.now();
    stage.world.warp(1);
    stage.begin_unstake().expect("cools");
    let charge = stage.spoofing(offence, 1);
    stage.propose(&charge).expect("proposes");
    assert_eq!(stage.case(&charge).seized_io, REQUIRED + CO_CAP);
    let book = stage.book();
    assert_eq!((book.cooling_io, book.cooldown_ends_at), (0, 0));
    assert_eq!(book.positions[0].state, PositionState::Zeroed.code());
}

#[test]
fn class_no_dust_is_left_above_zero() {
    // partial rulings of odd amounts: vault and book end at exactly what they owe
    for uphold in [1, 3_333, 6_667, 9_999] {
        let stage = settled();
        let charge = proposed(&stage);
        stage.appeal(&stage.owner, &charge).expect("appeals");
        stage.rule(&charge, uphold).expect("rules");
        stage.finalize(&charge).expect("burns");
        stage.restore_all(&charge);
        let case = stage.case(&charge);
        assert_eq!(case.burned_io + case.restored_io, CHARGE);
        assert_eq!(stage.world.token(&stage.case_key(&charge).vault()), 0);
        assert!(case.is_finished);
        everybody_leaves(&stage);
    }
}

#[test]
fn class_exit_that_was_queued_matures_after_a_slash() {
    let stage = settled();
    stage.begin_unstake().expect("cools");
    let end = stage.book().cooldown_ends_at;
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).expect("proposes");
    assert_eq!(stage.book().cooldown_ends_at, end);
    assert_eq!(stage.book().positions[0].cooldown_ends_at, end);
    stage.world.set_time(end);
    stage.withdraw().expect("matures with what is left");
    stage.pay_out(&stage.co.pubkey(), 1).expect("likewise");
    assert_eq!(stage.world.token(&stage.vault()), 0);
}

#[test]
fn class_cancelled_case_leaves_no_pending_total() {
    let stage = settled();
    let before = stage.book();
    let charge = proposed(&stage);
    stage.withdraw_case(&charge).expect("withdraws");
    stage.restore_all(&charge);
    let after = stage.book();
    assert_eq!(
        (after.open_cases, after.open_code6_cases, after.counted_io),
        (0, 0, before.counted_io)
    );
    assert_eq!(after.rolling().days, [0; 32]);
    assert_eq!(stage.position(1).open_legs, 0);
    let case = stage.case(&charge);
    assert_eq!(
        (case.offence_charged_io, case.vault_io().expect("counts")),
        (0, 0)
    );
    stage.assert_true_books();
    everybody_leaves(&stage);
    stage
        .close_position(&stage.co.pubkey(), 1)
        .expect("no leg is open");
}

#[test]
fn class_20_nobody_acts_and_the_default_is_anyones_to_execute() {
    // no appeal: burned by a stranger; an appeal nobody rules on: restored by a stranger
    let stage = settled();
    let (burned, restored) = (proposed(&stage), proposed(&stage));
    stage.appeal(&stage.co, &restored).expect("appeals");
    stage.world.warp(30 * DAY + 1);
    stage.finalize(&burned).expect("a stranger");
    stage.finalize(&restored).expect("a stranger");
    assert_eq!(stage.case(&burned).state, CaseState::Burned.code());
    assert_eq!(stage.case(&restored).state, CaseState::Restored.code());
    stage.restore_all(&restored);
    assert_eq!(stage.book().open_cases, 0);
    everybody_leaves(&stage);
}

#[test]
fn class_21_one_report_charges_one_device_once() {
    let stage = settled();
    let charge = proposed(&stage);
    // the same report again, under another code or part
    assert!(stage.propose(&charge).is_err());
    let lasting = charge.as_part(0, Offence::LastingOutage, 5_000);
    assert!(stage.propose(&lasting).is_err());
    // another device
    let other = register(&stage.world, &stage.owner);
    let elsewhere = Stage {
        device: other,
        ..stage
    };
    let refused = elsewhere.propose(&charge);
    expect_error(refused, staking::ID, StakingError::WrongDevice, 0);
}

#[test]
fn lost_slasher_key_freezes_at_most_the_cap_until_time_gives_it_back() {
    // a key that charges spoofing with invented evidence against three suppliers in one day
    let stage = Stage::staked(io(9_000));
    let world_counted = io(9_000);
    stage.world.warp(DAY);
    edit::<Params>(
        &stage.world,
        &ion_client::addresses::registry::params(&staking::ID),
        |params| {
            let slot = ion_economics::params::staking::SLASH_DAILY_FLOOR.slot;
            params.values[usize::from(slot)] = 0;
        },
    );
    let supply = stage.supply();
    let mut charges = Vec::new();
    let mut frozen = 0;
    for day in 0..3_u8 {
        stage.open_day();
        let limit = stage.slash_day().counted_io / 10;
        // part after part, evidence after evidence: the day gives its tenth and no more
        let mut taken = 0;
        for attempt in 0..4_u8 {
            let charge = stage.spoofing(stage.world.now() - 60, 10 * day + attempt + 1);
            if stage.propose(&charge).is_ok() {
                taken += stage.case(&charge).seized_io;
                charges.push(charge);
            }
        }
        assert_eq!(taken, limit, "what one day can lose");
        frozen += taken;
        stage.world.warp(DAY);
    }
    // 10 % of what was left on each of three days
    assert_eq!(frozen, world_counted - world_counted / 1_000 * 729);
    assert_eq!(stage.supply(), supply, "nothing is burned");
    assert_eq!(
        stage.balance(&stage.world.slasher),
        0,
        "nothing comes to the key"
    );
    // the supplier appeals, the key cannot rule, the arbiter sleeps: time gives all of it back
    for charge in &charges {
        stage.appeal(&stage.owner, charge).expect("free of charge");
        let slasher = &stage.world.slasher;
        let rule = ix::rule(&slasher.pubkey(), &stage.case_key(charge), 10_000, [1; 32]);
        assert!(stage.send(slasher, rule).is_err());
    }
    stage.begin_unstake().expect("the rest may leave meanwhile");
    stage.world.warp(COOLDOWN);
    stage.withdraw().expect("and does");
    stage.world.warp(30 * DAY);
    for charge in &charges {
        stage.finalize(charge).expect("silence");
        stage.restore_all(charge);
    }
    stage.withdraw().expect("at once");
    assert_eq!(stage.balance(&stage.owner), PURSE, "to the unit");
    assert_eq!(stage.supply(), supply);
    let device: Device = stage.world.get(&stage.device.device);
    assert_eq!(device.status, DeviceStatus::Down.code());
}
