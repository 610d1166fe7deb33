//! Edge cases E24 to E34, E86, E90 of economics §15, and the classes of slashing bugs of style §9.

mod classes;

use ion_client::instructions::staking as ix;
use ion_economics::{
    device::DeviceStatus,
    slash::{CaseState, LONG_OUTAGE, Offence},
    stake::PositionState,
    units::{DAY, HOUR},
};
use ion_program_tests::expect_error;
use registry::state::{Device, Params};
use solana_keypair::Keypair;
use solana_signer::Signer;
use staking::error::StakingError;

use crate::stage::{CO_CAP, COOLDOWN, Charge, PURSE, REQUIRED, Stage, WAIT, edit, io, register};

const CHARGE: u64 = REQUIRED / 25;

/// Owner 1,600 IO and co-staker 800 IO, an hour old.
fn settled() -> Stage {
    let stage = Stage::co_staked();
    stage.world.warp(HOUR);
    stage
}

fn proposed(stage: &Stage) -> Charge {
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).expect("proposes");
    charge
}

fn stakes(stage: &Stage, charge: &Charge) -> [u64; 5] {
    stage.case(charge).parties().map(|party| party.stake_io)
}

/// Everybody takes everything out, by signatures, cranks and time alone.
#[track_caller]
fn everybody_leaves(stage: &Stage) {
    let book = stage.book();
    for slot in &book.positions {
        if slot.state == PositionState::Active.code() {
            let wallet = [&stage.co, &stage.other]
                .into_iter()
                .find(|wallet| wallet.pubkey() == slot.wallet)
                .expect("a wallet of the stage");
            stage.co_unstake(wallet, slot.seq).expect("leaves");
        }
    }
    if stage.book().active_io > 0 {
        stage.begin_unstake().expect("leaves");
    }
    stage.world.warp(WAIT + COOLDOWN);
    for slot in &stage.book().positions {
        if slot.amount_io > 0 {
            stage.pay_out(&slot.wallet, slot.seq).expect("pays out");
        }
    }
    if stage.book().held_io().expect("counts") > 0 {
        stage.withdraw().expect("withdraws");
    }
    assert_eq!(stage.book().held_io().expect("counts"), 0);
    assert_eq!(stage.world.token(&stage.vault()), 0);
}

#[test]
fn e24_one_unit_of_equal_principals_is_the_owners() {
    let stage = Stage::lean();
    stage.world.warp(DAY);
    let charge = proposed(&stage);
    assert_eq!(stakes(&stage, &charge)[..2], [CHARGE / 2, CHARGE / 2]);
    // one unit is left to charge
    edit::<staking::state::Case>(&stage.world, &stage.case_key(&charge).address(), |case| {
        case.offence_charged_io = CHARGE - 1
    });
    let mut rest = charge.as_part(1, Offence::Outage, 400);
    rest.positions = Some(Vec::new());
    stage.propose(&rest).expect("proposes");
    assert_eq!(stakes(&stage, &rest), [1, 0, 0, 0, 0]);
}

#[test]
fn e25_each_party_is_clamped_to_its_own_share() {
    // the owner took 800 IO of overflow after the offence and keeps 800
    let stage = settled();
    let offence = stage.world.now();
    stage.world.warp(60);
    stage.overflow(CO_CAP).expect("takes");
    let charge = stage.outage(offence).as_part(0, Offence::Outage, 400);
    stage.propose(&charge).expect("proposes");
    // weights 1,600 and 800 as at the offence
    assert_eq!(
        stakes(&stage, &charge)[..2],
        [CHARGE - CHARGE / 3, CHARGE / 3]
    );

    let stage = settled();
    let offence = stage.world.now();
    let spoofing = stage.spoofing(offence, 1);
    stage.world.warp(60);
    stage.overflow(CO_CAP).expect("takes");
    stage.propose(&spoofing).expect("proposes");
    let case = stage.case(&spoofing);
    assert_eq!(case.parties()[0].shortfall_io, CO_CAP);
    assert_eq!(
        (case.parties()[0].stake_io, case.parties()[1].stake_io),
        (REQUIRED - CO_CAP, CO_CAP)
    );
    assert_eq!(case.charged_io, REQUIRED + CO_CAP);
}

#[test]
fn e26_waiting_and_cooling_principal_is_reached_from_its_start_on() {
    // waiting: reached
    let stage = settled();
    let charge = stage.outage(stage.world.now());
    stage.world.warp(60);
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.propose(&charge).expect("proposes");
    assert_eq!(stakes(&stage, &charge)[1], CHARGE / 3);
    // withdrawable, its cooldown began after the offence: reached until it is paid
    let stage = settled();
    let offence = stage.world.now();
    stage.world.warp(60);
    stage.begin_unstake().expect("leaves");
    stage.world.warp(COOLDOWN);
    let charge = stage.outage(offence);
    stage.propose(&charge).expect("proposes");
    assert_eq!(
        stakes(&stage, &charge)[..2],
        [CHARGE - CHARGE / 3, CHARGE / 3]
    );
    assert_eq!(stage.book().cooling_io, REQUIRED - (CHARGE - CHARGE / 3));
    // its cooldown began before: out of reach
    let stage = settled();
    stage.begin_unstake().expect("leaves");
    stage.world.warp(60);
    let charge = stage.outage(stage.world.now());
    stage.propose(&charge).expect("an empty case");
    assert_eq!(stakes(&stage, &charge), [0; 5]);
}

