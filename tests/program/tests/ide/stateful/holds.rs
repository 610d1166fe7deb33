//! Holds, vetoes, what is refused at any time, and the audit of a history.

use super::*;

impl Run {
    /// A case holds part of what is unclaimed, drops part of a hold, or burns one.
    pub(super) fn hold(&mut self) {
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
    pub(super) fn veto(&mut self) {
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
    pub(super) fn refused(&mut self) {
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

    /// The run was one, and every sealed day computes again.
    pub(super) fn audit(&self) {
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
