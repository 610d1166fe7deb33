//! Civil UTC months counted in hours (economics §6.2).
//!
//! Mechanism: the hour index of the Unix epoch becomes a calendar month and the hour within it by
//! a closed formula of the Gregorian calendar, so the cost is the same for every date. Place of
//! use: the hourly emission block. Invariant: consecutive hours are consecutive within a month,
//! and each month has 24 hours per day. Leap seconds do not exist in Unix time.

/// Hours of a UTC day.
const HOURS_PER_DAY: u64 = 24;
/// Days from 1 March of year 0 to 1 January 1970.
const DAYS_TO_EPOCH: u64 = 719_468;
/// Days of 400 Gregorian years.
const DAYS_PER_ERA: u64 = 146_097;
/// Days of 100 years without the leap day of the fourth century.
const DAYS_PER_CENTURY: u64 = 36_524;
/// Days of 4 years with a leap day.
const DAYS_PER_OLYMPIAD: u64 = 1_461;
/// Days of a common year.
const DAYS_PER_YEAR: u64 = 365;
/// Days of five months that start with March or August.
const DAYS_PER_FIVE_MONTHS: u64 = 153;

/// Year and month of month index 0, the month before the emission starts.
const BASE_YEAR: i64 = 2_024;
const BASE_MONTH: i64 = 6;

/// An hour as a place in its calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthHour {
    /// Month index: 12·(year − 2024) + month − 6, so that July 2024 is 1.
    pub month: i64,
    /// Hour of the month `k`, from 0.
    pub hour: u32,
    /// Hours of the month `H`: 672, 696, 720 or 744.
    pub hours: u32,
}

/// Where the hour with this index (whole hours since the Unix epoch) lies in its month.
pub fn month_hour(hour_index: u32) -> MonthHour {
    let hour = u64::from(hour_index);
    split(hour)
}

/// Number of days of a month of a year, month 1 to 12.
#[allow(
    clippy::arithmetic_side_effects,
    reason = "the year is below 492,000 and the month at most 12; no divisor is zero"
)]
const fn days_of_month(year: u64, month: u64) -> u64 {
    if month == 2 {
        let is_leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        return if is_leap { 29 } else { 28 };
    }
    // 31 for the odd months up to July and the even ones from August on.
    30 + ((month + month / 8) & 1)
}

/// The formula. Years run from March to February here, so that the leap day is the last of its
/// year: the year follows from the day by taking the leap days out, the month from the 153-day
/// rhythm 31-30-31-30-31 of five months.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "an hour index below 2^32 is a day below 1.8e8 and a year below 492,000, so no step \
              leaves 64 bits; subtractions take a part from its whole; hours of a month are at \
              most 744"
)]
const fn split(hour: u64) -> MonthHour {
    let day = hour / HOURS_PER_DAY + DAYS_TO_EPOCH;
    let era = day / DAYS_PER_ERA;
    let day_of_era = day % DAYS_PER_ERA;
    // Leap days passed: one each 4 years, none at a century, one at the end of the era.
    let leap_days = day_of_era / (DAYS_PER_OLYMPIAD - 1) + day_of_era / (DAYS_PER_ERA - 1)
        - day_of_era / DAYS_PER_CENTURY;
    let year_of_era = (day_of_era - leap_days) / DAYS_PER_YEAR;
    let day_of_year =
        day_of_era + year_of_era / 100 - DAYS_PER_YEAR * year_of_era - year_of_era / 4;
    let month_from_march = (5 * day_of_year + 2) / DAYS_PER_FIVE_MONTHS;
    let day_of_month = day_of_year - (DAYS_PER_FIVE_MONTHS * month_from_march + 2) / 5;

    let is_next_year = month_from_march >= 10;
    let month = if is_next_year {
        month_from_march - 9
    } else {
        month_from_march + 3
    };
    let year = era * 400 + year_of_era + is_next_year as u64;
    MonthHour {
        month: 12 * (year as i64 - BASE_YEAR) + month as i64 - BASE_MONTH,
        hour: (day_of_month * HOURS_PER_DAY + hour % HOURS_PER_DAY) as u32,
        hours: (days_of_month(year, month) * HOURS_PER_DAY) as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_hours_fall_into_their_months() {
        for (index, month, hour, hours) in [
            (477_719, 0, 719, 720),
            (477_720, 1, 0, 744),
            (492_311, 20, 671, 672),
            (509_855, 44, 695, 696),
            (650_088, 236, 672, 696),
            (653_039, 240, 719, 720),
            (653_040, 241, 0, 744),
            (0, -653, 0, 744),
        ] {
            assert_eq!(month_hour(index), MonthHour { month, hour, hours });
        }
    }

    #[test]
    fn walk_over_eight_centuries_counts_every_day_once() {
        // A plain counter of days, months and years, kept beside the formula.
        let (mut year, mut month, mut day) = (1970_u32, 1_u32, 0_u32);
        let centuries = [2100, 2200, 2300, 2500, 2600, 2700];
        let length = |year: u32, month: u32| match month {
            4 | 6 | 9 | 11 => 30,
            2 if centuries.contains(&year) => 28,
            2 if year & 3 == 0 => 29,
            2 => 28,
            _ => 31,
        };
        for epoch_day in 0..292_200_u32 {
            let expected = MonthHour {
                month: 12 * (i64::from(year) - 2024) + i64::from(month) - 6,
                hour: day * 24,
                hours: length(year, month) * 24,
            };
            assert_eq!(month_hour(epoch_day * 24), expected, "day {epoch_day}");
            let last = month_hour(epoch_day * 24 + 23);
            assert_eq!((last.month, last.hour), (expected.month, day * 24 + 23));
            day += 1;
            if day == length(year, month) {
                day = 0;
                month = month % 12 + 1;
                year += u32::from(month == 1);
            }
        }
    }

    #[test]
    fn last_representable_hour_has_a_month() {
        let last = month_hour(u32::MAX);
        assert!(last.month > 5_000_000 && last.hour < last.hours);
    }
}
