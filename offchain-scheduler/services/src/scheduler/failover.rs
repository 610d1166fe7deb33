//! Replaces faulty lines of running bookings, and ends what nobody can replace (economics §8.6).
//!
//! Only the line that failed is touched: the others of its booking run on. A replacement is placed by
//! the same policy as a quote, limited to what the program accepts: one free device of the line's class
//! and size at no more than its rate, for the minutes that are left. It is reserved in the store before
//! its transaction is written, so that no replica and no quote takes it meanwhile.

use booking::state::{Booking, Line};
use ion_client::instructions::booking::{self as instructions, QuotedDevice};
use ion_economics::{
    booking::{BookingStatus, LineStatus, Stamp},
    params::booking as params,
};
use ion_placement::{Outcome, Request, Shape};
use ion_store::outbox::{Key, State};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use super::{Facts, Follow, NewQuote};
use crate::chain_view::read;

/// Kind of the rows that replace lines.
pub const FAILOVER: &str = "failover";
/// Kind of the rows that end lines.
pub const FAIL_LINE: &str = "fail_line";
/// Replacements tried for one state of a booking: the chain may refuse one that was taken meanwhile.
const ATTEMPTS: u64 = 8;
/// How long a replacement stays reserved, seconds: well beyond the life of a transaction.
const RESERVED_SECONDS: i64 = 180;

/// What a faulty line needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// A free device that takes over.
    Replace {
        /// Number of the line.
        line: u8,
        /// Its class.
        class: u16,
        /// Its processors.
        qty: u8,
        /// Most that the replacement may ask, 1e-6 USD per processor-hour; `None` where the rate is
        /// that of the class.
        max_price_usd_micros: Option<u64>,
        /// Minutes that it would run.
        minutes: u32,
    },
    /// Its end: the grace is over, or it may not be replaced.
    Fail {
        /// Number of the line.
        line: u8,
        /// Devices that the end of the whole booking frees, in line order; none if it runs on.
        hired: Vec<Pubkey>,
    },
}

/// What the first faulty line of a running booking needs at `now`. `most` is the number of
/// replacements that a booking may have. A booking past its end, and one whose numbers do not add up,
/// needs nothing of this.
pub fn remedy(now: i64, most: i64, booking: &Booking) -> Option<Remedy> {
    let is_running = BookingStatus::from_u8(booking.status) == Some(BookingStatus::Running);
    if !is_running || now >= booking.ends_at {
        return None;
    }
    let is = |line: &Line, status: LineStatus| line.status == status as u8;
    let (number, line) = (0u8..)
        .zip(&booking.lines)
        .find(|(_, line)| is(line, LineStatus::Failing))?;
    let until = booking.replace_until(line).ok()?.get();
    let is_replaceable = booking.is_replaceable(line, most, now).ok()?;
    if now <= until && is_replaceable {
        let has_own_rate = booking.stamp != Stamp::Ide as u8;
        return Some(Remedy::Replace {
            line: number,
            class: line.class,
            qty: line.qty,
            max_price_usd_micros: has_own_rate.then_some(line.rate_usd_micros),
            minutes: booking.minutes_left(line, now).ok()?,
        });
    }
    let is_last = (0u8..).zip(&booking.lines).all(|(other, line)| {
        other == number || !(is(line, LineStatus::Hired) || is(line, LineStatus::Failing))
    });
    let ends_all =
        booking.flags & booking::constants::FLAG_GANG != 0 || number == booking.head_line;
    let hired = booking
        .lines
        .iter()
        .filter(|line| (is_last || ends_all) && is(line, LineStatus::Hired))
        .map(|line| line.device)
        .collect();
    Some(Remedy::Fail {
        line: number,
        hired,
    })
}

/// Whether any line of a running booking is faulty and waits for a remedy.
pub(crate) fn is_any_failing(bookings: &[(Pubkey, Booking)]) -> bool {
    bookings.iter().any(|(_, booking)| {
        booking
            .lines
            .iter()
            .any(|line| line.status == LineStatus::Failing as u8)
    })
}

