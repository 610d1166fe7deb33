//! `cargo xtask bench challenge`.

use anyhow::Result;

use super::figures::Figures;

/// Longest verification of one challenge with 64 openings at a side of 80,000.
const VERIFICATION_MS: f64 = 150.0;
/// Most memory that it takes beyond the message itself.
const VERIFICATION_BYTES: f64 = 67_108_864.0;

/// Measures verification and the CPU prover.
pub fn run() -> Result<()> {
    let figures = Figures::of_example("ion-challenge", "throughput", &[])?;
    print!("{}", figures.text());
    figures.at_most("verification_ms", VERIFICATION_MS)?;
    figures.at_most("verification_memory_bytes", VERIFICATION_BYTES)
}
