//! Closes a settled booking whose balances are pulled (economics §8.7).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ion_economics::{booking::BookingStatus, params::booking as params};
use registry::state::{Params, Roles};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    escrow::Escrow,
    events::{emit, BookingClosed},
    state::Booking,
};

/// Caller: anyone. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct Close<'info> {
    pub by: Signer<'info>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut, close = renter)]
    pub booking: Box<Account<'info, Booking>>,

    #[account(mut, address = booking.escrow @ BookingError::WrongEscrow)]
    pub escrow: Box<Account<'info, TokenAccount>>,

    #[account(address = escrow.mint @ BookingError::WrongMint)]
    pub mint: Box<Account<'info, Mint>>,

    /// CHECK: the renter stored in the booking; it only receives the rent.
    #[account(mut, address = booking.renter @ BookingError::WrongRentReceiver)]
    pub renter: UncheckedAccount<'info>,

    /// Needed when strangers sent tokens to the escrow: vault of ide that takes them. Without it no
    /// account that all bookings share is written.
    /// CHECK: it only receives tokens.
    #[account(mut, address = booking.excess_vault()? @ BookingError::WrongExcessVault)]
    pub excess_vault: Option<UncheckedAccount<'info>>,

    pub token_program: Program<'info, Token>,

    /// Needed when a line was replaced.
    #[account(address = ROLES @ BookingError::WrongRoles)]
    pub roles: Option<Box<Account<'info, Roles>>>,

    /// Needed when a line was replaced: gets back the rent of the lines it added.
    /// CHECK: the scheduler of the roles account, in `scheduler`.
    #[account(mut)]
    pub scheduler: Option<UncheckedAccount<'info>>,
}

impl<'info> Close<'info> {
    fn validate(&self, now: i64) -> Result<()> {
        require!(
            self.booking.status()? == BookingStatus::Settled,
            BookingError::WrongState
        );
        require!(
            self.booking.escrow_ledger()? == 0,
            BookingError::BalancesOpen
        );
        // the id is stale: no quote with it can be made any more, so it is never booked twice
        let ttl = self.params.value(&params::QUOTE_TTL, now);
        let stale_after = ttl
            .checked_mul(2)
            .and_then(|two| self.booking.booked_at.checked_add(two))
            .ok_or(BookingError::MathOverflow)?;
        require!(now > stale_after, BookingError::CloseEarly);
        // the last report is stale: none of its leaves can be shown again
        let report_until = checks::stamp(
            &self.params,
            &params::REPORT_TTL,
            self.booking.last_report_at,
            now,
        )?;
        require!(
            self.booking.last_report_at == 0 || now > report_until,
            BookingError::CloseEarly
        );
        Ok(())
    }

    /// Who gets the rent of replacement lines: the scheduler of now.
    fn scheduler(&self) -> Result<AccountInfo<'info>> {
        let (Some(roles), Some(scheduler)) = (&self.roles, &self.scheduler) else {
            return err!(BookingError::WrongRentReceiver);
        };
        require_keys_eq!(
            scheduler.key(),
            roles.scheduler.current,
            BookingError::WrongRentReceiver
        );
        Ok(scheduler.to_account_info())
    }

    /// Empties and closes the escrow; gifts go to the vault that keeps them, never to a wallet.
    fn close_escrow(&self) -> Result<()> {
        let escrow = Escrow {
            booking: &self.booking,
            escrow: self.escrow.to_account_info(),
            mint: &self.mint,
            token_program: self.token_program.key(),
        };
        if self.escrow.amount > 0 {
            let vault = self
                .excess_vault
                .as_ref()
                .ok_or(BookingError::WrongExcessVault)?;
            escrow.send(vault.to_account_info(), self.escrow.amount)?;
        }
        escrow.close(self.renter.to_account_info())
    }
}

/// Closes booking and escrow; the rent of both goes to the renter, that of replacement lines to the
/// scheduler.
///
/// Errors: `WrongState`, `BalancesOpen`, `CloseEarly`, `WrongRentReceiver`, `WrongExcessVault`.
pub fn handle_close(ctx: Context<Close>) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.validate(now)?;
    let excess = ctx.accounts.escrow.amount;
    let seq = ctx.accounts.booking.next_event()?;
    ctx.accounts.close_escrow()?;

    let booking = &ctx.accounts.booking;
    emit(
        &ctx.accounts.event_authority,
        &BookingClosed {
            booking: booking.key(),
            by: ctx.accounts.by.key(),
            renter: booking.renter,
            excess,
            scheduler_rent: booking.failover_rent,
            seq,
            at: now,
        },
    )?;
    // last: a call to another program would miss the moved lamports
    if booking.failover_rent > 0 {
        booking.sub_lamports(booking.failover_rent)?;
        ctx.accounts
            .scheduler()?
            .add_lamports(booking.failover_rent)?;
    }
    Ok(())
}
