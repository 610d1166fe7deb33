//! `initialize`: the ledgers and vaults of the engine.

use anchor_lang::error::ErrorCode;
use anchor_spl::token::{self, TokenAccount};
use ide::{error::IdeError, events::VaultsInitialized, state::Vaults};
use ion_client::addresses;
use ion_program_tests::{World, expect_error, expect_framework_error};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    stage::{self, foreign_copy, send_as_signed, with_account, with_extra, without_signature},
    today,
};

const AUTHORITY: usize = 0;
const PROGRAM_DATA: usize = 2;
const CONFIG: usize = 3;
const IO_MINT: usize = 4;
const USDC_MINT: usize = 5;
const VAULTS: usize = 6;
const FEE_USDC: usize = 8;
const TOKEN_PROGRAM: usize = 12;

fn world() -> (World, Instruction) {
    stage::world_before(ide::ID)
}

#[test]
fn initialize_by_the_upgrade_authority_creates_empty_ledgers_and_vaults() {
    let (world, instruction) = world();
    let record = send_as_signed(&world, &[instruction]).expect("initialises");

    let key = addresses::ide::vaults();
    let vaults: Vaults = world.get(&key);
    let expected = [
        (
            vaults.reward_vault,
            addresses::ide::reward_vault(),
            world.plan.io_mint,
        ),
        (
            vaults.fee_usdc,
            addresses::ide::fee_usdc(),
            world.plan.usdc_mint,
        ),
        (vaults.fee_io, addresses::ide::fee_io(), world.plan.io_mint),
        (vaults.pay_io, addresses::ide::pay_io(), world.plan.io_mint),
        (
            vaults.pay_usdc,
            addresses::ide::pay_usdc(),
            world.plan.usdc_mint,
        ),
    ];
    for (stored, derived, mint) in expected {
        assert_eq!(stored, derived);
        let vault: TokenAccount = world.get(&derived);
        assert_eq!((vault.mint, vault.owner, vault.amount), (mint, key, 0));
        assert!(vault.delegate.is_none() && vault.close_authority.is_none());
    }
    assert_eq!(vaults.version, 1);
    assert_eq!(
        Pubkey::find_program_address(&[b"vaults"], &ide::ID),
        (key, vaults.bump)
    );
    assert_eq!(vaults.first_day, today(&world));
    assert_eq!([vaults.y1_io, vaults.yu_usdc, vaults.yi_io], [0; 3]);
    assert_eq!(
        [vaults.payable_io, vaults.payable_usdc, vaults.buyback_usdc],
        [0; 3]
    );
    assert_eq!((vaults.event_seq, vaults._reserved), (1, [0; 80]));
    assert_eq!(
        [vaults.waiting_io, vaults.lot_usdc, vaults.spent_usdc],
        [0; 3]
    );
    assert_eq!(
        [vaults.bought_io, vaults.burned_io, vaults.retired_io],
        [0; 3]
    );

    let event: VaultsInitialized = world.event(ide::ID, &record);
    assert_eq!(
        (event.vaults, event.authority),
        (key, world.authority.pubkey())
    );
    assert_eq!(
        [
            event.reward_vault,
            event.fee_usdc,
            event.fee_io,
            event.pay_io,
            event.pay_usdc
        ],
        expected.map(|(_, derived, _)| derived)
    );
    assert_eq!(
        (event.first_day, event.seq, event.at),
        (today(&world), 1, world.now())
    );
}

#[test]
fn initialize_twice_is_refused() {
    let (world, instruction) = world();
    send_as_signed(&world, std::slice::from_ref(&instruction)).expect("initialises");
    // The system program: the account exists already.
    expect_error(send_as_signed(&world, &[instruction]), ide::ID, 0_u32, 0);
}

#[test]
fn initialize_by_another_signer_is_refused() {
    let (world, instruction) = world();
    let stranger = with_account(&instruction, AUTHORITY, world.governance.pubkey());
    expect_error(
        send_as_signed(&world, &[stranger]),
        ide::ID,
        IdeError::NotUpgradeAuthority,
        0,
    );
}

#[test]
fn initialize_without_the_authority_signature_is_refused() {
    let (world, instruction) = world();
    let stranger = with_account(&instruction, AUTHORITY, Pubkey::new_unique());
    let unsigned = without_signature(&stranger, AUTHORITY);
    expect_framework_error(
        send_as_signed(&world, &[unsigned]),
        ide::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
}

#[test]
fn initialize_with_the_data_of_another_program_is_refused() {
    let (world, instruction) = world();
    let other = with_account(
        &instruction,
        PROGRAM_DATA,
        addresses::program_data(&rewards::ID),
    );
    expect_error(
        send_as_signed(&world, &[other]),
        ide::ID,
        IdeError::WrongProgramData,
        0,
    );
}

#[test]
fn initialize_with_a_mint_in_the_place_of_the_other_is_refused() {
    let (world, instruction) = world();
    let io = with_account(&instruction, IO_MINT, world.plan.usdc_mint);
    expect_error(
        send_as_signed(&world, &[io]),
        ide::ID,
        IdeError::WrongMint,
        0,
    );
    let usdc = with_account(&instruction, USDC_MINT, world.plan.io_mint);
    expect_error(
        send_as_signed(&world, &[usdc]),
        ide::ID,
        IdeError::WrongMint,
        0,
    );
}

#[test]
fn initialize_with_a_forged_config_is_refused() {
    let (world, instruction) = world();
    let config = addresses::registry::config();
    let foreign = with_account(&instruction, CONFIG, foreign_copy(&world, &config));
    expect_framework_error(
        send_as_signed(&world, &[foreign]),
        ide::ID,
        ErrorCode::AccountOwnedByWrongProgram,
        0,
    );
    let moved = with_account(&instruction, CONFIG, stage::copy(&world, &config));
    expect_error(
        send_as_signed(&world, &[moved]),
        ide::ID,
        IdeError::WrongConfig,
        0,
    );
}

#[test]
fn initialize_at_another_address_is_refused() {
    let (world, instruction) = world();
    for index in VAULTS..TOKEN_PROGRAM {
        let moved = with_account(&instruction, index, Pubkey::new_unique());
        expect_framework_error(
            send_as_signed(&world, &[moved]),
            ide::ID,
            ErrorCode::ConstraintSeeds,
            0,
        );
    }
}

#[test]
fn initialize_with_a_false_token_program_is_refused() {
    let (world, instruction) = world();
    let other = with_account(&instruction, TOKEN_PROGRAM, anchor_spl::token_2022::ID);
    expect_framework_error(
        send_as_signed(&world, &[other]),
        ide::ID,
        ErrorCode::InvalidProgramId,
        0,
    );
    assert_ne!(anchor_spl::token_2022::ID, token::ID);
}

#[test]
fn initialize_with_a_further_account_is_refused() {
    let (world, instruction) = world();
    expect_error(
        send_as_signed(&world, &[with_extra(&instruction)]),
        ide::ID,
        IdeError::UnexpectedAccounts,
        0,
    );
}

#[test]
fn initialize_after_a_stranger_sent_lamports_succeeds() {
    let (world, instruction) = world();
    for index in [VAULTS, FEE_USDC] {
        world.fund(&instruction.accounts[index].pubkey);
    }
    send_as_signed(&world, &[instruction]).expect("initialises all the same");
    let vaults: Vaults = world.get(&addresses::ide::vaults());
    assert_eq!(vaults.event_seq, 1);
}
