//! `gangs --data FOLDER [--wide N] [--narrow N] [--patience N]`: whole-gang policies on the Philly trace.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use ion_placement::{POLICIES, Policy};
use ion_placement_bench::{
    figures::percentile,
    philly::{jobs, machines, run},
};

fn main() -> Result<()> {
    let (mut data, mut wide, mut narrow, mut patience) = (PathBuf::new(), 90u16, 60u16, 64u32);
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        let value = args
            .next()
            .with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--data" => data = value.into(),
            "--wide" => wide = value.parse()?,
            "--narrow" => narrow = value.parse()?,
            "--patience" => patience = value.parse()?,
            _ => bail!("unknown option {name}"),
        }
    }
    let (jobs, machines) = (jobs(&data)?, machines(wide, narrow));
    let capacity: u64 = machines.iter().map(|one| u64::from(one.processors)).sum();
    let work: u64 = jobs
        .iter()
        .map(|job| job.seconds * u64::from(job.gpus))
        .sum();
    let span = jobs.last().map_or(1, |job| job.at.max(1));
    println!(
        "{} jobs in {:.0} days on {wide} machines of 8 and {narrow} of 2 processors ({capacity}); offered load {:.1} %; a job is overtaken {patience} times by whatever fits, then by what ends before its reservation",
        jobs.len(),
        span as f64 / 86_400.0,
        work as f64 / (capacity * span) as f64 * 100.0
    );
    println!("our policies against each other; no published table exists for this file");
    println!(
        "  policy         delay p50      p95   gangs over 8: p50      p95  utilisation  stranded  overtaken  left  deadlocks"
    );
    let mut deadlocks = 0;
    for name in POLICIES {
        let policy = Policy::named(name).context("unknown policy")?;
        let mut outcomes = run(&machines, &jobs, &policy, patience);
        let minutes = |seconds: u64| seconds as f64 / 60.0;
        println!(
            "  {name:<12} {:>7.1} min {:>7.1} {:>17.1} {:>10.1} {:>10.2} % {:>9.1} {:>10} {:>5} {:>10}",
            minutes(percentile(&mut outcomes.delays, 0.5)),
            minutes(percentile(&mut outcomes.delays, 0.95)),
            minutes(percentile(&mut outcomes.wide_delays, 0.5)),
            minutes(percentile(&mut outcomes.wide_delays, 0.95)),
            outcomes.utilisation,
            outcomes.stranded,
            outcomes.overtaken,
            outcomes.left,
            outcomes.deadlocks
        );
        deadlocks += outcomes.deadlocks;
    }
    ensure!(deadlocks == 0, "{deadlocks} deadlocks");
    Ok(())
}
