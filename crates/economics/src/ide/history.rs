//! Obligations and emission of the last days (economics §10.4, §10.7).

use super::wide_mul;
use crate::math::{add, floor_div, narrow, MathResult};

/// Days in both means.
pub const WINDOW: usize = 30;
/// The same, as a divisor.
const WINDOW_DAYS: u128 = 30;

/// Ring of the last [`WINDOW`] epochs of mode `Ide`. Days of mode `Schedule` have no obligations and
/// no allowance, so a fresh ring of zeros stands for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// `H` per epoch, 1e-6 USD.
    pub obligations: [u64; WINDOW],
    /// `E` per epoch, IO base units.
    pub emissions: [u64; WINDOW],
    /// Epochs of mode `Ide` sealed so far; the next one goes to this place modulo [`WINDOW`].
    pub epochs: u64,
}

impl History {
    /// No epoch of mode `Ide` yet.
    pub const EMPTY: Self = Self {
        obligations: [0; WINDOW],
        emissions: [0; WINDOW],
        epochs: 0,
    };

    /// With one more epoch. Error: overflow of the count.
    pub fn with(mut self, obligation: u64, emission: u64) -> MathResult<Self> {
        let place = usize::try_from(self.epochs)
            .unwrap_or(0)
            .checked_rem(WINDOW)
            .unwrap_or(0);
        if let Some(slot) = self.obligations.get_mut(place) {
            *slot = obligation;
        }
        if let Some(slot) = self.emissions.get_mut(place) {
            *slot = emission;
        }
        self.epochs = add(self.epochs, 1)?;
        Ok(self)
    }

    /// `avgH`: the sum of the last 30 over 30, down, 1e-6 USD.
    pub fn mean_obligation(&self) -> MathResult<u64> {
        narrow(floor_div(sum(&self.obligations), WINDOW_DAYS)?)
    }

    /// `Em`: mean emission of the epochs there are, at most 30, down, IO base units.
    pub fn mean_emission(&self) -> MathResult<u64> {
        let days = u128::from(self.epochs).min(WINDOW_DAYS);
        if days == 0 {
            return Ok(0);
        }
        narrow(floor_div(sum(&self.emissions), days)?)
    }

    /// Days that `value` covers at the mean obligation, down; `None` without obligations.
    pub fn runway_days(&self, value_usd_micros: u128) -> MathResult<Option<u64>> {
        let total = sum(&self.obligations);
        if total == 0 {
            return Ok(None);
        }
        let days = floor_div(wide_mul(value_usd_micros, WINDOW_DAYS)?, total)?;
        Ok(Some(u64::try_from(days).unwrap_or(u64::MAX)))
    }
}

/// Bound: 30 · 2^64 < 2^69.
fn sum(values: &[u64; WINDOW]) -> u128 {
    values.iter().map(|value| u128::from(*value)).sum()
}