#[test]
fn e27_rest_leaves_while_the_case_is_open() {
    let stage = settled();
    stage.begin_unstake().expect("leaves");
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).expect("proposes");
    stage.world.warp(COOLDOWN);
    stage.withdraw().expect("the rest");
    stage.pay_out(&stage.co.pubkey(), 1).expect("the rest");
    assert!(
        stage.book().is_bound(),
        "the leg still has to find its wallet"
    );
    assert_eq!(stage.world.token(&stage.vault()), 0);
    assert_eq!(stage.world.token(&stage.case_key(&charge).vault()), CHARGE);
    stage.world.warp(30 * DAY);
    stage.finalize(&charge).expect("burns");
    assert!(!stage.book().is_bound(), "the last case has ended");
    assert_eq!(
        stage.balance(&stage.owner) + stage.balance(&stage.co),
        2 * PURSE - CHARGE
    );
}

#[test]
fn e28_second_case_sees_what_the_first_left() {
    let stage = settled();
    let one = stage.spoofing(stage.world.now(), 1);
    let outage = proposed(&stage);
    stage.propose(&one).expect("takes what is left");
    let [owner, co, ..] = stakes(&stage, &one);
    let [taken_owner, taken_co, ..] = stakes(&stage, &outage);
    assert_eq!((owner, co), (REQUIRED - taken_owner, CO_CAP - taken_co));
    // each is given back what its own case took, in either order
    stage.withdraw_case(&one).expect("withdraws");
    stage.withdraw_case(&outage).expect("withdraws");
    stage.restore_all(&outage);
    stage.restore_all(&one);
    let book = stage.book();
    assert_eq!(
        book.held_io().expect("counts"),
        REQUIRED + CO_CAP,
        "to the unit"
    );
    assert_eq!(book.open_cases, 0);
    stage.assert_true_books();
}

#[test]
fn e29_leg_of_one_who_has_left_is_withdrawable_at_once() {
    let stage = settled();
    let charge = proposed(&stage);
    stage.begin_unstake().expect("leaves");
    stage.world.warp(COOLDOWN);
    stage.withdraw().expect("the rest");
    stage.pay_out(&stage.co.pubkey(), 1).expect("the rest");
    stage.appeal(&stage.owner, &charge).expect("appeals");
    stage.rule(&charge, 0).expect("overturns");
    stage.restore_all(&charge);
    let book = stage.book();
    assert_eq!(book.restored_io, CHARGE - CHARGE / 3);
    assert_eq!(stage.position(1).restored_io, CHARGE / 3);
    assert!(book.is_bound());
    stage.withdraw().expect("at once");
    stage.pay_out(&stage.co.pubkey(), 1).expect("at once");
    assert_eq!(
        (stage.balance(&stage.owner), stage.balance(&stage.co)),
        (PURSE, PURSE)
    );
    stage
        .close_position(&stage.co.pubkey(), 1)
        .expect("nothing is open any more");
    assert!(!stage.book().is_bound());
}

#[test]
fn e31_rotation_of_keys_changes_no_running_case() {
    let stage = settled();
    let (ruled, withdrawn) = (proposed(&stage), proposed(&stage));
    stage.appeal(&stage.owner, &ruled).expect("appeals");
    let (slasher, arbiter) = (Keypair::new(), Keypair::new());
    stage.world.fund(&slasher.pubkey());
    stage.world.fund(&arbiter.pubkey());
    stage.rotate(|roles| {
        roles.slasher.current = slasher.pubkey();
        roles.arbiter.current = arbiter.pubkey();
    });
    // the new arbiter cannot rule, the captured one can
    let key = stage.case_key(&ruled);
    let refused = stage.send(&arbiter, ix::rule(&arbiter.pubkey(), &key, 10_000, [4; 32]));
    expect_error(refused, staking::ID, StakingError::NotArbiter, 0);
    stage.rule(&ruled, 0).expect("the captured arbiter");
    // the old slasher cannot withdraw, the new one can
    let refused = stage.withdraw_case(&withdrawn);
    expect_error(refused, staking::ID, StakingError::NotSlasher, 0);
    let case = stage.case_key(&withdrawn).address();
    stage
        .send(&slasher, ix::withdraw_case(&slasher.pubkey(), &case))
        .expect("the slasher of now");
    // the bar stays on the recorded proposer, whatever role that key takes later
    let third = stage.outage(stage.world.now() - 500);
    let propose = stage.propose_ix(&slasher.pubkey(), &third);
    stage.send(&slasher, propose).expect("the new slasher");
    stage.appeal(&stage.owner, &third).expect("appeals");
    stage.rotate(|roles| {
        roles.slasher.current = Keypair::new().pubkey();
        roles.arbiter.current = slasher.pubkey();
    });
    let key = stage.case_key(&third);
    let refused = stage.send(&slasher, ix::rule(&slasher.pubkey(), &key, 10_000, [4; 32]));
    assert!(refused.is_err());
    assert_eq!(stage.case(&third).arbiter, arbiter.pubkey());
}

