//! Closes a used or expired quote (economics §8.1).

use anchor_lang::prelude::*;

use crate::{
    checks,
    error::BookingError,
    events::{emit, QuoteClosed},
    state::Quote,
};

/// Caller: anyone. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseQuote<'info> {
    pub by: Signer<'info>,

    #[account(mut, close = scheduler)]
    pub quote: Box<Account<'info, Quote>>,

    /// CHECK: the key stored in the quote; it only receives the rent.
    #[account(mut, address = quote.scheduler @ BookingError::WrongRentReceiver)]
    pub scheduler: UncheckedAccount<'info>,
}

/// Returns the rent of a quote that a booking used, or that is over and whose id is stale.
///
/// Errors: `QuoteOpen`.
pub fn handle_close_quote(ctx: Context<CloseQuote>) -> Result<()> {
    let now = checks::now()?;
    let quote = &mut ctx.accounts.quote;
    require!(quote.is_closable(now), BookingError::QuoteOpen);
    let seq = quote.next_event()?;

    let quote = &ctx.accounts.quote;
    emit(
        &ctx.accounts.event_authority,
        &QuoteClosed {
            quote: quote.key(),
            by: ctx.accounts.by.key(),
            is_used: quote.is_used,
            scheduler: quote.scheduler,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
