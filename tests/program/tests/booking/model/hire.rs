//! From the booking to its end: payment, lock, start, extension, endings.

use super::*;

impl Model {
    /// `create_quote` and `book`; lines as quoted.
    pub fn book(&mut self, place: usize, io: bool, flags: u8, payment: u64, lines: Vec<Line>) {
        let price = |line: &Line| line.compute() + line.reservation;
        let total = lines.iter().map(price).sum::<u64>() + payment;
        self.bookings[place] = Some(Booking {
            group: None,
            io,
            flags,
            state: State::Unpaid { part: false },
            lock_failed: false,
            lines,
            total,
            paid: 0,
            payment,
            kept: 0,
            deposited: 0,
            fees_due: 0,
            refund: 0,
            pulled: 0,
            booked_at: self.now,
            deadline: self.now + UNPAID,
            started_at: 0,
            ends_at: 0,
            head: 0,
            failovers: 0,
            fault_ended: false,
            records: Vec::new(),
            lost: 0,
            reported_at: 0,
            faults: 0,
            moved_out: 0,
            moved_in: 0,
        });
    }

    /// The booking at a place is a part of a cluster.
    pub fn join(&mut self, place: usize, group: Option<Group>) {
        self.at_mut(place).group = group;
    }

    /// `pay`.
    pub fn pay(&mut self, place: usize, amount: u64) -> Outcome {
        let (now, frozen) = (self.now, self.payer_frozen);
        let booking = self.at_mut(place);
        if amount == 0 {
            return refuse(E::ZeroAmount);
        }
        if !matches!(booking.state, State::Unpaid { .. }) {
            return refuse(E::WrongState);
        }
        if now > booking.deadline {
            return refuse(E::DeadlinePassed);
        }
        if frozen {
            return Err(FROZEN);
        }
        let taken = amount.min(booking.total - booking.paid);
        booking.paid += taken;
        booking.state = State::Unpaid { part: true };
        if booking.paid == booking.total {
            booking.state = State::Funded;
            booking.deadline = now + LOCK;
        }
        let io = usize::from(booking.io);
        self.purses[io].payer -= taken;
        Ok(())
    }

    /// `lock_lines` of all lines.
    pub fn lock(&mut self, place: usize) -> Outcome {
        let (now, booking) = (self.now, self.at(place));
        if booking
            .lines
            .iter()
            .any(|line| line.state != LineState::Reserved)
        {
            return refuse(E::LineNotReserved);
        }
        let is_free = |device: &Device| device.up && device.held.is_none();
        let all = booking
            .lines
            .iter()
            .all(|line| is_free(&self.devices[line.device]));
        if booking.state != State::Funded {
            return refuse(E::WrongState);
        }
        if booking.lock_failed {
            return refuse(E::LockFailed);
        }
        if now > booking.deadline {
            return refuse(E::DeadlinePassed);
        }
        let booking = self.at_mut(place);
        if !all {
            booking.lock_failed = true;
            return Ok(());
        }
        let mut devices = Vec::new();
        for line in &mut booking.lines {
            line.state = LineState::Hired;
            devices.push(line.device);
        }
        booking.state = State::Paid;
        booking.deadline = now + START;
        for device in devices {
            self.devices[device].held = Some(place);
        }
        Ok(())
    }

    /// `start`.
    pub fn start(&mut self, place: usize) -> Outcome {
        if self.at(place).group.is_some() {
            return refuse(E::WrongGroup);
        }
        self.begin(place)
    }

    /// `start_group` of the bookings at these places: all of them or none.
    pub fn start_group(&mut self, places: &[usize]) -> Outcome {
        let mut after = self.clone();
        for (at, place) in places.iter().enumerate() {
            let is_again = places[..at].contains(place);
            let is_whole = after.at(*place).group.is_some() && places.len() == 2;
            if is_again || !is_whole {
                return refuse(E::WrongGroup);
            }
            after.begin(*place)?;
        }
        *self = after;
        Ok(())
    }

    /// The minutes of a booking begin.
    pub(super) fn begin(&mut self, place: usize) -> Outcome {
        let now = self.now;
        let booking = self.at_mut(place);
        if booking.state != State::Paid {
            return refuse(E::WrongState);
        }
        if now > booking.deadline {
            return refuse(E::DeadlinePassed);
        }
        for line in &mut booking.lines {
            line.start = now;
        }
        booking.state = State::Running;
        booking.started_at = now;
        booking.ends_at = booking.lines[0].end();
        booking.deadline = booking.ends_at;
        Ok(())
    }

