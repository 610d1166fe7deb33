//! How devices were used in an hour: hired minutes by the chain, load as their agents claim it.

use std::collections::BTreeMap;

use booking::state::{Booking, Line};
use ion_economics::booking::LineStatus;
use ion_observation::{Key, MinuteMap, UsageObservation};

use super::{
    VerifierError,
    state::{Snapshot, Verifier},
};

const HOUR_MINUTES: i64 = 60;

impl Verifier {
    /// Devices that were hired in an hour or claimed a load in it.
    pub(super) async fn usage_of_hour(
        &self,
        snapshot: &Snapshot,
        hour: u64,
    ) -> Result<Vec<UsageObservation>, VerifierError> {
        let mut hired = hired_minutes(snapshot.bookings.values(), hour);
        let mut loads = self.journal.loads_of_hour(hour).await?;
        let usage = snapshot.devices.keys().map(|device| UsageObservation {
            device: *device,
            hired: hired.remove(device).unwrap_or_default(),
            load_percent: loads.remove(device),
        });
        Ok(usage.filter(UsageObservation::is_any).collect())
    }
}

/// Minutes of an hour in which bookings held each device; a started minute counts whole.
fn hired_minutes<'a>(
    bookings: impl Iterator<Item = &'a Booking>,
    hour: u64,
) -> BTreeMap<Key, MinuteMap> {
    let first = i64::try_from(hour)
        .unwrap_or(i64::MAX)
        .saturating_mul(HOUR_MINUTES);
    let mut hired: BTreeMap<Key, MinuteMap> = BTreeMap::new();
    for booking in bookings.filter(|booking| booking.started_at != 0) {
        for line in &booking.lines {
            let Some((start, end)) = held(booking, line) else {
                continue;
            };
            let from = start.div_euclid(60).max(first);
            let to = end
                .saturating_add(59)
                .div_euclid(60)
                .min(first.saturating_add(HOUR_MINUTES));
            for minute in from..to {
                let minute = u32::try_from(minute.rem_euclid(HOUR_MINUTES)).unwrap_or_default();
                hired
                    .entry(line.device.to_bytes())
                    .or_default()
                    .insert(minute);
            }
        }
    }
    hired
}

/// From when to when a booking held the device of a line, Unix seconds: to the fault, or the end.
pub(super) fn held(booking: &Booking, line: &Line) -> Option<(i64, i64)> {
    let start = booking.line_start(line).ok()?.get();
    let end = match LineStatus::from_u8(line.status)? {
        status if status.is_faulty() => booking.fault_at(line).ok()?,
        _ => booking.line_end(line).ok()?.get().min(booking.ends_at),
    };
    (start < end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use anchor_lang::AnchorDeserialize;
    use booking::state::Segment;
    use solana_pubkey::Pubkey;

    use super::*;

    const START: i64 = 1_800_000_000;

    fn zeroed<T: AnchorDeserialize>() -> T {
        T::deserialize(&mut [0u8; 2_048].as_slice()).unwrap()
    }

    fn booking(minutes: u32, status: LineStatus, fault_offset_s: u32) -> Booking {
        let mut line: Line = zeroed();
        line.device = Pubkey::new_from_array([7; 32]);
        line.status = status as u8;
        line.fault_offset_s = fault_offset_s;
        line.segments = vec![Segment {
            minutes,
            amount: 1,
            hire_q_usd_micros: 0,
        }];
        let mut booking: Booking = zeroed();
        booking.started_at = START + 90;
        booking.ends_at = START + 90 + i64::from(minutes) * 60;
        booking.lines = vec![line];
        booking
    }

    fn counts(bookings: &[Booking]) -> [u32; 2] {
        let hour = u64::try_from(START / 3_600).unwrap();
        [hour, hour + 1].map(|hour| {
            hired_minutes(bookings.iter(), hour)
                .get(&[7; 32])
                .map_or(0, |minutes| minutes.count())
        })
    }

    #[test]
    fn hired_minutes_run_from_start_to_end_or_fault_and_over_hours() {
        // From 1:30 on: minutes 1 to 11.
        assert_eq!(counts(&[booking(10, LineStatus::Hired, 0)]), [11, 0]);
        assert_eq!(counts(&[booking(90, LineStatus::Hired, 0)]), [59, 32]);
        assert_eq!(counts(&[booking(90, LineStatus::Failed, 600)]), [11, 0]);
        let mut ended = booking(90, LineStatus::Hired, 0);
        ended.ends_at = START + 90 + 300;
        assert_eq!(counts(&[ended]), [6, 0]);
        let mut unstarted = booking(90, LineStatus::Hired, 0);
        unstarted.started_at = 0;
        assert_eq!(counts(&[unstarted]), [0, 0]);
    }
}
