//! A run of the engine: the stage with real emission, and beside it what its rules say must be there.

mod check;

use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use ide::{
    ProveLeafArgs,
    state::{Epoch, LotKind, RootRing, Vaults},
};
use ion_claims::Hold;
use ion_client::{
    addresses,
    instructions::{
        ide::{self as ix, RevenueRoute},
        rewards as schedule,
    },
};
use ion_economics::{
    emission::pre_released,
    params::ide as params,
    units::{DAY, HOUR, IO_ONE, USDC_ONE},
};
use ion_merkle::{earnings::PayoutRoot, report::ReportKind};
use ion_program_tests::ide_stage::{IdeStage, Payee, Sent, edit};
use ion_report::{Payouts, SealedTotals};
use ion_test_oracle::PostedPrice;
use rand::{Rng, SeedableRng, rngs::StdRng};
use registry::state::Config;
use rewards::state::Emission;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Parts of a day by device and party, 1e-6 USD.
pub type Owed = BTreeMap<([u8; 32], [u8; 32]), u64>;

/// What the oracle shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Oracle {
    Good,
    Wide,
    Stale,
}

/// An accepted root.
pub struct Accepted {
    pub seq: u64,
    pub payouts: Payouts,
    pub is_vetoed: bool,
}

/// Payouts that a slash case holds.
pub struct Held {
    pub payee: usize,
    pub hold: Hold,
}

/// How often each kind of thing happened.
#[derive(Debug, Default)]
pub struct Counts {
    pub fills: u32,
    pub partial_fills: u32,
    pub dead_seals: u32,
    pub voided: u32,
    pub vetoed: u32,
    pub claims: u32,
    pub hold_burns: u32,
    pub refusals: u32,
}

/// The run.
pub struct Run {
    pub stage: IdeStage,
    pub rng: StdRng,
    pub seller: Keypair,
    pub payees: Vec<Payee>,
    pub price: i64,
    pub oracle: Oracle,
    /// What each unsealed day owes by party.
    pub owed: BTreeMap<u64, Owed>,
    /// Sealed days of the engine with what they owed.
    pub sealed: BTreeMap<u64, (SealedTotals, Owed)>,
    pub roots: Vec<Accepted>,
    pub held: Vec<Held>,
    pub counts: Counts,
    /// Surplus, value burned at once, USDC earmarked, over all sealed days.
    pub burns: (u128, u128, u128),
    start_supply: u64,
    start_released: u64,
    start_usdc: u64,
}

