//! `initialize`: the IO mint is handed over and the schedule starts.

mod foreign;

use anchor_lang::{
    AnchorSerialize, Discriminator, error::ErrorCode, solana_program::program_option::COption,
};
use anchor_spl::token::{Mint, TokenAccount, spl_token};
use ion_client::addresses;
use ion_economics::emission;
use ion_program_tests::{World, expect_error, expect_framework_error};
use rewards::{
    InitializeArgs,
    error::RewardsError,
    events::EmissionInitialized,
    state::{Emission, RootRing},
};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{
    self, foreign_copy, send_as_signed, with_account, with_extra, without_signature,
};

const AUTHORITY: usize = 0;
const MINT_AUTHORITY: usize = 1;
const PROGRAM_DATA: usize = 3;
const CONFIG: usize = 4;
const IO_MINT: usize = 5;
const USDC_MINT: usize = 6;
const EMISSION: usize = 7;
const DISTRIBUTION: usize = 8;
const ROOTS: usize = 9;
const TOKEN_PROGRAM: usize = 10;

/// Places of the fields of a mint account.
const SUPPLY: usize = 36;
const DECIMALS: usize = 44;
const FREEZE_AUTHORITY: usize = 46;

/// The token program's error for a wrong owner or authority.
const OWNER_MISMATCH: u32 = 4;
/// Most IO that may exist when the whole schedule is still to come: 500,000,000 IO.
const ROOM: u64 = 50_000_000_000_000_000;

fn world() -> (World, Instruction) {
    stage::world_before(rewards::ID)
}

fn starting_at(instruction: &Instruction, start_hour: u64) -> Instruction {
    let mut changed = instruction.clone();
    changed.data = rewards::instruction::Initialize::DISCRIMINATOR.to_vec();
    InitializeArgs { start_hour }
        .serialize(&mut changed.data)
        .expect("a vector takes it");
    changed
}

fn edit_mint(world: &World, mint: &Pubkey, at: usize, bytes: &[u8]) {
    let mut account = world.raw(mint);
    account.data[at..at + bytes.len()].copy_from_slice(bytes);
    world.put(mint, account);
}

/// The mint is still in the old hands and nothing was created.
fn assert_untouched(world: &World, instruction: &Instruction) {
    let mint: Mint = world.get(&world.plan.io_mint);
    assert_eq!(
        mint.mint_authority,
        COption::Some(instruction.accounts[MINT_AUTHORITY].pubkey)
    );
    assert!(!world.exists(&addresses::rewards::emission()));
    assert!(!world.exists(&addresses::rewards::distribution()));
    assert!(!world.exists(&addresses::rewards::roots()));
}

#[test]
fn initialize_hands_the_mint_over_and_fixes_the_start() {
    let (world, instruction) = world();
    let before: Mint = world.get(&world.plan.io_mint);
    // 2026-02-28 23:00 UTC, the last hour of month 20.
    let record =
        send_as_signed(&world, &[starting_at(&instruction, 492_311)]).expect("initialises");

    let key = addresses::rewards::emission();
    let state: Emission = world.get(&key);
    let pre_released = emission::TABLE[..20].iter().sum::<u64>() - 408_619_515_801;
    assert_eq!(
        Pubkey::find_program_address(&[b"emission"], &rewards::ID),
        (key, state.bump)
    );
    let vault = addresses::rewards::distribution();
    assert_eq!(
        Pubkey::find_program_address(&[b"distribution"], &rewards::ID),
        (vault, state.distribution_bump)
    );
    assert_eq!((state.version, state.distribution), (1, vault));
    assert_eq!((state.start_hour, state.next_hour), (492_311, 492_311));
    assert_eq!(
        (state.pre_released_io, state.released_io),
        (pre_released, 0)
    );
    assert_eq!((state.event_seq, state._reserved), (1, [0; 80]));
    assert_eq!((state.next_final_hour, state.pending_io), (492_311, 0));
    assert_eq!((state.allocated_io, state.safety_io), (0, 0));
    assert_eq!((state.claimed_io, state.burned_io), (0, 0));
    let account = world.raw(&addresses::rewards::roots());
    let roots: RootRing = bytemuck::pod_read_unaligned(&account.data[8..]);
    assert_eq!(
        (account.owner, account.data.len()),
        (rewards::ID, RootRing::SPACE)
    );
    assert_eq!(
        Pubkey::find_program_address(&[b"roots"], &rewards::ID),
        (addresses::rewards::roots(), roots.bump)
    );
    assert_eq!(
        (roots.version, roots.event_seq, roots.ring),
        (1, 0, ion_claims::Ring::EMPTY)
    );

    let mint: Mint = world.get(&world.plan.io_mint);
    assert_eq!(mint.mint_authority, COption::Some(key));
    assert_eq!(
        (mint.freeze_authority, mint.supply),
        (COption::None, before.supply)
    );
    let token: TokenAccount = world.get(&vault);
    assert_eq!(
        (token.mint, token.owner, token.amount),
        (world.plan.io_mint, key, 0)
    );
    assert!(token.delegate.is_none() && token.close_authority.is_none());

    let event: EmissionInitialized = world.event(rewards::ID, &record);
    assert_eq!(
        (event.emission, event.authority),
        (key, world.authority.pubkey())
    );
    assert_eq!(
        event.old_mint_authority,
        instruction.accounts[MINT_AUTHORITY].pubkey
    );
    assert_eq!(
        (event.io_mint, event.distribution),
        (world.plan.io_mint, vault)
    );
    assert_eq!(
        (event.start_hour, event.pre_released_io),
        (492_311, pre_released)
    );
    assert_eq!(
        (event.supply_io, event.seq, event.at),
        (before.supply, 1, world.now())
    );
}

