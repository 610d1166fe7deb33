//! Dated rates of one processor class (economics §1.6, §10.2).

use anchor_lang::prelude::*;
use ion_economics::{
    ide::{RateHistory, RateSet},
    math,
};

use crate::error::IdeError;

/// One set of rates, from a day on.
#[zero_copy]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct DayRates {
    /// First UTC day index; 0 = the place is empty.
    pub from_day: u64,
    /// Availability, 1e-6 USD per processor-hour.
    pub avail_rate_usd_micros: u64,
    /// Hire, 1e-6 USD per processor-hour.
    pub hire_rate_usd_micros: u64,
    /// List price, 1e-6 USD per processor-hour.
    pub list_price_usd_micros: u64,
    /// Most processors that count.
    pub max_processors: u32,
    /// Filler, 0.
    pub _padding: u32,
}

/// Account at `["rates", class]`. Zero-copy; read by quotes and by the rows of a report, written by
/// governance only.
#[account(zero_copy)]
#[derive(InitSpace, Debug)]
#[repr(C)]
pub struct ClassRates {
    /// The last sets, oldest first, empty places at the end.
    pub sets: [DayRates; 8],
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// Number of the class.
    pub class: u16,
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// For later fields.
    pub _reserved: [u8; 60],
}

const _: () = assert!(ClassRates::INIT_SPACE == 8 * 40 + 8 + 4 + 60);
const _: () = assert!(core::mem::size_of::<ClassRates>() == ClassRates::INIT_SPACE);
const _: () = assert!(ion_economics::ide::RATE_SETS == 8);

impl DayRates {
    fn from_rule(set: &RateSet) -> Self {
        Self {
            from_day: set.from_day,
            avail_rate_usd_micros: set.avail_usd_micros,
            hire_rate_usd_micros: set.hire_usd_micros,
            list_price_usd_micros: set.list_usd_micros,
            max_processors: set.max_processors,
            _padding: 0,
        }
    }

    /// As the rule's type.
    pub const fn to_rule(&self) -> RateSet {
        RateSet {
            from_day: self.from_day,
            avail_usd_micros: self.avail_rate_usd_micros,
            hire_usd_micros: self.hire_rate_usd_micros,
            list_usd_micros: self.list_price_usd_micros,
            max_processors: self.max_processors,
        }
    }
}

impl ClassRates {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = ClassRates::DISCRIMINATOR.len() + ClassRates::INIT_SPACE;

    /// The set of a UTC day; `None` before the first.
    pub fn rates_of(&self, day: u64) -> Option<DayRates> {
        self.history()
            .of_day(day)
            .map(|set| DayRates::from_rule(&set))
    }

    /// All sets by the rule's type.
    pub fn history(&self) -> RateHistory {
        RateHistory {
            sets: self.sets.map(|set| set.to_rule()),
        }
    }

    pub(crate) fn set_history(&mut self, history: &RateHistory) {
        self.sets = history.sets.map(|set| DayRates::from_rule(&set));
    }

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(IdeError::from)?;
        Ok(self.event_seq)
    }
}
