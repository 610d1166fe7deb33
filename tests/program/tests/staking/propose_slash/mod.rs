//! `propose_slash`.

mod codes;
mod foreign;

use anchor_lang::error::ErrorCode;
use ion_client::{addresses::staking as addr, instructions::staking as ix};
use ion_economics::{
    device::DeviceStatus,
    slash::{CaseState, LONG_OUTAGE, Offence},
    stake::PositionState,
    units::{DAY, HOUR},
};
use ion_program_tests::{expect_error, expect_framework_error};
use registry::{error::RegistryError, state::PauseBit};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    Citation,
    error::StakingError,
    events::{CaseOpened, StakeSeized, U64Change},
};

use crate::stage::{
    CO_CAP, Charge, OUTAGE_BPS, REQUIRED, Stage, register, swap, unsigned, with_extra,
};

/// 4 % of the requirement.
const CHARGE: u64 = REQUIRED / 25;

/// The owner's and the co-staker's part of code 2 with 1,600 and 800 IO behind the device.
fn parts() -> (u64, u64) {
    let co = CHARGE / 3; // weights 2 to 1
    (CHARGE - co, co)
}

#[test]
fn case_seizes_by_weight_and_writes_every_field() {
    let stage = Stage::co_staked();
    stage.world.warp(HOUR);
    let now = stage.world.now();
    let charge = stage.outage(now - 600);
    let supply = stage.supply();
    let record = stage.propose(&charge).expect("proposes");
    let (owner, co) = parts();
    let (key, case) = (stage.case_key(&charge), stage.case(&charge));
    assert_eq!(
        (case.code, case.state, case.part, case.bps),
        (2, CaseState::Window.code(), 0, OUTAGE_BPS)
    );
    assert_eq!(
        (case.device, case.offence_id, case.poll),
        (
            stage.device.device,
            charge.args.offence_id,
            stage.poll_key(&charge)
        )
    );
    assert_eq!(
        (case.proposer, case.arbiter, case.owner),
        (
            stage.world.slasher.pubkey(),
            stage.world.arbiter.pubkey(),
            stage.owner.pubkey()
        )
    );
    assert_eq!(
        (case.offence_at, case.opened_at, case.window_end),
        (now - 600, now, now + 30 * DAY)
    );
    assert_eq!(
        (case.ruling_end, case.decided_at, case.uphold_bps),
        (0, 0, 0)
    );
    assert_eq!(
        (case.required_io, case.charged_io, case.seized_io),
        (REQUIRED, CHARGE, CHARGE)
    );
    assert_eq!((case.rolling_bps, case.victim_bps), (OUTAGE_BPS, 0));
    assert_eq!(
        (case.parts, case.offence_charged_io, case.window_held_io),
        (1, CHARGE, 0)
    );
    assert_eq!(
        (case.burned_io, case.restored_io, case.renter_due_io),
        (0, 0, 0)
    );
    assert!(!case.is_settled && !case.is_finished);
    assert_eq!(
        (
            case.parties()[0].wallet,
            case.parties()[0].seq,
            case.parties()[0].stake_io
        ),
        (stage.owner.pubkey(), 0, owner)
    );
    assert_eq!(
        (
            case.parties()[1].wallet,
            case.parties()[1].seq,
            case.parties()[1].stake_io
        ),
        (stage.co.pubkey(), 1, co)
    );
    assert!(case.parties()[2..].iter().all(|party| !party.has_leg()));
    assert_eq!(
        (case.evidence_hash, case.appeal_hash),
        (charge.args.evidence_hash, [0; 32])
    );

    let book = stage.book();
    assert_eq!(
        (book.active_io, book.positions[0].amount_io),
        (REQUIRED - owner, CO_CAP - co)
    );
    assert_eq!((book.open_cases, book.open_code6_cases), (1, 0));
    assert_eq!(book.underfunded_since, 0);
    assert_eq!(stage.position(1).open_legs, 1);
    assert_eq!(stage.slash_day().taken_io, CHARGE);
    assert_eq!(stage.world.token(&key.vault()), CHARGE);
    assert_eq!(stage.supply(), supply);
    stage.assert_true_books();

    let opened: CaseOpened = stage.world.event(staking::ID, &record);
    assert_eq!(
        (opened.case, opened.stake, opened.device),
        (key.address(), stage.stake_key(), stage.device.device)
    );
    assert_eq!(
        (opened.charged_io, opened.seized_io, opened.day_taken_io),
        (CHARGE, CHARGE, CHARGE)
    );
    assert_eq!(opened.parties, case.parties()[..2]);
    assert_eq!((opened.seq, opened.at), (1, now));
    let seized: StakeSeized = stage.world.event(staking::ID, &record);
    assert_eq!((seized.case, seized.amount_io), (key.address(), CHARGE));
    assert_eq!(seized.rolling_bps, OUTAGE_BPS);
    assert_eq!(
        seized.ledger.active_io,
        U64Change {
            old: REQUIRED,
            new: REQUIRED - owner
        }
    );
    assert_eq!(seized.positions.len(), 1);
    assert_eq!(seized.seq, book.event_seq);
}

