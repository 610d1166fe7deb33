//! Account checks of every instruction: owner, type, identity, extra accounts.

use anchor_lang::error::ErrorCode;
use ion_client::{
    addresses::{registry as reg, staking as addr},
    instructions::staking as ix,
};
use ion_program_tests::{expect_error, expect_framework_error};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::error::StakingError;

use crate::stage::{CO_CAP, REQUIRED, Stage, foreign_copy, register, swap, with_extra};

/// A device with a staked owner, position 1 in its wait and offer 2 open, and each instruction on it
/// with its signer.
struct Table {
    stage: Stage,
    rows: Vec<(&'static str, Keypair, Instruction)>,
}

fn table() -> Table {
    let stage = Stage::co_staked();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.offer(CO_CAP, 500).expect("offers");
    let (owner, other, co) = (
        stage.owner.pubkey(),
        stage.other.pubkey(),
        stage.co.pubkey(),
    );
    let device = stage.device;
    let key = |wallet: &Keypair| wallet.insecure_clone();
    let rows = vec![
        ("stake", key(&stage.owner), stage.stake_ix(CO_CAP)),
        ("withdraw_overflow", key(&stage.owner), stage.overflow_ix(1)),
        (
            "begin_unstake",
            key(&stage.owner),
            ix::begin_unstake(&owner, &device),
        ),
        ("withdraw", key(&stage.owner), stage.withdraw_ix()),
        (
            "refresh_stake",
            key(&stage.owner),
            ix::refresh_stake(&device),
        ),
        (
            "create_offer",
            key(&stage.owner),
            stage.offer_ix(CO_CAP, 500),
        ),
        (
            "close_offer",
            key(&stage.owner),
            ix::close_offer(&device, 2, &owner),
        ),
        (
            "accept_offer",
            key(&stage.other),
            stage.accept_ix(&other, 2, CO_CAP, 500),
        ),
        (
            "co_unstake",
            key(&stage.co),
            ix::co_unstake(&co, &device, 1),
        ),
        (
            "advance_exit",
            key(&stage.owner),
            ix::advance_exit(&device, 1),
        ),
        (
            "withdraw_position",
            key(&stage.owner),
            stage.pay_out_ix(&co, 1),
        ),
        (
            "close_position",
            key(&stage.owner),
            ix::close_position(&co, &device, 1, &co),
        ),
        (
            "retract_offer",
            key(&stage.owner),
            ix::retract_offer(&owner, &device.device, 2, &owner),
        ),
    ];
    Table { stage, rows }
}

/// Rows that take the book of accounts: all but `retract_offer`.
fn with_book(table: &Table) -> &[(&'static str, Keypair, Instruction)] {
    let (_, rows) = table.rows.split_last().expect("the table has rows");
    rows
}

#[test]
fn book_of_another_device_is_refused_everywhere() {
    let table = table();
    let stage = &table.stage;
    let second = register(&stage.world, &stage.owner);
    for (_, signer, instruction) in with_book(&table) {
        let mixed = swap(
            instruction,
            &stage.stake_key(),
            &addr::device_stake(&second.device),
        );
        expect_error(
            stage.send(signer, mixed),
            staking::ID,
            StakingError::WrongDevice,
            0,
        );
        let mixed = swap(instruction, &stage.device.device, &second.device);
        expect_error(
            stage.send(signer, mixed),
            staking::ID,
            StakingError::WrongDevice,
            0,
        );
        let shard = addr::totals((stage.book().shard + 1) & 15);
        let mixed = swap(instruction, &addr::totals_of(&stage.device.device), &shard);
        expect_error(
            stage.send(signer, mixed),
            staking::ID,
            StakingError::WrongShard,
            0,
        );
        let mixed = swap(instruction, &reg::class(stage.device.class), &reg::class(2));
        expect_error(
            stage.send(signer, mixed),
            staking::ID,
            StakingError::WrongClass,
            0,
        );
        let mixed = swap(
            instruction,
            &reg::params(&staking::ID),
            &reg::params(&booking::ID),
        );
        expect_error(
            stage.send(signer, mixed),
            staking::ID,
            StakingError::WrongParams,
            0,
        );
    }
}

#[test]
fn byte_equal_copies_of_another_owner_are_refused_everywhere() {
    let table = table();
    let stage = &table.stage;
    let device = stage.device.device;
    let typed = [
        stage.stake_key(),
        addr::totals_of(&device),
        device,
        reg::class(stage.device.class),
        reg::params(&staking::ID),
        reg::config(),
        addr::offer(&device, 2),
        stage.position_key(1),
        addr::co_staker(&stage.co.pubkey()),
        addr::co_staker(&stage.other.pubkey()),
        stage.mint(),
        stage.vault(),
    ];
    let mut tried = 0;
    for key in typed {
        let copy = foreign_copy(&stage.world, &key);
        for (name, signer, instruction) in &table.rows {
            // The offer and position that an instruction itself creates are no inputs.
            let is_input = instruction.accounts.iter().any(|meta| meta.pubkey == key);
            if !is_input {
                continue;
            }
            let fake = swap(instruction, &key, &copy);
            let result = stage.send(signer, fake);
            assert!(result.is_err(), "{name} takes a copy of {key}");
            expect_framework_error(
                result,
                staking::ID,
                ErrorCode::AccountOwnedByWrongProgram,
                0,
            );
            tried += 1;
        }
    }
    assert_eq!(tried, 84);
}

#[test]
fn accounts_of_another_type_are_refused_everywhere() {
    let table = table();
    let stage = &table.stage;
    let device = stage.device.device;
    let totals = addr::totals_of(&device);
    let pairs = [
        (stage.stake_key(), totals),
        (totals, stage.stake_key()),
        (device, reg::params(&staking::ID)),
        (reg::class(stage.device.class), reg::params(&staking::ID)),
        (reg::params(&staking::ID), reg::config()),
        (reg::config(), reg::params(&staking::ID)),
        (addr::offer(&device, 2), totals),
        (stage.position_key(1), addr::offer(&device, 2)),
        (addr::co_staker(&stage.co.pubkey()), stage.position_key(1)),
    ];
    for (from, to) in pairs {
        for (name, signer, instruction) in &table.rows {
            if !instruction.accounts.iter().any(|meta| meta.pubkey == from) {
                continue;
            }
            let confused = swap(instruction, &from, &to);
            let result = stage.send(signer, confused);
            assert!(result.is_err(), "{name} takes {to} for {from}");
            expect_framework_error(
                result,
                staking::ID,
                ErrorCode::AccountDiscriminatorMismatch,
                0,
            );
        }
    }
}

#[test]
fn foreign_vault_is_refused_everywhere() {
    let table = table();
    let stage = &table.stage;
    let second = register(&stage.world, &stage.owner);
    let foreign = addr::vault(&addr::device_stake(&second.device));
    let mut tried = 0;
    for (_, signer, instruction) in &table.rows {
        if instruction
            .accounts
            .iter()
            .any(|meta| meta.pubkey == stage.vault())
        {
            let fake = swap(instruction, &stage.vault(), &foreign);
            expect_framework_error(
                stage.send(signer, fake),
                staking::ID,
                ErrorCode::ConstraintSeeds,
                0,
            );
            tried += 1;
        }
    }
    assert_eq!(tried, 5);
}

#[test]
fn fake_token_and_system_programs_are_refused_everywhere() {
    let table = table();
    let stage = &table.stage;
    for program in [anchor_spl::token::ID, anchor_lang::system_program::ID] {
        for (_, signer, instruction) in &table.rows {
            if instruction
                .accounts
                .iter()
                .any(|meta| meta.pubkey == program)
            {
                let fake = swap(instruction, &program, &Pubkey::new_unique());
                expect_framework_error(
                    stage.send(signer, fake),
                    staking::ID,
                    ErrorCode::InvalidProgramId,
                    0,
                );
            }
        }
    }
}

#[test]
fn extra_accounts_are_refused_everywhere() {
    let table = table();
    let stage = &table.stage;
    for (_, signer, instruction) in &table.rows {
        let extra = with_extra(instruction);
        let result = stage.send(signer, extra);
        expect_error(result, staking::ID, StakingError::UnexpectedAccounts, 0);
    }
    let open = with_extra(ix::open_costaker(
        &stage.owner.pubkey(),
        &Pubkey::new_unique(),
    ));
    expect_error(
        stage.send(&stage.owner, open),
        staking::ID,
        StakingError::UnexpectedAccounts,
        0,
    );
}

#[test]
fn same_mutable_account_twice_is_refused() {
    let stage = Stage::co_staked();
    let owner = stage.owner.pubkey();
    // The vault as destination of its own withdrawal belongs to the stake account, not the wallet.
    let own = swap(&stage.overflow_ix(1), &stage.purse(&owner), &stage.vault());
    expect_framework_error(
        stage.send(&stage.owner, own),
        staking::ID,
        ErrorCode::ConstraintDuplicateMutableAccount,
        0,
    );
    let own = swap(
        &stage.stake_ix(REQUIRED),
        &stage.purse(&owner),
        &stage.vault(),
    );
    expect_framework_error(
        stage.send(&stage.owner, own),
        staking::ID,
        ErrorCode::ConstraintDuplicateMutableAccount,
        0,
    );
}
