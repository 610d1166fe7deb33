//! Offences by their codes: what each takes and needs.

use super::*;

#[test]
fn outage_escalates_by_the_difference_in_numbered_parts() {
    let stage = Stage::staked(2 * REQUIRED);
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).expect("code 2");
    stage.world.warp(LONG_OUTAGE);
    let second = charge.as_part(1, Offence::LongOutage, 3_000);
    let skipped = charge.as_part(2, Offence::LongOutage, 3_000);
    let refused = stage.propose(&skipped);
    expect_error(refused, staking::ID, StakingError::WrongPart, 0);
    stage.propose(&second).expect("code 3");
    stage.world.warp(3 * DAY);
    let third = charge.as_part(2, Offence::LastingOutage, 5_000);
    stage.propose(&third).expect("code 3b");
    let seized = [&charge, &second, &third].map(|charge| stage.case(charge).seized_io);
    assert_eq!(
        seized,
        [REQUIRED * 4 / 100, REQUIRED * 26 / 100, REQUIRED * 20 / 100]
    );
    let first = stage.case(&charge);
    assert_eq!((first.parts, first.offence_charged_io), (3, REQUIRED / 2));
    // the same charge once more takes nothing, and the rolling cap is used up for other offences
    let again = charge.as_part(3, Offence::LastingOutage, 5_000);
    let refused = stage.propose(&again);
    expect_error(refused, staking::ID, StakingError::NothingToCharge, 0);
    let other = stage.outage(stage.world.now() - 600);
    stage.propose(&other).expect("an empty case is a record");
    assert_eq!(stage.case(&other).seized_io, 0);
    stage.assert_true_books();
}

#[test]
fn further_part_shows_part_zero_of_the_same_offence() {
    let stage = Stage::staked(2 * REQUIRED);
    let now = stage.world.now();
    let charge = stage.outage(now - 3 * DAY);
    let other = stage.outage(now - 3 * DAY + 60);
    stage.propose(&charge).expect("code 2");
    stage.propose(&other).expect("another outage");
    let second = charge.as_part(1, Offence::LongOutage, 3_000);
    let slasher = stage.world.slasher.pubkey();
    let first = stage.case_key(&charge).address();
    let wrong = stage.case_key(&other).address();
    let swapped = swap(&stage.propose_ix(&slasher, &second), &first, &wrong);
    let refused = stage.send(&stage.world.slasher, swapped);
    expect_error(refused, staking::ID, StakingError::WrongFirstPart, 0);
    let none = swap(&stage.propose_ix(&slasher, &second), &first, &staking::ID);
    let refused = stage.send(&stage.world.slasher, none);
    expect_error(refused, staking::ID, StakingError::WrongFirstPart, 0);
    // a case of part 0 shows none
    let fresh = stage.outage(now - 3 * DAY + 120);
    let mut shown = stage.propose_ix(&slasher, &fresh);
    let place = shown
        .accounts
        .iter()
        .position(|meta| meta.pubkey == stage.case_key(&fresh).vault())
        .expect("the vault is in it")
        + 1;
    shown.accounts[place].pubkey = first;
    shown.accounts[place].is_writable = true;
    let refused = stage.send(&stage.world.slasher, shown);
    expect_error(refused, staking::ID, StakingError::WrongFirstPart, 0);
    // nor does another kind of offence continue it
    let mut window = second.clone();
    window.args.window_io = 1;
    let refused = stage.propose(&window);
    expect_error(refused, staking::ID, StakingError::WrongWindow, 0);
    stage.propose(&second).expect("the right one passes");
}

#[test]
fn idle_overuse_costs_nothing_first_and_five_percent_as_a_repeat() {
    let stage = Stage::co_staked();
    let first = stage.leaf_charge(Offence::Overuse, 0, 9_000);
    let mut above = first.clone();
    above.args.bps = 1;
    let refused = stage.propose(&above);
    expect_error(refused, staking::ID, StakingError::ChargeAboveTable, 0);
    stage.propose(&first).expect("a record");
    assert_eq!(stage.case(&first).seized_io, 0);

    stage.world.warp(29 * DAY);
    let mut repeat = stage.leaf_charge(Offence::Overuse, 500, 9_000);
    repeat.earlier = Some(stage.case_key(&first).address());
    stage.propose(&repeat).expect("a repeat");
    assert_eq!(stage.case(&repeat).seized_io, REQUIRED / 20);

    stage.world.warp(2 * DAY);
    let mut late = stage.leaf_charge(Offence::Overuse, 500, 9_000);
    late.earlier = Some(stage.case_key(&first).address());
    let refused = stage.propose(&late);
    expect_error(refused, staking::ID, StakingError::WrongEarlierCase, 0);
    // a case that was given back is no earlier breach
    stage.withdraw_case(&repeat).expect("withdraws");
    late.earlier = Some(stage.case_key(&repeat).address());
    let refused = stage.propose(&late);
    expect_error(refused, staking::ID, StakingError::WrongEarlierCase, 0);
    late.earlier = Some(stage.case_key(&late).address());
    assert!(stage.propose(&late).is_err());
}

