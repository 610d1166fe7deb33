//! The days of the engine: reports, sealing, closing.

use super::*;

impl Run {
    /// The report of the next day that waits for one; now and then one that breaks a bound.
    pub(super) fn report_next(&mut self) {
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
    pub(super) fn seal_next(&mut self) {
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

    pub(super) fn next_day(&mut self) {
        let midnight = self.next_midnight() + self.rng.gen_range(0..2_000);
        self.stage.set_time(midnight);
        self.catch_up();
    }

    /// Opens every day up to today and ends those that are over.
    pub(super) fn catch_up(&mut self) {
        for day in self.stage.engine().next_day..=self.stage.today() {
            self.stage.open(day);
            let epoch = self.stage.epoch(day);
            if day < self.stage.today() && epoch.state == EpochState::Accruing.code() {
                self.stage.send(&[], ix::end_epoch(day)).expect("over");
            }
        }
    }

    /// The oracle is of no use for longer than the engine waits.
    pub(super) fn fall_silent(&mut self) {
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

    /// Everything that is open comes to its end, and is counted.
    pub(super) fn close(&mut self) {
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
}
