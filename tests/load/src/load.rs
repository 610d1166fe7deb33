//! Heartbeats on a schedule, each over a connection of its own, as they come from as many machines.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use ed25519_dalek::SigningKey;
use ion_protocol::{
    Claim, Domain, GPU_UUID_CLAIM, HEARTBEAT_PATH, Heartbeat, LINE_DOWN_CLAIM, LINE_UP_CLAIM,
    Realm, seal,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
};

use crate::node::GENESIS;

/// Pause between two heartbeats of a device, seconds.
pub const PERIOD: u32 = 60;
/// A reply that takes longer than this counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// Key of device `number`.
pub fn device_key(number: u32) -> SigningKey {
    let mut seed = [0x5A; 32];
    seed[..4].copy_from_slice(&number.to_le_bytes());
    SigningKey::from_bytes(&seed)
}

/// What came back.
#[derive(Default, Clone)]
pub struct Tally {
    /// Latency of each answered heartbeat.
    pub answered: Vec<Duration>,
    /// Refused by the verifier, with the first reason.
    pub refused: u64,
    /// First refusal as it was told.
    pub reason: Option<String>,
    /// Not answered at all.
    pub lost: u64,
}

impl Tally {
    /// Latency below which `share` of 1,000 answers lie, milliseconds.
    pub fn per_mille_ms(&self, share: usize) -> f64 {
        let mut sorted = self.answered.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * share / 1_000).min(sorted.len().saturating_sub(1));
        sorted
            .get(place)
            .map_or(f64::INFINITY, |latency| latency.as_secs_f64() * 1_000.0)
    }
}

/// A heartbeat as bytes of HTTP, sealed for the second at which it is sent.
fn request(number: u32, sequence: u64, at: i64, target: SocketAddr) -> anyhow::Result<Vec<u8>> {
    let message = Heartbeat {
        boot: [7; 16],
        draining: false,
        claims: [
            (LINE_DOWN_CLAIM, "1600".to_owned()),
            (LINE_UP_CLAIM, "1200".to_owned()),
            (GPU_UUID_CLAIM, format!("GPU-{number:032x}")),
        ]
        .map(|(name, value)| Claim {
            name: name.to_owned(),
            value,
        })
        .into(),
    };
    let realm = Realm {
        genesis_hash: GENESIS,
        program_id: registry::ID.to_bytes(),
    };
    let key = device_key(number);
    let envelope = seal(&key, Domain::Heartbeat, &realm, sequence, at, &message)?;
    let body = borsh::to_vec(&envelope)?;
    let mut bytes = format!(
        "POST {HEARTBEAT_PATH} HTTP/1.1\r\nhost: {target}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend(body);
    Ok(bytes)
}

/// Requests of `seconds`, evenly spread: each device once per period.
pub fn prepare(
    devices: u32,
    seconds: u32,
    from: i64,
    target: SocketAddr,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let all = u64::from(devices) * u64::from(seconds) / u64::from(PERIOD);
    (0..all)
        .map(|index| {
            let device = u32::try_from(index % u64::from(devices))?;
            let second = index * u64::from(PERIOD) / u64::from(devices);
            let at = from + i64::try_from(second)?;
            // Unique and growing, also over several runs on one database.
            let sequence = u64::try_from(at)?;
            request(device, sequence, at, target)
        })
        .collect()
}

/// Loopback address of device `number`: each machine has its own, so that no port is used again
/// while the last connection from it is being forgotten.
fn source(number: u32) -> SocketAddr {
    let [_, high, middle, low] = number.to_be_bytes();
    (Ipv4Addr::new(127, 1 + high, middle, low.max(1)), 0).into()
}

async fn send(number: u32, target: SocketAddr, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(source(number))?;
    let mut stream = socket.connect(target).await?;
    stream.set_nodelay(true)?;
    stream.write_all(bytes).await?;
    let mut reply = Vec::with_capacity(512);
    stream.read_to_end(&mut reply).await?;
    Ok(reply)
}

/// Sends the requests on their schedule from `start` on, whether earlier ones are answered or not.
pub async fn run(
    requests: Vec<Vec<u8>>,
    devices: u32,
    start: Instant,
    target: SocketAddr,
) -> anyhow::Result<Tally> {
    let tally: Arc<Mutex<Tally>> = Arc::default();
    let mut sent = tokio::task::JoinSet::new();
    let interval = Duration::from_secs(u64::from(PERIOD)) / devices;
    for (index, bytes) in (0_u32..).zip(requests) {
        tokio::time::sleep_until((start + interval * index).into()).await;
        let tally = tally.clone();
        sent.spawn(async move {
            let began = Instant::now();
            let number = index % devices;
            let reply = tokio::time::timeout(PATIENCE, send(number, target, &bytes)).await;
            let latency = began.elapsed();
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            match reply {
                Ok(Ok(reply)) if reply.starts_with(b"HTTP/1.1 200") => tally.answered.push(latency),
                Ok(Ok(reply)) if !reply.is_empty() => {
                    tally.refused += 1;
                    tally
                        .reason
                        .get_or_insert_with(|| String::from_utf8_lossy(&reply).into_owned());
                }
                _ => tally.lost += 1,
            }
        });
        while sent.try_join_next().is_some() {}
    }
    while let Some(ended) = sent.join_next().await {
        ended.context("a request's task was lost")?;
    }
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(tally)
}
