//! Foreign accounts, missing signatures and pauses in the instructions of faults and groups, and
//! faults of bookings that the incentive engine pays.

use anchor_lang::error::ErrorCode;
use booking::{ID, error::BookingError as E, state::Booking};
use ion_client::{
    addresses,
    instructions::{booking as ix, registry as reg},
};
use ion_economics::{
    booking::{BookingStatus, Stamp},
    units::{DAY, HOUR},
};
use ion_program_tests::expect_framework_error;
use registry::state::{Config, PauseBit};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{COMPUTE, PAYMENT, Stage, copy, edit, with_account};

const FAILOVER: u8 = 2;
/// Hire rate of a purchase: 0.3 USD per processor-hour.
const HIRE: u64 = 300_000;

fn minutes(count: u64) -> u64 {
    COMPUTE / 2_880 * count
}

/// A running booking with a failing line 0 and a spare device.
fn failing() -> (Stage, Pubkey) {
    let (stage, spares) = Stage::running_with(2, 1, FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    (stage, spares[0])
}

#[test]
fn copies_of_registry_accounts_and_foreign_callers_are_refused() {
    let (stage, spare) = failing();
    let fault = {
        let args = stage.fault_args(1, 41, 40, 0);
        stage.attest_fault(&args);
        stage.fault_ix(args)
    };
    let failover = stage.failover_ix(0, &spare);
    stage.world.warp(600);
    let fail = stage.fail_all_ix(0);
    let config = copy(&stage.world, &addresses::registry::config());
    let roles = copy(&stage.world, &addresses::registry::roles());
    let params = addresses::registry::params(&staking::ID);
    let own = addresses::registry::params(&ID);
    let (anyone, scheduler) = (&stage.world.authority, &stage.world.scheduler);
    let stranger = stage.renter.pubkey();
    let cases: [(&Keypair, &solana_instruction::Instruction, usize, Pubkey, E); 13] = [
        (anyone, &fault, 1, config, E::WrongConfig),
        (anyone, &fault, 2, params, E::WrongParams),
        (anyone, &fault, 6, stranger, E::WrongCaller),
        (scheduler, &failover, 1, roles, E::WrongRoles),
        (scheduler, &failover, 2, config, E::WrongConfig),
        (scheduler, &failover, 3, params, E::WrongParams),
        (scheduler, &failover, 4, own, E::WrongStakingParams),
        (scheduler, &failover, 9, stranger, E::WrongCaller),
        (anyone, &fail, 1, config, E::WrongConfig),
        (anyone, &fail, 2, params, E::WrongParams),
        (anyone, &fail, 4, stranger, E::WrongCaller),
        (anyone, &fail, 9, stranger, E::DeviceAccounts),
        (scheduler, &failover, 7, stranger, E::WrongStake),
    ];
    for (signer, instruction, at, key, error) in cases {
        stage.refused(signer, with_account(instruction, at, key), error);
    }
    let group = ix::start_group(&scheduler.pubkey(), &[(stage.key(), 1)]);
    stage.refused(scheduler, with_account(&group, 1, roles), E::WrongRoles);
    stage.refused(scheduler, with_account(&group, 2, config), E::WrongConfig);
}

#[test]
fn accounts_of_another_type_or_owner_are_refused() {
    let (stage, spare) = failing();
    let args = stage.fault_args(1, 41, 40, 0);
    stage.attest_fault(&args);
    let fault = stage.fault_ix(args);
    let failover = stage.failover_ix(0, &spare);
    let fail = stage.fail_ix(0);
    let mut account = stage.world.raw(&stage.key());
    account.owner = staking::ID;
    let foreign = Pubkey::new_unique();
    stage.world.put(&foreign, account);
    for (instruction, at) in [(&fault, 4), (&fail, 3)] {
        let result = stage.crank(with_account(instruction, at, foreign));
        expect_framework_error(result, ID, ErrorCode::AccountOwnedByWrongProgram, 0);
        let result = stage.crank(with_account(instruction, at, stage.quote_key()));
        expect_framework_error(result, ID, ErrorCode::AccountDiscriminatorMismatch, 0);
    }
    let result = stage.crank(with_account(&fault, 3, addresses::registry::config()));
    expect_framework_error(result, ID, ErrorCode::AccountDiscriminatorMismatch, 0);
    let result = stage.crank(with_account(&fault, 8, staking::ID));
    expect_framework_error(result, ID, ErrorCode::InvalidProgramId, 0);
    for (at, key, error) in [
        (
            5,
            stage.quote_key(),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
        (6, foreign, ErrorCode::AccountOwnedByWrongProgram),
        (8, spare, ErrorCode::AccountDiscriminatorMismatch),
        (11, staking::ID, ErrorCode::InvalidProgramId),
    ] {
        let result = stage.send(&stage.world.scheduler, with_account(&failover, at, key));
        expect_framework_error(result, ID, error, 0);
    }
    let group = ix::start_group(
        &stage.world.scheduler.pubkey(),
        &[(stage.quote_key(), 0), (stage.key(), 0)],
    );
    let result = stage.send(&stage.world.scheduler, group);
    expect_framework_error(result, ID, ErrorCode::AccountDiscriminatorMismatch, 0);
}

#[test]
fn unsigned_scheduler_is_refused() {
    let (stage, spare) = failing();
    let mut failover = stage.failover_ix(0, &spare);
    failover.accounts[0].is_signer = false;
    expect_framework_error(stage.crank(failover), ID, ErrorCode::AccountNotSigner, 0);
    let mut group = ix::start_group(&stage.world.scheduler.pubkey(), &[(stage.key(), 1)]);
    group.accounts[0].is_signer = false;
    expect_framework_error(stage.crank(group), ID, ErrorCode::AccountNotSigner, 0);
}

#[test]
fn pause_stops_no_fault_and_no_failing_but_starts() {
    let (stage, _) = Stage::running_with(2, 0, 0);
    stage.world.warp(47 * 60);
    let pause = reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking);
    stage.send(&stage.world.guardian, pause).unwrap();
    stage.fault(1, 40, 40, 0).unwrap();
    stage.crank(stage.fail_ix(1)).unwrap();
    stage.crank(stage.refund_ix()).unwrap();
    let group = ix::start_group(&stage.world.scheduler.pubkey(), &[(stage.key(), 1)]);
    stage.refused(&stage.world.scheduler, group, E::Paused);
}

/// Makes the running booking one that the engine pays, from this hour on.
fn stamp_ide(stage: &Stage) {
    let hour = u64::try_from(stage.world.now().div_euclid(HOUR)).unwrap();
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        config.ide_from_hour = hour;
    });
    edit::<Booking>(&stage.world, &stage.key(), |booking| {
        booking.stamp = Stamp::Ide as u8;
        for line in &mut booking.lines {
            line.segments[0].hire_q_usd_micros = HIRE;
        }
    });
}

