//! Sealing of one day (economics §10.4, §10.6).

use super::{
    least, pay, to_io_ceil, to_usd_floor, wide_add, wide_mul, Health, HealthRules, History,
    Ledgers, Order, Payment, Status, BPS, WINDOW,
};
use crate::math::{add, ceil_div, floor_div, narrow, sub, MathError, MathResult};

/// Ratio of a day without obligations, and the greatest of any day, bps.
const MAX_RATIO: u128 = 1_000_000;
/// Days over which an excess of the fee vault is burned.
const EXCESS_DAYS: u128 = 30;

/// How the day pays suppliers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By block rewards: no obligations, no arrears, no retirement.
    Schedule,
    /// By the engine.
    Ide,
}

/// Prices of a sealing, 1e-12 USD per IO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealPrice {
    /// For IO that leaves a vault to beneficiaries: the higher of point price and average.
    pub release12: u128,
    /// For revenue recognised and IO burned: the floor price.
    pub floor12: u128,
}

/// Parameters of a sealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochRules {
    /// Order of the ledgers.
    pub order: Order,
    /// Share of the surplus that is burned, bps.
    pub burn_bps: u16,
    /// Share of unspent emission that is retired, bps.
    pub unemitted_burn_bps: u16,
    /// Days of mean emission the reward vault carries.
    pub carry_days: u16,
    /// Days of mean obligation above which the fee vault is burned down.
    pub reserve_max_days: u16,
    /// Lines of the status.
    pub health: HealthRules,
}

/// Money that waits in the epoch of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayMoney {
    /// `E`: emission of the hours of the day, IO base units.
    pub emission_io: u64,
    /// `rev_u`: revenue, USDC base units.
    pub revenue_usdc: u64,
    /// `rev_i`: revenue, IO base units, with what an epoch sealed without price handed on.
    pub revenue_io: u64,
}

/// Everything a sealing depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochInput {
    /// Mode of the day.
    pub mode: Mode,
    /// Parameters.
    pub rules: EpochRules,
    /// Prices; `None` = the oracle was silent for too long.
    pub price: Option<SealPrice>,
    /// Ledgers before the day's money joins them.
    pub ledgers: Ledgers,
    /// Money of the day.
    pub money: DayMoney,
    /// `H`: obligations of the day, 1e-6 USD.
    pub obligation_usd_micros: u64,
    /// `AR0`: arrears before, 1e-6 USD.
    pub arrears_usd_micros: u64,
    /// `due`: burn carried over, 1e-6 USD.
    pub burn_due_usd_micros: u64,
    /// Last days, without this one.
    pub history: History,
    /// Health before.
    pub health: Health,
}

/// Everything a sealing decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochOutput {
    /// Ledgers after.
    pub ledgers: Ledgers,
    /// `R`: recognised revenue, 1e-6 USD.
    pub revenue_usd_micros: u64,
    /// Paid for the obligations of the day.
    pub paid_obligation: Payment,
    /// Paid for arrears.
    pub paid_arrears: Payment,
    /// Obligations of the day left unpaid, 1e-6 USD.
    pub short_usd_micros: u64,
    /// `AR'`: arrears after, 1e-6 USD.
    pub arrears_usd_micros: u64,
    /// Revenue above obligations and arrears, 1e-6 USD.
    pub surplus_usd_micros: u64,
    /// Burn wanted, with what was carried and the excess of the reserve, 1e-6 USD.
    pub burn_usd_micros: u64,
    /// `bi`: IO burned from the fee vault, base units.
    pub burned_io: u64,
    /// `cov`: value of it at the floor price, at most the burn, 1e-6 USD.
    pub burned_usd_micros: u64,
    /// `ear`: USDC earmarked for buyback, base units.
    pub earmarked_usdc: u64,
    /// `due'`: burn carried to the next epoch, 1e-6 USD.
    pub burn_due_usd_micros: u64,
    /// `ret`: IO retired from the reward vault, base units.
    pub retired_io: u64,
    /// IO revenue handed to the next epoch because there was no price, base units.
    pub carried_revenue_io: u64,
    /// ψ, bps; `None` without price.
    pub ratio_bps: Option<u32>,
    /// `V` after the burn: worth of the fee vault at the floor price, 1e-6 USD; USDC only without
    /// price.
    pub reserve_usd_micros: u64,
    /// Last days, with this one.
    pub history: History,
    /// Health after.
    pub health: Health,
}

