//! Bookings of hours in which the incentive engine pays the suppliers.

use anchor_lang::Discriminator;
use booking::error::BookingError as E;
use booking::{
    ID,
    events::{EarnDestination, LineEarned, RecordRuled},
};
use ide::{
    events::RevenueDeposited,
    state::{ClassRates, Epoch},
};
use ion_client::{
    addresses,
    instructions::booking::{self as ix},
};
use ion_economics::{
    booking::{BookingStatus, Currency, Stamp},
    units::{DAY, HOUR},
};
use registry::state::{Config, Device};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::stage::{CLASS, MINUTES, Stage, edit, with_account};

const AVAIL: u64 = 50_000;
const HIRE: u64 = 300_000;
const LIST: u64 = 1_000_000;
/// One day at the list price.
const DAY_COMPUTE: u64 = 24 * LIST;
const DAY_HIRE: u64 = 24 * HIRE;

/// Writes the rates of the stage's class, in force from this day on.
fn set_rates(stage: &Stage, class: u16, sets: &[(u64, u64, u64, u64)]) {
    let mut rates: ClassRates = bytemuck::Zeroable::zeroed();
    rates.class = class;
    rates.version = 1;
    for (slot, (from_day, avail, hire, list)) in rates.sets.iter_mut().zip(sets) {
        slot.from_day = *from_day;
        slot.avail_rate_usd_micros = *avail;
        slot.hire_rate_usd_micros = *hire;
        slot.list_price_usd_micros = *list;
        slot.max_processors = 1_000;
    }
    let mut data = ClassRates::DISCRIMINATOR.to_vec();
    data.extend_from_slice(bytemuck::bytes_of(&rates));
    stage.world.put(
        &addresses::ide::rates(CLASS),
        Account {
            lamports: 10_000_000,
            data,
            owner: ide::ID,
            ..Account::default()
        },
    );
}

fn switch(stage: &Stage) {
    let hour = u64::try_from(stage.world.now().div_euclid(HOUR)).unwrap();
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        config.ide_from_hour = hour
    });
}

/// A stage in an hour of the engine, with rates since yesterday.
fn stage_in(currency: Currency) -> Stage {
    let stage = Stage {
        currency,
        ..Stage::new()
    };
    switch(&stage);
    set_rates(&stage, CLASS, &[(stage.today() - 1, AVAIL, HIRE, LIST)]);
    stage
}

fn quote_ix(stage: &Stage, minutes: u32) -> Instruction {
    let price =
        (stage.currency == Currency::Io).then(|| stage.world.post_price(stage.world.price_now()));
    let mut args = stage.quote_args();
    args.minutes = minutes;
    ix::create_quote_in(
        Stamp::Ide,
        &stage.world.scheduler.pubkey(),
        price.as_ref(),
        &stage.lines(),
        args,
    )
}

fn running() -> Stage {
    let stage = stage_in(Currency::Usdc);
    stage
        .send(&stage.world.scheduler, quote_ix(&stage, MINUTES))
        .unwrap();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();
    stage
}

fn settling() -> Stage {
    let stage = running();
    stage.world.warp(2 * DAY);
    stage.crank(stage.end_ix()).unwrap();
    stage.record(0, false, &[1_440]).unwrap();
    stage.record(1, true, &[2_880]).unwrap();
    stage
}

fn hire_due(stage: &Stage) -> u64 {
    let account = stage.world.raw(&addresses::ide::epoch(stage.today()));
    let epoch: Epoch = bytemuck::pod_read_unaligned(&account.data[8..Epoch::SPACE]);
    epoch.hire_due_usd_micros
}

#[test]
fn quote_takes_list_price_and_hire_rate_of_the_day() {
    let stage = stage_in(Currency::Usdc);
    stage
        .send(&stage.world.scheduler, quote_ix(&stage, MINUTES))
        .unwrap();
    let quote = stage.quote();
    assert_eq!(quote.stamp, Stamp::Ide as u8);
    let line = quote.lines[0];
    assert_eq!(
        (line.rate_usd_micros, line.hire_q_usd_micros, line.compute),
        (LIST, HIRE, 2 * DAY_COMPUTE)
    );
    stage.book();
    let booking = stage.booking();
    assert_eq!(booking.stamp, Stamp::Ide as u8);
    assert_eq!(booking.lines[0].segments[0].hire_q_usd_micros, HIRE);
}

