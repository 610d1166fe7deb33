//! When a device is asked for a proof.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ion_economics::device::DeviceStatus;
use ion_observation::Key;
use ion_protocol::Outcome;
use sha2::{Digest, Sha256};

use super::{VerifierError, journal::Judged, state::Verifier};

const INSTANT_TAG: &[u8] = b"ION_CHALLENGE_INSTANT_V1";

/// Outcomes of the present hour as last read or written here, by device. Only spares reading the
/// tables; lost at a restart without harm.
#[derive(Default)]
pub struct Outcomes(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Outcomes of a device, with their hour.
    judged: HashMap<Key, (u64, Vec<Judged>)>,
    /// Outcomes forgotten so far: what was read before the last of them may lack one.
    forgotten: u64,
}

impl Outcomes {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a device's hour; else the state that a reading of the tables begins in.
    fn of(&self, device: &Key, hour: u64) -> Result<Vec<Judged>, u64> {
        let known = self.lock();
        match known.judged.get(device) {
            Some((of, judged)) if *of == hour => Ok(judged.clone()),
            _ => Err(known.forgotten),
        }
    }

    /// Keeps what was read since `begun`, unless a challenge was judged meanwhile.
    fn keep(&self, device: &Key, hour: u64, judged: &[Judged], begun: u64) {
        let mut known = self.lock();
        if known.forgotten == begun {
            known.judged.insert(*device, (hour, judged.to_vec()));
        }
    }

    /// Whether the device is known to have a conclusive outcome in the hour of `now`.
    pub(super) fn is_settled(&self, device: &Key, now: i64) -> bool {
        let known = self.lock();
        known.judged.get(device).is_some_and(|(hour, judged)| {
            u64::try_from(now.div_euclid(3_600)) == Ok(*hour)
                && judged
                    .iter()
                    .any(|one| one.observation.outcome != Outcome::Inconclusive)
        })
    }

    /// A challenge of the device was judged.
    pub(super) fn forget(&self, device: &Key) {
        let mut known = self.lock();
        known.judged.remove(device);
        known.forgotten = known.forgotten.wrapping_add(1);
    }
}

/// What an up device owes in an hour.
#[derive(Debug, PartialEq, Eq)]
enum Owed {
    Nothing,
    AtTheInstant,
    AtOnce,
}

/// An up device is asked once per hour, a hired one for the light probe. One that was hired when it
/// was asked and is free again owes the full challenge at once: the one after the hire.
fn owed(judged: &[Judged], is_hired: bool) -> Owed {
    let conclusive = || {
        judged
            .iter()
            .filter(|one| one.observation.outcome != Outcome::Inconclusive)
    };
    if conclusive().any(|one| one.is_full || is_hired) {
        Owed::Nothing
    } else if conclusive().next().is_some() {
        Owed::AtOnce
    } else {
        Owed::AtTheInstant
    }
}

impl Verifier {
    /// Whether the device should fetch a challenge now: one is in progress, or one is due.
    ///
    /// A device that is not up is asked until it passes within the hour. An up device is asked once
    /// per hour, all devices of its owner from the same instant on, which the owner cannot foresee.
    pub(super) async fn is_challenge_due(
        &self,
        address: &Key,
        device: &registry::state::Device,
        now: i64,
    ) -> Result<bool, VerifierError> {
        if let Some(is_uncommitted) = self.trials.in_progress(address) {
            return Ok(is_uncommitted);
        }
        let status = DeviceStatus::from_code(device.status);
        let is_up = status == Ok(DeviceStatus::Up);
        let hour = now.div_euclid(3_600);
        let is_after_instant =
            now.rem_euclid(3_600) >= self.instant(&device.owner.to_bytes(), hour);
        let is_hired = device.is_hired();
        let Ok(hour_index) = u64::try_from(hour) else {
            return Ok(false);
        };
        let judged = match self.outcomes.of(address, hour_index) {
            Ok(judged) => judged,
            Err(begun) => {
                let judged = self.journal.judged(address, hour_index).await?;
                self.outcomes.keep(address, hour_index, &judged, begun);
                judged
            }
        };
        if is_up {
            match owed(&judged, is_hired) {
                Owed::Nothing => return Ok(false),
                Owed::AtTheInstant if !is_after_instant => return Ok(false),
                Owed::AtTheInstant | Owed::AtOnce => {}
            }
        }
        let retry_after =
            i64::try_from(self.settings.challenge.retry_after.as_secs()).unwrap_or(i64::MAX);
        // Waits after a challenge that was not passed; the full one after a hire does not wait.
        if judged.last().is_some_and(|last| {
            last.observation.outcome != Outcome::Pass
                && now < last.observation.at.saturating_add(retry_after)
        }) {
            return Ok(false);
        }
        if self
            .journal
            .last_seen(address)
            .await?
            .is_none_or(|seen| seen.draining)
        {
            return Ok(false);
        }
        Ok(match status {
            Ok(DeviceStatus::Up) => true,
            Ok(
                DeviceStatus::Pending
                | DeviceStatus::Down
                | DeviceStatus::RestartRequired
                | DeviceStatus::Inactive
                | DeviceStatus::Unsupported,
            ) => judged
                .iter()
                .all(|one| one.observation.outcome != Outcome::Pass),
            Ok(DeviceStatus::Paused | DeviceStatus::Blocked | DeviceStatus::Terminated)
            | Err(_) => false,
        })
    }

    /// Second of the hour from which all devices of an owner are asked, 300 to 3,299: keyed by this
    /// verifier's secret, so nobody else can compute it.
    fn instant(&self, owner: &Key, hour: i64) -> i64 {
        let digest = Sha256::new()
            .chain_update(INSTANT_TAG)
            .chain_update(self.key.to_bytes())
            .chain_update(owner)
            .chain_update(hour.to_le_bytes())
            .finalize();
        let draw = digest
            .iter()
            .take(4)
            .fold(0i64, |draw, byte| draw << 8 | i64::from(*byte));
        300 + draw % 3_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ion_observation::ChallengeObservation;

    fn judged(outcome: Outcome, is_full: bool) -> Judged {
        Judged {
            observation: ChallengeObservation {
                challenge: [1; 32],
                at: 0,
                outcome,
                evidence: [2; 32],
            },
            is_full,
        }
    }

    #[test]
    fn hired_device_owes_one_probe_and_the_full_challenge_after_the_hire() {
        let light = [judged(Outcome::Pass, false)];
        assert_eq!(owed(&[], true), Owed::AtTheInstant);
        assert_eq!(owed(&light, true), Owed::Nothing);
        assert_eq!(owed(&light, false), Owed::AtOnce);
        let after = [judged(Outcome::Pass, false), judged(Outcome::Pass, true)];
        assert_eq!(owed(&after, false), Owed::Nothing);
        let full = [judged(Outcome::Fail, true)];
        assert_eq!(owed(&full, false), Owed::Nothing);
        assert_eq!(owed(&full, true), Owed::Nothing);
    }

    #[test]
    fn inconclusive_outcomes_settle_nothing() {
        let vague = [
            judged(Outcome::Inconclusive, false),
            judged(Outcome::Inconclusive, true),
        ];
        assert_eq!(owed(&vague, true), Owed::AtTheInstant);
        assert_eq!(owed(&vague, false), Owed::AtTheInstant);
    }
}
