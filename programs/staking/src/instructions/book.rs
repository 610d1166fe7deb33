//! The accounts of every operation on a device's stake: the book, its shard, and what the rules read.

use anchor_lang::prelude::*;
use ion_economics::{
    stake::{Ledger, View},
    units::UnixSeconds,
};
use registry::state::{Device, Params, ProcessorClass};

use crate::{
    error::StakingError,
    state::{view, DeviceStake, StakeTotals},
};

/// A device's stake with the accounts its rules are judged by. Typed accounts of the two programs
/// exist at one address each, so the fields identify them.
#[derive(Accounts)]
pub struct Book<'info> {
    #[account(mut, has_one = device @ StakingError::WrongDevice)]
    pub stake: Box<Account<'info, DeviceStake>>,

    #[account(mut, constraint = totals.shard == stake.shard @ StakingError::WrongShard)]
    pub totals: Box<Account<'info, StakeTotals>>,

    pub device: Box<Account<'info, Device>>,

    #[account(constraint = class.id == device.class @ StakingError::WrongClass)]
    pub class: Box<Account<'info, ProcessorClass>>,

    #[account(constraint = params.program == crate::ID @ StakingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,
}

impl Book<'_> {
    /// The world at `now`. Errors: see [`view`].
    pub(crate) fn view(&self, now: UnixSeconds) -> Result<View> {
        view(&self.device, &self.class, &self.params, now)
    }

    /// Writes the next book, recounts the shard and advances the event counter.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn apply(&mut self, after: &Ledger, now: UnixSeconds) -> Result<u64> {
        self.stake.set_ledger(after);
        let counted = after
            .eligible(now)
            .map_err(StakingError::from)?
            .base_units();
        self.totals.recount(self.stake.counted_io, counted)?;
        self.stake.counted_io = counted;
        self.stake.next_event()
    }
}
