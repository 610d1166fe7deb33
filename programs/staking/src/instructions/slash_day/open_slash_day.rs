//! Opens the day against whose limit cases are counted (economics §5.1).

use anchor_lang::prelude::*;
use ion_economics::math::add;

use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, SlashDayOpened},
    state::SlashDay,
    state::StakeTotals,
};

/// Arguments of `open_slash_day`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct OpenSlashDayArgs {
    /// UTC day index of now.
    pub day: i64,
}

/// Caller: anyone, who pays the rent; the account never closes. Remaining accounts: the 16 shards of
/// the totals in order.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: OpenSlashDayArgs)]
pub struct OpenSlashDay<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(
        init,
        payer = payer,
        space = SlashDay::SPACE,
        seeds = [SLASH_DAY_SEED, args.day.to_le_bytes().as_ref()],
        bump,
    )]
    pub slash_day: Box<Account<'info, SlashDay>>,

    pub system_program: Program<'info, System>,
}

/// Counted stake of all shards; each stands at its own place.
fn counted<'info>(shards: &'info [AccountInfo<'info>]) -> Result<u64> {
    require!(
        shards.len() == usize::from(SHARDS),
        StakingError::ShardsIncomplete
    );
    let mut sum = 0;
    for (number, info) in (0..SHARDS).zip(shards) {
        let totals =
            Account::<StakeTotals>::try_from(info).map_err(|_| StakingError::WrongShard)?;
        require!(totals.shard == number, StakingError::WrongShard);
        sum = add(sum, totals.counted_io).map_err(StakingError::from)?;
    }
    Ok(sum)
}

/// Opens today with the counted stake of the network; each shard counts as of its last touch.
///
/// Errors: `WrongDay`, `ShardsIncomplete`, `WrongShard`.
pub fn handle_open_slash_day<'info>(
    ctx: Context<'info, OpenSlashDay<'info>>,
    args: OpenSlashDayArgs,
) -> Result<()> {
    let now = checks::now()?;
    require!(args.day == now.day_index(), StakingError::WrongDay);
    let counted_io = counted(ctx.remaining_accounts)?;
    let payer = ctx.accounts.payer.key();
    ctx.accounts.slash_day.set_inner(SlashDay {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.slash_day,
        day: args.day,
        payer,
        counted_io,
        taken_io: 0,
        _reserved: [0; 32],
    });
    emit(
        &ctx.accounts.event_authority,
        &SlashDayOpened {
            slash_day: ctx.accounts.slash_day.key(),
            day: args.day,
            counted_io,
            payer,
            at: now.get(),
        },
    )?;
    Ok(())
}
