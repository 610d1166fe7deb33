//! What has to be done for a booking now: pure, from its account and the chain's clock.

use std::collections::HashMap;

use booking::{
    constants::MAX_LOCKS_PER_CALL,
    error::BookingError,
    state::{Booking, Line},
};
use ion_chain::Benign;
use ion_client::instructions::booking::{self as instructions, QuotedDevice};
use ion_economics::booking::{BookingStatus, LineStatus};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use super::failover::{FAIL_LINE, FAILOVER};

/// Kind of the rows that make quotes.
pub const CREATE_QUOTE: &str = "create_quote";
/// Kind of the rows that make extension quotes.
pub const QUOTE_EXTENSION: &str = "quote_extension";
/// Kind of the rows that close quotes.
pub const CLOSE_QUOTE: &str = "close_quote";
/// Anchor's code for an account that does not exist any more.
const ACCOUNT_NOT_INITIALIZED: u32 = 3_012;

/// A step of a booking that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Lock these lines.
    LockLines(Vec<QuotedDevice>),
    /// Start with this operation number.
    Start(u32),
    /// End what was not paid or not locked in time; frees these devices.
    Expire(Vec<Pubkey>),
    /// End what was not started in time; frees these devices.
    CancelUnstarted(Vec<Pubkey>),
    /// End at the booked end, freeing these devices; or bill what has no final record.
    End(Vec<Pubkey>),
}

impl Step {
    /// Kind of its outbox rows.
    pub fn kind(&self) -> &'static str {
        match self {
            Step::LockLines(_) => "lock_lines",
            Step::Start(_) => "start",
            Step::Expire(_) => "expire",
            Step::CancelUnstarted(_) => "cancel_unstarted",
            Step::End(_) => "end",
        }
    }

    /// Its instruction, signed by the scheduler.
    pub fn instruction(&self, by: &Pubkey, booking: &Pubkey) -> Instruction {
        match self {
            Step::LockLines(lines) => instructions::lock_lines(by, booking, lines),
            Step::Start(op_seq) => instructions::start(by, booking, *op_seq),
            Step::Expire(hired) => instructions::expire(by, booking, hired),
            Step::CancelUnstarted(hired) => instructions::cancel_unstarted(by, booking, hired),
            Step::End(hired) => instructions::end(by, booking, hired),
        }
    }
}

/// A due step of one booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The booking.
    pub booking: Pubkey,
    /// Number of its last event: the state that the step was derived from.
    pub event_seq: u64,
    /// The step.
    pub step: Step,
}

/// Steps that are due at `now` (Unix seconds of the chain), at most one per booking, in the order of
/// `bookings`. `now` must have been read before the bookings: then no deadline is judged by a clock
/// that is ahead of the account.
pub fn due(now: i64, bookings: &[(Pubkey, Booking)]) -> Vec<Due> {
    let mut unready: HashMap<[u8; 16], bool> = HashMap::new();
    for (_, booking) in bookings
        .iter()
        .filter(|(_, booking)| booking.group != [0; 16])
    {
        *unready.entry(booking.group).or_default() |= !is_ready(booking);
    }
    bookings
        .iter()
        .filter_map(|(key, booking)| {
            let waits_for_group = unready.get(&booking.group).copied().unwrap_or(false);
            let step = step(now, booking, waits_for_group)?;
            Some(Due {
                booking: *key,
                event_seq: booking.event_seq,
                step,
            })
        })
        .collect()
}

/// Whether a member of a cluster lets the others start.
fn is_ready(booking: &Booking) -> bool {
    match BookingStatus::from_u8(booking.status) {
        Some(
            BookingStatus::Paid
            | BookingStatus::Running
            | BookingStatus::Closing
            | BookingStatus::Settling
            | BookingStatus::Settled,
        ) => true,
        Some(
            BookingStatus::Booked
            | BookingStatus::PartiallyPaid
            | BookingStatus::Funded
            | BookingStatus::Cancelled
            | BookingStatus::Expired,
        )
        | None => false,
    }
}

