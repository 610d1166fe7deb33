//! `ion-scheduler`: answers quote requests, starts paid bookings, ends what is due.

use std::{
    fs, os::unix::fs::PermissionsExt, path::Path, path::PathBuf, process::ExitCode, sync::Arc,
};

use anyhow::{Context, ensure};
use clap::Parser;
use ion_chain::SettledChain;
use ion_client::rpc::RpcChain;
use ion_services::{
    chain_view::RpcView,
    logging,
    scheduler::{self, Parts, SchedulerSettings},
    settings,
    shutdown::{self, Ending},
};
use ion_store::Store;
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;

/// Scheduler: answers quote requests, starts paid bookings, ends what is due.
#[derive(Parser)]
#[command(name = "ion-scheduler", version)]
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
            eprintln!("ion-scheduler: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut overrides = arguments.set;
    overrides.extend(arguments.url.map(|url| format!("chain.rpc_url={url}")));
    let settings: SchedulerSettings = settings::load(arguments.config.as_deref(), &overrides)?;
    if arguments.print_config {
        print!("{}", settings::print(&settings)?);
        return Ok(ExitCode::SUCCESS);
    }
    logging::start(&settings.log)?;
    let key = read_key(&settings.scheduler.key_file).context("read scheduler.key_file")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start runtime")?;
    match runtime.block_on(run(settings, key))? {
        Ending::Clean => Ok(ExitCode::SUCCESS),
        Ending::Forced => anyhow::bail!("some work did not end in time"),
        Ending::Early(reason) => anyhow::bail!("{reason}"),
    }
}

async fn run(settings: SchedulerSettings, key: Keypair) -> anyhow::Result<Ending> {
    let (trigger, token) = shutdown::channel();
    let reader = Arc::new(RpcView::new(&settings.chain)?);
    let commitment = settings
        .chain
        .commitment()
        .context("chain.commitment is unknown")?;
    let url = &settings.chain.rpc_url;
    let sending = Arc::new(SettledChain {
        // Simulated before it is signed: the node need not do so again.
        reading: RpcChain::new(url, commitment).skip_preflight(true),
        settling: RpcChain::new(url, CommitmentConfig::finalized()),
    });
    if let Some(folder) = store_folder(&settings.scheduler.store) {
        fs::create_dir_all(folder).context("make the folder of scheduler.store")?;
    }
    let store = Store::open(&settings.scheduler.store)
        .await
        .context("open scheduler.store")?;
    let genesis_hash = scheduler::await_genesis_hash(reader.clone(), &token).await?;
    let listener = tokio::net::TcpListener::bind(&settings.http.listen)
        .await
        .context("bind http.listen")?;
    let drain = settings.scheduler.drain;
    tracing::info!(listen = settings.http.listen, "scheduler started");
    let parts = Parts {
        settings,
        key,
        reader,
        sending,
        genesis_hash,
        store,
    };
    let tasks = scheduler::start(parts, listener, token).await?;
    Ok(tasks.run(trigger, drain).await?)
}

fn read_key(path: &Path) -> anyhow::Result<Keypair> {
    let mode = fs::metadata(path)
        .with_context(|| format!("open {}", path.display()))?
        .permissions()
        .mode();
    ensure!(mode & 0o077 == 0, "{} must have mode 0600", path.display());
    solana_keypair::read_keypair_file(path)
        .map_err(|_| anyhow::anyhow!("{} does not hold a keypair", path.display()))
}

/// Folder of a SQLite file.
fn store_folder(url: &str) -> Option<&Path> {
    if url.contains("://") && !url.starts_with("sqlite://") {
        return None;
    }
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    Path::new(path)
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
}