    /// `cancel`.
    pub fn cancel(&mut self, place: usize) -> Outcome {
        let now = self.now;
        let booking = self.at_mut(place);
        match booking.state {
            State::Unpaid { .. } | State::Funded => {
                booking.state = State::Expired;
                booking.refund_all();
            }
            State::Paid => {
                booking.state = State::Cancelled;
                booking.refund_all();
                if now <= booking.deadline {
                    booking.kept = booking.lines.iter().map(|line| line.reservation).sum();
                    booking.refund -= booking.kept;
                }
            }
            _ => return refuse(E::WrongState),
        }
        let freed = booking.end_lines();
        self.free(&freed);
        Ok(())
    }

    /// `expire`.
    pub fn expire(&mut self, place: usize) -> Outcome {
        let now = self.now;
        let booking = self.at_mut(place);
        let is_due = match booking.state {
            State::Unpaid { .. } => now > booking.deadline,
            State::Funded => booking.lock_failed || now > booking.deadline,
            _ => return refuse(E::WrongState),
        };
        if !is_due {
            return refuse(E::DeadlineNotPassed);
        }
        booking.state = State::Expired;
        booking.refund_all();
        let freed = booking.end_lines();
        self.free(&freed);
        Ok(())
    }

    /// `cancel_unstarted`.
    pub fn cancel_unstarted(&mut self, place: usize) -> Outcome {
        let now = self.now;
        let booking = self.at_mut(place);
        if booking.state != State::Paid {
            return refuse(E::WrongState);
        }
        if now <= booking.deadline {
            return refuse(E::DeadlineNotPassed);
        }
        booking.state = State::Cancelled;
        booking.refund_all();
        let freed = booking.end_lines();
        self.free(&freed);
        Ok(())
    }

    pub(super) fn close(&mut self, place: usize, end: i64) {
        let booking = self.at_mut(place);
        booking.state = State::Closing;
        booking.ends_at = end;
        booking.deadline = end + FINAL_RECORD;
        let freed = booking.end_lines();
        self.free(&freed);
    }

    /// `terminate`.
    pub fn terminate(&mut self, place: usize) -> Outcome {
        let (now, booking) = (self.now, self.at(place));
        if booking.state != State::Running {
            return refuse(E::WrongState);
        }
        if now >= booking.ends_at {
            return refuse(E::DeadlinePassed);
        }
        self.close(place, now);
        Ok(())
    }

    /// `end`.
    pub fn end(&mut self, place: usize) -> Outcome {
        let (now, booking) = (self.now, self.at(place));
        match booking.state {
            State::Running if now >= booking.ends_at => {
                let end = booking.ends_at;
                self.close(place, end);
                Ok(())
            }
            State::Closing if now > booking.deadline => {
                self.bill_unreported(place);
                Ok(())
            }
            State::Running | State::Closing => refuse(E::DeadlineNotPassed),
            _ => refuse(E::WrongState),
        }
    }

    pub(super) fn bill_unreported(&mut self, place: usize) {
        let booking = self.at_mut(place);
        let bps = booking.supplier_bps();
        for line in &mut booking.lines {
            if line.is_faulty() {
                let gross = line.price(line.fault.2) - line.billed;
                let fee = ceil(line.earned + gross, bps, 10_000) - line.fee;
                line.billed += gross;
                line.recorded = line.fault.2;
                line.earned += gross;
                line.fee += fee;
                line.pay_due += gross - fee;
                booking.fees_due += fee;
                continue;
            }
            line.billed = line.price(line.recorded);
            line.refunded = line.compute() - line.billed;
            booking.refund += line.refunded + line.share(line.refunded);
        }
        booking.keep_fees(true);
        booking.state = State::Settling;
    }

    /// `extend` with a fresh quote; added price and fees per hired line.
    pub fn extend(
        &mut self,
        place: usize,
        minutes: u64,
        added: &[(u64, u64)],
        payment: u64,
    ) -> Outcome {
        let now = self.now;
        if self.payer_frozen && now < self.at(place).ends_at {
            return Err(FROZEN);
        }
        let booking = self.at_mut(place);
        if now >= booking.ends_at {
            return refuse(E::DeadlinePassed);
        }
        let mut price = payment;
        let hired = booking
            .lines
            .iter_mut()
            .filter(|line| line.state == LineState::Hired);
        for (line, (compute, reservation)) in hired.zip(added) {
            line.bought.push((minutes, *compute));
            line.reservation += reservation;
            price += compute + reservation;
        }
        booking.ends_at += i64::try_from(minutes).expect("fits") * MINUTE;
        booking.deadline = booking.ends_at;
        booking.payment += payment;
        booking.total += price;
        booking.paid += price;
        let io = usize::from(booking.io);
        self.purses[io].payer -= price;
        Ok(())
    }
}
