//! Turns a quote into a booking with its own escrow (economics §8.1, §13.6).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ion_economics::{billing::Segment, booking::BookingStatus, math, params::booking as params};
use registry::state::{Config, Params};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, BookedLine, ProductBooked},
    state::{Booking, Line, Quote, QuoteLine, TneTotals},
};

/// Arguments of `book`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct BookArgs {
    /// Highest price with fees that the renter accepts, base units of the currency.
    pub max_total: u64,
    /// Operation of the booking: 0, its first.
    pub op_seq: u32,
}

/// Caller: the renter named in the quote; pays the rent of booking and escrow.
#[event_cpi]
#[derive(Accounts)]
pub struct Book<'info> {
    #[account(mut)]
    pub renter: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut, has_one = renter @ BookingError::NotRenter)]
    pub quote: Box<Account<'info, Quote>>,

    #[account(
        init,
        payer = renter,
        space = quote.booking_space()?,
        seeds = [BOOKING_SEED, &quote.id],
        bump,
    )]
    pub booking: Box<Account<'info, Booking>>,

    #[account(
        init,
        payer = renter,
        seeds = [ESCROW_SEED, booking.key().as_ref()],
        bump,
        token::mint = mint,
        token::authority = booking,
    )]
    pub escrow: Box<Account<'info, TokenAccount>>,

    #[account(constraint = mint.key() == quote.mint(&config)? @ BookingError::WrongMint)]
    pub mint: Box<Account<'info, Mint>>,

    #[account(mut)]
    pub tne: AccountLoader<'info, TneTotals>,

    pub token_program: Program<'info, Token>,
    pub system_program: Program<'info, System>,
}

impl Book<'_> {
    fn validate(&self, args: &BookArgs, now: i64) -> Result<()> {
        checks::not_paused(&self.config, now)?;
        // quote: alive, and made in the mode of this hour
        require!(now <= self.quote.expires_at, BookingError::QuoteExpired);
        let mode = u8::from(checks::is_ide_now(&self.config, now)?);
        require!(mode == self.quote.stamp, BookingError::QuoteExpired);
        // args
        require!(
            self.quote.total <= args.max_total,
            BookingError::TotalAboveMax
        );
        require!(args.op_seq == 0, BookingError::WrongOpSeq);
        // tne
        self.tne.load()?.check_shard(&self.booking.key())
    }
}

fn line(quoted: &QuoteLine, minutes: u32) -> Line {
    Line::reserved(
        quoted.device,
        quoted.class,
        quoted.qty,
        quoted.rate_usd_micros,
        quoted.reservation,
        Segment {
            minutes,
            amount: quoted.compute,
            hire_q: quoted.hire_q_usd_micros,
        },
    )
}

/// Creates the booking of a quote and uses the quote up; nothing is paid or locked yet.
///
/// Errors: `Paused`, `NotRenter`, `QuoteUsed`, `WrongQuoteKind`, `QuoteExpired`, `TotalAboveMax`,
/// `WrongOpSeq`, `WrongMint`, `WrongShard`.
pub fn handle_book(ctx: Context<Book>, args: BookArgs) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.validate(&args, now)?;

    let payment_fee = ctx
        .accounts
        .quote
        .lines
        .iter()
        .try_fold(0u64, |sum, line| math::add(sum, line.payment))
        .map_err(BookingError::from)?;
    let deadline = checks::stamp(&ctx.accounts.params, &params::UNPAID_TIMEOUT, now, now)?;
    let nonrefundable_minutes =
        checks::param_u16(&ctx.accounts.params, &params::NONREFUNDABLE_MINUTES, now)?;
    let fault_credit_minutes = checks::param_u16(&ctx.accounts.params, &params::FAULT_CREDIT, now)?;
    let failover_grace_s = checks::param_u16(&ctx.accounts.params, &params::FAILOVER_GRACE, now)?;

    let quote = &mut ctx.accounts.quote;
    quote.is_used = true;
    let quote_seq = quote.next_event()?;

    let quote = &ctx.accounts.quote;
    let escrow = ctx.accounts.escrow.key();
    ctx.accounts.booking.set_inner(Booking {
        version: 1,
        bump: ctx.bumps.booking,
        id: quote.id,
        group: quote.group,
        renter: quote.renter,
        payer: quote.payer,
        escrow,
        currency: quote.currency,
        stamp: quote.stamp,
        source: quote.source,
        flags: quote.flags,
        status: BookingStatus::Booked as u8,
        lock_failed: false,
        supplier_fee_bps: quote.supplier_fee_bps,
        nonrefundable_minutes,
        minutes: quote.minutes,
        booked_at: now,
        deadline,
        started_at: 0,
        ends_at: 0,
        total: quote.total,
        paid: 0,
        payment_fee,
        fees_kept: 0,
        fees_deposited: 0,
        refund_due: 0,
        refunds_pulled: 0,
        next_record: 0,
        open_records: 0,
        op_seq: 1,
        last_fault_seq: 0,
        lost_challenges: 0,
        failovers: 0,
        last_report_at: 0,
        event_seq: 1,
        fees_due: 0,
        finished_records: 0,
        finished_later: 0,
        fault_credit_minutes,
        failover_grace_s,
        head_line: 0,
        is_fault_ended: false,
        failover_rent: 0,
        _reserved: [0; 2],
        lines: quote
            .lines
            .iter()
            .map(|quoted| line(quoted, quote.minutes))
            .collect(),
    });
    ctx.accounts.booking.invariant()?;
    ctx.accounts.tne.load_mut()?.count_booking(now)?;

    let booking = &ctx.accounts.booking;
    let quote = &ctx.accounts.quote;
    emit(
        &ctx.accounts.event_authority,
        &ProductBooked {
            booking: booking.key(),
            quote: quote.key(),
            renter: booking.renter,
            payer: booking.payer,
            currency: booking.currency,
            lines: quote
                .lines
                .iter()
                .map(|line| BookedLine {
                    device: line.device,
                    class: line.class,
                    qty: line.qty,
                    compute: line.compute,
                })
                .collect(),
            total: booking.total,
            minutes: booking.minutes,
            stamp: booking.stamp,
            source: booking.source,
            flags: booking.flags,
            group: booking.group,
            deadline: booking.deadline,
            op_seq: args.op_seq,
            quote_seq,
            seq: booking.event_seq,
            at: now,
        },
    )?;
    Ok(())
}
