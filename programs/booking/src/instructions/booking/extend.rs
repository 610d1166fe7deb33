//! Adds minutes to a running booking, paid at once (economics §8.1, §13.6).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, Token, TokenAccount, TransferChecked};
use ion_economics::{
    booking::{booked_end, BookingInput},
    units::UnixSeconds,
};
use registry::state::{Config, Device};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, BookingExtended, BookingPaid, StatusChange, TimeChange, U64Change},
    state::{grow, Booking, Quote, QuoteKind, TneTotals},
};

/// Arguments of `extend`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ExtendArgs {
    /// Highest price with fees that the renter accepts, base units of the currency.
    pub max_total: u64,
    /// Next operation of the booking.
    pub op_seq: u32,
}

/// Caller: the renter, who pays the rent of what the account grows by, with the payer. Remaining
/// accounts: the devices of all hired lines in line order.
#[event_cpi]
#[derive(Accounts)]
pub struct Extend<'info> {
    #[account(mut)]
    pub renter: Signer<'info>,

    pub payer: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(mut)]
    pub quote: Box<Account<'info, Quote>>,

    #[account(
        mut,
        has_one = renter @ BookingError::NotRenter,
        has_one = payer @ BookingError::NotPayer,
    )]
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
    pub system_program: Program<'info, System>,
}

impl Extend<'_> {
    fn validate(&self, args: &ExtendArgs, now: i64) -> Result<()> {
        checks::not_paused(&self.config, now)?;
        // quote: of this booking, alive, and made in the mode of this hour
        let quote = &self.quote;
        require!(
            quote.kind == QuoteKind::Extend as u8,
            BookingError::WrongQuoteKind
        );
        require_keys_eq!(
            quote.booking,
            self.booking.key(),
            BookingError::WrongBooking
        );
        require!(!quote.is_used, BookingError::QuoteUsed);
        require!(now <= quote.expires_at, BookingError::QuoteExpired);
        let mode = u8::from(checks::is_ide_now(&self.config, now)?);
        require!(mode == quote.stamp, BookingError::QuoteExpired);
        self.booking
            .check_hired(quote.lines.iter().map(|line| line.device))?;
        // args
        require!(quote.total <= args.max_total, BookingError::TotalAboveMax);
        // tne
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

/// The owners of the devices let them out until the new end: read again, because an owner may have
/// set a limit after the quote.
///
/// Errors: `DeviceAccounts`, `DeviceNotOpen`.
fn check_open_until<'info>(
    quote: &Quote,
    devices: &'info [AccountInfo<'info>],
    ends_at: i64,
) -> Result<()> {
    require!(
        devices
            .iter()
            .map(|device| device.key)
            .eq(quote.lines.iter().map(|line| &line.device)),
        BookingError::DeviceAccounts
    );
    for device in devices {
        let device = Box::new(Account::<Device>::try_from(device)?);
        require!(
            device.open_until == 0 || ends_at <= device.open_until,
            BookingError::DeviceNotOpen
        );
    }
    Ok(())
}

/// Adds the quoted minutes to every hired line as a purchase of its own price and takes the whole
/// price from the payer.
///
/// Errors: `Paused`, `NotRenter`, `NotPayer`, `WrongQuoteKind`, `WrongBooking`, `QuoteUsed`,
/// `QuoteExpired`, `LinesChanged`, `TotalAboveMax`, `WrongOpSeq`, `WrongState`, `DeadlinePassed`,
/// `DeviceAccounts`, `DeviceNotOpen`, `TooManySegments`, `WrongMint`, `WrongSource`,
/// `InsufficientFunds`, `WrongShard`.
pub fn handle_extend<'info>(ctx: Context<'info, Extend<'info>>, args: ExtendArgs) -> Result<()> {
    let now = checks::now()?;
    let accounts = &mut *ctx.accounts;
    accounts.validate(&args, now)?;

    let (booking, quote) = (&mut accounts.booking, &mut accounts.quote);
    booking.admit(args.op_seq)?;
    let (status_before, ends_before) = (booking.status, booking.ends_at);
    let (total_before, paid_before) = (booking.total, booking.paid);
    booking.step(BookingInput::Extend {
        now: UnixSeconds::new(now),
        ends_at: UnixSeconds::new(ends_before),
    })?;
    booking.minutes = booking
        .minutes
        .checked_add(quote.minutes)
        .ok_or(BookingError::MathOverflow)?;
    booking.ends_at = booked_end(UnixSeconds::new(ends_before), quote.minutes)
        .map_err(BookingError::from)?
        .get();
    booking.deadline = booking.ends_at;
    check_open_until(quote, ctx.remaining_accounts, booking.ends_at)?;
    booking.buy_extension(quote)?;
    quote.is_used = true;
    let quote_seq = quote.next_event()?;
    let extended_seq = booking.next_event()?;
    let paid_seq = booking.next_event()?;
    booking.invariant()?;
    let (amount, currency) = (quote.total, booking.currency()?);
    accounts
        .tne
        .load_mut()?
        .count_payment(currency, amount, now)?;
    grow(
        &accounts.booking,
        &accounts.renter,
        &accounts.system_program,
    )?;
    accounts.take(amount)?;

    let (booking, quote) = (&ctx.accounts.booking, &ctx.accounts.quote);
    emit(
        &ctx.accounts.event_authority,
        &BookingExtended {
            booking: booking.key(),
            quote: quote.key(),
            renter: booking.renter,
            minutes: quote.minutes,
            amount,
            currency: booking.currency,
            price_p12: quote.price_p12,
            lines: quote.lines.clone(),
            ends_at: TimeChange {
                old: ends_before,
                new: booking.ends_at,
            },
            total: U64Change {
                old: total_before,
                new: booking.total,
            },
            op_seq: args.op_seq,
            quote_seq,
            seq: extended_seq,
            at: now,
        },
    )?;
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
            seq: paid_seq,
            at: now,
        },
    )?;
    Ok(())
}
