//! Vectors of economics §16.8 and §16.9, golden sealings and properties.

extern crate std;

mod auction;
mod edges;
mod golden;
mod health;
mod obligation;
mod properties;
mod sealing;

use super::*;

pub(super) const USD: u64 = 1_000_000;
pub(super) const E_DAY: u64 = 8_787_044_692_344;
pub(super) const HEALTH: HealthRules = HealthRules {
    deficit_bps: 10_000,
    critical_bps: 8_000,
    normal_bps: 10_500,
    epochs: 7,
    cap_bps: 20_000,
    critical_days: 30,
};
pub(super) const RULES: EpochRules = EpochRules {
    order: Order::RewardFirst,
    burn_bps: 5_000,
    unemitted_burn_bps: 5_000,
    carry_days: 30,
    reserve_max_days: 365,
    health: HEALTH,
};

pub(super) fn flat(p12: u128) -> Option<SealPrice> {
    Some(SealPrice {
        release12: p12,
        floor12: p12,
    })
}

/// A day of mode `Ide` with price 0.15, obligations of 10,000 USD and one day of emission.
pub(super) fn day() -> EpochInput {
    EpochInput {
        mode: Mode::Ide,
        rules: RULES,
        price: flat(150_000_000_000),
        ledgers: Ledgers {
            reward_io: 0,
            fee_usdc: 0,
            fee_io: 0,
        },
        money: DayMoney {
            emission_io: E_DAY,
            revenue_usdc: 21_667 * USD,
            revenue_io: 0,
        },
        obligation_usd_micros: 10_000 * USD,
        arrears_usd_micros: 0,
        burn_due_usd_micros: 0,
        history: History::EMPTY,
        health: Health::INITIAL,
    }
}

pub(super) fn sealed(change: impl FnOnce(&mut EpochInput)) -> EpochOutput {
    let mut input = day();
    change(&mut input);
    seal(&input).unwrap()
}
