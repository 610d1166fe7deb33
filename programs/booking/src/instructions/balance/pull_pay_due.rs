//! Sends pay that could not be delivered to its supplier (economics §8.7).

use anchor_lang::prelude::*;
use anchor_spl::{
    associated_token::get_associated_token_address,
    token::{Mint, Token, TokenAccount},
};
use registry::state::Device;

use crate::{
    checks,
    error::BookingError,
    escrow::Escrow,
    events::{emit, PayDuePulled},
    state::Booking,
};

/// Arguments of `pull_pay_due`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PullPayDueArgs {
    /// Number of the line.
    pub line: u8,
}

/// Caller: the payout wallet of the line's device, to any token account it owns; anyone else, to that
/// wallet's associated account, so that pay nobody pulls holds up no booking. Works while the program
/// is paused.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: PullPayDueArgs)]
pub struct PullPayDue<'info> {
    pub by: Signer<'info>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    #[account(address = booking.line(args.line)?.device @ BookingError::WrongDevice)]
    pub device: Box<Account<'info, Device>>,

    #[account(mut, address = booking.escrow @ BookingError::WrongEscrow)]
    pub escrow: Box<Account<'info, TokenAccount>>,

    #[account(address = escrow.mint @ BookingError::WrongMint)]
    pub mint: Box<Account<'info, Mint>>,

    #[account(
        mut,
        constraint = destination.mint == mint.key() @ BookingError::WrongMint,
        constraint = destination.owner == device.payout_wallet @ BookingError::WrongPayDestination,
    )]
    pub destination: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
}

impl PullPayDue<'_> {
    fn validate(&self) -> Result<()> {
        let wallet = self.device.payout_wallet;
        if self.by.key() != wallet {
            require_keys_eq!(
                self.destination.key(),
                get_associated_token_address(&wallet, &self.mint.key()),
                BookingError::WrongPayDestination
            );
        }
        Ok(())
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

/// Sends the whole balance PayDue of one line, in any state of the booking.
///
/// Errors: `UnknownLine`, `WrongDevice`, `NothingToPull`, `WrongMint`,
/// `WrongPayDestination`.
pub fn handle_pull_pay_due(ctx: Context<PullPayDue>, args: PullPayDueArgs) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.validate()?;

    let booking = &mut ctx.accounts.booking;
    let line = booking.line_mut(args.line)?;
    let amount = line.pay_due;
    require!(amount > 0, BookingError::NothingToPull);
    line.pay_due = 0;
    let seq = booking.next_event()?;
    booking.invariant()?;
    ctx.accounts.send(amount)?;

    let booking = &ctx.accounts.booking;
    emit(
        &ctx.accounts.event_authority,
        &PayDuePulled {
            booking: booking.key(),
            line: args.line,
            device: ctx.accounts.device.key(),
            payout_wallet: ctx.accounts.device.payout_wallet,
            destination: ctx.accounts.destination.key(),
            amount,
            currency: booking.currency,
            by: ctx.accounts.by.key(),
            seq,
            at: now,
        },
    )?;
    Ok(())
}
