//! Random histories on the real program, each operation also applied to the reference ledger.
//!
//! A failing history prints its seed and operation; the last test replays it:
//! `ION_BOOKING_SEED=7 ION_BOOKING_OPS=5000 cargo test -p ion-program-tests --test booking environment`.

mod compare;
mod hire;
mod records;
mod surroundings;

use std::collections::BTreeMap;

use booking::{CreateQuoteArgs, QuoteExtensionArgs, ReportFaultArgs, state::Quote};
use ion_client::{
    addresses,
    history::TransactionRecord,
    instructions::booking::{self as ix, Extension, QuotedDevice},
    send::SendError,
};
use ion_economics::{
    booking::{Currency, Stamp},
    units::{DAY, HOUR, IO_ONE, USDC_ONE},
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use registry::state::Device;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    model::{
        Booking, Device as ModelDevice, FAILOVER, GANG, Group, Line, LineState, Model, Outcome,
        Purses, RecordState, State,
    },
    stage::{CLASS, PURSE_IO, PURSE_USDC, Stage, edit},
};

/// Devices of one history.
const DEVICES: usize = 24;
/// Bookings at a time.
const PLACES: usize = 8;
/// Operations of one history in the test command.
const OPERATIONS: usize = 5_000;
/// What the payer begins with beside the stage's purse: enough for any history.
const MORE_IO: u64 = 20_000_000 * IO_ONE;
const MORE_USDC: u64 = 20_000_000 * USDC_ONE;

struct Run {
    stage: Stage,
    rng: StdRng,
    model: Model,
    /// Id of the booking at each place.
    ids: [[u8; 16]; PLACES],
    nonce: u64,
    /// All tokens of each currency that bookings can move.
    sums: [u64; 2],
    trace: String,
    succeeded: BTreeMap<&'static str, usize>,
    tried: usize,
}

impl Run {
    fn new(seed: u64) -> Self {
        let stage = Stage::with_devices(DEVICES);
        let payer = stage.payer.pubkey();
        stage.world.give(&payer, MORE_IO, MORE_USDC);
        let purse = |payer| Purses {
            payer,
            payout: 0,
            vault: 0,
        };
        let model = Model {
            bookings: (0..PLACES).map(|_| None).collect(),
            devices: vec![
                ModelDevice {
                    up: true,
                    held: None
                };
                DEVICES
            ],
            purses: [purse(PURSE_USDC + MORE_USDC), purse(PURSE_IO + MORE_IO)],
            payer_frozen: false,
            payout_frozen: false,
            now: stage.world.now(),
        };
        Self {
            stage,
            rng: StdRng::seed_from_u64(seed),
            sums: model.purses.map(|purse| purse.payer),
            model,
            ids: [[0; 16]; PLACES],
            nonce: 100,
            trace: String::new(),
            succeeded: BTreeMap::new(),
            tried: 0,
        }
    }

    /// Points the stage at the booking of a place.
    fn look_at(&mut self, place: usize) {
        self.stage.id = self.ids[place];
        if let Some(booking) = &self.model.bookings[place] {
            self.stage.currency = currency(booking.io);
        }
    }

    fn outcome(result: Result<TransactionRecord, SendError>) -> Outcome {
        match result {
            Ok(_) => Ok(()),
            Err(SendError::Program(failure)) => Err(failure.code),
            Err(other) => panic!("the transaction did not reach a program: {other}"),
        }
    }

    fn agree(
        &mut self,
        name: &'static str,
        signer: &Keypair,
        instruction: Instruction,
        predicted: Outcome,
    ) {
        let real = Self::outcome(self.stage.send(signer, instruction));
        self.trace = format!("{} {name}", self.trace);
        assert_eq!(real, predicted, "{}", self.trace);
        self.tried += 1;
        *self.succeeded.entry(name).or_default() += usize::from(predicted.is_ok());
    }

    fn crank(&mut self, name: &'static str, instruction: Instruction, predicted: Outcome) {
        let by = self.stage.world.authority.insecure_clone();
        self.agree(name, &by, instruction, predicted);
    }

    fn by_renter(&mut self, name: &'static str, instruction: Instruction, predicted: Outcome) {
        let by = self.stage.renter.insecure_clone();
        self.agree(name, &by, instruction, predicted);
    }

    fn by_payer(&mut self, name: &'static str, instruction: Instruction, predicted: Outcome) {
        let by = self.stage.payer.insecure_clone();
        self.agree(name, &by, instruction, predicted);
    }

    fn by_scheduler(&mut self, name: &'static str, instruction: Instruction, predicted: Outcome) {
        let by = self.stage.world.scheduler.insecure_clone();
        self.agree(name, &by, instruction, predicted);
    }

    fn keys(&self, devices: &[usize]) -> Vec<Pubkey> {
        devices
            .iter()
            .map(|device| self.stage.devices[*device])
            .collect()
    }

    fn quoted(&self, devices: &[usize]) -> Vec<QuotedDevice> {
        self.keys(devices)
            .into_iter()
            .map(|device| QuotedDevice {
                device,
                class: CLASS,
            })
            .collect()
    }

    fn op_seq(&self) -> u32 {
        self.stage.booking().op_seq
    }

    fn price(&self) -> Option<Pubkey> {
        let world = &self.stage.world;
        (self.stage.currency == Currency::Io).then(|| world.post_price(world.price_now()))
    }

