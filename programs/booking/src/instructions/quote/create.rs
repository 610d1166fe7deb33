//! Quotes named devices at their owners' prices (economics §8.1).

use anchor_lang::prelude::*;
use ion_economics::{
    billing::line_cost_usd_micros,
    booking::{Currency, PaySource, Stamp},
    fees::renter_fees,
    math,
    params::booking as params,
    price::usd_to_io_ceil,
    units::UsdMicros,
};
use registry::state::{Config, Device, Params, ProcessorClass, Roles};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::QuoteCreated,
    state::{created_at, Quote, QuoteKind, QuoteLine},
};

/// Arguments of `create_quote`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CreateQuoteArgs {
    /// Creation time (i64, little endian) and nonce (8 bytes); the time at most `quote_ttl` from now.
    pub id: [u8; 16],
    /// Bookings of one cluster share a group id; zero: none.
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

/// Caller: the scheduler. Remaining accounts: device and class of each line, in line order.
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

/// Terms that are the same for every line of a quote.
struct Terms {
    minutes: u32,
    /// Lower price of IO; `None` in USDC.
    floor_p12: Option<u128>,
    reservation_bps: u16,
    payment_bps: u16,
    /// Latest moment a booking of it can end.
    latest_end: i64,
}

impl CreateQuote<'_> {
    fn validate(&self, args: &CreateQuoteArgs, accounts: usize, now: i64) -> Result<()> {
        checks::not_paused(&self.config, now)?;
        // args
        let ttl = self.params.value(&params::QUOTE_TTL, now);
        let distance = created_at(&args.id)
            .checked_sub(now)
            .and_then(i64::checked_abs)
            .ok_or(BookingError::QuoteIdTime)?;
        require!(distance <= ttl, BookingError::QuoteIdTime);
        require!(
            PaySource::from_u8(args.source).is_some(),
            BookingError::UnknownSource
        );
        require!(args.flags & !KNOWN_FLAGS == 0, BookingError::UnknownFlag);
        let least = checks::param_u32(&self.params, &params::MIN_MINUTES, now)?;
        let most = checks::param_u32(&self.params, &params::MAX_MINUTES, now)?;
        require!(
            (least..=most).contains(&args.minutes),
            BookingError::MinutesOutOfRange
        );
        require!(
            accounts.checked_div(QUOTE_LINE_ACCOUNTS) == Some(usize::from(args.lines))
                && accounts.checked_rem(QUOTE_LINE_ACCOUNTS) == Some(0),
            BookingError::LineAccounts
        );
        // mode
        require!(
            !checks::is_ide_now(&self.config, now)?,
            BookingError::NotScheduleHour
        );
        Ok(())
    }

    fn terms(&self, args: &CreateQuoteArgs, now: i64) -> Result<Terms> {
        let currency = Currency::from_u8(args.currency).ok_or(BookingError::UnknownCurrency)?;
        let (floor_p12, payment_bps) = match currency {
            Currency::Usdc => (
                None,
                checks::param_u16(&self.params, &params::USDC_FEE_BPS, now)?,
            ),
            Currency::Io => {
                let oracle = self
                    .price_update
                    .as_ref()
                    .ok_or(BookingError::OracleMissing)?;
                let price = checks::read_price(oracle, &self.config, &self.params, now)?
                    .map_err(BookingError::from)?;
                (Some(price.floor12), 0)
            }
        };
        let started = checks::stamp(&self.params, &params::LOCK_TIMEOUT, now, now)?;
        let started = checks::stamp(&self.params, &params::START_TIMEOUT, started, now)?;
        Ok(Terms {
            minutes: args.minutes,
            floor_p12,
            reservation_bps: checks::param_u16(&self.params, &params::RESERVATION_FEE_BPS, now)?,
            payment_bps,
            latest_end: end_after(started, args.minutes)?,
        })
    }
}

/// `start` plus minutes, Unix seconds.
fn end_after(start: i64, minutes: u32) -> Result<i64> {
    ion_economics::booking::booked_end(ion_economics::units::UnixSeconds::new(start), minutes)
        .map(|end| end.get())
        .map_err(|error| BookingError::from(error).into())
}

/// Price of one line: the device's ask, checked against the floor of its class.
#[inline(never)]
fn quote_line<'info>(
    device: &'info AccountInfo<'info>,
    class: &'info AccountInfo<'info>,
    terms: &Terms,
) -> Result<QuoteLine> {
    let key = device.key();
    let device = Box::new(Account::<Device>::try_from(device)?);
    let class = Box::new(Account::<ProcessorClass>::try_from(class)?);
    require_eq!(device.class, class.id, BookingError::WrongClass);
    require!(
        device.device_status()?.is_hireable(),
        BookingError::DeviceNotUp
    );
    require!(!device.is_hired(), BookingError::DeviceHired);
    require!(device.ask_usd_micros > 0, BookingError::AskNotSet);
    require!(class.floor_price_usd_micros > 0, BookingError::FloorNotSet);
    require!(
        device.ask_usd_micros >= class.floor_price_usd_micros,
        BookingError::AskBelowFloor
    );
    require!(
        device.open_until == 0 || terms.latest_end <= device.open_until,
        BookingError::DeviceNotOpen
    );
    let usd = line_cost_usd_micros(device.ask_usd_micros, device.qty, terms.minutes)
        .map_err(BookingError::from)?;
    let compute = match terms.floor_p12 {
        None => usd, // one USDC unit is one USD unit
        Some(p12) => usd_to_io_ceil(UsdMicros::from_base_units(usd), p12)
            .map_err(BookingError::from)?
            .base_units(),
    };
    let fees = renter_fees(compute, terms.reservation_bps, terms.payment_bps)
        .map_err(BookingError::from)?;
    Ok(QuoteLine {
        device: key,
        class: device.class,
        qty: device.qty,
        rate_usd_micros: device.ask_usd_micros,
        hire_q_usd_micros: 0,
        compute,
        reservation: fees.reservation,
        payment: fees.payment,
    })
}

/// Stores the price of 1 to 8 devices for `quote_ttl`; reserves nothing.
///
/// Errors: `Paused`, `QuoteExists`, `LineCount`, `LineAccounts`, `QuoteIdTime`, `UnknownCurrency`,
/// `UnknownSource`, `UnknownFlag`, `MinutesOutOfRange`, `NotScheduleHour`, `OracleMissing`,
/// `BadOracleAccount`, `OracleUnusable`, `DuplicateDevice`, and per line those of its checks.
pub fn handle_create_quote<'info>(
    ctx: Context<'info, CreateQuote<'info>>,
    args: CreateQuoteArgs,
) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts
        .validate(&args, ctx.remaining_accounts.len(), now)?;
    let terms = ctx.accounts.terms(&args, now)?;

    let mut lines: Vec<QuoteLine> = Vec::with_capacity(usize::from(args.lines));
    let mut total = 0u64;
    for pair in ctx.remaining_accounts.chunks_exact(QUOTE_LINE_ACCOUNTS) {
        let [device, class] = pair else {
            return err!(BookingError::LineAccounts);
        };
        require!(
            lines.iter().all(|line| line.device != *device.key),
            BookingError::DuplicateDevice
        );
        let line = quote_line(device, class, &terms)?;
        total = math::add(total, line.compute)
            .and_then(|sum| math::add(sum, line.reservation))
            .and_then(|sum| math::add(sum, line.payment))
            .map_err(BookingError::from)?;
        lines.push(line);
    }
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
        stamp: Stamp::Schedule as u8,
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
    emit_cpi!(QuoteCreated {
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
    });
    Ok(())
}