#[test]
fn low_reliability_needs_a_leaf_below_the_floor_and_three_epochs_between() {
    let stage = Stage::co_staked();
    let fine = stage.leaf_charge(Offence::LowReliability, 200, 5_000);
    let refused = stage.propose(&fine);
    expect_error(refused, staking::ID, StakingError::ReliabilityNotLow, 0);
    stage.world.warp(HOUR);
    let low = stage.leaf_charge(Offence::LowReliability, 200, 4_999);
    let mut forged = low.clone();
    if let Citation::Leaf { status, .. } = &mut forged.args.citation {
        *status = 2;
    }
    let refused = stage.propose(&forged);
    expect_error(refused, staking::ID, StakingError::InvalidProof, 0);
    let mut later = low.clone();
    later.args.offence_at += HOUR;
    stage.world.warp(HOUR);
    let refused = stage.propose(&later);
    expect_error(refused, staking::ID, StakingError::WrongOffenceTime, 0);
    stage.propose(&low).expect("charges");
    assert_eq!(stage.case(&low).seized_io, REQUIRED / 50);

    stage.world.warp(3 * DAY - 2 * HOUR);
    let early = stage.leaf_charge(Offence::LowReliability, 200, 4_000);
    let refused = stage.propose(&early);
    expect_error(
        refused,
        staking::ID,
        StakingError::ReliabilityChargedLately,
        0,
    );
    stage.world.warp(HOUR);
    let again = stage.leaf_charge(Offence::LowReliability, 200, 4_000);
    stage.propose(&again).expect("three epochs later");
}

#[test]
fn spoofing_takes_everything_and_blocks_the_device() {
    let stage = Stage::co_staked();
    let charge = stage.spoofing(stage.world.now(), 7);
    stage.propose(&charge).expect("proposes");
    let case = stage.case(&charge);
    assert_eq!(case.seized_io, REQUIRED + CO_CAP);
    assert_eq!(case.rolling_bps, 0);
    let book = stage.book();
    assert_eq!((book.active_io, book.counted_io), (0, 0));
    assert_eq!(book.positions[0].state, PositionState::Zeroed.code());
    assert_eq!((book.open_cases, book.open_code6_cases), (1, 1));
    let device: registry::state::Device = stage.world.get(&stage.device.device);
    assert_eq!(device.status, DeviceStatus::Blocked.code());
    stage.assert_true_books();
}

#[test]
fn spoofing_without_the_registry_is_refused() {
    let stage = Stage::co_staked();
    stage.open_day();
    let charge = stage.spoofing(stage.world.now(), 7);
    let slasher = stage.world.slasher.pubkey();
    let propose = swap(
        &stage.propose_ix(&slasher, &charge),
        &registry::ID,
        &staking::ID,
    );
    let refused = stage.send(&stage.world.slasher, propose);
    expect_error(refused, staking::ID, StakingError::MissingProgram, 0);
    let propose = swap(
        &stage.propose_ix(&slasher, &charge),
        &addr::caller(),
        &Pubkey::new_unique(),
    );
    let refused = stage.send(&stage.world.slasher, propose);
    expect_error(refused, staking::ID, StakingError::WrongCaller, 0);
}

#[test]
fn requirement_raised_after_the_offence_charges_the_old_one() {
    let stage = Stage::staked(2 * REQUIRED);
    stage.world.warp(HOUR);
    let now = stage.world.now();
    let charge = stage.outage(now - 600);
    stage.edit_class(|class| {
        class.mult_next = 20_000;
        class.mult_next_at = now - 300;
    });
    stage.propose(&charge).expect("proposes");
    assert_eq!(stage.case(&charge).required_io, REQUIRED);
    assert_eq!(stage.case(&charge).seized_io, CHARGE);
}
