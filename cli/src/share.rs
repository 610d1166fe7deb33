//! Shares as people type them: percent with at most two decimals, or basis points.

use crate::failure::{Failure, Outcome};

const BPS_PER_PERCENT: u32 = 100;
const BPS_ONE: u32 = 10_000;

/// Reads a share in basis points: percent such as `12.5` or `12.5%`, or basis points if `raw`.
///
/// Errors: usage, when it is no number, has more than two decimals or is above 100 %.
pub fn parse(text: &str, raw: bool) -> Outcome<u16> {
    let wrong = |why: &str| {
        Failure::usage("the share cannot be read", format!("\"{text}\" {why}"))
            .next("give percent like 12.5, or basis points with --raw")
    };
    let number = if raw {
        text
    } else {
        text.strip_suffix('%').unwrap_or(text).trim_end()
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((_, fraction)) if raw || fraction.is_empty() => {
            return Err(wrong("is no share"));
        }
        Some((_, fraction)) if fraction.len() > 2 => {
            return Err(wrong("has more than 2 decimals"));
        }
        Some(parts) => parts,
        None => (number, ""),
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return Err(wrong("is no share"));
    }
    let above = || wrong("is above 100 %");
    let whole: u32 = whole.parse().map_err(|_| above())?;
    let bps = if raw {
        whole
    } else {
        let hundredths: u32 = format!("{fraction:0<2}").parse().map_err(|_| above())?;
        whole
            .checked_mul(BPS_PER_PERCENT)
            .and_then(|bps| bps.checked_add(hundredths))
            .ok_or_else(above)?
    };
    if bps > BPS_ONE {
        return Err(above());
    }
    u16::try_from(bps).map_err(|_| above())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn share_is_percent_or_basis_points() {
        for (text, raw, bps) in [
            ("25", false, 2_500),
            ("12.5", false, 1_250),
            ("12.05 %", false, 1_205),
            ("100%", false, 10_000),
            ("0", false, 0),
            ("1250", true, 1_250),
        ] {
            assert_eq!(parse(text, raw).ok(), Some(bps), "{text}");
        }
    }

    #[test]
    fn share_that_is_none_is_refused() {
        for (text, raw) in [
            ("", false),
            ("%", false),
            ("12.", false),
            ("1.234", false),
            ("100.01", false),
            ("-5", false),
            ("99999999999", false),
            ("12.5", true),
            ("12%", true),
            ("10001", true),
        ] {
            assert!(parse(text, raw).is_err(), "{text}");
        }
    }
}
