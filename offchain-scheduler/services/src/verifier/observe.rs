//! The hour's observation file.

use std::collections::BTreeMap;

use ion_economics::{
    booking::{BookingStatus, LineStatus, RecordClock},
    units::UnixSeconds,
};
use ion_observation::{
    DeviceObservation, MinuteMap, MinuteState, ObservationFile, RecordObservation, SignedFile,
    served_minutes,
};

use super::{
    VerifierError,
    state::{Snapshot, Verifier, fields_of},
};

const HOUR: i64 = 3_600;

/// Minutes by hour.
type Hours = BTreeMap<u64, MinuteMap>;

impl Verifier {
    /// Writes the files of all closed hours in which this verifier watched and that have none yet.
    /// The file is stored before it is noted, and storing it again is refused when it differs, so a
    /// stop in between cannot make a second one.
    pub async fn write_files(&self, now: i64) -> Result<(), VerifierError> {
        let after = i64::try_from(self.settings.report.write_after.as_secs()).unwrap_or(i64::MAX);
        let keep = i64::try_from(self.settings.report.keep.as_secs()).unwrap_or(i64::MAX);
        // Hours that closed at least `after` seconds ago.
        let last = now.saturating_sub(after).div_euclid(HOUR).saturating_sub(1);
        let first = now.saturating_sub(keep).div_euclid(HOUR);
        let (Ok(first), Ok(last)) = (u64::try_from(first), u64::try_from(last)) else {
            return Ok(());
        };
        let written: Vec<u64> = self
            .journal
            .written_hours(first)
            .await?
            .iter()
            .map(|written| written.hour)
            .collect();
        for (hour, observed) in self.journal.watched_hours(first, last).await? {
            if !written.contains(&hour) {
                self.write_file(hour, observed, now).await?;
            }
        }
        Ok(())
    }

    async fn write_file(
        &self,
        hour: u64,
        observed: MinuteMap,
        now: i64,
    ) -> Result<(), VerifierError> {
        let folder = format!("observations/{hour}");
        let prefix = format!("{folder}/{}-", hex::encode(self.public_key()));
        // A file that an earlier run stored and did not note stays the only one.
        let names = self.list(folder).await?;
        if let Some(name) = names.into_iter().find(|name| name.starts_with(&prefix))
            && let Some(bytes) = self.get(name).await?
            && let Ok(signed) = SignedFile::decode(&bytes)
        {
            return Ok(self.journal.written(hour, &signed.file.hash(), now).await?);
        }
        self.refresh().await?;
        let file = self.observe(&self.snapshot(), hour, observed, now).await?;
        let hash = file.hash();
        let bytes = borsh::to_vec(&SignedFile::new(&self.key, file))
            .map_err(|_| VerifierError::Encoding)?;
        self.put(format!("{prefix}{}", hex::encode(hash)), bytes)
            .await?;
        self.journal.written(hour, &hash, now).await?;
        self.metrics.count(
            "verifier_files_written_total",
            "Observation files written.",
            &[],
        );
        tracing::info!(
            period = hour,
            minutes = observed.count(),
            "observation file written"
        );
        Ok(())
    }

    async fn observe(
        &self,
        snapshot: &Snapshot,
        hour: u64,
        observed: MinuteMap,
        now: i64,
    ) -> Result<ObservationFile, VerifierError> {
        let mut file = ObservationFile::new(
            self.realm.genesis_hash,
            self.realm.program_id,
            self.public_key(),
            hour,
            observed,
        );
        let minutes = self.journal.minutes_of_hour(hour).await?;
        let lines = self.journal.lines().await?;
        let standings = self.standings(hour).await?;
        let mut outcomes = self.journal.outcomes_of_hour(hour).await?;
        for (address, device) in &snapshot.devices {
            let standing = standings.get(address).copied().unwrap_or_default();
            file.devices.push(DeviceObservation {
                device: *address,
                fields: fields_of(device),
                line_tier: lines.get(address).copied(),
                reliability_bps: standing.reliability_bps,
                supplier_tier: standing.supplier_tier,
                up: minutes
                    .get(address)
                    .copied()
                    .unwrap_or_default()
                    .intersection(observed),
                challenges: outcomes.remove(address).unwrap_or_default(),
            });
        }
        let close = i64::try_from(hour)
            .unwrap_or(i64::MAX)
            .saturating_add(1)
            .saturating_mul(HOUR);
        for (address, booking) in &snapshot.bookings {
            for (seq, is_final, cut) in due_records(booking, close, now) {
                let served = self.served(booking, cut).await?;
                file.records.push(RecordObservation {
                    booking: *address,
                    seq,
                    is_final,
                    served,
                });
            }
        }
        file.hours = self.observe_hours(hour, observed).await?;
        file.jobs = self.journal.jobs_of_hour(hour).await?;
        file.usage = self.usage_of_hour(snapshot, hour).await?;
        file.sort();
        Ok(file)
    }

