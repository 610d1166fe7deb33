//! The local chain: a Solana runtime with a JSON-RPC port, for demos, tests and development.
//!
//! Mechanism: `surfpool-core` runs the virtual machine, produces a block per slot and serves the
//! JSON-RPC and WebSocket ports. This binary only configures it (no remote data source, nothing on
//! disk), says when it answers, and ends it cleanly. Besides the usual methods the port answers
//! `surfnet_timeTravel` (absolute Unix timestamp in milliseconds, forwards only) and
//! `surfnet_setAccount`; only the demo and the tests call those.
//!
//! Output: one JSON line on stdout, `{"rpc_url", "ws_url", "pid"}`, once the port answers.
//! Everything else goes to stderr. The state lives in memory and is gone when the process ends.
//! Exit codes: 0 ended by SIGINT, SIGTERM or the end of the parent; 1 could not start, or died.

mod chain;
mod probe;
mod shutdown;

use std::{process::ExitCode, time::Duration};

use anyhow::Result;
use clap::Parser;

use crate::{
    chain::{Chain, Ports},
    shutdown::Cause,
};

/// Starts a local Solana chain in memory and serves its JSON-RPC port until it is told to stop.
#[derive(Debug, Parser)]
#[command(
    name = "ion-localnet",
    version,
    after_help = "Examples:\n  ion-localnet --rpc-port 8899 --ws-port 8900\n  ion-localnet --rpc-port 0 --ws-port 0 --slot-time-ms 50 --parent-pid $$"
)]
struct Args {
    /// Port of the JSON-RPC server; 0 takes a free one
    #[arg(long, default_value_t = 8899)]
    rpc_port: u16,

    /// Port of the WebSocket server; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    ws_port: u16,

    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    bind: std::net::IpAddr,

    /// Time between two blocks in milliseconds (10 to 10000)
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(10..=10_000))]
    slot_time_ms: u64,

    /// End when the process with this id ends
    #[arg(long)]
    parent_pid: Option<u32>,

    /// Print the chain's own log lines to stderr
    #[arg(short, long)]
    verbose: bool,
}

/// How long the port may take to answer the first request.
const READY_DEADLINE: Duration = Duration::from_secs(30);
/// How long the chain may take to close its ports before the process ends anyway.
const STOP_DEADLINE: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ion-localnet: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    // Signals are watched before anything starts: an early ctrl-C must not leave a port behind.
    let causes = shutdown::watch(args.parent_pid)?;

    let ports = Ports::choose(args.bind, args.rpc_port, args.ws_port)?;
    let chain = Chain::start(ports, args.slot_time_ms, args.verbose)?;
    if let Err(error) = probe::wait_until_healthy(ports.rpc, READY_DEADLINE, || chain.has_ended()) {
        chain.stop(STOP_DEADLINE);
        return Err(error);
    }

    println!(
        r#"{{"rpc_url":"http://{}","ws_url":"ws://{}","pid":{}}}"#,
        ports.rpc,
        ports.ws,
        std::process::id()
    );

    let cause = chain.wait(&causes);
    if cause != Cause::ChainEnded {
        if args.verbose {
            eprintln!("ion-localnet: stopping ({cause})");
        }
        chain.stop(STOP_DEADLINE);
        return Ok(());
    }
    anyhow::bail!("the chain ended by itself; run again with --verbose to see why")
}
