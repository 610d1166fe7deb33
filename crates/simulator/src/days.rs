//! The walk over the days.

use ion_economics::{
    emission::{EmissionError, emission_of_hour, pre_released},
    ide::{
        DayMoney, DivideError, EpochInput, EpochRules, Health, HealthRules, History, Ledgers, Mode,
        Order, RateHistory, RateSet, Status,
        auction::{self, AuctionTerms},
        availability_usd_micros, hire_usd_micros, seal, seal_price,
    },
    math::MathError,
    params::ide as params,
    price::Price as Quote,
};

use crate::{
    market::{Level, ONE},
    rng::Rng,
    scenario::Scenario,
    suppliers::{Into, Suppliers, UPTIMES, Weights},
};

/// Confidence intervals between point and floor price.
const CONF_K: u128 = 2;
/// Days between two moves of the rates.
const RATE_DAYS: u32 = 7;
/// Processor-minutes of a processor-day.
const DAY_MINUTES: u64 = 1_440;
/// Share of the life of an auction after which sellers come, percent.
const FILL_AT_PERCENT: i64 = 70;

/// One simulated day after its sealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Day of the run, from 0.
    pub day: u32,
    /// Point price, 1e-12 USD per IO.
    pub price_p12: u64,
    /// Devices online.
    pub online: u32,
    /// Share of the online processor-hours that is hired, bps.
    pub hired_bps: u32,
    /// Emission of the day, IO base units.
    pub emission_io: u64,
    /// Recognised revenue, 1e-6 USD.
    pub revenue_usd: u64,
    /// Owed to suppliers for the day, 1e-6 USD.
    pub owed_usd: u64,
    /// Paid to suppliers, arrears included, 1e-6 USD.
    pub paid_usd: u64,
    /// Paid for the obligations of the day, 1e-6 USD.
    pub paid_today_usd: u64,
    /// IO paid to suppliers, base units.
    pub paid_io: u64,
    /// USDC paid to suppliers, base units.
    pub paid_usdc: u64,
    /// Arrears after the day, 1e-6 USD.
    pub arrears_usd: u64,
    /// ψ, bps.
    pub psi_bps: u32,
    /// Average ψ, bps.
    pub ema_bps: u64,
    /// Status.
    pub status: Status,
    /// Worth of the fee vault, 1e-6 USD.
    pub reserve_usd: u64,
    /// Mean obligation, 1e-6 USD.
    pub mean_owed_usd: u64,
    /// IO of the reward vault, base units.
    pub reward_vault_io: u64,
    /// Earmarked and not yet sold, USDC base units.
    pub queued_usdc: u64,
    /// IO burned of the day, directly and by auctions, base units.
    pub burned_io: u64,
    /// IO retired of the day, base units.
    pub retired_io: u64,
    /// IO that exists, base units.
    pub supply_io: u64,
}

/// Why a run stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimulationError {
    /// An amount left the range of the rules.
    #[error("day {day}: an amount leaves the range of the rules ({error:?})")]
    Rule {
        /// Day of the run.
        day: u32,
        /// The rule's error.
        error: MathError,
    },
    /// A total could not be divided.
    #[error("day {day}: a total cannot be divided ({error:?})")]
    Division {
        /// Day of the run.
        day: u32,
        /// The rule's error.
        error: DivideError,
    },
    /// The schedule has no such hour.
    #[error("day {day}: the schedule has no such hour ({error:?})")]
    Emission {
        /// Day of the run.
        day: u32,
        /// The rule's error.
        error: EmissionError,
    },
    /// IO appeared or vanished.
    #[error("day {day}: IO or USDC is not conserved")]
    NotConserved {
        /// Day of the run.
        day: u32,
    },
}

/// Everything that carries over from day to day.
struct State {
    suppliers: Suppliers,
    rates: Vec<RateHistory>,
    ledgers: Ledgers,
    history: History,
    health: Health,
    arrears: u64,
    burn_due: u64,
    buyback: u64,
    supply_io: u64,
    minted_io: u64,
    gone_io: u64,
    start_io: u64,
    online_target: u64,
}

