//! Accepts what the verifiers attested about a booking: a work record (economics §8.7).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{BookingInput, Currency, RecordStatus, MAX_LINES},
    params::booking as params,
    price::usd_to_io_floor,
    units::{UnixSeconds, UsdMicros},
};
use ion_merkle::{leaf::WorkLeaf, report::LeafReport};
use registry::{
    state::{Config, Params, Poll},
    ChainHasher,
};

use super::lines::{apply_lines, Leaf};
use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, StatusChange, U64Change, WorkRecorded},
    state::{Booking, TneTotals, WorkRecord},
};

/// Arguments of `apply_work_leaf`: the attested report, the leaf, and its place in the tree.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ApplyWorkLeafArgs {
    /// Hour of the report.
    pub hour: u64,
    /// Root of its leaves.
    pub root: [u8; 32],
    /// Number of its leaves, at most 65,536.
    pub leaf_count: u64,
    /// Hash of its evidence bundle.
    pub bundle: [u8; 32],
    /// Number of the record, from 0; the next one of the booking.
    pub record_seq: u32,
    /// Whether it is the record of the end.
    pub is_final: bool,
    /// Cumulative served minutes per line, 0 for lines that do not exist.
    pub served_minutes: [u32; MAX_LINES],
    /// Place of the leaf in the tree.
    pub index: u64,
    /// Siblings from the leaf up.
    pub siblings: Vec<[u8; 32]>,
}

/// Caller: anyone; pays the rent of the record. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: ApplyWorkLeafArgs)]
pub struct ApplyWorkLeaf<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    pub poll: AccountLoader<'info, Poll>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    #[account(
        init,
        payer = payer,
        space = booking.record_space(args.record_seq)?,
        seeds = [WORK_SEED, booking.key().as_ref(), &args.record_seq.to_le_bytes()],
        bump,
    )]
    pub record: Box<Account<'info, WorkRecord>>,

    #[account(mut)]
    pub tne: AccountLoader<'info, TneTotals>,

    /// The oracle's account, to value work paid in USDC; without it the record waits for its price.
    /// CHECK: owner, type and feed in `checks::read_price`.
    pub price_update: Option<UncheckedAccount<'info>>,

    pub system_program: Program<'info, System>,
}

/// IO amount of a record, if it has one.
struct Valuation {
    is_priced: bool,
    io: u64,
    price_p12: u64,
}

impl ApplyWorkLeaf<'_> {
    /// The leaf stands in a fresh attested report of this program. Returns when it was attested.
    fn prove(&self, args: &ApplyWorkLeafArgs, now: i64) -> Result<i64> {
        require!(
            args.leaf_count <= MAX_WORK_LEAVES,
            BookingError::TooManyLeaves
        );
        require!(
            args.siblings.len() <= MAX_WORK_SIBLINGS,
            BookingError::InvalidProof
        );
        let report = LeafReport {
            root: args.root,
            leaf_count: args.leaf_count,
            bundle: args.bundle,
        };
        let attested_at = checks::attested_work_report(
            &*self.poll.load()?,
            args.hour,
            &report,
            &self.params,
            now,
        )?;
        let leaf = WorkLeaf {
            booking: self.booking.key().to_bytes(),
            record_seq: args.record_seq,
            is_final: args.is_final,
            served_minutes: args.served_minutes,
        };
        require!(
            ion_merkle::verify::<ChainHasher>(
                &args.root,
                &leaf.hash::<ChainHasher>(),
                args.index,
                args.leaf_count,
                &args.siblings,
            ),
            BookingError::InvalidProof
        );
        Ok(attested_at)
    }

    /// IO as billed; USDC at the point price of now, rounded down (R13), if there is a usable one.
    fn value(&self, billed: u64, now: i64) -> Result<Valuation> {
        let unpriced = Valuation {
            is_priced: billed == 0,
            io: 0,
            price_p12: 0,
        };
        if self.booking.currency()? == Currency::Io {
            return Ok(Valuation {
                is_priced: true,
                io: billed,
                ..unpriced
            });
        }
        let Some(oracle) = &self.price_update else {
            return Ok(unpriced);
        };
        let Ok(price) = checks::read_price(oracle, &self.config, &self.params, now)? else {
            return Ok(unpriced);
        };
        Ok(Valuation {
            is_priced: true,
            io: usd_to_io_floor(UsdMicros::from_base_units(billed), price.p12)
                .map_err(BookingError::from)?
                .base_units(),
            price_p12: checks::stored_price(price.p12)?,
        })
    }
}

