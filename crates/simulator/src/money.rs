//! The money of a simulated day: what is owed, earned and sold.

use ion_economics::{
    emission::emission_of_hour,
    ide::{
        DayMoney, RateSet,
        auction::{self, AuctionTerms},
        availability_usd_micros, hire_usd_micros,
    },
    math::MathError,
    params::ide as params,
    price::Price as Quote,
};

use crate::{
    days::{SimulationError, State},
    scenario::Scenario,
    suppliers::UPTIMES,
};

/// Confidence intervals between point and floor price.
const CONF_K: u128 = 2;
/// Share of the life of an auction after which sellers come, percent.
const FILL_AT_PERCENT: i64 = 70;

impl State {
    /// Weights of the day, and the totals of obligations and of what renters pay, 1e-6 USD.
    pub(crate) fn owe(
        &mut self,
        scenario: &Scenario,
        rates: &[RateSet],
        online: &[u64],
        hired: &[u64],
    ) -> Result<(u64, u64), MathError> {
        // Devices of one class and uptime are owed the same: one computation for all of them.
        let mut weights = vec![[0_u64; UPTIMES.len()]; rates.len()];
        let mut gross = 0_u64;
        for (class, rate) in rates.iter().enumerate() {
            let qty = scenario.classes[class].qty;
            for (place, minutes) in UPTIMES.iter().enumerate() {
                let busy = u64::from(*minutes) * hired[class] / online[class].max(1);
                let busy = u32::try_from(busy).map_err(|_| MathError::Overflow)?;
                let avail = availability_usd_micros(rate.avail_usd_micros, qty, *minutes)?;
                let hire = hire_usd_micros(rate.hire_usd_micros, qty, busy)?;
                weights[class][place] = avail + hire;
            }
            let rent = u128::from(rate.list_usd_micros) * u128::from(hired[class]) / 60;
            gross += u64::try_from(rent).map_err(|_| MathError::Overflow)?;
        }
        let mut total = 0_u64;
        for (owed, device) in self.suppliers.owed.iter_mut().zip(&self.suppliers.devices) {
            *owed = if device.is_online {
                weights[usize::from(device.class)][usize::from(device.uptime)]
            } else {
                0
            };
            total += *owed;
        }
        let cap = scenario.rules.max_obligation_usd_micros.unwrap_or(u64::MAX);
        Ok((total.min(cap), gross))
    }

    /// Emission and revenue of the day.
    pub(crate) fn earn(
        &self,
        scenario: &Scenario,
        utc_day: u64,
        gross: u64,
        quote: &Quote,
        day: u32,
    ) -> Result<DayMoney, SimulationError> {
        let mut emission_io = 0_u64;
        for hour in utc_day * 24..(utc_day + 1) * 24 {
            emission_io +=
                emission_of_hour(hour).map_err(|error| SimulationError::Emission { day, error })?;
        }
        let revenue = gross + gross * u64::from(scenario.demand.fee_bps) / 10_000;
        let in_io = revenue * u64::from(scenario.demand.io_share_bps) / 10_000;
        // what is not on the market cannot be paid with: the rest comes in USDC
        let most_io = self.supply_io / 10_000 * u64::from(scenario.price.sellers_bps);
        let wanted = u128::from(in_io) * 100_000_000_000_000 / quote.floor12.max(1);
        let revenue_io = u64::try_from(wanted.min(u128::from(most_io))).unwrap_or(most_io);
        let worth = u128::from(revenue_io) * quote.floor12 / 100_000_000_000_000;
        let in_io = u64::try_from(worth).unwrap_or(in_io).min(in_io);
        Ok(DayMoney {
            emission_io,
            revenue_usdc: revenue - in_io,
            revenue_io,
        })
    }

    /// Sells the earmark in the lots that a day has room for; returns the IO burned.
    pub(crate) fn sell(&mut self, scenario: &Scenario, quote: &Quote) -> Result<u64, MathError> {
        let value = |param: &ion_economics::params::Param| param.default;
        let terms = AuctionTerms {
            start_bps: i16::try_from(value(&params::START_BPS)).map_err(|_| MathError::Overflow)?,
            end_bps: i16::try_from(value(&params::END_BPS)).map_err(|_| MathError::Overflow)?,
            duration: value(&params::AUCTION_DURATION),
        };
        let cap = scenario
            .rules
            .auction_cap_usdc
            .unwrap_or_else(|| u64::try_from(value(&params::AUCTION_CAP)).unwrap_or(0));
        let least = u64::try_from(value(&params::AUCTION_MIN)).unwrap_or(0);
        let bid = auction::bid12(&terms, quote, terms.duration * FILL_AT_PERCENT / 100)?;
        let mut sellable = self.supply_io / 10_000 * u64::from(scenario.price.sellers_bps);
        let mut bought = 0_u64;
        for _ in 0..(86_400 / terms.duration) {
            let Some(lot) = auction::lot(self.buyback, cap, least) else {
                break;
            };
            let fill = auction::fill(lot, sellable, bid)?;
            self.buyback -= fill.usdc;
            bought += fill.io;
            sellable -= fill.io;
        }
        Ok(bought)
    }
}

/// The oracle's price of a day.
pub(crate) fn quote(scenario: &Scenario, price_p12: u64) -> Quote {
    let p12 = u128::from(price_p12.max(1));
    let margin = p12 * u128::from(scenario.price.conf_bps) / 10_000 * CONF_K;
    Quote {
        p12,
        floor12: p12.saturating_sub(margin).max(1),
        ema12: p12,
    }
}
