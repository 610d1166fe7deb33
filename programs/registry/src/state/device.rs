//! One supplier machine: 1 to 64 identical processors (economics §1.6, §13.1).

use anchor_lang::prelude::*;
use ion_economics::device::{self, BlockHolds, DeviceInput, DeviceState, DeviceStatus};

use crate::error::RegistryError;

/// Account at `["device", id]`; never closes.
#[account]
#[derive(InitSpace, Debug)]
pub struct Device {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// The device key at registration; part of the address, never changes.
    pub id: Pubkey,
    /// Wallet that registered the device.
    pub owner: Pubkey,
    /// Wallet that earnings go to.
    pub payout_wallet: Pubkey,
    /// Key with which the agent signs.
    pub device_key: Pubkey,
    /// Processor class.
    pub class: u16,
    /// Identical processors, 1 to 64; fixed.
    pub qty: u8,
    /// `ion_economics::device::DeviceStatus`.
    pub status: u8,
    /// Connectivity tier 0 to 4, by device report.
    pub connectivity_tier: u8,
    /// Supplier tier, by device report.
    pub supplier_tier: u8,
    /// Reliability score in bps, by device report.
    pub reliability_bps: u16,
    /// Readiness flags, by device report.
    pub readiness_flags: u32,
    /// Booking that holds the device; the default key = not hired.
    pub hired_by: Pubkey,
    /// First time the device was up, Unix seconds; 0 = not onboarded.
    pub onboarded_at: i64,
    /// Price the owner asks, 1e-6 USD per processor-hour.
    pub ask_usd_micros: u64,
    /// Last moment a booking may run to, Unix seconds; 0 = no limit.
    pub open_until: i64,
    /// Hour index of the last leaf applied; 0 = none.
    pub last_leaf_hour: u64,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// Who keeps the device blocked, `ion_economics::device::BlockHolds`: bit 0 governance, bit 1 an
    /// open case of offence code 6.
    pub block_holds: u8,
    /// For later fields.
    pub _reserved: [u8; 63],
}

const _: () =
    assert!(Device::INIT_SPACE == 2 + 4 * 32 + 2 + 4 + 2 + 4 + 32 + 8 + 8 + 8 + 8 + 8 + 1 + 63);

impl Device {
    /// Bytes of the account with its discriminator.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// Whether a booking holds the device.
    pub fn is_hired(&self) -> bool {
        self.hired_by != Pubkey::default()
    }

    /// Status as the rule's type.
    ///
    /// Errors: `CorruptDevice` for a byte that names none.
    pub fn device_status(&self) -> Result<DeviceStatus> {
        DeviceStatus::from_code(self.status).map_err(|_| error!(RegistryError::CorruptDevice))
    }

    /// Status and holds as the rule's type.
    ///
    /// Errors: `CorruptDevice` for bytes that name none.
    pub fn state(&self) -> Result<DeviceState> {
        let holds = BlockHolds::from_code(self.block_holds).map_err(RegistryError::from)?;
        Ok(DeviceState {
            status: self.device_status()?,
            holds,
        })
    }

    /// Whether an open case of offence code 6 keeps the device blocked.
    pub fn is_case_held(&self) -> bool {
        BlockHolds::from_code(self.block_holds).is_ok_and(|holds| holds.case)
    }

    /// Whether a booking may lock the device now: up and not hired. Stake, cooldown, age and
    /// `open_until` are the booking's to check.
    pub fn is_free(&self) -> bool {
        DeviceStatus::from_code(self.status).is_ok_and(DeviceStatus::is_hireable)
            && !self.is_hired()
    }

    /// Carries out an event of economics §13.1; the only place that assigns the status. The first
    /// time up is the end of onboarding.
    ///
    /// Errors: `DeviceStatusForbids`, `DeviceHired`, `DeviceTerminated`, `CaseOpen`,
    /// `CorruptDevice`.
    pub(crate) fn apply(&mut self, input: DeviceInput, now: i64) -> Result<()> {
        let after = device::transition(self.state()?, input).map_err(RegistryError::from)?;
        self.status = after.status.code();
        self.block_holds = after.holds.code();
        if matches!(after.status, DeviceStatus::Up) && self.onboarded_at == 0 {
            self.onboarded_at = now;
        }
        Ok(())
    }

    /// What holds after every instruction.
    ///
    /// Errors: `CorruptDevice`.
    pub(crate) fn invariant(&self) -> Result<()> {
        self.state()?;
        require!(
            (1..=device::MAX_QTY).contains(&self.qty)
                && self.connectivity_tier <= device::MAX_CONNECTIVITY_TIER
                && self.reliability_bps <= crate::constants::MAX_RELIABILITY_BPS,
            RegistryError::CorruptDevice
        );
        Ok(())
    }

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = self
            .event_seq
            .checked_add(1)
            .ok_or(RegistryError::ArithmeticOverflow)?;
        Ok(self.event_seq)
    }
}
