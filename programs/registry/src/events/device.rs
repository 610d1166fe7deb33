//! Events of devices.

use anchor_lang::prelude::*;

use super::{I64Change, KeyChange, U16Change, U32Change, U64Change, U8Change};

/// A device was registered.
#[event]
#[derive(Clone, Debug)]
pub struct DeviceRegistered {
    /// The device.
    pub device: Pubkey,
    /// Wallet that owns it.
    pub owner: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// Key of its agent; also its id.
    pub device_key: Pubkey,
    /// Wallet that earnings go to.
    pub payout_wallet: Pubkey,
    /// Processor class.
    pub class: u16,
    /// Identical processors.
    pub qty: u8,
    /// `ion_economics::device::DeviceStatus`.
    pub status: u8,
    /// 1e-6 USD per processor-hour.
    pub ask_usd_micros: u64,
    /// Unix seconds; 0 = no limit.
    pub open_until: i64,
    /// Event number of the device.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The owner changed a device; fields that stayed are `None`.
#[event]
#[derive(Clone, Debug)]
pub struct DeviceUpdated {
    /// The device.
    pub device: Pubkey,
    /// The owner.
    pub actor: Pubkey,
    /// Wallet that earnings go to.
    pub payout_wallet: Option<KeyChange>,
    /// Key of the agent.
    pub device_key: Option<KeyChange>,
    /// 1e-6 USD per processor-hour.
    pub ask_usd_micros: Option<U64Change>,
    /// Unix seconds; 0 = no limit.
    pub open_until: Option<I64Change>,
    /// Event number of the device.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Why the status of a device changed other than by a leaf; grows only at the end.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum StatusReason {
    /// Paused by the owner.
    PausedByOwner = 0,
    /// Resumed by the owner.
    ResumedByOwner = 1,
    /// Terminated by the owner.
    TerminatedByOwner = 2,
    /// Blocked by governance.
    BlockedByGovernance = 3,
    /// Unblocked by governance.
    UnblockedByGovernance = 4,
    /// Terminated by governance.
    TerminatedByGovernance = 5,
    /// Blocked by a slash case of offence code 6.
    BlockedByCase = 6,
    /// The case was restored; governance may still keep the device blocked.
    RestoredByCase = 7,
    /// The case ended without a full restore; its block is left to governance.
    LeftToGovernance = 8,
}

/// The status of a device, or who keeps it blocked, changed by its owner, governance or a case.
#[event]
#[derive(Clone, Debug)]
pub struct DeviceStatusChanged {
    /// The device.
    pub device: Pubkey,
    /// The owner, who executed the action, or the staking program's caller address.
    pub actor: Pubkey,
    /// Action that was executed, or the slash case; the default key when the owner acted.
    pub action: Pubkey,
    /// Why.
    pub reason: StatusReason,
    /// `ion_economics::device::DeviceStatus`.
    pub status: U8Change,
    /// Event number of the device.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A leaf of an attested device report was applied.
#[event]
#[derive(Clone, Debug)]
pub struct DeviceLeafApplied {
    /// The device.
    pub device: Pubkey,
    /// Who sent it.
    pub actor: Pubkey,
    /// Poll of the report.
    pub poll: Pubkey,
    /// Hour index of the last leaf.
    pub last_leaf_hour: U64Change,
    /// `ion_economics::device::DeviceStatus`.
    pub status: U8Change,
    /// Tier 0 to 4.
    pub connectivity_tier: U8Change,
    /// Tier.
    pub supplier_tier: U8Change,
    /// Readiness flags.
    pub readiness_flags: U32Change,
    /// Reliability score in bps.
    pub reliability_bps: U16Change,
    /// End of onboarding, Unix seconds; 0 = not onboarded.
    pub onboarded_at: I64Change,
    /// Event number of the device.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A booking took devices.
#[event]
#[derive(Clone, Debug)]
pub struct DevicesLocked {
    /// The booking program's caller address.
    pub actor: Pubkey,
    /// The booking.
    pub hired_by: Pubkey,
    /// The devices, in the order given.
    pub devices: Vec<Pubkey>,
    /// Event number of each device.
    pub seqs: Vec<u64>,
    /// Unix seconds.
    pub at: i64,
}

/// A booking freed devices.
#[event]
#[derive(Clone, Debug)]
pub struct DevicesUnlocked {
    /// The booking program's caller address.
    pub actor: Pubkey,
    /// The booking.
    pub hired_by: Pubkey,
    /// The devices, in the order given.
    pub devices: Vec<Pubkey>,
    /// Event number of each device.
    pub seqs: Vec<u64>,
    /// Unix seconds.
    pub at: i64,
}
