//! `ion-agent`: runs beside a supplier's processors.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::Context;
use clap::{Parser, Subcommand};
use ion_services::{
    agent::{self, AgentSettings, DeviceKey},
    chain_view::RpcView,
    logging, settings,
    shutdown::{self, Ending},
};

/// Agent beside a supplier's processors: heartbeats and answers to challenges.
#[derive(Parser)]
#[command(name = "ion-agent", version)]
struct Arguments {
    /// TOML file with settings.
    #[arg(short = 'C', long, global = true)]
    config: Option<PathBuf>,
    /// JSON-RPC node, same as --set chain.rpc_url=URL.
    #[arg(short, long, global = true)]
    url: Option<String>,
    /// One setting, section.key=value; may be repeated.
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Prints the settings in force and ends.
    #[arg(long)]
    print_config: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the device's public key, making the key on first use.
    Key,
    /// Runs the agent; the default.
    Run,
}

fn main() -> ExitCode {
    match start() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ion-agent: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut overrides = arguments.set;
    overrides.extend(arguments.url.map(|url| format!("chain.rpc_url={url}")));
    let settings: AgentSettings = settings::load(arguments.config.as_deref(), &overrides)?;
    if arguments.print_config {
        print!("{}", settings::print(&settings)?);
        return Ok(ExitCode::SUCCESS);
    }
    let key = DeviceKey::load_or_make(&settings.device.key_file).context("open device.key_file")?;
    if let Some(Command::Key) = arguments.command {
        println!("{}", bs58::encode(key.public_key()).into_string());
        return Ok(ExitCode::SUCCESS);
    }
    logging::start(&settings.log)?;
    let cluster = Arc::new(RpcView::new(&settings.chain)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start runtime")?;
    let (trigger, token) = shutdown::channel();
    let ending = runtime.block_on(agent::run(
        settings,
        key,
        cluster,
        registry::ID.to_bytes(),
        trigger,
        token,
    ))?;
    match ending {
        Ending::Clean => Ok(ExitCode::SUCCESS),
        Ending::Forced => anyhow::bail!("some work did not end in time"),
        Ending::Early(reason) => anyhow::bail!("{reason}"),
    }
}
