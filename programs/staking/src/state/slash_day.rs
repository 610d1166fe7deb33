//! What cases may take of the network in one UTC day (economics §5.1).

use anchor_lang::prelude::*;
use ion_economics::{math::add, slash::daily_limit, units::Io};

use crate::error::StakingError;

/// Account at `["slash_day", day (i64, little endian)]`. Never closes.
#[account]
#[derive(InitSpace, Debug)]
pub struct SlashDay {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// UTC day index.
    pub day: i64,
    /// Who paid for this account.
    pub payer: Pubkey,
    /// Counted stake of the network when the account was opened, 1e-8 IO.
    pub counted_io: u64,
    /// Taken by the cases of the day: stake legs and holds, 1e-8 IO. Restored amounts stay in.
    pub taken_io: u64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(SlashDay::INIT_SPACE == 2 + 8 + 32 + 2 * 8 + 32);

impl SlashDay {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// What cases may still take today under these parameters, 1e-8 IO.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub fn left(&self, cap_bps: u16, floor: Io) -> Result<Io> {
        let limit = daily_limit(Io::from_base_units(self.counted_io), cap_bps, floor)
            .map_err(StakingError::from)?
            .base_units();
        // A limit lowered during the day leaves nothing: the clamp is the rule.
        Ok(Io::from_base_units(limit.saturating_sub(self.taken_io)))
    }

    /// Counts what a case takes. Errors: `ArithmeticOverflow`.
    pub(crate) fn take(&mut self, amount: Io) -> Result<()> {
        self.taken_io = add(self.taken_io, amount.base_units()).map_err(StakingError::from)?;
        Ok(())
    }
}
