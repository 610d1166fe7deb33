//! `openb --data FOLDER [--seeds N] [--workloads a,b] [--svg FILE] [--growth] [--uncalibrated]`: the
//! published protocol on the openb trace, calibration first. Of a workload on which one of our
//! comparison policies misses its published mean nothing else is shown, unless asked for by name.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use ion_placement::{POLICIES, Policy};
use ion_placement_bench::{
    drawing::{Panel, svg},
    figures::{Spread, line, peak_memory, percentile, spread},
    openb::{
        CALIBRATED, PUBLISHED, PUBLISHED_FGD_DEFAULT_130, PUBLISHED_FGD_DEVIATION, Replay,
        TOLERANCE, WORKLOADS, machines, pods, replay, tuned,
    },
};

struct Options {
    data: PathBuf,
    seeds: u64,
    workloads: Vec<String>,
    svg: Option<PathBuf>,
    growth: bool,
    uncalibrated: bool,
}

fn options() -> Result<Options> {
    let mut options = Options {
        data: PathBuf::new(),
        seeds: 10,
        workloads: WORKLOADS.map(str::to_owned).to_vec(),
        svg: None,
        growth: false,
        uncalibrated: false,
    };
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        let mut value = || args.next().with_context(|| format!("{name} needs a value"));
        match name.as_str() {
            "--data" => options.data = value()?.into(),
            "--seeds" => options.seeds = value()?.parse()?,
            "--workloads" => {
                options.workloads = value()?.split(',').map(str::to_owned).collect();
            }
            "--svg" => options.svg = Some(value()?.into()),
            "--growth" => options.growth = true,
            "--uncalibrated" => options.uncalibrated = true,
            _ => bail!("unknown option {name}"),
        }
    }
    Ok(options)
}

