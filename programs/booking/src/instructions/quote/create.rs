//! Quotes named devices at their owners' prices (economics §8.1).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{booked_end, Currency, PaySource},
    params::booking as params,
    units::UnixSeconds,
};
use registry::state::{Config, Params, Roles};

use super::terms::{check_id, day_of, most_minutes, price_and_fee, stamp_now, Priced, Terms};
use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, QuoteCreated},
    state::{group_size, Quote, QuoteKind},
};

/// Arguments of `create_quote`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CreateQuoteArgs {
    /// Creation time (i64, little endian) and nonce (8 bytes); the time at most `quote_ttl` from now.
    pub id: [u8; 16],
    /// Bookings of one cluster share a group id, whose last byte is their number, 2 to 8; zero: none.
    pub group: [u8; 16],
    /// Who may book it.
    pub renter: Pubkey,
    /// Who pays and is refunded.
    pub payer: Pubkey,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// 0 the payer's wallet, 1 a mirror of a card or credit payment.
    pub source: u8,
    /// 1 gang, 2 failover; may be added.
    pub flags: u8,
    /// Minutes of each line.
    pub minutes: u32,
    /// Number of lines, 1 to 8.
    pub lines: u8,
}

/// Caller: the scheduler. Remaining accounts: of each line in order its device and, in mode `Schedule`,
/// its class, in mode `Ide` the rates of its class.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: CreateQuoteArgs)]
pub struct CreateQuote<'info> {
    #[account(mut, address = roles.scheduler.current @ BookingError::NotScheduler)]
    pub scheduler: Signer<'info>,

    #[account(address = ROLES @ BookingError::WrongRoles)]
    pub roles: Box<Account<'info, Roles>>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(
        init,
        payer = scheduler,
        space = Quote::space_to_create(&quote.to_account_info(), args.lines)?,
        seeds = [QUOTE_SEED, &args.id],
        bump,
    )]
    pub quote: Box<Account<'info, Quote>>,

    /// The oracle's account; for a quote in IO.
    /// CHECK: owner, type and feed in `checks::read_price`.
    pub price_update: Option<UncheckedAccount<'info>>,

    pub system_program: Program<'info, System>,
}

impl CreateQuote<'_> {
    fn validate(&self, args: &CreateQuoteArgs, accounts: usize, now: i64) -> Result<()> {
        checks::not_paused(&self.config, now)?;
        // args
        check_id(&args.id, &self.params, now)?;
        let currency = Currency::from_u8(args.currency).ok_or(BookingError::UnknownCurrency)?;
        require!(
            PaySource::from_u8(args.source).is_some(),
            BookingError::UnknownSource
        );
        require!(args.flags & !KNOWN_FLAGS == 0, BookingError::UnknownFlag);
        require!(
            args.group == [0; 16] || (2..=MAX_GROUP).contains(&group_size(&args.group)),
            BookingError::GroupSize
        );
        let least = checks::param_u32(&self.params, &params::MIN_MINUTES, now)?;
        let stamp = stamp_now(&self.config, now)?;
        let most = most_minutes(&self.params, stamp, currency, now)?;
        require!(
            (least..=most).contains(&args.minutes),
            BookingError::MinutesOutOfRange
        );
        require!(
            accounts.checked_div(QUOTE_LINE_ACCOUNTS) == Some(usize::from(args.lines))
                && accounts.checked_rem(QUOTE_LINE_ACCOUNTS) == Some(0),
            BookingError::LineAccounts
        );
        Ok(())
    }

    fn terms(&self, args: &CreateQuoteArgs, now: i64) -> Result<Terms> {
        let currency = Currency::from_u8(args.currency).ok_or(BookingError::UnknownCurrency)?;
        let (floor_p12, payment_bps) = price_and_fee(
            &self.config,
            &self.params,
            self.price_update.as_deref(),
            currency,
            now,
        )?;
        let started = checks::stamp(&self.params, &params::LOCK_TIMEOUT, now, now)?;
        let started = checks::stamp(&self.params, &params::START_TIMEOUT, started, now)?;
        let latest_end = booked_end(UnixSeconds::new(started), args.minutes)
            .map_err(BookingError::from)?
            .get();
        Ok(Terms {
            stamp: stamp_now(&self.config, now)?,
            minutes: args.minutes,
            floor_p12,
            reservation_bps: checks::param_u16(&self.params, &params::RESERVATION_FEE_BPS, now)?,
            payment_bps,
            hired_by: Pubkey::default(),
            latest_end,
            day: day_of(now)?,
        })
    }
}

/// Stores the price of 1 to 8 devices for `quote_ttl`; reserves nothing.
///
/// Errors: `Paused`, `QuoteExists`, `LineCount`, `LineAccounts`, `QuoteIdTime`, `UnknownCurrency`,
/// `UnknownSource`, `UnknownFlag`, `GroupSize`, `MinutesOutOfRange`, `OracleMissing`,
/// `BadOracleAccount`, `OracleUnusable`, `DuplicateDevice`, and per line those of its checks.
pub fn handle_create_quote<'info>(
    ctx: Context<'info, CreateQuote<'info>>,
    args: CreateQuoteArgs,
) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts
        .validate(&args, ctx.remaining_accounts.len(), now)?;
    let terms = ctx.accounts.terms(&args, now)?;

    let Priced { lines, total } = terms.price_all(ctx.remaining_accounts)?;
    let supplier_fee_bps = terms
        .reservation_bps
        .checked_add(terms.payment_bps)
        .ok_or(BookingError::MathOverflow)?;

    let expires_at = checks::stamp(&ctx.accounts.params, &params::QUOTE_TTL, now, now)?;
    let quote = &mut ctx.accounts.quote;
    quote.set_inner(Quote {
        version: 1,
        bump: ctx.bumps.quote,
        id: args.id,
        group: args.group,
        scheduler: ctx.accounts.scheduler.key(),
        renter: args.renter,
        payer: args.payer,
        booking: Pubkey::default(),
        kind: QuoteKind::New as u8,
        currency: args.currency,
        stamp: terms.stamp as u8,
        source: args.source,
        flags: args.flags,
        is_used: false,
        supplier_fee_bps,
        minutes: args.minutes,
        price_p12: checks::stored_price(terms.floor_p12.unwrap_or_default())?,
        total,
        expires_at,
        event_seq: 1,
        _reserved: [0; 32],
        lines,
    });

    let quote = &ctx.accounts.quote;
    emit(
        &ctx.accounts.event_authority,
        &QuoteCreated {
            quote: quote.key(),
            scheduler: quote.scheduler,
            renter: quote.renter,
            payer: quote.payer,
            booking: quote.booking,
            kind: quote.kind,
            currency: quote.currency,
            stamp: quote.stamp,
            source: quote.source,
            flags: quote.flags,
            group: quote.group,
            minutes: quote.minutes,
            price_p12: quote.price_p12,
            total: quote.total,
            lines: quote.lines.clone(),
            expires_at: quote.expires_at,
            seq: quote.event_seq,
            at: now,
        },
    )?;
    Ok(())
}
