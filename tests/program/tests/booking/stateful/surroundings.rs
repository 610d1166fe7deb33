//! What happens around the bookings: time, frozen accounts, devices; and the end of a history.

use super::*;

impl Run {
    pub(super) fn set_frozen(&mut self, payer: bool, frozen: bool) {
        let wallet = if payer {
            self.model.payer_frozen = frozen;
            self.stage.payer.pubkey()
        } else {
            self.model.payout_frozen = frozen;
            self.stage.payout.pubkey()
        };
        for io in [false, true] {
            self.stage.currency = currency(io);
            let purse = self.stage.purse(&wallet);
            let mut account = self.stage.world.raw(&purse);
            account.data[108] = 1 + u8::from(frozen);
            self.stage.world.put(&purse, account);
        }
    }

    pub(super) fn set_up(&mut self, device: usize, up: bool) {
        self.model.devices[device].up = up;
        let key = self.stage.devices[device];
        edit::<Device>(&self.stage.world, &key, |account| {
            account.status = if up { 1 } else { 2 };
        });
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.stage.world.warp(seconds);
        self.model.now = self.stage.world.now();
    }

    /// Time passes: slowly while something waits to be paid, locked, started or replaced.
    pub(super) fn pass_some(&mut self) {
        let is_urgent = |booking: &Booking| {
            matches!(
                booking.state,
                State::Unpaid { .. } | State::Funded | State::Paid
            ) || booking
                .lines
                .iter()
                .any(|line| line.state == LineState::Failing)
        };
        let urgent = self.model.bookings.iter().flatten().any(is_urgent);
        let steps: &[i64] = if urgent && self.rng.gen_bool(0.97) {
            &[1, 7, 30, 60]
        } else {
            &[59, 600, HOUR, 6 * HOUR, DAY, DAY, 3 * DAY]
        };
        let seconds = *steps.choose(&mut self.rng).expect("not empty");
        self.pass(seconds);
    }

    /// To the next 24 h boundary of a running booking: records and endings in its very second.
    pub(super) fn pass_to_boundary(&mut self, place: usize) {
        let booking = self.model.at(place);
        if booking.state == State::Running {
            let ran = self.model.now - booking.started_at;
            self.pass((ran / DAY + 1) * DAY - ran);
        }
    }

    /// Verifiers, scheduler, arbiter and renter fall silent: cranks and time alone bring every
    /// booking to its closing, and every unit out.
    pub(super) fn drain(&mut self) {
        self.trace = "draining".to_owned();
        self.set_frozen(true, false);
        self.set_frozen(false, false);
        for round in 0..3 {
            self.pass(40 * DAY);
            for place in 0..PLACES {
                if self.model.bookings[place].is_none() {
                    continue;
                }
                self.look_at(place);
                self.trace = format!("draining place {place}, round {round}");
                match self.model.at(place).state {
                    State::Unpaid { .. } | State::Funded => self.ending("expire", place),
                    State::Paid => self.ending("cancel_unstarted", place),
                    State::Running | State::Closing => self.ending("end", place),
                    State::Settling | State::Settled | State::Cancelled | State::Expired => {}
                }
                self.compare(place);
            }
        }
        for place in 0..PLACES {
            if self.model.bookings[place].is_none() {
                continue;
            }
            self.look_at(place);
            self.trace = format!("emptying place {place}");
            self.stage.open_epoch();
            for seq in 0..self.model.at(place).records.len() {
                for line in 0..self.model.at(place).records[seq].lines.len() {
                    if !self.model.at(place).records[seq].lines[line].is_done {
                        let earn = self.stage.earn_line_ix(
                            u32::try_from(seq).expect("few"),
                            u8::try_from(line).expect("few"),
                        );
                        let predicted = self.model.earn(place, seq, line);
                        self.crank("earn", earn, predicted);
                    }
                }
            }
            if self.model.at(place).refund > 0 {
                self.pull_refund(place);
            }
            if self.model.at(place).state != State::Settled {
                self.settle(place);
            }
            while self
                .model
                .at(place)
                .lines
                .iter()
                .any(|line| line.pay_due > 0)
            {
                self.pull_pay_due(place);
            }
            self.close(place);
            assert!(self.model.bookings[place].is_none(), "{}", self.trace);
        }
        self.compare_all();
    }
}
