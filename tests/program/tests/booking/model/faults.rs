//! Faults of a running booking and their replacements.

use super::*;

impl Model {
    /// `report_fault` of an attested report.
    pub fn fault(&mut self, place: usize, line: usize, at: i64, served: u64, kept: u64) -> Outcome {
        let now = self.now;
        let booking = self.at_mut(place);
        if booking.state != State::Running {
            return refuse(E::WrongState);
        }
        let start = booking.started_at;
        let fault = &mut booking.lines[line];
        if fault.state != LineState::Hired {
            return refuse(E::WrongState);
        }
        if at < fault.start || at >= fault.end() || at > now {
            return refuse(E::FaultTime);
        }
        if kept < fault.recorded || served < kept {
            return refuse(E::MinutesFell);
        }
        let boundary = started_minutes(fault.start, start + (at - start) / DAY * DAY);
        let elapsed = started_minutes(fault.start, at);
        if served > elapsed.min(fault.hired()) || kept > boundary.max(fault.recorded) {
            return refuse(E::MinutesAboveHired);
        }
        fault.state = LineState::Failing;
        fault.fault = (at, served, kept);
        let device = fault.device;
        booking.faults += 1;
        self.free(&[device]);
        Ok(())
    }

    /// `failover`.
    pub fn failover(&mut self, place: usize, line: usize, device: usize) -> Outcome {
        let (now, booking) = (self.now, self.at(place));
        if booking.lines.iter().any(|line| line.device == device) {
            return refuse(E::DuplicateDevice);
        }
        let free = self.devices[device];
        if !free.up || free.held.is_some() {
            return refuse(E::ReplacementUnavailable);
        }
        if booking.state != State::Running {
            return refuse(E::WrongState);
        }
        if !booking.is_replaceable(line, now) {
            return refuse(E::NotReplaceable);
        }
        if booking.lines[line].state != LineState::Failing {
            return refuse(E::WrongState);
        }
        if now > booking.lines[line].fault.0 + GRACE {
            return refuse(E::DeadlinePassed);
        }
        let minutes = booking.minutes_left(line, now);
        let booking = self.at_mut(place);
        let old = &mut booking.lines[line];
        old.state = LineState::Replaced;
        old.moved = old.last(minutes);
        let (moved, reservation) = (old.moved, old.share(old.moved));
        let back = old.close_fault();
        let mut new = Line::new(device, minutes, moved, reservation);
        new.state = LineState::Hired;
        new.start = now;
        new.is_replacement = true;
        booking.refund += back;
        booking.moved_out += moved;
        booking.moved_in += moved;
        if booking.head == line {
            booking.head = booking.lines.len();
        }
        booking.lines.push(new);
        booking.failovers += 1;
        self.devices[device].held = Some(place);
        Ok(())
    }

    /// Whether the booking would end with the fault of this line.
    pub fn would_end(&self, place: usize, line: usize) -> bool {
        let booking = self.at(place);
        let goes_on = |(at, other): (usize, &Line)| {
            at != line && matches!(other.state, LineState::Hired | LineState::Failing)
        };
        booking.ends_all(line) || !booking.lines.iter().enumerate().any(goes_on)
    }

    /// `fail_line`.
    pub fn fail_line(&mut self, place: usize, line: usize) -> Outcome {
        let (now, booking) = (self.now, self.at(place));
        if booking.lines[line].state != LineState::Failing {
            return refuse(E::WrongState);
        }
        if booking.is_replaceable(line, now) && now <= booking.lines[line].fault.0 + GRACE {
            return refuse(E::DeadlineNotPassed);
        }
        let is_over = self.would_end(place, line);
        let booking = self.at_mut(place);
        booking.fail(line);
        if is_over {
            let end = now.min(booking.ends_at);
            self.close(place, end);
        }
        Ok(())
    }
}
