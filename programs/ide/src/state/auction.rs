//! One lot of the buyback (economics §10.8).

use anchor_lang::prelude::*;
use ion_economics::{ide::auction::AuctionTerms, math};

use crate::error::IdeError;

/// What the IO of a lot is for; grows only at the end. 0 stands for no lot.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum LotKind {
    /// Burned in the filling instruction; paid from the earmark.
    Burn,
    /// Kept in the fee vault; paid from its sealed USDC.
    Reserve,
}

impl LotKind {
    /// The number in the engine's account.
    pub const fn code(self) -> u8 {
        match self {
            Self::Burn => 1,
            Self::Reserve => 2,
        }
    }
}

/// Where an auction stands; grows only at the end.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum AuctionState {
    /// Can be filled.
    Open,
    /// Nothing is left.
    SoldOut,
    /// What was unsold is back where it came from.
    Ended,
}

/// Account at `["auction", seq]`. Permanent.
#[account]
#[derive(InitSpace, Debug)]
pub struct Auction {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Number of the auction, from 1, without gaps.
    pub seq: u64,
    /// What its IO is for.
    pub kind: LotKind,
    /// Where it stands.
    pub state: AuctionState,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// USDC of the lot, base units.
    pub lot_usdc: u64,
    /// USDC not yet spent, base units.
    pub remaining_usdc: u64,
    /// IO bought, base units.
    pub bought_io: u64,
    /// When it opened, Unix seconds.
    pub opened_at: i64,
    /// Last second of fills, Unix seconds.
    pub ends_at: i64,
    /// Opening bid against the floor price, bps.
    pub start_bps: i16,
    /// Closing bid against the point price, bps.
    pub end_bps: i16,
    /// Publish time of the price of the last fill, Unix seconds; 0 = no fill.
    pub last_publish_time: i64,
    /// Fills so far.
    pub fills: u32,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(Auction::INIT_SPACE == 2 + 8 + 2 + 32 + 5 * 8 + 4 + 8 + 4 + 8 + 32);

impl Auction {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = Auction::DISCRIMINATOR.len() + Auction::INIT_SPACE;

    /// Terms by the rule's type.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub fn terms(&self) -> Result<AuctionTerms> {
        Ok(AuctionTerms {
            start_bps: self.start_bps,
            end_bps: self.end_bps,
            duration: self
                .ends_at
                .checked_sub(self.opened_at)
                .ok_or(IdeError::ArithmeticOverflow)?,
        })
    }

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(IdeError::from)?;
        Ok(self.event_seq)
    }
}