fn step(now: i64, booking: &Booking, waits_for_group: bool) -> Option<Step> {
    let hired = || -> Vec<Pubkey> {
        lines(booking, LineStatus::Hired)
            .map(|line| line.device)
            .collect()
    };
    let is_over = now > booking.deadline;
    match BookingStatus::from_u8(booking.status)? {
        BookingStatus::Booked | BookingStatus::PartiallyPaid => {
            is_over.then(|| Step::Expire(hired()))
        }
        BookingStatus::Funded if is_over || booking.lock_failed => Some(Step::Expire(hired())),
        BookingStatus::Funded => {
            let reserved = lines(booking, LineStatus::Reserved);
            let devices = reserved.map(|line| QuotedDevice {
                device: line.device,
                class: line.class,
            });
            Some(Step::LockLines(devices.take(MAX_LOCKS_PER_CALL).collect()))
        }
        BookingStatus::Paid if is_over => Some(Step::CancelUnstarted(hired())),
        BookingStatus::Paid => (!waits_for_group).then_some(Step::Start(booking.op_seq)),
        BookingStatus::Running => (now >= booking.ends_at).then(|| Step::End(hired())),
        BookingStatus::Closing => is_over.then(|| Step::End(Vec::new())),
        BookingStatus::Settling
        | BookingStatus::Settled
        | BookingStatus::Cancelled
        | BookingStatus::Expired => None,
    }
}

fn lines(booking: &Booking, status: LineStatus) -> impl Iterator<Item = &Line> {
    booking
        .lines
        .iter()
        .filter(move |line| line.status == status as u8)
}

