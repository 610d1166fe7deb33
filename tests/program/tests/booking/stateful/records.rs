//! Operations on faults and records, and the payments that follow them.

use super::*;

impl Run {
    pub(super) fn some_line(&mut self, place: usize, wanted: LineState) -> usize {
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

    pub(super) fn fault(&mut self, place: usize) {
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

    pub(super) fn failover(&mut self, place: usize) {
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

    pub(super) fn fail_line(&mut self, place: usize) {
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

    pub(super) fn record(&mut self, place: usize) {
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
    pub(super) fn some_record(&mut self, place: usize, wanted: &[RecordState]) -> Option<usize> {
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

    pub(super) fn challenge(&mut self, place: usize) {
        let Some(seq) = self.some_record(place, &[RecordState::Accepted]) else {
            return;
        };
        let challenge = self.stage.challenge_ix(u32::try_from(seq).expect("few"));
        let predicted = self.model.challenge(place, seq);
        self.by_renter("challenge", challenge, predicted);
    }

    pub(super) fn rule(&mut self, place: usize) {
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

    pub(super) fn earn(&mut self, place: usize) {
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

    pub(super) fn pull_pay_due(&mut self, place: usize) {
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

    pub(super) fn pull_refund(&mut self, place: usize) {
        let predicted = self.model.pull_refund(place);
        self.crank("pull_refund", self.stage.refund_ix(), predicted);
    }

    pub(super) fn settle(&mut self, place: usize) {
        self.stage.open_epoch();
        let predicted = self.model.settle(place);
        self.crank("settle", self.stage.settle_ix(), predicted);
    }

    pub(super) fn close(&mut self, place: usize) {
        let close = self.stage.close_ix();
        let predicted = self.model.close_booking(place);
        self.crank("close", close, predicted);
    }
}
