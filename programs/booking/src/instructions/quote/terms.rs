//! What the lines of a quote cost (economics §8.1, §8.2).

use anchor_lang::prelude::*;
use ide::state::ClassRates;
use ion_economics::{
    billing::line_cost_usd_micros,
    booking::{Currency, Stamp},
    fees::renter_fees,
    math,
    params::booking as params,
    price::usd_to_io_ceil,
    units::{UnixSeconds, UsdMicros},
};
use registry::state::{Config, Device, Params, ProcessorClass};

use crate::{
    checks,
    error::BookingError,
    state::{created_at, QuoteLine},
};

/// Terms that are the same for every line of a quote.
pub(super) struct Terms {
    /// Reward mode of the hour.
    pub stamp: Stamp,
    /// Minutes of each line.
    pub minutes: u32,
    /// Lower price of IO; `None` in USDC.
    pub floor_p12: Option<u128>,
    /// Reservation fee.
    pub reservation_bps: u16,
    /// Payment fee; 0 in IO.
    pub payment_bps: u16,
    /// Booking that holds the devices; the default key: they must be free.
    pub hired_by: Pubkey,
    /// Latest moment a booking of it can end, Unix seconds.
    pub latest_end: i64,
    /// UTC day of the quote.
    pub day: u64,
}

/// What one processor-hour costs, 1e-6 USD.
struct Rate {
    rate_usd_micros: u64,
    hire_q_usd_micros: u64,
}

/// Lines and what they cost with fees.
pub(super) struct Priced {
    /// In line order.
    pub lines: Vec<QuoteLine>,
    /// Base units of the currency.
    pub total: u64,
}

/// Refuses an id whose creation time is too far from now. Errors: `QuoteIdTime`.
pub(super) fn check_id(id: &[u8; 16], account: &Params, now: i64) -> Result<()> {
    let distance = created_at(id)
        .checked_sub(now)
        .and_then(i64::checked_abs)
        .ok_or(BookingError::QuoteIdTime)?;
    require!(
        distance <= account.value(&params::QUOTE_TTL, now),
        BookingError::QuoteIdTime
    );
    Ok(())
}

/// Most minutes of a booking: shorter for one paid in IO while the engine pays, because the price of
/// IO may fall before its revenue is used.
pub(super) fn most_minutes(
    account: &Params,
    stamp: Stamp,
    currency: Currency,
    now: i64,
) -> Result<u32> {
    let most = checks::param_u32(account, &params::MAX_MINUTES, now)?;
    Ok(match (stamp, currency) {
        (Stamp::Ide, Currency::Io) => {
            most.min(checks::param_u32(account, &params::MAX_MINUTES_IO, now)?)
        }
        (Stamp::Schedule, Currency::Usdc | Currency::Io) | (Stamp::Ide, Currency::Usdc) => most,
    })
}

/// Reward mode of the hour of `now`.
pub(super) fn stamp_now(config: &Config, now: i64) -> Result<Stamp> {
    Ok(if checks::is_ide_now(config, now)? {
        Stamp::Ide
    } else {
        Stamp::Schedule
    })
}

/// Lower price of IO and payment fee of a quote in this currency.
///
/// Errors: `OracleMissing`, `BadOracleAccount`, `OracleUnusable`.
pub(super) fn price_and_fee(
    config: &Config,
    account: &Params,
    price_update: Option<&AccountInfo>,
    currency: Currency,
    now: i64,
) -> Result<(Option<u128>, u16)> {
    match currency {
        Currency::Usdc => Ok((
            None,
            checks::param_u16(account, &params::USDC_FEE_BPS, now)?,
        )),
        Currency::Io => {
            let oracle = price_update.ok_or(BookingError::OracleMissing)?;
            let price =
                checks::read_price(oracle, config, account, now)?.map_err(BookingError::from)?;
            Ok((Some(price.floor12), 0))
        }
    }
}

/// UTC day of `now`. Errors: `CorruptState`.
pub(super) fn day_of(now: i64) -> Result<u64> {
    u64::try_from(UnixSeconds::new(now).day_index()).map_err(|_| error!(BookingError::CorruptState))
}

