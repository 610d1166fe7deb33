//! Work records, their disputes, and what is paid by them.

use super::*;

impl Model {
    /// `apply_work_leaf` of the next record.
    pub fn record(&mut self, place: usize, is_final: bool, served: &[u64]) -> Outcome {
        let (now, booking) = (self.now, self.at(place));
        let (is_over, next) = (booking.state != State::Running, booking.records.len());
        if is_final {
            if !is_over {
                return refuse(E::RecordEarly);
            }
            if next < booking.boundaries() {
                return refuse(E::WrongRecordKind);
            }
            if booking.state != State::Closing {
                return refuse(E::WrongState);
            }
        } else {
            if next >= booking.boundaries() {
                return refuse(E::WrongRecordKind);
            }
            if now < booking.cut_of(false) {
                return refuse(E::RecordEarly);
            }
            if !matches!(booking.state, State::Running | State::Closing) {
                return refuse(E::WrongState);
            }
        }
        let cut = booking.cut_of(is_final);
        let mut changed = booking.clone();
        let mut lines = Vec::new();
        for (line, served) in changed.lines.iter_mut().zip(served) {
            let elapsed = started_minutes(line.start, cut);
            let counted = match (line.is_faulty(), is_final) {
                (false, _) => *served,
                (true, true) => line.fault.2,
                (true, false) => (*served).min(line.fault.2).max(line.recorded),
            };
            if !line.is_faulty() && counted > elapsed {
                return refuse(E::MinutesAboveHired);
            }
            if counted < line.recorded {
                return refuse(E::MinutesFell);
            }
            if counted > line.hired() {
                return refuse(E::MinutesAboveHired);
            }
            let (mut through, mut back) = (counted, 0);
            if is_final && !line.is_faulty() {
                if !changed.fault_ended && !line.is_replacement {
                    let degraded = (elapsed - counted).min(FIRST_HOUR);
                    let first = FIRST_HOUR.min(line.hired()).saturating_sub(degraded);
                    through = through.max(first);
                }
                line.refunded = line.compute() - line.price(through);
                back = line.refunded;
                if changed.fault_ended {
                    back += line.share(line.refunded);
                }
            }
            let billed = line.price(through) - line.billed;
            lines.push(Entry {
                from: line.recorded,
                minutes: counted - line.recorded,
                billed,
                cut: 0,
                is_done: billed == 0,
            });
            line.billed += billed;
            line.recorded = counted;
            changed.refund += back;
        }
        changed.records.push(Record {
            state: RecordState::Accepted,
            challenge_until: now + CHALLENGE,
            ruling_until: 0,
            lines,
        });
        changed.reported_at = changed.reported_at.max(now);
        if is_final {
            changed.keep_fees(false);
            changed.state = State::Settling;
        }
        self.bookings[place] = Some(changed);
        Ok(())
    }

    /// `challenge`.
    pub fn challenge(&mut self, place: usize, seq: usize) -> Outcome {
        let now = self.now;
        let booking = self.at_mut(place);
        let lost = booking.lost;
        let record = &mut booking.records[seq];
        if record.is_done() {
            return refuse(E::AlreadyEarned);
        }
        if record.state != RecordState::Accepted {
            return refuse(E::WrongState);
        }
        if now > record.challenge_until {
            return refuse(E::DeadlinePassed);
        }
        if lost >= MAX_LOST {
            return refuse(E::TooManyLostChallenges);
        }
        record.state = RecordState::Challenged;
        record.ruling_until = now + RULING;
        Ok(())
    }

    /// `rule_record` to these minutes per line.
    pub fn rule(&mut self, place: usize, seq: usize, ruled: &[u64]) -> Outcome {
        let now = self.now;
        let booking = self.at_mut(place);
        let record = &mut booking.records[seq];
        if record.state != RecordState::Challenged {
            return refuse(E::WrongState);
        }
        if now > record.ruling_until {
            return refuse(E::DeadlinePassed);
        }
        if record
            .lines
            .iter()
            .zip(ruled)
            .any(|(entry, ruled)| *ruled > entry.minutes)
        {
            return refuse(E::RulingAddsMinutes);
        }
        let mut sum = 0;
        for ((entry, line), ruled) in record.lines.iter_mut().zip(&mut booking.lines).zip(ruled) {
            let cut = line.price(entry.from + entry.minutes) - line.price(entry.from + ruled);
            entry.cut = cut.min(entry.billed);
            line.cut += entry.cut;
            sum += entry.cut;
            entry.is_done |= entry.cut == entry.billed;
        }
        record.state = RecordState::Final;
        booking.refund += sum;
        booking.lost += u8::from(sum == 0);
        Ok(())
    }