    fn step(&mut self) -> usize {
        let place = self.rng.gen_range(0..PLACES);
        self.look_at(place);
        let dice = self.rng.gen_range(0..100);
        self.trace = format!("{} dice {dice} at {}:", self.trace, self.model.now);
        match dice {
            0..=9 => self.pass_some(),
            10 => {
                let device = self.rng.gen_range(0..DEVICES);
                let up = !self.model.devices[device].up || self.rng.gen_bool(0.5);
                self.set_up(device, up);
            }
            11 => {
                let (payer, frozen) = (self.rng.gen_bool(0.5), self.rng.gen_bool(0.3));
                self.set_frozen(payer, frozen);
                if frozen && !payer && self.rng.gen_bool(0.3) {
                    self.pass(31 * DAY); // undelivered pay is credited from then on
                }
            }
            _ if self.model.bookings[place].is_none() => self.book(place),
            12 => self.pass_to_boundary(place),
            13..=20 => self.any_step(place),
            _ => self.usual_step(place),
        }
        place
    }

    /// What the state of the booking waits for.
    fn usual_step(&mut self, place: usize) {
        let booking = self.model.at(place);
        let is_failing = booking
            .lines
            .iter()
            .any(|line| line.state == LineState::Failing);
        let is_due =
            booking.records.len() < booking.boundaries() && self.model.now >= booking.cut_of(false);
        let dice = self.rng.gen_range(0..10);
        match booking.state {
            State::Unpaid { .. } if self.model.now > booking.deadline => {
                self.ending("expire", place);
            }
            State::Unpaid { .. } => self.pay(place),
            State::Funded if booking.lock_failed || self.model.now > booking.deadline => {
                self.ending("expire", place);
            }
            State::Funded => self.lock(place),
            State::Paid if self.model.now > booking.deadline => {
                self.ending("cancel_unstarted", place);
            }
            State::Paid => self.start(place),
            State::Running if is_failing => match dice {
                0..=5 => self.failover(place),
                _ => self.fail_line(place),
            },
            State::Running if is_due => self.record(place),
            State::Running if self.model.now >= booking.ends_at => self.ending("end", place),
            State::Running => match dice {
                0..=2 => self.fault(place),
                3 | 4 => self.extend(place),
                5 => self.ending("terminate", place),
                6 => self.pass_some(),
                7 => self.earn(place),
                _ => self.pass_to_boundary(place),
            },
            State::Closing => match dice {
                0..=8 => self.record(place),
                _ => self.ending("end", place),
            },
            State::Settling => match dice {
                0..=4 => self.earn(place),
                5 => self.challenge(place),
                6 => self.rule(place),
                7 => self.pull_refund(place),
                _ => self.settle(place),
            },
            State::Settled | State::Cancelled | State::Expired => {
                let is_due = booking.lines.iter().any(|line| line.pay_due > 0);
                match dice {
                    0 => self.settle(place),
                    1 => self.close(place),
                    _ if booking.refund > 0 => self.pull_refund(place),
                    _ if is_due => self.pull_pay_due(place),
                    _ if booking.state != State::Settled => self.settle(place),
                    2 => self.pass_some(),
                    _ => self.close(place),
                }
            }
        }
    }

    /// Anything, mostly refused.
    fn any_step(&mut self, place: usize) {
        match self.rng.gen_range(0..20) {
            0 => self.pay(place),
            1 => self.lock(place),
            2 => self.start(place),
            3 => self.ending("cancel", place),
            4 => self.ending("expire", place),
            5 => self.ending("cancel_unstarted", place),
            6 => self.ending("terminate", place),
            7 => self.ending("end", place),
            8 => self.extend(place),
            9 => self.fault(place),
            10 => self.failover(place),
            11 => self.fail_line(place),
            12 => self.record(place),
            13 => self.challenge(place),
            14 => self.rule(place),
            15 => self.earn(place),
            16 => self.pull_refund(place),
            17 => self.pull_pay_due(place),
            18 => self.settle(place),
            _ => self.close(place),
        }
    }
}

const fn currency(io: bool) -> Currency {
    if io { Currency::Io } else { Currency::Usdc }
}

fn minutes_between(from: i64, to: i64) -> u64 {
    u64::try_from((to - from).max(0))
        .expect("not negative")
        .div_ceil(60)
}

fn fees_are_right(io: bool, compute: u64, reservation: u64, payment: u64) {
    assert_eq!(reservation, (compute * 25).div_ceil(10_000));
    assert_eq!(
        payment,
        if io {
            0
        } else {
            (compute * 200).div_ceil(10_000)
        }
    );
}

fn run(seed: u64, operations: usize) {
    let mut run = Run::new(seed);
    let mut operation = 0;
    while run.tried < operations {
        operation += 1;
        run.trace = format!("seed {seed}, operation {operation}:");
        let place = run.step();
        run.compare(place);
        if operation % 250 == 0 {
            run.compare_all();
        }
    }
    println!("seed {seed}: {:?}", run.succeeded);
    if operations >= OPERATIONS {
        assert_eq!(run.succeeded.len(), 24, "every instruction was tried");
        for (name, times) in &run.succeeded {
            assert!(*times > 0, "{name} never succeeded");
        }
    }
    run.compare_all();
    run.drain();
}

#[test]
fn program_and_reference_agree_over_seed_1() {
    run(1, OPERATIONS);
}

#[test]
fn program_and_reference_agree_over_seed_2() {
    run(2, OPERATIONS);
}

#[test]
fn program_and_reference_agree_over_seed_6() {
    run(6, OPERATIONS);
}

#[test]
fn program_and_reference_agree_over_the_seed_of_the_environment() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse().ok())
    };
    let seed = number("ION_BOOKING_SEED").unwrap_or(4);
    let operations = number("ION_BOOKING_OPS")
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(OPERATIONS);
    run(seed, operations);
}
