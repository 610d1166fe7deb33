//! `ion-load`: starts a node, a verifier process over it and the heartbeats of many devices, and
//! prints latencies, processor time and memory as `name=value` lines. Loopback only.

mod load;
mod node;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use clap::Parser;
use solana_keypair::{Keypair, Signer as _, write_keypair_file};

/// Seconds before the measurement in which the load already runs.
const WARM_UP: u32 = 20;
/// Requests that are signed per second at least.
const SIGNED_PER_SECOND: i64 = 2_500;

/// Load on a verifier process.
#[derive(Parser)]
struct Arguments {
    /// The verifier's binary.
    #[arg(long)]
    verifier: PathBuf,
    /// Devices, each with a heartbeat per minute.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    devices: u32,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(10..=900))]
    seconds: u32,
    /// Processor cores that the verifier may use, as `taskset` takes them; empty for all.
    #[arg(long, default_value = "")]
    cores: String,
}

/// Ends the process when it goes out of scope.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a process has used.
#[derive(Clone, Copy)]
struct Usage {
    cpu: Duration,
    peak_bytes: u64,
}

fn usage(pid: u32) -> anyhow::Result<Usage> {
    let stat =
        std::fs::read_to_string(format!("/proc/{pid}/stat")).context("read processor time")?;
    // Fields 14 and 15, counted from the closing parenthesis of the name, in hundredths of a second.
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("read memory")?;
    let peak_kib: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .context("find peak memory")?;
    Ok(Usage {
        cpu: Duration::from_millis(ticks * 10),
        peak_bytes: peak_kib * 1_024,
    })
}

fn start(
    arguments: &Arguments,
    folder: &std::path::Path,
    node: SocketAddr,
    http: SocketAddr,
) -> anyhow::Result<Process> {
    let mut command = if arguments.cores.is_empty() {
        Command::new(&arguments.verifier)
    } else {
        let mut command = Command::new("taskset");
        command
            .args(["-c", &arguments.cores])
            .arg(&arguments.verifier);
        command
    };
    for setting in [
        format!("chain.rpc_url=http://{node}"),
        format!("verifier.key_file={}", folder.join("key.json").display()),
        format!(
            "verifier.store=sqlite:{}",
            folder.join("verifier.db").display()
        ),
        format!("verifier.objects={}", folder.join("objects").display()),
        format!("http.listen={http}"),
        // The list of all devices is read as often as a network of this size would have it read.
        "loops.ledger=30s".to_owned(),
        "log.filter=error".to_owned(),
    ] {
        command.args(["--set", &setting]);
    }
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .context("start the verifier")?;
    Ok(Process(child))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir().context("make a folder")?;
    let keypair = Keypair::new_from_array([9; 32]);
    let key_file = folder.path().join("key.json");
    write_keypair_file(&keypair, &key_file)
        .map_err(|error| anyhow::anyhow!("{error}"))
        .context("write the verifier's key")?;
    let keys: Vec<[u8; 32]> = (0..arguments.devices)
        .map(|number| load::device_key(number).verifying_key().to_bytes())
        .collect();
    let node = Arc::new(node::Node::new(keypair.pubkey(), &keys)?);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let node_address = listener.local_addr()?;
    let serving = tokio::spawn(node.serve(listener));
    // A port that was free a moment ago.
    let http = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let mut process = start(&arguments, folder.path(), node_address, http)?;
    let pid = process.0.id();

    wait_for_devices(&mut process, http, arguments.devices).await?;
    let seconds = WARM_UP + arguments.seconds;
    // Time to sign them all; each is valid for 30 seconds around its own second.
    let all = i64::from(arguments.devices) * i64::from(seconds) / i64::from(load::PERIOD);
    let from = node::now() + 5 + all / SIGNED_PER_SECOND;
    let requests = load::prepare(arguments.devices, seconds, from, http)?;
    let late = node::now() - from;
    if late > 20 {
        bail!("making the requests took {late} seconds too long");
    }
    let early = u64::try_from(from - node::now()).unwrap_or_default();
    tokio::time::sleep(Duration::from_secs(early)).await;
    let warm = usize::try_from(
        u64::from(arguments.devices) * u64::from(WARM_UP) / u64::from(load::PERIOD),
    )?;
    let mut requests = requests;
    let measured = requests.split_off(warm.min(requests.len()));
    let warmed = load::run(requests, arguments.devices, Instant::now(), http).await?;
    let before = usage(pid)?;
    let began = Instant::now();
    let tally = load::run(measured, arguments.devices, began, http).await?;
    let elapsed = began.elapsed();
    let after = usage(pid)?;

    let cores = (after.cpu - before.cpu).as_secs_f64() / elapsed.as_secs_f64();
    println!("devices={}", arguments.devices);
    println!("heartbeats={}", tally.answered.len());
    println!(
        "heartbeats_per_second={:.1}",
        tally.answered.len() as f64 / elapsed.as_secs_f64()
    );
    println!("p50_ms={:.2}", tally.per_mille_ms(500));
    println!("p99_ms={:.2}", tally.per_mille_ms(990));
    println!("p999_ms={:.2}", tally.per_mille_ms(999));
    println!("refused={}", tally.refused);
    println!("lost={}", tally.lost);
    println!("cpu_cores={cores:.2}");
    println!("peak_rss_bytes={}", after.peak_bytes);
    if let Some(reason) = warmed.reason.or(tally.reason) {
        eprintln!("first refusal: {reason}");
    }
    serving.abort();
    Ok(())
}

/// Waits until the verifier knows all devices.
async fn wait_for_devices(
    process: &mut Process,
    http: SocketAddr,
    devices: u32,
) -> anyhow::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let wanted = format!("\"devices\":{devices},");
    let deadline = Instant::now() + Duration::from_secs(120);
    while Instant::now() < deadline {
        if let Some(status) = process.0.try_wait()? {
            bail!("the verifier ended: {status}");
        }
        if let Ok(mut stream) = tokio::net::TcpStream::connect(http).await {
            let request = "GET /v1/status HTTP/1.1\r\nhost: local\r\nconnection: close\r\n\r\n";
            stream.write_all(request.as_bytes()).await?;
            let mut reply = String::new();
            stream.read_to_string(&mut reply).await?;
            if reply.contains(&wanted) {
                return Ok(());
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    bail!("the verifier does not know the devices")
}
