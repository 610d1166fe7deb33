//! Payload of a fault report: one line of one booking lost its device (economics §2.5, §8.5).

use crate::hash::Hash;
use crate::payload::{self, Reader};

/// What happened; stored on chain in events, so the numbers never change.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The device was away for longer than the bound of a hired one.
    Outage = 1,
    /// The device is not what it claims to be, or renter data was compromised.
    Misconduct = 2,
}

impl FaultKind {
    /// From its stored form.
    pub const fn from_u8(value: u8) -> Option<Self> {
        match value {
            1 => Some(Self::Outage),
            2 => Some(Self::Misconduct),
            _ => None,
        }
    }
}

/// Payload of a `FaultReport`; its subject is the booking, so that is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultReport {
    /// Number of the line.
    pub line: u8,
    /// [`FaultKind`].
    pub kind: u8,
    /// First missed minute of the outage, Unix seconds.
    pub fault_at: i64,
    /// Renter of the booking.
    pub renter: [u8; 32],
    /// Minutes that the line had served at the fault.
    pub served: u32,
    /// Minutes that it had served at the last completed 24 h boundary before the fault.
    pub kept: u32,
    /// Device of the line at the fault: ties a slash case to it.
    pub device: [u8; 32],
    /// SHA-256 of the evidence bundle.
    pub bundle: Hash,
}

/// Bytes of an encoded [`FaultReport`].
pub const FAULT_REPORT_BYTES: usize = 114;

impl FaultReport {
    /// `line u8 ‖ kind u8 ‖ fault_at i64 ‖ renter ‖ served u32 ‖ kept u32 ‖ device ‖ bundle`.
    pub fn encode(&self) -> [u8; FAULT_REPORT_BYTES] {
        payload::encode(&[
            &[self.line, self.kind],
            &self.fault_at.to_le_bytes(),
            &self.renter,
            &self.served.to_le_bytes(),
            &self.kept.to_le_bytes(),
            &self.device,
            &self.bundle,
        ])
    }

    /// The inverse of [`Self::encode`]; `None` for any other length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let report = Self {
            line: reader.u8()?,
            kind: reader.u8()?,
            fault_at: reader.i64()?,
            renter: reader.bytes()?,
            served: reader.u32()?,
            kept: reader.u32()?,
            device: reader.bytes()?,
            bundle: reader.bytes()?,
        };
        reader.end(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn kinds_read_back() {
        for byte in 0..=u8::MAX {
            let kind = FaultKind::from_u8(byte);
            assert_eq!(kind.is_some(), (1..=2).contains(&byte));
            assert!(kind.is_none_or(|kind| kind as u8 == byte));
        }
    }

    proptest! {
        #[test]
        fn fault_report_round_trips(
            line: u8,
            kind: u8,
            fault_at: i64,
            renter: [u8; 32],
            served: u32,
            kept: u32,
            device: [u8; 32],
            bundle: [u8; 32],
        ) {
            let report = FaultReport { line, kind, fault_at, renter, served, kept, device, bundle };
            let bytes = report.encode();
            prop_assert_eq!(FaultReport::decode(&bytes), Some(report));
            prop_assert_eq!(FaultReport::decode(&bytes[1..]), None);
            let mut longer = Vec::from(bytes);
            longer.push(0);
            prop_assert_eq!(FaultReport::decode(&longer), None);
        }
    }
}
