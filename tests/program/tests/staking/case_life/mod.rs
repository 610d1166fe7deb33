//! `appeal`, `rule`, `withdraw_case`, `finalize_case`, `restore_leg`, `pay_renter`, `sweep_case`.

mod renter;
mod ruling;
mod vault;

use anchor_lang::error::ErrorCode;
use anchor_spl::associated_token::get_associated_token_address;
use ion_client::{
    addresses::{ide, registry as reg, staking as addr},
    instructions::staking as ix,
};
use ion_economics::{
    device::DeviceStatus,
    slash::{CaseState, LONG_OUTAGE, Offence},
    stake::PositionState,
    units::{DAY, HOUR},
};
use ion_program_tests::{expect_error, expect_framework_error};
use registry::state::{Device, Params, VerifierSet};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    error::StakingError,
    events::{
        CaseAppealed, CaseFinalized, CaseRuled, CaseSwept, CaseWithdrawn, LegRestored, RenterPaid,
        StakeRestored, U8Change, U64Change,
    },
};

use crate::stage::{
    CO_CAP, COOLDOWN, Charge, PURSE, REQUIRED, Stage, edit, register, swap, unsigned, with_extra,
};

const CHARGE: u64 = REQUIRED / 25;

/// A case of code 2 against the owner and one co-staker.
fn open() -> (Stage, Charge) {
    let stage = Stage::co_staked();
    stage.world.warp(HOUR);
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).expect("proposes");
    (stage, charge)
}

fn co_part() -> u64 {
    CHARGE / 3
}

fn state(stage: &Stage, charge: &Charge) -> u8 {
    stage.case(charge).state
}

#[test]
fn unappealed_case_burns_all_of_it_and_the_supply_falls() {
    let (stage, charge) = open();
    let supply = stage.supply();
    stage.world.warp(30 * DAY + 1);
    let record = stage.finalize(&charge).expect("finalizes");
    let case = stage.case(&charge);
    assert_eq!(
        (case.state, case.uphold_bps, case.burned_io),
        (CaseState::Burned.code(), 10_000, CHARGE)
    );
    assert!(case.is_finished && case.is_settled);
    assert_eq!(stage.supply(), supply - CHARGE);
    assert_eq!(stage.world.token(&stage.case_key(&charge).vault()), 0);
    assert_eq!(
        (stage.book().open_cases, stage.position(1).open_legs),
        (0, 0)
    );
    let event: CaseFinalized = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.state.new, event.burned_io, event.renter_due_io),
        (case.state, CHARGE, 0)
    );
    assert!(event.is_finished);
    let again = stage.finalize(&charge);
    expect_error(again, staking::ID, StakingError::CaseDecided, 0);
    let nothing = stage.restore(&charge, 0);
    expect_error(nothing, staking::ID, StakingError::NoSuchLeg, 0);
    stage.assert_true_books();
    stage.assert_true_case(&charge);
}

#[test]
fn partial_ruling_burns_each_leg_down_and_gives_the_rest_back_once() {
    let (stage, charge) = open();
    let supply = stage.supply();
    stage.appeal(&stage.owner, &charge).expect("appeals");
    stage.rule(&charge, 3_333).expect("rules");
    let early = stage.restore(&charge, 0);
    expect_error(early, staking::ID, StakingError::CaseOpen, 0);
    stage.finalize(&charge).expect("finalizes");
    let burned = |leg: u64| leg * 3_333 / 10_000;
    let (owner, co) = (CHARGE - co_part(), co_part());
    assert_eq!(stage.case(&charge).burned_io, burned(owner) + burned(co));
    assert_eq!(stage.supply(), supply - burned(owner) - burned(co));

    let record = stage.restore(&charge, 1).expect("the co-staker's leg");
    let back = co - burned(co);
    let event: LegRestored = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.leg, event.party, event.amount_io, event.is_finished),
        (1, stage.co.pubkey(), back, false)
    );
    let event: StakeRestored = stage.world.event(staking::ID, &record);
    assert_eq!((event.amount_io, event.positions.len()), (back, 1));
    assert_eq!(event.positions_restored_io, U64Change { old: 0, new: 0 });
    assert_eq!(stage.book().positions[0].amount_io, CO_CAP - burned(co));
    assert_eq!(stage.position(1).open_legs, 0);
    let again = stage.restore(&charge, 1);
    expect_error(again, staking::ID, StakingError::LegDone, 0);
    for leg in [2, 5, 14, 15, 255] {
        let refused = stage.restore_named(&charge, leg);
        expect_error(refused, staking::ID, StakingError::NoSuchLeg, 0);
    }
    assert_eq!(stage.book().open_cases, 1);
    stage.restore(&charge, 0).expect("the owner's leg");
    assert_eq!(stage.book().active_io, REQUIRED - burned(owner));
    assert_eq!(stage.book().open_cases, 0);
    assert!(stage.case(&charge).is_finished);
    stage.assert_true_books();
    stage.assert_true_case(&charge);
    // the charge and the rolling cap keep the upheld part only
    let case = stage.case(&charge);
    assert_eq!(case.offence_charged_io, burned(CHARGE));
    let rolling = stage.book().rolling();
    assert_eq!(
        rolling.days.iter().map(|bps| u64::from(*bps)).sum::<u64>(),
        134 // 400 · 0.3333, up
    );
}

