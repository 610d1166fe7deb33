//! How many live positions a wallet holds (economics §4.1).

use anchor_lang::prelude::*;
use ion_economics::math::{add, sub};

use crate::error::StakingError;

/// Account at `["costaker", wallet]`.
#[account]
#[derive(InitSpace, Debug)]
pub struct CoStaker {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// The wallet.
    pub wallet: Pubkey,
    /// Who paid for this account.
    pub payer: Pubkey,
    /// Positions that hold a slot of a device.
    pub live_positions: u64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(CoStaker::INIT_SPACE == 2 + 2 * 32 + 8 + 32);

impl CoStaker {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// One more live position. Errors: `ArithmeticOverflow`.
    pub(crate) fn enter(&mut self) -> Result<()> {
        self.live_positions = add(self.live_positions, 1).map_err(StakingError::from)?;
        Ok(())
    }

    /// One live position less. Errors: `ArithmeticOverflow`.
    pub(crate) fn leave(&mut self) -> Result<()> {
        self.live_positions = sub(self.live_positions, 1).map_err(StakingError::from)?;
        Ok(())
    }
}
