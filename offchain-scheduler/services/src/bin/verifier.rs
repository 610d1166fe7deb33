//! `ion-verifier`: one member of the verifier set.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Parser;
use ion_services::{
    logging, settings,
    shutdown::{self, Ending},
    verifier::{self, VerifierSettings},
};

/// One member of the verifier set: heartbeats, challenges, observations, votes, cranks.
#[derive(Parser)]
#[command(name = "ion-verifier", version)]
struct Arguments {
    /// TOML file with settings.
    #[arg(short = 'C', long)]
    config: Option<PathBuf>,
    /// JSON-RPC node, same as --set chain.rpc_url=URL.
    #[arg(short, long)]
    url: Option<String>,
    /// Keypair of the verifier, same as --set verifier.key_file=PATH.
    #[arg(short, long)]
    keypair: Option<PathBuf>,
    /// One setting, section.key=value; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Prints the settings in force and ends.
    #[arg(long)]
    print_config: bool,
}

fn main() -> ExitCode {
    match start() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ion-verifier: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut overrides = arguments.set;
    overrides.extend(arguments.url.map(|url| format!("chain.rpc_url={url}")));
    overrides.extend(
        arguments
            .keypair
            .map(|path| format!("verifier.key_file={}", path.display())),
    );
    let settings: VerifierSettings = settings::load(arguments.config.as_deref(), &overrides)?;
    if arguments.print_config {
        print!("{}", settings::print(&settings)?);
        return Ok(ExitCode::SUCCESS);
    }
    logging::start(&settings.log)?;
    let keypair = solana_keypair::read_keypair_file(&settings.verifier.key_file)
        .map_err(|error| anyhow::anyhow!("{error}"))
        .context("read verifier.key_file")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start runtime")?;
    let (trigger, token) = shutdown::channel();
    match runtime.block_on(verifier::run(settings, keypair, trigger, token))? {
        Ending::Clean => Ok(ExitCode::SUCCESS),
        Ending::Forced => anyhow::bail!("some work did not end in time"),
        Ending::Early(reason) => anyhow::bail!("{reason}"),
    }
}
