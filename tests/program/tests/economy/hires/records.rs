//! Faults, records, disputes and the payments of a hire.

use super::*;

impl Town {
    pub(super) fn fault(&mut self, hire: &Hire, booking: &Booking) {
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

    pub(super) fn replace(&mut self, hire: &Hire, booking: &Booking) {
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

    pub(super) fn final_record(&mut self, hire: &Hire, booking: &Booking) {
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

    pub(super) fn dispute_or_finish(&mut self, hire: &Hire, booking: &Booking) {
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

    pub(super) fn supplier_purse(&self, device: &Pubkey, mint: &Pubkey) -> Pubkey {
        let device: registry::state::Device = self.world.get(device);
        get_associated_token_address(&device.payout_wallet, mint)
    }

    pub(super) fn pay_out(&mut self, hire: &Hire) {
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
