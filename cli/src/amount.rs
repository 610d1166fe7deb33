//! Exact decimal amounts: what a person types and what the chain counts.
//!
//! No floating point anywhere. An amount has a unit; its text form is in whole units (`12.5` IO), its
//! base form an integer (`1250000000`). Text with more decimals than the unit has is an error, never
//! rounded.

use std::fmt;

/// What an amount counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// IO tokens, 8 decimals.
    Io,
    /// USDC tokens, 6 decimals.
    Usdc,
    /// Accounting dollars, 6 decimals; never a token amount.
    Usd,
    /// SOL, 9 decimals.
    Sol,
}

impl Unit {
    /// Digits after the point.
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Io => 8,
            Self::Usdc | Self::Usd => 6,
            Self::Sol => 9,
        }
    }

    /// Name as shown behind the number.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Io => "IO",
            Self::Usdc => "USDC",
            Self::Usd => "USD",
            Self::Sol => "SOL",
        }
    }
}

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing but digits and one point is allowed.
    #[error("\"{0}\" is not a decimal number like 12.5")]
    NotDecimal(String),
    /// More digits after the point than the unit has.
    #[error("\"{text}\" has more than {decimals} decimals, which is all that {symbol} has")]
    TooManyDecimals {
        /// What was typed.
        text: String,
        /// Decimals of the unit.
        decimals: u32,
        /// Symbol of the unit.
        symbol: &'static str,
    },
    /// Above what 64 bits hold.
    #[error("\"{0}\" is too large")]
    TooLarge(String),
}

/// An amount of a unit in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Base units.
    pub base: u64,
    /// What is counted.
    pub unit: Unit,
}

impl Amount {
    /// An amount of IO base units.
    pub const fn io(base: u64) -> Self {
        Self {
            base,
            unit: Unit::Io,
        }
    }

    /// An amount of lamports.
    pub const fn sol(base: u64) -> Self {
        Self {
            base,
            unit: Unit::Sol,
        }
    }

    /// An amount of USDC base units.
    pub const fn usdc(base: u64) -> Self {
        Self {
            base,
            unit: Unit::Usdc,
        }
    }

    /// An amount of accounting dollars in 1e-6 USD.
    pub const fn usd(base: u64) -> Self {
        Self {
            base,
            unit: Unit::Usd,
        }
    }

    /// Reads what a person typed: whole units with a point, or base units if `raw`.
    ///
    /// Errors: `NotDecimal`, `TooManyDecimals`, `TooLarge`; `NotDecimal` also for a point in a raw amount.
    pub fn parse(text: &str, unit: Unit, raw: bool) -> Result<Self, AmountError> {
        let decimals = if raw { 0 } else { unit.decimals() };
        let (whole, fraction) = match text.split_once('.') {
            Some(_) if raw => return Err(AmountError::NotDecimal(text.to_owned())),
            Some((whole, fraction)) => (whole, fraction),
            None => (text, ""),
        };
        let has_point = text.contains('.');
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || !is_digits(whole)
            || !is_digits(fraction)
            || (has_point && fraction.is_empty())
        {
            return Err(AmountError::NotDecimal(text.to_owned()));
        }
        let missing = usize::try_from(decimals)
            .ok()
            .and_then(|decimals| decimals.checked_sub(fraction.len()))
            .ok_or_else(|| AmountError::TooManyDecimals {
                text: text.to_owned(),
                decimals,
                symbol: unit.symbol(),
            })?;
        let digits = format!("{whole}{fraction}{}", "0".repeat(missing));
        let base = digits
            .parse()
            .map_err(|_| AmountError::TooLarge(text.to_owned()))?;
        Ok(Self { base, unit })
    }

    /// The number in whole units, without the symbol and without trailing zeros.
    pub fn number(self) -> String {
        let scale = 10_u64.pow(self.unit.decimals());
        let (whole, fraction) = (self.base / scale, self.base % scale);
        if fraction == 0 {
            return whole.to_string();
        }
        let width = usize::try_from(self.unit.decimals()).unwrap_or_default();
        let digits = format!("{fraction:0width$}");
        format!("{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number(), self.unit.symbol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io(text: &str) -> Result<u64, AmountError> {
        Amount::parse(text, Unit::Io, false).map(|amount| amount.base)
    }

    #[test]
    fn amount_in_whole_units_is_exact() {
        assert_eq!(io("200"), Ok(20_000_000_000));
        assert_eq!(io("0.00000001"), Ok(1));
        assert_eq!(io("0.1"), Ok(10_000_000));
        assert_eq!(io("0"), Ok(0));
        assert_eq!(io("007.50"), Ok(750_000_000));
        assert_eq!(
            Amount::parse("1.000001", Unit::Usdc, false),
            Ok(Amount {
                base: 1_000_001,
                unit: Unit::Usdc
            })
        );
    }

    #[test]
    fn amount_at_the_limit_of_64_bits_is_exact() {
        assert_eq!(io("184467440737.09551615"), Ok(u64::MAX));
        assert_eq!(
            io("184467440737.09551616"),
            Err(AmountError::TooLarge("184467440737.09551616".into()))
        );
        assert_eq!(
            io("99999999999999999999"),
            Err(AmountError::TooLarge("99999999999999999999".into()))
        );
    }

    #[test]
    fn amount_with_too_many_decimals_is_refused() {
        assert!(matches!(
            io("0.000000001"),
            Err(AmountError::TooManyDecimals {
                decimals: 8,
                symbol: "IO",
                ..
            })
        ));
        assert!(matches!(
            io("1.000000000"),
            Err(AmountError::TooManyDecimals { .. })
        ));
        assert!(matches!(
            Amount::parse("1.0000001", Unit::Usdc, false),
            Err(AmountError::TooManyDecimals {
                decimals: 6,
                symbol: "USDC",
                ..
            })
        ));
    }

    #[test]
    fn text_that_is_no_decimal_is_refused() {
        for text in [
            "", ".", "1.", ".5", "-1", "+1", "1e3", "1,000", "1_000", " 1", "1 ", "0x10", "1.2.3",
            "NaN", "١",
        ] {
            assert_eq!(
                io(text),
                Err(AmountError::NotDecimal(text.into())),
                "{text:?}"
            );
        }
    }

    #[test]
    fn raw_amount_counts_base_units() {
        assert_eq!(Amount::parse("15", Unit::Io, true), Ok(Amount::io(15)));
        assert_eq!(
            Amount::parse("1.5", Unit::Io, true),
            Err(AmountError::NotDecimal("1.5".into()))
        );
    }

    #[test]
    fn number_has_no_trailing_zeros_and_reads_back() {
        for (base, text) in [
            (0, "0"),
            (1, "0.00000001"),
            (100_000_000, "1"),
            (110_000_000, "1.1"),
            (20_000_000_005, "200.00000005"),
            (u64::MAX, "184467440737.09551615"),
        ] {
            assert_eq!(Amount::io(base).number(), text);
            assert_eq!(io(text), Ok(base));
        }
        assert_eq!(
            Amount {
                base: 1_500_000,
                unit: Unit::Usdc
            }
            .to_string(),
            "1.5 USDC"
        );
    }
}
