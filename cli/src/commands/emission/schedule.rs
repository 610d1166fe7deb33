//! `ion emission schedule`.
//!
//! Everything here follows from the table in the program, so no node is needed; with one, the line of
//! what is released so far is added.

use clap::Args;
use ion_client::{accounts, addresses};
use ion_economics::{
    calendar::month_hour,
    emission::{self, TABLE, TOTAL},
};
use rewards::state::Emission;

use crate::{
    amount::Amount,
    context::Context,
    failure::{Failure, Outcome},
    output::{self, Format, Record},
};

/// Columns of the longest bar.
const BAR: u64 = 48;

/// Arguments of `emission schedule`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion emission schedule\n  ion emission schedule --from 20 --months 12 --output csv\n  ion emission schedule --released -u l"
)]
pub struct ScheduleArgs {
    /// First month, 1 = July 2024
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=240))]
    from: u16,

    /// How many months [default: all in a table by quarters, the months for --output]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=240))]
    months: Option<u16>,

    /// Also ask the cluster how much is released
    #[arg(long)]
    released: bool,
}

/// One month.
struct Month {
    number: u16,
    year: u16,
    month: u16,
    emission: u64,
    through: u64,
    hours: u32,
    first_block: u64,
}

impl ScheduleArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let all = months().ok_or_else(|| {
            Failure::chain(
                "the schedule cannot be computed",
                "the table does not add up",
            )
        })?;
        let count = self.months.unwrap_or(u16::MAX);
        let chosen: Vec<&Month> = all
            .iter()
            .filter(|month| month.number >= self.from)
            .take(count.into())
            .collect();
        let mut record = Record::new()
            .with("total", Amount::io(TOTAL))
            .with("months", emission::MONTHS as u64);
        if self.released {
            let state: Emission = accounts::fetch(&ctx.chain, &addresses::rewards::emission())?;
            record = record
                .with("released_on_this_cluster", Amount::io(state.released_io))
                .with("before_its_start", Amount::io(state.pre_released_io))
                .with("next_hour", state.next_hour);
        }
        if ctx.format() != Format::Text {
            let rows: Vec<Record> = chosen.iter().map(|month| row(month)).collect();
            ctx.print(&record.with("schedule", rows));
            return Ok(());
        }
        ctx.print(&record.with(
            "schedule",
            chosen.iter().map(|month| row(month)).collect::<Vec<_>>(),
        ));
        output::emit(&chart(&chosen));
        Ok(())
    }
}

fn months() -> Option<Vec<Month>> {
    let mut through = 0_u64;
    let mut hour = emission::FIRST_HOUR;
    let mut months = Vec::with_capacity(TABLE.len());
    for (number, emission) in (1_u16..).zip(TABLE) {
        through = through.checked_add(emission)?;
        let at = month_hour(u32::try_from(hour).ok()?);
        let since = number.checked_add(5)?;
        months.push(Month {
            number,
            year: since.checked_div(12)?.checked_add(2_024)?,
            month: since.checked_rem(12)?.checked_add(1)?,
            emission,
            through,
            hours: at.hours,
            first_block: emission::emission_of_hour(hour).ok()?,
        });
        hour = hour.checked_add(at.hours.into())?;
    }
    Some(months)
}

fn row(month: &Month) -> Record {
    Record::new()
        .with("month", month.number)
        .with("utc_month", format!("{}-{:02}", month.year, month.month))
        .with("emission", Amount::io(month.emission))
        .with("blocks", month.hours)
        .with("first_block", Amount::io(month.first_block))
        .with("through_month", Amount::io(month.through))
}

/// One bar per month up to two years, else one per quarter.
fn chart(months: &[&Month]) -> String {
    let step = if months.len() > 24 { 3 } else { 1 };
    let Some(most) = months.iter().map(|month| month.emission).max() else {
        return String::new();
    };
    let mut text = "\nIO per month\n".to_owned();
    for month in months.iter().step_by(step) {
        // A bar is a picture: rounded down, and never empty.
        let length = u128::from(month.emission) * u128::from(BAR) / u128::from(most.max(1));
        let bar = "#".repeat(usize::try_from(length.max(1)).unwrap_or(1));
        let whole = month.emission / ion_economics::units::IO_ONE;
        text.push_str(&format!(
            "{}-{:02}  {bar:<48}  {whole}\n",
            month.year, month.month
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_their_calendar_and_sum_to_the_total() {
        let all = months().unwrap();
        assert_eq!(all.len(), 240);
        let named = |number: usize| {
            let month = &all[number - 1];
            (month.year, month.month, month.hours, month.first_block)
        };
        assert_eq!(named(1), (2024, 7, 744, 448_028_673_835));
        assert_eq!(named(20), (2026, 2, 672, 408_619_515_800));
        assert_eq!(named(44), (2028, 2, 696, 308_839_905_610));
        assert_eq!(named(240), (2044, 6, 720, 40_412_903_007));
        assert_eq!(all[239].through, TOTAL);
        assert_eq!(all[11].through, 3_784_063_687_188_889);
    }

    #[test]
    fn chart_has_a_bar_per_month_or_quarter() {
        let all = months().unwrap();
        let few: Vec<&Month> = all.iter().take(3).collect();
        let text = chart(&few);
        assert_eq!(text.lines().count(), 5);
        assert!(text.contains(&"#".repeat(48)));
        assert!(text.contains("2024-08"));
        let many: Vec<&Month> = all.iter().collect();
        assert_eq!(chart(&many).lines().count(), 82);
        assert_eq!(chart(&[]), "");
    }
}