fn main() -> Result<ExitCode> {
    let options = options()?;
    if options.growth {
        growth(&options)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut panels = Vec::new();
    let (mut resisting, mut missed) = (Vec::new(), Vec::new());
    for workload in &options.workloads {
        let published = WORKLOADS
            .iter()
            .position(|known| known == workload)
            .with_context(|| format!("no published figures for {workload}"))?;
        let result = run(&options, workload, published)?;
        if !result.is_calibrated {
            missed.push(workload.clone());
        }
        if let Some((panel, is_ahead)) = result.shown {
            panels.push(panel);
            if !is_ahead {
                resisting.push(workload.clone());
            }
        }
    }
    if let Some(path) = &options.svg
        && !panels.is_empty()
    {
        std::fs::write(path, svg(&panels)).with_context(|| format!("write {}", path.display()))?;
        println!("curves: {}", path.display());
    }
    println!("peak memory {:.1} MiB", peak_memory() as f64 / 1_048_576.0);
    if !missed.is_empty() {
        println!("not calibrated, so no result counts: {}", missed.join(", "));
    }
    if !resisting.is_empty() {
        println!("ion is not ahead on: {}", resisting.join(", "));
    }
    Ok(if missed.is_empty() && resisting.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A workload's result: its curves, and whether `ion` is ahead beyond the seeds' deviation.
struct Shown {
    is_calibrated: bool,
    shown: Option<(Panel, bool)>,
}

fn run(options: &Options, workload: &str, published: usize) -> Result<Shown> {
    let (machines, models) = machines(&options.data)?;
    let pods = pods(&options.data, workload, &models)?;
    let capacity: u64 = machines
        .iter()
        .map(|one| u64::from(one.processors) * 1_000)
        .sum();
    let lists: Vec<_> = (0..options.seeds)
        .map(|seed| tuned(&pods, capacity, seed))
        .collect();
    let replays = |name: &str| -> Result<Vec<Replay>> {
        let policy = Policy::named(name).context("unknown policy")?;
        Ok(lists
            .iter()
            .map(|list| replay(&machines, &pods, list, &policy))
            .collect())
    };

    println!(
        "{workload}: {} machines, {} seeds",
        machines.len(),
        options.seeds
    );
    println!("  calibration, % allocated at 100 % arrived      ours   published  distance");
    let mut known = Vec::new();
    let mut is_calibrated = true;
    for (name, published) in CALIBRATED.iter().zip(PUBLISHED[published]) {
        let runs = replays(name)?;
        let ours = at_full(&runs);
        let distance = ours.mean - published;
        let is_near = distance.abs() <= TOLERANCE;
        is_calibrated &= is_near;
        println!(
            "    {name:<12} {:>31.2} ± {:.2}  {published:>9.2}  {distance:>+8.2}{}",
            ours.mean,
            ours.deviation,
            if is_near { "" } else { "  OUT OF TOLERANCE" }
        );
        known.push(((*name).to_owned(), runs));
    }
    if !is_calibrated && !options.uncalibrated {
        return Ok(Shown {
            is_calibrated,
            shown: None,
        });
    }
    if !is_calibrated {
        println!(
            "  NOT CALIBRATED: the following figures prove nothing against the published ones"
        );
    }
    for name in POLICIES {
        if !CALIBRATED.contains(&name) {
            known.push((name.to_owned(), replays(name)?));
        }
    }
    println!(
        "  % allocated at arrived load of       80 %           90 %          100 %          110 %          120 %          130 %    p50      p99     index"
    );
    for (name, runs) in &mut known {
        print!("    {name:<14} {:>13}", "");
        for level in [80usize, 90, 100, 110, 120] {
            let values: Vec<f64> = runs.iter().map(|run| at(run, level)).collect();
            let spread = spread(&values);
            print!("  {:>6.2} ± {:.2}", spread.mean, spread.deviation);
        }
        let end = at_end(runs);
        let mut times: Vec<u64> = runs
            .iter()
            .flat_map(|run| run.nanoseconds.iter().copied())
            .collect();
        println!(
            "  {:>6.2} ± {:.2}  {:>4.0} µs {:>5.0} µs {:>5.1} MiB",
            end.mean,
            end.deviation,
            percentile(&mut times, 0.5) as f64 / 1e3,
            percentile(&mut times, 0.99) as f64 / 1e3,
            runs.iter().map(|run| run.index_bytes).max().unwrap_or(0) as f64 / 1_048_576.0
        );
    }
    let of = |name: &str| {
        known
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, runs)| (at_full(runs), at_end(runs)))
            .context("policy was run")
    };
    let (ion, fgd) = (of("ion")?, of("fgd")?);
    let end_known = if workload == "default" {
        PUBLISHED_FGD_DEFAULT_130.max(fgd.1.mean)
    } else {
        fgd.1.mean
    };
    let margins = (ion.0.mean - PUBLISHED[published][3], ion.1.mean - end_known);
    let noise = ion.0.deviation.max(PUBLISHED_FGD_DEVIATION[published]);
    println!(
        "  ion ahead of published fgd at 100 %: {:+.2}; of fgd at 130 % (ours, or published where higher): {:+.2}; seeds' deviation {noise:.2}",
        margins.0, margins.1
    );
    let curves = known
        .iter()
        .map(|(name, runs)| (name.clone(), mean_curve(runs)))
        .collect();
    let panel = Panel {
        title: format!("{workload}: % of processors allocated"),
        curves,
    };
    Ok(Shown {
        is_calibrated,
        shown: Some((panel, margins.0 > noise && margins.1 > noise)),
    })
}

fn at(run: &Replay, level: usize) -> f64 {
    run.curve.get(level).copied().unwrap_or(run.at_end)
}

fn at_full(runs: &[Replay]) -> Spread {
    spread(&runs.iter().map(|run| run.at_full).collect::<Vec<f64>>())
}

fn at_end(runs: &[Replay]) -> Spread {
    spread(&runs.iter().map(|run| run.at_end).collect::<Vec<f64>>())
}

fn mean_curve(runs: &[Replay]) -> Vec<f64> {
    let levels = runs.iter().map(|run| run.curve.len()).min().unwrap_or(0);
    (0..levels)
        .map(|level| runs.iter().map(|run| at(run, level)).sum::<f64>() / runs.len() as f64)
        .collect()
}

/// Decision time on copies of the cluster, in the loaded half of the replay.
fn growth(options: &Options) -> Result<()> {
    let (machines, models) = machines(&options.data)?;
    let pods = pods(&options.data, "default", &models)?;
    let policy = Policy::named("ion").context("unknown policy")?;
    let mut points = Vec::new();
    println!("decision time of ion by size of the fleet, arrived load 65 % to 130 %");
    for copies in [1usize, 2, 4, 8, 16] {
        let mut fleet = Vec::new();
        for copy in 0..copies {
            fleet.extend(machines.iter().cloned().map(|mut machine| {
                machine.name = format!("{}-{copy:02}", machine.name);
                machine
            }));
        }
        let capacity: u64 = fleet
            .iter()
            .map(|one| u64::from(one.processors) * 1_000)
            .sum();
        let many: Vec<_> = std::iter::repeat_n(&pods, copies)
            .flatten()
            .cloned()
            .collect();
        let list = tuned(&many, capacity, 1);
        let run = replay(&fleet, &pods, &list, &policy);
        let mut loaded: Vec<u64> = run.nanoseconds[run.nanoseconds.len() / 2..].to_vec();
        let mean = loaded.iter().sum::<u64>() as f64 / loaded.len() as f64 / 1e3;
        let (p50, p99) = (percentile(&mut loaded, 0.5), percentile(&mut loaded, 0.99));
        println!(
            "  {:>6} machines {:>6} processors: mean {mean:>6.1} µs, p50 {:>6.1} µs, p99 {:>7.1} µs, index {:>6.1} MiB, allocated {:.2} %",
            fleet.len(),
            capacity / 1_000,
            p50 as f64 / 1e3,
            p99 as f64 / 1e3,
            run.index_bytes as f64 / 1_048_576.0,
            run.at_end
        );
        points.push((
            ((capacity / 1_000) as f64).log2(),
            p50 as f64 / 1e3,
            p99 as f64 / 1e3,
        ));
    }
    for (name, pick) in [("p50", 1usize), ("p99", 2)] {
        let values: Vec<(f64, f64)> = points
            .iter()
            .map(|point| (point.0, if pick == 1 { point.1 } else { point.2 }))
            .collect();
        let (offset, slope, fit) = line(&values);
        println!("  {name} ≈ {offset:.1} µs + {slope:.2} µs · log2(processors), R² {fit:.2}");
        let powers: Vec<(f64, f64)> = values.iter().map(|(x, y)| (*x, y.log2())).collect();
        let (_, exponent, fit) = line(&powers);
        println!("  {name} grows as processors^{exponent:.2}, R² {fit:.2}");
    }
    Ok(())
}
