//! An open co-staking offer (economics §4.1).

use anchor_lang::prelude::*;
use ion_economics::{
    stake::offer::OfferTerms,
    units::{Bps, Io, UnixSeconds},
};

use crate::error::StakingError;

/// Account at `["offer", device, seq]`. It exists while the offer is open and its terms never
/// change; the rent goes back to the payer when the offer is filled, retracted or closed.
#[account]
#[derive(InitSpace, Debug)]
pub struct Offer {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// The device account.
    pub device: Pubkey,
    /// Stake wallet that made the offer and paid for this account.
    pub payer: Pubkey,
    /// Sequence per device, from 1.
    pub seq: u64,
    /// Principal the co-staker puts in, 1e-8 IO.
    pub amount_io: u64,
    /// Share of the device's block rewards, bps.
    pub share_bps: u16,
    /// When it was made, Unix seconds.
    pub created_at: i64,
    /// Last second it can be taken, Unix seconds; 0 = it does not expire.
    pub expires_at: i64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(Offer::INIT_SPACE == 2 + 2 * 32 + 8 + 8 + 2 + 8 + 8 + 32);

impl Offer {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// The pure terms.
    ///
    /// Errors: `ShareOutOfRange` for a share above 10,000 bps.
    pub fn terms(&self) -> Result<OfferTerms> {
        Ok(OfferTerms {
            seq: self.seq,
            amount: Io::from_base_units(self.amount_io),
            share: Bps::new(self.share_bps).ok_or(StakingError::ShareOutOfRange)?,
            expires_at: (self.expires_at != 0).then_some(UnixSeconds::new(self.expires_at)),
        })
    }
}
