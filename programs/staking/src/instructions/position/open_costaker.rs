//! Opens the account that counts a wallet's live positions (economics §1.7 F2).

use anchor_lang::prelude::*;

use crate::{
    checks,
    constants::*,
    events::{emit, CoStakerOpened},
    state::CoStaker,
};

/// Caller: anyone, for any wallet; the opener pays the rent.
#[event_cpi]
#[derive(Accounts)]
pub struct OpenCostaker<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    /// CHECK: any address; the account opened counts what this wallet signs for later.
    pub wallet: UncheckedAccount<'info>,

    #[account(
        init,
        payer = payer,
        space = CoStaker::SPACE,
        seeds = [CO_STAKER_SEED, wallet.key().as_ref()],
        bump,
    )]
    pub holder: Box<Account<'info, CoStaker>>,

    pub system_program: Program<'info, System>,
}

/// Creates a co-staker account without positions.
pub fn handle_open_costaker(ctx: Context<OpenCostaker>) -> Result<()> {
    let now = checks::now()?;
    let (wallet, payer) = (ctx.accounts.wallet.key(), ctx.accounts.payer.key());
    ctx.accounts.holder.set_inner(CoStaker {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.holder,
        wallet,
        payer,
        live_positions: 0,
        _reserved: [0; 32],
    });
    emit(
        &ctx.accounts.event_authority,
        &CoStakerOpened {
            co_staker: ctx.accounts.holder.key(),
            wallet,
            payer,
            at: now.get(),
        },
    )?;
    Ok(())
}
