//! The renter's part of a burn.

use super::*;

#[test]
fn renter_gets_its_part_of_a_burn_and_holds_nobody_up() {
    let stage = Stage::co_staked();
    let set_victim = |bps: i64| {
        edit::<Params>(&stage.world, &reg::params(&staking::ID), |params| {
            params.values[usize::from(ion_economics::params::staking::VICTIM_BPS.slot)] = bps;
        });
    };
    set_victim(1_000);
    stage.world.warp(HOUR);
    let renter = stage.world.wallet(0, 0);
    let charge = stage.outage_of(&renter.pubkey(), stage.world.now() - 600);
    stage.propose(&charge).expect("proposes");
    set_victim(0); // fixed when the case was opened
    let supply = stage.supply();
    stage.world.warp(30 * DAY + 1);
    stage.finalize(&charge).expect("finalizes");
    let case = stage.case(&charge);
    assert_eq!(
        (case.burned_io, case.renter_due_io),
        (CHARGE - CHARGE / 10, CHARGE / 10)
    );
    assert!(case.is_finished);
    assert_eq!(stage.supply(), supply - case.burned_io);
    stage.assert_true_case(&charge);
    let key = stage.case_key(&charge).address();
    let pay = |to: &Pubkey| ix::pay_renter(&stage.mint(), &key, &stage.purse(to));
    let refused = stage.crank(pay(&stage.co.pubkey()));
    expect_error(refused, staking::ID, StakingError::WrongTokenAccount, 0);
    let record = stage.crank(pay(&renter.pubkey())).expect("pays");
    assert_eq!(stage.balance(&renter), CHARGE / 10);
    let event: RenterPaid = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.renter, event.due_io),
        (
            renter.pubkey(),
            U64Change {
                old: CHARGE / 10,
                new: 0
            }
        )
    );
    assert_eq!(stage.case(&charge).renter_paid_io, CHARGE / 10);
    let again = stage.crank(pay(&renter.pubkey()));
    expect_error(again, staking::ID, StakingError::NothingDue, 0);
    stage.assert_true_case(&charge);
}

#[test]
fn renter_that_holds_a_role_gets_nothing() {
    let stage = Stage::staked(REQUIRED * 2);
    edit::<Params>(&stage.world, &reg::params(&staking::ID), |params| {
        params.values[usize::from(ion_economics::params::staking::VICTIM_BPS.slot)] = 1_000;
    });
    let world = &stage.world;
    let renters = [
        world.slasher.pubkey(),
        world.arbiter.pubkey(),
        world.guardian.pubkey(),
        world.governance.pubkey(),
        world.scheduler.pubkey(),
        world.verifiers[1].pubkey(),
    ];
    let charges: Vec<Charge> = renters
        .iter()
        .map(|renter| stage.outage_of(renter, world.now() - 600))
        .collect();
    for charge in &charges {
        stage.propose(charge).expect("proposes");
    }
    world.warp(30 * DAY + 1);
    for charge in &charges {
        stage.finalize(charge).expect("finalizes");
        assert_eq!(stage.case(charge).renter_due_io, 0);
        assert_eq!(stage.case(charge).burned_io, CHARGE);
    }
    // the accounts that say who holds what cannot be forged
    let fresh = stage.outage_of(&renters[0], world.now() - 600);
    stage.propose(&fresh).expect("proposes");
    world.warp(30 * DAY + 1);
    let set: VerifierSet = world.get(&reg::verifier_set());
    assert!(!set.members().is_empty());
    let mut copy = world.raw(&reg::verifier_set());
    copy.owner = Pubkey::new_unique();
    let fake = Pubkey::new_unique();
    world.put(&fake, copy);
    let forged = swap(&stage.finalize_ix(&fresh), &reg::verifier_set(), &fake);
    expect_framework_error(
        stage.crank(forged),
        staking::ID,
        ErrorCode::AccountOwnedByWrongProgram,
        0,
    );
}