#[test]
fn quote_without_rates_of_the_day_of_another_class_or_above_the_list_is_refused() {
    let stage = stage_in(Currency::Usdc);
    let today = stage.today();
    let refused = |sets: &[(u64, u64, u64, u64)], class, error| {
        set_rates(&stage, class, sets);
        stage.refused(&stage.world.scheduler, quote_ix(&stage, MINUTES), error);
    };
    refused(&[(today + 1, AVAIL, HIRE, LIST)], CLASS, E::RatesNotSet);
    refused(&[], CLASS, E::RatesNotSet);
    refused(&[(today, AVAIL, HIRE, LIST)], CLASS + 1, E::WrongClass);
    refused(
        &[(today, LIST - HIRE + 1, HIRE, LIST)],
        CLASS,
        E::RatesAboveList,
    );
    set_rates(&stage, CLASS, &[(today, LIST - HIRE, HIRE, LIST)]);
    let quote = quote_ix(&stage, MINUTES);
    let last = quote.accounts.len() - 1;
    let class = with_account(&quote, last, addresses::registry::class(CLASS));
    stage.send(&stage.world.scheduler, class).unwrap_err();
    stage.send(&stage.world.scheduler, quote).unwrap();
}

#[test]
fn quote_in_io_is_shorter_than_one_in_usdc() {
    let stage = stage_in(Currency::Io);
    stage.refused(
        &stage.world.scheduler,
        quote_ix(&stage, 10_081),
        E::MinutesOutOfRange,
    );
    stage
        .send(&stage.world.scheduler, quote_ix(&stage, 10_080))
        .unwrap();
    let stage = stage_in(Currency::Usdc);
    stage
        .send(&stage.world.scheduler, quote_ix(&stage, 10_081))
        .unwrap();
}

#[test]
fn e91_quote_of_the_last_schedule_second_is_not_booked_after_the_switch() {
    let stage = Stage::new();
    let hour = u64::try_from(stage.world.now().div_euclid(HOUR)).unwrap() + 1;
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        config.ide_from_hour = hour
    });
    let switch_at = i64::try_from(hour).unwrap() * HOUR;
    stage.world.warp(switch_at - 10 - stage.world.now());
    let mut stage = stage;
    stage.id = stage.fresh_id(3);
    stage.create_quote();
    stage.world.warp(15);
    stage.refused(&stage.renter, stage.book_ix(), E::QuoteExpired);
}

#[test]
fn all_pay_goes_to_the_fee_vault_with_the_hire_that_falls_due() {
    let stage = settling();
    let record = stage.work_record(0);
    assert_eq!(record.lines[0].hire_usd_micros, DAY_HIRE);
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    let payout = stage.purse(&stage.payout.pubkey());
    let before = stage.world.token(&payout);
    let sent = stage.crank(stage.earn_ix(0, 0)).unwrap();
    let earned: LineEarned = stage.world.event(ID, &sent);
    assert_eq!(
        (earned.amount, earned.fee, earned.hire_usd_micros),
        (DAY_COMPUTE, 0, DAY_HIRE)
    );
    assert_eq!(
        (earned.destination_kind, earned.destination),
        (EarnDestination::FeeVault, stage.fee_vault())
    );
    let revenue: RevenueDeposited = stage.world.event(ide::ID, &sent);
    assert_eq!(
        (revenue.amount, revenue.hire_usd_micros, revenue.device),
        (DAY_COMPUTE, DAY_HIRE, stage.devices[0])
    );
    assert_eq!(revenue.owner, stage.owner.pubkey());
    assert_eq!(hire_due(&stage), DAY_HIRE);
    assert_eq!(stage.world.token(&payout), before);
    assert_eq!(stage.world.token(&stage.fee_vault()), DAY_COMPUTE);
    stage.crank(stage.earn_ix(1, 0)).unwrap();
    stage.crank(stage.settle_ix()).unwrap();
    assert_eq!(stage.status(), BookingStatus::Settled);
    assert_eq!(stage.world.token(&stage.escrow()), 0);
    assert_eq!(stage.world.token(&stage.fee_vault()), stage.booking().total);
    assert_eq!(hire_due(&stage), 2 * DAY_HIRE);
}

