//! Steps of renters and of those who serve them.

use anchor_spl::associated_token::get_associated_token_address;
use booking::{
    ApplyWorkLeafArgs, CreateQuoteArgs, ID, ReportFaultArgs,
    state::{Booking, WorkRecord},
};
use ion_client::{
    addresses::{booking as addr, registry as reg},
    instructions::booking::{self as ix, CloseExtras, QuotedDevice},
};
use ion_economics::{
    booking::{BookingStatus, Currency, LineStatus, Stamp},
    units::HOUR,
};
use ion_merkle::{
    Sha256Hasher, Tree,
    fault::{FaultKind, FaultReport},
    leaf::WorkLeaf,
    report::{LeafReport, ReportKind},
};
use rand::{Rng, seq::SliceRandom};
use registry::state::Config;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::town::{Role, Town};

/// Seconds of a minute.
const MINUTE: i64 = 60;

/// A booking of the town, from its quote on.
#[derive(Clone, Debug)]
pub struct Hire {
    /// Id of the quote.
    pub id: [u8; 16],
    /// Renter and payer, by number.
    pub renter: usize,
    /// Its currency.
    pub currency: Currency,
}

impl Hire {
    /// Address of the booking.
    pub fn key(&self) -> Pubkey {
        addr::booking(&self.id)
    }
}

impl Town {
    /// Mint of a currency.
    pub fn mint(&self, currency: Currency) -> Pubkey {
        match currency {
            Currency::Usdc => self.world.plan.usdc_mint,
            Currency::Io => self.world.plan.io_mint,
        }
    }

    fn renter(&self, hire: &Hire) -> Keypair {
        self.renters[hire.renter].insecure_clone()
    }

    fn quoted(&self, at: usize) -> QuotedDevice {
        QuotedDevice {
            device: self.devices[at].key,
            class: self.devices[at].class,
        }
    }

    fn stamp(&self) -> Stamp {
        let config: Config = self.world.get(&reg::config());
        if config.ide_from_hour > 0 && self.world.hour() >= config.ide_from_hour {
            Stamp::Ide
        } else {
            Stamp::Schedule
        }
    }

    /// A fresh price, unless the oracle sleeps.
    pub fn price(&self) -> Option<Pubkey> {
        self.is_awake(Role::Oracle)
            .then(|| self.world.post_price(self.world.price_now()))
    }

    /// One step of a renter, the scheduler or the verifiers.
    pub fn hire_step(&mut self) {
        let known = self.hires.choose(&mut self.rng).cloned();
        match known.filter(|_| self.rng.gen_bool(0.7)) {
            Some(hire) => {
                self.advance(&hire);
            }
            None if self.is_awake(Role::Scheduler) => {
                self.quote();
                // a renter in a hurry, since each step has a deadline of minutes
                while self.rng.gen_bool(0.9) {
                    let Some(hire) = self.hires.last().cloned() else {
                        return;
                    };
                    if !self.advance(&hire) {
                        return;
                    }
                }
            }
            None => {}
        }
    }

    /// The next thing that a hire needs before it runs, or something that may happen to it; whether
    /// it still goes towards its start.
    fn advance(&mut self, hire: &Hire) -> bool {
        if !self.world.exists(&hire.key()) {
            let renter = self.renter(hire);
            let mint = self.mint(hire.currency);
            let book = ix::book(&renter.pubkey(), &mint, &hire.id, u64::MAX);
            return self.act("book", &renter, book);
        }
        let booking: Booking = self.world.get(&hire.key());
        match booking.status().expect("a known state") {
            BookingStatus::Booked | BookingStatus::PartiallyPaid => self.pay(hire, &booking),
            BookingStatus::Funded => self.lock(hire, &booking),
            BookingStatus::Paid => self.start(hire, &booking),
            BookingStatus::Running => self.run(hire, &booking),
            BookingStatus::Closing => self.final_record(hire, &booking),
            _ => self.dispute_or_finish(hire, &booking),
        }
        matches!(
            booking.status(),
            Ok(BookingStatus::Booked
                | BookingStatus::PartiallyPaid
                | BookingStatus::Funded
                | BookingStatus::Paid)
        )
    }

