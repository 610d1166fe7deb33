//! Puts away an offer that can never be filled again (economics §4.1).

use anchor_lang::prelude::*;
use ion_economics::stake::{offer, StakeRuleError};

use crate::{
    checks,
    error::StakingError,
    events::{emit, OfferClosed},
    instructions::book::*,
    state::Offer,
};

/// Caller: anyone; the rent goes to whoever paid it.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseOffer<'info> {
    pub book: Book<'info>,

    #[account(
        mut,
        constraint = offer.device == book.stake.device @ StakingError::WrongOffer,
        close = offer_payer,
    )]
    pub offer: Box<Account<'info, Offer>>,

    /// CHECK: receives rent only; its address is checked here.
    #[account(mut, address = offer.payer @ StakingError::WrongPayer)]
    pub offer_payer: UncheckedAccount<'info>,
}

/// Closes an offer that is expired, above the cap, or on a device that is terminated, of a withdrawn
/// class or below its requirement.
///
/// Errors: `OfferStillValid`.
pub fn handle_close_offer(ctx: Context<CloseOffer>) -> Result<()> {
    let now = checks::now()?;
    let book = &mut ctx.accounts.book;
    let reason = offer::invalidity(
        &book.stake.ledger()?,
        &ctx.accounts.offer.terms()?,
        &book.view(now)?,
    )
    .and_then(|reason| reason.ok_or(StakeRuleError::OfferStillValid))
    .map_err(StakingError::from)?;
    book.stake.open_offer_seq = 0;
    let seq = book.stake.next_event()?;
    emit(
        &ctx.accounts.event_authority,
        &OfferClosed {
            offer: ctx.accounts.offer.key(),
            stake: ctx.accounts.book.stake.key(),
            offer_seq: ctx.accounts.offer.seq,
            reason: reason.code(),
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
