//! Pays a booking, in one or several parts (economics §8.6, §13.6).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, Token, TokenAccount, TransferChecked};
use ion_economics::{
    booking::{BookingInput, BookingStatus},
    math,
    params::booking as params,
    units::UnixSeconds,
};
use registry::state::{Config, Params};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, BookingPaid, StatusChange, U64Change},
    state::{Booking, TneTotals},
};

/// Arguments of `pay`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PayArgs {
    /// Base units offered, above 0; only what is still unpaid is taken.
    pub amount: u64,
    /// Next operation of the booking.
    pub op_seq: u32,
}

/// Caller: the payer named in the quote.
#[event_cpi]
#[derive(Accounts)]
pub struct Pay<'info> {
    pub payer: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut, has_one = payer @ BookingError::NotPayer)]
    pub booking: Box<Account<'info, Booking>>,

    #[account(mut, address = booking.escrow @ BookingError::WrongEscrow)]
    pub escrow: Box<Account<'info, TokenAccount>>,

    #[account(constraint = mint.key() == booking.mint(&config)? @ BookingError::WrongMint)]
    pub mint: Box<Account<'info, Mint>>,

    #[account(
        mut,
        constraint = source.mint == mint.key() @ BookingError::WrongMint,
        constraint = source.owner == payer.key() @ BookingError::WrongSource,
    )]
    pub source: Box<Account<'info, TokenAccount>>,

    #[account(mut)]
    pub tne: AccountLoader<'info, TneTotals>,

    pub token_program: Program<'info, Token>,
}

impl Pay<'_> {
    fn validate(&self, args: &PayArgs, now: i64) -> Result<()> {
        checks::not_paused(&self.config, now)?;
        require!(args.amount > 0, BookingError::ZeroAmount);
        self.tne.load()?.check_shard(&self.booking.key())
    }

    fn take(&self, amount: u64) -> Result<()> {
        require!(
            self.source.amount >= amount,
            BookingError::InsufficientFunds
        );
        token::transfer_checked(
            CpiContext::new(
                self.token_program.key(),
                TransferChecked {
                    from: self.source.to_account_info(),
                    mint: self.mint.to_account_info(),
                    to: self.escrow.to_account_info(),
                    authority: self.payer.to_account_info(),
                },
            ),
            amount,
            self.mint.decimals,
        )
    }
}

/// Moves `min(amount, total − paid)` into the escrow; the last part makes the booking Funded and
/// starts `lock_timeout`.
///
/// Errors: `Paused`, `NotPayer`, `ZeroAmount`, `WrongOpSeq`, `WrongState`, `DeadlinePassed`,
/// `WrongMint`, `WrongSource`, `InsufficientFunds`, `WrongShard`.
pub fn handle_pay(ctx: Context<Pay>, args: PayArgs) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.validate(&args, now)?;

    let booking = &mut ctx.accounts.booking;
    let (paid_before, status_before, deadline) = (booking.paid, booking.status, booking.deadline);
    booking.admit(args.op_seq)?;
    let unpaid = math::sub(booking.total, booking.paid).map_err(BookingError::from)?;
    let amount = args.amount.min(unpaid);
    booking.paid = math::add(booking.paid, amount).map_err(BookingError::from)?;
    let full = booking.paid == booking.total;
    let status = booking.step(BookingInput::Pay {
        now: UnixSeconds::new(now),
        deadline: UnixSeconds::new(deadline),
        full,
    })?;
    if status == BookingStatus::Funded {
        booking.deadline = checks::stamp(&ctx.accounts.params, &params::LOCK_TIMEOUT, now, now)?;
    }
    let seq = booking.next_event()?;
    booking.invariant()?;
    let currency = booking.currency()?;
    ctx.accounts
        .tne
        .load_mut()?
        .count_payment(currency, amount, now)?;
    ctx.accounts.take(amount)?;

    let booking = &ctx.accounts.booking;
    emit(
        &ctx.accounts.event_authority,
        &BookingPaid {
            booking: booking.key(),
            payer: booking.payer,
            amount,
            currency: booking.currency,
            paid: U64Change {
                old: paid_before,
                new: booking.paid,
            },
            status: StatusChange {
                old: status_before,
                new: booking.status,
            },
            deadline: booking.deadline,
            op_seq: args.op_seq,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
