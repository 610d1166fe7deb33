//! `create_quote` and `close_quote`.

use booking::error::BookingError as E;
use booking::{CreateQuoteArgs, ID, events::QuoteClosed, state::Quote};
use ion_client::{
    addresses,
    instructions::{booking as ix, registry as reg},
};
use ion_economics::units::DAY;
use registry::{
    UpdateDeviceArgs,
    state::{Config, Device, PauseBit, ProcessorClass},
};
use solana_signer::Signer;

use crate::stage::{ASK, CLASS, MINUTES, Stage, edit, with_account, with_extra, without_last};

fn refused(change: impl FnOnce(&Stage, &mut CreateQuoteArgs), error: E) {
    let stage = Stage::new();
    let mut args = stage.quote_args();
    change(&stage, &mut args);
    stage.refused(&stage.world.scheduler, stage.quote_ix(args), error);
}

fn device_refused(change: impl FnOnce(&Stage, &mut Device), error: E) {
    let stage = Stage::new();
    edit::<Device>(&stage.world, &stage.devices[0], |device| {
        change(&stage, device)
    });
    stage.refused(
        &stage.world.scheduler,
        stage.quote_ix(stage.quote_args()),
        error,
    );
}

#[test]
fn quote_stores_what_it_offers() {
    let stage = Stage::quoted();
    let quote: Quote = stage.quote();
    assert_eq!(
        (quote.renter, quote.payer),
        (stage.renter.pubkey(), stage.payer.pubkey())
    );
    assert_eq!(
        (quote.scheduler, quote.id),
        (stage.world.scheduler.pubkey(), stage.id)
    );
    assert_eq!(
        (quote.minutes, quote.kind, quote.is_used, quote.event_seq),
        (MINUTES, 0, false, 1)
    );
    assert_eq!(quote.expires_at, stage.world.now() + 60);
    assert_eq!(quote.created_at(), stage.world.now());
    let line = quote.lines[0];
    assert_eq!(
        (line.device, line.class, line.qty, line.rate_usd_micros),
        (stage.devices[0], CLASS, 1, ASK)
    );
    assert_eq!(
        stage.device(0).hired_by,
        Default::default(),
        "a quote reserves nothing"
    );
}

#[test]
fn quote_by_another_key_is_refused() {
    let stage = Stage::new();
    let mut args = stage.quote_ix(stage.quote_args());
    args.accounts[0].pubkey = stage.renter.pubkey();
    stage.refused(&stage.renter, args, E::NotScheduler);
}

#[test]
fn quote_with_a_used_id_is_refused() {
    let stage = Stage::quoted();
    stage.refused(
        &stage.world.scheduler,
        stage.quote_ix(stage.quote_args()),
        E::QuoteExists,
    );
}

#[test]
fn quote_id_off_by_more_than_the_lifetime_is_refused_in_both_directions() {
    for (seconds, allowed) in [(60, true), (61, false), (-60, true), (-61, false)] {
        let stage = Stage::new();
        let mut args = stage.quote_args();
        args.id[..8].copy_from_slice(&(stage.world.now() + seconds).to_le_bytes());
        let quote = stage.quote_ix(args);
        if allowed {
            stage.send(&stage.world.scheduler, quote).unwrap();
        } else {
            stage.refused(&stage.world.scheduler, quote, E::QuoteIdTime);
        }
    }
    refused(|_, args| args.id = [0xff; 16], E::QuoteIdTime);
}

#[test]
fn quote_with_unknown_choices_is_refused() {
    refused(|_, args| args.currency = 2, E::UnknownCurrency);
    refused(|_, args| args.source = 2, E::UnknownSource);
    refused(|_, args| args.flags = 4, E::UnknownFlag);
}

#[test]
fn quote_outside_the_minute_range_is_refused() {
    refused(|_, args| args.minutes = 59, E::MinutesOutOfRange);
    refused(|_, args| args.minutes = 525_601, E::MinutesOutOfRange);
}

#[test]
fn quote_with_other_lines_than_accounts_is_refused() {
    refused(|_, args| args.lines = 0, E::LineCount);
    refused(|_, args| args.lines = 9, E::LineCount);
    refused(|_, args| args.lines = 2, E::LineAccounts);
    let stage = Stage::new();
    let quote = stage.quote_ix(stage.quote_args());
    stage.refused(&stage.world.scheduler, with_extra(&quote), E::LineAccounts);
    stage.refused(
        &stage.world.scheduler,
        without_last(&quote, 1),
        E::LineAccounts,
    );
}

#[test]
fn quote_naming_a_device_twice_is_refused() {
    let stage = Stage::new();
    let line = stage.lines()[0];
    let args = CreateQuoteArgs {
        lines: 2,
        ..stage.quote_args()
    };
    let quote = ix::create_quote(&stage.world.scheduler.pubkey(), None, &[line, line], args);
    stage.refused(&stage.world.scheduler, quote, E::DuplicateDevice);
}

