//! The vault of a case: what it pays out, and its excess.

use super::*;

#[test]
fn case_vault_pays_out_what_is_due_although_strangers_sent_tokens() {
    let (stage, charge) = open();
    let vault = stage.case_key(&charge).vault();
    let donor = stage.other.pubkey();
    let gift = anchor_spl::token::spl_token::instruction::transfer(
        &anchor_spl::token::ID,
        &get_associated_token_address(&donor, &stage.mint()),
        &vault,
        &donor,
        &[],
        7,
    )
    .expect("classic token");
    stage.send(&stage.other, gift).expect("anybody can");
    stage.appeal(&stage.owner, &charge).expect("appeals");
    stage.rule(&charge, 5_000).expect("rules");
    stage.finalize(&charge).expect("finalizes");
    stage.restore_all(&charge);
    assert_eq!(stage.world.token(&vault), 7);
    stage.world.warp(COOLDOWN);
    stage.assert_true_books();
}

#[test]
fn excess_of_a_case_goes_to_the_reward_vault_at_every_stage_and_nothing_else_moves() {
    let (stage, charge) = open();
    let key = stage.case_key(&charge);
    let (vault, mint) = (key.vault(), stage.mint());
    let sweep = || ix::sweep_case(&mint, &key.address());
    let swept = |gift: u64| {
        let refused = stage.crank(sweep());
        expect_error(refused, staking::ID, StakingError::NothingToWithdraw, 0);
        let owed = stage.world.token(&vault);
        let before = stage.world.token(&ide::reward_vault());
        let supply = stage.supply();
        stage.donate_to(&vault, gift);
        let record = stage.crank(sweep()).expect("sweeps");
        assert_eq!(stage.world.token(&ide::reward_vault()), before + gift);
        assert_eq!(stage.world.token(&vault), owed);
        assert_eq!(stage.supply(), supply, "nothing is burned");
        stage.assert_true_case(&charge);
        stage.assert_true_books();
        let event: CaseSwept = stage.world.event(staking::ID, &record);
        assert_eq!(
            (event.case, event.destination, event.amount_io),
            (key.address(), ide::reward_vault(), gift)
        );
        assert_eq!(
            (event.seq, event.at),
            (stage.case(&charge).event_seq, stage.world.now())
        );
    };
    swept(7);
    stage.appeal(&stage.owner, &charge).expect("appeals");
    swept(1);
    stage.rule(&charge, 5_000).expect("rules");
    swept(u64::from(u32::MAX));
    stage.finalize(&charge).expect("finalizes");
    swept(2);
    stage.restore_all(&charge);
    assert!(stage.case(&charge).is_finished);
    assert_eq!(stage.world.token(&vault), 0);
    swept(3);
}

#[test]
fn excess_of_a_case_has_one_destination_and_one_vault() {
    let (stage, charge) = open();
    let key = stage.case_key(&charge);
    stage.donate_to(&key.vault(), 7);
    let sweep = ix::sweep_case(&stage.mint(), &key.address());
    for (from, to, error) in [
        (
            ide::reward_vault(),
            ide::pay_io(),
            u32::from(StakingError::WrongTokenAccount),
        ),
        (
            ide::reward_vault(),
            stage.purse(&stage.owner.pubkey()),
            StakingError::WrongTokenAccount.into(),
        ),
        (
            key.vault(),
            stage.vault(),
            ErrorCode::ConstraintSeeds.into(),
        ),
        (
            key.address(),
            stage.stake_key(),
            ErrorCode::AccountDiscriminatorMismatch.into(),
        ),
        (
            stage.mint(),
            stage.world.plan.usdc_mint,
            StakingError::WrongMint.into(),
        ),
    ] {
        let refused = stage.crank(swap(&sweep, &from, &to));
        expect_error(refused, staking::ID, error, 0);
    }
    let refused = stage.crank(with_extra(&sweep));
    expect_error(refused, staking::ID, StakingError::UnexpectedAccounts, 0);
}