/// Accepts the next record of a booking: a boundary record bills the minutes it adds, the final one
/// bills the ending of economics §8.5, credits the refund and starts the settling.
///
/// Errors: `WrongRecord`, `WrongReport`, `ReportNotAttested`, `WrongPayload`, `ReportExpired`,
/// `TooManyLeaves`, `InvalidProof`, `WrongState`, `WrongRecordKind`, `RecordEarly`,
/// `UnknownLineServed`, `MinutesAboveHired`, `MinutesFell`, `BadOracleAccount`, `WrongShard`.
pub fn handle_apply_work_leaf(ctx: Context<ApplyWorkLeaf>, args: ApplyWorkLeafArgs) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts
        .tne
        .load()?
        .check_shard(&ctx.accounts.booking.key())?;
    let attested_at = ctx.accounts.prove(&args, now)?;

    let booking = &mut ctx.accounts.booking;
    let (status_before, refund_before) = (booking.status, booking.refund_due);
    booking
        .record_clock()?
        .elapsed_minutes(
            booking.next_record,
            args.record_seq,
            args.is_final,
            UnixSeconds::new(now),
        )
        .map_err(BookingError::from)?;
    booking.step(if args.is_final {
        BookingInput::FinalRecord
    } else {
        BookingInput::BoundaryRecord
    })?;
    let (lines, sums) = apply_lines(
        booking,
        &Leaf {
            seq: args.record_seq,
            is_final: args.is_final,
            served: args.served_minutes,
        },
    )?;
    if args.is_final {
        booking.keep_fees(false)?;
        booking.credit_refund(sums.refund)?;
    }
    booking.next_record = booking
        .next_record
        .checked_add(1)
        .ok_or(BookingError::MathOverflow)?;
    booking.last_report_at = booking.last_report_at.max(attested_at);

    let value = ctx.accounts.value(sums.billed, now)?;
    let booking_key = ctx.accounts.booking.key();
    ctx.accounts.record.set_inner(WorkRecord {
        version: 1,
        bump: ctx.bumps.record,
        booking: booking_key,
        payer: ctx.accounts.payer.key(),
        seq: args.record_seq,
        status: RecordStatus::Accepted as u8,
        is_final: args.is_final,
        is_priced: value.is_priced,
        currency: ctx.accounts.booking.currency,
        earned_lines: sums.earned_lines,
        report_hour: args.hour,
        accepted_at: now,
        challenge_until: checks::stamp(&ctx.accounts.params, &params::CHALLENGE_PERIOD, now, now)?,
        billed: sums.billed,
        earned: 0,
        io_amount: value.io,
        settled_io: 0,
        price_p12: value.price_p12,
        event_seq: 1,
        ruling_until: 0,
        _reserved: [0; 24],
        lines,
    });
    let booking = &mut ctx.accounts.booking;
    booking.open_record(&ctx.accounts.record)?;
    let seq = booking.next_event()?;
    booking.invariant()?;
    let mut tne = ctx.accounts.tne.load_mut()?;
    tne.count_minutes(sums.processor_minutes, now)?;
    tne.count_estimated(value.io, now)?;
    drop(tne);

    let (booking, record) = (&ctx.accounts.booking, &ctx.accounts.record);
    emit(
        &ctx.accounts.event_authority,
        &WorkRecorded {
            booking: booking_key,
            record: record.key(),
            record_seq: record.seq,
            is_final: record.is_final,
            report_hour: record.report_hour,
            lines: record.lines.clone(),
            processor_minutes: sums.processor_minutes,
            billed: record.billed,
            currency: record.currency,
            io_amount: record.io_amount,
            price_p12: record.price_p12,
            is_priced: record.is_priced,
            status: StatusChange {
                old: status_before,
                new: booking.status,
            },
            refund_due: U64Change {
                old: refund_before,
                new: booking.refund_due,
            },
            challenge_until: record.challenge_until,
            by: record.payer,
            record_event_seq: record.event_seq,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
