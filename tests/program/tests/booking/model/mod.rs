//! Reference ledger of bookings in plain integers, written from the rules and not from the program:
//! it predicts the outcome of every operation, errors included.

mod faults;
mod hire;
mod records;
mod rules;

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
