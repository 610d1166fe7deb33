//! Honest agents over a line that loses and delays, with verifiers that restart: never judged a
//! failure, and less than one in a hundred of their minutes lost.

mod support;

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ion_protocol::Outcome;
use ion_services::{
    agent::{self, AgentSettings, DeviceKey},
    chain_view::MemoryView,
    shutdown::{self, ShutdownTrigger, Tasks},
    verifier::{self, Verifier},
};
use support::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

/// Minutes that are played.
const MINUTES: i64 = 180;
/// A minute of the chain takes this long here.
const MINUTE: Duration = Duration::from_millis(200);
/// Steps of the chain's clock in a minute.
const STEPS: u32 = 12;
/// Half a second of the chain, with a lower bound that the machine's own noise does not hide.
const JITTER_MS: u64 = 20;
/// Requests and replies lost, of a hundred each.
const LOST: u64 = 5;

struct Random(AtomicU64);

impl Random {
    fn below(&self, bound: u64) -> u64 {
        let mut z = self
            .0
            .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst)
            .wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    async fn delay(&self) {
        tokio::time::sleep(Duration::from_millis(self.below(JITTER_MS))).await;
    }
}

/// A line in front of a verifier.
async fn line(to: SocketAddr, seed: u64) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let random = Arc::new(Random(AtomicU64::new(seed)));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let random = random.clone();
            tokio::spawn(async move { carry(client, to, &random).await });
        }
    });
    address
}

/// One connection: lost on the way there, lost on the way back, or delayed both ways.
async fn carry(mut client: TcpStream, to: SocketAddr, random: &Random) -> Option<()> {
    random.delay().await;
    if random.below(100) < LOST {
        return None;
    }
    let mut server = TcpStream::connect(to).await.ok()?;
    if random.below(100) < LOST {
        // The verifier gets the request and answers into the void.
        let mut request = vec![0; 65_536];
        let length = client.read(&mut request).await.ok()?;
        server.write_all(request.get(..length)?).await.ok()?;
        tokio::time::sleep(Duration::from_millis(50)).await;
        return None;
    }
    random.delay().await;
    copy_bidirectional(&mut client, &mut server).await.ok()?;
    Some(())
}

struct Running {
    verifier: Arc<Verifier>,
    trigger: ShutdownTrigger,
    tasks: tokio::task::JoinHandle<()>,
}

/// Starts a verifier as its process would, over the tables that an earlier run left.
async fn start(chain: &Arc<MemoryView>, member: u8, dir: &Path, http: SocketAddr) -> Running {
    let verifier = Arc::new(make_verifier(chain.clone(), member, dir, &dir.join("objects")).await);
    let now = verifier.tick().await.unwrap();
    verifier.end_interrupted_trials(now, true).await.unwrap();
    let since = Instant::now();
    let listener = loop {
        match TcpListener::bind(http).await {
            Ok(listener) => break listener,
            // The earlier run's connections are not all gone.
            Err(error) => {
                assert!(since.elapsed() < Duration::from_secs(60), "{error}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    };
    let (trigger, token) = shutdown::channel();
    let tasks = verifier::start(verifier.clone(), listener, token);
    let (inner, _) = shutdown::channel();
    let tasks = tokio::spawn(async move {
        let _: Result<_, _> = Tasks::run(tasks, inner, Duration::from_secs(5)).await;
    });
    Running {
        verifier,
        trigger,
        tasks,
    }
}

async fn stop(running: Running) {
    running.trigger.fire();
    running.tasks.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_agents_are_never_failed_and_lose_hardly_a_minute() {
    let chain = memory_chain();
    let dir = tempfile::tempdir().unwrap();
    let mut https = Vec::new();
    let mut running: Vec<Option<Running>> = Vec::new();
    let mut urls = Vec::new();
    for member in 0..2u8 {
        let own = dir.path().join(format!("v{member}"));
        std::fs::create_dir_all(&own).unwrap();
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = http.local_addr().unwrap();
        drop(http);
        running.push(Some(start(&chain, member, &own, address).await));
        let line = line(address, 1_000 + u64::from(member)).await;
        urls.push(format!("http://{line}"));
        https.push((own, address));
    }
    let mut agents = Vec::new();
    let mut keys = Vec::new();
    for number in 0..3 {
        let home = dir.path().join(format!("a{number}"));
        std::fs::create_dir_all(&home).unwrap();
        let mut settings = AgentSettings::default();
        settings.chain.poll = Duration::from_millis(5);
        settings.device.key_file = home.join("key.json");
        settings.device.sequence_file = home.join("sequence");
        settings.device.nvidia_smi = String::new();
        settings.prover.threads = 1;
        settings.verifiers.urls = urls.clone();
        settings.verifiers.retry = Duration::from_millis(20);
        settings.verifiers.request_timeout = Duration::from_millis(2_500);
        let key = DeviceKey::load_or_make(&settings.device.key_file).unwrap();
        keys.push(key.public_key());
        put_device(&chain, key.public_key(), 1);
        let (trigger, token) = shutdown::channel();
        let listeners = agent::Listeners::default();
        let tasks = agent::start(
            settings,
            key,
            chain.clone(),
            registry::ID.to_bytes(),
            listeners,
            token,
        )
        .await
        .unwrap();
        agents.push((trigger, tasks));
    }

    // Each verifier is away for a while, at different times.
    let away = [(0_usize, 70..73), (1_usize, 130..135)];
    for minute in 0..MINUTES {
        for (member, gap) in &away {
            if minute == gap.start {
                // Nobody listens meanwhile.
                stop(running[*member].take().unwrap()).await;
            }
            if minute == gap.end {
                let (own, address) = &https[*member];
                let member_number = u8::try_from(*member).unwrap();
                running[*member] = Some(start(&chain, member_number, own, *address).await);
            }
        }
        for step in 0..STEPS {
            let now = START + 60 * minute + i64::from(step * 60 / STEPS);
            chain.with(|chain| chain.now = now);
            // The slowness of this machine's disk is not the network's: the clock waits for it.
            for running in running.iter().flatten() {
                running.verifier.tick().await.unwrap();
            }
            tokio::time::sleep(MINUTE / STEPS).await;
        }
    }

    let first = hour_of(START);
    let last = hour_of(START + 60 * MINUTES) - 1;
    for (member, running) in running.iter().flatten().enumerate() {
        let journal = &running.verifier.journal;
        let watched = journal.watched_hours(first, last).await.unwrap();
        let total: u32 = watched.iter().map(|(_, minutes)| minutes.count()).sum();
        assert!(
            i64::from(total) > MINUTES - 12,
            "verifier {member} watched {total} minutes"
        );
        for key in &keys {
            let address = address_of(*key);
            let up = journal.device_hours(&address, first, last).await.unwrap();
            let lost: u32 = watched
                .iter()
                .map(|(hour, observed)| {
                    let seen = up
                        .iter()
                        .find(|(of, _)| of == hour)
                        .map(|(_, up)| up.intersection(*observed).count());
                    observed.count() - seen.unwrap_or_default()
                })
                .sum();
            assert!(
                lost * 100 < total,
                "verifier {member} lost {lost} of {total} minutes"
            );
            let mut passed = 0;
            for hour in first..=last {
                for outcome in journal.outcomes(&address, hour).await.unwrap() {
                    assert_ne!(outcome.outcome, Outcome::Fail, "verifier {member}");
                    passed += u32::from(outcome.outcome == Outcome::Pass);
                }
            }
            assert!(passed >= 2, "verifier {member} saw {passed} passes");
        }
    }
    for (trigger, _) in &agents {
        trigger.fire();
    }
}
