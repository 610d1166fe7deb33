//! Random lives: whatever is tried, in whatever order, no unit appears or is lost.

use std::collections::BTreeMap;

use anchor_lang::prelude::Result as AnchorResult;
use booking::state::Booking;
use ion_client::{addresses, instructions::booking as ix, send::SendError};
use ion_economics::{booking::BookingStatus, units::DAY};
use rand::{Rng, SeedableRng, rngs::StdRng};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{PURSE_USDC, Stage};

const STEPS: usize = 250;

/// Devices of the lines that are hired.
fn hired(booking: &Booking) -> Vec<Pubkey> {
    booking
        .lines
        .iter()
        .filter(|line| line.status == 1)
        .map(|line| line.device)
        .collect()
}

/// One random step on the booking at hand; most of them are not allowed in its state.
fn step(stage: &mut Stage, dice: &mut StdRng, nonce: &mut u64) -> Result<&'static str, SendError> {
    let by = stage.world.authority.pubkey();
    if !stage.world.exists(&stage.key()) {
        *nonce += 1;
        stage.id = stage.fresh_id(*nonce);
        let mut args = stage.quote_args();
        args.minutes = dice.gen_range(60..4_000);
        stage.send(&stage.world.scheduler, stage.quote_ix(args))?;
        stage.send(&stage.renter, stage.book_ix())?;
        return Ok("book");
    }
    let booking = stage.booking();
    let devices = hired(&booking);
    let (renter, key, op) = (stage.renter.pubkey(), stage.key(), booking.op_seq);
    let line = dice.gen_range(0..2);
    // mostly what the state is waiting for, else anything
    let usual: &[u32] = match booking.status().expect("a known state") {
        BookingStatus::Booked | BookingStatus::PartiallyPaid => &[0, 1, 2],
        BookingStatus::Funded => &[3],
        BookingStatus::Paid => &[4],
        BookingStatus::Running => &[9, 10],
        BookingStatus::Closing => &[9, 10, 10, 11],
        BookingStatus::Settling => &[12, 12, 13, 14],
        BookingStatus::Settled | BookingStatus::Cancelled | BookingStatus::Expired => &[13, 14, 15],
    };
    let choice = if dice.gen_bool(0.6) {
        usual[dice.gen_range(0..usual.len())]
    } else {
        dice.gen_range(0..16)
    };
    let (name, result) = match choice {
        0 => (
            "pay part",
            stage.send(&stage.payer, stage.pay_ix(dice.gen_range(1..200_000_000))),
        ),
        1 | 2 => ("pay", stage.send(&stage.payer, stage.pay_ix(u64::MAX))),
        3 => ("lock", stage.crank(stage.lock_ix())),
        4 => (
            "start",
            stage.send(&stage.world.scheduler, stage.start_ix()),
        ),
        5 if dice.gen_bool(0.2) => (
            "cancel",
            stage.send(&stage.renter, ix::cancel(&renter, &key, op, &devices)),
        ),
        6 if dice.gen_bool(0.5) => (
            "terminate",
            stage.send(&stage.renter, ix::terminate(&renter, &key, op, &devices)),
        ),
        7 => ("expire", stage.crank(ix::expire(&by, &key, &devices))),
        8 => (
            "unstarted",
            stage.crank(ix::cancel_unstarted(&by, &key, &devices)),
        ),
        9 => ("end", stage.crank(ix::end(&by, &key, &devices))),
        10 | 11 => {
            let clock = booking.record_clock().expect("a known state");
            let last = clock.final_seq().expect("in range");
            let at_most = if booking.next_record == last {
                ion_economics::booking::run_minutes(clock.start, clock.end).expect("in range")
            } else {
                (booking.next_record + 1) * 1_440
            };
            let served: Vec<u32> = booking
                .lines
                .iter()
                .map(|line| {
                    dice.gen_range(line.recorded_minutes..=at_most.max(line.recorded_minutes))
                })
                .collect();
            let is_final = booking.next_record == last && dice.gen_bool(0.9);
            (
                "record",
                stage.record(booking.next_record, is_final, &served),
            )
        }
        12 => {
            stage.open_epoch();
            let seq = dice.gen_range(0..booking.next_record.max(1));
            ("earn", stage.crank(stage.earn_ix(seq, line)))
        }
        13 => ("refund", stage.crank(stage.refund_ix())),
        14 => {
            stage.open_epoch();
            ("settle", stage.crank(stage.settle_ix()))
        }
        15 => ("close", stage.crank(stage.close_ix())),
        _ => return Ok("nothing"),
    };
    result.map(|_| name)
}

/// Sum of all tokens that a booking can move, and the escrow against its ledger.
fn check(stage: &Stage) -> AnchorResult<()> {
    let token = |key: &Pubkey| stage.world.token(key);
    let escrow = token(&stage.escrow());
    let sum = escrow
        + token(&stage.purse(&stage.payer.pubkey()))
        + token(&stage.purse(&stage.payout.pubkey()))
        + token(&addresses::ide::fee_usdc());
    assert_eq!(sum, PURSE_USDC, "no unit appears or is lost");
    if !stage.world.exists(&stage.key()) {
        return Ok(());
    }
    let booking = stage.booking();
    assert_eq!(escrow, booking.escrow_ledger()?);
    let due = booking.refund_due + booking.sum(|line| line.pay_due)?;
    assert!(due <= escrow);
    let status = booking.status()?;
    for line in &booking.lines {
        assert!(line.earned <= line.billed && line.billed + line.refunded <= line.compute()?);
        if matches!(status, BookingStatus::Settling | BookingStatus::Settled) {
            assert_eq!(line.billed + line.refunded, line.compute()?);
        }
    }
    if status == BookingStatus::Settled {
        assert_eq!(due, escrow);
    }
    for device in &stage.devices {
        let holder = stage.world.get::<registry::state::Device>(device).hired_by;
        let is_hired = hired(&booking).contains(device);
        assert_eq!(holder == stage.key(), is_hired);
    }
    Ok(())
}

fn live(seed: u64, done: &mut BTreeMap<&'static str, usize>) {
    let mut stage = Stage::with_devices(2);
    let mut dice = StdRng::seed_from_u64(seed);
    let mut nonce = 1;
    for _ in 0..STEPS {
        let is_early = stage.world.exists(&stage.key()) && stage.booking().started_at == 0;
        let jump = match dice.gen_range(0..10) {
            0 => dice.gen_range(0..3_000),
            1..5 if !is_early => dice.gen_range(0..2 * DAY),
            _ => dice.gen_range(0..30),
        };
        stage.world.warp(jump);
        if let Ok(name) = step(&mut stage, &mut dice, &mut nonce) {
            *done.entry(name).or_default() += 1;
        }
        check(&stage).expect("the booking reads");
    }
}

#[test]
fn random_lives_conserve_every_unit() {
    let mut done = BTreeMap::new();
    (0..8).for_each(|seed| live(seed, &mut done));
    // the dice reach real work, not only refusals
    for name in [
        "book",
        "pay part",
        "pay",
        "lock",
        "start",
        "cancel",
        "terminate",
        "expire",
        "unstarted",
        "end",
        "record",
        "earn",
        "refund",
        "settle",
        "close",
    ] {
        assert!(done.contains_key(name), "{name} never succeeded: {done:?}");
    }
}