#[test]
fn withdrawn_case_goes_back_and_frees_the_rolling_cap() {
    let (stage, charge) = open();
    let record = stage.withdraw_case(&charge).expect("withdraws");
    let event: CaseWithdrawn = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.slasher, event.state.new),
        (stage.world.slasher.pubkey(), CaseState::Restored.code())
    );
    let again = stage.withdraw_case(&charge);
    expect_error(again, staking::ID, StakingError::NotInWindow, 0);
    let appeal = stage.appeal(&stage.owner, &charge);
    expect_error(appeal, staking::ID, StakingError::NotInWindow, 0);
    stage.restore_all(&charge);
    assert_eq!(
        (stage.book().active_io, stage.book().positions[0].amount_io),
        (REQUIRED, CO_CAP)
    );
    assert_eq!(stage.book().rolling().days, [0; 32]);
    assert_eq!(stage.book().open_cases, 0);
    // settled by the first leg: nothing is left for finalize_case
    let refused = stage.finalize(&charge);
    expect_error(refused, staking::ID, StakingError::CaseDecided, 0);
    stage.assert_true_books();
}

#[test]
fn withdrawing_needs_the_slasher_of_now_and_no_appeal() {
    let (stage, charge) = open();
    let case = stage.case_key(&charge).address();
    for other in [&stage.world.arbiter, &stage.owner] {
        let refused = stage.send(other, ix::withdraw_case(&other.pubkey(), &case));
        expect_error(refused, staking::ID, StakingError::NotSlasher, 0);
    }
    stage.appeal(&stage.owner, &charge).expect("appeals");
    let late = stage.withdraw_case(&charge);
    expect_error(late, staking::ID, StakingError::NotInWindow, 0);
}

#[test]
fn case_without_legs_ends_by_finalize_whatever_its_outcome() {
    let stage = Stage::co_staked();
    let first = stage.leaf_charge(Offence::Overuse, 0, 9_000);
    stage.propose(&first).expect("a record");
    assert_eq!(stage.book().open_cases, 1);
    stage.withdraw_case(&first).expect("withdraws");
    stage.finalize(&first).expect("settles");
    assert_eq!(stage.book().open_cases, 0);
    assert!(stage.case(&first).is_finished);
    assert_eq!(state(&stage, &first), CaseState::Restored.code());
}

#[test]
fn owner_leg_goes_where_the_tranche_is_by_then() {
    // still active: to the active tranche; cooling: to the cooling one with its end
    let (stage, charge) = open();
    stage.begin_unstake().expect("leaves");
    let end = stage.book().cooldown_ends_at;
    stage.withdraw_case(&charge).expect("withdraws");
    stage.restore_all(&charge);
    let book = stage.book();
    assert_eq!(
        (book.cooling_io, book.active_io, book.restored_io),
        (REQUIRED, 0, 0)
    );
    assert_eq!(book.cooldown_ends_at, end);
    assert_eq!(
        (
            book.positions[0].amount_io,
            book.positions[0].state,
            book.positions[0].cooldown_ends_at
        ),
        (CO_CAP, PositionState::Cooldown.code(), end)
    );
    stage.assert_true_books();
}

#[test]
fn position_that_was_taken_whole_gets_its_money_at_once_and_frees_its_place() {
    let stage = Stage::co_staked();
    let charge = stage.spoofing(stage.world.now(), 1);
    stage.propose(&charge).expect("proposes");
    let co = stage.co.pubkey();
    let early = stage.close_position(&co, 1);
    expect_error(early, staking::ID, StakingError::CaseLegOpen, 0);
    stage.appeal(&stage.co, &charge).expect("appeals");
    stage.rule(&charge, 0).expect("overturns");
    stage.restore_all(&charge);
    let book = stage.book();
    assert_eq!(
        (book.restored_io, book.positions_restored_io),
        (REQUIRED, CO_CAP)
    );
    assert!(book.positions[0].has_restored);
    assert_eq!(stage.position(1).restored_io, CO_CAP);
    stage.assert_true_books();
    let refused = stage.close_position(&co, 1);
    expect_error(refused, staking::ID, StakingError::PositionNotEmpty, 0);
    stage.pay_out(&co, 1).expect("at once");
    assert_eq!(stage.balance(&stage.co), PURSE);
    assert!(!stage.book().positions[0].has_restored);
    stage.close_position(&co, 1).expect("frees the slot");
    assert_eq!(stage.live(&co), 0);
    stage.withdraw().expect("at once");
    assert_eq!(stage.balance(&stage.owner), PURSE);
    assert!(!stage.book().is_bound());
    stage.assert_true_books();
}

