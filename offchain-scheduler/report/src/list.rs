//! The list of devices of a block: how each was judged and what each party got.

use std::io::Write;

use borsh::{BorshDeserialize, BorshSerialize};
use sha2::{Digest, Sha256};

use crate::{Hash, Key, ReportError};

const LIST_TAG: &[u8] = b"ION_DEVICE_LIST_V1";

/// Outcome of a device-hour.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum RowState {
    /// Not nominated.
    Excluded = 0,
    /// Nominated, failed in the hour.
    Failed = 1,
    /// Paid.
    Succeeded = 2,
}

/// What a co-staker's wallet got of a device-hour.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartyAmount {
    /// The wallet.
    pub wallet: Key,
    /// Its part, IO base units; 0 while it does not earn.
    pub amount_io: u64,
}

/// One device of a block.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// Address of the device account.
    pub device: Key,
    /// Its owner at registration.
    pub owner: Key,
    /// Outcome.
    pub state: RowState,
    /// First rule not met, `ion_economics::reward::eligibility::Exclusion`; 0 = none.
    pub reason: u8,
    /// Rules not met at the start, bit 0 for rule 1.
    pub failed_at_start: u16,
    /// Rules not met at the end, bit 0 for rule 1.
    pub failed_at_end: u16,
    /// Reward pool; 0 = none.
    pub pool: u8,
    /// Base score; 0 unless paid.
    pub base: u64,
    /// The device's reward, IO base units.
    pub reward_io: u64,
    /// Wallets that hold positions, in order.
    pub co_stakers: Vec<PartyAmount>,
}

impl DeviceRow {
    /// The owner's part of the reward, IO base units.
    pub fn owner_io(&self) -> u64 {
        let others = self.co_stakers.iter().map(|party| party.amount_io).sum();
        // The parts are of this reward, so nothing is cut off.
        self.reward_io.saturating_sub(others)
    }
}

/// The devices of a block, in order of address.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceList {
    /// Hour of the block.
    pub hour: u64,
    /// One row per device that enough verifiers saw.
    pub rows: Vec<DeviceRow>,
}

impl DeviceList {
    /// Hash under which the list is stored and which the summary carries:
    /// `sha256("ION_DEVICE_LIST_V1" ‖ list)`.
    pub fn hash(&self) -> Hash {
        let mut state = HashWriter(Sha256::new_with_prefix(LIST_TAG));
        // Writing to memory fails only for lists above u32::MAX entries.
        let written = borsh::to_writer(&mut state, self);
        debug_assert!(written.is_ok());
        state.0.finalize().into()
    }

    /// Decodes a stored list. Error: `Undecodable`, also for rows out of order.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReportError> {
        let list: Self = borsh::from_slice(bytes).map_err(|_| ReportError::Undecodable)?;
        if list.rows.is_sorted_by(|a, b| a.device < b.device) {
            Ok(list)
        } else {
            Err(ReportError::Undecodable)
        }
    }

    /// Sum of the rewards, IO base units; `None` above 64 bits.
    pub fn allocated_io(&self) -> Option<u64> {
        self.rows
            .iter()
            .try_fold(0_u64, |sum, row| sum.checked_add(row.reward_io))
    }
}

/// SHA-256 as a place to write to.
struct HashWriter(Sha256);

impl Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
