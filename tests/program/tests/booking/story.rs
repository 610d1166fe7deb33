//! Whole lives of a booking, to the unit.

use anchor_spl::token::TokenAccount;
use booking::{
    ID,
    events::{
        BookingClosed, BookingEnded, BookingPaid, BookingSettled, BookingStarted, EarnDestination,
        LineEarned, LinesLocked, ProductBooked, QuoteClosed, QuoteCreated, RecordClosed,
        RefundPulled, WorkRecorded,
    },
};
use ion_client::{addresses, instructions::booking as ix};
use ion_economics::{
    booking::{BookingStatus, LineStatus},
    units::DAY,
};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{COMPUTE, MINUTES, PAYMENT, PURSE_USDC, RESERVATION, Stage, TOTAL};

#[test]
fn usdc_booking_served_in_full_pays_everyone_to_the_unit() {
    let stage = Stage::new();
    let record = stage.create_quote();
    let quoted: QuoteCreated = stage.world.event(ID, &record);
    assert_eq!(
        (quoted.total, quoted.lines.len(), quoted.price_p12),
        (TOTAL, 1, 0)
    );
    assert_eq!(
        (
            quoted.lines[0].compute,
            quoted.lines[0].reservation,
            quoted.lines[0].payment
        ),
        (COMPUTE, RESERVATION, PAYMENT)
    );
    assert_eq!(stage.quote().supplier_fee_bps, 225);

    let record = stage.book();
    let booked: ProductBooked = stage.world.event(ID, &record);
    assert_eq!(
        (booked.total, booked.minutes, booked.op_seq),
        (TOTAL, MINUTES, 0)
    );
    assert_eq!(booked.renter, stage.renter.pubkey());
    assert_eq!(booked.deadline, stage.world.now() + 1_200);
    assert_eq!(stage.status(), BookingStatus::Booked);
    assert!(stage.quote().is_used);

    let record = stage.pay_all();
    let paid: BookingPaid = stage.world.event(ID, &record);
    assert_eq!((paid.amount, paid.paid.new, paid.op_seq), (TOTAL, TOTAL, 1));
    assert_eq!(paid.deadline, stage.world.now() + 120);
    assert_eq!(stage.world.token(&stage.escrow()), TOTAL);
    assert_eq!(
        stage.world.usdc_of(&stage.payer.pubkey()),
        PURSE_USDC - TOTAL
    );

    let record = stage.crank(stage.lock_ix()).unwrap();
    let locked: LinesLocked = stage.world.event(ID, &record);
    assert_eq!((locked.lines, locked.unavailable), (vec![0], vec![]));
    assert_eq!(locked.deadline, stage.world.now() + 1_800);
    assert_eq!(stage.device(0).hired_by, stage.key());
    assert_eq!(stage.status(), BookingStatus::Paid);

    let record = stage.start();
    let started: BookingStarted = stage.world.event(ID, &record);
    assert_eq!(started.ends_at, stage.world.now() + i64::from(MINUTES) * 60);

    stage.world.warp(DAY);
    let record = stage.record(0, false, &[1_440]).unwrap();
    let worked: WorkRecorded = stage.world.event(ID, &record);
    assert_eq!(
        (worked.billed, worked.is_final, worked.is_priced),
        (119_520_000, false, true)
    );
    // 119.52 USD at 0.15 USD per IO
    assert_eq!(
        (worked.io_amount, worked.price_p12),
        (79_680_000_000, 150_000_000_000)
    );
    assert_eq!(worked.challenge_until, stage.world.now() + DAY);

    stage.world.warp(DAY);
    let record = stage.crank(stage.end_ix()).unwrap();
    let ended: BookingEnded = stage.world.event(ID, &record);
    assert!(!ended.is_terminated);
    assert_eq!(ended.freed, stage.devices);
    assert_eq!(stage.device(0).hired_by, Pubkey::default());
    assert_eq!(stage.booking().lines[0].status, LineStatus::Ended as u8);
    let record = stage.record(1, true, &[2_880]).unwrap();
    let worked: WorkRecorded = stage.world.event(ID, &record);
    assert_eq!((worked.billed, worked.refund_due.new), (119_520_000, 0));
    assert_eq!(stage.status(), BookingStatus::Settling);
    assert_eq!(stage.booking().fees_kept, RESERVATION + PAYMENT);

    stage.world.warp(DAY + 1);
    stage.open_epoch();
    for seq in 0..2 {
        let record = stage.crank(stage.earn_ix(seq, 0)).unwrap();
        let earned: LineEarned = stage.world.event(ID, &record);
        assert_eq!(
            (earned.amount, earned.fee, earned.io_amount),
            (119_520_000, 2_689_200, 79_680_000_000)
        );
        assert_eq!(earned.destination_kind, EarnDestination::Supplier);
    }
    assert_eq!(stage.world.usdc_of(&stage.payout.pubkey()), 233_661_600);
    let record = stage.crank(stage.settle_ix()).unwrap();
    let settled: BookingSettled = stage.world.event(ID, &record);
    assert_eq!(
        (settled.deposited, settled.escrow),
        (RESERVATION + PAYMENT, 0)
    );
    assert_eq!(
        stage.world.token(&stage.fee_vault()),
        2 * (RESERVATION + PAYMENT)
    );
    assert_eq!(stage.world.token(&stage.escrow()), 0);

    let record = stage
        .crank(ix::close_quote(
            &stage.world.authority.pubkey(),
            &stage.id,
            &stage.world.scheduler.pubkey(),
        ))
        .unwrap();
    assert!(stage.world.event::<QuoteClosed>(ID, &record).is_used);
    for seq in 0..2 {
        let by = stage.world.authority.pubkey();
        let record = stage
            .crank(ix::close_record(&by, &stage.key(), seq, &by))
            .unwrap();
        assert_eq!(stage.world.event::<RecordClosed>(ID, &record).payer, by);
    }
    stage.world.warp(7 * DAY);
    let renter_before = stage.world.raw(&stage.renter.pubkey()).lamports;
    let rent = stage.world.raw(&stage.key()).lamports + stage.world.raw(&stage.escrow()).lamports;
    let record = stage.crank(stage.close_ix()).unwrap();
    assert_eq!(stage.world.event::<BookingClosed>(ID, &record).excess, 0);
    assert_eq!(
        stage.world.raw(&stage.renter.pubkey()).lamports,
        renter_before + rent
    );
    assert!(!stage.world.exists(&stage.key()) && !stage.world.exists(&stage.escrow()));
}

