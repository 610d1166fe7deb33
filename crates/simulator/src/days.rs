//! The walk over the days.

use ion_economics::{
    emission::{EmissionError, pre_released},
    ide::{
        DivideError, EpochInput, Health, History, Ledgers, Mode, RateHistory, RateSet, Status,
        seal, seal_price,
    },
    math::MathError,
};

use crate::{
    market::{Level, ONE},
    money::quote,
    rates::{class_income, epoch_rules, first_rates},
    rng::Rng,
    scenario::Scenario,
    suppliers::{Into, Suppliers, Weights, base_demand, online_minutes},
};

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
pub(crate) struct State {
    pub(crate) suppliers: Suppliers,
    pub(crate) rates: Vec<RateHistory>,
    pub(crate) ledgers: Ledgers,
    pub(crate) history: History,
    pub(crate) health: Health,
    pub(crate) arrears: u64,
    pub(crate) burn_due: u64,
    pub(crate) buyback: u64,
    pub(crate) supply_io: u64,
    pub(crate) minted_io: u64,
    pub(crate) gone_io: u64,
    pub(crate) start_io: u64,
    pub(crate) online_target: u64,
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
}
