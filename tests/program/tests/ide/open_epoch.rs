//! `open_epoch`: the account of a UTC day.

use anchor_lang::error::ErrorCode;
use ide::{
    error::IdeError,
    events::EpochOpened,
    state::{Epoch, EpochState, Payment},
};
use ion_client::{addresses, instructions};
use ion_economics::units::DAY;
use ion_program_tests::{World, expect_error, expect_framework_error};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    stage::{copy, edit, with_account, with_extra, without_signature},
    today,
};

const PAYER: usize = 0;
const PARAMS: usize = 1;
const VAULTS: usize = 2;
const EPOCH: usize = 3;

/// Slot of `max_epoch_obligation`.
const LIMIT_SLOT: usize = 24;

#[test]
fn open_epoch_by_anyone_records_payer_and_limit() {
    let world = World::new();
    let payer = world.wallet(0, 0);
    let day = today(&world);
    edit::<registry::state::Params>(&world, &addresses::registry::params(&ide::ID), |params| {
        params.values[LIMIT_SLOT] = 5_000_000;
    });
    let record = world
        .send(
            &payer,
            &[],
            &[instructions::ide::open_epoch(&payer.pubkey(), day)],
        )
        .expect("opens");

    let key = addresses::ide::epoch(day);
    let epoch: Epoch = world.get(&key);
    assert_eq!(
        Pubkey::find_program_address(&[b"epoch", &day.to_le_bytes()], &ide::ID),
        (key, epoch.bump)
    );
    assert_eq!(
        (epoch.version, epoch.state, epoch.day),
        (1, EpochState::Accruing.code(), day)
    );
    assert_eq!(
        (epoch.payer, epoch.opened_at),
        (payer.pubkey(), world.now())
    );
    assert_eq!([epoch.ended_at, epoch.reported_at, epoch.sealed_at], [0; 3]);
    assert_eq!(epoch.max_obligation_usd_micros, 5_000_000);
    assert_eq!(
        [
            epoch.emission_io,
            epoch.revenue_usdc,
            epoch.revenue_io,
            epoch.hire_due_usd_micros
        ],
        [0; 4]
    );
    assert_eq!(
        (epoch.hours_deposited, epoch.psi_bps, epoch.row_hash),
        (0, 0, [0; 32])
    );
    assert_eq!(
        (epoch.paid_obligation, epoch.paid_arrears),
        (Payment::NONE, Payment::NONE)
    );
    assert_eq!(
        [
            epoch.cumulative_io,
            epoch.cumulative_usdc,
            epoch.arrears_usd_micros
        ],
        [0; 3]
    );
    assert_eq!(epoch.event_seq, 1);

    let event: EpochOpened = world.event(ide::ID, &record);
    assert_eq!(
        (event.epoch, event.payer, event.day),
        (key, payer.pubkey(), day)
    );
    assert_eq!(
        (event.max_obligation_usd_micros, event.seq, event.at),
        (5_000_000, 1, world.now())
    );
}

#[test]
fn open_epoch_up_to_a_week_ahead_and_not_further() {
    let world = World::new();
    let payer = world.wallet(0, 0);
    let open = |day| {
        world.send(
            &payer,
            &[],
            &[instructions::ide::open_epoch(&payer.pubkey(), day)],
        )
    };
    let day = today(&world);
    open(day + 7).expect("seven days ahead");
    expect_error(open(day + 8), ide::ID, IdeError::EpochTooFarAhead, 0);
    expect_error(open(u64::MAX), ide::ID, IdeError::EpochTooFarAhead, 0);
    world.warp(DAY);
    open(day + 8).expect("seven days ahead of the next day");
}

#[test]
fn open_epoch_of_the_past_back_to_the_first_day() {
    let world = World::new();
    let payer = world.wallet(0, 0);
    let open = |day| {
        world.send(
            &payer,
            &[],
            &[instructions::ide::open_epoch(&payer.pubkey(), day)],
        )
    };
    let first = today(&world);
    world.warp(3 * DAY);
    open(first).expect("the first day");
    expect_error(open(first - 1), ide::ID, IdeError::EpochBeforeStart, 0);
    expect_error(open(0), ide::ID, IdeError::EpochBeforeStart, 0);
}

#[test]
fn open_epoch_twice_is_refused() {
    let world = World::new();
    let payer = world.wallet(0, 0);
    let instruction = instructions::ide::open_epoch(&payer.pubkey(), today(&world));
    world
        .send(&payer, &[], std::slice::from_ref(&instruction))
        .expect("opens");
    // The system program: the account exists already.
    expect_error(world.send(&payer, &[], &[instruction]), ide::ID, 0_u32, 0);
}

#[test]
fn open_epoch_with_accounts_of_others_is_refused() {
    let world = World::new();
    let payer = world.wallet(0, 0);
    let good = instructions::ide::open_epoch(&payer.pubkey(), today(&world));
    let cases = [
        (
            PARAMS,
            addresses::registry::config(),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
        (
            VAULTS,
            addresses::rewards::emission(),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (
            EPOCH,
            addresses::ide::epoch(today(&world) + 1),
            ErrorCode::ConstraintSeeds,
        ),
    ];
    for (index, key, error) in cases {
        let changed = with_account(&good, index, key);
        expect_framework_error(world.send(&payer, &[], &[changed]), ide::ID, error, 0);
    }
    let params = with_account(&good, PARAMS, addresses::registry::params(&rewards::ID));
    expect_error(
        world.send(&payer, &[], &[params]),
        ide::ID,
        IdeError::WrongParams,
        0,
    );
    let vaults = with_account(&good, VAULTS, copy(&world, &addresses::ide::vaults()));
    expect_error(
        world.send(&payer, &[], &[vaults]),
        ide::ID,
        IdeError::WrongVaults,
        0,
    );
}

#[test]
fn open_epoch_without_the_payer_signature_is_refused() {
    let world = World::new();
    let sender = world.wallet(0, 0);
    let victim = world.wallet(0, 0);
    let instruction = instructions::ide::open_epoch(&victim.pubkey(), today(&world));
    let unsigned = without_signature(&instruction, PAYER);
    expect_framework_error(
        world.send(&sender, &[], &[unsigned]),
        ide::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
}

#[test]
fn open_epoch_with_a_further_account_is_refused() {
    let world = World::new();
    let payer = world.wallet(0, 0);
    let instruction = with_extra(instructions::ide::open_epoch(
        &payer.pubkey(),
        today(&world),
    ));
    expect_error(
        world.send(&payer, &[], &[instruction]),
        ide::ID,
        IdeError::UnexpectedAccounts,
        0,
    );
}