#[test]
fn initialize_takes_minting_from_the_old_authority() {
    let (world, instruction) = world();
    let old = instruction.accounts[MINT_AUTHORITY].pubkey;
    send_as_signed(&world, &[instruction]).expect("initialises");
    let mint = spl_token::instruction::mint_to(
        &spl_token::ID,
        &world.plan.io_mint,
        &addresses::rewards::distribution(),
        &old,
        &[],
        1,
    )
    .expect("the token program's id");
    expect_error(
        send_as_signed(&world, &[mint]),
        spl_token::ID,
        OWNER_MISMATCH,
        0,
    );
    assert_eq!(world.token(&addresses::rewards::distribution()), 0);
}

#[test]
fn initialize_at_the_ends_of_the_schedule_counts_nothing_and_everything() {
    for (start, expected) in [
        (477_720, 0),
        (653_039, emission::TOTAL - 40_412_903_008),
        (653_040, emission::TOTAL),
    ] {
        let (world, instruction) = world();
        edit_mint(&world, &world.plan.io_mint, SUPPLY, &ROOM.to_le_bytes());
        send_as_signed(&world, &[starting_at(&instruction, start)]).expect("initialises");
        let state: Emission = world.get(&addresses::rewards::emission());
        assert_eq!(state.pre_released_io, expected);
    }
}

#[test]
fn initialize_before_the_schedule_is_refused() {
    let (world, instruction) = world();
    for start in [0, 477_719] {
        let early = starting_at(&instruction, start);
        expect_error(
            send_as_signed(&world, &[early]),
            rewards::ID,
            RewardsError::HourBeforeSchedule,
            0,
        );
    }
    assert_untouched(&world, &instruction);
}

#[test]
fn initialize_with_too_large_a_supply_is_refused() {
    let (world, instruction) = world();
    let first = starting_at(&instruction, 477_720);
    edit_mint(
        &world,
        &world.plan.io_mint,
        SUPPLY,
        &(ROOM + 1).to_le_bytes(),
    );
    expect_error(
        send_as_signed(&world, &[first]),
        rewards::ID,
        RewardsError::SupplyAboveCap,
        0,
    );
    assert_untouched(&world, &instruction);
    // One hour later one block less is to come.
    send_as_signed(&world, &[starting_at(&instruction, 477_721)]).expect("within the cap");
}

#[test]
fn initialize_twice_is_refused() {
    let (world, instruction) = world();
    send_as_signed(&world, std::slice::from_ref(&instruction)).expect("initialises");
    // The system program: the account exists already.
    expect_error(
        send_as_signed(&world, std::slice::from_ref(&instruction)),
        rewards::ID,
        0_u32,
        0,
    );
    // Neither does it help to have the mint back in the old hands.
    let mut mint = vec![1, 0, 0, 0];
    mint.extend(instruction.accounts[MINT_AUTHORITY].pubkey.as_ref());
    edit_mint(&world, &world.plan.io_mint, 0, &mint);
    expect_error(
        send_as_signed(&world, &[instruction]),
        rewards::ID,
        0_u32,
        0,
    );
}

#[test]
fn initialize_with_a_false_mint_is_refused() {
    let (world, instruction) = world();
    let io = with_account(
        &instruction,
        IO_MINT,
        stage::copy(&world, &world.plan.io_mint),
    );
    expect_error(
        send_as_signed(&world, &[io]),
        rewards::ID,
        RewardsError::WrongMint,
        0,
    );
    let usdc = with_account(
        &instruction,
        USDC_MINT,
        stage::copy(&world, &world.plan.usdc_mint),
    );
    expect_error(
        send_as_signed(&world, &[usdc]),
        rewards::ID,
        RewardsError::WrongMint,
        0,
    );
    assert_untouched(&world, &instruction);
}

#[test]
fn initialize_with_other_decimals_is_refused() {
    let (world, instruction) = world();
    edit_mint(&world, &world.plan.io_mint, DECIMALS, &[9]);
    expect_error(
        send_as_signed(&world, std::slice::from_ref(&instruction)),
        rewards::ID,
        RewardsError::WrongIoDecimals,
        0,
    );
    edit_mint(&world, &world.plan.io_mint, DECIMALS, &[8]);
    edit_mint(&world, &world.plan.usdc_mint, DECIMALS, &[8]);
    expect_error(
        send_as_signed(&world, std::slice::from_ref(&instruction)),
        rewards::ID,
        RewardsError::WrongUsdcDecimals,
        0,
    );
    assert_untouched(&world, &instruction);
}

#[test]
fn initialize_with_a_freeze_authority_is_refused() {
    let (world, instruction) = world();
    let mut freezer = vec![1, 0, 0, 0];
    freezer.extend(world.authority.pubkey().as_ref());
    edit_mint(&world, &world.plan.io_mint, FREEZE_AUTHORITY, &freezer);
    expect_error(
        send_as_signed(&world, std::slice::from_ref(&instruction)),
        rewards::ID,
        RewardsError::FreezeAuthorityPresent,
        0,
    );
    assert_untouched(&world, &instruction);
}

#[test]
fn initialize_without_the_mint_authority_is_refused() {
    let (world, instruction) = world();
    let other = with_account(&instruction, MINT_AUTHORITY, world.guardian.pubkey());
    expect_error(
        send_as_signed(&world, &[other]),
        rewards::ID,
        RewardsError::NotMintAuthority,
        0,
    );
    let stranger = with_account(&instruction, MINT_AUTHORITY, Pubkey::new_unique());
    let unsigned = without_signature(&stranger, MINT_AUTHORITY);
    expect_framework_error(
        send_as_signed(&world, &[unsigned]),
        rewards::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    assert_untouched(&world, &instruction);
}
