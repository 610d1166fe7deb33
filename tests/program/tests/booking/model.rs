//! Reference ledger of bookings in plain integers, written from the rules and not from the program:
//! it predicts the outcome of every operation, errors included.

use booking::error::BookingError as E;
use ion_economics::units::DAY;

/// The token program's error for a transfer from or to a frozen account.
pub const FROZEN: u32 = 17;
/// Flag: the lines end together when one fails.
pub const GANG: u8 = 1;
/// Flag: a failed line may be replaced.
pub const FAILOVER: u8 = 2;

const MINUTE: i64 = 60;
const DAY_MINUTES: u64 = 1_440;
const UNPAID: i64 = 1_200;
const LOCK: i64 = 120;
const START: i64 = 1_800;
const FINAL_RECORD: i64 = 7 * DAY;
const CHALLENGE: i64 = DAY;
const RULING: i64 = 7 * DAY;
const PAY_DUE: i64 = 30 * DAY;
const REPORT: i64 = 7 * DAY;
const GRACE: i64 = 600;
const CREDIT: u64 = 60;
const FIRST_HOUR: u64 = 60;
const MAX_FAILOVERS: usize = 3;
const MAX_LINES: usize = 8;
const MAX_LOST: u8 = 2;

/// Outcome of an operation: done, or the error code.
pub type Outcome = Result<(), u32>;

fn refuse<T>(error: E) -> Result<T, u32> {
    Err(u32::from(error))
}

fn floor(a: u64, b: u64, d: u64) -> u64 {
    u64::try_from(u128::from(a) * u128::from(b) / u128::from(d)).expect("fits")
}

fn ceil(a: u64, b: u64, d: u64) -> u64 {
    u64::try_from((u128::from(a) * u128::from(b)).div_ceil(u128::from(d))).expect("fits")
}

/// Minutes of a span, a started one counted whole.
fn started_minutes(from: i64, to: i64) -> u64 {
    u64::try_from((to - from).max(0))
        .expect("not negative")
        .div_ceil(60)
}

/// State of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing or a part is paid.
    Unpaid { part: bool },
    /// Paid in full.
    Funded,
    /// Locked.
    Paid,
    /// Started.
    Running,
    /// Ended, no final record.
    Closing,
    /// Billed.
    Settling,
    /// Fees deposited.
    Settled,
    /// Ended before its start after it was locked.
    Cancelled,
    /// Ended before it was locked.
    Expired,
}

/// State of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// Not locked.
    Reserved,
    /// Locked.
    Hired,
    /// Its device failed.
    Failing,
    /// A replacement took over.
    Replaced,
    /// Nobody did.
    Failed,
    /// The booking ended.
    Ended,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Number of its device.
    pub device: usize,
    /// State.
    pub state: LineState,
    /// When it started.
    pub start: i64,
    /// Purchases: minutes and amount.
    pub bought: Vec<(u64, u64)>,
    /// Reservation fee.
    pub reservation: u64,
    /// Minutes of accepted records.
    pub recorded: u64,
    /// Time, served and kept minutes of its fault.
    pub fault: (i64, u64, u64),
    /// Billed by records.
    pub billed: u64,
    /// Billed for the fee vault.
    pub vault: u64,
    /// Given back.
    pub refunded: u64,
    /// Handed to a replacement.
    pub moved: u64,
    /// Gross pay.
    pub earned: u64,
    /// Supplier fees of it.
    pub fee: u64,
    /// Undelivered pay.
    pub pay_due: u64,
    /// Cuts of rulings.
    pub cut: u64,
    /// Whether it replaces another.
    pub is_replacement: bool,
}

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
    fn last(&self, minutes: u64) -> u64 {
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

    fn share(&self, part: u64) -> u64 {
        floor(self.reservation, part, self.compute())
    }

    fn is_faulty(&self) -> bool {
        matches!(
            self.state,
            LineState::Failing | LineState::Replaced | LineState::Failed
        )
    }

    /// Divides the price at a fault; returns what goes to the payer.
    fn close_fault(&mut self) -> u64 {
        let (_, served, kept) = self.fault;
        let billed = self.price(kept.max(served.saturating_sub(CREDIT)));
        self.vault = billed - self.price(kept);
        self.refunded = self.compute() - billed - self.moved;
        self.refunded + self.share(self.refunded)
    }
}

/// One line of a record.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Minutes before it.
    pub from: u64,
    /// Minutes it adds.
    pub minutes: u64,
    /// Billed by it.
    pub billed: u64,
    /// Cut out of it.
    pub cut: u64,
    /// Whether nothing is left to pay.
    pub is_done: bool,
}

/// State of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordState {
    /// Can be challenged.
    Accepted,
    /// Waits for a ruling.
    Challenged,
    /// Stands.
    Final,
}

/// One record.
#[derive(Clone, Debug)]
pub struct Record {
    /// State.
    pub state: RecordState,
    /// Last moment to challenge.
    pub challenge_until: i64,
    /// Last moment to rule.
    pub ruling_until: i64,
    /// Lines.
    pub lines: Vec<Entry>,
}

impl Record {
    fn is_done(&self) -> bool {
        self.lines.iter().all(|entry| entry.is_done)
    }
}

