//! Days, auctions, roots, claims and holds at random, against the pure rules.
//!
//! After every operation: each vault holds its ledger to the unit; supply and what was burned are
//! genesis and what was minted; what was minted is the schedule's; no dollar appears or vanishes; at
//! least half of every surplus is burned, sold for burning or visibly queued; claims and holds never
//! exceed what was sealed. At the end all days are sealed, all lots sold, everything claimed, and
//! every sealed day is computed again from the events. `ION_IDE_STEPS` sets the operations of a run.

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

    /// The report of the next day that waits for one; now and then one that breaks a bound.
    fn report_next(&mut self) {
        let day = self
            .stage
            .engine()
            .reported_day
            .max(self.stage.first_day - 1)
            + 1;
        if day >= self.stage.today() || self.stage.epoch(day).state != EpochState::Ended.code() {
            return;
        }
        let voided = self.stage.epoch(day).voided_reports;
        // mostly less than the day earns, now and then far more
        let dollars = match self.rng.gen_range(0..8) {
            0 => self.rng.gen_range(0..30_000),
            1 => 0,
            _ => self.amount(6_000),
        };
        let avail = dollars * 1_000_000;
        let mut row = self.stage.row(avail);
        let is_broken = avail > 0 && self.rng.gen_bool(0.02);
        if is_broken {
            row.processors = MAX_PROCESSORS + 1;
        }
        let rows = [row];
        let rows = if avail == 0 { &rows[..0] } else { &rows[..] };
        let report = self.stage.report_of(day, avail, rows);
        assert!(avail < LIMIT);
        self.stage.world.attest(
            ReportKind::EpochReport,
            &ide::ID,
            report_seq(day, voided),
            &report.encode(),
        );
        self.stage
            .send(&[], ix::accept_epoch_report(&report, voided))
            .expect("accepts");
        if rows.is_empty() {
            return;
        }
        let shown = self
            .stage
            .send(&[], ix::apply_epoch_rows(day, rows, LAST_LINK));
        if !is_broken {
            shown.expect("the rows lead to the hash");
            self.divide(day, avail);
            return;
        }
        shown.expect_err("a limit is broken");
        self.stage.world.warp(7 * DAY + 1);
        self.stage
            .send(&[], ix::void_epoch_report(day, voided))
            .expect("voids");
        self.counts.voided += 1;
        self.catch_up();
    }

    /// Seals the next day, if everything is there and the oracle allows it.
    fn seal_next(&mut self) {
        let engine = self.stage.engine();
        let (day, due) = (engine.next_day, engine.burn_due_usd_micros);
        if day >= self.stage.today() {
            return;
        }
        let before = self.stage.epoch(day);
        let is_ready =
            before.state == EpochState::Reported.code() && before.hours_deposited == 0x00FF_FFFF;
        let silent_until = before.reported_at.max(engine.sealed_at) + 7 * DAY;
        let is_silent = self.stage.world.now() > silent_until;
        let seal = self.stage.seal_with(day, Some(self.posted()));
        let sent = self.stage.send(&[], seal);
        assert_eq!(
            sent.is_ok(),
            is_ready && (self.oracle == Oracle::Good || is_silent),
            "{:?}",
            sent.err()
        );
        if self.stage.engine().next_day > day {
            if self.oracle != Oracle::Good {
                let epoch = self.stage.epoch(day);
                assert_eq!(
                    (epoch.price_p12, epoch.burned_io, epoch.retired_io),
                    (0, 0, 0)
                );
                self.counts.dead_seals += 1;
            }
            self.note_sealed(day, due);
        }
    }

    fn next_day(&mut self) {
        let midnight = self.next_midnight() + self.rng.gen_range(0..2_000);
        self.stage.set_time(midnight);
        self.catch_up();
    }

    /// Opens every day up to today and ends those that are over.
    fn catch_up(&mut self) {
        for day in self.stage.engine().next_day..=self.stage.today() {
            self.stage.open(day);
            let epoch = self.stage.epoch(day);
            if day < self.stage.today() && epoch.state == EpochState::Accruing.code() {
                self.stage.send(&[], ix::end_epoch(day)).expect("over");
            }
        }
    }

    /// The oracle is of no use for longer than the engine waits.
    fn fall_silent(&mut self) {
        self.oracle = Oracle::Stale;
        self.stage.world.warp(8 * DAY);
        self.catch_up();
        self.release(u64::MAX);
        let day = self.stage.engine().next_day;
        while self.stage.engine().reported_day < day {
            self.report_next();
        }
        if self.stage.engine().reported_at + 7 * DAY >= self.stage.world.now() {
            self.stage.world.warp(7 * DAY + 1);
            self.catch_up();
        }
        self.seal_next();
        self.oracle = Oracle::Good;
    }

    /// A case holds part of what is unclaimed, drops part of a hold, or burns one.
    fn hold(&mut self) {
        let caller = self.stage.staking.pubkey();
        let record = |run: &Self, payee: usize| {
            let payee = &run.payees[payee];
            addresses::ide::claim(&payee.device.key, &payee.party())
        };
        if self.held.len() > 3 || (!self.held.is_empty() && self.rng.gen_bool(0.5)) {
            let at = self.rng.gen_range(0..self.held.len());
            let Held { payee, hold } = self.held.swap_remove(at);
            let key = [record(self, payee)];
            if self.rng.gen_bool(0.5) {
                let drop = ix::unforfeit(&caller, &key, vec![hold.amount_io]);
                self.stage.as_staking(drop).expect("drops");
                return;
            }
            let ring = self.roots().ring;
            let matured = ring.newest_matured(self.stage.world.now()).copied();
            let root = matured.and_then(|root| self.accepted(root.seq));
            if let Some(root) = root {
                self.prove(payee, root)
                    .expect("has a leaf")
                    .expect("proves");
            }
            let burn = ide::BurnHold {
                amount_io: hold.amount_io,
                root_seq: hold.root_seq,
                proposed_at: hold.proposed_at,
            };
            let mint = self.stage.world.plan.io_mint;
            let burn = ix::burn_forfeited(&caller, &mint, &key, vec![burn]);
            match self.stage.as_staking(burn) {
                Ok(_) => self.counts.hold_burns += 1,
                Err(_) => self.held.push(Held { payee, hold }),
            }
            return;
        }
        let payee = self.rng.gen_range(0..self.payees.len());
        let ring = self.roots().ring;
        let Some(root) = ring
            .newest_accepted()
            .and_then(|root| self.accepted(root.seq))
        else {
            return;
        };
        let root_seq = root.seq;
        if self.prove(payee, root).is_none_or(|sent| sent.is_err()) {
            return;
        }
        let ledger = self.stage.record(&self.payees[payee]).ledger;
        let unclaimed = ledger.unclaimed_io(&ring).expect("fits");
        if unclaimed == 0 {
            return;
        }
        let amount_io = self.amount(unclaimed);
        let hold = ix::forfeit(&caller, &[record(self, payee)], vec![amount_io]);
        self.stage.as_staking(hold).expect("holds");
        self.held.push(Held {
            payee,
            hold: Hold {
                amount_io,
                root_seq,
                proposed_at: self.stage.world.now(),
            },
        });
    }

    /// Governance takes the newest root out of use while it can.
    fn veto(&mut self) {
        let now = self.stage.world.now();
        let ring = self.roots().ring;
        let Some(root) = ring.newest_accepted().filter(|root| now < root.mature_at) else {
            return;
        };
        let governance = &self.stage.world.governance;
        let veto = ix::veto_root(&governance.pubkey(), root.seq);
        self.stage
            .world
            .send(governance, &[], &[veto])
            .expect("vetoes");
        let seq = root.seq;
        let accepted = self.roots.iter_mut().find(|root| root.seq == seq);
        accepted.expect("it was accepted").is_vetoed = true;
        self.counts.vetoed += 1;
    }

    /// Something that must be refused and change nothing.
    fn refused(&mut self) {
        let engine = self.stage.engine();
        let by = self.stage.bank.pubkey();
        let mint = self.stage.world.plan.io_mint;
        let today = self.stage.today();
        let price = self.posted();
        let bytes = |run: &Self| {
            let raw = |key| run.stage.world.raw(&key).data;
            let engine = raw(addresses::ide::engine());
            (raw(addresses::ide::vaults()), engine, run.stage.supply())
        };
        let before = bytes(self);
        let sent = match self.rng.gen_range(0..6) {
            // out of order
            0 => self
                .stage
                .send(&[], self.stage.seal_with(engine.next_day + 1, Some(price))),
            // too early
            1 => self.stage.send(&[], ix::end_epoch(today)),
            // twice
            2 => {
                let last = self.emission().next_hour - 1;
                let again = schedule::release_block(&by, &mint, last, true);
                self.stage.send(&[], again)
            }
            3 => match self.roots.last() {
                Some(last) => self.send_root(last.seq, &last.payouts),
                None => return,
            },
            4 if engine.auction_seq > 0 => {
                let again = ix::open_auction(&by, engine.auction_seq, LotKind::Burn);
                self.stage.send(&[], again)
            }
            // a day that waits for nothing
            _ => self.stage.send(&[], ix::void_epoch_report(today, 0)),
        };
        sent.expect_err("refused");
        assert!(before == bytes(self), "nothing changed");
        self.counts.refusals += 1;
    }

    /// Everything that is open comes to its end, and is counted.
    fn close(&mut self) {
        self.oracle = Oracle::Good;
        self.next_day();
        self.release(u64::MAX);
        while self.stage.engine().next_day < self.stage.today() {
            self.report_next();
            // the last hour of a day is due two minutes later
            self.stage.world.warp(200);
            self.catch_up();
            self.release(u64::MAX);
            self.seal_next();
        }
        for _ in 0..2_000 {
            let vaults = self.stage.vaults();
            let engine = self.stage.engine();
            if engine.open_lot != 0 {
                self.fill(u64::MAX);
                let auction = self.stage.auction(engine.auction_seq);
                let over = auction.ends_at + 1;
                self.stage.set_time(over.max(self.stage.world.now()));
                self.catch_up();
                let end = ix::end_auction(engine.auction_seq);
                self.stage.send(&[], end).expect("ends");
            } else if vaults.buyback_usdc > 0 {
                self.stage.open_auction(LotKind::Burn).expect("opens");
            } else {
                break;
            }
        }
        let (vaults, engine) = (self.stage.vaults(), self.stage.engine());
        assert_eq!((vaults.buyback_usdc, vaults.lot_usdc), (0, 0), "all sold");
        let sold: u128 = (1..=engine.auction_seq)
            .map(|seq| self.stage.auction(seq))
            .filter(|auction| auction.kind == LotKind::Burn)
            .map(|auction| u128::from(auction.lot_usdc - auction.remaining_usdc))
            .sum();
        assert_eq!(sold, self.burns.2, "every earmark was spent on burned IO");
        let due = u128::from(engine.burn_due_usd_micros);
        assert!((self.burns.1 + sold + due) * 2 >= self.burns.0);

        // the last root pays everybody, to the unit
        for _ in 0..2 {
            self.stage.world.warp(2 * DAY);
            self.catch_up();
            self.root();
        }
        self.stage.world.warp(8 * DAY);
        self.catch_up();
        while let Some(Held { payee, hold }) = self.held.pop() {
            let payee = &self.payees[payee];
            let key = addresses::ide::claim(&payee.device.key, &payee.party());
            let drop = ix::unforfeit(&self.stage.staking.pubkey(), &[key], vec![hold.amount_io]);
            self.stage.as_staking(drop).expect("drops");
        }
        let ring = self.roots().ring;
        let root = ring.newest_matured(self.stage.world.now()).expect("one");
        for payee in 0..self.payees.len() {
            let root = self.accepted(root.seq).expect("accepted");
            if let Some(sent) = self.prove(payee, root) {
                sent.expect("proves");
                // nothing may be left for one that claimed before
                let _ = self.stage.claim(&self.payees[payee]);
            }
        }
        self.check();
        let vaults = self.stage.vaults();
        assert_eq!((vaults.payable_io, vaults.payable_usdc), (0, 0), "all paid");
    }

    /// The run was one, and every sealed day computes again.
    fn audit(&self) {
        let engine = self.stage.engine();
        let counts = &self.counts;
        assert!(engine.ide_epochs >= 60, "{} days", engine.ide_epochs);
        let is_varied = counts.fills > 30
            && counts.partial_fills > 15
            && counts.claims > 20
            && counts.refusals > 50
            && counts.vetoed > 0
            && counts.hold_burns > 0
            && counts.dead_seals + counts.voided > 0;
        assert!(is_varied, "{counts:?}");
        let vaults = self.stage.vaults();
        assert!(vaults.retired_io > 0 && vaults.burned_io > 0);
        let figures = audit_engine(&self.stage.world.chain).expect("audits");
        for figure in figures {
            assert!(figure.is_equal(), "{figure:?}");
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