#[test]
fn quote_with_another_class_is_refused() {
    let stage = Stage::new();
    let quote = stage.quote_ix(stage.quote_args());
    let last = quote.accounts.len() - 1;
    let other = addresses::registry::class(CLASS + 1);
    stage.refused(
        &stage.world.scheduler,
        with_account(&quote, last, other),
        E::WrongClass,
    );
}

#[test]
fn quote_of_an_unavailable_device_is_refused() {
    device_refused(|_, device| device.status = 2, E::DeviceNotUp);
    device_refused(
        |stage, device| device.hired_by = stage.key(),
        E::DeviceHired,
    );
    device_refused(|_, device| device.ask_usd_micros = 0, E::AskNotSet);
    device_refused(|_, device| device.ask_usd_micros = 9_999, E::AskBelowFloor);
    device_refused(
        |stage, device| device.open_until = stage.world.now() + i64::from(MINUTES) * 60,
        E::DeviceNotOpen,
    );
}

#[test]
fn quote_of_a_class_without_floor_price_is_refused() {
    let stage = Stage::new();
    edit::<ProcessorClass>(&stage.world, &addresses::registry::class(CLASS), |class| {
        class.floor_price_usd_micros = 0
    });
    stage.refused(
        &stage.world.scheduler,
        stage.quote_ix(stage.quote_args()),
        E::FloorNotSet,
    );
}

#[test]
fn later_ask_leaves_a_quote_as_it_is() {
    let stage = Stage::quoted();
    let args = UpdateDeviceArgs {
        payout_wallet: None,
        ask_usd_micros: Some(2 * ASK),
        open_until: None,
    };
    let update = reg::update_device(&stage.owner.pubkey(), &stage.devices[0], None, args);
    stage.send(&stage.owner, update).unwrap();
    stage.book();
    assert_eq!(stage.booking().total, crate::stage::TOTAL);
}

#[test]
fn quote_while_paused_is_refused() {
    let stage = Stage::new();
    let pause = reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking);
    stage.send(&stage.world.guardian, pause).unwrap();
    stage.refused(
        &stage.world.scheduler,
        stage.quote_ix(stage.quote_args()),
        E::Paused,
    );
}

#[test]
fn quote_in_an_engine_hour_needs_the_rates_of_the_class() {
    let stage = Stage::new();
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        config.ide_from_hour = 0
    });
    // the account of the class is not one of rates
    stage
        .send(&stage.world.scheduler, stage.quote_ix(stage.quote_args()))
        .unwrap_err();
}

#[test]
fn open_quote_stays_and_an_expired_one_returns_its_rent() {
    let stage = Stage::quoted();
    let scheduler = stage.world.scheduler.pubkey();
    let close = ix::close_quote(&stage.world.authority.pubkey(), &stage.id, &scheduler);
    stage.world.warp(60);
    stage.crank_refused(close.clone(), E::QuoteOpen);
    // over, and its id could still be quoted again under the longest life that governance may set
    stage.world.warp(240);
    stage.crank_refused(close.clone(), E::QuoteOpen);
    stage.world.warp(1);
    let stranger = stage.renter.pubkey();
    stage.crank_refused(with_account(&close, 2, stranger), E::WrongRentReceiver);
    stage.crank_refused(with_extra(&close), E::ExtraAccounts);
    let before = stage.world.raw(&scheduler).lamports;
    let rent = stage.world.raw(&stage.quote_key()).lamports;
    let record = stage.crank(close).unwrap();
    assert!(!stage.world.event::<QuoteClosed>(ID, &record).is_used);
    assert_eq!(stage.world.raw(&scheduler).lamports, before + rent);
    assert!(!stage.world.exists(&stage.quote_key()));
}

#[test]
fn id_of_a_closed_booking_is_never_quoted_again() {
    let stage = Stage::booked();
    stage
        .send(
            &stage.renter,
            ix::cancel(&stage.renter.pubkey(), &stage.key(), 1, &[]),
        )
        .unwrap();
    stage.crank(stage.settle_ix_opened()).unwrap();
    stage.world.warp(60);
    let close = ix::close_quote(
        &stage.world.authority.pubkey(),
        &stage.id,
        &stage.world.scheduler.pubkey(),
    );
    stage.crank(close).unwrap();
    // at the last second in which the id may be quoted the booking still stands
    stage.crank_refused(stage.close_ix(), E::CloseEarly);
    stage.world.warp(61);
    stage.crank(stage.close_ix()).unwrap();
    stage.refused(
        &stage.world.scheduler,
        stage.quote_ix(stage.quote_args()),
        E::QuoteIdTime,
    );
    stage.world.warp(DAY);
}

/// A transaction that names a quote by its id never meets other terms than those it was signed for.
#[test]
fn id_of_a_closed_quote_is_never_quoted_again() {
    let stage = Stage::quoted();
    stage.world.warp(301);
    let close = ix::close_quote(
        &stage.world.authority.pubkey(),
        &stage.id,
        &stage.world.scheduler.pubkey(),
    );
    stage.crank(close).unwrap();
    stage.refused(
        &stage.world.scheduler,
        stage.quote_ix(stage.quote_args()),
        E::QuoteIdTime,
    );
}
