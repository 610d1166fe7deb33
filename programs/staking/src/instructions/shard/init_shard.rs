//! Opens one shard of the counted stake (economics §1.6, §1.7 F2).

use anchor_lang::prelude::*;

use crate::{constants::*, error::StakingError, state::StakeTotals};

/// Arguments of `init_shard`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct InitShardArgs {
    /// Number of the shard, 0 to 15.
    pub shard: u8,
}

/// Caller: anyone; all values are fixed.
#[derive(Accounts)]
#[instruction(args: InitShardArgs)]
pub struct InitShard<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(
        init,
        payer = payer,
        space = StakeTotals::SPACE,
        seeds = [TOTALS_SEED, &[args.shard]],
        bump,
        constraint = args.shard < SHARDS @ StakingError::UnknownShard,
    )]
    pub totals: Box<Account<'info, StakeTotals>>,

    pub system_program: Program<'info, System>,
}

/// Creates a shard that counts nothing. Shards are counters and have no events.
///
/// Errors: `UnknownShard`.
pub fn handle_init_shard(ctx: Context<InitShard>, args: InitShardArgs) -> Result<()> {
    ctx.accounts.totals.set_inner(StakeTotals {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.totals,
        shard: args.shard,
        counted_io: 0,
        _reserved: [0; 32],
    });
    Ok(())
}