#[test]
fn ruling_counts_the_hire_again() {
    let stage = settling();
    stage.challenge(0);
    let sent = stage.rule(0, &[720]);
    let ruled: RecordRuled = stage.world.event(ID, &sent);
    assert_eq!(
        (ruled.cut, ruled.lines[0].hire_usd_micros),
        (DAY_COMPUTE / 2, DAY_HIRE / 2)
    );
    stage.open_epoch();
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    assert_eq!(hire_due(&stage), DAY_HIRE / 2);
}

#[test]
fn first_hour_is_hire_and_refunded_minutes_are_not() {
    let stage = running();
    stage.world.warp(30 * 60);
    stage.send(&stage.renter, stage.terminate_ix()).unwrap();
    stage.record(0, true, &[30]).unwrap();
    let record = stage.work_record(0);
    assert_eq!(
        (record.billed, record.lines[0].hire_usd_micros),
        (LIST, HIRE)
    );
    let stage = running();
    stage.world.warp(60 * 60);
    stage.send(&stage.renter, stage.terminate_ix()).unwrap();
    stage.record(0, true, &[20]).unwrap();
    let record = stage.work_record(0);
    assert_eq!(
        (record.billed, record.lines[0].hire_usd_micros),
        (LIST / 3 + 1, HIRE / 3)
    );
}

#[test]
fn e67_new_rates_leave_a_booking_and_hold_for_its_extension() {
    let stage = running();
    set_rates(
        &stage,
        CLASS,
        &[
            (stage.today() - 1, AVAIL, HIRE, LIST),
            (stage.today(), AVAIL, 2 * HIRE, 2 * LIST),
        ],
    );
    let id = stage.fresh_id(7);
    stage.quote_extension(id, 1_440);
    stage.send_extension(stage.extend_ix(id)).unwrap();
    let line = stage.booking().lines[0].clone();
    assert_eq!(
        (line.segments[0].amount, line.segments[0].hire_q_usd_micros),
        (2 * DAY_COMPUTE, HIRE)
    );
    assert_eq!(
        (line.segments[1].amount, line.segments[1].hire_q_usd_micros),
        (2 * DAY_COMPUTE, 2 * HIRE)
    );
    stage.world.warp(3 * DAY);
    stage.crank(stage.end_ix()).unwrap();
    for (seq, is_final) in [(0, false), (1, false), (2, true)] {
        stage.record(seq, is_final, &[1_440 * (seq + 1)]).unwrap();
    }
    let hire: Vec<u64> = (0..3)
        .map(|seq| stage.work_record(seq).lines[0].hire_usd_micros)
        .collect();
    assert_eq!(hire, [DAY_HIRE, DAY_HIRE, 2 * DAY_HIRE]);
}

#[test]
fn schedule_booking_that_runs_into_the_engine_pays_its_supplier_and_gives_no_hire() {
    let stage = Stage::settling();
    stage.world.warp(DAY + 1);
    switch(&stage);
    stage.open_epoch();
    let sent = stage.crank(stage.earn_ix(0, 0)).unwrap();
    let earned: LineEarned = stage.world.event(ID, &sent);
    assert_eq!(
        (earned.destination_kind, earned.hire_usd_micros),
        (EarnDestination::Supplier, 0)
    );
    assert_eq!(hire_due(&stage), 0);
}

#[test]
fn engine_ignores_the_owner_s_ask_and_keeps_its_limit() {
    let stage = stage_in(Currency::Usdc);
    edit::<Device>(&stage.world, &stage.devices[0], |device| {
        device.ask_usd_micros = 0;
        device.open_until = 1;
    });
    stage.refused(
        &stage.world.scheduler,
        quote_ix(&stage, MINUTES),
        E::DeviceNotOpen,
    );
    edit::<Device>(&stage.world, &stage.devices[0], |device| {
        device.open_until = 0
    });
    stage
        .send(&stage.world.scheduler, quote_ix(&stage, MINUTES))
        .unwrap();
}
