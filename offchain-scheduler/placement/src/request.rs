//! What a renter asks for.

use serde::{Deserialize, Serialize};

use crate::Part;

/// Most lines of one booking (economics §8.1).
pub const MAX_LINES: usize = ion_economics::booking::MAX_LINES;

/// What the machines of one cluster must share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colocation {
    /// Nothing; fewer machines are preferred all the same.
    #[default]
    Any,
    /// The region, whichever it is.
    Region,
    /// The supplier, whichever it is.
    Supplier,
}

/// What is taken of the machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Whole devices of one class on at most [`MAX_LINES`] lines.
    Devices {
        /// Processor class.
        class: u16,
        /// Processors, exactly.
        gpus: u16,
        /// Most devices, 1 to [`MAX_LINES`].
        lines: u8,
    },
    /// A gang of equal parts, each on one machine; two parts may share a machine.
    Parts {
        /// Parts, all or none; 1 for a single one.
        members: u16,
        /// Each of them.
        part: Part,
    },
}

/// A wish for processors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Names the request; part of the tie-break.
    pub id: [u8; 16],
    /// Order of arrival; earlier requests are served first.
    pub arrival: u64,
    /// What is taken.
    pub shape: Shape,
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
    /// Whether every device must be able to compute confidentially.
    pub confidential: bool,
    /// What the devices must share.
    pub colocation: Colocation,
    /// Whether the booking ends with the first line that fails. Placement is whole in any case.
    pub gang: bool,
}

impl Request {
    /// A request without limits.
    pub fn new(id: [u8; 16], arrival: u64, shape: Shape, minutes: u32) -> Self {
        Self {
            id,
            arrival,
            shape,
            minutes,
            min_connectivity_tier: 0,
            min_supplier_tier: 0,
            min_reliability_bps: 0,
            max_price_usd_micros: None,
            region: None,
            confidential: false,
            colocation: Colocation::Any,
            gang: false,
        }
    }
}
