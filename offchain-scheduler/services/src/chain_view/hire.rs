//! Who holds a device.

use ion_economics::booking::{BookingStatus, LineStatus};
use ion_observation::Key;
use solana_pubkey::Pubkey;

/// A device and the booking that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HireView {
    /// Key that the device's agent signs with.
    pub device_key: Key,
    /// The booking.
    pub booking: Key,
    /// Who booked.
    pub renter: Key,
    /// Booked end, Unix seconds.
    pub ends_at: i64,
}

impl HireView {
    /// From the two accounts; `None` unless the booking runs and its line of the device is hired.
    pub(super) fn of(
        address: &Pubkey,
        device: &registry::state::Device,
        booking: &booking::state::Booking,
    ) -> Option<Self> {
        let is_running = booking.status == BookingStatus::Running as u8;
        let has_line = booking
            .lines
            .iter()
            .any(|line| line.device == *address && line.status == LineStatus::Hired as u8);
        (is_running && has_line).then(|| HireView {
            device_key: device.device_key.to_bytes(),
            booking: device.hired_by.to_bytes(),
            renter: booking.renter.to_bytes(),
            ends_at: booking.ends_at,
        })
    }
}
