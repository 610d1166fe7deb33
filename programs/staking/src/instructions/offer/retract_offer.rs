//! Takes an open offer back (economics §4.1).

use anchor_lang::prelude::*;

use crate::{
    checks,
    error::StakingError,
    events::{emit, OfferRetracted},
    state::{DeviceStake, Offer},
};

/// Caller: the stake wallet, at any time while the offer is open. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct RetractOffer<'info> {
    #[account(address = stake.wallet @ StakingError::WrongStakeWallet)]
    pub wallet: Signer<'info>,

    #[account(mut)]
    pub stake: Box<Account<'info, DeviceStake>>,

    #[account(
        mut,
        constraint = offer.device == stake.device @ StakingError::WrongOffer,
        close = offer_payer,
    )]
    pub offer: Box<Account<'info, Offer>>,

    /// CHECK: receives rent only; its address is checked here.
    #[account(mut, address = offer.payer @ StakingError::WrongPayer)]
    pub offer_payer: UncheckedAccount<'info>,
}

/// Closes the offer; its sequence is never used again.
pub fn handle_retract_offer(ctx: Context<RetractOffer>) -> Result<()> {
    let now = checks::now()?;
    let stake = &mut ctx.accounts.stake;
    stake.open_offer_seq = 0;
    let seq = stake.next_event()?;
    emit(
        &ctx.accounts.event_authority,
        &OfferRetracted {
            offer: ctx.accounts.offer.key(),
            stake: ctx.accounts.stake.key(),
            wallet: ctx.accounts.wallet.key(),
            offer_seq: ctx.accounts.offer.seq,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