    /// Served minutes of each line from its start to `cut`, as this verifier saw them. They never
    /// fall below what a record has fixed.
    async fn served(
        &self,
        booking: &booking::state::Booking,
        cut: i64,
    ) -> Result<Vec<Option<u32>>, VerifierError> {
        let mut served = Vec::with_capacity(booking.lines.len());
        for line in &booking.lines {
            if LineStatus::from_u8(line.status).is_none_or(LineStatus::is_faulty) {
                served.push(Some(line.kept_minutes));
                continue;
            }
            let start = booking
                .started_at
                .saturating_add(i64::from(line.start_offset_s));
            let minutes = self.served_of(line, start, cut).await?;
            served.push(minutes.map(|minutes| minutes.max(line.recorded_minutes)));
        }
        Ok(served)
    }

    /// Minutes that a line which began at `start` served up to `cut`, as this verifier saw them, at
    /// most those it has hired; `None` where it watched in none of them.
    pub(super) async fn served_of(
        &self,
        line: &booking::state::Line,
        start: i64,
        cut: i64,
    ) -> Result<Option<u32>, VerifierError> {
        let (Ok(first), Ok(last)) = (
            u64::try_from(start.div_euclid(HOUR)),
            u64::try_from(cut.div_euclid(HOUR)),
        ) else {
            return Ok(None);
        };
        let device = line.device.to_bytes();
        let watched: Hours = self
            .journal
            .watched_hours(first, last)
            .await?
            .into_iter()
            .collect();
        let up: Hours = self
            .journal
            .device_hours(&device, first, last)
            .await?
            .into_iter()
            .collect();
        let minutes = served_minutes(start, cut, |minute| state(&watched, &up, minute));
        // a replacement has hired whole minutes, up to 59 s less than its time
        let hired = line.segments().ok().and_then(|bought| bought.hired().ok());
        Ok(minutes
            .zip(hired)
            .map(|(minutes, hired)| minutes.min(hired)))
    }
}

fn state(watched: &Hours, up: &Hours, minute: i64) -> MinuteState {
    let contains = |hours: &Hours| {
        let hour = u64::try_from(minute.div_euclid(60)).unwrap_or_default();
        let minute = u32::try_from(minute.rem_euclid(60)).unwrap_or_default();
        hours
            .get(&hour)
            .is_some_and(|minutes| minutes.contains(minute))
    };
    match (contains(watched), contains(up)) {
        (false, _) => MinuteState::Unobserved,
        (true, true) => MinuteState::Up,
        (true, false) => MinuteState::Down,
    }
}

/// Records of a booking that are due at the close of an hour and not on chain yet: number, whether
/// final, and the time up to which minutes count.
fn due_records(booking: &booking::state::Booking, close: i64, now: i64) -> Vec<(u32, bool, i64)> {
    let is_over = match BookingStatus::from_u8(booking.status) {
        Some(BookingStatus::Closing) => true,
        // Nobody has cranked `end` yet: its time is fixed all the same.
        Some(BookingStatus::Running) => now >= booking.ends_at,
        _ => return Vec::new(),
    };
    let (start, end) = (
        UnixSeconds::new(booking.started_at),
        UnixSeconds::new(booking.ends_at),
    );
    let clock = RecordClock {
        start,
        end,
        is_over,
    };
    // a record accepted in the very second of the end leaves one more for the end itself
    let last = if is_over {
        clock.last_seq(booking.next_record)
    } else {
        clock.final_seq()
    };
    let Ok(final_seq) = last else {
        return Vec::new();
    };
    let mut due = Vec::new();
    for seq in booking.next_record..=final_seq {
        let is_final = seq == final_seq;
        let cut = if is_final {
            booking.ends_at
        } else {
            booking
                .started_at
                .saturating_add((i64::from(seq) + 1).saturating_mul(86_400))
        };
        if cut > close || (is_final && !is_over) {
            break;
        }
        due.push((seq, is_final, cut));
    }
    due
}