    /// `earn` to the payout wallet's associated account.
    pub fn earn(&mut self, place: usize, seq: usize, number: usize) -> Outcome {
        let (now, frozen) = (self.now, self.payout_frozen);
        let booking = self.at_mut(place);
        let bps = booking.supplier_bps();
        let record = &mut booking.records[seq];
        if record.lines.get(number).is_some_and(|entry| entry.is_done) {
            return refuse(E::AlreadyEarned);
        }
        match record.state {
            RecordState::Accepted if now <= record.challenge_until => {
                return refuse(E::ChallengeOpen);
            }
            RecordState::Challenged if now <= record.ruling_until => return refuse(E::RulingOpen),
            RecordState::Accepted | RecordState::Challenged | RecordState::Final => {}
        }
        let until = record.challenge_until.max(record.ruling_until) + PAY_DUE;
        let Some(entry) = record.lines.get_mut(number) else {
            return refuse(E::UnknownLine);
        };
        if frozen && now <= until {
            return refuse(E::PayUndeliverable);
        }
        entry.is_done = true;
        let gross = entry.billed - entry.cut;
        record.state = RecordState::Final;
        let line = &mut booking.lines[number];
        let fee = ceil(line.earned + gross, bps, 10_000) - line.fee;
        line.earned += gross;
        line.fee += fee;
        if frozen {
            line.pay_due += gross - fee;
        }
        let purse =
            &mut self.purses[usize::from(self.bookings[place].as_ref().is_some_and(|b| b.io))];
        purse.vault += fee;
        if !frozen {
            purse.payout += gross - fee;
        }
        Ok(())
    }

    /// `pull_refund` to the payer's associated account.
    pub fn pull_refund(&mut self, place: usize) -> Outcome {
        let frozen = self.payer_frozen;
        let booking = self.at_mut(place);
        if booking.refund == 0 {
            return refuse(E::NothingToPull);
        }
        if frozen {
            return Err(FROZEN);
        }
        let (amount, io) = (booking.refund, usize::from(booking.io));
        booking.pulled += amount;
        booking.refund = 0;
        self.purses[io].payer += amount;
        Ok(())
    }

    /// `pull_pay_due` to the payout wallet's associated account.
    pub fn pull_pay_due(&mut self, place: usize, line: usize) -> Outcome {
        let frozen = self.payout_frozen;
        let booking = self.at_mut(place);
        let amount = booking.lines[line].pay_due;
        if amount == 0 {
            return refuse(E::NothingToPull);
        }
        if frozen {
            return Err(FROZEN);
        }
        booking.lines[line].pay_due = 0;
        let io = usize::from(booking.io);
        self.purses[io].payout += amount;
        Ok(())
    }

    /// `settle`.
    pub fn settle(&mut self, place: usize) -> Outcome {
        let booking = self.at_mut(place);
        match booking.state {
            State::Settling if booking.open_records() > 0 => return refuse(E::PayOpen),
            State::Settling | State::Cancelled | State::Expired => {}
            _ => return refuse(E::WrongState),
        }
        booking.state = State::Settled;
        booking.deposited = booking.kept + booking.lines.iter().map(|line| line.vault).sum::<u64>();
        let amount = booking.deposited + booking.fees_due;
        booking.fees_due = 0;
        let io = usize::from(booking.io);
        self.purses[io].vault += amount;
        Ok(())
    }

    /// `close`.
    pub fn close_booking(&mut self, place: usize) -> Outcome {
        let (now, booking) = (self.now, self.at(place));
        if booking.state != State::Settled {
            return refuse(E::WrongState);
        }
        if booking.escrow() != 0 {
            return refuse(E::BalancesOpen);
        }
        if now < booking.booked_at + 121
            || (booking.reported_at != 0 && now <= booking.reported_at + REPORT)
        {
            return refuse(E::CloseEarly);
        }
        self.bookings[place] = None;
        Ok(())
    }
}
