//! One shard of the counted stake of all devices (economics §1.6).

use anchor_lang::prelude::*;
use ion_economics::math::{add, sub};

use crate::error::StakingError;

/// Account at `["totals", shard]`. Counts each device as of the last operation on its stake.
#[account]
#[derive(InitSpace, Debug)]
pub struct StakeTotals {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Number of the shard, 0 to 15.
    pub shard: u8,
    /// Σ of `DeviceStake::counted_io` of the shard's devices, 1e-8 IO.
    pub counted_io: u64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(StakeTotals::INIT_SPACE == 3 + 8 + 32);

impl StakeTotals {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// Replaces what one device added.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn recount(&mut self, old_io: u64, new_io: u64) -> Result<()> {
        let rest = sub(self.counted_io, old_io).map_err(StakingError::from)?;
        self.counted_io = add(rest, new_io).map_err(StakingError::from)?;
        Ok(())
    }
}
