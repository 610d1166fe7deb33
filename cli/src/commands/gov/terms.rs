//! Terms and name of a processor class on the command line.

use clap::{Args, ValueEnum};
use registry::{
    constants::CLASS_NAME_LEN,
    state::{ClassTerms, Pool},
};

use crate::{
    amount::{Amount, Unit},
    failure::{Failure, Outcome},
};

/// Terms of a class.
#[derive(Debug, Args)]
pub struct Terms {
    /// Reward pool
    #[arg(long, value_enum)]
    pool: PoolName,
    /// Multiplier, up to 4 decimals; 0 withdraws the class
    #[arg(long)]
    multiplier: String,
    /// Lowest price of a quote in USD per processor and hour
    #[arg(long, value_name = "USD")]
    floor_price: String,
    /// Idle processor ceiling in percent; 255 = none
    #[arg(long, default_value_t = 255)]
    max_cpu: u8,
    /// Idle GPU ceiling in percent; 255 = none
    #[arg(long, default_value_t = 255)]
    max_gpu: u8,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PoolName {
    Unsupported,
    Enterprise,
    Community,
}

impl Terms {
    pub fn read(&self, raw: bool) -> Outcome<ClassTerms> {
        Ok(ClassTerms {
            pool: match self.pool {
                PoolName::Unsupported => Pool::Unsupported,
                PoolName::Enterprise => Pool::Enterprise,
                PoolName::Community => Pool::Community,
            },
            multiplier_fp: parse_multiplier(&self.multiplier)?,
            max_cpu_pct: self.max_cpu,
            max_gpu_pct: self.max_gpu,
            floor_price_usd_micros: Amount::parse(&self.floor_price, Unit::Usd, raw)?.base,
        })
    }
}

/// A multiplier with at most four decimals as 1e-4.
fn parse_multiplier(text: &str) -> Outcome<u32> {
    let wrong = || {
        Failure::usage(
            "the multiplier is not understood",
            format!("\"{text}\" is no number with at most 4 decimals"),
        )
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || fraction.len() > 4 {
        return Err(wrong());
    }
    format!("{whole}{fraction:0<4}")
        .parse()
        .map_err(|_| wrong())
}

pub fn padded(name: &str) -> Outcome<[u8; CLASS_NAME_LEN]> {
    let mut bytes = [0; CLASS_NAME_LEN];
    let slot = bytes
        .get_mut(..name.len())
        .filter(|slot| !slot.is_empty())
        .ok_or_else(|| {
            Failure::usage(
                "the name does not fit",
                format!("a class name has 1 to {CLASS_NAME_LEN} bytes"),
            )
        })?;
    slot.copy_from_slice(name.as_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplier_is_read_exactly() {
        assert_eq!(parse_multiplier("1").ok(), Some(10_000));
        assert_eq!(parse_multiplier("2.5").ok(), Some(25_000));
        assert_eq!(parse_multiplier("0.0001").ok(), Some(1));
        for wrong in ["", ".", ".5", "1.00001", "-1", "x", "429497"] {
            assert!(parse_multiplier(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn class_name_is_padded_and_bounded() {
        assert_eq!(
            padded("ab")
                .ok()
                .map(|bytes| (bytes[0], bytes[1], bytes[2])),
            Some((b'a', b'b', 0))
        );
        assert!(padded(&"x".repeat(CLASS_NAME_LEN)).is_ok());
        assert!(padded(&"x".repeat(CLASS_NAME_LEN + 1)).is_err());
        assert!(padded("").is_err());
    }
}
