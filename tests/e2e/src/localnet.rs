//! The local chain as a process, and what only a local chain can do.
//!
//! [`LocalControl`] is the one place from which `surfnet_` methods are called: the demo and the tests
//! move the clock and write the oracle's account through it, products never do. A chain that cannot do
//! so (an external one) simply has no `LocalControl`.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use solana_account::Account;
use solana_clock::Clock;
use solana_commitment_config::CommitmentConfig;
use solana_pubkey::Pubkey;
use solana_rpc_client::{api::request::RpcRequest, rpc_client::RpcClient};

const READY_DEADLINE: Duration = Duration::from_secs(120);
const STOP_DEADLINE: Duration = Duration::from_secs(30);
const SETTLE_DEADLINE: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");

/// What only a local chain can do.
pub trait LocalControl {
    /// The chain's time in Unix seconds.
    fn now(&self) -> Result<i64>;

    /// Moves the chain's clock forward to `unix_seconds` and returns when the chain shows it.
    ///
    /// A time that is already past changes nothing. Block height does not move, so blockhashes stay
    /// valid over the jump; slot and epoch do.
    fn time_travel_to(&self, unix_seconds: i64) -> Result<()>;

    /// Replaces an account: lamports, data, owner, executable flag.
    fn set_account(&self, key: &Pubkey, account: &Account) -> Result<()>;
}

/// How to start the local chain.
#[derive(Clone, Debug)]
pub struct LocalnetOptions {
    /// Port of the JSON-RPC server; 0 takes a free one.
    pub rpc_port: u16,
    /// Time between two blocks in milliseconds.
    pub slot_time_ms: u64,
}

impl Default for LocalnetOptions {
    fn default() -> Self {
        Self {
            rpc_port: 0,
            slot_time_ms: 100,
        }
    }
}

/// A local chain that runs as a child process and ends with this value, or with this process.
pub struct Localnet {
    process: Child,
    rpc_url: String,
    ws_url: String,
    client: RpcClient,
}

impl Localnet {
    /// Path of the chain's binary: `$ION_LOCALNET_BIN`, else what `cargo xtask localnet --build-only`
    /// prints, which builds it on the first use on a machine.
    pub fn binary() -> Result<PathBuf> {
        if let Some(path) = std::env::var_os("ION_LOCALNET_BIN").filter(|value| !value.is_empty()) {
            return Ok(PathBuf::from(path));
        }
        let output = Command::new("cargo")
            .args([
                "run",
                "--quiet",
                "--package",
                "xtask",
                "--",
                "localnet",
                "--build-only",
            ])
            .stderr(Stdio::inherit())
            .output()
            .context("run cargo xtask localnet --build-only")?;
        ensure!(
            output.status.success(),
            "the local chain could not be built"
        );
        let path = String::from_utf8(output.stdout).context("read the path of the local chain")?;
        Ok(PathBuf::from(path.trim()))
    }

    /// Starts the chain and returns when its port answers.
    pub fn start(binary: &Path, options: &LocalnetOptions) -> Result<Self> {
        let mut process = Command::new(binary)
            .arg("--rpc-port")
            .arg(options.rpc_port.to_string())
            .arg("--slot-time-ms")
            .arg(options.slot_time_ms.to_string())
            .arg("--parent-pid")
            .arg(std::process::id().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {}", binary.display()))?;
        let ready = match read_ready_line(&mut process) {
            Ok(ready) => ready,
            Err(error) => {
                // Fails only when the process is gone already.
                let _ = process.kill();
                let _ = process.wait();
                return Err(error);
            }
        };
        let url = |name: &str| {
            ready
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let rpc_url = url("rpc_url");
        Ok(Self {
            process,
            client: RpcClient::new_with_commitment(rpc_url.clone(), CommitmentConfig::confirmed()),
            rpc_url,
            ws_url: url("ws_url"),
        })
    }

    /// Address of the JSON-RPC port.
    pub fn rpc_url(&self) -> &str {
        &self.rpc_url
    }

    /// Address of the WebSocket port.
    pub fn ws_url(&self) -> &str {
        &self.ws_url
    }

    /// Process id of the chain.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A second handle on the chain's clock and accounts, for use from other places.
    pub fn control(&self) -> RpcControl {
        RpcControl::new(&self.rpc_url)
    }
}

impl Drop for Localnet {
    fn drop(&mut self) {
        // SIGTERM would let it close its ports in order, but nothing outlives the process either way.
        let _ = self.process.kill();
        let until = Instant::now() + STOP_DEADLINE;
        while Instant::now() < until {
            match self.process.try_wait() {
                Ok(None) => std::thread::sleep(POLL_INTERVAL),
                Ok(Some(_)) | Err(_) => return,
            }
        }
    }
}

impl LocalControl for Localnet {
    fn now(&self) -> Result<i64> {
        chain_time(&self.client)
    }

    fn time_travel_to(&self, unix_seconds: i64) -> Result<()> {
        travel(&self.client, unix_seconds)
    }

    fn set_account(&self, key: &Pubkey, account: &Account) -> Result<()> {
        write_account(&self.client, key, account)
    }
}

/// Control over a local chain that somebody else started.
pub struct RpcControl {
    client: RpcClient,
}

impl RpcControl {
    /// Connects lazily to the chain at `rpc_url`.
    pub fn new(rpc_url: &str) -> Self {
        Self {
            client: RpcClient::new_with_commitment(
                rpc_url.to_owned(),
                CommitmentConfig::confirmed(),
            ),
        }
    }

    /// Whether the chain has a clock that can be moved: asks for its version, changes nothing.
    pub fn is_local(&self) -> bool {
        self.client
            .send::<Value>(
                RpcRequest::Custom {
                    method: "getVersion",
                },
                json!([]),
            )
            .is_ok_and(|version| version.get("surfnet-version").is_some())
    }
}

impl LocalControl for RpcControl {
    fn now(&self) -> Result<i64> {
        chain_time(&self.client)
    }

    fn time_travel_to(&self, unix_seconds: i64) -> Result<()> {
        travel(&self.client, unix_seconds)
    }

    fn set_account(&self, key: &Pubkey, account: &Account) -> Result<()> {
        write_account(&self.client, key, account)
    }
}

fn read_ready_line(process: &mut Child) -> Result<Value> {
    let output = process.stdout.take().context("the chain has no output")?;
    let (lines, received) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        let _ = lines.send(read.map(|_| line));
    });
    let line = received
        .recv_timeout(READY_DEADLINE)
        .context("the local chain did not get ready")?
        .context("read the local chain's first line")?;
    ensure!(
        !line.trim().is_empty(),
        "the local chain ended before it was ready"
    );
    serde_json::from_str(&line)
        .with_context(|| format!("read the local chain's first line: {line}"))
}

