//! Gives an unpriced record its IO amount (economics §9.2).

use anchor_lang::prelude::*;
use ion_economics::{math, price::usd_to_io_floor, units::UsdMicros};
use registry::state::{Config, Params};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, RecordPriced},
    state::{TneTotals, WorkRecord},
};

/// Caller: anyone, when the oracle is usable. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct PriceRecord<'info> {
    pub by: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut)]
    pub record: Box<Account<'info, WorkRecord>>,

    #[account(mut)]
    pub tne: AccountLoader<'info, TneTotals>,

    /// CHECK: owner, type and feed in `checks::read_price`.
    pub price_update: UncheckedAccount<'info>,
}

/// Values the record once, at the point price of now (R13), and counts the lines that were earned
/// before.
///
/// Errors: `AlreadyPriced`, `BadOracleAccount`, `OracleUnusable`, `WrongShard`.
pub fn handle_price_record(ctx: Context<PriceRecord>) -> Result<()> {
    let now = checks::now()?;
    let accounts = &mut *ctx.accounts;
    accounts.tne.load()?.check_shard(&accounts.record.booking)?;
    require!(!accounts.record.is_priced, BookingError::AlreadyPriced);
    let price = checks::read_price(
        &accounts.price_update,
        &accounts.config,
        &accounts.params,
        now,
    )?
    .map_err(BookingError::from)?;

    let record = &mut accounts.record;
    record.is_priced = true;
    record.price_p12 = checks::stored_price(price.p12)?;
    record.io_amount = usd_to_io_floor(UsdMicros::from_base_units(record.billed), price.p12)
        .map_err(BookingError::from)?
        .base_units();
    let mut settled_io = 0u64;
    for (number, line) in (0u8..).zip(&record.lines) {
        if record.is_earned(number) {
            let paid = math::sub(line.billed, line.cut).map_err(BookingError::from)?;
            settled_io =
                math::add(settled_io, record.io_part(paid)?).map_err(BookingError::from)?;
        }
    }
    record.settled_io = settled_io;
    let seq = record.next_event()?;
    let mut tne = accounts.tne.load_mut()?;
    tne.count_estimated(record.io_amount, now)?;
    tne.count_settled(settled_io, now)?;
    drop(tne);

    let record = &ctx.accounts.record;
    emit(
        &ctx.accounts.event_authority,
        &RecordPriced {
            record: record.key(),
            booking: record.booking,
            io_amount: record.io_amount,
            price_p12: record.price_p12,
            settled_io,
            by: ctx.accounts.by.key(),
            seq,
            at: now,
        },
    )?;
    Ok(())
}
