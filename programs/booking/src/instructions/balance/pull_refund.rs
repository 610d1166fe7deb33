//! Sends the payer's balance out of the escrow (economics §8.5).

use anchor_lang::prelude::*;
use anchor_spl::{
    associated_token::get_associated_token_address,
    token::{Mint, Token, TokenAccount},
};
use ion_economics::math;

use crate::{
    checks,
    error::BookingError,
    escrow::Escrow,
    events::{emit, RefundPulled, U64Change},
    state::{Booking, TneTotals},
};

/// Caller: the payer, to any token account it owns; anyone else, to the payer's associated account.
/// Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct PullRefund<'info> {
    pub by: Signer<'info>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    #[account(mut, address = booking.escrow @ BookingError::WrongEscrow)]
    pub escrow: Box<Account<'info, TokenAccount>>,

    #[account(address = escrow.mint @ BookingError::WrongMint)]
    pub mint: Box<Account<'info, Mint>>,

    #[account(
        mut,
        constraint = destination.mint == mint.key() @ BookingError::WrongMint,
        constraint = destination.owner == booking.payer @ BookingError::WrongRefundDestination,
    )]
    pub destination: Box<Account<'info, TokenAccount>>,

    #[account(mut)]
    pub tne: AccountLoader<'info, TneTotals>,

    pub token_program: Program<'info, Token>,
}

impl PullRefund<'_> {
    fn validate(&self) -> Result<()> {
        if self.by.key() != self.booking.payer {
            let associated = get_associated_token_address(&self.booking.payer, &self.mint.key());
            require_keys_eq!(
                self.destination.key(),
                associated,
                BookingError::WrongRefundDestination
            );
        }
        self.tne.load()?.check_shard(&self.booking.key())
    }

    fn send(&self, amount: u64) -> Result<()> {
        Escrow {
            booking: &self.booking,
            escrow: self.escrow.to_account_info(),
            mint: &self.mint,
            token_program: self.token_program.key(),
        }
        .send(self.destination.to_account_info(), amount)
    }
}

/// Sends the whole balance RefundDue, in any state of the booking.
///
/// Errors: `NothingToPull`, `WrongMint`, `WrongRefundDestination`, `WrongShard`.
pub fn handle_pull_refund(ctx: Context<PullRefund>) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.validate()?;

    let booking = &mut ctx.accounts.booking;
    let (amount, before) = (booking.refund_due, booking.refunds_pulled);
    require!(amount > 0, BookingError::NothingToPull);
    booking.refund_due = 0;
    booking.refunds_pulled = math::add(before, amount).map_err(BookingError::from)?;
    let seq = booking.next_event()?;
    booking.invariant()?;
    let currency = booking.currency()?;
    ctx.accounts
        .tne
        .load_mut()?
        .count_refund(currency, amount, now)?;
    ctx.accounts.send(amount)?;

    let booking = &ctx.accounts.booking;
    emit(
        &ctx.accounts.event_authority,
        &RefundPulled {
            booking: booking.key(),
            payer: booking.payer,
            destination: ctx.accounts.destination.key(),
            amount,
            currency: booking.currency,
            refunds_pulled: U64Change {
                old: before,
                new: booking.refunds_pulled,
            },
            by: ctx.accounts.by.key(),
            seq,
            at: now,
        },
    )?;
    Ok(())
}