impl Run {
    /// A run on the first day of the engine, with the real rewards program as the source of emission.
    pub fn new(seed: u64) -> Self {
        let stage = IdeStage::new();
        let caller = addresses::caller(&rewards::ID);
        edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
            config.rewards_caller = caller;
        });
        stage.set_param(&params::RESERVE_BUY_ENABLED, 1);
        let seller = stage.world.wallet(60_000_000 * IO_ONE, 0);
        let payees: Vec<Payee> = (0..4).map(|_| stage.payee()).collect();
        for payee in &payees {
            stage.open_claim(payee).expect("opens");
        }
        stage.open(stage.today());
        let mut run = Self {
            start_supply: stage.supply(),
            start_released: 0,
            start_usdc: 0,
            stage,
            rng: StdRng::seed_from_u64(seed),
            seller,
            payees,
            price: 15_000_000,
            oracle: Oracle::Good,
            owed: BTreeMap::new(),
            sealed: BTreeMap::new(),
            roots: Vec::new(),
            held: Vec::new(),
            counts: Counts::default(),
            burns: (0, 0, 0),
        };
        run.start_released = run.emission().released_io;
        run.start_usdc = run.usdc();
        run.release(u64::MAX);
        run
    }

    pub fn emission(&self) -> Emission {
        self.stage.world.get(&addresses::rewards::emission())
    }

    /// Releases up to `most` hours that are over, and only into days that are open.
    pub fn release(&mut self, most: u64) {
        let (world, by) = (&self.stage.world, self.stage.bank.pubkey());
        let first_ide = self.stage.first_day * 24;
        let due = u64::try_from((world.now() - 120).div_euclid(HOUR)).expect("after 1970");
        let mut left = most;
        loop {
            let next = self.emission().next_hour;
            let is_ide = next >= first_ide;
            let batch = if is_ide { 5 } else { 8 };
            let end = due.min(next.saturating_add(batch.min(left)));
            let end = if is_ide { end } else { end.min(first_ide) };
            let hours: Vec<u64> = (next..end)
                .take_while(|hour| !is_ide || world.exists(&addresses::ide::epoch(hour / 24)))
                .collect();
            if hours.is_empty() {
                return;
            }
            left -= hours.len() as u64;
            let mint = &world.plan.io_mint;
            let work: Vec<_> = hours
                .iter()
                .map(|hour| schedule::release_block(&by, mint, *hour, is_ide))
                .collect();
            world.send(&self.stage.bank, &[], &work).expect("due");
        }
    }

    /// Deposits revenue of today with hire of a beneficiary.
    pub fn earn(&mut self, mint: Pubkey, amount: u64, hire: u64) {
        let payee = &self.payees[self.rng.gen_range(0..self.payees.len())];
        let (device, owner) = (payee.device.key, payee.party());
        let stage = &self.stage;
        let route = RevenueRoute {
            caller: stage.booking.pubkey(),
            source_authority: stage.bank.pubkey(),
            source: anchor_spl::associated_token::get_associated_token_address(
                &stage.bank.pubkey(),
                &mint,
            ),
            fee_vault: if mint == stage.world.plan.io_mint {
                addresses::ide::fee_io()
            } else {
                addresses::ide::fee_usdc()
            },
            mint,
            day: stage.today(),
        };
        let args = ide::DepositRevenueArgs {
            amount,
            hire_usd_micros: hire,
            device,
            owner,
        };
        stage
            .send(&[&stage.booking], ix::deposit_revenue(&route, args))
            .expect("counts");
        let pair = (device.to_bytes(), owner.to_bytes());
        let day = self.owed.entry(self.stage.today()).or_default();
        *day.entry(pair).or_default() += hire;
    }

    /// Availability of a day, divided over some beneficiaries.
    pub fn divide(&mut self, day: u64, avail: u64) {
        let first = self.rng.gen_range(0..=avail);
        let at = self.rng.gen_range(0..self.payees.len());
        for (step, part) in [(0, first), (1, avail - first)] {
            let payee = &self.payees[(at + step) % self.payees.len()];
            let pair = (payee.device.key.to_bytes(), payee.party().to_bytes());
            let owed = self.owed.entry(day).or_default();
            *owed.entry(pair).or_default() += part;
        }
    }

    /// The oracle's account as it shows now.
    pub fn posted(&self) -> Pubkey {
        let good = self.stage.flat(self.price);
        let posted = match self.oracle {
            Oracle::Good => PostedPrice {
                conf: (self.price / 400) as u64,
                ..good
            },
            Oracle::Wide => PostedPrice {
                conf: (self.price / 20) as u64,
                ..good
            },
            Oracle::Stale => PostedPrice {
                publish_time: self.stage.world.now() - 3_000,
                ..good
            },
        };
        self.stage.world.post_price(posted)
    }

    /// What the payout tree is after the newest root that counts and the sealed days since.
    pub fn next_payouts(&self) -> Payouts {
        let mut payouts = self
            .roots
            .iter()
            .rev()
            .find(|root| !root.is_vetoed)
            .map(|root| root.payouts.clone())
            .unwrap_or_default();
        for (_, (totals, owed)) in self.sealed.range(payouts.through_epoch + 1..) {
            payouts.add(totals, owed).expect("somebody is owed");
        }
        payouts
    }

    fn payload(payouts: &Payouts) -> PayoutRoot {
        payouts
            .payload(&addresses::ide::roots().to_bytes(), [5; 32])
            .expect("sums fit")
    }

    /// Has a root attested and sends it.
    pub fn accept(&self, seq: u64, payouts: &Payouts) -> Sent {
        self.stage.world.attest(
            ReportKind::PayoutRoot,
            &addresses::ide::roots(),
            seq,
            &Self::payload(payouts).encode(),
        );
        self.send_root(seq, payouts)
    }

    /// Sends an attested root.
    pub fn send_root(&self, seq: u64, payouts: &Payouts) -> Sent {
        let accept = ix::accept_payout_root(seq, &Self::payload(payouts));
        self.stage.send(&[], accept)
    }

    /// Proves the leaf of a beneficiary in the tree of a root.
    pub fn prove(&self, payee: usize, root: &Accepted) -> Option<Sent> {
        let payee = &self.payees[payee];
        let pair = (payee.device.key.to_bytes(), payee.party().to_bytes());
        let index = root.payouts.leaves.keys().position(|key| *key == pair)?;
        let leaf = root.payouts.leaves[&pair];
        let tree = root.payouts.tree(&addresses::ide::roots().to_bytes());
        let args = ProveLeafArgs {
            root_seq: root.seq,
            index: index as u64,
            lifetime_io: leaf.lifetime_io,
            lifetime_usdc: leaf.lifetime_usdc,
            arrears_usd_micros: leaf.arrears_usd_micros,
            siblings: tree.proof(index).expect("it is in the tree"),
        };
        let prove = ix::prove_leaf(&payee.device.key, &payee.party(), args);
        Some(self.stage.send(&[], prove))
    }

    /// The accepted root with a sequence.
    pub fn accepted(&self, seq: u64) -> Option<&Accepted> {
        self.roots.iter().find(|root| root.seq == seq)
    }

    pub fn roots(&self) -> RootRing {
        self.stage.roots()
    }

    fn usdc(&self) -> u64 {
        let world = &self.stage.world;
        let wallets = self.payees.iter().map(Payee::party);
        let held: u64 = wallets
            .chain([self.stage.bank.pubkey(), self.seller.pubkey()])
            .map(|wallet| world.usdc_of(&wallet))
            .sum();
        held + world.token(&addresses::ide::fee_usdc()) + world.token(&addresses::ide::pay_usdc())
    }

    /// The first second of the day after.
    pub fn next_midnight(&self) -> i64 {
        (self.stage.today() + 1) as i64 * DAY
    }

    /// Amounts of a random size, small ones too.
    pub fn amount(&mut self, most: u64) -> u64 {
        let bits = self.rng.gen_range(1..=u64::BITS - most.leading_zeros());
        let top = most.min((1_u64 << (bits - 1)).saturating_mul(2) - 1);
        self.rng.gen_range(1..=top.max(1))
    }

    /// One dollar in base units.
    pub const USD: u64 = USDC_ONE;
}
