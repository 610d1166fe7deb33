//! Compute units per instruction against their budgets.

use ion_client::{addresses, history::TransactionRecord, instructions::booking as ix};
use ion_economics::units::DAY;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{MINUTES, Stage};

/// Each further try of an address derivation adds this much.
const PER_TRY: u64 = 1_500;

/// Tries beyond the first for the booking's addresses with these bumps.
fn tries(bumps: &[u8]) -> u64 {
    bumps
        .iter()
        .map(|bump| u64::from(u8::MAX - bump) * PER_TRY)
        .sum()
}

/// Tries beyond the first for a wallet's associated account, which a crank derives.
fn associated_tries(stage: &Stage, wallet: &Pubkey) -> u64 {
    let seeds = [
        wallet.as_ref(),
        anchor_spl::token::ID.as_ref(),
        stage.mint().as_ref(),
    ]
    .map(<[u8]>::to_vec);
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    tries(&[Pubkey::find_program_address(&seeds, &anchor_spl::associated_token::ID).1])
}

fn within(name: &str, record: &TransactionRecord, further_tries: u64, budget: u64) {
    let used = record.compute_units - further_tries;
    println!("{name}: {used} of {budget}");
    assert!(
        used <= budget,
        "{name} uses {used} of {budget} compute units"
    );
}

fn budgets(lines: usize) {
    let stage = Stage::with_devices(lines);
    let more = lines as u64 - 1;
    let by = stage.world.authority.pubkey();

    let record = stage.create_quote();
    within(
        "create_quote",
        &record,
        tries(&[stage.quote().bump]),
        30_000 + 5_000 * more,
    );
    let record = stage.book();
    let booking = stage.booking();
    let escrow_bump =
        Pubkey::find_program_address(&[b"escrow", stage.key().as_ref()], &booking::ID).1;
    within(
        "book",
        &record,
        tries(&[booking.bump, escrow_bump]),
        45_000 + 2_000 * more,
    );
    let record = stage.pay_all();
    within("pay", &record, 0, 35_000);
    for chunk in stage.lines().chunks(4) {
        let record = stage
            .crank(ix::lock_lines(&by, &stage.key(), chunk))
            .unwrap();
        within(
            "lock_lines",
            &record,
            0,
            25_000 + 8_000 * chunk.len() as u64,
        );
    }
    within("start", &stage.start(), 0, 25_000);
    stage.world.warp(DAY);
    let served = vec![1_400; lines];
    let record = stage.record(0, false, &served).unwrap();
    within(
        "apply_work_leaf",
        &record,
        tries(&[stage.work_record(0).bump]),
        35_000 + 3_000 * more,
    );
    stage.world.warp(i64::from(MINUTES) * 60 - DAY);
    let record = stage.crank(stage.end_ix()).unwrap();
    within("end", &record, 0, 30_000 + 3_000 * more);
    let served = vec![2_800; lines];
    let record = stage.record(1, true, &served).unwrap();
    within(
        "apply_work_leaf, final",
        &record,
        tries(&[stage.work_record(1).bump]),
        35_000 + 3_000 * more,
    );
    let record = stage.crank(stage.refund_ix()).unwrap();
    within(
        "pull_refund",
        &record,
        associated_tries(&stage, &stage.payer.pubkey()),
        25_000,
    );
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    for seq in 0..2 {
        for line in 0..u8::try_from(lines).unwrap() {
            let record = stage.crank(stage.earn_ix(seq, line)).unwrap();
            within(
                "earn",
                &record,
                associated_tries(&stage, &stage.payout.pubkey()),
                55_000,
            );
        }
    }
    within(
        "settle",
        &stage.crank(stage.settle_ix()).unwrap(),
        0,
        30_000,
    );
    within(
        "close_record",
        &stage
            .crank(ix::close_record(&by, &stage.key(), 0, &by))
            .unwrap(),
        0,
        25_000,
    );
    stage.world.warp(7 * DAY);
    within("close", &stage.crank(stage.close_ix()).unwrap(), 0, 25_000);
    let close_quote = ix::close_quote(&by, &stage.id, &stage.world.scheduler.pubkey());
    within("close_quote", &stage.crank(close_quote).unwrap(), 0, 25_000);
}

#[test]
fn one_line_booking_keeps_every_budget() {
    budgets(1);
}

#[test]
fn eight_line_booking_keeps_every_budget() {
    budgets(8);
}

#[test]
fn early_endings_keep_their_budgets() {
    let stage = Stage::running();
    let record = stage.send(&stage.renter, stage.terminate_ix()).unwrap();
    within("terminate", &record, 0, 30_000);
    let stage = Stage::paid();
    let cancel = ix::cancel(
        &stage.renter.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &stage.devices,
    );
    within(
        "cancel",
        &stage.send(&stage.renter, cancel).unwrap(),
        0,
        35_000,
    );
    let stage = Stage::booked();
    stage.world.warp(1_201);
    let record = stage
        .crank(ix::expire(
            &stage.world.authority.pubkey(),
            &stage.key(),
            &[],
        ))
        .unwrap();
    within("expire", &record, 0, 30_000);
    let stage = Stage::paid();
    stage.world.warp(1_801);
    let unstarted = ix::cancel_unstarted(
        &stage.world.authority.pubkey(),
        &stage.key(),
        &stage.devices,
    );
    within(
        "cancel_unstarted",
        &stage.crank(unstarted).unwrap(),
        0,
        35_000,
    );
}

/// A running booking of this many lines after its first day.
fn first_day(lines: usize) -> Stage {
    let stage = Stage::with_devices(lines);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();
    stage.world.warp(DAY);
    stage
        .record(0, false, &vec![1_400; lines])
        .expect("a record");
    stage
}

#[test]
fn disputes_keep_their_budgets_at_one_and_eight_lines() {
    for lines in [1, 8] {
        let stage = first_day(lines);
        within("challenge", &stage.challenge(0), 0, 15_000);
        let rule = stage.rule_ix(0, &vec![700; lines]);
        let record = stage.send(&stage.world.arbiter, rule).unwrap();
        within("rule_record", &record, 0, 30_000);
    }
}

#[test]
fn fault_of_a_line_keeps_its_budgets_alone_and_with_seven_devices_to_free() {
    for (line, name) in [(5, "fail_line"), (0, "fail_line that frees seven")] {
        let (stage, _) = Stage::running_with(8, 0, 0);
        stage.world.warp(3_000);
        let record = stage.fault(line, 45, 45, 0).unwrap();
        within("report_fault", &record, 0, 40_000);
        let fail = if line == 0 {
            stage.fail_all_ix(line)
        } else {
            stage.fail_ix(line)
        };
        within(name, &stage.crank(fail).unwrap(), 0, 35_000);
    }
}

#[test]
fn quote_in_io_keeps_its_budget() {
    let stage = Stage::in_io();
    let record = stage.create_quote();
    within(
        "create_quote in IO",
        &record,
        tries(&[stage.quote().bump]),
        30_000,
    );
    let day = stage.today();
    assert!(!stage.world.exists(&addresses::booking::tne_day(day)));
}
