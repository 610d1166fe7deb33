//! The emission schedule and its hourly blocks (economics §6).
//!
//! Mechanism: 240 monthly amounts that sum to the cap; an hour's block is the difference of two
//! floors of the month's amount, so the hours of a month sum to it exactly. Place of use: block
//! release, genesis, the read models. Invariant: the blocks of all 175,320 hours sum to
//! [`TOTAL`] to the unit, and nothing is emitted before or after them.

use crate::calendar::{month_hour, MonthHour};
use crate::math::{mul_div_floor, sub, MathError};

mod table;

pub use table::TABLE;

/// Months of the schedule.
pub const MONTHS: usize = 240;
/// All that is ever emitted, in base units of IO: 300,000,000 IO.
pub const TOTAL: u64 = 30_000_000_000_000_000;
/// First hour of the schedule: 2024-07-01 00:00 UTC.
pub const FIRST_HOUR: u64 = 477_720;
/// First hour after the schedule: 2044-07-01 00:00 UTC.
pub const END_HOUR: u64 = 653_040;

/// Emission of all months before each month; the last entry is the total.
const BEFORE: [u64; MONTHS + 1] = sums();

const _: () = assert!(BEFORE[MONTHS] == TOTAL);

/// Why an hour has no emission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmissionError {
    /// The hour lies before the first month.
    BeforeSchedule,
    /// The month or the hour of the month does not exist.
    NoSuchHour,
    /// An amount does not fit its type.
    Math(MathError),
}

impl From<MathError> for EmissionError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an overflow or a wrong index"
)]
const fn sums() -> [u64; MONTHS + 1] {
    let mut sums = [0; MONTHS + 1];
    let mut month = 0;
    while month < MONTHS {
        sums[month + 1] = sums[month] + TABLE[month];
        month += 1;
    }
    sums
}

/// Block `k` of the month with amount `emission` and `hours` hours:
/// `floor(E·(k+1)/H) − floor(E·k/H)`, each rounded down so that the month sums to `E` (R21).
///
/// Errors: [`EmissionError::NoSuchHour`] unless `k < hours`.
pub fn block(emission: u64, k: u32, hours: u32) -> Result<u64, EmissionError> {
    if k >= hours {
        return Err(EmissionError::NoSuchHour);
    }
    let next = k.checked_add(1).ok_or(MathError::Overflow)?;
    let through = released_within(emission, next, hours)?;
    let before = released_within(emission, k, hours)?;
    Ok(sub(through, before)?)
}

/// Emission of the hour with this index (whole hours since the Unix epoch); 0 once the schedule
/// is exhausted.
///
/// Errors: [`EmissionError::BeforeSchedule`].
pub fn emission_of_hour(hour_index: u64) -> Result<u64, EmissionError> {
    match place(hour_index)? {
        Place::Month(at, row) => {
            let emission = TABLE.get(row).ok_or(EmissionError::NoSuchHour)?;
            block(*emission, at.hour, at.hours)
        }
        Place::Exhausted => Ok(0),
    }
}

/// Emission of all hours of the schedule before this one: what is already out when a chain starts
/// with it.
///
/// Errors: [`EmissionError::BeforeSchedule`] for an hour before the first.
pub fn pre_released(start_hour: u64) -> Result<u64, EmissionError> {
    match place(start_hour)? {
        Place::Month(at, row) => {
            let emission = TABLE.get(row).ok_or(EmissionError::NoSuchHour)?;
            let months = BEFORE.get(row).ok_or(EmissionError::NoSuchHour)?;
            let within = released_within(*emission, at.hour, at.hours)?;
            Ok(months.checked_add(within).ok_or(MathError::Overflow)?)
        }
        Place::Exhausted => Ok(TOTAL),
    }
}

/// An hour from the first of the schedule on.
enum Place {
    /// Hour of a month, with the row of the month in the table.
    Month(MonthHour, usize),
    /// After the last month.
    Exhausted,
}

fn place(hour_index: u64) -> Result<Place, EmissionError> {
    if hour_index < FIRST_HOUR {
        return Err(EmissionError::BeforeSchedule);
    }
    if hour_index >= END_HOUR {
        return Ok(Place::Exhausted);
    }
    let hour = u32::try_from(hour_index).map_err(|_| MathError::Overflow)?;
    let at = month_hour(hour);
    let row = at
        .month
        .checked_sub(1)
        .and_then(|row| usize::try_from(row).ok())
        .ok_or(EmissionError::BeforeSchedule)?;
    Ok(Place::Month(at, row))
}

