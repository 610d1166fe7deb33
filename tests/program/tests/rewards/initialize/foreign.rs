//! Foreign signers and forged accounts.

use super::*;

#[test]
fn initialize_by_another_signer_is_refused() {
    let (world, instruction) = world();
    let stranger = with_account(&instruction, AUTHORITY, world.governance.pubkey());
    expect_error(
        send_as_signed(&world, &[stranger]),
        rewards::ID,
        RewardsError::NotUpgradeAuthority,
        0,
    );
    let nobody = with_account(&instruction, AUTHORITY, Pubkey::new_unique());
    let unsigned = without_signature(&nobody, AUTHORITY);
    expect_framework_error(
        send_as_signed(&world, &[unsigned]),
        rewards::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    let other = with_account(
        &instruction,
        PROGRAM_DATA,
        addresses::program_data(&ide::ID),
    );
    expect_error(
        send_as_signed(&world, &[other]),
        rewards::ID,
        RewardsError::WrongProgramData,
        0,
    );
    assert_untouched(&world, &instruction);
}

#[test]
fn initialize_with_forged_accounts_is_refused() {
    let (world, instruction) = world();
    let config = addresses::registry::config();
    let cases = [
        (
            CONFIG,
            foreign_copy(&world, &config),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (EMISSION, Pubkey::new_unique(), ErrorCode::ConstraintSeeds),
        (ROOTS, Pubkey::new_unique(), ErrorCode::ConstraintSeeds),
        (
            DISTRIBUTION,
            Pubkey::new_unique(),
            ErrorCode::ConstraintSeeds,
        ),
        (
            TOKEN_PROGRAM,
            anchor_spl::token_2022::ID,
            ErrorCode::InvalidProgramId,
        ),
    ];
    for (index, key, error) in cases {
        let forged = with_account(&instruction, index, key);
        expect_framework_error(send_as_signed(&world, &[forged]), rewards::ID, error, 0);
    }
    let moved = with_account(&instruction, CONFIG, stage::copy(&world, &config));
    expect_error(
        send_as_signed(&world, &[moved]),
        rewards::ID,
        RewardsError::WrongConfig,
        0,
    );
    assert_untouched(&world, &instruction);
}

#[test]
fn initialize_with_a_further_account_is_refused() {
    let (world, instruction) = world();
    let extra = with_extra(&instruction);
    expect_error(
        send_as_signed(&world, &[extra]),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
    assert_untouched(&world, &instruction);
}
