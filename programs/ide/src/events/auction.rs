//! Events of the buyback.

use anchor_lang::prelude::*;

use super::U64Change;

/// A lot is for sale.
#[event]
pub struct AuctionOpened {
    /// The Auction account.
    pub auction: Pubkey,
    /// Number of the auction.
    pub auction_seq: u64,
    /// 1 burn, 2 reserve.
    pub kind: u8,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// USDC of the lot, base units.
    pub lot_usdc: u64,
    /// Opening bid against the floor price, bps.
    pub start_bps: i16,
    /// Closing bid against the point price, bps.
    pub end_bps: i16,
    /// Last second of fills, Unix seconds.
    pub ends_at: i64,
    /// Earmark left, USDC base units.
    pub buyback_usdc: U64Change,
    /// Ledger Yu, USDC base units.
    pub yu_usdc: U64Change,
    /// Event number of the auction.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Somebody sold IO to the vault: the `repurchase` of the record of events (economics §9.1).
#[event]
pub struct AuctionFilled {
    /// The Auction account.
    pub auction: Pubkey,
    /// Number of the auction.
    pub auction_seq: u64,
    /// Who sold.
    pub seller: Pubkey,
    /// UTC day index whose epoch counts it.
    pub day: u64,
    /// IO taken, base units.
    pub io: u64,
    /// USDC paid, base units.
    pub usdc: u64,
    /// Bid, 1e-12 USD per IO.
    pub bid_p12: u64,
    /// Point price, 1e-12 USD per IO.
    pub price_p12: u64,
    /// Publish time of the price, Unix seconds.
    pub publish_time: i64,
    /// Whether the IO was burned.
    pub is_burned: bool,
    /// USDC left in the lot, base units.
    pub remaining_usdc: U64Change,
    /// Event number of the auction.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// An auction is over; what was unsold is back where it came from.
#[event]
pub struct AuctionEnded {
    /// The Auction account.
    pub auction: Pubkey,
    /// Number of the auction.
    pub auction_seq: u64,
    /// 1 burn, 2 reserve.
    pub kind: u8,
    /// USDC that was not sold, base units.
    pub unsold_usdc: u64,
    /// IO bought in all, base units.
    pub bought_io: u64,
    /// Earmark, USDC base units.
    pub buyback_usdc: U64Change,
    /// Ledger Yu, USDC base units.
    pub yu_usdc: U64Change,
    /// Event number of the auction.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