fn chain_time(client: &RpcClient) -> Result<i64> {
    let account = client.get_account(&CLOCK).context("read the clock")?;
    // Layout of the clock: slot, epoch_start_timestamp, epoch, leader_schedule_epoch, unix_timestamp.
    const TIME_AT: usize = 32;
    let bytes = account
        .data
        .get(TIME_AT..TIME_AT + size_of_val(&Clock::default().unix_timestamp));
    let bytes = bytes
        .and_then(|bytes| bytes.try_into().ok())
        .context("the clock is too short")?;
    Ok(i64::from_le_bytes(bytes))
}

fn travel(client: &RpcClient, unix_seconds: i64) -> Result<()> {
    if chain_time(client)? >= unix_seconds {
        return Ok(());
    }
    let milliseconds = u64::try_from(unix_seconds)
        .ok()
        .and_then(|seconds| seconds.checked_mul(1_000))
        .with_context(|| format!("{unix_seconds} is no time to travel to"))?;
    let outcome = client.send::<Value>(
        RpcRequest::Custom {
            method: "surfnet_timeTravel",
        },
        json!([{ "absoluteTimestamp": milliseconds }]),
    );
    let until = Instant::now() + SETTLE_DEADLINE;
    loop {
        // The chain may have reached the time by itself between the two calls: then the call was
        // refused as a travel into the past and there is nothing left to do.
        let now = chain_time(client)?;
        if now >= unix_seconds {
            return Ok(());
        }
        if let Err(error) = outcome {
            return Err(error)
                .with_context(|| format!("move the chain's clock from {now} to {unix_seconds}"));
        }
        if Instant::now() >= until {
            bail!("the chain's clock shows {now} and not {unix_seconds}");
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

fn write_account(client: &RpcClient, key: &Pubkey, account: &Account) -> Result<()> {
    let update = json!({
        "lamports": account.lamports,
        "data": hex::encode(&account.data),
        "owner": account.owner.to_string(),
        "executable": account.executable,
    });
    client
        .send::<Value>(
            RpcRequest::Custom {
                method: "surfnet_setAccount",
            },
            json!([key.to_string(), update]),
        )
        .with_context(|| format!("write account {key}"))?;
    let until = Instant::now() + SETTLE_DEADLINE;
    loop {
        let stored = client
            .get_account_with_commitment(key, client.commitment())
            .with_context(|| format!("read account {key} back"))?
            .value;
        if stored.is_some_and(|stored| {
            stored.data == account.data
                && stored.owner == account.owner
                && stored.lamports == account.lamports
        }) {
            return Ok(());
        }
        if Instant::now() >= until {
            bail!("account {key} does not show what was written");
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn chain() -> Localnet {
        let binary = Localnet::binary().expect("the local chain is built");
        Localnet::start(&binary, &LocalnetOptions::default()).expect("the local chain starts")
    }

    #[test]
    fn clock_that_is_moved_shows_the_new_time_and_never_goes_back() {
        let chain = chain();
        let start = chain.now().expect("the time");
        chain.time_travel_to(start + 14 * DAY).expect("a travel");
        let arrived = chain.now().expect("the time");
        assert!(
            (start + 14 * DAY..start + 14 * DAY + 60).contains(&arrived),
            "{arrived}"
        );
        chain.time_travel_to(start).expect("no travel");
        assert!(chain.now().expect("the time") >= arrived);
    }

    #[test]
    fn account_that_is_written_reads_back_and_can_be_replaced() {
        let chain = chain();
        let control = chain.control();
        assert!(control.is_local());
        let key = Pubkey::new_from_array([5; 32]);
        let mut account = Account {
            lamports: 5_000_000,
            data: vec![1, 2, 3],
            owner: Pubkey::new_from_array([6; 32]),
            executable: false,
            rent_epoch: 0,
        };
        control.set_account(&key, &account).expect("a new account");
        account.data = vec![9; 134];
        control
            .set_account(&key, &account)
            .expect("a replaced account");
        let stored = control.client.get_account(&key).expect("the account");
        assert_eq!(
            (stored.lamports, stored.data, stored.owner),
            (5_000_000, account.data, account.owner)
        );
    }

    #[test]
    fn chain_ends_with_its_value() {
        let chain = chain();
        let client = RpcClient::new(chain.rpc_url().to_owned());
        assert!(client.get_slot().is_ok());
        drop(chain);
        assert!(client.get_slot().is_err());
    }
}
