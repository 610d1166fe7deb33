//! Ends a UTC day (economics §13.7).

use anchor_lang::prelude::*;
use ion_economics::params::ide::MAX_EPOCH_OBLIGATION;

use super::super::engine::day_bounds;
use crate::{
    constants::*,
    error::IdeError,
    events::{change, EpochEnded},
    state::{Epoch, EpochState},
};

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct EndEpoch<'info> {
    #[account(address = PARAMS @ IdeError::WrongParams)]
    pub params: Box<Account<'info, registry::state::Params>>,

    #[account(mut)]
    pub epoch: AccountLoader<'info, Epoch>,
}

/// Closes the epoch of a day that is over for revenue. An epoch that was opened before the limit on
/// obligations was ever set gets the limit of now, so that its suppliers are not left without pay.
///
/// Errors: `WrongParams`, `EpochNotAccruing`, `DayNotOver`, `ArithmeticOverflow`.
pub fn handle_end_epoch(ctx: Context<EndEpoch>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let limit = u64::try_from(ctx.accounts.params.value(&MAX_EPOCH_OBLIGATION, now))
        .map_err(|_| IdeError::ArithmeticOverflow)?;
    let (day, limits, seq) = {
        let mut epoch = ctx.accounts.epoch.load_mut()?;
        require!(
            epoch.state == EpochState::Accruing.code(),
            IdeError::EpochNotAccruing
        );
        let (_, end) = day_bounds(epoch.day)?;
        require_gte!(now, end, IdeError::DayNotOver);
        let old = epoch.max_obligation_usd_micros;
        if old == 0 {
            epoch.max_obligation_usd_micros = limit;
        }
        epoch.state = EpochState::Ended.code();
        epoch.ended_at = now;
        let limits = change(old, epoch.max_obligation_usd_micros);
        (epoch.day, limits, epoch.next_event()?)
    };

    emit_cpi!(EpochEnded {
        epoch: ctx.accounts.epoch.key(),
        day,
        max_obligation_usd_micros: limits,
        seq,
        at: now,
    });
    Ok(())
}
