//! `initialize_engine`, `fund`, `sweep_excess`.

use anchor_spl::associated_token::get_associated_token_address;
use ide::{
    error::IdeError,
    events::{EngineInitialized, ExcessSwept, U64Change, VaultFunded},
    state::{Engine, RootRing},
};
use ion_client::{addresses, instructions::ide as ix};
use ion_program_tests::{World, expect_error, ide_stage::IdeStage};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{copy, foreign_copy, send_as_signed, with_account, with_extra};

/// Genesis up to the engine's account.
fn before_engine() -> World {
    let world = World::before_genesis();
    for step in ion_migrations::genesis::steps(&world.plan).expect("the tables parse") {
        if step.name == "initialise what carries over from day to day" {
            return world;
        }
        send_as_signed(&world, &step.instructions).expect("genesis runs");
    }
    panic!("genesis creates the engine");
}

#[test]
fn initialize_engine_by_the_upgrade_authority_starts_with_the_first_day() {
    let world = before_engine();
    let instruction = ix::initialize_engine(&world.authority.pubkey());
    let record = send_as_signed(&world, &[instruction]).expect("initialises");
    let engine: Engine = world.get(&addresses::ide::engine());
    let roots: RootRing = world.get(&addresses::ide::roots());
    let first = crate::today(&world);
    assert_eq!((engine.next_day, engine.version), (first, 1));
    assert_eq!(engine.event_seq, 1);
    assert_eq!((engine.status, engine.has_ema, engine.open_lot), (0, 0, 0));
    assert_eq!(roots.ring, ion_claims::Ring::EMPTY);
    assert_eq!((roots.version, roots.event_seq), (1, 0));
    let event: EngineInitialized = world.event(ide::ID, &record);
    assert_eq!(
        (event.engine, event.roots, event.authority, event.next_day),
        (
            addresses::ide::engine(),
            addresses::ide::roots(),
            world.authority.pubkey(),
            first
        )
    );
}

#[test]
fn initialize_engine_by_a_stranger_or_twice_is_refused() {
    let world = before_engine();
    let good = ix::initialize_engine(&world.authority.pubkey());
    let stranger = with_account(&good, 0, world.governance.pubkey());
    expect_error(
        send_as_signed(&world, &[stranger]),
        ide::ID,
        IdeError::NotUpgradeAuthority,
        0,
    );
    let other_data = addresses::program_data(&registry::ID);
    expect_error(
        send_as_signed(&world, &[with_account(&good, 2, other_data)]),
        ide::ID,
        IdeError::WrongProgramData,
        0,
    );
    let vaults = copy(&world, &addresses::ide::vaults());
    expect_error(
        send_as_signed(&world, &[with_account(&good, 3, vaults)]),
        ide::ID,
        IdeError::WrongVaults,
        0,
    );
    expect_error(
        send_as_signed(&world, &[with_extra(&good)]),
        ide::ID,
        IdeError::UnexpectedAccounts,
        0,
    );
    send_as_signed(&world, std::slice::from_ref(&good)).expect("initialises");
    expect_error(send_as_signed(&world, &[good]), ide::ID, 0_u32, 0);
}

#[test]
fn fund_reaches_the_ledger_of_its_mint_and_is_no_revenue() {
    let stage = IdeStage::new();
    stage.open(stage.today());
    let by = stage.bank.pubkey();
    let (io, usdc) = (stage.world.plan.io_mint, stage.world.plan.usdc_mint);
    let source = |mint| get_associated_token_address(&by, &mint);
    let record = stage
        .send(&[], ix::fund(&by, &source(io), &io, &usdc, 70))
        .expect("funds");
    stage
        .send(&[], ix::fund(&by, &source(usdc), &usdc, &usdc, 90))
        .expect("funds");
    let vaults = stage.vaults();
    assert_eq!((vaults.y1_io, vaults.yu_usdc, vaults.yi_io), (70, 90, 0));
    let epoch = stage.epoch(stage.today());
    assert_eq!((epoch.revenue_usdc, epoch.emission_io), (0, 0));
    stage.assert_vaults_exact();
    let event: VaultFunded = stage.world.event(ide::ID, &record);
    assert_eq!((event.funder, event.mint, event.amount), (by, io, 70));
    assert_eq!(event.y1_io, U64Change { old: 0, new: 70 });
}