/// Refusals that say that somebody else did the step, or that its time is over: the next reading of
/// the booking shows what is due then.
pub fn benign() -> Benign {
    use BookingError as E;
    let codes: [(&'static str, &[BookingError]); 7] = [
        (
            "lock_lines",
            &[
                E::WrongState,
                E::LineNotReserved,
                E::DeadlinePassed,
                E::LockFailed,
            ],
        ),
        ("start", &[E::WrongState, E::WrongOpSeq, E::DeadlinePassed]),
        ("expire", &[E::WrongState, E::DeviceAccounts]),
        ("cancel_unstarted", &[E::WrongState, E::DeviceAccounts]),
        ("end", &[E::WrongState, E::DeviceAccounts]),
        (
            FAILOVER,
            &[
                E::WrongState,
                E::WrongOpSeq,
                E::DeadlinePassed,
                E::NotReplaceable,
                E::WrongReplacement,
                E::ReplacementUnavailable,
            ],
        ),
        (FAIL_LINE, &[E::WrongState, E::DeviceAccounts]),
    ];
    // A quote that was refused once is not wanted later.
    let mut benign = Benign::default()
        .add_kind(CREATE_QUOTE)
        .add_kind(QUOTE_EXTENSION)
        .add(CLOSE_QUOTE, ACCOUNT_NOT_INITIALIZED);
    for (kind, errors) in codes {
        benign = benign.add(kind, ACCOUNT_NOT_INITIALIZED);
        for error in errors {
            benign = benign.add(kind, u32::from(*error));
        }
    }
    benign
}

#[cfg(test)]
mod tests {
    use anchor_lang::AnchorDeserialize;

    use super::*;

    const DEADLINE: i64 = 1_000;
    const END: i64 = 5_000;

    /// An account whose fields are all zero.
    fn zeroed<T: AnchorDeserialize>() -> T {
        T::deserialize(&mut &[0u8; 2_048][..]).unwrap()
    }

    fn line(device: u8, status: LineStatus) -> Line {
        Line {
            device: Pubkey::new_from_array([device; 32]),
            class: u16::from(device),
            status: status as u8,
            ..zeroed()
        }
    }

    fn booking(status: BookingStatus, lines: Vec<Line>) -> Booking {
        Booking {
            status: status as u8,
            deadline: DEADLINE,
            ends_at: END,
            op_seq: 7,
            event_seq: 9,
            lines,
            ..zeroed()
        }
    }

    fn device(byte: u8) -> Pubkey {
        Pubkey::new_from_array([byte; 32])
    }

    fn only(now: i64, booking: Booking) -> Option<Step> {
        let due = due(now, &[(device(99), booking)]);
        due.into_iter().next().map(|due| {
            assert_eq!((due.booking, due.event_seq), (device(99), 9));
            due.step
        })
    }

    #[test]
    fn each_state_has_its_step_at_its_bound() {
        use BookingStatus::*;
        let hired = || vec![line(1, LineStatus::Hired), line(2, LineStatus::Ended)];
        let freed = || vec![device(1)];
        for (status, now, expected) in [
            (Booked, DEADLINE, None),
            (Booked, DEADLINE + 1, Some(Step::Expire(freed()))),
            (PartiallyPaid, DEADLINE, None),
            (PartiallyPaid, DEADLINE + 1, Some(Step::Expire(freed()))),
            (Funded, DEADLINE + 1, Some(Step::Expire(freed()))),
            (Paid, DEADLINE, Some(Step::Start(7))),
            (Paid, DEADLINE + 1, Some(Step::CancelUnstarted(freed()))),
            (Running, END - 1, None),
            (Running, END, Some(Step::End(freed()))),
            (Closing, DEADLINE, None),
            (Closing, DEADLINE + 1, Some(Step::End(vec![]))),
            (Settling, END * 2, None),
            (Settled, END * 2, None),
            (Cancelled, END * 2, None),
            (Expired, END * 2, None),
        ] {
            assert_eq!(
                only(now, booking(status, hired())),
                expected,
                "{status:?} at {now}"
            );
        }
    }

    #[test]
    fn funded_booking_locks_four_lines_at_a_time_in_order() {
        let mut lines: Vec<Line> = (1..=6).map(|id| line(id, LineStatus::Reserved)).collect();
        lines[0].status = LineStatus::Hired as u8;
        let expected = (2..=5)
            .map(|id| QuotedDevice {
                device: device(id),
                class: u16::from(id),
            })
            .collect();
        let funded = booking(BookingStatus::Funded, lines);
        assert_eq!(
            only(DEADLINE, funded.clone()),
            Some(Step::LockLines(expected))
        );
        let failed = Booking {
            lock_failed: true,
            ..funded
        };
        assert_eq!(only(0, failed), Some(Step::Expire(vec![device(1)])));
    }

    #[test]
    fn cluster_starts_only_when_all_its_bookings_are_paid() {
        let member = |status| Booking {
            group: [5; 16],
            ..booking(status, vec![])
        };
        let steps = |other| {
            let all = [
                (device(1), member(BookingStatus::Paid)),
                (device(2), member(other)),
            ];
            due(0, &all)
                .into_iter()
                .filter(|due| matches!(due.step, Step::Start(_)))
                .count()
        };
        assert_eq!(steps(BookingStatus::Booked), 0);
        assert_eq!(steps(BookingStatus::Funded), 0);
        assert_eq!(steps(BookingStatus::Cancelled), 0);
        assert_eq!(steps(BookingStatus::Paid), 2);
        assert_eq!(steps(BookingStatus::Running), 1);
        let late = due(
            DEADLINE + 1,
            &[
                (device(1), member(BookingStatus::Paid)),
                (device(2), member(BookingStatus::Booked)),
            ],
        );
        assert_eq!(
            late.iter().map(|due| due.step.kind()).collect::<Vec<_>>(),
            ["cancel_unstarted", "expire"]
        );
    }

    #[test]
    fn refusals_close_the_rows_that_they_answer() {
        let benign = benign();
        assert!(benign.contains("start", BookingError::WrongState.into()));
        assert!(benign.contains("end", BookingError::WrongState.into()));
        assert!(!benign.contains("end", BookingError::DeadlineNotPassed.into()));
        assert!(!benign.contains("start", BookingError::NotScheduler.into()));
        for kind in [CREATE_QUOTE, QUOTE_EXTENSION] {
            assert!(benign.contains(kind, BookingError::OracleUnusable.into()));
        }
        assert!(!benign.contains(CLOSE_QUOTE, BookingError::QuoteOpen.into()));
    }
}
