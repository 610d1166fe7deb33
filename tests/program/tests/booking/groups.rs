//! Bookings of one cluster: paid apart, started as one.

use booking::error::BookingError as E;
use booking::{ID, events::BookingStarted, state::Booking};
use ion_client::instructions::booking as ix;
use ion_economics::booking::BookingStatus;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{PURSE_USDC, Stage, TOTAL, with_extra};

/// Group id of this many bookings.
fn group(count: u8) -> [u8; 16] {
    let mut id = [7; 16];
    id[15] = count;
    id
}

/// A cluster of 12 devices in two bookings of a group, paid and locked as far as asked.
struct Cluster {
    stage: Stage,
    ids: [[u8; 16]; 2],
    devices: [Vec<Pubkey>; 2],
}

impl Cluster {
    fn booked() -> Self {
        let mut stage = Stage::with_devices(12);
        let second = stage.devices.split_off(8);
        let first = stage.devices.clone();
        let ids = [stage.fresh_id(21), stage.fresh_id(22)];
        let mut cluster = Self {
            stage,
            ids,
            devices: [first, second],
        };
        for at in 0..2 {
            let stage = cluster.at(at);
            let mut args = stage.quote_args();
            args.group = group(2);
            stage
                .send(&stage.world.scheduler, stage.quote_ix(args))
                .unwrap();
            stage.book();
        }
        cluster
    }

    fn at(&mut self, at: usize) -> &Stage {
        self.stage.id = self.ids[at];
        self.stage.devices.clone_from(&self.devices[at]);
        &self.stage
    }

    fn fund(&mut self, at: usize) {
        let stage = self.at(at);
        stage.pay_all();
        stage.lock_all();
    }

    fn start_ix(&mut self) -> Instruction {
        let bookings: Vec<(Pubkey, u32)> = (0..2)
            .map(|at| {
                let stage = self.at(at);
                (stage.key(), stage.booking().op_seq)
            })
            .collect();
        ix::start_group(&self.stage.world.scheduler.pubkey(), &bookings)
    }
}

#[test]
fn group_starts_as_one() {
    let mut cluster = Cluster::booked();
    cluster.fund(0);
    cluster.fund(1);
    let start = cluster.start_ix();
    let record = cluster
        .stage
        .send(&cluster.stage.world.scheduler, start.clone())
        .unwrap();
    let events: Vec<BookingStarted> = ion_client::events::events_of(&record)
        .iter()
        .filter_map(|event| event.decode(&ID))
        .collect();
    assert_eq!(events.len(), 2);
    for (at, event) in events.iter().enumerate() {
        let stage = cluster.at(at);
        assert_eq!(event.booking, stage.key());
        assert_eq!(stage.status(), BookingStatus::Running);
        assert_eq!(stage.booking().started_at, stage.world.now());
        assert_eq!(stage.booking().ends_at, event.ends_at);
    }
    println!("start_group of 12 lines: {}", record.compute_units);
    cluster
        .stage
        .refused(&cluster.stage.world.scheduler, start, E::WrongOpSeq);
}

#[test]
fn largest_cluster_of_eight_bookings_of_eight_lines_starts_as_one() {
    let mut stage = Stage::with_devices(64);
    let payer = stage.payer.pubkey();
    stage.world.give(&payer, 0, 100 * TOTAL);
    let devices = std::mem::take(&mut stage.devices);
    let mut bookings = Vec::new();
    for (part, nonce) in devices.chunks(8).zip(31..) {
        stage.devices = part.to_vec();
        stage.id = stage.fresh_id(nonce);
        let mut args = stage.quote_args();
        args.group = group(8);
        stage
            .send(&stage.world.scheduler, stage.quote_ix(args))
            .unwrap();
        stage.book();
        stage.pay_all();
        stage.lock_all();
        bookings.push((stage.key(), stage.booking().op_seq));
    }
    let start = ix::start_group(&stage.world.scheduler.pubkey(), &bookings);
    let record = stage.send(&stage.world.scheduler, start).unwrap();
    println!("start_group of 64 lines: {}", record.compute_units);
    for (key, _) in bookings {
        let booking: Booking = stage.world.get(&key);
        assert_eq!(booking.status().unwrap(), BookingStatus::Running);
        assert_eq!(booking.started_at, stage.world.now());
    }
}

#[test]
fn booking_of_a_group_does_not_start_alone() {
    let mut cluster = Cluster::booked();
    cluster.fund(0);
    let stage = cluster.at(0);
    let scheduler = stage.world.scheduler.pubkey();
    stage.refused(&stage.world.scheduler, stage.start_ix(), E::WrongGroup);
    let (key, op_seq) = (stage.key(), stage.booking().op_seq);
    for bookings in [
        vec![(key, op_seq)],
        vec![(key, op_seq), (key, op_seq)],
        vec![],
    ] {
        stage.refused(
            &stage.world.scheduler,
            ix::start_group(&scheduler, &bookings),
            E::WrongGroup,
        );
    }
    // the other one is not paid
    let start = cluster.start_ix();
    let stage = cluster.at(0);
    stage.refused(&stage.world.scheduler, start.clone(), E::WrongState);
    stage.refused(&stage.world.scheduler, with_extra(&start), E::WrongGroup);
    assert_eq!(stage.status(), BookingStatus::Paid);
}

#[test]
fn stranger_or_foreign_booking_does_not_start_a_group() {
    let mut cluster = Cluster::booked();
    cluster.fund(0);
    cluster.fund(1);
    let start = cluster.start_ix();
    let mut by_payer = start.clone();
    by_payer.accounts[0].pubkey = cluster.stage.payer.pubkey();
    cluster
        .stage
        .refused(&cluster.stage.payer, by_payer, E::NotScheduler);
    let mut read_only = start.clone();
    read_only.accounts.last_mut().unwrap().is_writable = false;
    cluster
        .stage
        .refused(&cluster.stage.world.scheduler, read_only, E::WrongGroup);
    let mut missing = start;
    missing.accounts.pop();
    cluster
        .stage
        .refused(&cluster.stage.world.scheduler, missing, E::WrongGroup);
}

#[test]
fn group_that_is_not_whole_is_refunded_in_full() {
    let mut cluster = Cluster::booked();
    cluster.fund(0);
    cluster.at(0).world.warp(1_801);
    let (by, devices) = (
        cluster.stage.world.authority.pubkey(),
        cluster.devices[0].clone(),
    );
    let stage = cluster.at(0);
    stage
        .crank(ix::cancel_unstarted(&by, &stage.key(), &devices))
        .unwrap();
    stage.crank(stage.refund_ix()).unwrap();
    let stage = cluster.at(1);
    stage.crank(ix::expire(&by, &stage.key(), &[])).unwrap();
    assert_eq!(stage.world.usdc_of(&stage.payer.pubkey()), PURSE_USDC);
}

#[test]
fn group_id_names_its_number_of_bookings() {
    let stage = Stage::new();
    for count in [0, 1, 9, 255] {
        let mut args = stage.quote_args();
        args.group = group(count);
        stage.refused(&stage.world.scheduler, stage.quote_ix(args), E::GroupSize);
    }
    let mut args = stage.quote_args();
    args.group = group(8);
    stage
        .send(&stage.world.scheduler, stage.quote_ix(args))
        .unwrap();
}

#[test]
fn booking_of_its_own_does_not_start_as_a_group() {
    let stage = Stage::paid();
    let start = ix::start_group(
        &stage.world.scheduler.pubkey(),
        &[(stage.key(), stage.booking().op_seq)],
    );
    stage.refused(&stage.world.scheduler, start, E::WrongGroup);
}
