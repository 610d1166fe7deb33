//! `cargo xtask bench simulate`.

use anyhow::Result;

use super::figures::Figures;

/// Longest time of ten years of daily epochs with 50,000 devices on one core.
const SECONDS: f64 = 10.0;

/// Runs two scenarios at full size: one that pays everything in IO, one with arrears.
pub fn run() -> Result<()> {
    for scenario in ["steady", "both"] {
        println!("{scenario}:");
        let figures = Figures::of_example("ion-simulator", "years", &[scenario])?;
        print!("{}", figures.text());
        figures.at_most("total_seconds", SECONDS)?;
    }
    Ok(())
}