#[test]
fn full_restore_of_the_last_spoofing_case_lifts_the_block() {
    let stage = Stage::co_staked();
    let now = stage.world.now();
    let (one, two) = (stage.spoofing(now, 1), stage.spoofing(now, 2));
    stage.propose(&one).expect("proposes");
    stage.propose(&two).expect("the second finds nothing");
    assert_eq!(stage.case(&two).seized_io, 0);
    let status = || stage.world.get::<Device>(&stage.device.device).status;
    stage.withdraw_case(&one).expect("withdraws");
    stage.restore_all(&one);
    assert_eq!(status(), DeviceStatus::Blocked.code());
    assert_eq!(stage.book().open_code6_cases, 1);
    stage.withdraw_case(&two).expect("withdraws");
    let bare = swap(&stage.finalize_ix(&two), &registry::ID, &staking::ID);
    let refused = stage.crank(bare);
    expect_error(refused, staking::ID, StakingError::MissingProgram, 0);
    stage.finalize(&two).expect("ends the last one");
    assert_eq!(status(), DeviceStatus::Down.code());
}

#[test]
fn spoofing_that_was_upheld_stays_blocked_whatever_ends_later() {
    let stage = Stage::co_staked();
    let now = stage.world.now();
    let (one, two) = (stage.spoofing(now, 1), stage.spoofing(now, 2));
    stage.propose(&one).expect("proposes");
    stage.propose(&two).expect("the second finds nothing");
    stage.world.warp(30 * DAY + 1);
    stage.finalize(&one).expect("burns");
    stage.withdraw_case(&two).expect("withdraws");
    stage.finalize(&two).expect("ends the last one");
    let device: Device = stage.world.get(&stage.device.device);
    assert_eq!(device.status, DeviceStatus::Blocked.code());
    assert!(!device.is_case_held());
    assert!(!stage.book().is_bound());
}

#[test]
fn finalize_and_restore_refuse_foreign_accounts() {
    let (stage, charge) = open();
    let other = register(&stage.world, &stage.other);
    let other_stake = addr::device_stake(&other.device);
    stage.appeal(&stage.owner, &charge).expect("appeals");
    stage.rule(&charge, 5_000).expect("rules");
    let finalize = stage.finalize_ix(&charge);
    let key = stage.case_key(&charge);
    for (from, to, error) in [
        (
            stage.stake_key(),
            other_stake,
            u32::from(StakingError::WrongCase),
        ),
        (
            stage.device.device,
            other.device,
            StakingError::WrongDevice.into(),
        ),
        (
            key.vault(),
            stage.vault(),
            ErrorCode::ConstraintSeeds.into(),
        ),
        (
            stage.mint(),
            stage.world.plan.usdc_mint,
            StakingError::WrongMint.into(),
        ),
        (
            anchor_spl::token::ID,
            anchor_spl::token_2022::ID,
            ErrorCode::InvalidProgramId.into(),
        ),
    ] {
        let refused = stage.crank(swap(&finalize, &from, &to));
        expect_error(refused, staking::ID, error, 0);
    }
    let refused = stage.crank(with_extra(&finalize));
    expect_error(refused, staking::ID, StakingError::UnexpectedAccounts, 0);
    stage.finalize(&charge).expect("finalizes");
    let restore = stage.restore_ix(&charge, 1);
    for (from, to, error) in [
        (
            key.vault(),
            stage.vault(),
            u32::from(ErrorCode::ConstraintDuplicateMutableAccount),
        ),
        (
            stage.vault(),
            addr::vault(&other_stake),
            ErrorCode::ConstraintSeeds.into(),
        ),
        (
            stage.position_key(1),
            staking::ID,
            StakingError::WrongPosition.into(),
        ),
        (
            addr::totals_of(&stage.device.device),
            addr::totals((stage.book().shard + 1) % 16),
            StakingError::WrongShard.into(),
        ),
    ] {
        let refused = stage.crank(swap(&restore, &from, &to));
        expect_error(refused, staking::ID, error, 0);
    }
    let refused = stage.crank(with_extra(&restore));
    expect_error(refused, staking::ID, StakingError::UnexpectedAccounts, 0);
}

#[test]
fn further_part_ends_with_part_zero_shown_and_lowers_its_charge() {
    let stage = Stage::staked(2 * REQUIRED);
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).expect("code 2");
    stage.world.warp(LONG_OUTAGE);
    let second = charge.as_part(1, Offence::LongOutage, 3_000);
    stage.propose(&second).expect("code 3");
    stage.withdraw_case(&second).expect("withdraws");
    let first = stage.case_key(&charge).address();
    let bare = swap(&stage.restore_ix(&second, 0), &first, &staking::ID);
    expect_error(
        stage.crank(bare),
        staking::ID,
        StakingError::WrongFirstPart,
        0,
    );
    stage.restore_all(&second);
    assert_eq!(stage.case(&charge).offence_charged_io, CHARGE);
    // a withdrawn part can be proposed again as the next one
    let third = charge.as_part(2, Offence::LongOutage, 3_000);
    stage.propose(&third).expect("proposes");
    assert_eq!(stage.case(&third).seized_io, REQUIRED * 26 / 100);
}
