//! Time of a whole run at full size: `years <scenario>`, figures on standard output.

use std::time::Instant;

use ion_simulator::{Scenario, report, run, summarize};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "steady".to_owned());
    let scenario = Scenario::built_in(&name)?;
    let begin = Instant::now();
    let days = run(&scenario)?;
    let seconds = begin.elapsed().as_secs_f64();
    let summary = summarize(&days).ok_or("no days")?;
    println!("days={}", summary.days);
    println!("devices={}", scenario.devices);
    println!("total_seconds={seconds:.3}");
    for row in report::rows(&summary) {
        eprintln!("{:34} {}", row.label, row.value);
    }
    Ok(())
}