/// Runs a scenario from its first day to its last.
///
/// Errors: [`SimulationError`]; none for the scenarios that come with the program.
pub fn run(scenario: &Scenario) -> Result<Vec<Day>, SimulationError> {
    let mut rng = Rng::new(scenario.seed);
    let mut price = Level::new(
        scenario.price.drift_bps,
        scenario.price.noise_bps,
        &scenario.price.shocks,
        Rng::new(rng.next()),
    );
    let mut demand = Level::new(
        scenario.demand.growth_bps,
        scenario.demand.noise_bps,
        &scenario.demand.shocks,
        Rng::new(rng.next()),
    );
    let mut growth = Level::new(scenario.supply.growth_bps, 0, &[], Rng::new(rng.next()));
    let suppliers = Suppliers::new(scenario, &mut rng);
    let released = pre_released(scenario.first_day * 24)
        .map_err(|error| SimulationError::Emission { day: 0, error })?;
    let supply_io = scenario.genesis_io + released;
    let mut state = State {
        rates: first_rates(scenario),
        suppliers,
        ledgers: Ledgers {
            reward_io: 0,
            fee_usdc: scenario.reserve_usdc,
            fee_io: 0,
        },
        history: History::EMPTY,
        health: Health::INITIAL,
        arrears: 0,
        burn_due: 0,
        buyback: 0,
        supply_io,
        minted_io: 0,
        gone_io: 0,
        start_io: supply_io,
        online_target: 0,
    };
    let base = base_demand(scenario, &state.suppliers);
    let mut days = Vec::with_capacity(scenario.days as usize);
    for day in 0..scenario.days {
        let price_p12 = scale(scenario.price.start_p12, price.of_day(day));
        let wanted: Vec<u64> = {
            let level = demand.of_day(day);
            base.iter().map(|minutes| scale(*minutes, level)).collect()
        };
        state.enter(scenario, growth.of_day(day));
        days.push(state.step(scenario, day, price_p12, &wanted)?);
    }
    Ok(days)
}

fn scale(value: u64, level: u128) -> u64 {
    u64::try_from(u128::from(value) * level / ONE).unwrap_or(u64::MAX)
}