#[test]
fn e32_appeal_of_the_co_staker_alone_covers_all_legs() {
    let stage = settled();
    let charge = proposed(&stage);
    stage.appeal(&stage.co, &charge).expect("appeals");
    stage.rule(&charge, 0).expect("overturns");
    stage.restore_all(&charge);
    let book = stage.book();
    assert_eq!(
        (book.active_io, book.positions[0].amount_io),
        (REQUIRED, CO_CAP)
    );
}

#[test]
fn e34_offence_a_second_too_old_is_refused() {
    let stage = Stage::staked(REQUIRED);
    let charge = stage.outage(stage.world.now() - 30 * DAY - 1);
    let refused = stage.propose(&charge);
    expect_error(refused, staking::ID, StakingError::OffenceTooOld, 0);
    let charge = stage.outage(stage.world.now() - 30 * DAY);
    stage.propose(&charge).expect("the last second");
}

#[test]
fn e15_slash_below_the_requirement_starts_the_cure_period() {
    let stage = Stage::lean();
    stage.world.warp(DAY);
    let charge = proposed(&stage);
    let now = stage.world.now();
    assert_eq!(stage.book().underfunded_since, now);
    stage.world.warp(7 * DAY + 1);
    stage.co_unstake(&stage.co, 1).expect("leaves");
    // no wait: the cooldown has begun
    assert_eq!(
        stage.book().positions[0].state,
        PositionState::Cooldown.code()
    );
    stage.withdraw_case(&charge).expect("withdraws");
    stage.restore_all(&charge);
    assert_eq!(stage.book().positions[0].amount_io, CO_CAP);
}

#[test]
fn slash_makes_the_open_offer_closable_and_never_acceptable() {
    let stage = Stage::staked(REQUIRED);
    stage.offer(CO_CAP, 4_000).expect("offers");
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).expect("proposes");
    let refused = stage.accept(&stage.co, 1, CO_CAP, 4_000);
    expect_error(refused, staking::ID, StakingError::BelowRequirement, 0);
    stage.close_offer(1).expect("anyone");
}

#[test]
fn e86_case_above_the_day_is_clamped_pro_rata_and_goes_on_in_parts() {
    let stage = Stage::staked(io(9_000));
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage.accept(&stage.co, 1, CO_CAP, 4_000).expect("accepts");
    stage.world.warp(DAY);
    let mut charge = stage.spoofing(stage.world.now() - 60, 1);
    stage.leave_the_day(io(980));
    stage.propose(&charge).expect("the first part");
    assert_eq!(stakes(&stage, &charge)[..2], [io(900), io(80)]);
    // overflow is locked while the device is blocked
    let refused = stage.overflow(1);
    expect_error(refused, staking::ID, StakingError::DeviceBlocked, 0);
    let first = charge.clone();
    for part in 1..=3 {
        stage.world.warp(DAY);
        stage.leave_the_day(io(3_000));
        charge = first.as_part(part, Offence::Spoofing, 0);
        stage.propose(&charge).expect("a later part");
    }
    let book = stage.book();
    assert_eq!((book.active_io, book.positions[0].amount_io), (0, 0));
    assert_eq!(book.open_code6_cases, 4);
    // rounding down leaves at most one unit per party and day; here it comes out even
    assert_eq!(stage.case(&first).parts, 4);
    let more = first.as_part(4, Offence::Spoofing, 0);
    stage.world.warp(DAY);
    let refused = stage.propose(&more);
    expect_error(refused, staking::ID, StakingError::NothingToCharge, 0);
    // all four are withdrawn: everything comes back and the block is lifted with the last
    for part in 0..=3 {
        let charge = first.as_part(part, Offence::Spoofing, 0);
        stage.withdraw_case(&charge).expect("withdraws");
        stage.restore_all(&charge);
    }
    let device: Device = stage.world.get(&stage.device.device);
    assert_eq!(device.status, DeviceStatus::Down.code());
    assert_eq!(stage.book().held_io().expect("counts"), io(9_000) + CO_CAP);
    stage.assert_true_books();
}

#[test]
fn e90_evidence_of_the_supplier_stands_in_the_appeal() {
    // the renter killed the agent: the fault report stands, the supplier shows it in the appeal
    let stage = settled();
    let charge = proposed(&stage);
    stage.appeal(&stage.owner, &charge).expect("appeals");
    assert_eq!(stage.case(&charge).appeal_hash, [3; 32]);
    stage.rule(&charge, 0).expect("overturns");
    stage.restore_all(&charge);
    assert_eq!(stage.book().active_io, REQUIRED);
    assert_eq!(stage.book().rolling().days, [0; 32]);
}
