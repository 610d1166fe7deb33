//! Sends the fees of an ended booking to the fee vault (economics §8.3, §13.6).

use anchor_lang::prelude::*;
use anchor_spl::token::Token;
use ide::program::Ide;
use ion_economics::{booking::BookingInput, math};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    escrow::{deposit_revenue, RevenueCall},
    events::{emit, BookingSettled, StatusChange},
    state::Booking,
};

/// Caller: anyone. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct Settle<'info> {
    pub by: Signer<'info>,

    /// CHECK: registry's Config; ide reads it.
    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: UncheckedAccount<'info>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    /// CHECK: the escrow of the booking; ide reads it.
    #[account(mut, address = booking.escrow @ BookingError::WrongEscrow)]
    pub escrow: UncheckedAccount<'info>,

    /// CHECK: ide itself checks that it is the mint of the escrow.
    pub mint: UncheckedAccount<'info>,

    /// CHECK: the fee vault of the currency; ide reads it.
    #[account(mut, address = booking.fee_vault()? @ BookingError::WrongFeeVault)]
    pub fee_vault: UncheckedAccount<'info>,

    /// CHECK: ide itself checks its ledgers.
    pub vaults: UncheckedAccount<'info>,

    /// CHECK: ide itself checks the epoch of today.
    #[account(mut)]
    pub epoch: UncheckedAccount<'info>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ BookingError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: ide itself checks its event authority.
    pub ide_event_authority: UncheckedAccount<'info>,

    pub ide_program: Program<'info, Ide>,
    pub token_program: Program<'info, Token>,
}

impl Settle<'_> {
    fn deposit(&self, amount: u64) -> Result<()> {
        deposit_revenue(
            &self.booking,
            RevenueCall {
                escrow: self.escrow.to_account_info(),
                mint: self.mint.to_account_info(),
                caller: self.caller.to_account_info(),
                fee_vault: self.fee_vault.to_account_info(),
                config: self.config.to_account_info(),
                vaults: self.vaults.to_account_info(),
                epoch: self.epoch.to_account_info(),
                token_program: self.token_program.to_account_info(),
                event_authority: self.ide_event_authority.to_account_info(),
                program: self.ide_program.to_account_info(),
            },
            ide::DepositRevenueArgs {
                amount,
                hire_usd_micros: 0,
                device: Pubkey::default(),
                owner: Pubkey::default(),
            },
        )
    }
}

/// Deposits the renter fees that stay, the fault parts and the supplier fees that the vault could not
/// take before; what is left in the escrow are balances to be pulled.
///
/// Errors: `WrongState`, `PayOpen`, `WrongFeeVault`, `LedgerMismatch`.
pub fn handle_settle(ctx: Context<Settle>) -> Result<()> {
    let now = checks::now()?;

    let booking = &mut ctx.accounts.booking;
    let status_before = booking.status;
    let all_earned = booking.open_records == 0;
    booking.step(BookingInput::Settle { all_earned })?;
    let own = math::add(booking.fees_kept, booking.sum(|line| line.vault_part)?)
        .map_err(BookingError::from)?;
    let amount = math::add(own, booking.fees_due).map_err(BookingError::from)?;
    booking.fees_deposited = own;
    booking.fees_due = 0;
    let seq = booking.next_event()?;
    booking.invariant()?; // escrow = RefundDue + Σ PayDue from here on
    ctx.accounts.deposit(amount)?;

    let booking = &ctx.accounts.booking;
    emit(
        &ctx.accounts.event_authority,
        &BookingSettled {
            booking: booking.key(),
            by: ctx.accounts.by.key(),
            status: StatusChange {
                old: status_before,
                new: booking.status,
            },
            deposited: amount,
            escrow: booking.escrow_ledger()?,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