#[test]
fn fund_with_anything_else_is_refused() {
    let stage = IdeStage::new();
    let by = stage.bank.pubkey();
    let (io, usdc) = (stage.world.plan.io_mint, stage.world.plan.usdc_mint);
    let source = get_associated_token_address(&by, &io);
    let good = ix::fund(&by, &source, &io, &usdc, 70);
    let refused = |instruction, error: IdeError| {
        expect_error(stage.send(&[], instruction), ide::ID, error, 0);
    };
    refused(ix::fund(&by, &source, &io, &usdc, 0), IdeError::ZeroAmount);
    let foreign = foreign_copy(&stage.world, &io);
    refused(with_account(&good, 5, foreign), IdeError::WrongMint);
    for vault in [addresses::ide::fee_io(), addresses::ide::fee_usdc(), source] {
        refused(with_account(&good, 4, vault), IdeError::WrongVaultAccount);
    }
    let config = copy(&stage.world, &addresses::registry::config());
    refused(with_account(&good, 1, config), IdeError::WrongConfig);
    let vaults = copy(&stage.world, &addresses::ide::vaults());
    refused(with_account(&good, 2, vaults), IdeError::WrongVaults);
    refused(with_extra(&good), IdeError::UnexpectedAccounts);
    assert_eq!(stage.vaults().y1_io, 0);
}

#[test]
fn sweep_takes_what_strangers_sent_and_nothing_that_is_owed() {
    let stage = IdeStage::new();
    let day = stage.today();
    stage.open(day);
    stage.earn(500, 0);
    stage
        .revenue(stage.world.plan.io_mint, 600, 0)
        .expect("counts");
    stage.allowance_of_hour(day, 0, 700).expect("counts");
    let (io, usdc) = (stage.world.plan.io_mint, stage.world.plan.usdc_mint);
    let cases = [
        (addresses::ide::reward_vault(), io, (5, 0)),
        (addresses::ide::fee_io(), io, (10, 0)),
        (addresses::ide::pay_io(), io, (15, 0)),
        (addresses::ide::fee_usdc(), usdc, (15, 5)),
        (addresses::ide::pay_usdc(), usdc, (15, 10)),
    ];
    for (vault, mint, (y1, yu)) in cases {
        let sweep = || ix::sweep_excess(&vault, &mint, &usdc, [day]);
        expect_error(
            stage.send(&[], sweep()),
            ide::ID,
            IdeError::NothingToSweep,
            0,
        );
        if mint == io {
            stage.donate(vault, 5);
        } else {
            stage.donate_usdc(vault, 5);
        }
        let record = stage.send(&[], sweep()).expect("sweeps");
        let vaults = stage.vaults();
        assert_eq!((vaults.y1_io, vaults.yu_usdc), (y1, yu));
        let event: ExcessSwept = stage.world.event(ide::ID, &record);
        assert_eq!((event.vault, event.amount), (vault, 5));
    }
    assert_eq!(stage.epoch(day).revenue_usdc, 500);
    stage.assert_vaults_exact();
}

#[test]
fn sweep_without_every_unsealed_epoch_or_to_another_place_is_refused() {
    let stage = IdeStage::new();
    let day = stage.today();
    stage.open(day);
    stage.open(day + 1);
    stage.end(day);
    let (io, usdc) = (stage.world.plan.io_mint, stage.world.plan.usdc_mint);
    let vault = addresses::ide::fee_io();
    stage.donate(vault, 5);
    let with = |days: Vec<u64>| ix::sweep_excess(&vault, &io, &usdc, days);
    let good = with(vec![day, day + 1]);
    let refused = |instruction, error: IdeError| {
        expect_error(stage.send(&[], instruction), ide::ID, error, 0);
    };
    for days in [vec![], vec![day], vec![day + 1], vec![day + 1, day]] {
        refused(with(days), IdeError::NotUnsealedEpochs);
    }
    let mut forged = good.clone();
    forged.accounts[9].pubkey = foreign_copy(&stage.world, &addresses::ide::epoch(day));
    refused(forged, IdeError::NotUnsealedEpochs);
    let wallet = get_associated_token_address(&stage.bank.pubkey(), &io);
    for destination in [wallet, vault, addresses::ide::pay_io()] {
        refused(
            with_account(&good, 4, destination),
            IdeError::WrongVaultAccount,
        );
    }
    refused(with_account(&good, 3, wallet), IdeError::WrongVaultAccount);
    refused(with_account(&good, 5, usdc), IdeError::WrongMint);
    refused(
        with_account(&good, 1, copy(&stage.world, &addresses::ide::vaults())),
        IdeError::WrongVaults,
    );
    refused(
        with_account(&good, 2, copy(&stage.world, &addresses::ide::engine())),
        IdeError::WrongEngine,
    );
    refused(
        with_account(&good, 0, copy(&stage.world, &addresses::registry::config())),
        IdeError::WrongConfig,
    );
    let _: Pubkey = wallet;
    stage.send(&[], good).expect("sweeps");
    assert_eq!(stage.vaults().y1_io, 5);
}