/// `floor(E·hours_passed/H)`. Bound: E < 2^49 and hours ≤ 744, so the product fits 64 bits.
fn released_within(emission: u64, hours_passed: u32, hours: u32) -> Result<u64, EmissionError> {
    Ok(mul_div_floor(
        emission,
        u64::from(hours_passed),
        u64::from(hours),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA_FILE: &str = include_str!("../../../data/emission_table.csv");
    const GOLDEN: &str = include_str!("../fixtures/emission_hours.csv");

    #[test]
    fn table_equals_the_data_file() {
        let mut rows = 0;
        for (index, line) in DATA_FILE.lines().skip(1).enumerate() {
            let mut cells = line.split(',');
            assert_eq!(cells.next().unwrap().parse::<usize>().unwrap(), index + 1);
            let name = cells.next().unwrap();
            let (year, month) = name.split_once('-').unwrap();
            let (year, month): (usize, usize) = (year.parse().unwrap(), month.parse().unwrap());
            assert_eq!(12 * (year - 2024) + month - 6, index + 1);
            assert_eq!(cells.next().unwrap().parse::<u64>().unwrap(), TABLE[index]);
            rows += 1;
        }
        assert_eq!(rows, MONTHS);
    }

    #[test]
    fn published_whole_io_values_are_the_table_rounded() {
        let published = [
            3_333_333, 3_299_497, 3_266_003, 3_232_850, 3_200_033, 3_167_549, 3_135_395, 3_103_568,
        ];
        for (month, whole) in published.into_iter().enumerate() {
            assert_eq!((TABLE[month] + 50_000_000) / 100_000_000, whole);
        }
    }

    #[test]
    fn cumulative_months_are_the_published_ones() {
        for (through, units) in [
            (12, 3_784_063_687_188_889),
            (60, 15_033_908_980_706_438),
            (120, 23_184_847_146_165_859),
            (180, 27_604_043_315_465_871),
            (240, TOTAL),
        ] {
            assert_eq!(BEFORE[through], units);
        }
    }

    #[test]
    fn blocks_are_the_published_ones() {
        let vectors: [(usize, u32, [u64; 4], usize); 6] = [
            (
                1,
                744,
                [
                    448_028_673_835,
                    448_028_673_835,
                    448_028_673_835,
                    448_028_673_836,
                ],
                93,
            ),
            (
                12,
                720,
                [
                    413_813_311_797,
                    413_813_311_797,
                    413_813_311_797,
                    413_813_311_798,
                ],
                233,
            ),
            (
                20,
                672,
                [
                    408_619_515_800,
                    408_619_515_800,
                    408_619_515_801,
                    408_619_515_801,
                ],
                280,
            ),
            (
                24,
                720,
                [
                    366_126_862_181,
                    366_126_862_181,
                    366_126_862_181,
                    366_126_862_182,
                ],
                13,
            ),
            (
                44,
                696,
                [
                    308_839_905_610,
                    308_839_905_611,
                    308_839_905_611,
                    308_839_905_611,
                ],
                540,
            ),
            (
                240,
                720,
                [
                    40_412_903_007,
                    40_412_903_007,
                    40_412_903_007,
                    40_412_903_008,
                ],
                36,
            ),
        ];
        for (month, hours, expected, larger) in vectors {
            let emission = TABLE[month - 1];
            let at = |k| block(emission, k, hours).unwrap();
            assert_eq!([at(0), at(1), at(2), at(hours - 1)], expected, "{month}");
            let smallest = (0..hours).map(at).min().unwrap();
            assert_eq!((0..hours).filter(|k| at(*k) > smallest).count(), larger);
            assert_eq!(
                block(emission, hours, hours),
                Err(EmissionError::NoSuchHour)
            );
        }
        assert_eq!(block(1, u32::MAX, u32::MAX), Err(EmissionError::NoSuchHour));
        assert_eq!(block(1, 0, 0), Err(EmissionError::NoSuchHour));
    }

    #[test]
    fn hours_at_the_edges_are_the_published_ones() {
        for (hour, expected) in [
            (0, Err(EmissionError::BeforeSchedule)),
            (477_719, Err(EmissionError::BeforeSchedule)),
            (477_720, Ok(448_028_673_835)),
            (492_311, Ok(408_619_515_801)),
            (509_855, Ok(308_839_905_611)),
            (650_088, Ok(43_547_937_727)),
            (653_039, Ok(40_412_903_008)),
            (653_040, Ok(0)),
            (u64::MAX, Ok(0)),
        ] {
            assert_eq!(emission_of_hour(hour), expected, "hour {hour}");
        }
        assert_eq!(pre_released(477_719), Err(EmissionError::BeforeSchedule));
        assert_eq!(pre_released(653_040), Ok(TOTAL));
        assert_eq!(pre_released(u64::MAX), Ok(TOTAL));
    }

    #[test]
    fn all_hours_of_all_months_sum_to_the_cap() {
        let mut released = 0_u64;
        let mut months = [(0_u64, 0_u32, 0_u32); MONTHS];
        for hour in FIRST_HOUR..END_HOUR {
            assert_eq!(pre_released(hour), Ok(released), "hour {hour}");
            let at = month_hour(u32::try_from(hour).unwrap());
            let (sum, count, hours) = &mut months[usize::try_from(at.month - 1).unwrap()];
            assert_eq!(at.hour, *count);
            let amount = emission_of_hour(hour).unwrap();
            *sum += amount;
            *count += 1;
            *hours = at.hours;
            released += amount;
        }
        assert_eq!(released, TOTAL);
        assert_eq!(END_HOUR - FIRST_HOUR, 175_320);
        for (row, (sum, count, hours)) in months.into_iter().enumerate() {
            assert_eq!((sum, count), (TABLE[row], hours), "month {}", row + 1);
        }
    }

    #[test]
    fn golden_hours_of_an_independent_calendar_agree() {
        let mut rows = 0;
        for line in GOLDEN.lines().skip(1) {
            let cells: [u64; 6] = {
                let mut parsed = line.split(',').map(|cell| cell.parse::<u64>().unwrap());
                core::array::from_fn(|_| parsed.next().unwrap())
            };
            let [hour, month, k, hours, amount, before] = cells;
            let at = month_hour(u32::try_from(hour).unwrap());
            assert_eq!(
                (at.month, u64::from(at.hour), u64::from(at.hours)),
                (i64::try_from(month).unwrap(), k, hours),
                "hour {hour}"
            );
            assert_eq!(emission_of_hour(hour), Ok(amount), "hour {hour}");
            assert_eq!(pre_released(hour), Ok(before), "hour {hour}");
            rows += 1;
        }
        assert_eq!(rows, 1_200);
    }
}