impl Follow {
    /// Writes the remedies that are due into the outbox; returns how many.
    pub(crate) async fn remedies(&self) -> anyhow::Result<u32> {
        let facts = read(&self.chain, |chain| chain.facts()).await?;
        let most = facts.booking_params.value(&params::MAX_FAILOVER, facts.now);
        let mut new = 0;
        for (key, booking) in &facts.bookings {
            let row = match remedy(facts.now, most, booking) {
                None => None,
                Some(Remedy::Fail { line, hired }) => {
                    let row = Key::new(FAIL_LINE, *key, booking.event_seq);
                    let instruction = instructions::fail_line(&self.scheduler, key, line, &hired);
                    self.is_new(&row).await?.then_some((row, instruction))
                }
                Some(Remedy::Replace {
                    line,
                    class,
                    qty,
                    max_price_usd_micros,
                    minutes,
                }) => {
                    let shape = Shape::Devices {
                        class,
                        gpus: u16::from(qty),
                        lines: 1,
                    };
                    let mut request =
                        Request::new(rand::random(), booking.event_seq, shape, minutes);
                    request.max_price_usd_micros = max_price_usd_micros;
                    self.replacement(&facts, key, booking, line, &request)
                        .await?
                }
            };
            if let Some((row, instruction)) = row {
                self.outbox.enqueue(&row, &[instruction]).await?;
                tracing::info!(booking = %key, kind = row.kind, period = row.period, "due");
                new += 1;
            }
        }
        Ok(new)
    }

    async fn is_new(&self, row: &Key) -> anyhow::Result<bool> {
        Ok(self.outbox.row(row).await?.is_none())
    }

    /// Places and reserves a replacement, unless one is on its way or every attempt was refused.
    async fn replacement(
        &self,
        facts: &Facts,
        key: &Pubkey,
        booking: &Booking,
        line: u8,
        request: &Request,
    ) -> anyhow::Result<Option<(Key, Instruction)>> {
        let mut row = None;
        for attempt in 0..ATTEMPTS {
            let next = Key::new(
                FAILOVER,
                *key,
                booking
                    .event_seq
                    .saturating_mul(ATTEMPTS)
                    .saturating_add(attempt),
            );
            match self.outbox.row(&next).await? {
                None => {
                    row = Some(next);
                    break;
                }
                Some(found) if matches!(found.state, State::Rejected | State::Poison) => {}
                Some(_) => return Ok(None),
            }
        }
        let Some(row) = row else {
            return Ok(None);
        };
        let reserved = self.desk.reserved(Some(key), facts.now).await?;
        let mut decision = self.planner.decide(facts, &reserved, request);
        let Outcome::Placed(placement) = &mut decision.outcome else {
            tracing::info!(booking = %key, line, "no replacement yet");
            return Ok(None);
        };
        let Some(device) = placement
            .devices
            .first()
            .map(|chosen| Pubkey::new_from_array(chosen.device))
        else {
            return Ok(None);
        };
        let quote = NewQuote {
            id: request.id,
            address: *key,
            renter: *key,
            decision: serde_json::to_string(&decision).unwrap_or_default(),
            devices: vec![device],
            now: facts.now,
            expires_at: facts.now.saturating_add(RESERVED_SECONDS),
        };
        if !self.desk.reserve_replacement(&quote).await? {
            return Ok(None);
        }
        let Shape::Devices { class, .. } = request.shape else {
            return Ok(None);
        };
        let replacement = QuotedDevice { device, class };
        let instruction =
            instructions::failover(&self.scheduler, key, line, &replacement, booking.op_seq);
        Ok(Some((row, instruction)))
    }
}

#[cfg(test)]
mod tests {
    use anchor_lang::AnchorDeserialize;
    use booking::constants::{FLAG_FAILOVER, FLAG_GANG};

    use super::*;