#[test]
fn fault_in_an_engine_hour_gives_hire_for_the_kept_minutes_only() {
    let stage = Stage::running();
    stamp_ide(&stage);
    stage.world.warp(2_000 * 60 + 421);
    stage.fault(0, 2_000, 2_000, 1_440).unwrap();
    stage.crank(stage.fail_all_ix(0)).unwrap();
    stage.record(0, false, &[1_440]).unwrap();
    stage.record(1, true, &[2_000]).unwrap();
    let hire = |seq| stage.work_record(seq).lines[0].hire_usd_micros;
    assert_eq!((hire(0), hire(1)), (24 * HIRE, 0));
    stage.crank(stage.refund_ix()).unwrap();
    stage.earn_all_and_settle();
    let line = stage.line(0);
    assert_eq!((line.earned, line.fee_taken), (minutes(1_440), 0));
    assert_eq!(line.vault_part, minutes(500));
    assert_eq!(stage.world.usdc_of(&stage.payout.pubkey()), 0);
    assert_eq!(stage.world.token(&stage.escrow()), 0);
    let epoch: ide::state::Epoch = stage.world.get(&addresses::ide::epoch(stage.today()));
    assert_eq!(epoch.hire_due_usd_micros, 24 * HIRE);
}

#[test]
fn silence_after_a_fault_in_an_engine_hour_leaves_the_kept_part_to_the_fee_vault() {
    let (stage, _) = Stage::running_with(2, 0, 0);
    stamp_ide(&stage);
    stage.world.warp(2_000 * 60 + 421);
    stage.fault(1, 2_000, 2_000, 1_440).unwrap();
    stage.crank(stage.fail_ix(1)).unwrap();
    stage.world.warp(880 * 60);
    stage.crank(stage.end_hired_ix()).unwrap();
    stage.world.warp(7 * DAY + 1);
    stage
        .crank(ix::end(&stage.world.authority.pubkey(), &stage.key(), &[]))
        .unwrap();
    let line = stage.line(1);
    assert_eq!((line.earned, line.pay_due), (0, 0));
    assert_eq!(line.vault_part, minutes(1_440) + minutes(500));
    stage.crank(stage.refund_ix()).unwrap();
    stage.crank(stage.settle_ix_opened()).unwrap();
    assert_eq!(stage.status(), BookingStatus::Settled);
    assert_eq!(stage.world.token(&stage.escrow()), 0);
    assert!(stage.world.token(&stage.fee_vault()) > minutes(1_940) + PAYMENT);
}

#[test]
fn replacement_in_an_engine_hour_needs_no_ask() {
    let (stage, spares) = Stage::running_with(1, 1, FAILOVER);
    stamp_ide(&stage);
    edit::<registry::state::Device>(&stage.world, &spares[0], |device| {
        device.ask_usd_micros = 0;
    });
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    stage
        .send(&stage.world.scheduler, stage.failover_ix(0, &spares[0]))
        .unwrap();
    assert_eq!(stage.line(1).segments[0].hire_q_usd_micros, HIRE);
}
