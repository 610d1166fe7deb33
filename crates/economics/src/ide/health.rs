//! Ratio, average and status with hysteresis (economics §10.7, §13.7).

use crate::math::{MathError, MathResult};

/// Fixed point of the stored average.
const EMA_ONE: u64 = 1_000_000;
/// Half of it, for the nearest whole.
const EMA_HALF: u64 = 500_000;
/// Weight of the old average in 31.
const EMA_KEEP: u64 = 29;
/// Weight of the new value in 31.
const EMA_NEW: u64 = 2;
/// Sum of both.
const EMA_SUM: u64 = 31;

/// Health of the engine; stored on chain, so the numbers never change.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Revenue carries the obligations.
    Normal = 0,
    /// The average ratio stayed below its line.
    Deficit = 1,
    /// The ratio is far below, or the fee vault is nearly empty.
    Critical = 2,
}

impl Status {
    /// The stored number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Normal => 0,
            Self::Deficit => 1,
            Self::Critical => 2,
        }
    }

    /// The status with this number.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Normal),
            1 => Some(Self::Deficit),
            2 => Some(Self::Critical),
            _ => None,
        }
    }

    /// The name shown to people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Deficit => "Deficit",
            Self::Critical => "Critical",
        }
    }
}

/// Lines of the status; parameters of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthRules {
    /// Average below which days count toward Deficit, bps.
    pub deficit_bps: u32,
    /// Average below which the status is Critical at once, bps.
    pub critical_bps: u32,
    /// Average from which days count toward Normal, bps.
    pub normal_bps: u32,
    /// Days in a row that move the status.
    pub epochs: u8,
    /// Greatest ratio of one day in the average, bps.
    pub cap_bps: u32,
    /// Days of mean obligation the fee vault must be worth.
    pub critical_days: u16,
}

/// Average and status after an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Status.
    pub status: Status,
    /// Average ratio in 1e-6 bps; `None` before the first day with obligations.
    pub ema_fp: Option<u64>,
    /// Days in a row below the Deficit line.
    pub below: u8,
    /// Days in a row at or above the Normal line.
    pub above: u8,
}

impl Health {
    /// At the start.
    pub const INITIAL: Self = Self {
        status: Status::Normal,
        ema_fp: None,
        below: 0,
        above: 0,
    };

    /// Average ratio in whole bps, to the nearest; `None` before the first.
    pub fn ema_bps(&self) -> Option<u64> {
        // nearest: the value neither sticks below a line nor above it
        self.ema_fp
            .and_then(|fp| fp.checked_add(EMA_HALF))
            .and_then(|fp| fp.checked_div(EMA_ONE))
    }

    /// After a priced epoch. `ratio` is `None` on a day without obligations: average and counts stay
    /// as they are. `is_runway_short` says that the fee vault is worth less than `critical_days` of
    /// mean obligation. A change of status starts both counts again.
    ///
    /// Error: overflow, not reachable for ratios of the parameter's range.
    pub fn after(
        mut self,
        rules: &HealthRules,
        ratio_bps: Option<u32>,
        is_runway_short: bool,
    ) -> MathResult<Self> {
        if let Some(ratio) = ratio_bps {
            let value = u64::from(ratio.min(rules.cap_bps))
                .checked_mul(EMA_ONE)
                .ok_or(MathError::Overflow)?;
            // floor of the fixed point; below one millionth of a basis point
            self.ema_fp = Some(match self.ema_fp {
                None => value,
                Some(old) => old
                    .checked_mul(EMA_KEEP)
                    .zip(value.checked_mul(EMA_NEW))
                    .and_then(|(old, new)| old.checked_add(new))
                    .and_then(|sum| sum.checked_div(EMA_SUM))
                    .ok_or(MathError::Overflow)?,
            });
            let ema = self.ema_bps().unwrap_or(0);
            self.below = count(self.below, ema < u64::from(rules.deficit_bps));
            self.above = count(self.above, ema >= u64::from(rules.normal_bps));
        }
        let is_critical = is_runway_short
            || self
                .ema_bps()
                .is_some_and(|ema| ema < u64::from(rules.critical_bps));
        let next = match self.status {
            _ if is_critical => Status::Critical,
            Status::Critical => Status::Deficit,
            Status::Normal if self.below >= rules.epochs => Status::Deficit,
            Status::Deficit if self.above >= rules.epochs => Status::Normal,
            same @ (Status::Normal | Status::Deficit) => same,
        };
        if next != self.status {
            self.status = next;
            self.below = 0;
            self.above = 0;
        }
        Ok(self)
    }
}

/// One more day in a row, or none. Clamped: the lines are at most 30 days.
fn count(days: u8, holds: bool) -> u8 {
    if holds {
        days.saturating_add(1)
    } else {
        0
    }
}