#[test]
fn only_the_slasher_proposes_and_signs() {
    let stage = Stage::co_staked();
    let charge = stage.outage(stage.world.now() - 600);
    stage.open_day();
    for key in [
        &stage.world.arbiter,
        &stage.world.governance,
        &stage.world.guardian,
        &stage.owner,
    ] {
        let propose = stage.propose_ix(&key.pubkey(), &charge);
        let refused = stage.send(key, propose);
        expect_error(refused, staking::ID, StakingError::NotSlasher, 0);
    }
    let slasher = stage.world.slasher.pubkey();
    let propose = unsigned(&stage.propose_ix(&slasher, &charge), &slasher);
    let refused = stage.crank(propose);
    expect_framework_error(refused, staking::ID, ErrorCode::AccountNotSigner, 0);
}

#[test]
fn slasher_that_is_the_arbiter_cannot_propose() {
    let stage = Stage::co_staked();
    let charge = stage.outage(stage.world.now() - 600);
    let slasher = stage.world.slasher.pubkey();
    stage.rotate(|roles| roles.arbiter.current = slasher);
    let refused = stage.propose(&charge);
    expect_error(refused, staking::ID, StakingError::SlasherIsArbiter, 0);
}

#[test]
fn pause_stops_new_cases_and_nothing_of_an_open_one() {
    let stage = Stage::co_staked();
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).expect("proposes");
    let other = stage.outage(stage.world.now() - 500);
    for bit in [
        PauseBit::Register,
        PauseBit::StakeIn,
        PauseBit::Offers,
        PauseBit::Booking,
        PauseBit::SlashPropose,
        PauseBit::Auction,
    ] {
        stage.pause(bit);
    }
    let refused = stage.propose(&other);
    expect_error(refused, staking::ID, StakingError::Paused, 0);
    stage.appeal(&stage.owner, &charge).expect("appeals");
    stage.rule(&charge, 5_000).expect("rules");
    stage.finalize(&charge).expect("finalizes");
    stage.restore_all(&charge);
    assert!(stage.case(&charge).is_finished);
}

#[test]
fn same_evidence_twice_is_refused() {
    let stage = Stage::co_staked();
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).expect("proposes");
    assert!(stage.propose(&charge).is_err());
    stage.withdraw_case(&charge).expect("withdraws");
    stage.finalize(&charge).expect("settles");
    stage.restore_all(&charge);
    assert!(stage.propose(&charge).is_err());
    assert_eq!(stage.book().open_cases, 0);
}

#[test]
fn report_of_another_device_proves_nothing() {
    let stage = Stage::co_staked();
    let charge = stage.outage(stage.world.now() - 600);
    let other = register(&stage.world, &stage.owner);
    let elsewhere = Stage {
        device: other,
        ..stage
    };
    elsewhere.stake(REQUIRED).expect("stakes");
    let refused = elsewhere.propose(&charge);
    expect_error(refused, staking::ID, StakingError::WrongDevice, 0);
}

#[test]
fn citation_must_be_attested_and_fit_the_code() {
    let stage = Stage::co_staked();
    let now = stage.world.now();
    let charge = stage.outage(now - 600);
    let refuse = |charge: &Charge, error: u32| {
        expect_error(stage.propose(charge), staking::ID, error, 0);
    };
    let with = |change: &dyn Fn(&mut Charge)| {
        let mut changed = charge.clone();
        change(&mut changed);
        changed
    };
    let wrong = u32::from(StakingError::WrongCitation);
    refuse(&with(&|c| c.poll = None), wrong);
    refuse(&with(&|c| c.args.citation = Citation::Evidence), wrong);
    refuse(&with(&|c| c.args.code = 6), wrong);
    refuse(&with(&|c| c.args.code = 4), wrong);
    refuse(
        &with(&|c| c.args.code = 9),
        StakingError::UnknownOffence.into(),
    );
    refuse(
        &with(&|c| c.args.offence_at -= 1),
        StakingError::WrongOffenceTime.into(),
    );
    refuse(
        &with(&|c| c.args.offence_id[0] ^= 1),
        StakingError::WrongOffenceId.into(),
    );
    refuse(
        &with(&|c| c.args.evidence_hash = [0; 32]),
        StakingError::EmptyEvidence.into(),
    );
    refuse(
        &with(&|c| {
            if let Citation::Fault { payload, .. } = &mut c.args.citation {
                payload[0] ^= 1;
            }
        }),
        RegistryError::PayloadMismatch.into(),
    );
    refuse(
        &with(&|c| {
            if let Citation::Fault { seq, .. } = &mut c.args.citation {
                *seq += 1;
            }
        }),
        RegistryError::WrongPollIdentity.into(),
    );
    let other = stage.outage(now - 700);
    refuse(
        &with(&|c| c.poll = other.poll),
        RegistryError::WrongPollIdentity.into(),
    );
    stage.unattest(&other);
    refuse(&other, RegistryError::ReportNotAttested.into());
    stage.propose(&charge).expect("the unchanged one passes");
}