#[test]
fn io_booking_terminated_early_refunds_in_io() {
    let stage = Stage::in_io();
    stage.create_quote();
    // p_floor = 0.15 − 2 · 0.0003 = 0.1494 USD; 239.04 USD / 0.1494 = 1,600 IO
    let quote = stage.quote();
    assert_eq!(quote.price_p12, 149_400_000_000);
    assert_eq!(
        (
            quote.lines[0].compute,
            quote.lines[0].reservation,
            quote.lines[0].payment
        ),
        (160_000_000_000, 400_000_000, 0)
    );
    assert_eq!((quote.total, quote.supplier_fee_bps), (160_400_000_000, 25));
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();

    stage.world.warp(30 * 60 + 1);
    let record = stage.send(&stage.renter, stage.terminate_ix()).unwrap();
    let ended: BookingEnded = stage.world.event(ID, &record);
    assert!(ended.is_terminated);
    assert_eq!(ended.ends_at.new, stage.world.now());
    // 31 started minutes, all served: the first hour is billed
    let record = stage.record(0, true, &[31]).unwrap();
    let worked: WorkRecorded = stage.world.event(ID, &record);
    let billed = 160_000_000_000 / 48;
    assert_eq!(worked.billed, billed + 1, "refund rounds down");
    assert_eq!(
        (worked.io_amount, worked.price_p12, worked.is_priced),
        (billed + 1, 0, true)
    );
    let refund = 160_000_000_000 - billed - 1;
    assert_eq!(stage.booking().refund_due, refund);

    let before = stage.world.io_of(&stage.payer.pubkey());
    let record = stage.crank(stage.refund_ix()).unwrap();
    let pulled: RefundPulled = stage.world.event(ID, &record);
    assert_eq!((pulled.amount, pulled.currency), (refund, 1));
    assert_eq!(stage.world.io_of(&stage.payer.pubkey()), before + refund);

    stage.world.warp(DAY + 1);
    stage.open_epoch();
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    let fee = (billed + 1).div_ceil(400);
    assert_eq!(stage.world.io_of(&stage.payout.pubkey()), billed + 1 - fee);
    stage.crank(stage.settle_ix()).unwrap();
    assert_eq!(
        stage.world.token(&addresses::ide::fee_io()),
        fee + 400_000_000
    );
    assert_eq!(stage.world.token(&stage.escrow()), 0);
    assert_eq!(stage.status(), BookingStatus::Settled);
}

#[test]
fn eight_lines_are_locked_recorded_and_earned_apart() {
    let stage = Stage::with_devices(8);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    assert_eq!(stage.status(), BookingStatus::Paid);
    stage.start();
    stage.world.warp(DAY);
    stage
        .record(0, false, &[1_440, 1_400, 1_440, 0, 60, 1, 1_439, 1_440])
        .unwrap();
    stage.world.warp(DAY);
    stage.crank(stage.end_ix()).unwrap();
    stage
        .record(1, true, &[2_880, 2_840, 2_880, 0, 60, 1, 2_879, 2_880])
        .unwrap();
    let booking = stage.booking();
    for line in &booking.lines {
        assert_eq!(line.billed + line.refunded, COMPUTE);
    }
    // line 3 served nothing of 48 h: nothing is billed, its bits are set from the start
    assert_eq!(booking.lines[3].billed, 0);
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    for seq in 0..2 {
        for line in 0..8u8 {
            if !stage.work_record(seq).is_earned(line) {
                stage.crank(stage.earn_ix(seq, line)).unwrap();
            }
        }
    }
    stage.crank(stage.settle_ix()).unwrap();
    stage.crank(stage.refund_ix()).unwrap();
    let escrow = stage.world.raw(&stage.escrow());
    use anchor_lang::AccountDeserialize;
    assert_eq!(
        TokenAccount::try_deserialize(&mut escrow.data.as_slice())
            .unwrap()
            .amount,
        0
    );
    let booking = stage.booking();
    assert_eq!(
        (booking.escrow_ledger().unwrap(), booking.open_records),
        (0, 0)
    );
}
