//! Measures bookings per second, and what one costs in SOL, on a local chain.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Parser;
use ion_e2e::{
    network::{Built, Network},
    throughput::{self, Size},
};

/// Drive bookings through their whole life on a local chain and measure.
///
/// Exit code 0 only if every booking was closed and every limit was kept.
///
/// Example: cargo xtask bench throughput --bookings 200
#[derive(Parser)]
#[command(name = "ion-throughput", version)]
struct Arguments {
    /// Bookings in all.
    #[arg(long, default_value_t = 2_000)]
    bookings: usize,
    /// Devices, and so bookings at one time.
    #[arg(long, default_value_t = 200)]
    devices: usize,
    /// JSON-RPC URL of a local chain that runs already, fresh or after genesis; one is started by default.
    #[arg(long)]
    url: Option<String>,
}

fn main() -> ExitCode {
    match measure(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<()> {
    ensure!(
        arguments.devices >= 2 && arguments.bookings >= 1,
        "at least one booking and two devices are needed"
    );
    let built = Built::beside_this_program()?;
    let folder = tempfile::Builder::new()
        .prefix("ion-throughput-")
        .tempdir()?;
    let network = Network::start(&built, arguments.url.as_deref(), folder.path(), false)?;
    let size = Size {
        bookings: arguments.bookings,
        devices: arguments.devices,
    };
    let outcome = throughput::run(&network, size)?;
    println!("\n{outcome}");
    for failure in outcome.failures.iter().take(10) {
        eprintln!("failed: {failure}");
    }
    let violations = outcome.violations(arguments.bookings);
    ensure!(violations.is_empty(), "{}", violations.join("; "));
    Ok(())
}
