//! Rates of the classes and rules of the days, as governance sets them.

use ion_economics::{
    ide::{EpochOutput, EpochRules, HealthRules, Order, RateHistory, RateSet, Status},
    params::ide as params,
};

use crate::{days::State, scenario::Scenario};

/// Days between two moves of the rates.
const RATE_DAYS: u32 = 7;
/// Processor-minutes of a processor-day.
const DAY_MINUTES: u64 = 1_440;

/// Rates on the first day.
pub(crate) fn first_rates(scenario: &Scenario) -> Vec<RateHistory> {
    scenario
        .classes
        .iter()
        .map(|class| {
            let mut rates = RateHistory::EMPTY;
            rates.sets[0] = RateSet {
                from_day: scenario.first_day,
                avail_usd_micros: class.avail_usd_micros,
                hire_usd_micros: class.hire_usd_micros,
                list_usd_micros: class.list_usd_micros,
                max_processors: u32::MAX,
            };
            rates
        })
        .collect()
}

/// Parameters of every day: the defaults, where the scenario names none.
pub(crate) fn epoch_rules(scenario: &Scenario) -> EpochRules {
    let whole = |param: &ion_economics::params::Param| param.default;
    let short = |param| u16::try_from(whole(param)).unwrap_or(0);
    let long = |param| u32::try_from(whole(param)).unwrap_or(0);
    EpochRules {
        order: if scenario.rules.fees_first {
            Order::FeesFirst
        } else {
            Order::RewardFirst
        },
        burn_bps: scenario
            .rules
            .burn_bps
            .unwrap_or_else(|| short(&params::BURN_BPS)),
        unemitted_burn_bps: short(&params::UNEMITTED_BURN_BPS),
        carry_days: short(&params::CARRY_DAYS),
        reserve_max_days: short(&params::RESERVE_MAX_DAYS),
        health: HealthRules {
            deficit_bps: long(&params::PSI_DEFICIT),
            critical_bps: long(&params::PSI_CRITICAL),
            normal_bps: long(&params::PSI_NORMAL),
            epochs: u8::try_from(whole(&params::PSI_EPOCHS)).unwrap_or(1),
            cap_bps: long(&params::PSI_EMA_CAP),
            critical_days: short(&params::CRITICAL_DAYS),
        },
    }
}

impl State {
    /// Governance moves availability and hire as far as the status allows, once in seven days: down to
    /// three tenths of the start outside Normal, up to where they began in Normal.
    pub(crate) fn move_rates(&mut self, scenario: &Scenario, day: u32, utc_day: u64) {
        if !scenario.rules.governed || !day.is_multiple_of(RATE_DAYS) || day == 0 {
            return;
        }
        let step = u16::try_from(params::KNOB_STEP_BPS.default).unwrap_or(0);
        let status = self.health.status;
        for (rates, class) in self.rates.iter_mut().zip(&scenario.classes) {
            let Some(last) = rates.last() else { continue };
            let moved = |value: u64, start: u64| {
                let most = value * u64::from(step) / 10_000;
                match status {
                    Status::Normal => (value + most).min(start.max(value)),
                    Status::Deficit | Status::Critical => (value - most).max(start * 3 / 10),
                }
            };
            let next = RateSet {
                from_day: utc_day + 1,
                avail_usd_micros: moved(last.avail_usd_micros, class.avail_usd_micros),
                hire_usd_micros: moved(last.hire_usd_micros, class.hire_usd_micros),
                ..last
            };
            if next.avail_usd_micros == last.avail_usd_micros
                && next.hire_usd_micros == last.hire_usd_micros
            {
                continue;
            }
            if let Ok(changed) = rates.with(next, status, step, utc_day + 1) {
                *rates = changed;
            }
        }
    }
}

/// What a processor-day of each class brought, per device, 1e-6 USD: what a supplier that is offline
/// expects.
pub(crate) fn class_income(
    scenario: &Scenario,
    rates: &[RateSet],
    online: &[u64],
    hired: &[u64],
    output: &EpochOutput,
) -> Vec<u64> {
    let owed = output.paid_obligation.usd_micros + output.short_usd_micros;
    rates
        .iter()
        .enumerate()
        .map(|(class, rate)| {
            let busy = DAY_MINUTES * hired[class] / online[class].max(1);
            let full = u64::from(scenario.classes[class].qty)
                * (rate.avail_usd_micros * DAY_MINUTES + rate.hire_usd_micros * busy)
                / 60;
            if owed == 0 {
                full
            } else {
                let paid = u128::from(full) * u128::from(output.paid_obligation.usd_micros);
                u64::try_from(paid / u128::from(owed)).unwrap_or(u64::MAX)
            }
        })
        .collect()
}
