//! Days, auctions and claims at random, against the pure rules.
//!
//! After every step each vault holds its ledger to the unit and no IO appears or vanishes; at the end
//! every sealed day is computed again from the events and equals its account, the burned share is at
//! least half of every surplus once what is queued is counted, and the payouts claimed never exceed
//! what was sealed. `ION_IDE_STEPS` sets the number of steps (1,000,000 for a long run).

use ide::state::{AuctionState, EpochState, LotKind};
use ion_client::{audit::audit_engine, instructions::ide as ix};
use ion_economics::{
    params::ide as params,
    units::{DAY, IO_ONE, USDC_ONE},
};
use ion_program_tests::ide_stage::{IdeStage, Payee, Payouts};
use rand::{Rng, SeedableRng, rngs::StdRng};
use solana_keypair::Keypair;

/// Steps of a run in the ordinary tests.
const STEPS: usize = 220;

fn steps() -> usize {
    std::env::var("ION_IDE_STEPS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(STEPS)
}

struct Run {
    stage: IdeStage,
    rng: StdRng,
    seller: Keypair,
    payees: [Payee; 3],
    start_supply: u64,
    root_seq: u64,
    accepted: Vec<Payouts>,
    price: i64,
}

impl Run {
    fn new(seed: u64) -> Self {
        let stage = IdeStage::new();
        stage.set_param(&params::RESERVE_BUY_ENABLED, 1);
        let seller = stage.world.wallet(10_000_000 * IO_ONE, 0);
        let payees = [stage.payee(), stage.payee(), stage.payee()];
        for payee in &payees {
            stage.open_claim(payee).expect("opens");
        }
        stage.open(stage.today());
        Self {
            start_supply: stage.supply(),
            stage,
            rng: StdRng::seed_from_u64(seed),
            seller,
            payees,
            root_seq: 0,
            accepted: Vec::new(),
            price: 15_000_000,
        }
    }

    /// One random step; what the moment does not allow is skipped.
    fn step(&mut self) {
        match self.rng.gen_range(0..12) {
            0 | 1 => {
                let usdc = self.rng.gen_range(1..30_000 * USDC_ONE);
                let hire = self.rng.gen_range(0..8_000 * USDC_ONE);
                self.stage.earn(usdc, hire);
            }
            2 => {
                let io = self.rng.gen_range(1..40_000 * IO_ONE);
                let mint = self.stage.world.plan.io_mint;
                self.stage.revenue(mint, io, 0).expect("counts");
            }
            3 => self.fund(),
            4 => self.move_price(),
            5 | 6 => self.auction(),
            7 => {
                let seconds = self.rng.gen_range(1..1_800);
                self.stage.world.warp(seconds);
            }
            8 => self.claim(),
            _ => self.next_day(),
        }
        self.stage.open(self.stage.today());
    }

    fn fund(&mut self) {
        use solana_signer::Signer;
        let (io, usdc) = (
            self.stage.world.plan.io_mint,
            self.stage.world.plan.usdc_mint,
        );
        let by = self.stage.bank.pubkey();
        let mint = if self.rng.gen_bool(0.5) { io } else { usdc };
        let source = anchor_spl::associated_token::get_associated_token_address(&by, &mint);
        let amount = self.rng.gen_range(1..1_000_000_000);
        self.stage
            .send(&[], ix::fund(&by, &source, &mint, &usdc, amount))
            .expect("funds");
    }

    fn move_price(&mut self) {
        let bps = self.rng.gen_range(8_000..12_500);
        self.price = (self.price * bps / 10_000).clamp(10_000, 10_000_000_000);
    }

    fn auction(&mut self) {
        let engine = self.stage.engine();
        if engine.open_lot == 0 {
            let kind = if self.rng.gen_bool(0.8) {
                LotKind::Burn
            } else {
                LotKind::Reserve
            };
            // nothing to sell, too soon or Critical: skipped
            let _ = self.stage.open_auction(kind);
            return;
        }
        let auction = self.stage.auction(engine.auction_seq);
        let is_over = self.stage.world.now() > auction.ends_at;
        if auction.state == AuctionState::SoldOut || is_over {
            self.stage
                .send(&[], ix::end_auction(engine.auction_seq))
                .expect("ends");
            return;
        }
        use solana_signer::Signer;
        let io = self.rng.gen_range(1..200_000 * IO_ONE);
        let price = self.stage.world.post_price(self.stage.flat(self.price));
        let route = self.stage.fill_route(&self.seller.pubkey(), price);
        // a fill for nothing is refused: skipped
        let _ = self
            .stage
            .world
            .send(&self.seller, &[], &[ix::fill_auction(&route, io, 0)]);
    }

    /// A new root where one can be accepted, proofs and claims of whoever can.
    fn claim(&mut self) {
        let engine = self.stage.engine();
        let through = engine.next_day - 1;
        if through >= self.stage.first_day {
            let payouts = self
                .stage
                .payouts(self.root_seq + 1, through, &self.payees.each_ref());
            self.root_seq += 1;
            if self.stage.accept_root(&payouts).is_ok() {
                self.accepted.push(payouts);
            }
        }
        let payee = &self.payees[self.rng.gen_range(0..3)];
        let ring = self.stage.roots().ring;
        let matured = ring.newest_matured(self.stage.world.now());
        let Some(payouts) = self
            .accepted
            .iter()
            .find(|payouts| matured.is_some_and(|root| root.seq == payouts.seq))
        else {
            return;
        };
        self.stage.prove(payee, payouts).expect("proves");
        // nothing left to claim: skipped
        let _ = self.stage.claim(payee);
    }

    /// The running day ends, is reported and sealed; sometimes sealing waits and days pile up.
    fn next_day(&mut self) {
        let today = self.stage.today();
        let emission = self.rng.gen_range(0..10_000_000_000_000);
        self.stage.allowance(today, emission);
        let next = (today + 1) as i64 * DAY + self.rng.gen_range(0..2_000);
        self.stage.set_time(next);
        self.stage.end(today);
        let minutes = self.rng.gen_range(0..200_000_u64);
        self.stage.report(today, minutes * 1_000);
        self.stage.open(today + 1);
        if self.rng.gen_bool(0.3) {
            return;
        }
        for day in self.stage.engine().next_day..=today {
            let conf = self.rng.gen_range(0..self.price as u64 / 60);
            let price = ion_test_oracle::PostedPrice {
                conf,
                ..self.stage.flat(self.price)
            };
            let price = self.stage.world.post_price(price);
            self.stage
                .send(&[], self.stage.seal_with(day, Some(price)))
                .expect("seals");
        }
    }

    fn check(&self) {
        self.stage.assert_vaults_exact();
        let vaults = self.stage.vaults();
        assert_eq!(
            self.stage.supply() + vaults.burned_io + vaults.retired_io,
            self.start_supply,
            "supply and what was burned"
        );
        let claimed: u64 = self
            .payees
            .iter()
            .map(|payee| self.stage.record(payee).ledger.claimed_io)
            .sum();
        let engine = self.stage.engine();
        assert_eq!(vaults.payable_io + claimed, engine.cumulative_io);
    }

    /// Burn share over all sealed days, and every day computed again.
    fn close(&self) {
        let (vaults, engine) = (self.stage.vaults(), self.stage.engine());
        let (mut surplus, mut burned_usd, mut earmarked, mut direct) = (0_u128, 0_u128, 0_u64, 0);
        for day in self.stage.first_day..engine.next_day {
            let epoch = self.stage.epoch(day);
            assert_eq!(epoch.state, EpochState::Sealed.code());
            surplus += u128::from(epoch.surplus_usd_micros);
            // rounded up: what the burn of the day was credited with
            burned_usd +=
                u128::from(epoch.burned_io) * u128::from(epoch.floor_p12) / 100_000_000_000_000 + 1;
            earmarked += epoch.earmarked_usdc;
            direct += epoch.burned_io;
        }
        let queued = vaults.buyback_usdc + vaults.lot_usdc;
        let sold_for_burning: u64 = (1..=engine.auction_seq)
            .map(|seq| self.stage.auction(seq))
            .filter(|auction| auction.kind == LotKind::Burn)
            .map(|auction| auction.lot_usdc - auction.remaining_usdc)
            .sum();
        assert_eq!(earmarked, queued + sold_for_burning, "no earmark is lost");
        assert!(
            (burned_usd + u128::from(earmarked) + u128::from(engine.burn_due_usd_micros)) * 2
                >= surplus
        );
        assert!(vaults.burned_io >= direct);
        // the run was one: days, both kinds of burn, claims
        assert!(engine.ide_epochs >= 20, "{} days", engine.ide_epochs);
        assert!(vaults.burned_io > direct && direct > 0 && vaults.retired_io > 0);
        assert!(
            engine.cumulative_io > vaults.payable_io,
            "something was claimed"
        );
        let figures = audit_engine(&self.stage.world.chain).expect("audits");
        assert_eq!(
            figures.len() as u64,
            21 * (engine.next_day - self.stage.vaults().first_day)
        );
        for figure in figures {
            assert!(figure.is_equal(), "{figure:?}");
        }
    }
}

fn play(seed: u64) {
    let mut run = Run::new(seed);
    for _ in 0..steps() {
        run.step();
        run.check();
    }
    run.close();
}

#[test]
fn random_days_conserve_every_unit_seed_1() {
    play(1);
}

#[test]
fn random_days_conserve_every_unit_seed_2() {
    play(2);
}
