//! `ion simulate`.

use std::{fs, path::PathBuf};

use clap::Args;
use ion_simulator::{BUILT_IN, Day, Scenario, Summary, report, run, summarize};

use crate::{
    amount::{Amount, Unit},
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Format, Record},
};

/// Arguments of `simulate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion simulate                                   # every built-in scenario\n  ion simulate steady both --html years.html     # two of them, with charts\n  ion simulate --file mine.toml --csv days.csv   # your own\n  ion simulate --list\n\nSame scenario, same seed, same days on every machine. Built in: steady, price-half, demand-drop, both, bear, boom."
)]
pub struct SimulateArgs {
    /// Built-in scenarios [default: all]
    scenarios: Vec<String>,

    /// A scenario of your own (TOML)
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,

    /// Days, instead of the scenario's
    #[arg(long)]
    days: Option<u32>,

    /// Devices, instead of the scenario's
    #[arg(long)]
    devices: Option<u32>,

    /// Seed, instead of the scenario's
    #[arg(long)]
    seed: Option<u64>,

    /// Writes a page with charts, which needs nothing but a browser
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Writes every day of the one scenario, amounts in base units
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Prints a built-in scenario as a file to start from
    #[arg(long, value_name = "NAME", conflicts_with_all = ["file", "html", "csv", "list"])]
    print: Option<String>,

    /// Lists the built-in scenarios
    #[arg(long)]
    list: bool,
}

/// A scenario with its days.
struct Finished {
    scenario: Scenario,
    days: Vec<Day>,
    summary: Summary,
}

impl SimulateArgs {
    /// Runs the verb; needs no node and no key.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        if let Some(name) = &self.print {
            let text = BUILT_IN
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, text)| *text)
                .ok_or_else(|| unknown(name))?;
            crate::output::emit(text);
            return Ok(());
        }
        if self.list {
            return list(ctx);
        }
        let runs = self
            .scenarios()?
            .into_iter()
            .map(finish)
            .collect::<Outcome<Vec<_>>>()?;
        self.write(&runs)?;
        if ctx.format() == Format::Text {
            text(&runs);
            return Ok(());
        }
        ctx.print(&Record::new().with("scenarios", runs.iter().map(record).collect::<Vec<_>>()));
        Ok(())
    }

    fn scenarios(&self) -> Outcome<Vec<Scenario>> {
        let mut all = Vec::new();
        for name in &self.scenarios {
            all.push(Scenario::built_in(name).map_err(|_| unknown(name))?);
        }
        for path in &self.file {
            let text = fs::read_to_string(path).map_err(|error| {
                Failure::usage(
                    "the scenario cannot be read",
                    format!("{}: {error}", path.display()),
                )
            })?;
            all.push(Scenario::parse(&text).map_err(|error| {
                Failure::usage(
                    "the scenario is refused",
                    format!("{}: {error}", path.display()),
                )
                .next("ion simulate --print steady shows every field")
            })?);
        }
        if all.is_empty() {
            for (name, _) in BUILT_IN {
                all.push(Scenario::built_in(name).map_err(|_| unknown(name))?);
            }
        }
        for scenario in &mut all {
            scenario.days = self.days.unwrap_or(scenario.days);
            scenario.devices = self.devices.unwrap_or(scenario.devices);
            scenario.seed = self.seed.unwrap_or(scenario.seed);
            if scenario.days == 0 || scenario.devices == 0 {
                return Err(Failure::usage(
                    "nothing to simulate",
                    "days and devices are above 0",
                ));
            }
        }
        Ok(all)
    }

    fn write(&self, runs: &[Finished]) -> Outcome<()> {
        let save = |path: &PathBuf, text: String| {
            fs::write(path, text).map_err(|error| {
                Failure::usage(
                    "the file cannot be written",
                    format!("{}: {error}", path.display()),
                )
            })
        };
        if let Some(path) = &self.html {
            let pages: Vec<(&Scenario, &[Day])> = runs
                .iter()
                .map(|run| (&run.scenario, run.days.as_slice()))
                .collect();
            save(path, report::html(&pages))?;
        }
        match (&self.csv, runs) {
            (None, _) => Ok(()),
            (Some(path), [run]) => save(path, report::csv(&run.days)),
            (Some(_), _) => Err(Failure::usage(
                "one file holds one scenario",
                format!("{} were asked for", runs.len()),
            )
            .next("name one scenario with --csv")),
        }
    }
}

