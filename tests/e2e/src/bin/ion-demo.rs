//! The story from stake to earnings, told while it happens.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Parser;
use ion_e2e::{
    narration::Narrator,
    network::{Built, Network},
    story::Story,
};

/// Play one booking from stake to earnings, and three hourly blocks up to their claims, on a local
/// chain and audit both from events alone.
///
/// Exit code 0 only if every recomputed figure equals the accounts to the last unit.
///
/// Example: cargo xtask demo
/// Example, a chain of yours: cargo xtask demo --url http://127.0.0.1:8899
#[derive(Parser)]
#[command(name = "ion-demo", version)]
struct Arguments {
    /// JSON-RPC URL of a running chain; plays the part that needs no time jump if its clock is fixed.
    #[arg(long)]
    url: Option<String>,
    /// Leave the chain's clock alone even where it can be moved, as on a public cluster.
    #[arg(long)]
    fixed_clock: bool,
    /// Folder for keys, stores and logs of this run; a new one is made by default.
    #[arg(long)]
    folder: Option<PathBuf>,
}

fn main() -> ExitCode {
    match play(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("error: a recomputed figure differs from the accounts");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn play(arguments: &Arguments) -> Result<bool> {
    let built = Built::beside_this_program()?;
    let folder = match &arguments.folder {
        Some(folder) => folder.clone(),
        None => tempfile::Builder::new()
            .prefix("ion-demo-")
            .tempdir()?
            .keep(),
    };
    println!("keys, stores and logs of this run: {}", folder.display());
    let mut narrator = Narrator::new(false);
    narrator.chapter("A chain, five programs deployed through the upgradeable loader, genesis");
    let mut network = Network::start(&built, arguments.url.as_deref(), &folder, true)?;
    if arguments.fixed_clock {
        network.control = None;
    }
    narrator.say(&format!("chain at {}, genesis sealed", network.url));
    let ending = Story::new(&built, &network, narrator)?.play()?;
    let proven = ending.is_proven();
    println!(
        "\n{} figures recomputed from events, {}",
        ending.figures.len(),
        if proven {
            "all equal to the last unit"
        } else {
            "NOT all equal"
        }
    );
    Ok(proven)
}
