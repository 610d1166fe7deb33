//! Creates one shard of the totals (economics §9.3).

use anchor_lang::prelude::*;

use crate::{constants::*, error::BookingError, state::TneTotals};

/// Arguments of `init_shard`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct InitShardArgs {
    /// Number of the shard, 0 to 15.
    pub shard: u8,
}

/// Caller: anyone; pays the rent, which stays. The account holds no authority.
#[derive(Accounts)]
#[instruction(args: InitShardArgs)]
pub struct InitShard<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(
        init,
        payer = payer,
        space = TneTotals::SPACE,
        seeds = [TNE_SEED, &[args.shard]],
        bump,
    )]
    pub tne: AccountLoader<'info, TneTotals>,

    pub system_program: Program<'info, System>,
}

/// Creates an empty shard.
///
/// Errors: `UnknownShard`.
pub fn handle_init_shard(ctx: Context<InitShard>, args: InitShardArgs) -> Result<()> {
    require!(args.shard < TNE_SHARDS, BookingError::UnknownShard);
    let mut tne = ctx.accounts.tne.load_init()?;
    tne.version = 1;
    tne.bump = ctx.bumps.tne;
    tne.shard = args.shard;
    Ok(())
}
