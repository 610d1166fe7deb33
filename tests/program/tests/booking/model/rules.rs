//! What a line and a booking come to: price, shares, cuts, fees.

use super::*;

impl Line {
    /// A booked line.
    pub fn new(device: usize, minutes: u64, compute: u64, reservation: u64) -> Self {
        Self {
            device,
            state: LineState::Reserved,
            start: 0,
            bought: vec![(minutes, compute)],
            reservation,
            recorded: 0,
            fault: (0, 0, 0),
            billed: 0,
            vault: 0,
            refunded: 0,
            moved: 0,
            earned: 0,
            fee: 0,
            pay_due: 0,
            cut: 0,
            is_replacement: false,
        }
    }

    /// Minutes bought.
    pub fn hired(&self) -> u64 {
        self.bought.iter().map(|(minutes, _)| minutes).sum()
    }

    /// Price of them.
    pub fn compute(&self) -> u64 {
        self.bought.iter().map(|(_, amount)| amount).sum()
    }

    /// Price of the last minutes.
    pub(super) fn last(&self, minutes: u64) -> u64 {
        let mut left = minutes;
        let mut sum = 0;
        for (bought, amount) in self.bought.iter().rev() {
            let taken = left.min(*bought);
            sum += floor(*amount, taken, *bought);
            left -= taken;
        }
        sum
    }

    /// Price of the first minutes.
    pub fn price(&self, minutes: u64) -> u64 {
        self.compute() - self.last(self.hired() - minutes)
    }

    /// Booked end.
    pub fn end(&self) -> i64 {
        self.start + i64::try_from(self.hired()).expect("fits") * MINUTE
    }

    pub(super) fn share(&self, part: u64) -> u64 {
        floor(self.reservation, part, self.compute())
    }

    pub(super) fn is_faulty(&self) -> bool {
        matches!(
            self.state,
            LineState::Failing | LineState::Replaced | LineState::Failed
        )
    }

    /// Divides the price at a fault; returns what goes to the payer.
    pub(super) fn close_fault(&mut self) -> u64 {
        let (_, served, kept) = self.fault;
        let billed = self.price(kept.max(served.saturating_sub(CREDIT)));
        self.vault = billed - self.price(kept);
        self.refunded = self.compute() - billed - self.moved;
        self.refunded + self.share(self.refunded)
    }
}

impl Booking {
    pub(super) fn supplier_bps(&self) -> u64 {
        if self.io { 25 } else { 225 }
    }

    /// What the escrow holds.
    pub fn escrow(&self) -> u64 {
        let gone: u64 = self
            .lines
            .iter()
            .map(|line| line.earned - line.pay_due)
            .sum();
        self.paid + self.fees_due - self.pulled - gone - self.deposited
    }

    /// Devices of the hired lines.
    pub fn hired(&self) -> Vec<usize> {
        self.lines
            .iter()
            .filter(|line| line.state == LineState::Hired)
            .map(|line| line.device)
            .collect()
    }

    pub(super) fn run(&self) -> u64 {
        started_minutes(self.started_at, self.ends_at)
    }

    /// Boundary records before the end.
    pub fn boundaries(&self) -> usize {
        usize::try_from((self.run().max(1) - 1) / DAY_MINUTES).expect("fits")
    }

    /// Time up to which the next record counts.
    pub fn cut_of(&self, is_final: bool) -> i64 {
        if is_final {
            return self.ends_at;
        }
        self.started_at + (i64::try_from(self.records.len()).expect("fits") + 1) * DAY
    }

    pub(super) fn ends_all(&self, line: usize) -> bool {
        self.flags & GANG != 0 || line == self.head
    }

    pub(super) fn fail(&mut self, line: usize) {
        self.lines[line].state = LineState::Failed;
        self.refund += self.lines[line].close_fault();
        self.fault_ended |= self.ends_all(line);
    }

    pub(super) fn end_lines(&mut self) -> Vec<usize> {
        let freed = self.hired();
        for line in 0..self.lines.len() {
            match self.lines[line].state {
                LineState::Hired => self.lines[line].state = LineState::Ended,
                LineState::Failing => self.fail(line),
                LineState::Reserved
                | LineState::Replaced
                | LineState::Failed
                | LineState::Ended => {}
            }
        }
        freed
    }

    pub(super) fn refund_all(&mut self) {
        for line in &mut self.lines {
            line.refunded = line.compute();
        }
        (self.refund, self.kept) = (self.paid, 0);
    }

    pub(super) fn keep_fees(&mut self, is_unreported: bool) {
        let back = is_unreported || self.fault_ended;
        self.kept = self.payment
            + self
                .lines
                .iter()
                .map(|line| {
                    let gone = line.share(line.moved);
                    let given = if back || line.is_faulty() {
                        line.share(line.refunded)
                    } else {
                        0
                    };
                    line.reservation - gone - given
                })
                .sum::<u64>();
    }

    pub(super) fn minutes_left(&self, line: usize, now: i64) -> u64 {
        u64::try_from((self.lines[line].end() - now).max(0) / MINUTE).expect("not negative")
    }

    /// Whether a faulty line can be replaced, its grace apart.
    pub fn is_replaceable(&self, line: usize, now: i64) -> bool {
        self.flags & FAILOVER != 0
            && self.failovers < MAX_FAILOVERS
            && self.lines.len() < MAX_LINES
            && self.minutes_left(line, now) > 0
    }

    pub(super) fn open_records(&self) -> usize {
        self.records
            .iter()
            .filter(|record| !record.is_done())
            .count()
    }
}
