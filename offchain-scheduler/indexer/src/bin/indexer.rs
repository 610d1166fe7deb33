//! `ion-indexer`: follows the chain into tables, recomputes them, serves the read API.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use ion_indexer::{
    run,
    settings::{IndexerSettings, store_folder},
};
use ion_runtime::{logging, settings, shutdown::Ending};

/// Indexer: the chain's record as tables, recomputed, and the read API over them.
#[derive(Parser)]
#[command(name = "ion-indexer", version)]
struct Arguments {
    /// TOML file with settings.
    #[arg(short = 'C', long)]
    config: Option<PathBuf>,
    /// JSON-RPC node, same as --set chain.rpc_url=URL.
    #[arg(short, long)]
    url: Option<String>,
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
            eprintln!("ion-indexer: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut overrides = arguments.set;
    overrides.extend(arguments.url.map(|url| format!("chain.rpc_url={url}")));
    let settings: IndexerSettings = settings::load(arguments.config.as_deref(), &overrides)?;
    if arguments.print_config {
        print!("{}", settings::print(&settings)?);
        return Ok(ExitCode::SUCCESS);
    }
    logging::start(&settings.log)?;
    if let Some(folder) = store_folder(&settings.indexer.store) {
        std::fs::create_dir_all(folder)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    match runtime.block_on(run::process(settings))? {
        Ending::Clean => Ok(ExitCode::SUCCESS),
        Ending::Forced => anyhow::bail!("some work did not end in time"),
        Ending::Early(reason) => anyhow::bail!("{reason}"),
    }
}
