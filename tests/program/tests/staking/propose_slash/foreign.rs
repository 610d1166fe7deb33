//! Foreign accounts, positions that do not belong, earlier slots.

use super::*;

#[test]
fn positions_are_exactly_those_that_lose_stake() {
    let stage = Stage::co_staked();
    let mut charge = stage.outage(stage.world.now() - 600);
    let refuse = |charge: &Charge, error: StakingError| {
        expect_error(stage.propose(charge), staking::ID, error, 0);
    };
    // the co-staker came after this offence
    let reached = stage.reached(charge.args.offence_at);
    assert_eq!(reached, Vec::<u64>::new());
    charge.positions = Some(vec![1]);
    refuse(&charge, StakingError::UnexpectedAccounts);
    stage.world.warp(HOUR);
    let mut charge = stage.outage(stage.world.now() - 600);
    charge.positions = Some(vec![]);
    refuse(&charge, StakingError::WrongPosition);
    charge.positions = Some(vec![1, 1]);
    refuse(&charge, StakingError::UnexpectedAccounts);
    stage.open_day();
    charge.positions = None;
    let slasher = stage.world.slasher.pubkey();
    let propose = with_extra(stage.propose_ix(&slasher, &charge));
    let refused = stage.send(&stage.world.slasher, propose);
    expect_error(refused, staking::ID, StakingError::UnexpectedAccounts, 0);
    let foreign = swap(
        &stage.propose_ix(&slasher, &charge),
        &stage.position_key(1),
        &addr::co_staker(&stage.co.pubkey()),
    );
    let refused = stage.send(&stage.world.slasher, foreign);
    expect_error(refused, staking::ID, StakingError::WrongPosition, 0);
    let mut readonly = stage.propose_ix(&slasher, &charge);
    for meta in &mut readonly.accounts {
        meta.is_writable &= meta.pubkey != stage.position_key(1);
    }
    let refused = stage.send(&stage.world.slasher, readonly);
    expect_error(refused, staking::ID, StakingError::WrongPosition, 0);
}

#[test]
fn foreign_accounts_are_refused_slot_by_slot() {
    let stage = Stage::co_staked();
    stage.world.warp(HOUR);
    stage.open_day();
    let charge = stage.outage(stage.world.now() - 600);
    let slasher = stage.world.slasher.pubkey();
    let propose = stage.propose_ix(&slasher, &charge);
    let other = register(&stage.world, &stage.other);
    let other_stake = addr::device_stake(&other.device);
    for (from, to, error) in [
        (
            stage.stake_key(),
            other_stake,
            u32::from(StakingError::WrongDevice),
        ),
        (
            stage.vault(),
            addr::vault(&other_stake),
            ErrorCode::ConstraintSeeds.into(),
        ),
        (
            ion_client::addresses::registry::roles(),
            ion_client::addresses::registry::config(),
            ErrorCode::AccountDiscriminatorMismatch.into(),
        ),
        (
            ion_client::addresses::registry::config(),
            ion_client::addresses::registry::roles(),
            ErrorCode::AccountDiscriminatorMismatch.into(),
        ),
        (
            stage.mint(),
            stage.world.plan.usdc_mint,
            StakingError::WrongMint.into(),
        ),
        (
            ion_client::addresses::registry::params(&staking::ID),
            ion_client::addresses::registry::params(&registry::ID),
            StakingError::WrongParams.into(),
        ),
        (
            stage.case_key(&charge).vault(),
            stage.vault(),
            ErrorCode::ConstraintSeeds.into(),
        ),
    ] {
        let refused = stage.send(&stage.world.slasher, swap(&propose, &from, &to));
        expect_error(refused, staking::ID, error, 0);
    }
    let mut copy = stage.world.raw(&ion_client::addresses::registry::roles());
    copy.owner = Pubkey::new_unique();
    let fake = Pubkey::new_unique();
    stage.world.put(&fake, copy);
    let swapped = swap(&propose, &ion_client::addresses::registry::roles(), &fake);
    let refused = stage.send(&stage.world.slasher, swapped);
    expect_framework_error(
        refused,
        staking::ID,
        ErrorCode::AccountOwnedByWrongProgram,
        0,
    );
}

#[test]
fn case_and_vault_addresses_that_hold_lamports_open_all_the_same() {
    let stage = Stage::co_staked();
    let charge = stage.outage(stage.world.now() - 600);
    let key = stage.case_key(&charge);
    stage.world.fund(&key.address());
    stage.world.fund(&key.vault());
    stage.propose(&charge).expect("proposes");
}

#[test]
fn wrong_first_account_type_in_the_earlier_slot_is_refused() {
    let stage = Stage::co_staked();
    let mut charge = stage.leaf_charge(Offence::Overuse, 500, 9_000);
    charge.earlier = Some(stage.stake_key());
    let refused = stage.propose(&charge);
    expect_framework_error(
        refused,
        staking::ID,
        ErrorCode::AccountDiscriminatorMismatch,
        0,
    );
}
