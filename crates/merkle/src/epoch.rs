//! The report of an epoch's obligations and its class rows (economics §2.5, §10.2).
//!
//! The rows are too many for a payload: it holds the first link of a hash chain over them, and the
//! rows are revealed in class order, each call showing its rows and the link that follows them.

use crate::hash::{Hash, Hasher};
use crate::payload::{self, Reader};

/// First byte of every row preimage.
const ROW_PREFIX: &[u8] = &[0x03];
/// The link after the last row.
pub const LAST_LINK: Hash = [0; 32];

/// What the devices of one class served in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassRow {
    /// Number of the processor class.
    pub class: u16,
    /// Processors that count.
    pub processors: u32,
    /// Verified processor-minutes of the day.
    pub processor_minutes: u64,
}

impl ClassRow {
    /// `sha256(0x03 ‖ class u16 ‖ processors u32 ‖ minutes u64 ‖ next)`.
    pub fn link<H: Hasher>(&self, next: &Hash) -> Hash {
        H::hash(&[
            ROW_PREFIX,
            &self.class.to_le_bytes(),
            &self.processors.to_le_bytes(),
            &self.processor_minutes.to_le_bytes(),
            next,
        ])
    }
}

/// The link before `rows`, given the link that follows them.
pub fn link_rows<H: Hasher>(rows: &[ClassRow], next: &Hash) -> Hash {
    rows.iter()
        .rev()
        .fold(*next, |next, row| row.link::<H>(&next))
}

/// Sequence of the report of a day: the day, and above its 32 bits the number of reports of that day
/// which were voided before.
pub const fn report_seq(day: u64, voided_reports: u8) -> u64 {
    day | (voided_reports as u64) << 32
}

/// Payload of an `EpochReport`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochReport {
    /// UTC day index.
    pub day: u64,
    /// Availability obligations of the day, 1e-6 USD.
    pub avail_usd_micros: u64,
    /// Floors taken: device-hours with minutes.
    pub floors: u64,
    /// Class rows that follow.
    pub class_count: u16,
    /// Link before the first row.
    pub class_rows: Hash,
    /// SHA-256 of the evidence bundle the report was computed from.
    pub bundle: Hash,
}

/// Bytes of an encoded [`EpochReport`].
pub const EPOCH_REPORT_BYTES: usize = 90;

const _: () = assert!(EPOCH_REPORT_BYTES == 3 * 8 + 2 + 2 * 32);

impl EpochReport {
    /// `day u64 ‖ avail u64 ‖ floors u64 ‖ class_count u16 ‖ class_rows ‖ bundle`.
    pub fn encode(&self) -> [u8; EPOCH_REPORT_BYTES] {
        payload::encode(&[
            &self.day.to_le_bytes(),
            &self.avail_usd_micros.to_le_bytes(),
            &self.floors.to_le_bytes(),
            &self.class_count.to_le_bytes(),
            &self.class_rows,
            &self.bundle,
        ])
    }

    /// The inverse of [`Self::encode`]; `None` for any other length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let report = Self {
            day: reader.u64()?,
            avail_usd_micros: reader.u64()?,
            floors: reader.u64()?,
            class_count: reader.u16()?,
            class_rows: reader.bytes()?,
            bundle: reader.bytes()?,
        };
        reader.end(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sha256Hasher;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    type H = Sha256Hasher;

    #[test]
    fn link_is_over_the_documented_bytes() {
        let row = ClassRow {
            class: 0x0201,
            processors: 7,
            processor_minutes: 9,
        };
        let mut bytes: Vec<u8> = Vec::from([3, 1, 2]);
        bytes.extend(7_u32.to_le_bytes());
        bytes.extend(9_u64.to_le_bytes());
        bytes.extend([5; 32]);
        assert_eq!(row.link::<H>(&[5; 32]), H::hash(&[&bytes]));
        assert_eq!(link_rows::<H>(&[], &LAST_LINK), LAST_LINK);
    }

    proptest! {
        #[test]
        fn report_round_trips(day: u64, avail: u64, floors: u64, class_count: u16, class_rows: [u8; 32], bundle: [u8; 32]) {
            let report = EpochReport { day, avail_usd_micros: avail, floors, class_count, class_rows, bundle };
            let bytes = report.encode();
            prop_assert_eq!(EpochReport::decode(&bytes), Some(report));
            prop_assert_eq!(EpochReport::decode(&bytes[1..]), None);
        }

        #[test]
        fn rows_can_be_revealed_in_any_portions(minutes in prop::collection::vec(any::<u64>(), 1..20), at in 0_usize..20) {
            let rows: Vec<ClassRow> = minutes
                .iter()
                .enumerate()
                .map(|(class, minutes)| ClassRow {
                    class: class as u16,
                    processors: 1,
                    processor_minutes: *minutes,
                })
                .collect();
            let at = at % (rows.len() + 1);
            let (first, second) = rows.split_at(at);
            let middle = link_rows::<H>(second, &LAST_LINK);
            prop_assert_eq!(link_rows::<H>(first, &middle), link_rows::<H>(&rows, &LAST_LINK));
        }
    }
}