/// The owner's ask, checked against the floor of the class.
///
/// Errors: `WrongClass`, `AskNotSet`, `FloorNotSet`, `AskBelowFloor`.
fn ask(device: &Device, class: &ProcessorClass) -> Result<Rate> {
    require_eq!(device.class, class.id, BookingError::WrongClass);
    require!(device.ask_usd_micros > 0, BookingError::AskNotSet);
    require!(class.floor_price_usd_micros > 0, BookingError::FloorNotSet);
    require!(
        device.ask_usd_micros >= class.floor_price_usd_micros,
        BookingError::AskBelowFloor
    );
    Ok(Rate {
        rate_usd_micros: device.ask_usd_micros,
        hire_q_usd_micros: 0,
    })
}

/// List price of the class on this day, and its hire rate.
///
/// Errors: `WrongClass`, `RatesNotSet`, `RatesAboveList`.
fn list_price(device: &Device, rates: &AccountLoader<ClassRates>, day: u64) -> Result<Rate> {
    let rates = rates.load()?;
    require_eq!(device.class, rates.class, BookingError::WrongClass);
    let of_day = rates.rates_of(day).ok_or(BookingError::RatesNotSet)?;
    let obligation = math::add(of_day.avail_rate_usd_micros, of_day.hire_rate_usd_micros)
        .map_err(BookingError::from)?;
    require!(
        obligation <= of_day.list_price_usd_micros,
        BookingError::RatesAboveList
    );
    Ok(Rate {
        rate_usd_micros: of_day.list_price_usd_micros,
        hire_q_usd_micros: of_day.hire_rate_usd_micros,
    })
}

impl Terms {
    /// Price of one line, from its device and the account of its class or of its rates.
    #[inline(never)]
    fn price<'info>(
        &self,
        device: &'info AccountInfo<'info>,
        class: &'info AccountInfo<'info>,
    ) -> Result<QuoteLine> {
        let key = device.key();
        let device = Box::new(Account::<Device>::try_from(device)?);
        require!(
            device.device_status()?.is_hireable(),
            BookingError::DeviceNotUp
        );
        require_keys_eq!(device.hired_by, self.hired_by, BookingError::DeviceHired);
        require!(
            device.open_until == 0 || self.latest_end <= device.open_until,
            BookingError::DeviceNotOpen
        );
        let rate = match self.stamp {
            Stamp::Schedule => ask(
                &device,
                &Box::new(Account::<ProcessorClass>::try_from(class)?),
            )?,
            Stamp::Ide => list_price(
                &device,
                &AccountLoader::<ClassRates>::try_from(class)?,
                self.day,
            )?,
        };
        let usd = line_cost_usd_micros(rate.rate_usd_micros, device.qty, self.minutes)
            .map_err(BookingError::from)?;
        let compute = match self.floor_p12 {
            None => usd, // one USDC unit is one USD unit
            Some(p12) => usd_to_io_ceil(UsdMicros::from_base_units(usd), p12)
                .map_err(BookingError::from)?
                .base_units(),
        };
        let fees = renter_fees(compute, self.reservation_bps, self.payment_bps)
            .map_err(BookingError::from)?;
        Ok(QuoteLine {
            device: key,
            class: device.class,
            qty: device.qty,
            rate_usd_micros: rate.rate_usd_micros,
            hire_q_usd_micros: rate.hire_q_usd_micros,
            compute,
            reservation: fees.reservation,
            payment: fees.payment,
        })
    }

    /// Prices the lines of these accounts: device and class of each, in line order.
    ///
    /// Errors: `LineAccounts`, `DuplicateDevice`, and per line those of its checks.
    pub(super) fn price_all<'info>(&self, accounts: &'info [AccountInfo<'info>]) -> Result<Priced> {
        let mut lines: Vec<QuoteLine> = Vec::with_capacity(
            accounts
                .len()
                .div_ceil(crate::constants::QUOTE_LINE_ACCOUNTS),
        );
        let mut total = 0u64;
        for pair in accounts.chunks(crate::constants::QUOTE_LINE_ACCOUNTS) {
            let [device, class] = pair else {
                return err!(BookingError::LineAccounts);
            };
            require!(
                lines.iter().all(|line| line.device != *device.key),
                BookingError::DuplicateDevice
            );
            let line = self.price(device, class)?;
            total = math::add(total, line.compute)
                .and_then(|sum| math::add(sum, line.reservation))
                .and_then(|sum| math::add(sum, line.payment))
                .map_err(BookingError::from)?;
            lines.push(line);
        }
        Ok(Priced { lines, total })
    }
}
