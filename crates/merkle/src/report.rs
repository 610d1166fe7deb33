//! Report identities and payloads (economics §2.5).

use crate::hash::{Hash, Hasher};
use crate::payload::{self, Reader};

/// Domain of every payload hash.
const REPORT_TAG: &[u8] = b"ION_REPORT_V1";

/// What a report is about; stored on chain, so the numbers never change.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportKind {
    /// Summary of an hourly block; subject the rewards program, sequence the hour.
    BlockSummary = 1,
    /// Root of the reward tree; sequence of the tree.
    RewardRoot = 2,
    /// Obligations of an epoch; subject the ide program, sequence the day.
    EpochReport = 3,
    /// Root of the payout tree; sequence of the tree.
    PayoutRoot = 4,
    /// Root of work leaves; subject the booking program, sequence the hour.
    WorkReport = 5,
    /// Fault of one line; subject the booking, sequence of the booking.
    FaultReport = 6,
    /// Root of device leaves; subject the registry program, sequence the hour.
    DeviceReport = 7,
}

/// A byte that names no report kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownReportKind(pub u8);

impl ReportKind {
    /// Every kind, in order.
    pub const ALL: [Self; 7] = [
        Self::BlockSummary,
        Self::RewardRoot,
        Self::EpochReport,
        Self::PayoutRoot,
        Self::WorkReport,
        Self::FaultReport,
        Self::DeviceReport,
    ];

    /// The number stored on chain.
    pub const fn to_u8(self) -> u8 {
        match self {
            Self::BlockSummary => 1,
            Self::RewardRoot => 2,
            Self::EpochReport => 3,
            Self::PayoutRoot => 4,
            Self::WorkReport => 5,
            Self::FaultReport => 6,
            Self::DeviceReport => 7,
        }
    }
}

impl TryFrom<u8> for ReportKind {
    type Error = UnknownReportKind;

    fn try_from(byte: u8) -> Result<Self, Self::Error> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.to_u8() == byte)
            .ok_or(UnknownReportKind(byte))
    }
}

/// Payload of a report that carries a tree: `WorkReport` and `DeviceReport`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeafReport {
    /// Root of the tree, leaf count included.
    pub root: Hash,
    /// Leaves of the tree.
    pub leaf_count: u64,
    /// SHA-256 of the evidence bundle the leaves were computed from.
    pub bundle: Hash,
}

/// Bytes of an encoded [`LeafReport`].
pub const LEAF_REPORT_BYTES: usize = 72;

impl LeafReport {
    /// `root ‖ leaf_count u64 ‖ bundle`.
    pub fn encode(&self) -> [u8; LEAF_REPORT_BYTES] {
        payload::encode(&[&self.root, &self.leaf_count.to_le_bytes(), &self.bundle])
    }

    /// The inverse of [`Self::encode`]; `None` for any other length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let report = Self {
            root: reader.bytes()?,
            leaf_count: reader.u64()?,
            bundle: reader.bytes()?,
        };
        reader.end(report)
    }
}

/// What a verifier votes for: `sha256("ION_REPORT_V1" ‖ kind ‖ subject ‖ seq ‖ payload)`.
pub fn payload_hash<H: Hasher>(
    kind: ReportKind,
    subject: &[u8; 32],
    seq: u64,
    payload: &[u8],
) -> Hash {
    H::hash(&[
        REPORT_TAG,
        &[kind.to_u8()],
        subject,
        &seq.to_le_bytes(),
        payload,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sha256Hasher;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    type H = Sha256Hasher;

    #[test]
    fn kinds_round_trip_and_other_bytes_are_refused() {
        for byte in 0..=u8::MAX {
            match ReportKind::try_from(byte) {
                Ok(kind) => {
                    assert_eq!(kind.to_u8(), byte);
                    assert_eq!(kind as u8, byte);
                    assert!((1..=7).contains(&byte));
                }
                Err(error) => {
                    assert_eq!(error, UnknownReportKind(byte));
                    assert!(!(1..=7).contains(&byte));
                }
            }
        }
    }

    #[test]
    fn payload_hash_is_over_the_documented_bytes() {
        let mut bytes: Vec<u8> = Vec::new();
        bytes.extend(b"ION_REPORT_V1");
        bytes.push(5);
        bytes.extend([9; 32]);
        bytes.extend(477_720_u64.to_le_bytes());
        bytes.extend(b"payload");
        assert_eq!(
            payload_hash::<H>(ReportKind::WorkReport, &[9; 32], 477_720, b"payload"),
            H::hash(&[&bytes])
        );
    }

    proptest! {
        #[test]
        fn leaf_report_round_trips(root: [u8; 32], leaf_count: u64, bundle: [u8; 32]) {
            let report = LeafReport { root, leaf_count, bundle };
            let bytes = report.encode();
            prop_assert_eq!(LeafReport::decode(&bytes), Some(report));
            prop_assert_eq!(LeafReport::decode(&bytes[1..]), None);
            let mut longer = Vec::from(bytes);
            longer.push(0);
            prop_assert_eq!(LeafReport::decode(&longer), None);
        }

        #[test]
        fn payload_hash_differs_for_any_other_identity(subject: [u8; 32], seq: u64, byte in 0_usize..32) {
            let base = payload_hash::<H>(ReportKind::WorkReport, &subject, seq, b"x");
            let mut other = subject;
            other[byte] ^= 1;
            prop_assert_ne!(payload_hash::<H>(ReportKind::WorkReport, &other, seq, b"x"), base);
            prop_assert_ne!(payload_hash::<H>(ReportKind::DeviceReport, &subject, seq, b"x"), base);
            prop_assert_ne!(payload_hash::<H>(ReportKind::WorkReport, &subject, seq.wrapping_add(1), b"x"), base);
            prop_assert_ne!(payload_hash::<H>(ReportKind::WorkReport, &subject, seq, b"y"), base);
        }
    }
}
