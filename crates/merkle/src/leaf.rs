//! The leaf types of the leaf reports (economics §2.5). Integers are little-endian.

use crate::hash::{leaf, Hash, Hasher};

/// Tag of [`WorkLeaf`].
pub const WORK_LEAF_TAG: &[u8] = b"WORK_LEAF_V1";
/// Tag of [`DeviceLeaf`].
pub const DEVICE_LEAF_TAG: &[u8] = b"DEVICE_LEAF_V1";

/// Lines of a booking.
const LINES: usize = 8;
/// Bytes of the served minutes of all lines.
const SERVED_BYTES: usize = 32;

/// Work of one booking up to a 24 h boundary or its end; leaf of a `WorkReport`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkLeaf {
    /// The Booking account; key of the leaf and its first field.
    pub booking: [u8; 32],
    /// Number of this record within the booking, from 0 without gaps.
    pub record_seq: u32,
    /// Whether this is the record of the end.
    pub is_final: bool,
    /// Minutes served since the start of each line, cumulative; 0 for a line that does not exist.
    pub served_minutes: [u32; LINES],
}

impl WorkLeaf {
    /// `sha256(0x00 ‖ "WORK_LEAF_V1" ‖ booking ‖ booking ‖ record_seq ‖ final ‖ served[8])`: the
    /// key, then the fields, of which the booking is the first.
    pub fn hash<H: Hasher>(&self) -> Hash {
        let mut served = [0_u8; SERVED_BYTES];
        for (bytes, minutes) in served.chunks_exact_mut(4).zip(self.served_minutes) {
            bytes.copy_from_slice(&minutes.to_le_bytes());
        }
        leaf::<H, 5>(
            WORK_LEAF_TAG,
            &[
                &self.booking,
                &self.booking,
                &self.record_seq.to_le_bytes(),
                &[u8::from(self.is_final)],
                &served,
            ],
        )
    }
}

/// What the verifiers saw of one device in an hour; leaf of a `DeviceReport`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceLeaf {
    /// The registry program; key of the leaf.
    pub registry: [u8; 32],
    /// The Device account.
    pub device: [u8; 32],
    /// Status as in `economics::device`.
    pub status: u8,
    /// Connectivity tier, 0 to 4.
    pub connectivity_tier: u8,
    /// Supplier tier bits.
    pub supplier_tier: u8,
    /// Readiness flags.
    pub readiness_flags: u32,
    /// Reliability score in basis points.
    pub reliability_bps: u16,
}

impl DeviceLeaf {
    /// `sha256(0x00 ‖ "DEVICE_LEAF_V1" ‖ registry ‖ device ‖ status ‖ connectivity tier ‖
    /// supplier tier ‖ readiness flags ‖ reliability)`.
    pub fn hash<H: Hasher>(&self) -> Hash {
        leaf::<H, 7>(
            DEVICE_LEAF_TAG,
            &[
                &self.registry,
                &self.device,
                &[self.status],
                &[self.connectivity_tier],
                &[self.supplier_tier],
                &self.readiness_flags.to_le_bytes(),
                &self.reliability_bps.to_le_bytes(),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sha256Hasher;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    type H = Sha256Hasher;

    fn work() -> WorkLeaf {
        WorkLeaf {
            booking: [1; 32],
            record_seq: 2,
            is_final: true,
            served_minutes: [10, 20, 30, 40, 50, 60, 70, 80],
        }
    }

    fn device() -> DeviceLeaf {
        DeviceLeaf {
            registry: [3; 32],
            device: [4; 32],
            status: 1,
            connectivity_tier: 4,
            supplier_tier: 9,
            readiness_flags: 0x0102_0304,
            reliability_bps: 9_585,
        }
    }

    #[test]
    fn work_leaf_hash_is_over_the_documented_bytes() {
        let mut bytes: Vec<u8> = Vec::new();
        bytes.push(0);
        bytes.extend(b"WORK_LEAF_V1");
        bytes.extend([1; 32]);
        bytes.extend([1; 32]);
        bytes.extend(2_u32.to_le_bytes());
        bytes.push(1);
        for minutes in [10_u32, 20, 30, 40, 50, 60, 70, 80] {
            bytes.extend(minutes.to_le_bytes());
        }
        assert_eq!(work().hash::<H>(), H::hash(&[&bytes]));
    }

    #[test]
    fn device_leaf_hash_is_over_the_documented_bytes() {
        let mut bytes: Vec<u8> = Vec::new();
        bytes.push(0);
        bytes.extend(b"DEVICE_LEAF_V1");
        bytes.extend([3; 32]);
        bytes.extend([4; 32]);
        bytes.extend([1, 4, 9, 4, 3, 2, 1, 0x71, 0x25]);
        assert_eq!(device().hash::<H>(), H::hash(&[&bytes]));
    }

    proptest! {
        #[test]
        fn any_changed_work_field_changes_the_leaf(line in 0_usize..8, by in 1_u32.., byte in 0_usize..32) {
            let base = work().hash::<H>();
            let mut other = work();
            other.served_minutes[line] = other.served_minutes[line].wrapping_add(by);
            prop_assert_ne!(other.hash::<H>(), base);
            let mut other = work();
            other.record_seq = other.record_seq.wrapping_add(by);
            prop_assert_ne!(other.hash::<H>(), base);
            let mut other = work();
            other.is_final = false;
            prop_assert_ne!(other.hash::<H>(), base);
            let mut other = work();
            other.booking[byte] ^= 1;
            prop_assert_ne!(other.hash::<H>(), base);
        }

        #[test]
        fn any_changed_device_field_changes_the_leaf(by in 1_u8.., byte in 0_usize..32) {
            let base = device().hash::<H>();
            let changes: [fn(&mut DeviceLeaf, u8, usize); 7] = [
                |leaf, _, byte| leaf.registry[byte] ^= 1,
                |leaf, _, byte| leaf.device[byte] ^= 1,
                |leaf, by, _| leaf.status = leaf.status.wrapping_add(by),
                |leaf, by, _| leaf.connectivity_tier = leaf.connectivity_tier.wrapping_add(by),
                |leaf, by, _| leaf.supplier_tier = leaf.supplier_tier.wrapping_add(by),
                |leaf, by, _| leaf.readiness_flags = leaf.readiness_flags.wrapping_add(u32::from(by)),
                |leaf, by, _| leaf.reliability_bps = leaf.reliability_bps.wrapping_add(u16::from(by)),
            ];
            for change in changes {
                let mut other = device();
                change(&mut other, by, byte);
                prop_assert_ne!(other.hash::<H>(), base);
            }
        }
    }
}