#[test]
fn time_of_the_offence_is_bounded_on_both_sides() {
    let stage = Stage::co_staked();
    let now = stage.world.now();
    let refuse = |charge: &Charge, error: StakingError| {
        expect_error(stage.propose(charge), staking::ID, error, 0);
    };
    refuse(&stage.spoofing(now + 1, 1), StakingError::OffenceInFuture);
    let old = stage.spoofing(now - 30 * DAY - 1, 1);
    refuse(&old, StakingError::OffenceTooOld);
    stage
        .propose(&stage.spoofing(now - 30 * DAY, 1))
        .expect("the last second is in time");
    let outage = stage.outage(now - LONG_OUTAGE);
    let long = outage.as_part(0, Offence::LongOutage, 3_000);
    refuse(&long, StakingError::OutageTooShort);
}

#[test]
fn charge_is_bounded_by_the_table() {
    let stage = Stage::co_staked();
    let now = stage.world.now();
    let outage = stage.outage(now - 10 * DAY);
    for (code, most) in [
        (Offence::Outage, 400),
        (Offence::LongOutage, 3_000),
        (Offence::LastingOutage, 5_000),
    ] {
        let above = outage.as_part(0, code, most + 1);
        let refused = stage.propose(&above);
        expect_error(refused, staking::ID, StakingError::ChargeAboveTable, 0);
    }
    let mut spoofing = stage.spoofing(now, 1);
    spoofing.args.bps = 1;
    let refused = stage.propose(&spoofing);
    expect_error(refused, staking::ID, StakingError::ChargeAboveTable, 0);
    stage
        .propose(&outage.as_part(0, Offence::LastingOutage, 5_000))
        .expect("the table's own charge passes");
    assert_eq!(stage.case(&outage).charged_io, REQUIRED / 2);
}

#[test]
fn day_must_be_today_and_have_something_left() {
    let stage = Stage::co_staked();
    stage.open_day();
    let yesterday = addr::slash_day(stage.today());
    stage.world.warp(DAY);
    let charge = stage.outage(stage.world.now() - 600);
    stage.open_day();
    let slasher = stage.world.slasher.pubkey();
    let today = addr::slash_day(stage.today());
    let stale = swap(&stage.propose_ix(&slasher, &charge), &today, &yesterday);
    let refused = stage.send(&stage.world.slasher, stale);
    expect_error(refused, staking::ID, StakingError::WrongDay, 0);
    stage.leave_the_day(0);
    let refused = stage.propose(&charge);
    expect_error(refused, staking::ID, StakingError::DayExhausted, 0);
    stage.leave_the_day(CHARGE);
    stage.propose(&charge).expect("exactly what is left");
}

#[test]
fn open_slash_day_takes_the_shards_in_order_and_only_today() {
    let stage = Stage::co_staked();
    let payer = stage.world.authority.pubkey();
    let day = stage.today();
    for wrong in [day - 1, day + 1] {
        let refused = stage.crank(ix::open_slash_day(&payer, wrong));
        expect_error(refused, staking::ID, StakingError::WrongDay, 0);
    }
    let mut short = ix::open_slash_day(&payer, day);
    short.accounts.pop();
    let refused = stage.crank(short);
    expect_error(refused, staking::ID, StakingError::ShardsIncomplete, 0);
    let mut unsorted = ix::open_slash_day(&payer, day);
    let last = unsorted.accounts.len() - 1;
    unsorted.accounts.swap(last, last - 1);
    let refused = stage.crank(unsorted);
    expect_error(refused, staking::ID, StakingError::WrongShard, 0);
    let mut foreign = ix::open_slash_day(&payer, day);
    foreign.accounts[last].pubkey = stage.stake_key();
    let refused = stage.crank(foreign);
    expect_error(refused, staking::ID, StakingError::WrongShard, 0);
    let record = stage.crank(ix::open_slash_day(&payer, day)).expect("opens");
    let opened = stage.slash_day();
    assert_eq!(
        (opened.day, opened.counted_io, opened.taken_io, opened.payer),
        (day, REQUIRED + CO_CAP, 0, payer)
    );
    let event: staking::events::SlashDayOpened = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.slash_day, event.day, event.counted_io),
        (addr::slash_day(day), day, REQUIRED + CO_CAP)
    );
    assert!(stage.crank(ix::open_slash_day(&payer, day)).is_err());
}
