//! Events of exemptions.

use anchor_lang::prelude::*;

use super::I64Change;

/// A device was granted an exemption.
#[event]
#[derive(Clone, Debug)]
pub struct ExemptionGranted {
    /// The exemption.
    pub exemption: Pubkey,
    /// Exemption admin or governance.
    pub actor: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// Number of the grant.
    pub id: u64,
    /// The device.
    pub target: Pubkey,
    /// Processors of the device.
    pub qty: u8,
    /// Rules the device is exempt from, bits of `ion_economics::exemption`.
    pub flags: u32,
    /// First second, Unix seconds.
    pub starts_at: i64,
    /// Last second, Unix seconds.
    pub ends_at: i64,
    /// SHA-256 of the published reason.
    pub reason_hash: [u8; 32],
    /// Grants that live now, this one included.
    pub live: u32,
    /// Event number of the exemption.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// An exemption was cancelled.
#[event]
#[derive(Clone, Debug)]
pub struct ExemptionCancelled {
    /// The exemption.
    pub exemption: Pubkey,
    /// Guardian or governance.
    pub actor: Pubkey,
    /// Number of the grant.
    pub id: u64,
    /// The device.
    pub target: Pubkey,
    /// Unix seconds; 0 = not.
    pub cancelled_at: I64Change,
    /// Grants that live now.
    pub live: u32,
    /// Event number of the exemption.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The account of an exemption was closed.
#[event]
#[derive(Clone, Debug)]
pub struct ExemptionClosed {
    /// The exemption.
    pub exemption: Pubkey,
    /// Who closed it.
    pub actor: Pubkey,
    /// Who got the rent.
    pub payer: Pubkey,
    /// Number of the grant.
    pub id: u64,
    /// The device.
    pub target: Pubkey,
    /// When it was cancelled, Unix seconds; 0 = its window ended.
    pub cancelled_at: i64,
    /// Grants that live now.
    pub live: u32,
    /// Event number of the exemption.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
