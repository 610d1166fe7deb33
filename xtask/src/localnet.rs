//! `cargo xtask localnet`: a local chain with the programs deployed and the genesis done.
//!
//! The default engine is the binary of the `localnet/` workspace. It pulls a whole runtime with it,
//! so it is built once per machine, outside the checkout, in a folder named by everything the
//! result depends on: its lock file, its sources and the compiler. A second checkout with the same
//! inputs finds it there. The second engine is `solana-test-validator`, which has neither a movable
//! clock nor writable accounts.
//!
//! Both engines end with this process, however it ends.

mod build;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};

pub use self::build::ensure_built;
use self::build::ensure_validator;

/// Folder of the local chain's workspace in the repository.
const WORKSPACE: &str = "localnet";
const BINARY: &str = "ion-localnet";
/// The version that the second engine is built from.
const AGAVE_VERSION: &str = "4.2.2";
const VALIDATOR: &str = "solana-test-validator";
const READY_DEADLINE: Duration = Duration::from_secs(60);
const PROGRAMS: [&str; 5] = ["registry", "staking", "rewards", "ide", "booking"];

/// What runs the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// The embedded chain of `localnet/`: starts in a second, its clock can be moved
    #[default]
    Embedded,
    /// `solana-test-validator`: every feature gate on, no time travel, no written accounts
    Agave,
}

/// Options of `cargo xtask localnet`.
#[derive(Clone, Debug, Args)]
pub struct LocalnetArgs {
    /// What runs the chain
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,

    /// Port of the JSON-RPC server; 0 takes a free one
    #[arg(long, default_value_t = 8899)]
    pub rpc_port: u16,

    /// Time between two blocks in milliseconds (embedded engine)
    #[arg(long, default_value_t = 100)]
    pub slot_time_ms: u64,

    /// Folder that the wallets' key files are written to
    #[arg(long, default_value = ".ion/localnet/keys")]
    pub wallet_dir: PathBuf,

    /// Start an empty chain: deploy and set up nothing
    #[arg(long)]
    pub empty: bool,

    /// Build the engine, print the path of its binary and stop
    #[arg(long)]
    pub build_only: bool,

    /// With `--engine agave`: build the validator into the cache if it is not in PATH (30 minutes)
    #[arg(long)]
    pub build_engine: bool,
}

/// Runs `cargo xtask localnet` for the repository at `root`.
pub fn run(root: &Path, args: &LocalnetArgs) -> Result<()> {
    let engine = match args.engine {
        Engine::Embedded => ensure_built(root)?,
        Engine::Agave => ensure_validator(args.build_engine)?,
    };
    if args.build_only {
        println!("{}", engine.display());
        return Ok(());
    }
    let mut chain = match args.engine {
        Engine::Embedded => start_embedded(&engine, args.rpc_port, args.slot_time_ms)?,
        Engine::Agave => start_agave(&engine, args.rpc_port)?,
    };
    eprintln!("JSON-RPC at {}", chain.rpc_url);
    if !args.empty {
        ensure_programs(root)?;
        migrate(root, &chain.rpc_url, &args.wallet_dir)?;
    }
    eprintln!("\nThe chain runs until ctrl-C. Its state is gone then.");
    let status = chain.process.wait().context("wait for the chain")?;
    ensure!(status.success(), "the chain ended with {status}");
    Ok(())
}

/// A chain that runs as a child of this process and ends with this value.
pub struct RunningChain {
    process: Child,
    /// Address of the JSON-RPC port, with scheme.
    pub rpc_url: String,
}

impl Drop for RunningChain {
    fn drop(&mut self) {
        // Fails only when the process is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts the embedded chain and returns when its port answers.
pub fn start_embedded(binary: &Path, rpc_port: u16, slot_time_ms: u64) -> Result<RunningChain> {
    let mut process = Command::new(binary)
        .arg("--rpc-port")
        .arg(rpc_port.to_string())
        .arg("--slot-time-ms")
        .arg(slot_time_ms.to_string())
        .arg("--parent-pid")
        .arg(std::process::id().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {}", binary.display()))?;
    let output = process.stdout.take().context("the chain has no output")?;
    let mut chain = RunningChain {
        process,
        rpc_url: String::new(),
    };

    let (lines, received) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        let _ = lines.send(read.map(|_| line));
    });
    let line = received
        .recv_timeout(READY_DEADLINE)
        .context("the chain did not get ready")?
        .context("read the chain's first line")?;
    ensure!(
        !line.trim().is_empty(),
        "the chain could not start (its message is above)"
    );
    let ready: serde_json::Value =
        serde_json::from_str(&line).context("read the chain's first line")?;
    chain.rpc_url = ready["rpc_url"]
        .as_str()
        .context("the chain did not name its port")?
        .to_owned();
    Ok(chain)
}

fn start_agave(binary: &Path, rpc_port: u16) -> Result<RunningChain> {
    let port = match rpc_port {
        // The validator takes the next port for subscriptions.
        0 => TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .context("find a port")?
            .port(),
        port => port,
    };
    let ledger = std::env::temp_dir().join(format!("ion-agave-{}", std::process::id()));
    // The validator does not watch its parent; the kernel does.
    let mut command = if Path::new("/usr/bin/setpriv").is_file() {
        let mut command = Command::new("/usr/bin/setpriv");
        command.args(["--pdeathsig", "TERM", "--"]).arg(binary);
        command
    } else {
        Command::new(binary)
    };
    let process = command
        .args([
            "--reset",
            "--quiet",
            "--bind-address",
            "127.0.0.1",
            "--rpc-port",
        ])
        .arg(port.to_string())
        .arg("--ledger")
        .arg(&ledger)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("start {}", binary.display()))?;
    let mut chain = RunningChain {
        process,
        rpc_url: format!("http://127.0.0.1:{port}"),
    };
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let until = Instant::now() + READY_DEADLINE;
    while !is_healthy(address) {
        if let Some(status) = chain.process.try_wait()? {
            bail!(
                "{VALIDATOR} ended with {status}; its log is in {}",
                ledger.display()
            );
        }
        ensure!(
            Instant::now() < until,
            "{VALIDATOR} gave no answer; its log is in {}",
            ledger.display()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(chain)
}

fn is_healthy(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"getHealth"}"#;
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.contains(r#""result":"ok""#))
}

/// Builds the five programs if one of them is missing.
fn ensure_programs(root: &Path) -> Result<()> {
    let deploy = root.join("target/deploy");
    if PROGRAMS
        .iter()
        .all(|program| deploy.join(format!("{program}.so")).is_file())
    {
        return Ok(());
    }
    let this = std::env::current_exe().context("find this program")?;
    let status = Command::new(this)
        .arg("build-sbf")
        .current_dir(root)
        .status()
        .context("run build-sbf")?;
    ensure!(status.success(), "the programs do not build");
    Ok(())
}

/// Deploys the programs and runs the genesis; the migration prints the wallets itself.
fn migrate(root: &Path, rpc_url: &str, wallet_dir: &Path) -> Result<()> {
    let status = Command::new("cargo")
        .args(["run", "--quiet", "--package", "ion-migrations"])
        .args(["--bin", "ion-migrate", "--", "--development"])
        .args(["--url", rpc_url, "--wallet-dir"])
        .arg(wallet_dir)
        .current_dir(root)
        .status()
        .context("run the migrations")?;
    ensure!(status.success(), "the migrations failed");
    Ok(())
}
