//! Paths of a level: drift, noise and shocks.

use crate::{rng::Rng, scenario::Shock};

/// Fixed point of a level: 1.0.
pub const ONE: u128 = 1_000_000_000_000;
/// One in basis points.
const BPS: i128 = 10_000;
/// Days of a year.
const YEAR: i128 = 365;

/// A level that starts at 1.0 and moves day by day.
#[derive(Clone, Debug)]
pub struct Level {
    trend: u128,
    noise_bps: i64,
    yearly_bps: i32,
    width: u32,
    shocks: Vec<Shock>,
    rng: Rng,
}

impl Level {
    /// A path with its drift in bps per year, daily noise and shocks.
    pub fn new(yearly_bps: i32, width: u32, shocks: &[Shock], rng: Rng) -> Self {
        Self {
            trend: ONE,
            noise_bps: 0,
            yearly_bps,
            width,
            shocks: shocks.to_vec(),
            rng,
        }
    }

    /// The level of a day; days are asked for in order, from 0.
    pub fn of_day(&mut self, day: u32) -> u128 {
        if day > 0 {
            // Simple interest on the level of the day: close to the yearly rate for small rates.
            let drift = signed(self.trend) * i128::from(self.yearly_bps) / (BPS * YEAR);
            self.trend = unsigned(signed(self.trend) + drift);
            // Mean reverting noise, so that the trend stays what the scenario says.
            self.noise_bps = self.noise_bps * 9 / 10 + self.rng.step(self.width);
        }
        let shocked = self
            .shocks
            .iter()
            .fold(self.trend, |level, shock| apply(level, shock, day));
        let noise = i128::from(self.noise_bps.clamp(-5_000, 5_000));
        unsigned(signed(shocked) * (BPS + noise) / BPS)
    }
}

/// A shock that has begun changes the level by its share of the days.
fn apply(level: u128, shock: &Shock, day: u32) -> u128 {
    if day < shock.day {
        return level;
    }
    let passed = i128::from((day - shock.day + 1).min(shock.over_days));
    let change = i128::from(shock.change_bps) * passed / i128::from(shock.over_days.max(1));
    unsigned(signed(level) * (BPS + change) / BPS)
}

fn signed(level: u128) -> i128 {
    // 10^12 times anything a scenario allows stays far below
    i128::try_from(level.min(ONE * 1_000_000)).unwrap_or(i128::MAX)
}

/// Never below a millionth of the start: a level of zero has no price.
fn unsigned(level: i128) -> u128 {
    u128::try_from(level).unwrap_or(0).max(ONE / 1_000_000)
}
