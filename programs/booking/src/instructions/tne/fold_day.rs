//! Adds shards of a day to its permanent account (economics §9.3).

use anchor_lang::prelude::*;

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, TneDayFolded},
    state::{TneDay, TneRingDay, TneTotals},
};

/// Caller: anyone. Works while the program is paused. Remaining accounts: 1 to 16 shards (writable),
/// each once.
#[event_cpi]
#[derive(Accounts)]
pub struct FoldTneDay<'info> {
    pub by: Signer<'info>,

    #[account(mut)]
    pub tne_day: Box<Account<'info, TneDay>>,
}

/// Takes the day out of one shard; a shard without that day gives nothing and is marked all the same.
#[inline(never)]
fn take_day<'info>(
    account: &'info AccountInfo<'info>,
    day: u64,
) -> Result<(u8, Option<TneRingDay>)> {
    let loader = AccountLoader::<TneTotals>::try_from(account)?;
    let mut totals = loader.load_mut()?;
    Ok((totals.shard, totals.take_day(day)?))
}

/// Adds each given shard once; the ring slots it came from may be used again.
///
/// Errors: `ShardAccounts`, `ShardFolded`.
pub fn handle_fold_tne_day<'info>(ctx: Context<'info, FoldTneDay<'info>>) -> Result<()> {
    let now = checks::now()?;
    let shards = ctx.remaining_accounts;
    require!(
        (1..=usize::from(TNE_SHARDS)).contains(&shards.len()),
        BookingError::ShardAccounts
    );
    let tne_day = &mut ctx.accounts.tne_day;
    for account in shards {
        require!(account.is_writable, BookingError::ShardAccounts);
        let (shard, part) = take_day(account, tne_day.day)?;
        let nothing: TneRingDay = bytemuck::Zeroable::zeroed();
        tne_day.add_shard(shard, &part.unwrap_or(nothing))?;
    }
    let seq = tne_day.next_event()?;

    let tne_day = &ctx.accounts.tne_day;
    emit(
        &ctx.accounts.event_authority,
        &TneDayFolded {
            tne_day: tne_day.key(),
            day: tne_day.day,
            shards: tne_day.shards,
            estimated_io: tne_day.estimated_io,
            settled_io: tne_day.settled_io,
            shards_with_later_days: tne_day.shards_with_later_days,
            by: ctx.accounts.by.key(),
            seq,
            at: now,
        },
    )?;
    Ok(())
}
