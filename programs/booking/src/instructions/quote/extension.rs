//! Quotes more minutes of a running booking (economics §8.1).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{extend, BookingInput, ExtensionBounds},
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
    state::{Booking, Quote, QuoteKind},
};

/// Arguments of `quote_extension`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct QuoteExtensionArgs {
    /// Creation time (i64, little endian) and nonce (8 bytes); the time at most `quote_ttl` from now.
    pub id: [u8; 16],
    /// Minutes to add to each hired line.
    pub minutes: u32,
}

/// Caller: the scheduler. Remaining accounts: of each hired line in order its device and, in mode
/// `Schedule`, its class, in mode `Ide` the rates of its class.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: QuoteExtensionArgs)]
pub struct QuoteExtension<'info> {
    #[account(mut, address = roles.scheduler.current @ BookingError::NotScheduler)]
    pub scheduler: Signer<'info>,

    #[account(address = ROLES @ BookingError::WrongRoles)]
    pub roles: Box<Account<'info, Roles>>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    pub booking: Box<Account<'info, Booking>>,

    #[account(
        init,
        payer = scheduler,
        space = Quote::space_to_create(&quote.to_account_info(), booking.hired_count()?)?,
        seeds = [QUOTE_SEED, &args.id],
        bump,
    )]
    pub quote: Box<Account<'info, Quote>>,

    /// The oracle's account; for a booking in IO.
    /// CHECK: owner, type and feed in `checks::read_price`.
    pub price_update: Option<UncheckedAccount<'info>>,

    pub system_program: Program<'info, System>,
}

impl QuoteExtension<'_> {
    fn terms(&self, args: &QuoteExtensionArgs, now: i64) -> Result<Terms> {
        checks::not_paused(&self.config, now)?;
        check_id(&args.id, &self.params, now)?;
        let (booking, currency) = (&self.booking, self.booking.currency()?);
        let ends_at = UnixSeconds::new(booking.ends_at);
        booking
            .status()?
            .transition(BookingInput::Extend {
                now: UnixSeconds::new(now),
                ends_at,
            })
            .map_err(BookingError::from)?;
        let stamp = stamp_now(&self.config, now)?;
        require!(stamp as u8 == booking.stamp, BookingError::NotScheduleHour);
        let bounds = ExtensionBounds {
            least: checks::param_u32(&self.params, &params::MIN_EXTENSION, now)?,
            most: most_minutes(&self.params, stamp, currency, now)?,
        };
        let extended =
            extend(booking.minutes, ends_at, args.minutes, bounds).map_err(BookingError::from)?;
        let (floor_p12, payment_bps) = price_and_fee(
            &self.config,
            &self.params,
            self.price_update.as_deref(),
            currency,
            now,
        )?;
        Ok(Terms {
            stamp,
            minutes: args.minutes,
            floor_p12,
            reservation_bps: checks::param_u16(&self.params, &params::RESERVATION_FEE_BPS, now)?,
            payment_bps,
            hired_by: booking.key(),
            latest_end: extended.ends_at.get(),
            day: day_of(now)?,
        })
    }
}

/// Stores the price of more minutes of every hired line at its rate of now, for `quote_ttl`.
///
/// Errors: `Paused`, `QuoteExists`, `LineCount`, `QuoteIdTime`, `WrongState`, `DeadlinePassed`,
/// `NotScheduleHour`, `MinutesOutOfRange`, `OracleMissing`, `BadOracleAccount`, `OracleUnusable`,
/// `LineAccounts`, `LinesChanged`, and per line those of its checks.
pub fn handle_quote_extension<'info>(
    ctx: Context<'info, QuoteExtension<'info>>,
    args: QuoteExtensionArgs,
) -> Result<()> {
    let now = checks::now()?;
    let terms = ctx.accounts.terms(&args, now)?;
    let Priced { lines, total } = terms.price_all(ctx.remaining_accounts)?;
    let booking = &ctx.accounts.booking;
    booking.check_hired(lines.iter().map(|line| line.device))?;

    let expires_at = checks::stamp(&ctx.accounts.params, &params::QUOTE_TTL, now, now)?;
    ctx.accounts.quote.set_inner(Quote {
        version: 1,
        bump: ctx.bumps.quote,
        id: args.id,
        group: booking.group,
        scheduler: ctx.accounts.scheduler.key(),
        renter: booking.renter,
        payer: booking.payer,
        booking: booking.key(),
        kind: QuoteKind::Extend as u8,
        currency: booking.currency,
        stamp: booking.stamp,
        source: booking.source,
        flags: booking.flags,
        is_used: false,
        supplier_fee_bps: booking.supplier_fee_bps,
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
