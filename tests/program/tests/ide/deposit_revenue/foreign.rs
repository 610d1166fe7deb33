//! Foreign signers, mints, vaults, states and programs.

use super::*;

#[test]
fn deposit_revenue_by_anyone_but_booking_is_refused() {
    let stage = Stage::new();
    let stranger = with_account(stage.usdc(5), CALLER, stage.owner.pubkey());
    expect_error(stage.send(stranger), ide::ID, IdeError::NotBookingCaller, 0);
    let unsigned = without_signature(stage.usdc(5), CALLER);
    expect_framework_error(
        stage.send(unsigned),
        ide::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_without_the_owner_of_the_source_is_refused() {
    let stage = Stage::new();
    let victim = stage.world.wallet(0, 50);
    let foreign = get_associated_token_address(&victim.pubkey(), &stage.world.plan.usdc_mint);
    let taken = with_account(stage.usdc(5), SOURCE, foreign);
    expect_framework_error(
        stage.send(taken),
        ide::ID,
        ErrorCode::ConstraintTokenOwner,
        0,
    );

    let mut unsigned = without_signature(stage.usdc(5), SOURCE_AUTHORITY);
    unsigned.accounts[SOURCE_AUTHORITY].pubkey = victim.pubkey();
    unsigned.accounts[SOURCE].pubkey = foreign;
    expect_framework_error(
        stage.send(unsigned),
        ide::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_of_a_third_mint_is_refused() {
    let stage = Stage::new();
    let world = &stage.world;
    // A third mint, with a source of it.
    let mint = copy(world, &world.plan.usdc_mint);
    let source = copy(world, &stage.usdc(5).accounts[SOURCE].pubkey);
    let mut account = world.raw(&source);
    account.data[..32].copy_from_slice(mint.as_ref());
    world.put(&source, account);
    let mut third = with_account(stage.usdc(5), SOURCE, source);
    third.accounts[MINT].pubkey = mint;
    expect_error(stage.send(third), ide::ID, IdeError::WrongMint, 0);
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_with_a_source_or_vault_of_the_other_mint_is_refused() {
    let stage = Stage::new();
    let source = with_account(stage.usdc(5), SOURCE, stage.io(5).accounts[SOURCE].pubkey);
    expect_error(stage.send(source), ide::ID, MINT_MISMATCH, 0);
    let vault = with_account(stage.usdc(5), FEE_VAULT, addresses::ide::fee_io());
    expect_error(stage.send(vault), ide::ID, IdeError::WrongFeeVault, 0);
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_into_another_vault_is_refused() {
    let stage = Stage::new();
    let reward = with_account(stage.io(5), FEE_VAULT, addresses::ide::reward_vault());
    expect_error(stage.send(reward), ide::ID, IdeError::WrongFeeVault, 0);
    let payout = with_account(stage.usdc(5), FEE_VAULT, addresses::ide::pay_usdc());
    expect_error(stage.send(payout), ide::ID, IdeError::WrongFeeVault, 0);
    let thief = stage.world.wallet(0, 0);
    let own = get_associated_token_address(&thief.pubkey(), &stage.world.plan.usdc_mint);
    let wallet = with_account(stage.usdc(5), FEE_VAULT, own);
    expect_error(stage.send(wallet), ide::ID, IdeError::WrongFeeVault, 0);
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_with_one_account_as_source_and_vault_is_refused() {
    let stage = Stage::new();
    let mut alias = stage.usdc(5);
    alias.accounts[FEE_VAULT].pubkey = alias.accounts[SOURCE].pubkey;
    expect_error(stage.send(alias), ide::ID, IdeError::WrongFeeVault, 0);
    let vault = with_account(stage.usdc(5), SOURCE, addresses::ide::fee_usdc());
    expect_framework_error(
        stage.send(vault),
        ide::ID,
        ErrorCode::ConstraintTokenOwner,
        0,
    );
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_with_forged_state_is_refused() {
    let stage = Stage::new();
    let world = &stage.world;
    let good = stage.usdc(5);
    for index in [CONFIG, EPOCH] {
        let foreign = with_account(
            &good,
            index,
            foreign_copy(world, &good.accounts[index].pubkey),
        );
        expect_framework_error(
            stage.send(foreign),
            ide::ID,
            ErrorCode::AccountOwnedByWrongProgram,
            0,
        );
    }
    for (index, error) in [
        (CONFIG, IdeError::WrongConfig),
        (VAULTS, IdeError::WrongVaults),
    ] {
        let moved = with_account(&good, index, copy(world, &good.accounts[index].pubkey));
        expect_error(stage.send(moved), ide::ID, error, 0);
    }
    let confused = with_account(&good, EPOCH, addresses::ide::vaults());
    expect_framework_error(
        stage.send(confused),
        ide::ID,
        ErrorCode::AccountDiscriminatorMismatch,
        0,
    );
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_with_a_false_token_program_is_refused() {
    let stage = Stage::new();
    let other = with_account(stage.usdc(5), TOKEN_PROGRAM, anchor_spl::token_2022::ID);
    expect_framework_error(stage.send(other), ide::ID, ErrorCode::InvalidProgramId, 0);
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_with_a_further_account_is_refused() {
    let stage = Stage::new();
    expect_error(
        stage.send(with_extra(stage.usdc(5))),
        ide::ID,
        IdeError::UnexpectedAccounts,
        0,
    );
    stage.assert_untouched();
}
