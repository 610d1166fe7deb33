//! The summary of one hourly block (economics §2.5, §7.1): payload of a `BlockSummary`.

use crate::hash::Hash;
use crate::payload::{self, Reader};

/// What one pool of a block came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolSummary {
    /// Sum of the base scores of the pool's devices that succeeded.
    pub base_sum: u64,
    /// Devices of the pool that are paid.
    pub paid_devices: u32,
    /// Sum of the device rewards of the pool, IO base units.
    pub allocated_io: u64,
}

/// What the verifiers attest about an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockSummary {
    /// Hour index of the block.
    pub hour: u64,
    /// Devices that were nominated.
    pub nominated: u32,
    /// Nominated devices that succeeded.
    pub succeeded: u32,
    /// Nominated devices that failed.
    pub failed: u32,
    /// Verified processors of the CPU kind.
    pub verified_cpus: u32,
    /// Verified processors of the GPU kind.
    pub verified_gpus: u32,
    /// The Enterprise pool.
    pub enterprise: PoolSummary,
    /// The Community pool.
    pub community: PoolSummary,
    /// Hash of the list of devices and their results.
    pub device_list: Hash,
    /// SHA-256 of the evidence bundle the summary was computed from.
    pub bundle: Hash,
}

/// Bytes of an encoded [`PoolSummary`].
const POOL_BYTES: usize = 20;
/// Bytes of an encoded [`BlockSummary`].
pub const BLOCK_SUMMARY_BYTES: usize = 132;

const _: () = assert!(BLOCK_SUMMARY_BYTES == 8 + 5 * 4 + 2 * POOL_BYTES + 2 * 32);

impl PoolSummary {
    fn encode(&self) -> [u8; POOL_BYTES] {
        payload::encode(&[
            &self.base_sum.to_le_bytes(),
            &self.paid_devices.to_le_bytes(),
            &self.allocated_io.to_le_bytes(),
        ])
    }

    fn read(reader: &mut Reader) -> Option<Self> {
        Some(Self {
            base_sum: reader.u64()?,
            paid_devices: reader.u32()?,
            allocated_io: reader.u64()?,
        })
    }
}

impl BlockSummary {
    /// `hour u64 ‖ nominated u32 ‖ succeeded u32 ‖ failed u32 ‖ verified_cpus u32 ‖ verified_gpus
    /// u32 ‖ enterprise ‖ community ‖ device_list ‖ bundle`, a pool being `base_sum u64 ‖
    /// paid_devices u32 ‖ allocated u64`.
    pub fn encode(&self) -> [u8; BLOCK_SUMMARY_BYTES] {
        payload::encode(&[
            &self.hour.to_le_bytes(),
            &self.nominated.to_le_bytes(),
            &self.succeeded.to_le_bytes(),
            &self.failed.to_le_bytes(),
            &self.verified_cpus.to_le_bytes(),
            &self.verified_gpus.to_le_bytes(),
            &self.enterprise.encode(),
            &self.community.encode(),
            &self.device_list,
            &self.bundle,
        ])
    }

    /// The inverse of [`Self::encode`]; `None` for any other length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let summary = Self {
            hour: reader.u64()?,
            nominated: reader.u32()?,
            succeeded: reader.u32()?,
            failed: reader.u32()?,
            verified_cpus: reader.u32()?,
            verified_gpus: reader.u32()?,
            enterprise: PoolSummary::read(&mut reader)?,
            community: PoolSummary::read(&mut reader)?,
            device_list: reader.bytes()?,
            bundle: reader.bytes()?,
        };
        reader.end(summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn summary() -> BlockSummary {
        BlockSummary {
            hour: 477_720,
            nominated: 5,
            succeeded: 4,
            failed: 1,
            verified_cpus: 7,
            verified_gpus: 11,
            enterprise: PoolSummary {
                base_sum: 2_070_455,
                paid_devices: 3,
                allocated_io: 347_820_519_070,
            },
            community: PoolSummary {
                base_sum: 125_250,
                paid_devices: 2,
                allocated_io: 18_306_343_109,
            },
            device_list: [8; 32],
            bundle: [9; 32],
        }
    }

    #[test]
    fn encoding_is_the_documented_bytes() {
        let mut bytes: Vec<u8> = Vec::new();
        bytes.extend(477_720_u64.to_le_bytes());
        for field in [5_u32, 4, 1, 7, 11] {
            bytes.extend(field.to_le_bytes());
        }
        bytes.extend(2_070_455_u64.to_le_bytes());
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend(347_820_519_070_u64.to_le_bytes());
        bytes.extend(125_250_u64.to_le_bytes());
        bytes.extend(2_u32.to_le_bytes());
        bytes.extend(18_306_343_109_u64.to_le_bytes());
        bytes.extend([8; 32]);
        bytes.extend([9; 32]);
        assert_eq!(summary().encode().as_slice(), bytes);
    }

    #[test]
    fn decoding_takes_exactly_one_summary() {
        let bytes = summary().encode();
        assert_eq!(BlockSummary::decode(&bytes), Some(summary()));
        assert_eq!(BlockSummary::decode(&bytes[1..]), None);
        let mut longer = Vec::from(bytes);
        longer.push(0);
        assert_eq!(BlockSummary::decode(&longer), None);
    }
}