/// Two bookings of one cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Number of the group.
    pub number: u64,
    /// Places of its bookings.
    pub places: [usize; 2],
}

/// One booking.
#[derive(Clone, Debug)]
pub struct Booking {
    /// The cluster it is a part of.
    pub group: Option<Group>,
    /// Paid in IO.
    pub io: bool,
    /// Flags.
    pub flags: u8,
    /// State.
    pub state: State,
    /// A device was not available.
    pub lock_failed: bool,
    /// Lines.
    pub lines: Vec<Line>,
    /// Price.
    pub total: u64,
    /// Paid.
    pub paid: u64,
    /// Payment fee.
    pub payment: u64,
    /// Fees that stay.
    pub kept: u64,
    /// Deposited by settling, supplier fees apart.
    pub deposited: u64,
    /// Supplier fees that wait for it.
    pub fees_due: u64,
    /// To be pulled by the payer.
    pub refund: u64,
    /// Pulled by it.
    pub pulled: u64,
    /// Booked at.
    pub booked_at: i64,
    /// Deadline of the state.
    pub deadline: i64,
    /// Start.
    pub started_at: i64,
    /// End.
    pub ends_at: i64,
    /// Number of the line whose fault ends all.
    pub head: usize,
    /// Replacements.
    pub failovers: usize,
    /// Such a fault ended it.
    pub fault_ended: bool,
    /// Records.
    pub records: Vec<Record>,
    /// Lost challenges.
    pub lost: u8,
    /// When the last report was attested.
    pub reported_at: i64,
    /// Accepted fault reports.
    pub faults: u64,
    /// Moved out of failed lines.
    pub moved_out: u64,
    /// Moved into replacements.
    pub moved_in: u64,
}

impl Booking {
    fn supplier_bps(&self) -> u64 {
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

    fn run(&self) -> u64 {
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

    fn ends_all(&self, line: usize) -> bool {
        self.flags & GANG != 0 || line == self.head
    }

    fn fail(&mut self, line: usize) {
        self.lines[line].state = LineState::Failed;
        self.refund += self.lines[line].close_fault();
        self.fault_ended |= self.ends_all(line);
    }

    fn end_lines(&mut self) -> Vec<usize> {
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

    fn refund_all(&mut self) {
        for line in &mut self.lines {
            line.refunded = line.compute();
        }
        (self.refund, self.kept) = (self.paid, 0);
    }

    fn keep_fees(&mut self, is_unreported: bool) {
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

    fn minutes_left(&self, line: usize, now: i64) -> u64 {
        u64::try_from((self.lines[line].end() - now).max(0) / MINUTE).expect("not negative")
    }

    /// Whether a faulty line can be replaced, its grace apart.
    pub fn is_replaceable(&self, line: usize, now: i64) -> bool {
        self.flags & FAILOVER != 0
            && self.failovers < MAX_FAILOVERS
            && self.lines.len() < MAX_LINES
            && self.minutes_left(line, now) > 0
    }

    fn open_records(&self) -> usize {
        self.records
            .iter()
            .filter(|record| !record.is_done())
            .count()
    }
}

/// A device.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// Up.
    pub up: bool,
    /// The booking that holds it.
    pub held: Option<usize>,
}

/// Balances in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purses {
    /// The payer's.
    pub payer: u64,
    /// The suppliers'.
    pub payout: u64,
    /// The fee vault.
    pub vault: u64,
}

/// All bookings, devices and wallets.
#[derive(Clone, Debug)]
pub struct Model {
    /// Places of bookings.
    pub bookings: Vec<Option<Booking>>,
    /// Devices.
    pub devices: Vec<Device>,
    /// USDC and IO.
    pub purses: [Purses; 2],
    /// The payer's accounts are frozen.
    pub payer_frozen: bool,
    /// The suppliers' accounts are frozen.
    pub payout_frozen: bool,
    /// The chain's time.
    pub now: i64,
}

impl Model {
    /// A booking at a place.
    pub fn at(&self, place: usize) -> &Booking {
        self.bookings[place].as_ref().expect("a booking")
    }

    fn at_mut(&mut self, place: usize) -> &mut Booking {
        self.bookings[place].as_mut().expect("a booking")
    }

    fn free(&mut self, devices: &[usize]) {
        for device in devices {
            self.devices[*device].held = None;
        }
    }

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
    fn begin(&mut self, place: usize) -> Outcome {
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

    fn close(&mut self, place: usize, end: i64) {
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

    fn bill_unreported(&mut self, place: usize) {
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

    /// What holds after every operation (economics §14, I11, I12, I20).
    pub fn check(&self, place: usize) {
        let Some(booking) = &self.bookings[place] else {
            return;
        };
        let is_billed = matches!(
            booking.state,
            State::Settling | State::Settled | State::Cancelled | State::Expired
        );
        let mut due = booking.refund;
        for line in &booking.lines {
            let divided = line.billed + line.vault + line.refunded + line.moved;
            assert!(divided <= line.compute());
            assert!(!is_billed || divided == line.compute());
            assert!(line.earned + line.cut <= line.billed);
            assert!(line.recorded <= line.hired());
            due += line.pay_due;
        }
        assert_eq!(booking.moved_out, booking.moved_in);
        assert!(due <= booking.escrow());
        assert!(booking.state != State::Settled || due == booking.escrow());
    }
}
