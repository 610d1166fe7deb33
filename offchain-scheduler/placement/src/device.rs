//! What a decision needs to know of a device.

use serde::{Deserialize, Serialize};

use crate::Room;

/// Address of a device account.
pub type DeviceId = [u8; 32];

/// A device and its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Address of the device account.
    pub id: DeviceId,
    /// Wallet of the supplier.
    pub owner: [u8; 32],
    /// Processor class.
    pub class: u16,
    /// Processors, 1 to 64; a booking hires a device whole.
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
    /// Whether it can compute confidentially.
    pub is_confidential: bool,
    /// Whether the device is up.
    pub is_up: bool,
    /// Whether its owner lets running bookings end and no new one begin.
    pub is_draining: bool,
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
    /// What is left of it for parts.
    pub room: Room,
}

impl Device {
    /// Whether nothing holds it whole.
    pub fn is_free(&self) -> bool {
        !self.is_hired && !self.is_reserved
    }

    /// First moment at which it may be hired, Unix seconds.
    pub(crate) fn hireable_at(&self, moment: &Moment) -> i64 {
        // A time beyond the range of the clock never comes: saturation decides the same.
        self.onboarded_at.saturating_add(moment.onboarding_seconds)
    }
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