/// Seals one day.
///
/// Rounding: R15 to R19 as named at each step. Errors: [`MathError::Overflow`] when a ledger or a
/// stored dollar amount leaves 64 bits, [`MathError::DivisionByZero`] for a price of zero; the epoch
/// waits in both cases.
pub fn seal(input: &EpochInput) -> MathResult<EpochOutput> {
    let is_ide = input.mode == Mode::Ide;
    let (obligation, arrears) = match input.mode {
        Mode::Schedule => (0, 0),
        Mode::Ide => (input.obligation_usd_micros, input.arrears_usd_micros),
    };
    let priced = input.price;
    let (revenue_io, carried_revenue_io) = match priced {
        Some(_) => (input.money.revenue_io, 0),
        None => (0, input.money.revenue_io),
    };
    let joined = Ledgers {
        reward_io: add(input.ledgers.reward_io, input.money.emission_io)?,
        fee_usdc: add(input.ledgers.fee_usdc, input.money.revenue_usdc)?,
        fee_io: add(input.ledgers.fee_io, revenue_io)?,
    };
    // floor: revenue is not overstated
    let revenue = wide_add(
        u128::from(input.money.revenue_usdc),
        fee_value(revenue_io, priced)?,
    )?;

    let release = priced.map(|price| price.release12);
    let order = input.rules.order;
    let (ledgers, paid_obligation) = pay(joined, obligation, order, release)?;
    let short = sub(obligation, paid_obligation.usd_micros)?;
    let (mut ledgers, paid_arrears) = pay(ledgers, arrears, order, release)?;
    let arrears_after = match input.mode {
        Mode::Schedule => input.arrears_usd_micros,
        Mode::Ide => add(sub(arrears, paid_arrears.usd_micros)?, short)?,
    };

    let history = if is_ide {
        input.history.with(obligation, input.money.emission_io)?
    } else {
        input.history
    };
    let mean_obligation = u128::from(history.mean_obligation()?);

    let owed = wide_add(u128::from(obligation), u128::from(arrears))?;
    // clamp: a day without surplus burns only what it carries
    let surplus = revenue.saturating_sub(owed);
    // ceil: at least the share
    let share = ceil_div(wide_mul(surplus, u128::from(input.rules.burn_bps))?, BPS)?;
    let mut burn = wide_add(share, u128::from(input.burn_due_usd_micros))?;
    let may_burn_excess = is_ide
        && priced.is_some()
        && input.health.status == Status::Normal
        && input.history.epochs >= WINDOW as u64;
    if may_burn_excess {
        let value = vault_value(&ledgers, priced)?;
        let kept = wide_add(
            burn,
            wide_mul(u128::from(input.rules.reserve_max_days), mean_obligation)?,
        )?;
        // floor of the excess over 30 days; clamp: no excess, no burn
        burn = wide_add(burn, floor_div(value.saturating_sub(kept), EXCESS_DAYS)?)?;
    }

    let (burned_io, covered) = match priced {
        Some(price) => {
            // ceil of the IO: in favour of burning
            let io = least(ledgers.fee_io, to_io_ceil(burn, price.floor12)?)?;
            (io, burn.min(to_usd_floor(io, price.floor12)?))
        }
        None => (0, 0),
    };
    ledgers.fee_io = sub(ledgers.fee_io, burned_io)?;
    let uncovered = burn.checked_sub(covered).ok_or(MathError::Overflow)?;
    let earmarked_usdc = least(ledgers.fee_usdc, uncovered)?;
    ledgers.fee_usdc = sub(ledgers.fee_usdc, earmarked_usdc)?;
    let burn_due = uncovered
        .checked_sub(u128::from(earmarked_usdc))
        .ok_or(MathError::Overflow)?;

    let spent = add(paid_obligation.reward_io, paid_arrears.reward_io)?;
    let retired_io = if is_ide && priced.is_some() && arrears_after == 0 {
        retirement(
            &input.rules,
            ledgers.reward_io,
            input.money.emission_io,
            spent,
            history.mean_emission()?,
        )?
    } else {
        0
    };
    ledgers.reward_io = sub(ledgers.reward_io, retired_io)?;

    let reserve = vault_value(&ledgers, priced)?;
    let (ratio_bps, health) = match priced {
        None => (None, input.health),
        Some(_) => {
            let ratio = ratio(revenue, obligation)?;
            let line = wide_mul(
                u128::from(input.rules.health.critical_days),
                mean_obligation,
            )?;
            let counted = (obligation > 0).then_some(ratio);
            let health = input
                .health
                .after(&input.rules.health, counted, reserve < line)?;
            (Some(ratio), health)
        }
    };

    Ok(EpochOutput {
        ledgers,
        revenue_usd_micros: narrow(revenue)?,
        paid_obligation,
        paid_arrears,
        short_usd_micros: short,
        arrears_usd_micros: arrears_after,
        surplus_usd_micros: narrow(surplus)?,
        burn_usd_micros: narrow(burn)?,
        burned_io,
        burned_usd_micros: narrow(covered)?,
        earmarked_usdc,
        burn_due_usd_micros: narrow(burn_due)?,
        retired_io,
        carried_revenue_io,
        ratio_bps,
        reserve_usd_micros: narrow(reserve)?,
        history,
        health,
    })
}

/// Unspent emission meets the retirement rate once; what is above `carry_days` of mean emission goes
/// too; when emission has ended nothing goes. Both up: in favour of burning.
fn retirement(
    rules: &EpochRules,
    reward_io: u64,
    emission_io: u64,
    spent: u64,
    mean_emission: u64,
) -> MathResult<u64> {
    // clamp: carried IO may have been spent beyond the emission of the day
    let unspent = u128::from(emission_io.saturating_sub(spent));
    let share = ceil_div(
        wide_mul(unspent, u128::from(rules.unemitted_burn_bps))?,
        BPS,
    )?;
    let wanted = if mean_emission == 0 {
        share
    } else {
        let kept = wide_mul(u128::from(rules.carry_days), u128::from(mean_emission))?;
        share.max(u128::from(reward_io).saturating_sub(kept))
    };
    least(reward_io, wanted)
}

/// `ψ = min(1,000,000, floor(R·10000/H))`, 1,000,000 without obligations.
fn ratio(revenue: u128, obligation: u64) -> MathResult<u32> {
    let bps = if obligation == 0 {
        MAX_RATIO
    } else {
        floor_div(wide_mul(revenue, BPS)?, u128::from(obligation))?.min(MAX_RATIO)
    };
    u32::try_from(bps).map_err(|_| MathError::Overflow)
}

/// Value of IO of the fee vault at the floor price, down; nothing without price.
fn fee_value(io: u64, price: Option<SealPrice>) -> MathResult<u128> {
    price.map_or(Ok(0), |price| to_usd_floor(io, price.floor12))
}

/// `V = Yu + floor(Yi·pl)`.
fn vault_value(ledgers: &Ledgers, price: Option<SealPrice>) -> MathResult<u128> {
    wide_add(
        u128::from(ledgers.fee_usdc),
        fee_value(ledgers.fee_io, price)?,
    )
}
