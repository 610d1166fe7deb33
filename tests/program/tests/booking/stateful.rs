//! Random histories on the real program, each operation also applied to the reference ledger.
//!
//! A failing history prints its seed and operation; the last test replays it:
//! `ION_BOOKING_SEED=7 ION_BOOKING_OPS=5000 cargo test -p ion-program-tests --test booking environment`.

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

    /// Books 1 to 4 free devices, or a cluster of two bookings when another place is empty.
    fn book(&mut self, place: usize) {
        let mut free: Vec<usize> = (0..DEVICES)
            .filter(|at| self.model.devices[*at].up && self.model.devices[*at].held.is_none())
            .collect();
        free.shuffle(&mut self.rng);
        let other =
            (0..PLACES).find(|other| *other != place && self.model.bookings[*other].is_none());
        let other = other.filter(|_| free.len() > 1 && self.rng.gen_bool(0.3));
        free.truncate(
            self.rng
                .gen_range(if other.is_some() { 2..=6 } else { 1..=4 }),
        );
        if free.is_empty() {
            return;
        }
        let io = self.rng.gen_bool(0.5);
        let Some(other) = other else {
            return self.book_one(place, &free, io, None);
        };
        self.nonce += 1;
        let group = Some(Group {
            number: self.nonce,
            places: [place, other],
        });
        let rest = free.split_off(free.len() / 2);
        self.book_one(other, &rest, io, group);
        self.compare(other);
        self.book_one(place, &free, io, group);
    }

    fn book_one(&mut self, place: usize, devices: &[usize], io: bool, group: Option<Group>) {
        let flags = *[0, FAILOVER, FAILOVER, FAILOVER, GANG, GANG | FAILOVER]
            .choose(&mut self.rng)
            .expect("not empty");
        let minutes = *[60, 61, 100, 600, 1_440, 1_441, 2_880, 3_333, 5_000]
            .choose(&mut self.rng)
            .expect("not empty");
        self.stage.currency = currency(io);
        self.nonce += 1;
        self.ids[place] = self.stage.fresh_id(self.nonce);
        self.stage.id = self.ids[place];
        let mut args = CreateQuoteArgs {
            flags,
            minutes,
            lines: u8::try_from(devices.len()).expect("few"),
            ..self.stage.quote_args()
        };
        if let Some(group) = group {
            args.group[..8].copy_from_slice(&group.number.to_le_bytes());
            args.group[15] = 2;
        }
        let scheduler = self.stage.world.scheduler.pubkey();
        let quote = ix::create_quote(
            &scheduler,
            self.price().as_ref(),
            &self.quoted(devices),
            args,
        );
        self.by_scheduler("create_quote", quote, Ok(()));
        let quote: Quote = self.stage.quote();
        let payment = quote.lines.iter().map(|line| line.payment).sum();
        let lines = devices
            .iter()
            .zip(&quote.lines)
            .map(|(device, line)| {
                fees_are_right(io, line.compute, line.reservation, line.payment);
                Line::new(*device, u64::from(minutes), line.compute, line.reservation)
            })
            .collect();
        self.model.book(place, io, flags, payment, lines);
        self.model.join(place, group);
        self.by_renter("book", self.stage.book_ix(), Ok(()));
    }

    fn pay(&mut self, place: usize) {
        let left = self.model.at(place).total - self.model.at(place).paid;
        let amount = *[0, 1, left / 2, left, left, u64::MAX, u64::MAX, u64::MAX]
            .choose(&mut self.rng)
            .expect("not empty");
        let predicted = self.model.pay(place, amount);
        self.by_payer("pay", self.stage.pay_ix(amount), predicted);
    }

    fn lock(&mut self, place: usize) {
        let devices: Vec<usize> = self
            .model
            .at(place)
            .lines
            .iter()
            .map(|line| line.device)
            .take(4)
            .collect();
        let lock = ix::lock_lines(
            &self.stage.world.authority.pubkey(),
            &self.stage.key(),
            &self.quoted(&devices),
        );
        let predicted = self.model.lock(place);
        self.crank("lock_lines", lock, predicted);
    }

    fn start(&mut self, place: usize) {
        match self.model.at(place).group {
            Some(group) if self.rng.gen_bool(0.9) => self.start_group(place, group),
            _ => {
                let predicted = self.model.start(place);
                self.by_scheduler("start", self.stage.start_ix(), predicted);
            }
        }
    }

    /// Starts a cluster, or tries to with one booking alone or twice.
    fn start_group(&mut self, place: usize, group: Group) {
        let is_whole = group.places.iter().all(|at| {
            let member = self.model.bookings[*at].as_ref();
            member.is_some_and(|booking| booking.group == Some(group))
        });
        let places = match self.rng.gen_range(0..10) {
            0 => vec![place],
            1 => vec![place, place],
            _ if is_whole => group.places.to_vec(),
            _ => vec![place],
        };
        let bookings: Vec<(Pubkey, u32)> = places
            .iter()
            .map(|at| {
                self.stage.id = self.ids[*at];
                (self.stage.key(), self.op_seq())
            })
            .collect();
        let start = ix::start_group(&self.stage.world.scheduler.pubkey(), &bookings);
        let predicted = self.model.start_group(&places);
        self.by_scheduler("start_group", start, predicted);
        for at in places {
            self.compare(at);
        }
        self.look_at(place);
    }

    /// The instruction that ends a booking with its hired devices.
    fn ending(&mut self, name: &'static str, place: usize) {
        let hired = self.keys(&self.model.at(place).hired());
        let (by, renter) = (
            self.stage.world.authority.pubkey(),
            self.stage.renter.pubkey(),
        );
        let (key, op_seq) = (self.stage.key(), self.op_seq());
        match name {
            "cancel" => {
                let predicted = self.model.cancel(place);
                self.by_renter(name, ix::cancel(&renter, &key, op_seq, &hired), predicted);
            }
            "terminate" => {
                let predicted = self.model.terminate(place);
                let terminate = ix::terminate(&renter, &key, op_seq, &hired);
                self.by_renter(name, terminate, predicted);
            }
            "expire" => {
                let predicted = self.model.expire(place);
                self.crank(name, ix::expire(&by, &key, &hired), predicted);
            }
            "cancel_unstarted" => {
                let predicted = self.model.cancel_unstarted(place);
                self.crank(name, ix::cancel_unstarted(&by, &key, &hired), predicted);
            }
            _ => {
                let predicted = self.model.end(place);
                self.crank("end", ix::end(&by, &key, &hired), predicted);
            }
        }
    }

    fn extend(&mut self, place: usize) {
        let booking = self.model.at(place);
        let is_short = booking.lines.iter().any(|line| line.bought.len() >= 4);
        let is_failing = booking
            .lines
            .iter()
            .any(|line| line.state == LineState::Failing);
        let hired = booking.hired();
        let is_down = hired.iter().any(|device| !self.model.devices[*device].up);
        let is_over = self.model.now >= booking.ends_at;
        if booking.state != State::Running || is_short || is_failing || is_over || is_down {
            return;
        }
        let minutes = *[60, 77, 1_440].choose(&mut self.rng).expect("not empty");
        self.nonce += 1;
        let id = self.stage.fresh_id(self.nonce);
        let scheduler = self.stage.world.scheduler.pubkey();
        let quote = ix::quote_extension(
            &scheduler,
            &self.stage.key(),
            Stamp::Schedule,
            self.price().as_ref(),
            &self.quoted(&hired),
            QuoteExtensionArgs { id, minutes },
        );
        self.by_scheduler("quote_extension", quote, Ok(()));
        let quote: Quote = self.stage.world.get(&addresses::booking::quote(&id));
        let added: Vec<(u64, u64)> = quote
            .lines
            .iter()
            .map(|line| (line.compute, line.reservation))
            .collect();
        let payment = quote.lines.iter().map(|line| line.payment).sum();
        let (renter, payer) = (self.stage.renter.pubkey(), self.stage.payer.pubkey());
        let extend = ix::extend(
            &renter,
            &payer,
            &self.stage.key(),
            &self.stage.mint(),
            &self.stage.purse(&payer),
            &Extension {
                quote_id: id,
                max_total: u64::MAX,
                op_seq: self.op_seq(),
            },
            &self.keys(&hired),
        );
        let predicted = self
            .model
            .extend(place, u64::from(minutes), &added, payment);
        let real = Self::outcome(self.stage.world.send(
            &self.stage.renter,
            &[&self.stage.payer],
            &[extend],
        ));
        assert_eq!(real, predicted, "{} extend", self.trace);
        *self.succeeded.entry("extend").or_default() += usize::from(predicted.is_ok());
    }

    fn some_line(&mut self, place: usize, wanted: LineState) -> usize {
        let lines = &self.model.at(place).lines;
        let fitting: Vec<usize> = (0..lines.len())
            .filter(|at| lines[*at].state == wanted)
            .collect();
        let any = self.rng.gen_range(0..lines.len());
        if self.rng.gen_bool(0.1) {
            return any;
        }
        fitting.choose(&mut self.rng).copied().unwrap_or(any)
    }

    fn fault(&mut self, place: usize) {
        let number = self.some_line(place, LineState::Hired);
        let booking = self.model.at(place);
        let line = &booking.lines[number];
        let (start, now) = (line.start, self.model.now);
        let recent = now - self.rng.gen_range(0..900);
        let at = if self.rng.gen_bool(0.9) {
            recent.max(start)
        } else {
            start + self.rng.gen_range(-5..200_000)
        };
        let elapsed = minutes_between(start, at);
        let boundary = if at < booking.started_at {
            0
        } else {
            minutes_between(
                start,
                booking.started_at + (at - booking.started_at) / DAY * DAY,
            )
        };
        let most = elapsed.min(line.hired());
        let least = line.recorded.min(most);
        let served = self.rng.gen_range(least..=most);
        let kept_most = boundary.max(line.recorded).min(served);
        let kept = self.rng.gen_range(line.recorded.min(kept_most)..=kept_most);
        let (served, kept) = match self.rng.gen_range(0..20) {
            0 => (served + 1, kept),
            1 => (served, kept + 1),
            2 => (served.saturating_sub(1), kept),
            _ => (served, kept),
        };
        self.nonce += 1;
        let args = ReportFaultArgs {
            fault_seq: self.nonce,
            line: u8::try_from(number).expect("few"),
            kind: 1,
            fault_at: at,
            served_minutes: u32::try_from(served).expect("fits"),
            kept_minutes: u32::try_from(kept).expect("fits"),
            bundle: [6; 32],
        };
        self.stage.attest_fault(&args);
        let predicted = self.model.fault(place, number, at, served, kept);
        self.crank("report_fault", self.stage.fault_ix(args), predicted);
    }

    fn failover(&mut self, place: usize) {
        let number = self.some_line(place, LineState::Failing);
        let free: Vec<usize> = (0..DEVICES)
            .filter(|at| self.model.devices[*at].up && self.model.devices[*at].held.is_none())
            .collect();
        let any = self.rng.gen_range(0..DEVICES);
        let device = if self.rng.gen_bool(0.9) {
            free.choose(&mut self.rng).copied().unwrap_or(any)
        } else {
            any
        };
        let failover = self.stage.failover_ix(
            u8::try_from(number).expect("few"),
            &self.stage.devices[device],
        );
        let predicted = self.model.failover(place, number, device);
        self.by_scheduler("failover", failover, predicted);
    }

    fn fail_line(&mut self, place: usize) {
        let number = self.some_line(place, LineState::Failing);
        let hired = if self.model.would_end(place, number) {
            self.keys(&self.model.at(place).hired())
        } else {
            Vec::new()
        };
        let fail = ix::fail_line(
            &self.stage.world.authority.pubkey(),
            &self.stage.key(),
            u8::try_from(number).expect("few"),
            &hired,
        );
        let predicted = self.model.fail_line(place, number);
        self.crank("fail_line", fail, predicted);
    }

    fn record(&mut self, place: usize) {
        let booking = self.model.at(place);
        let is_last = booking.records.len() >= booking.boundaries();
        let is_final = is_last != self.rng.gen_bool(0.05);
        let cut = booking.cut_of(is_final);
        let mut served = Vec::new();
        for line in &booking.lines {
            let most = minutes_between(line.start, cut).min(line.hired());
            let least = line.recorded.min(most);
            let low = least.max(most.saturating_sub(90));
            let mut minutes = if self.rng.gen_bool(0.8) {
                self.rng.gen_range(low..=most)
            } else {
                self.rng.gen_range(least..=most)
            };
            match self.rng.gen_range(0..100) {
                0 => minutes = most + 1,
                1 => minutes = line.recorded.saturating_sub(1),
                _ => {}
            }
            served.push(minutes);
        }
        let seq = u32::try_from(booking.records.len()).expect("few");
        let leaf: Vec<u32> = served
            .iter()
            .map(|minutes| u32::try_from(*minutes).expect("fits"))
            .collect();
        let args = self.stage.leaf(seq, is_final, &leaf);
        let price = self.stage.world.post_price(self.stage.world.price_now());
        let is_priced = self.rng.gen_bool(0.8);
        let apply = ix::apply_work_leaf(
            &self.stage.world.authority.pubkey(),
            &self.stage.key(),
            is_priced.then_some(&price),
            args,
        );
        let predicted = self.model.record(place, is_final, &served);
        self.crank("apply_work_leaf", apply, predicted);
    }

    /// A record of a booking, mostly one in this state.
    fn some_record(&mut self, place: usize, wanted: &[RecordState]) -> Option<usize> {
        let records = &self.model.at(place).records;
        let is_open = |at: &usize| {
            wanted.contains(&records[*at].state)
                && records[*at].lines.iter().any(|entry| !entry.is_done)
        };
        let fitting: Vec<usize> = (0..records.len()).filter(is_open).collect();
        if self.rng.gen_bool(0.9) && !fitting.is_empty() {
            return fitting.choose(&mut self.rng).copied();
        }
        (!records.is_empty()).then(|| self.rng.gen_range(0..records.len()))
    }

    fn challenge(&mut self, place: usize) {
        let Some(seq) = self.some_record(place, &[RecordState::Accepted]) else {
            return;
        };
        let challenge = self.stage.challenge_ix(u32::try_from(seq).expect("few"));
        let predicted = self.model.challenge(place, seq);
        self.by_renter("challenge", challenge, predicted);
    }

    fn rule(&mut self, place: usize) {
        let Some(seq) = self.some_record(place, &[RecordState::Challenged]) else {
            return;
        };
        let entries = self.model.at(place).records[seq].lines.clone();
        let leave_all = self.rng.gen_bool(0.3);
        let left: Vec<u64> = entries
            .iter()
            .map(|entry| match (leave_all, self.rng.gen_range(0..20)) {
                (true, _) => entry.minutes,
                (false, 0) => entry.minutes + 1,
                (false, _) => self.rng.gen_range(0..=entry.minutes),
            })
            .collect();
        let minutes: Vec<u32> = left
            .iter()
            .map(|minutes| u32::try_from(*minutes).expect("fits"))
            .collect();
        let rule = self
            .stage
            .rule_ix(u32::try_from(seq).expect("few"), &minutes);
        let predicted = self.model.rule(place, seq, &left);
        let arbiter = self.stage.world.arbiter.insecure_clone();
        self.agree("rule_record", &arbiter, rule, predicted);
    }

    fn earn(&mut self, place: usize) {
        let all = [
            RecordState::Accepted,
            RecordState::Challenged,
            RecordState::Final,
        ];
        let Some(seq) = self.some_record(place, &all) else {
            return;
        };
        let booking = self.model.at(place);
        let open: Vec<usize> = (0..booking.records[seq].lines.len())
            .filter(|at| !booking.records[seq].lines[*at].is_done)
            .collect();
        let any = self.rng.gen_range(0..booking.lines.len());
        let line = if self.rng.gen_bool(0.9) {
            open.choose(&mut self.rng).copied().unwrap_or(any)
        } else {
            any
        };
        self.stage.open_epoch();
        let earn = self.stage.earn_line_ix(
            u32::try_from(seq).expect("few"),
            u8::try_from(line).expect("few"),
        );
        let predicted = self.model.earn(place, seq, line);
        self.crank("earn", earn, predicted);
    }

    fn pull_pay_due(&mut self, place: usize) {
        let lines = &self.model.at(place).lines;
        let due = lines.iter().position(|line| line.pay_due > 0);
        let line = due.unwrap_or_else(|| self.rng.gen_range(0..lines.len()));
        let device = self.stage.devices[self.model.at(place).lines[line].device];
        let pull = ix::pull_pay_due(
            &self.stage.world.authority.pubkey(),
            &self.stage.key(),
            u8::try_from(line).expect("few"),
            &device,
            &self.stage.mint(),
            &self.stage.purse(&self.stage.payout.pubkey()),
        );
        let predicted = self.model.pull_pay_due(place, line);
        self.crank("pull_pay_due", pull, predicted);
    }

    fn pull_refund(&mut self, place: usize) {
        let predicted = self.model.pull_refund(place);
        self.crank("pull_refund", self.stage.refund_ix(), predicted);
    }

    fn settle(&mut self, place: usize) {
        self.stage.open_epoch();
        let predicted = self.model.settle(place);
        self.crank("settle", self.stage.settle_ix(), predicted);
    }

    fn close(&mut self, place: usize) {
        let close = self.stage.close_ix();
        let predicted = self.model.close_booking(place);
        self.crank("close", close, predicted);
    }

    fn set_frozen(&mut self, payer: bool, frozen: bool) {
        let wallet = if payer {
            self.model.payer_frozen = frozen;
            self.stage.payer.pubkey()
        } else {
            self.model.payout_frozen = frozen;
            self.stage.payout.pubkey()
        };
        for io in [false, true] {
            self.stage.currency = currency(io);
            let purse = self.stage.purse(&wallet);
            let mut account = self.stage.world.raw(&purse);
            account.data[108] = 1 + u8::from(frozen);
            self.stage.world.put(&purse, account);
        }
    }

    fn set_up(&mut self, device: usize, up: bool) {
        self.model.devices[device].up = up;
        let key = self.stage.devices[device];
        edit::<Device>(&self.stage.world, &key, |account| {
            account.status = if up { 1 } else { 2 };
        });
    }

    fn pass(&mut self, seconds: i64) {
        self.stage.world.warp(seconds);
        self.model.now = self.stage.world.now();
    }

    /// Time passes: slowly while something waits to be paid, locked, started or replaced.
    fn pass_some(&mut self) {
        let is_urgent = |booking: &Booking| {
            matches!(
                booking.state,
                State::Unpaid { .. } | State::Funded | State::Paid
            ) || booking
                .lines
                .iter()
                .any(|line| line.state == LineState::Failing)
        };
        let urgent = self.model.bookings.iter().flatten().any(is_urgent);
        let steps: &[i64] = if urgent && self.rng.gen_bool(0.97) {
            &[1, 7, 30, 60]
        } else {
            &[59, 600, HOUR, 6 * HOUR, DAY, DAY, 3 * DAY]
        };
        let seconds = *steps.choose(&mut self.rng).expect("not empty");
        self.pass(seconds);
    }

    /// To the next 24 h boundary of a running booking: records and endings in its very second.
    fn pass_to_boundary(&mut self, place: usize) {
        let booking = self.model.at(place);
        if booking.state == State::Running {
            let ran = self.model.now - booking.started_at;
            self.pass((ran / DAY + 1) * DAY - ran);
        }
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

    /// One booking, its escrow and all purses against the model; sums of all tokens.
    fn compare(&mut self, place: usize) {
        self.model.check(place);
        self.look_at(place);
        if let Some(model) = &self.model.bookings[place] {
            self.compare_booking(model);
        } else if self.ids[place] != [0; 16] {
            assert!(!self.stage.world.exists(&self.stage.key()));
        }
        for io in [false, true] {
            self.stage.currency = currency(io);
            let token = |key: &Pubkey| self.stage.world.token(key);
            let real = Purses {
                payer: token(&self.stage.purse(&self.stage.payer.pubkey())),
                payout: token(&self.stage.purse(&self.stage.payout.pubkey())),
                vault: token(&self.stage.fee_vault()),
            };
            assert_eq!(real, self.model.purses[usize::from(io)], "{}", self.trace);
            let escrows: u64 = self
                .model
                .bookings
                .iter()
                .flatten()
                .filter(|booking| booking.io == io)
                .map(Booking::escrow)
                .sum();
            assert_eq!(
                real.payer + real.payout + real.vault + escrows,
                self.sums[usize::from(io)],
                "{}",
                self.trace
            );
        }
    }

    fn compare_booking(&self, model: &Booking) {
        let (booking, trace) = (self.stage.booking(), &self.trace);
        let escrow = self.stage.world.token(&self.stage.escrow());
        assert_eq!(escrow, model.escrow(), "{trace}");
        assert_eq!(booking.escrow_ledger().expect("adds up"), escrow, "{trace}");
        assert_eq!(booking.status, state_code(model.state), "{trace}");
        assert_eq!(
            (booking.total, booking.paid, booking.payment_fee),
            (model.total, model.paid, model.payment),
            "{trace}"
        );
        assert_eq!(
            (
                booking.refund_due,
                booking.refunds_pulled,
                booking.fees_kept
            ),
            (model.refund, model.pulled, model.kept),
            "{trace}"
        );
        assert_eq!(
            (booking.fees_deposited, booking.fees_due),
            (model.deposited, model.fees_due),
            "{trace}"
        );
        assert_eq!(
            (booking.deadline, booking.started_at, booking.ends_at),
            (model.deadline, model.started_at, model.ends_at),
            "{trace}"
        );
        assert_eq!(
            (
                usize::from(booking.head_line),
                usize::from(booking.failovers)
            ),
            (model.head, model.failovers),
            "{trace}"
        );
        assert_eq!(
            (
                booking.is_fault_ended,
                booking.lost_challenges,
                booking.lock_failed
            ),
            (model.fault_ended, model.lost, model.lock_failed),
            "{trace}"
        );
        assert_eq!(booking.next_record as usize, model.records.len(), "{trace}");
        assert_eq!(booking.lines.len(), model.lines.len(), "{trace}");
        for (line, expected) in booking.lines.iter().zip(&model.lines) {
            assert_eq!(line.device, self.stage.devices[expected.device], "{trace}");
            assert_eq!(line.status, line_code(expected.state), "{trace}");
            assert_eq!(
                (line.billed, line.vault_part, line.refunded, line.moved),
                (
                    expected.billed + expected.vault,
                    expected.vault,
                    expected.refunded,
                    expected.moved
                ),
                "{trace}"
            );
            assert_eq!(
                (line.earned, line.fee_taken, line.pay_due, line.cut),
                (
                    expected.earned,
                    expected.fee,
                    expected.pay_due,
                    expected.cut
                ),
                "{trace}"
            );
            assert_eq!(
                (u64::from(line.recorded_minutes), line.reservation),
                (expected.recorded, expected.reservation),
                "{trace}"
            );
            assert_eq!(
                line.compute().expect("adds up"),
                expected.compute(),
                "{trace}"
            );
        }
    }

    /// Every booking, and who holds which device.
    fn compare_all(&mut self) {
        (0..PLACES).for_each(|place| self.compare(place));
        for (device, key) in self.stage.devices.iter().enumerate() {
            let held = self.model.devices[device].held;
            let expected = held.map_or_else(Pubkey::default, |place| {
                addresses::booking::booking(&self.ids[place])
            });
            assert_eq!(
                self.stage.world.get::<Device>(key).hired_by,
                expected,
                "{}",
                self.trace
            );
        }
    }

    /// Verifiers, scheduler, arbiter and renter fall silent: cranks and time alone bring every
    /// booking to its closing, and every unit out.
    fn drain(&mut self) {
        self.trace = "draining".to_owned();
        self.set_frozen(true, false);
        self.set_frozen(false, false);
        for round in 0..3 {
            self.pass(40 * DAY);
            for place in 0..PLACES {
                if self.model.bookings[place].is_none() {
                    continue;
                }
                self.look_at(place);
                self.trace = format!("draining place {place}, round {round}");
                match self.model.at(place).state {
                    State::Unpaid { .. } | State::Funded => self.ending("expire", place),
                    State::Paid => self.ending("cancel_unstarted", place),
                    State::Running | State::Closing => self.ending("end", place),
                    State::Settling | State::Settled | State::Cancelled | State::Expired => {}
                }
                self.compare(place);
            }
        }
        for place in 0..PLACES {
            if self.model.bookings[place].is_none() {
                continue;
            }
            self.look_at(place);
            self.trace = format!("emptying place {place}");
            self.stage.open_epoch();
            for seq in 0..self.model.at(place).records.len() {
                for line in 0..self.model.at(place).records[seq].lines.len() {
                    if !self.model.at(place).records[seq].lines[line].is_done {
                        let earn = self.stage.earn_line_ix(
                            u32::try_from(seq).expect("few"),
                            u8::try_from(line).expect("few"),
                        );
                        let predicted = self.model.earn(place, seq, line);
                        self.crank("earn", earn, predicted);
                    }
                }
            }
            if self.model.at(place).refund > 0 {
                self.pull_refund(place);
            }
            if self.model.at(place).state != State::Settled {
                self.settle(place);
            }
            while self
                .model
                .at(place)
                .lines
                .iter()
                .any(|line| line.pay_due > 0)
            {
                self.pull_pay_due(place);
            }
            self.close(place);
            assert!(self.model.bookings[place].is_none(), "{}", self.trace);
        }
        self.compare_all();
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

const fn state_code(state: State) -> u8 {
    match state {
        State::Unpaid { part: false } => 0,
        State::Unpaid { part: true } => 1,
        State::Funded => 2,
        State::Paid => 3,
        State::Running => 4,
        State::Closing => 5,
        State::Settling => 6,
        State::Settled => 7,
        State::Cancelled => 8,
        State::Expired => 9,
    }
}

const fn line_code(state: LineState) -> u8 {
    match state {
        LineState::Reserved => 0,
        LineState::Hired => 1,
        LineState::Failing => 2,
        LineState::Replaced => 3,
        LineState::Failed => 4,
        LineState::Ended => 5,
    }
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
