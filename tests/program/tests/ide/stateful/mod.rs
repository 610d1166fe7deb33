//! Days, auctions, roots, claims and holds at random, against the pure rules.
//!
//! After every operation: each vault holds its ledger to the unit; supply and what was burned are
//! genesis and what was minted; what was minted is the schedule's; no dollar appears or vanishes; at
//! least half of every surplus is burned, sold for burning or visibly queued; claims and holds never
//! exceed what was sealed. At the end all days are sealed, all lots sold, everything claimed, and
//! every sealed day is computed again from the events. `ION_IDE_STEPS` sets the operations of a run.

mod days;
mod holds;

use ide::state::{AuctionState, EpochState, LotKind};
use ion_claims::Hold;
use ion_client::{
    addresses,
    audit::audit_engine,
    instructions::{ide as ix, rewards as schedule},
};
use ion_economics::units::{DAY, IO_ONE};
use ion_merkle::{
    epoch::{LAST_LINK, report_seq},
    report::ReportKind,
};
use ion_program_tests::ide_stage::{LIMIT, MAX_PROCESSORS};
use rand::Rng;
use solana_signer::Signer;

use crate::model::{Accepted, Held, Oracle, Run};

/// Operations of a run in the ordinary tests.
const STEPS: usize = 5_000;

