//! Acceptance is of these terms, of this offer, in time.

use super::*;

#[test]
fn e08_acceptance_of_other_terms_is_refused() {
    let stage = offered();
    for (amount, share) in [
        (CO_CAP - 1, 4_000),
        (CO_CAP + 1, 4_000),
        (CO_CAP, 4_001),
        (CO_CAP, 3_999),
    ] {
        expect_error(
            stage.accept(&stage.co, 1, amount, share),
            staking::ID,
            StakingError::TermsMismatch,
            0,
        );
    }
    let other_seq = ix::accept_offer(
        &stage.co.pubkey(),
        &stage.mint(),
        &stage.purse(&stage.co.pubkey()),
        &stage.device,
        &stage.owner.pubkey(),
        staking::AcceptOfferArgs {
            offer_seq: 2,
            amount_io: CO_CAP,
            share_bps: 4_000,
        },
    );
    let other_seq = swap(
        &other_seq,
        &addr::offer(&stage.device.device, 2),
        &addr::offer(&stage.device.device, 1),
    );
    let other_seq = swap(&other_seq, &stage.position_key(2), &stage.position_key(1));
    expect_error(
        stage.send(&stage.co, other_seq),
        staking::ID,
        StakingError::TermsMismatch,
        0,
    );
}

#[test]
fn offer_closed_and_made_again_in_one_transaction_is_a_new_one() {
    let stage = offered();
    let (owner, co) = (stage.owner.pubkey(), stage.co.pubkey());
    let retract = ix::retract_offer(&owner, &stage.device.device, 1, &owner);
    let again = |seq| ix::create_offer(&owner, &stage.device, seq, CO_CAP, 500);
    let acceptance = stage.accept_ix(&co, 1, CO_CAP, 4_000);
    // The number of the offer that was closed is used up, within one transaction too.
    let reused = stage
        .world
        .send(&stage.owner, &[], &[retract.clone(), again(1)]);
    assert!(reused.is_err());
    expect_framework_error(
        stage.world.send(
            &stage.owner,
            &[&stage.co],
            &[retract.clone(), again(2), acceptance],
        ),
        staking::ID,
        ErrorCode::AccountNotInitialized,
        2,
    );
    stage
        .world
        .send(&stage.owner, &[], &[retract, again(2)])
        .expect("a new offer takes the place of the old");
    assert_eq!(stage.book().offer_seq, 2);
    assert_eq!(stage.offer_account(2).share_bps, 500);
}

#[test]
fn offer_made_anew_is_not_taken_by_an_old_transaction() {
    let stage = offered();
    let old = stage.accept_ix(&stage.co.pubkey(), 1, CO_CAP, 4_000);
    stage.retract(1).expect("retracts");
    stage.offer(CO_CAP, 500).expect("offers worse");
    expect_framework_error(
        stage.send(&stage.co, old.clone()),
        staking::ID,
        ErrorCode::AccountNotInitialized,
        0,
    );
    // Even pointed at the new offer it does not fit.
    let moved = swap(
        &old,
        &addr::offer(&stage.device.device, 1),
        &addr::offer(&stage.device.device, 2),
    );
    let moved = swap(&moved, &stage.position_key(1), &stage.position_key(2));
    expect_error(
        stage.send(&stage.co, moved),
        staking::ID,
        StakingError::TermsMismatch,
        0,
    );
}

#[test]
fn e22_offer_is_valid_in_its_last_second_and_not_after() {
    let stage = offered();
    stage.world.warp(30 * DAY + 1);
    expect_error(taken(&stage), staking::ID, StakingError::OfferExpired, 0);
    stage.world.set_time(stage.offer_account(1).expires_at);
    taken(&stage).expect("accepts");
}

#[test]
fn e13_raise_after_the_offer_stops_acceptance_once_its_grace_is_over() {
    let stage = offered();
    let end = stage.world.now() + 10 * DAY;
    stage.announce_multiplier(11_000, end);
    stage.world.set_time(end);
    expect_error(
        taken(&stage),
        staking::ID,
        StakingError::BelowRequirement,
        0,
    );
    stage.close_offer(1).expect("anyone closes it");
}
