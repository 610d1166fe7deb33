//! Appeal and ruling: by whom, until when, and what they leave.

use super::*;

#[test]
fn appeal_starts_the_time_for_the_ruling() {
    let (stage, charge) = open();
    stage.world.warp(DAY);
    let record = stage.appeal(&stage.co, &charge).expect("appeals");
    let (case, now) = (stage.case(&charge), stage.world.now());
    assert_eq!(
        (case.state, case.ruling_end, case.appeal_hash),
        (CaseState::Appealed.code(), now + 30 * DAY, [3; 32])
    );
    let event: CaseAppealed = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.case, event.appellant, event.evidence_hash),
        (
            stage.case_key(&charge).address(),
            stage.co.pubkey(),
            [3; 32]
        )
    );
    assert_eq!(
        (event.state, event.ruling_end, event.seq, event.at),
        (U8Change { old: 0, new: 1 }, case.ruling_end, 2, now)
    );
    let again = stage.appeal(&stage.owner, &charge);
    expect_error(again, staking::ID, StakingError::NotInWindow, 0);
}

#[test]
fn only_parties_appeal_with_their_own_signature() {
    let (stage, charge) = open();
    for stranger in [&stage.other, &stage.world.slasher, &stage.world.arbiter] {
        let refused = stage.appeal(stranger, &charge);
        expect_error(refused, staking::ID, StakingError::NotAParty, 0);
    }
    let case = stage.case_key(&charge).address();
    let owner = stage.owner.pubkey();
    let appeal = unsigned(&ix::appeal(&owner, &case, [3; 32]), &owner);
    let refused = stage.crank(appeal);
    expect_framework_error(refused, staking::ID, ErrorCode::AccountNotSigner, 0);
    let empty = ix::appeal(&owner, &case, [0; 32]);
    let refused = stage.send(&stage.owner, empty);
    expect_error(refused, staking::ID, StakingError::EmptyEvidence, 0);
    let foreign = swap(
        &ix::appeal(&owner, &case, [3; 32]),
        &reg::params(&staking::ID),
        &reg::params(&registry::ID),
    );
    let refused = stage.send(&stage.owner, foreign);
    expect_error(refused, staking::ID, StakingError::WrongParams, 0);
    let extra = with_extra(ix::appeal(&owner, &case, [3; 32]));
    let refused = stage.send(&stage.owner, extra);
    expect_error(refused, staking::ID, StakingError::UnexpectedAccounts, 0);
}

#[test]
fn ruling_is_the_captured_arbiters_alone() {
    let (stage, charge) = open();
    let early = stage.rule(&charge, 0);
    expect_error(early, staking::ID, StakingError::NotAppealed, 0);
    stage.appeal(&stage.owner, &charge).expect("appeals");
    let key = stage.case_key(&charge);
    let slasher = &stage.world.slasher;
    let refused = stage.send(slasher, ix::rule(&slasher.pubkey(), &key, 0, [4; 32]));
    expect_error(refused, staking::ID, StakingError::SlasherIsArbiter, 0);
    for other in [&stage.world.governance, &stage.owner] {
        let rule = ix::rule(&other.pubkey(), &key, 0, [4; 32]);
        let refused = stage.send(other, rule);
        expect_error(refused, staking::ID, StakingError::NotArbiter, 0);
    }
    let above = stage.rule(&charge, 10_001);
    expect_error(above, staking::ID, StakingError::ShareOutOfRange, 0);
    let arbiter = stage.world.arbiter.pubkey();
    let rule = unsigned(&ix::rule(&arbiter, &key, 0, [4; 32]), &arbiter);
    expect_framework_error(
        stage.crank(rule),
        staking::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    // even a case whose proposer became its arbiter cannot be ruled on by that key
    edit::<staking::state::Case>(&stage.world, &key.address(), |case| {
        case.proposer = arbiter;
    });
    let refused = stage.rule(&charge, 0);
    expect_error(refused, staking::ID, StakingError::SlasherIsArbiter, 0);
    edit::<staking::state::Case>(&stage.world, &key.address(), |case| {
        case.proposer = stage.world.slasher.pubkey();
    });
    let record = stage.rule(&charge, 2_500).expect("rules");
    let event: CaseRuled = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.arbiter, event.state, event.uphold_bps),
        (
            arbiter,
            U8Change {
                old: CaseState::Appealed.code(),
                new: CaseState::Partial.code()
            },
            2_500
        )
    );
    assert_eq!(event.reason_hash, [4; 32]);
    assert_eq!((event.seq, event.at), (3, stage.world.now()));
    let again = stage.rule(&charge, 0);
    expect_error(again, staking::ID, StakingError::NotAppealed, 0);
}

#[test]
fn e30_appeal_in_the_last_second_counts_and_a_late_ruling_does_not() {
    let (stage, charge) = open();
    stage.world.warp(30 * DAY);
    let early = stage.finalize(&charge);
    expect_error(early, staking::ID, StakingError::WindowNotOver, 0);
    stage.appeal(&stage.owner, &charge).expect("last second");
    stage.world.warp(30 * DAY);
    let pending = stage.finalize(&charge);
    expect_error(pending, staking::ID, StakingError::RulingPending, 0);
    stage.world.warp(1);
    let late = stage.rule(&charge, 10_000);
    expect_error(late, staking::ID, StakingError::RulingTooLate, 0);
    stage.finalize(&charge).expect("silence restores");
    assert_eq!(state(&stage, &charge), CaseState::Restored.code());
    stage.restore_all(&charge);
    assert_eq!(stage.book().active_io, REQUIRED);
    assert_eq!(stage.book().positions[0].amount_io, CO_CAP);

    let other = stage.outage(stage.world.now() - 600);
    stage.propose(&other).expect("proposes");
    stage.world.warp(30 * DAY + 1);
    let late = stage.appeal(&stage.owner, &other);
    expect_error(late, staking::ID, StakingError::WindowOver, 0);
}