    const START: i64 = 10_000;
    const END: i64 = START + 7_200;
    const FAULT: i64 = START + 600;
    const GRACE: u16 = 900;
    const MOST: i64 = 4;

    fn zeroed<T: AnchorDeserialize>() -> T {
        T::deserialize(&mut &[0u8; 8_192][..]).unwrap()
    }

    fn line(byte: u8, status: LineStatus) -> Line {
        Line {
            device: Pubkey::new_from_array([byte; 32]),
            class: 7,
            qty: 2,
            status: status as u8,
            rate_usd_micros: 2_000_000,
            fault_offset_s: (FAULT - START) as u32,
            segments: vec![booking::state::Segment {
                minutes: 120,
                ..zeroed()
            }],
            ..zeroed()
        }
    }

    fn running(flags: u8, lines: Vec<Line>) -> Booking {
        Booking {
            status: BookingStatus::Running as u8,
            started_at: START,
            ends_at: END,
            failover_grace_s: GRACE,
            flags,
            lines,
            ..zeroed()
        }
    }

    fn pair(flags: u8, failing: usize) -> Booking {
        let mut lines = vec![line(1, LineStatus::Hired), line(2, LineStatus::Hired)];
        lines[failing].status = LineStatus::Failing as u8;
        running(flags, lines)
    }

    #[test]
    fn faulty_line_is_replaced_within_the_grace_for_the_minutes_left() {
        let expected = Remedy::Replace {
            line: 1,
            class: 7,
            qty: 2,
            max_price_usd_micros: Some(2_000_000),
            minutes: u32::try_from((END - FAULT - 60) / 60).unwrap(),
        };
        assert_eq!(
            remedy(FAULT + 60, MOST, &pair(FLAG_FAILOVER, 1)),
            Some(expected)
        );
        let last_moment = remedy(FAULT + i64::from(GRACE), MOST, &pair(FLAG_FAILOVER, 1));
        assert!(matches!(last_moment, Some(Remedy::Replace { .. })));
    }

    #[test]
    fn line_that_nobody_replaced_fails_alone_unless_it_carries_the_booking() {
        let other = Pubkey::new_from_array([1; 32]);
        let late = FAULT + i64::from(GRACE) + 1;
        let fail = |line, hired: &[Pubkey]| {
            Some(Remedy::Fail {
                line,
                hired: hired.to_vec(),
            })
        };
        assert_eq!(remedy(late, MOST, &pair(FLAG_FAILOVER, 1)), fail(1, &[]));
        assert_eq!(
            remedy(late, MOST, &pair(FLAG_FAILOVER | FLAG_GANG, 1)),
            fail(1, &[other])
        );
        assert_eq!(
            remedy(late, MOST, &pair(FLAG_FAILOVER, 0)),
            fail(0, &[Pubkey::new_from_array([2; 32])]),
            "the head line"
        );
        assert_eq!(
            remedy(FAULT + 1, MOST, &pair(0, 1)),
            fail(1, &[]),
            "not to be replaced: no grace"
        );
        assert_eq!(
            remedy(FAULT + 1, 0, &pair(FLAG_FAILOVER, 1)),
            fail(1, &[]),
            "no replacement left"
        );
    }

    #[test]
    fn nothing_is_done_for_sound_or_ended_bookings() {
        let sound = running(FLAG_FAILOVER, vec![line(1, LineStatus::Hired)]);
        assert_eq!(remedy(FAULT, MOST, &sound), None);
        assert_eq!(remedy(END, MOST, &pair(FLAG_FAILOVER, 1)), None);
        let closing = Booking {
            status: BookingStatus::Closing as u8,
            ..pair(FLAG_FAILOVER, 1)
        };
        assert_eq!(remedy(FAULT, MOST, &closing), None);
        assert!(is_any_failing(&[(Pubkey::default(), pair(0, 1))]));
        assert!(!is_any_failing(&[(Pubkey::default(), sound)]));
    }
}
