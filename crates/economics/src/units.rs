//! Quantities with their unit in the type (economics §1.1).
//!
//! The newtypes have no operator traits: adding an amount to an amount is a checked call, and an
//! amount of one unit never meets another by accident.

use crate::math::{MathError, MathResult};

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(u64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// From base units.
            pub const fn from_base_units(base_units: u64) -> Self {
                Self(base_units)
            }

            /// In base units.
            pub const fn base_units(self) -> u64 {
                self.0
            }

            /// `self + other`, checked.
            pub fn checked_add(self, other: Self) -> MathResult<Self> {
                self.0.checked_add(other.0).map(Self).ok_or(MathError::Overflow)
            }

            /// `self − other`, checked.
            pub fn checked_sub(self, other: Self) -> MathResult<Self> {
                self.0.checked_sub(other.0).map(Self).ok_or(MathError::Overflow)
            }
        }
    };
}

amount! {
    /// IO tokens in base units of 1e-8 IO.
    Io
}
amount! {
    /// USDC tokens in base units of 1e-6 USDC.
    Usdc
}
amount! {
    /// Accounting dollars in 1e-6 USD; never a token amount.
    UsdMicros
}

/// One in basis points.
pub const BPS_ONE: u16 = 10_000;
/// Seconds of an hour.
pub const HOUR: i64 = 3_600;
/// Seconds of a UTC day.
pub const DAY: i64 = 86_400;
/// Base units of one IO.
pub const IO_ONE: u64 = 100_000_000;
/// Decimals of the IO mint.
pub const IO_DECIMALS: u8 = 8;
/// Base units of one USDC, and micros of one dollar.
pub const USDC_ONE: u64 = 1_000_000;
/// Decimals of the USDC mint.
pub const USDC_DECIMALS: u8 = 6;

/// A share of 0..=10,000 basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bps(u16);

impl Bps {
    /// Checked constructor; `None` above 10,000.
    pub const fn new(bps: u16) -> Option<Self> {
        if bps <= BPS_ONE {
            Some(Self(bps))
        } else {
            None
        }
    }

    /// In basis points.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// A point in time: seconds since the Unix epoch by the chain's clock, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixSeconds(i64);

impl UnixSeconds {
    /// From Unix seconds.
    pub const fn new(seconds: i64) -> Self {
        Self(seconds)
    }

    /// In Unix seconds.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// This time plus a duration in seconds, checked.
    pub fn checked_add(self, seconds: i64) -> MathResult<Self> {
        self.0
            .checked_add(seconds)
            .map(Self)
            .ok_or(MathError::Overflow)
    }

    /// Hour index `floor(t/3600)`.
    pub const fn hour_index(self) -> i64 {
        self.0.div_euclid(HOUR)
    }

    /// UTC day index `floor(t/86400)`.
    pub const fn day_index(self) -> i64 {
        self.0.div_euclid(DAY)
    }
}
