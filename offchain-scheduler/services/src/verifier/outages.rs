//! Notes of outages: a hired device that this verifier watched miss more than the bound.
//!
//! Mechanism: the devices that were silent for longer than the bound are held against the hired
//! lines of running bookings; the watched minutes that a line missed become one signed note. Place
//! of use: the first half of the round over faults. Invariant: a note stands in the own tables
//! before it is published and is never written a second time; minutes in which this verifier did
//! not watch prove nothing.

use std::collections::BTreeMap;

use booking::state::Booking;
use ion_economics::{
    booking::{BookingStatus, LineStatus, RecordClock},
    units::UnixSeconds,
};
use ion_observation::{Key, LineFacts, MinuteMap, OutageNote, SignedOutage};
use solana_pubkey::Pubkey;

use super::{VerifierError, journal::NotedOutage, state::Verifier};

impl Verifier {
    /// Signs a note for each hired line whose device has missed more than the bound.
    pub(super) async fn note_outages(&self, now: i64) -> Result<(), VerifierError> {
        let snapshot = self.snapshot();
        let down_after =
            i64::try_from(self.settings.heartbeat.down_after.as_secs()).unwrap_or(i64::MAX);
        let minute = now.div_euclid(60);
        let silent = self
            .journal
            .silent_since(minute.saturating_sub(down_after.div_euclid(60)))
            .await?;
        if silent.is_empty() {
            return Ok(());
        }
        for (address, booking) in &snapshot.bookings {
            for (number, line) in (0u8..).zip(&booking.lines) {
                let Some(last) = silent.get(&line.device.to_bytes()) else {
                    continue;
                };
                if !is_hired(booking, number) || self.journal.has_outage(address, number).await? {
                    continue;
                }
                let Some(facts) = facts_of(booking, number) else {
                    continue;
                };
                if let Some(missed) = self.first_missed(&facts, *last, now, down_after).await? {
                    self.note_outage(address, booking, number, facts, missed, now)
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// The first watched minute without a sign of life, when more than the bound was missed since:
    /// minutes in which this verifier did not watch prove nothing.
    async fn first_missed(
        &self,
        facts: &LineFacts,
        last_seen: i64,
        now: i64,
        down_after: i64,
    ) -> Result<Option<i64>, VerifierError> {
        let first = last_seen
            .saturating_add(1)
            .max(facts.line_start.div_euclid(60));
        // The present minute is not over, and the line has none after its end.
        let end = now
            .div_euclid(60)
            .min(facts.line_end.saturating_add(59).div_euclid(60));
        let (Ok(from), Ok(to)) = (
            u64::try_from(first.div_euclid(60)),
            u64::try_from(end.div_euclid(60)),
        ) else {
            return Ok(None);
        };
        let watched: BTreeMap<u64, MinuteMap> = self
            .journal
            .watched_hours(from, to)
            .await?
            .into_iter()
            .collect();
        let mut missed = (first..end).filter(|minute| {
            u64::try_from(minute.div_euclid(60))
                .ok()
                .and_then(|hour| watched.get(&hour))
                .zip(u32::try_from(minute.rem_euclid(60)).ok())
                .is_some_and(|(minutes, minute)| minutes.contains(minute))
        });
        let Some(fault) = missed.next() else {
            return Ok(None);
        };
        let count = i64::try_from(missed.count())
            .unwrap_or(i64::MAX)
            .saturating_add(1);
        let fault_at = OutageNote::fault_at(fault, facts);
        let is_outage =
            count.saturating_mul(60) >= down_after && now.saturating_sub(fault_at) > down_after;
        Ok(is_outage.then_some(fault))
    }

    async fn note_outage(
        &self,
        address: &Key,
        booking: &Booking,
        number: u8,
        facts: LineFacts,
        missed: i64,
        now: i64,
    ) -> Result<(), VerifierError> {
        let Some(line) = booking.lines.get(usize::from(number)) else {
            return Ok(());
        };
        let mut note = OutageNote::new(
            self.realm.genesis_hash,
            self.public_key(),
            (*address, number),
            facts,
            missed,
        );
        let fault_at = OutageNote::fault_at(missed, &facts);
        let clock = RecordClock {
            start: UnixSeconds::new(booking.started_at),
            end: UnixSeconds::new(booking.ends_at),
            is_over: false,
        };
        let boundary = clock
            .boundary_before(UnixSeconds::new(fault_at))
            .map_or(facts.line_start, UnixSeconds::get);
        note.recorded = line.recorded_minutes;
        note.served = self
            .served_of(line, facts.line_start, fault_at)
            .await?
            .map(|minutes| minutes.max(line.recorded_minutes));
        note.kept = self
            .served_of(line, facts.line_start, boundary)
            .await?
            // Nothing of the first day is complete: no minute, and no doubt about it.
            .or((boundary <= facts.line_start).then_some(0))
            .map(|minutes| minutes.max(line.recorded_minutes));
        let signed = SignedOutage::new(&self.key, note);
        self.journal.note_outage(&signed, now).await?;
        let help = "Outages of hired lines noted.";
        self.metrics.count("verifier_outages_total", help, &[]);
        tracing::warn!(
            booking = %Pubkey::new_from_array(*address),
            device = %line.device,
            line = number,
            fault_at,
            "hired device is dark"
        );
        Ok(())
    }

    /// Publishes the own notes of a booking and returns the good ones of all verifiers.
    pub(super) async fn share_notes(
        &self,
        address: &Key,
        own: &[NotedOutage],
    ) -> Result<Vec<OutageNote>, VerifierError> {
        for one in own {
            let bytes = borsh::to_vec(&one.signed).map_err(|_| VerifierError::Encoding)?;
            self.put(note_name(&one.signed), bytes).await?;
        }
        let mut notes = Vec::new();
        for name in self.list(folder(address)).await? {
            let bytes = self.get(name).await?.unwrap_or_default();
            match SignedOutage::decode(&bytes) {
                Ok(signed) => notes.push(signed.note),
                Err(error) => tracing::warn!(error = %error, "note of an outage refused"),
            }
        }
        Ok(notes)
    }
}

fn folder(booking: &Key) -> String {
    format!("outages/{}", hex::encode(booking))
}

fn note_name(signed: &SignedOutage) -> String {
    let note = &signed.note;
    format!(
        "{}/{}-{}-{}",
        folder(&note.booking),
        note.line,
        hex::encode(note.verifier),
        hex::encode(note.hash())
    )
}

/// Whether a line is hired by a running booking.
pub(super) fn is_hired(booking: &Booking, line: u8) -> bool {
    BookingStatus::from_u8(booking.status) == Some(BookingStatus::Running)
        && booking
            .lines
            .get(usize::from(line))
            .is_some_and(|line| LineStatus::from_u8(line.status) == Some(LineStatus::Hired))
}

fn facts_of(booking: &Booking, number: u8) -> Option<LineFacts> {
    let line = booking.lines.get(usize::from(number))?;
    Some(LineFacts {
        device: line.device.to_bytes(),
        renter: booking.renter.to_bytes(),
        booking_start: booking.started_at,
        line_start: booking.line_start(line).ok()?.get(),
        line_end: booking.line_end(line).ok()?.get(),
        hired: line.segments().ok()?.hired().ok()?,
    })
}