fn unknown(name: &str) -> Failure {
    Failure::usage("there is no such scenario", format!("\"{name}\"")).next("ion simulate --list")
}

fn list(ctx: &Context) -> Outcome<()> {
    let mut rows = Vec::new();
    for (name, _) in BUILT_IN {
        let scenario = Scenario::built_in(name).map_err(|_| unknown(name))?;
        rows.push(
            Record::new()
                .with("name", scenario.name.as_str())
                .with("what_happens", scenario.title.as_str())
                .with("days", u64::from(scenario.days))
                .with("devices", u64::from(scenario.devices)),
        );
    }
    ctx.print(&Record::new().with("scenarios", rows));
    Ok(())
}

fn finish(scenario: Scenario) -> Outcome<Finished> {
    let days = run(&scenario)
        .map_err(|error| Failure::usage("the simulation stops", error.to_string()))?;
    let summary = summarize(&days)
        .ok_or_else(|| Failure::usage("the simulation has no days", "days is above 0"))?;
    Ok(Finished {
        scenario,
        days,
        summary,
    })
}

/// For people: one row per answer, one column per scenario.
fn text(runs: &[Finished]) {
    let answers: Vec<Vec<report::Row>> =
        runs.iter().map(|run| report::rows(&run.summary)).collect();
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    let names = runs.iter().map(|run| run.scenario.name.clone());
    table.set_header(std::iter::once(String::new()).chain(names));
    let labels = answers.first().map(Vec::as_slice).unwrap_or_default();
    for (place, row) in labels.iter().enumerate() {
        let values = answers
            .iter()
            .filter_map(|rows| rows.get(place))
            .map(|row| row.value.clone());
        table.add_row(std::iter::once(row.label.to_owned()).chain(values));
    }
    crate::output::emit(&table.to_string());
}

/// For programs: base units.
fn record(run: &Finished) -> Record {
    let summary = &run.summary;
    let wide = |value: u128| Cell::from(value.to_string());
    let [normal, deficit, critical] = summary.status_days;
    Record::new()
        .with("name", run.scenario.name.as_str())
        .with("seed", run.scenario.seed)
        .with("days", u64::from(summary.days))
        .with("income_held_days", u64::from(summary.income_held_days))
        .with("is_income_held", summary.is_income_held)
        .with("worst_paid_bps", u64::from(summary.worst_paid_bps))
        .with(
            "does_device_income_fall",
            summary.device_income_falls_from.is_some(),
        )
        .with(
            "device_income_falls_from_day",
            u64::from(summary.device_income_falls_from.unwrap_or(0)),
        )
        .with("does_supply_fall", summary.supply_falls_from.is_some())
        .with(
            "supply_falls_from_day",
            u64::from(summary.supply_falls_from.unwrap_or(0)),
        )
        .with("falling_days", u64::from(summary.falling_days))
        .with("first_supply", Amount::io(summary.first_supply_io))
        .with("last_supply", Amount::io(summary.last_supply_io))
        .with("burned", Amount::io(summary.burned_io))
        .with("owed_usd_micros", wide(summary.owed_usd))
        .with("paid_usd_micros", wide(summary.paid_usd))
        .with("arrears_usd_micros", summary.arrears_usd)
        .with(
            "queued",
            Amount {
                base: summary.queued_usdc,
                unit: Unit::Usdc,
            },
        )
        .with("days_normal", u64::from(normal))
        .with("days_deficit", u64::from(deficit))
        .with("days_critical", u64::from(critical))
        .with("worst_runway_days", summary.worst_runway_days)
}
