//! When a device is asked for a proof.

use ion_economics::device::DeviceStatus;
use ion_observation::Key;
use ion_protocol::Outcome;
use sha2::{Digest, Sha256};

use super::{VerifierError, state::Verifier};

const INSTANT_TAG: &[u8] = b"ION_CHALLENGE_INSTANT_V1";

impl Verifier {
    /// Whether the device should fetch a challenge now: one is in progress, or one is due.
    ///
    /// A device that is not up is asked until it passes within the hour. An up device is asked once
    /// per hour, all devices of its owner from the same instant on, which the owner cannot foresee.
    pub async fn is_challenge_due(
        &self,
        address: &Key,
        device: &registry::state::Device,
        now: i64,
    ) -> Result<bool, VerifierError> {
        if let Some(is_uncommitted) = self.trials.in_progress(address) {
            return Ok(is_uncommitted);
        }
        if self
            .journal
            .last_seen(address)
            .await?
            .is_none_or(|seen| seen.draining)
        {
            return Ok(false);
        }
        let hour = now.div_euclid(3_600);
        let Ok(hour_index) = u64::try_from(hour) else {
            return Ok(false);
        };
        let outcomes = self.journal.outcomes(address, hour_index).await?;
        let retry_after =
            i64::try_from(self.settings.challenge.retry_after.as_secs()).unwrap_or(i64::MAX);
        if outcomes
            .last()
            .is_some_and(|last| now < last.at.saturating_add(retry_after))
        {
            return Ok(false);
        }
        Ok(match DeviceStatus::from_code(device.status) {
            Ok(DeviceStatus::Up) => {
                let is_settled = outcomes
                    .iter()
                    .any(|seen| seen.outcome != Outcome::Inconclusive);
                !is_settled && now.rem_euclid(3_600) >= self.instant(&device.owner.to_bytes(), hour)
            }
            Ok(
                DeviceStatus::Pending
                | DeviceStatus::Down
                | DeviceStatus::RestartRequired
                | DeviceStatus::Inactive
                | DeviceStatus::Unsupported,
            ) => outcomes.iter().all(|seen| seen.outcome != Outcome::Pass),
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