    fn quote(&mut self) {
        let mut at: Vec<usize> = (0..self.devices.len()).collect();
        at.shuffle(&mut self.rng);
        at.truncate(self.rng.gen_range(1..=3));
        let lines: Vec<_> = at.iter().map(|at| self.quoted(*at)).collect();
        let currency = if self.rng.gen_bool(0.5) {
            Currency::Io
        } else {
            Currency::Usdc
        };
        let price = match currency {
            Currency::Io => match self.price() {
                None => return,
                price => price,
            },
            Currency::Usdc => None,
        };
        self.nonce += 1;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.world.now().to_le_bytes());
        id[8..].copy_from_slice(&self.nonce.to_le_bytes());
        let renter = self.rng.gen_range(0..self.renters.len());
        let wallet = self.renters[renter].pubkey();
        let args = CreateQuoteArgs {
            id,
            group: [0; 16],
            renter: wallet,
            payer: wallet,
            currency: currency as u8,
            source: 0,
            flags: *[0, 1, 2, 2, 2].choose(&mut self.rng).expect("some"),
            minutes: *[60, 61, 300, 1_400].choose(&mut self.rng).expect("four"),
            lines: u8::try_from(lines.len()).expect("few"),
        };
        let scheduler = self.world.scheduler.insecure_clone();
        let stamp = self.stamp();
        let quote = ix::create_quote_in(stamp, &scheduler.pubkey(), price.as_ref(), &lines, args);
        let name = match stamp {
            Stamp::Ide => "create_quote ide",
            Stamp::Schedule => "create_quote schedule",
        };
        if self.act(name, &scheduler, quote) {
            self.hires.push(Hire {
                id,
                renter,
                currency,
            });
        }
    }

    fn pay(&mut self, hire: &Hire, booking: &Booking) {
        let renter = self.renter(hire);
        let mint = self.mint(hire.currency);
        let source = get_associated_token_address(&renter.pubkey(), &mint);
        let amount = if self.rng.gen_bool(0.8) {
            u64::MAX
        } else {
            booking.total / 3
        };
        let pay = ix::pay(
            &renter.pubkey(),
            &mint,
            &hire.key(),
            &source,
            amount,
            booking.op_seq,
        );
        self.act("pay", &renter, pay);
    }

    fn lock(&mut self, hire: &Hire, booking: &Booking) {
        let reserved: Vec<_> = booking
            .lines
            .iter()
            .filter(|line| line.status == LineStatus::Reserved as u8)
            .map(|line| QuotedDevice {
                device: line.device,
                class: line.class,
            })
            .collect();
        let lock = ix::lock_lines(&self.stranger(), &hire.key(), &reserved);
        self.crank("lock_lines", lock);
    }

    fn start(&mut self, hire: &Hire, booking: &Booking) {
        if self.rng.gen_bool(0.15) {
            let renter = self.renter(hire);
            let cancel = ix::cancel(
                &renter.pubkey(),
                &hire.key(),
                booking.op_seq,
                &hired(booking),
            );
            self.act("cancel", &renter, cancel);
        } else if self.is_awake(Role::Scheduler) && self.rng.gen_bool(0.85) {
            let scheduler = self.world.scheduler.insecure_clone();
            let start = ix::start(&scheduler.pubkey(), &hire.key(), booking.op_seq);
            self.act("start", &scheduler, start);
        }
    }

    fn run(&mut self, hire: &Hire, booking: &Booking) {
        match self.rng.gen_range(0..8) {
            0 => {
                let renter = self.renter(hire);
                let terminate = ix::terminate(
                    &renter.pubkey(),
                    &hire.key(),
                    booking.op_seq,
                    &hired(booking),
                );
                self.act("terminate", &renter, terminate);
            }
            1 if self.is_awake(Role::Verifiers) => self.fault(hire, booking),
            2 if self.is_awake(Role::Scheduler) => self.replace(hire, booking),
            3 => {
                for line in 0..u8::try_from(booking.lines.len()).expect("8 lines") {
                    let fail = ix::fail_line(&self.stranger(), &hire.key(), line, &[]);
                    self.crank("fail_line", fail);
                }
            }
            _ => {
                let end = ix::end(&self.stranger(), &hire.key(), &hired(booking));
                self.crank("end", end);
            }
        }
    }

    fn fault(&mut self, hire: &Hire, booking: &Booking) {
        let running = (0_u8..).zip(&booking.lines);
        let Some((number, line)) = running
            .filter(|(_, line)| line.status == LineStatus::Hired as u8)
            .last()
        else {
            return;
        };
        let elapsed = (self.world.now() - booking.started_at) / MINUTE;
        let minute = self.rng.gen_range(0..=elapsed.max(0));
        let args = ReportFaultArgs {
            fault_seq: booking.last_fault_seq + 1,
            line: number,
            kind: FaultKind::Outage as u8,
            fault_at: booking.started_at + minute * MINUTE,
            served_minutes: u32::try_from(minute).unwrap_or(0).min(booking.minutes),
            kept_minutes: 0,
            bundle: [6; 32],
        };
        let report = FaultReport {
            line: number,
            kind: args.kind,
            fault_at: args.fault_at,
            renter: booking.renter.to_bytes(),
            served: args.served_minutes,
            kept: args.kept_minutes,
            device: line.device.to_bytes(),
            bundle: args.bundle,
        };
        let poll = reg::poll(ReportKind::FaultReport, &hire.key(), args.fault_seq);
        if self.world.exists(&poll) {
            return;
        }
        self.world.attest(
            ReportKind::FaultReport,
            &hire.key(),
            args.fault_seq,
            &report.encode(),
        );
        let fault = ix::report_fault(&self.stranger(), &hire.key(), &line.device, args);
        if self.crank("report_fault", fault)
            && self.is_awake(Role::Scheduler)
            && self.rng.gen_bool(0.6)
        {
            let booking: Booking = self.world.get(&hire.key());
            self.replace(hire, &booking);
        }
    }

    fn replace(&mut self, hire: &Hire, booking: &Booking) {
        let failing = (0_u8..).zip(&booking.lines);
        let Some((number, _)) = failing
            .filter(|(_, line)| line.status == LineStatus::Failing as u8)
            .last()
        else {
            return;
        };
        let scheduler = self.world.scheduler.insecure_clone();
        for at in 0..self.devices.len() {
            let failover = ix::failover(
                &scheduler.pubkey(),
                &hire.key(),
                number,
                &self.quoted(at),
                booking.op_seq,
            );
            if self.act("failover", &scheduler, failover) {
                return;
            }
        }
    }

    fn final_record(&mut self, hire: &Hire, booking: &Booking) {
        if !self.is_awake(Role::Verifiers) {
            return;
        }
        let mut served_minutes = [0; 8];
        for (served, line) in served_minutes.iter_mut().zip(&booking.lines) {
            let until = if line.fault_offset_s > 0 {
                i64::from(line.fault_offset_s)
            } else {
                booking.ends_at - booking.started_at
            };
            let hired = (until - i64::from(line.start_offset_s)).max(0) / MINUTE;
            let most = u32::try_from(hired).unwrap_or(0).min(booking.minutes);
            *served = if self.rng.gen_bool(0.6) {
                most
            } else {
                self.rng.gen_range(0..=most)
            };
        }
        let leaf = WorkLeaf {
            booking: hire.key().to_bytes(),
            record_seq: booking.next_record,
            is_final: true,
            served_minutes,
        };
        let tree = Tree::new(vec![leaf.hash::<Sha256Hasher>(), [1; 32]]);
        let report = LeafReport {
            root: tree.root(),
            leaf_count: tree.count(),
            bundle: [4; 32],
        };
        let now = u64::try_from(self.world.now().div_euclid(HOUR)).expect("after 1970");
        let hour = (now..)
            .find(|hour| {
                !self
                    .world
                    .exists(&reg::poll(ReportKind::WorkReport, &ID, *hour))
            })
            .expect("some number is free");
        self.world
            .attest(ReportKind::WorkReport, &ID, hour, &report.encode());
        let args = ApplyWorkLeafArgs {
            hour,
            root: report.root,
            leaf_count: report.leaf_count,
            bundle: report.bundle,
            record_seq: booking.next_record,
            is_final: true,
            served_minutes,
            index: 0,
            siblings: tree.proof(0).expect("a leaf of the tree"),
        };
        let price = self.price().filter(|_| self.rng.gen_bool(0.7));
        let apply = ix::apply_work_leaf(&self.stranger(), &hire.key(), price.as_ref(), args);
        self.crank("apply_work_leaf", apply);
    }

    fn dispute_or_finish(&mut self, hire: &Hire, booking: &Booking) {
        if booking.next_record > 0 && self.rng.gen_bool(0.3) {
            let seq = self.rng.gen_range(0..booking.next_record);
            let renter = self.renter(hire);
            let challenge =
                ix::challenge(&renter.pubkey(), &hire.key(), seq, [7; 32], booking.op_seq);
            self.act("challenge", &renter, challenge);
            if self.is_awake(Role::Arbiter) && self.rng.gen_bool(0.7) {
                let arbiter = self.world.arbiter.insecure_clone();
                let mut left = [0; 8];
                left[0] = self.rng.gen_range(0..30);
                let rule = ix::rule_record(&arbiter.pubkey(), &hire.key(), seq, left, [8; 32]);
                self.act("rule_record", &arbiter, rule);
            }
        } else {
            self.finish_hire(hire);
        }
    }

    /// Everything that anybody may do to end a hire and pay everybody out.
    pub fn finish_hire(&mut self, hire: &Hire) {
        let key = hire.key();
        if !self.world.exists(&key) {
            return;
        }
        let booking: Booking = self.world.get(&key);
        let (by, mint, day) = (self.stranger(), self.mint(hire.currency), self.today());
        self.crank("expire", ix::expire(&by, &key, &hired(&booking)));
        self.crank(
            "cancel_unstarted",
            ix::cancel_unstarted(&by, &key, &hired(&booking)),
        );
        let booking: Booking = self.world.get(&key);
        for seq in 0..booking.next_record {
            let record = addr::work_record(&key, seq);
            if !self.world.exists(&record) {
                continue;
            }
            if let Some(price) = self.price() {
                self.crank("price_record", ix::price_record(&by, &key, seq, &price));
            }
            let payer = self.world.get::<WorkRecord>(&record).payer;
            for (number, line) in (0_u8..).zip(&booking.lines) {
                let purse = self.supplier_purse(&line.device, &mint);
                let earn = ix::earn(
                    &by,
                    &key,
                    seq,
                    number,
                    &line.device,
                    hire.currency,
                    &mint,
                    &purse,
                    day,
                );
                self.crank("earn", earn);
            }
            self.crank("close_record", ix::close_record(&by, &key, seq, &payer));
        }
        self.crank("settle", ix::settle(&by, &key, hire.currency, &mint, day));
        self.pay_out(hire);
    }

    fn supplier_purse(&self, device: &Pubkey, mint: &Pubkey) -> Pubkey {
        let device: registry::state::Device = self.world.get(device);
        get_associated_token_address(&device.payout_wallet, mint)
    }

    fn pay_out(&mut self, hire: &Hire) {
        let key = hire.key();
        let booking: Booking = self.world.get(&key);
        let (by, mint) = (self.stranger(), self.mint(hire.currency));
        if booking.refund_due > 0 {
            let purse = get_associated_token_address(&booking.payer, &mint);
            self.crank("pull_refund", ix::pull_refund(&by, &key, &mint, &purse));
        }
        for (number, line) in (0_u8..).zip(&booking.lines) {
            if line.pay_due > 0 {
                let purse = self.supplier_purse(&line.device, &mint);
                let pull = ix::pull_pay_due(&by, &key, number, &line.device, &mint, &purse);
                self.crank("pull_pay_due", pull);
            }
        }
        let extras = CloseExtras {
            excess: None,
            scheduler: (booking.failover_rent > 0).then(|| self.world.scheduler.pubkey()),
        };
        let close = ix::close(&by, &key, &mint, &booking.renter, &extras);
        if self.crank("close", close) {
            self.hires.retain(|other| other.id != hire.id);
        }
    }
}

/// Devices that are locked for a booking, in line order.
pub fn hired(booking: &Booking) -> Vec<Pubkey> {
    let hired = booking
        .lines
        .iter()
        .filter(|line| line.status == LineStatus::Hired as u8);
    hired.map(|line| line.device).collect()
}
