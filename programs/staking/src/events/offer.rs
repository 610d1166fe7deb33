//! Events of offers. Each also moves `DeviceStake::open_offer_seq`: to the sequence at creation, to
//! 0 at every ending.

use anchor_lang::prelude::*;

/// The stake wallet made an offer.
#[event]
pub struct OfferCreated {
    /// The `Offer` account.
    pub offer: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The stake wallet.
    pub wallet: Pubkey,
    /// Sequence of the offer.
    pub offer_seq: u64,
    /// Principal the co-staker puts in, 1e-8 IO.
    pub amount_io: u64,
    /// Share of the device's block rewards, bps.
    pub share_bps: u16,
    /// Last second it can be taken, Unix seconds; 0 = it does not expire.
    pub expires_at: i64,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The stake wallet took its offer back.
#[event]
pub struct OfferRetracted {
    /// The `Offer` account.
    pub offer: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The stake wallet.
    pub wallet: Pubkey,
    /// Sequence of the offer.
    pub offer_seq: u64,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Anyone put away an offer that had become invalid for good.
#[event]
pub struct OfferClosed {
    /// The `Offer` account.
    pub offer: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// Sequence of the offer.
    pub offer_seq: u64,
    /// Why: `ion_economics::stake::offer::Invalidity`.
    pub reason: u8,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A co-staker filled an offer.
#[event]
pub struct OfferFilled {
    /// The `Offer` account.
    pub offer: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The co-staker's wallet.
    pub co_staker: Pubkey,
    /// The `CoPosition` account made by it.
    pub position: Pubkey,
    /// Sequence of the offer.
    pub offer_seq: u64,
    /// Principal put in, 1e-8 IO.
    pub amount_io: u64,
    /// Share of the device's block rewards, bps.
    pub share_bps: u16,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