fn steps() -> usize {
    std::env::var("ION_IDE_STEPS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(STEPS)
}

impl Run {
    /// One random operation; what the moment does not allow is refused and changes nothing.
    fn step(&mut self) {
        let (io, usdc) = (
            self.stage.world.plan.io_mint,
            self.stage.world.plan.usdc_mint,
        );
        match self.rng.gen_range(0..1_000) {
            0..160 => {
                let amount = self.amount(30_000 * Self::USD);
                let hire = self.rng.gen_range(0..=amount / 2);
                self.earn(usdc, amount, hire);
            }
            160..240 => {
                let amount = self.amount(40_000 * IO_ONE);
                let hire = self.rng.gen_range(0..=amount / 5_000);
                self.earn(io, amount, hire);
            }
            240..270 => self.give(),
            270..340 => self.move_price(),
            340..500 => self.auction(),
            500..600 => {
                let most = (self.next_midnight() - self.stage.world.now() - 1).min(3_600);
                let seconds = self.rng.gen_range(0..=most.max(0));
                self.stage.world.warp(seconds);
            }
            600..730 => self.release(5),
            730..790 => self.claim(),
            790..820 => self.root(),
            820..870 => self.report_next(),
            870..920 => self.seal_next(),
            920..950 => self.next_day(),
            950..970 => self.hold(),
            970..975 => self.veto(),
            975..976 => self.fall_silent(),
            _ => self.refused(),
        }
    }

    /// A gift through the program or past it.
    fn give(&mut self) {
        let (io, usdc) = (
            self.stage.world.plan.io_mint,
            self.stage.world.plan.usdc_mint,
        );
        let amount = self.amount(1_000_000_000);
        let is_io = self.rng.gen_bool(0.5);
        let by = self.stage.bank.pubkey();
        if self.rng.gen_bool(0.5) {
            let mint = if is_io { io } else { usdc };
            let source = anchor_spl::associated_token::get_associated_token_address(&by, &mint);
            let fund = ix::fund(&by, &source, &mint, &usdc, amount);
            self.stage.send(&[], fund).expect("funds");
            return;
        }
        let days = self.stage.engine().next_day..=self.stage.today();
        if days.clone().count() > 12 {
            // more days than a transaction can show
            return;
        }
        let (vault, mint) = match (is_io, self.rng.gen_bool(0.5)) {
            (true, true) => (addresses::ide::pay_io(), io),
            (true, false) => (addresses::ide::fee_io(), io),
            (false, true) => (addresses::ide::pay_usdc(), usdc),
            (false, false) => (addresses::ide::fee_usdc(), usdc),
        };
        if is_io {
            self.stage.donate(vault, amount);
        } else {
            self.stage.donate_usdc(vault, amount);
        }
        let sweep = ix::sweep_excess(&vault, &mint, &usdc, days);
        self.stage.send(&[], sweep).expect("sweeps");
    }

    fn move_price(&mut self) {
        let bps = self.rng.gen_range(8_000..12_500);
        self.price = (self.price * bps / 10_000).clamp(100_000, 1_000_000_000);
        self.oracle = match self.rng.gen_range(0..10) {
            0 => Oracle::Wide,
            1 => Oracle::Stale,
            _ => Oracle::Good,
        };
    }

    fn auction(&mut self) {
        let engine = self.stage.engine();
        if engine.open_lot == 0 {
            let kind = if self.rng.gen_bool(0.7) {
                LotKind::Burn
            } else {
                LotKind::Reserve
            };
            let before = self.stage.vaults();
            if self.stage.open_auction(kind).is_ok() && kind == LotKind::Reserve {
                assert!(before.buyback_usdc == 0, "a lot of the burn comes first");
            }
            return;
        }
        let auction = self.stage.auction(engine.auction_seq);
        let is_over = self.stage.world.now() > auction.ends_at;
        if auction.state == AuctionState::SoldOut || is_over {
            let end = ix::end_auction(engine.auction_seq);
            self.stage.send(&[], end).expect("ends");
            return;
        }
        // small parts of the lot, now and then all of it
        let most = if self.rng.gen_bool(0.1) {
            200_000
        } else {
            4_000
        };
        let io = self.amount(most * IO_ONE);
        self.fill(io);
    }

    fn fill(&mut self, io: u64) {
        let route = self.stage.fill_route(&self.seller.pubkey(), self.posted());
        let before = self.stage.vaults();
        let fill = ix::fill_auction(&route, io, 0);
        if self.stage.world.send(&self.seller, &[], &[fill]).is_err() {
            return;
        }
        assert!(self.oracle == Oracle::Good, "no fill at an unusable price");
        let after = self.stage.vaults();
        let (spent, bought) = (
            u128::from(after.spent_usdc - before.spent_usdc),
            u128::from(after.bought_io - before.bought_io),
        );
        // at most the closing premium of 1 % on the point price
        assert!(
            spent * 100_000_000 * 10_000 <= bought * self.price as u128 * 10_100 / 100 + 10_000
        );
        self.counts.fills += 1;
        self.counts.partial_fills += u32::from(after.lot_usdc > 0);
    }

    /// Proof at the newest matured root and a claim.
    fn claim(&mut self) {
        let payee = self.rng.gen_range(0..self.payees.len());
        let ring = self.roots().ring;
        let Some(root) = ring.newest_matured(self.stage.world.now()) else {
            return;
        };
        let accepted = self.accepted(root.seq).expect("it was accepted");
        assert!(!accepted.is_vetoed);
        if let Some(sent) = self.prove(payee, accepted) {
            sent.expect("proves");
            self.counts.claims += u32::from(self.stage.claim(&self.payees[payee]).is_ok());
        }
    }

    /// The next root, where one can be accepted.
    fn root(&mut self) {
        let payouts = self.next_payouts();
        let newest = self.roots.iter().rev().find(|root| !root.is_vetoed);
        if payouts.leaves.is_empty()
            || newest.is_some_and(|root| root.payouts.through_epoch == payouts.through_epoch)
        {
            return;
        }
        let seq = self.roots().ring.head_seq + 1;
        let last = newest.map_or(i64::MIN, |root| {
            self.roots().ring.root(root.seq).expect("kept").accepted_at
        });
        if self.stage.world.now() >= last.saturating_add(DAY) {
            self.accept(seq, &payouts)
                .expect("sums are the sealed ones");
            self.roots.push(Accepted {
                seq,
                payouts,
                is_vetoed: false,
            });
        }
    }
}

fn play(seed: u64) {
    let mut run = Run::new(seed);
    run.check();
    for _ in 0..steps() {
        run.step();
        run.check();
    }
    run.close();
    run.audit();
}

#[test]
fn random_days_conserve_every_unit_seed_1() {
    play(1);
}

#[test]
fn random_days_conserve_every_unit_seed_2() {
    play(2);
}

#[test]
fn random_days_conserve_every_unit_seed_3() {
    play(3);
}

#[test]
fn random_days_conserve_every_unit_seed_4() {
    play(4);
}
