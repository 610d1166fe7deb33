//! `sweep_excess`.

use anchor_lang::error::ErrorCode;
use ion_client::{
    addresses::{ide, staking as addr},
    instructions::staking as ix,
};
use ion_program_tests::{expect_error, expect_framework_error};
use solana_signer::Signer;
use staking::{error::StakingError, events::ExcessSwept};

use crate::stage::{CO_CAP, REQUIRED, Stage, register, swap, with_extra};

#[test]
fn donation_goes_to_the_reward_vault_and_nothing_else_moves() {
    let stage = Stage::co_staked();
    // with restored balances in the vault, which are owed
    let charge = stage.spoofing(stage.world.now(), 1);
    stage.propose(&charge).expect("proposes");
    stage.withdraw_case(&charge).expect("withdraws");
    stage.restore_all(&charge);
    let sweep = ix::sweep_excess(&stage.mint(), &stage.device.device);
    let refused = stage.crank(sweep.clone());
    expect_error(refused, staking::ID, StakingError::NothingToWithdraw, 0);
    stage.donate(7);
    let before = stage.world.token(&ide::reward_vault());
    let record = stage.crank(sweep).expect("sweeps");
    assert_eq!(stage.world.token(&ide::reward_vault()), before + 7);
    assert_eq!(stage.world.token(&stage.vault()), REQUIRED + CO_CAP);
    stage.assert_true_books();
    let event: ExcessSwept = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.stake, event.destination, event.amount_io),
        (stage.stake_key(), ide::reward_vault(), 7)
    );
    assert_eq!(
        (event.seq, event.at),
        (stage.book().event_seq, stage.world.now())
    );
    stage.pay_out(&stage.co.pubkey(), 1).expect("still owed");
    stage.withdraw().expect("still owed");
}

#[test]
fn excess_has_one_destination_and_one_vault() {
    let stage = Stage::co_staked();
    stage.donate(7);
    let sweep = ix::sweep_excess(&stage.mint(), &stage.device.device);
    let other = register(&stage.world, &stage.owner);
    let refused = stage.crank(swap(&sweep, &ide::reward_vault(), &ide::pay_io()));
    expect_error(refused, staking::ID, StakingError::WrongTokenAccount, 0);
    let foreign = addr::vault(&addr::device_stake(&other.device));
    let refused = stage.crank(swap(&sweep, &stage.vault(), &foreign));
    expect_framework_error(refused, staking::ID, ErrorCode::ConstraintSeeds, 0);
    let refused = stage.crank(with_extra(&sweep));
    expect_error(refused, staking::ID, StakingError::UnexpectedAccounts, 0);
}
