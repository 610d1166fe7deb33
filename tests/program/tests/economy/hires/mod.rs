//! Steps of renters and of those who serve them.

mod records;

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
}

/// Devices that are locked for a booking, in line order.
pub fn hired(booking: &Booking) -> Vec<Pubkey> {
    let hired = booking
        .lines
        .iter()
        .filter(|line| line.status == LineStatus::Hired as u8);
    hired.map(|line| line.device).collect()
}
