//! Latency of lists under many readers: `api-load ROWS CLIENTS REQUESTS PAUSE_MS`, printed as
//! `name=value` lines. Server and readers share the machine's cores, over loopback.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use ion_indexer::{
    Index,
    api::{self, Api},
};
use ion_runtime::{health::Health, metrics::Metrics, shutdown};
use ion_store::Store;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Distinct values of a filter.
const OWNERS: u64 = 2_000;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<u64> = std::env::args()
        .skip(1)
        .map(|text| text.parse())
        .collect::<Result<_, _>>()
        .context("ROWS CLIENTS REQUESTS PAUSE_MS")?;
    let &[rows, clients, requests, pause] = arguments.as_slice() else {
        anyhow::bail!("ROWS CLIENTS REQUESTS PAUSE_MS");
    };
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(measure(
            rows,
            clients,
            requests,
            Duration::from_millis(pause),
        ))
}

async fn measure(rows: u64, clients: u64, requests: u64, pause: Duration) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("load.db");
    let store = Store::open(&path.display().to_string()).await?;
    let index = Index::open(store.clone()).await?;
    fill(&store, rows).await?;
    let (trigger, token) = shutdown::channel();
    let api = Api::new(index, Metrics::default(), 1, token);
    let listener = api::listen("127.0.0.1:0").await?;
    let url = Arc::new(format!("http://{}", listener.local_addr()?));
    let server =
        tokio::spawn(
            async move { axum::serve(listener, api::router(api, Health::default())).await },
        );
    // a client reads its settings and certificates when it is made: not a cost of the server
    let made: Vec<reqwest::Client> = (0..clients).map(|_| reqwest::Client::new()).collect();
    let started = Instant::now();
    let readers: Vec<_> = (0..)
        .zip(made)
        .map(|(seed, client)| tokio::spawn(read(client, url.clone(), rows, requests, pause, seed)))
        .collect();
    let mut times = Vec::new();
    for reader in readers {
        times.extend(reader.await??);
    }
    let elapsed = started.elapsed();
    drop(trigger);
    server.abort();
    times.sort_unstable();
    let at = |part: usize| {
        times
            .get((times.len() * part / 1_000).min(times.len().saturating_sub(1)))
            .map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    };
    println!("rows={rows}");
    println!("clients={clients}");
    println!("requests={}", times.len());
    println!(
        "requests_per_second={:.0}",
        times.len() as f64 / elapsed.as_secs_f64()
    );
    println!("p50_ms={:.1}", at(500));
    println!("p99_ms={:.1}", at(990));
    println!("worst_ms={:.1}", at(1_000));
    Ok(())
}

/// A reader: pages at random places of a list, of one owner's part of it, and of one row.
async fn read(
    client: reqwest::Client,
    url: Arc<String>,
    rows: u64,
    requests: u64,
    pause: Duration,
    seed: u64,
) -> anyhow::Result<Vec<Duration>> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut times = Vec::new();
    for number in 0..requests {
        if !pause.is_zero() {
            tokio::time::sleep(pause.mul_f64(random.gen_range(0.5..1.5))).await;
        }
        let path = match number % 3 {
            0 => format!(
                "/v1/devices?limit=100&owner=o{}",
                random.gen_range(0..OWNERS)
            ),
            _ => format!(
                "/v1/devices?limit=100&before={}",
                random.gen_range(200..rows)
            ),
        };
        let started = Instant::now();
        let answer = client.get(format!("{url}{path}")).send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        times.push(started.elapsed());
        ensure!(
            status.is_success() && body.len() > 1_000,
            "{path}: {status}"
        );
    }
    Ok(times)
}

async fn fill(store: &Store, rows: u64) -> anyhow::Result<()> {
    let sql = format!(
        "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) \
         INSERT INTO devices (device, owner, payout_wallet, device_key, class, qty, status, \
         reliability_bps, ask_usd_micros, ordinal, changed, changed_slot) \
         SELECT 'device-of-a-length-like-an-address-' || n, 'o' || (n % {OWNERS}), \
         'payout-of-a-length-like-an-address-' || n, 'key-of-a-length-like-an-address-' || n, \
         n % 40, 8, n % 9, 9000, 4980000, n, n, n FROM s"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(store.pool())
        .await?;
    Ok(())
}