fn first_rates(scenario: &Scenario) -> Vec<RateHistory> {
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

/// Processor-minutes of demand per class on the first day.
fn base_demand(scenario: &Scenario, suppliers: &Suppliers) -> Vec<u64> {
    online_minutes(scenario, suppliers)
        .into_iter()
        .map(|minutes| minutes * u64::from(scenario.demand.hired_bps) / 10_000)
        .collect()
}

/// Verified processor-minutes per class of the devices online.
fn online_minutes(scenario: &Scenario, suppliers: &Suppliers) -> Vec<u64> {
    let mut minutes = vec![0_u64; scenario.classes.len()];
    for device in suppliers.devices.iter().filter(|device| device.is_online) {
        let class = usize::from(device.class);
        minutes[class] +=
            u64::from(scenario.classes[class].qty) * u64::from(UPTIMES[usize::from(device.uptime)]);
    }
    minutes
}

fn epoch_rules(scenario: &Scenario) -> EpochRules {
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
    /// Devices that enter whatever they earn: as many more as the growth says, from the offline ones.
    fn enter(&mut self, scenario: &Scenario, level: u128) {
        if scenario.supply.growth_bps <= 0 {
            return;
        }
        let first = u64::from(scenario.devices) * u64::from(scenario.supply.online_bps) / 10_000;
        let target = scale(first, level).saturating_sub(first);
        let mut missing = target.saturating_sub(self.online_target);
        self.online_target = target.max(self.online_target);
        for device in self.suppliers.devices.iter_mut().rev() {
            if missing == 0 {
                return;
            }
            if !device.is_online {
                device.is_online = true;
                missing -= 1;
            }
        }
    }

    fn step(
        &mut self,
        scenario: &Scenario,
        day: u32,
        price_p12: u64,
        wanted: &[u64],
    ) -> Result<Day, SimulationError> {
        let rule = |error| SimulationError::Rule { day, error };
        let division = |error| SimulationError::Division { day, error };
        let utc_day = scenario.first_day + u64::from(day);
        let online = online_minutes(scenario, &self.suppliers);
        let rates: Vec<RateSet> = self
            .rates
            .iter()
            .map(|rates| rates.of_day(utc_day).unwrap_or(RateSet::NONE))
            .collect();
        let hired: Vec<u64> = wanted
            .iter()
            .zip(&online)
            .map(|(wanted, online)| (*wanted).min(*online))
            .collect();

        let usd = self.owe(scenario, &rates, &online, &hired).map_err(rule)?;
        let (obligation, gross) = usd;
        let quote = quote(scenario, price_p12);
        let money = self.earn(scenario, utc_day, gross, &quote, day)?;
        let ledgers_before = self.ledgers;
        let output = seal(&EpochInput {
            mode: Mode::Ide,
            rules: epoch_rules(scenario),
            price: Some(seal_price(&quote)),
            ledgers: self.ledgers,
            money,
            obligation_usd_micros: obligation,
            arrears_usd_micros: self.arrears,
            burn_due_usd_micros: self.burn_due,
            history: self.history,
            health: self.health,
        })
        .map_err(rule)?;

        let (a, b) = (&output.paid_obligation, &output.paid_arrears);
        let (io_a, io_b) = (a.io().map_err(rule)?, b.io().map_err(rule)?);
        let suppliers = &mut self.suppliers;
        suppliers
            .pay(io_a, Weights::Owed, Into::Io)
            .and_then(|()| suppliers.pay(a.usdc, Weights::Owed, Into::Usdc))
            .and_then(|()| suppliers.credit(a.usd_micros, Weights::Owed))
            .and_then(|()| suppliers.pay(io_b, Weights::Arrears, Into::Io))
            .and_then(|()| suppliers.pay(b.usdc, Weights::Arrears, Into::Usdc))
            .and_then(|()| suppliers.credit(b.usd_micros, Weights::Arrears))
            .and_then(|()| suppliers.settle(b.usd_micros, output.short_usd_micros))
            .map_err(division)?;

        self.ledgers = output.ledgers;
        self.history = output.history;
        self.health = output.health;
        self.arrears = output.arrears_usd_micros;
        self.burn_due = output.burn_due_usd_micros;
        self.buyback += output.earmarked_usdc;
        let bought = self.sell(scenario, &quote).map_err(rule)?;
        self.minted_io += money.emission_io;
        self.gone_io += output.burned_io + bought + output.retired_io;
        self.supply_io = (self.start_io + self.minted_io)
            .checked_sub(self.gone_io)
            .ok_or(SimulationError::NotConserved { day })?;
        let conserved = ledgers_before.reward_io + money.emission_io
            == self.ledgers.reward_io + a.reward_io + b.reward_io + output.retired_io
            && ledgers_before.fee_usdc + money.revenue_usdc
                == self.ledgers.fee_usdc + a.usdc + b.usdc + output.earmarked_usdc;
        if !conserved {
            return Err(SimulationError::NotConserved { day });
        }

        let class_income = class_income(scenario, &rates, &online, &hired, &output);
        let count = self
            .suppliers
            .devices
            .iter()
            .filter(|d| d.is_online)
            .count();
        self.suppliers.look(scenario, day, &class_income);
        self.move_rates(scenario, day, utc_day);
        let all: u64 = online.iter().sum();
        Ok(Day {
            day,
            price_p12,
            online: u32::try_from(count).unwrap_or(u32::MAX),
            hired_bps: u32::try_from(hired.iter().sum::<u64>().saturating_mul(10_000) / all.max(1))
                .unwrap_or(0),
            emission_io: money.emission_io,
            revenue_usd: output.revenue_usd_micros,
            owed_usd: obligation,
            paid_usd: a.usd_micros + b.usd_micros,
            paid_today_usd: a.usd_micros,
            paid_io: io_a + io_b,
            paid_usdc: a.usdc + b.usdc,
            arrears_usd: self.arrears,
            psi_bps: output.ratio_bps.unwrap_or(0),
            ema_bps: self.health.ema_bps().unwrap_or(0),
            status: self.health.status,
            reserve_usd: output.reserve_usd_micros,
            mean_owed_usd: self.history.mean_obligation().map_err(rule)?,
            reward_vault_io: self.ledgers.reward_io,
            queued_usdc: self.buyback,
            burned_io: output.burned_io + bought,
            retired_io: output.retired_io,
            supply_io: self.supply_io,
        })
    }

    /// Weights of the day, and the totals of obligations and of what renters pay, 1e-6 USD.
    fn owe(
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
    fn earn(
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
    fn sell(&mut self, scenario: &Scenario, quote: &Quote) -> Result<u64, MathError> {
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

    /// Governance moves availability and hire as far as the status allows, once in seven days: down to
    /// three tenths of the start outside Normal, up to where they began in Normal.
    fn move_rates(&mut self, scenario: &Scenario, day: u32, utc_day: u64) {
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

fn quote(scenario: &Scenario, price_p12: u64) -> Quote {
    let p12 = u128::from(price_p12.max(1));
    let margin = p12 * u128::from(scenario.price.conf_bps) / 10_000 * CONF_K;
    Quote {
        p12,
        floor12: p12.saturating_sub(margin).max(1),
        ema12: p12,
    }
}

/// What a processor-day of each class brought, per device, 1e-6 USD: what a supplier that is offline
/// expects.
fn class_income(
    scenario: &Scenario,
    rates: &[RateSet],
    online: &[u64],
    hired: &[u64],
    output: &ion_economics::ide::EpochOutput,
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
