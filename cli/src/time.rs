//! Times and durations as people read and type them.

use chrono::{DateTime, Local, NaiveDate, SecondsFormat, TimeZone, Utc};

use crate::failure::{Failure, Outcome};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A point in time in UTC and, where it differs, in local time.
pub fn show_time(unix_seconds: i64) -> String {
    let Some(utc) = DateTime::from_timestamp(unix_seconds, 0) else {
        return format!("{unix_seconds} s after 1970");
    };
    let utc_text = utc.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let local = Local.from_utc_datetime(&utc.naive_utc());
    if local.offset().local_minus_utc() == 0 {
        utc_text
    } else {
        format!("{utc_text} ({} local)", local.format("%Y-%m-%d %H:%M:%S"))
    }
}

/// A point in time as RFC 3339 in UTC.
pub fn rfc3339(unix_seconds: i64) -> Option<String> {
    DateTime::<Utc>::from_timestamp(unix_seconds, 0)
        .map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// A duration in its two largest parts, such as `13 d 23 h`.
pub fn show_duration(seconds: i64) -> String {
    let parts = [
        (seconds / DAY, "d"),
        (seconds % DAY / HOUR, "h"),
        (seconds % HOUR / MINUTE, "min"),
        (seconds % MINUTE, "s"),
    ];
    let shown: Vec<String> = parts
        .into_iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count != 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if shown.is_empty() {
        "0 s".to_owned()
    } else {
        shown.join(" ")
    }
}

/// Reads a duration such as `90`, `90min`, `3h` or `2d` as minutes; a bare number is minutes.
///
/// Errors: a text that says why.
pub fn parse_minutes(text: &str) -> Result<u32, String> {
    let wrong = || format!("\"{text}\" is not a duration like 180, 180min, 3h or 2d");
    let split = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let factor = match unit {
        "" | "m" | "min" => 1,
        "h" => 60,
        "d" => 1_440,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(factor)
        .ok_or_else(|| format!("\"{text}\" is too long"))
}

/// Reads a UTC day: a date, `today`, `yesterday` or an index of days since 1970, `now` in Unix seconds.
///
/// Errors: usage.
pub fn parse_day(text: &str, now: i64) -> Outcome<u64> {
    let today = now.div_euclid(DAY);
    let day = match text {
        "today" => Some(today),
        "yesterday" => today.checked_sub(1),
        _ => text.parse::<i64>().ok().or_else(|| {
            let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp() / DAY)
        }),
    };
    day.and_then(|day| u64::try_from(day).ok()).ok_or_else(|| {
        Failure::usage("the day is not understood", format!("\"{text}\" is no day"))
            .next("give it as 2026-02-01, today, yesterday, or days since 1970")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_is_a_date_a_word_or_an_index() {
        let now = 1_769_905_800; // 2026-02-01 00:30 UTC
        for (text, day) in [
            ("2026-02-01", 20_485),
            ("today", 20_485),
            ("yesterday", 20_484),
            ("20485", 20_485),
        ] {
            assert_eq!(parse_day(text, now).ok(), Some(day), "{text}");
        }
        for text in ["", "-1", "2026-13-01", "tomorrow"] {
            assert!(parse_day(text, now).is_err(), "{text}");
        }
    }

    #[test]
    fn duration_shows_its_two_largest_parts() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_661, "1 h 1 min"),
            (14 * DAY, "14 d"),
            (14 * DAY + 5, "14 d"),
            (DAY - 1, "23 h 59 min"),
        ] {
            assert_eq!(show_duration(seconds), text);
        }
    }

    #[test]
    fn minutes_read_with_and_without_a_unit() {
        assert_eq!(parse_minutes("180"), Ok(180));
        assert_eq!(parse_minutes("90min"), Ok(90));
        assert_eq!(parse_minutes("3h"), Ok(180));
        assert_eq!(parse_minutes("2d"), Ok(2_880));
        assert!(parse_minutes("3 h").is_err());
        assert!(parse_minutes("h").is_err());
        assert!(parse_minutes("").is_err());
        assert!(parse_minutes("9999999d").is_err());
    }

    #[test]
    fn time_shows_utc() {
        assert!(show_time(0).starts_with("1970-01-01 00:00:00 UTC"));
        assert_eq!(
            rfc3339(1_800_000_000).as_deref(),
            Some("2027-01-15T08:00:00Z")
        );
    }
}
