//! What a renter asks for.

use serde::{Deserialize, Serialize};

/// Most lines of one booking (economics §8.1).
pub const MAX_LINES: usize = ion_economics::booking::MAX_LINES;

/// A wish for whole devices of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Names the request; part of the tie-break.
    pub id: [u8; 16],
    /// Order of arrival; earlier requests are served first.
    pub arrival: u64,
    /// Processor class.
    pub class: u16,
    /// Processors, exactly.
    pub gpus: u16,
    /// Booked time in minutes.
    pub minutes: u32,
    /// Lowest connectivity tier.
    pub min_connectivity_tier: u8,
    /// Lowest supplier tier.
    pub min_supplier_tier: u8,
    /// Lowest reliability score, bps.
    pub min_reliability_bps: u16,
    /// Highest price, 1e-6 USD per processor-hour.
    pub max_price_usd_micros: Option<u64>,
    /// Region that every device must claim.
    pub region: Option<String>,
    /// Whether the booking ends with the first line that fails. Placement is whole in any case.
    pub gang: bool,
}
