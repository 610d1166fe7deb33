//! The fleet at one moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Decision, Outcome};

/// Address of a device account.
pub type DeviceId = [u8; 32];

/// What a decision needs to know of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Address of the device account.
    pub id: DeviceId,
    /// Wallet of the supplier.
    pub owner: [u8; 32],
    /// Processor class.
    pub class: u16,
    /// Processors, 1 to 64; a device is hired whole.
    pub qty: u8,
    /// Connectivity tier, 0 to 4.
    pub connectivity_tier: u8,
    /// Supplier tier.
    pub supplier_tier: u8,
    /// Reliability score, bps.
    pub reliability_bps: u16,
    /// Asked price, 1e-6 USD per processor-hour; 0 = none asked.
    pub ask_usd_micros: u64,
    /// Lowest price of the class, 1e-6 USD per processor-hour; 0 = the class is not offered.
    pub floor_price_usd_micros: u64,
    /// Region that the machine claims, if it does.
    pub region: Option<String>,
    /// Whether the device is up.
    pub is_up: bool,
    /// Whether a booking holds it.
    pub is_hired: bool,
    /// Whether an open quote of this scheduler names it.
    pub is_reserved: bool,
    /// Whether its stake meets the requirement.
    pub is_stake_sufficient: bool,
    /// First time it was up, Unix seconds; 0 = never.
    pub onboarded_at: i64,
    /// Last moment a booking may run to, Unix seconds; 0 = no limit.
    pub open_until: i64,
}

/// Time and rules of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Chain time, Unix seconds.
    pub now: i64,
    /// Seconds after onboarding before which no device is hired (economics §8.6).
    pub onboarding_seconds: i64,
    /// Seconds from now to the latest start of a booking quoted now: time to lock and to start.
    pub start_lead_seconds: i64,
}

/// The fleet at one moment, with a version that changes whenever the fleet does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Grows with each change.
    pub version: u64,
    /// Its time and rules.
    pub moment: Moment,
    devices: BTreeMap<DeviceId, Device>,
}

/// Why a decision cannot be committed.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// The snapshot changed since the decision: decide again.
    #[error("decision of version {decided}, snapshot is at {current}")]
    Stale {
        /// Version the decision was made from.
        decided: u64,
        /// Version of the snapshot.
        current: u64,
    },
    /// The decision names a device that is not free in the snapshot.
    #[error("a device of the plan is not free")]
    NotFree,
    /// The decision holds no plan.
    #[error("the decision holds no plan")]
    NoPlan,
}

impl Snapshot {
    /// A snapshot of the given devices; of two with one id the later counts.
    pub fn new(version: u64, moment: Moment, devices: impl IntoIterator<Item = Device>) -> Self {
        let devices = devices
            .into_iter()
            .map(|device| (device.id, device))
            .collect();
        Self {
            version,
            moment,
            devices,
        }
    }

    /// All devices in order of their ids.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        self.devices.values()
    }

    /// A device by its id.
    pub fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.devices.get(id)
    }

    /// Reserves every device of a plan, or none.
    ///
    /// Errors: `Stale`, `NotFree`, `NoPlan`.
    pub fn commit(&mut self, decision: &Decision) -> Result<(), CommitError> {
        if decision.version != self.version {
            return Err(CommitError::Stale {
                decided: decision.version,
                current: self.version,
            });
        }
        let Outcome::Placed(placement) = &decision.outcome else {
            return Err(CommitError::NoPlan);
        };
        let is_free = |id: &DeviceId| {
            self.devices
                .get(id)
                .is_some_and(|device| !device.is_hired && !device.is_reserved)
        };
        if !placement
            .devices
            .iter()
            .all(|chosen| is_free(&chosen.device))
        {
            return Err(CommitError::NotFree);
        }
        self.reserve(placement.devices.iter().map(|chosen| chosen.device));
        self.version = self.version.wrapping_add(1);
        Ok(())
    }

    /// Marks devices as reserved within one planning run.
    pub(crate) fn reserve(&mut self, ids: impl IntoIterator<Item = DeviceId>) {
        for id in ids {
            if let Some(device) = self.devices.get_mut(&id) {
                device.is_reserved = true;
            }
        }
    }
}
