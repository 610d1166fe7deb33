//! Orders of a renter to an agent over HTTP on loopback, with a chain in memory and an engine that
//! is a script.

mod support;

use std::{fs, path::Path, sync::Arc, time::Duration};

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::SigningKey;
use ion_challenge::freivalds::Product;
use ion_protocol::{
    ContainerJob, Domain, Envelope, ErrorBody, JOB_PATH, JOB_STATE_PATH, JobOrder, JobOutcome,
    JobOutput, JobQuestion, JobState, JobWork, ProductJob, Realm, SignedJobResult, seal,
};
use ion_services::{
    agent::{self, AgentSettings, DeviceKey, Listeners},
    chain_view::MemoryView,
    shutdown::{self, Ending, ShutdownTrigger},
};
use solana_pubkey::Pubkey;
use support::*;

/// A hired device with its agent.
struct Bench {
    dir: tempfile::TempDir,
    chain: Arc<MemoryView>,
    renter: SigningKey,
    device: Pubkey,
    booking: Pubkey,
    device_key: [u8; 32],
    base: String,
    trigger: ShutdownTrigger,
    running: tokio::task::JoinHandle<std::io::Result<Ending>>,
}

async fn start(
    dir: &Path,
    chain: &Arc<MemoryView>,
    engine: &str,
) -> (
    String,
    ShutdownTrigger,
    tokio::task::JoinHandle<std::io::Result<Ending>>,
) {
    let key = DeviceKey::load_or_make(&dir.join("key.json")).unwrap();
    let mut settings = AgentSettings::default();
    settings.chain.poll = Duration::from_millis(10);
    settings.device.sequence_file = dir.join("sequence");
    settings.device.nvidia_smi = "/no/such/tool".to_owned();
    settings.verifiers.urls = Vec::new();
    settings.jobs.folder = dir.join("jobs");
    settings.jobs.engine = engine.to_owned();
    settings.jobs.queue = 2;
    settings.jobs.max_body_bytes = 4_096;
    settings.jobs.max_output_bytes = 8;
    settings.jobs.finish_within = Duration::from_millis(50);
    settings.device.drain = Duration::from_secs(60);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let listeners = Listeners {
        health: None,
        orders: Some(listener),
    };
    let (trigger, token) = shutdown::channel();
    let drain = settings.device.drain;
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
    // Before it has read the chain's clock it takes nothing.
    let anybody = SigningKey::from_bytes(&[63; 32]);
    let question = sealed(
        &anybody,
        Domain::JobQuestion,
        &JobQuestion { order: [0; 32] },
    );
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while post::<JobState>(&base, JOB_STATE_PATH, &question).await
        != Err("unknown_order".to_owned())
    {
        assert!(
            std::time::Instant::now() < deadline,
            "the agent does not answer"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (unused, _) = shutdown::channel();
    (base, trigger, tokio::spawn(tasks.run(unused, drain)))
}

/// An engine that notes how it is called. `sleep` never ends before `rm`.
fn engine(dir: &Path) -> String {
    let path = dir.join("docker");
    // Committed and linked, never written: a file that a thread still writes cannot be run while
    // another one forks.
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/engine.sh");
    std::os::unix::fs::symlink(script, &path).unwrap();
    path.to_str().unwrap().to_owned()
}

async fn bench(with_engine: bool) -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let engine = match with_engine {
        true => engine(dir.path()),
        false => "/no/engine".to_owned(),
    };
    let device_key = DeviceKey::load_or_make(&dir.path().join("key.json"))
        .unwrap()
        .public_key();
    let chain = memory_chain();
    let renter = SigningKey::from_bytes(&[61; 32]);
    let device = put_device(&chain, device_key, 1);
    let running = ion_economics::booking::BookingStatus::Running as u8;
    let booking = put_booking(&chain, device, 60, running);
    chain.with(|chain| {
        chain.devices.get_mut(&device).unwrap().hired_by = booking;
        chain.bookings.get_mut(&booking).unwrap().renter =
            Pubkey::new_from_array(renter.verifying_key().to_bytes());
    });
    let (base, trigger, running) = start(dir.path(), &chain, &engine).await;
    Bench {
        dir,
        chain,
        renter,
        device,
        booking,
        device_key,
        base,
        trigger,
        running,
    }
}

impl Bench {
    fn order(&self, work: JobWork) -> JobOrder {
        JobOrder {
            device: self.device.to_bytes(),
            booking: self.booking.to_bytes(),
            nonce: [0; 16],
            seconds: 60,
            work,
        }
    }

    fn container(&self, word: &str) -> JobOrder {
        self.order(JobWork::Container(ContainerJob {
            image: format!("example/image@sha256:{}", "ab".repeat(32)),
            command: vec![word.to_owned()],
            cpu_millis: 500,
            memory_mib: 64,
            gpus: false,
            network: false,
        }))
    }

    async fn place(&self, order: &JobOrder) -> Result<JobState, String> {
        let envelope = sealed(&self.renter, Domain::JobOrder, order);
        post(&self.base, JOB_PATH, &envelope).await
    }

    async fn ask(&self, order: &JobOrder, by: &SigningKey) -> Result<JobState, String> {
        let question = JobQuestion { order: order.id() };
        post(
            &self.base,
            JOB_STATE_PATH,
            &sealed(by, Domain::JobQuestion, &question),
        )
        .await
    }

    async fn ended(&self, order: &JobOrder) -> SignedJobResult {
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        loop {
            if let Ok(JobState::Ended(signed)) = self.ask(order, &self.renter).await {
                assert!(signed.is_signed());
                assert_eq!(signed.device_key, self.device_key);
                assert_eq!(signed.result.order, order.id());
                return *signed;
            }
            assert!(std::time::Instant::now() < deadline, "the job does not end");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.dir.path().join("calls")).unwrap_or_default()
    }
}

fn sealed<T: BorshSerialize>(key: &SigningKey, domain: Domain, message: &T) -> Envelope {
    let realm = Realm {
        genesis_hash: GENESIS,
        program_id: booking::ID.to_bytes(),
    };
    seal(key, domain, &realm, 1, START, message).unwrap()
}

/// A reply, or the code of the refusal.
async fn post<R: BorshDeserialize>(
    base: &str,
    path: &str,
    envelope: &Envelope,
) -> Result<R, String> {
    let response = reqwest::Client::new()
        .post(format!("{base}{path}"))
        .body(borsh::to_vec(envelope).unwrap())
        .send()
        .await
        .map_err(|error| error.to_string())?;
    let is_ok = response.status().is_success();
    let bytes = response.bytes().await.unwrap();
    if is_ok {
        Ok(borsh::from_slice(&bytes).unwrap())
    } else {
        Err(serde_json::from_slice::<ErrorBody>(&bytes).unwrap().error)
    }
}

fn product() -> ProductJob {
    ProductJob {
        rows: 7,
        inner: 5,
        columns: 6,
        left: (0..35).map(|entry| entry * 931 - 9_000).collect(),
        right: (0..30).map(|entry| 7_000 - entry * 677).collect(),
    }
}

fn is_right(job: &ProductJob, result: &[i64]) -> bool {
    let product = Product {
        rows: job.rows as usize,
        inner: job.inner as usize,
        columns: job.columns as usize,
        left: &job.left,
        right: &job.right,
        result,
    };
    product.is_right(&[5; 32], 2).unwrap()
}

#[tokio::test]
async fn product_is_worked_once_and_its_result_can_be_checked() {
    let bench = bench(false).await;
    let order = bench.order(JobWork::Product(product()));
    bench.place(&order).await.unwrap();
    let signed = bench.ended(&order).await;
    assert_eq!(signed.result.outcome, JobOutcome::Completed);
    let JobOutput::Product(mut entries) = signed.result.output.clone() else {
        panic!("{:?}", signed.result.output);
    };
    assert!(is_right(&product(), &entries));
    entries[3] += 1;
    assert!(!is_right(&product(), &entries));
    // The same order is the same job; another nonce is another one.
    assert_eq!(
        bench.place(&order).await,
        Ok(JobState::Ended(Box::new(signed)))
    );
    let again = JobOrder {
        nonce: [1; 16],
        ..order.clone()
    };
    assert!(!matches!(bench.place(&again).await, Ok(JobState::Ended(_))));
    let stranger = SigningKey::from_bytes(&[62; 32]);
    assert_eq!(
        bench.ask(&order, &stranger).await,
        Err("unknown_order".to_owned())
    );
}

#[tokio::test]
async fn only_the_renter_of_the_running_booking_is_served_within_limits() {
    let bench = bench(false).await;
    let order = bench.order(JobWork::Product(product()));
    let refused = async |order: &JobOrder| bench.place(order).await.unwrap_err();

    let stranger = SigningKey::from_bytes(&[62; 32]);
    let foreign = sealed(&stranger, Domain::JobOrder, &order);
    let reply: Result<JobState, _> = post(&bench.base, JOB_PATH, &foreign).await;
    assert_eq!(reply, Err("not_hired".to_owned()));
    let purpose = sealed(&bench.renter, Domain::QuoteRequest, &order);
    let reply: Result<JobState, _> = post(&bench.base, JOB_PATH, &purpose).await;
    assert_eq!(reply, Err("wrong_domain".to_owned()));
    let mut forged = sealed(&bench.renter, Domain::JobOrder, &order);
    forged.signature[0] ^= 1;
    let reply: Result<JobState, _> = post(&bench.base, JOB_PATH, &forged).await;
    assert_eq!(reply, Err("bad_signature".to_owned()));

    for change in [
        (|order: &mut JobOrder| order.booking[0] ^= 1) as fn(&mut JobOrder),
        |order| order.device[0] ^= 1,
    ] {
        let mut other = order.clone();
        change(&mut other);
        assert_eq!(refused(&other).await, "not_hired");
    }
    let late = JobOrder {
        seconds: 3_601,
        ..order.clone()
    };
    assert_eq!(refused(&late).await, "order_refused");
    let large = bench.order(JobWork::Product(ProductJob {
        rows: 1,
        inner: 2_048,
        columns: 1,
        left: vec![1; 2_048],
        right: vec![1; 2_048],
    }));
    assert_eq!(refused(&large).await, "body_too_large");
    assert_eq!(refused(&bench.container("run")).await, "no_engine");

    // A booking that has ended gives no right.
    bench.chain.with(|chain| {
        chain.bookings.get_mut(&bench.booking).unwrap().status =
            ion_economics::booking::BookingStatus::Closing as u8;
    });
    assert_eq!(refused(&order).await, "not_hired");
}

#[tokio::test]
async fn containers_run_through_the_engine_and_end_in_time() {
    let bench = bench(true).await;
    let good = bench.container("run");
    bench.place(&good).await.unwrap();
    let signed = bench.ended(&good).await;
    assert_eq!(signed.result.outcome, JobOutcome::Completed);
    assert_eq!(
        signed.result.output,
        JobOutput::Container {
            exit_code: Some(0),
            stdout: b"01234567".to_vec(),
            stderr: b"note\n".to_vec(),
            is_cut: true,
        }
    );
    let failing = bench.container("fail");
    bench.place(&failing).await.unwrap();
    let signed = bench.ended(&failing).await;
    assert_eq!(signed.result.outcome, JobOutcome::Failed);
    assert!(matches!(
        signed.result.output,
        JobOutput::Container {
            exit_code: Some(3),
            ..
        }
    ));
    let endless = JobOrder {
        seconds: 3,
        ..bench.container("sleep")
    };
    bench.place(&endless).await.unwrap();
    let signed = bench.ended(&endless).await;
    assert_eq!(signed.result.outcome, JobOutcome::TimedOut);
    assert_eq!(signed.result.output, JobOutput::Nothing);

    let calls = bench.calls();
    let lines: Vec<&str> = calls.lines().collect();
    // What an earlier run left goes first; the endless one is removed by its name.
    assert!(lines[0].starts_with("ps --all --quiet --filter label=ion-agent="));
    assert_eq!(lines[1], "rm --force leftover");
    assert!(lines[2].contains("--network none") && lines[2].contains("--memory 64m"));
    assert!(lines[2].ends_with(&format!("@sha256:{} run", "ab".repeat(32))));
    let name = format!("ion-{}", hex::encode(&endless.id()[..16]));
    let removed = format!("rm --force {name}");
    assert!(lines[2..].contains(&removed.as_str()), "{calls}");
}

#[tokio::test]
async fn order_whose_booking_has_ended_is_given_up() {
    let bench = bench(true).await;
    // Held until the agent sees that the booking is over.
    let first = bench.container("sleep");
    let second = bench.container("run");
    bench.place(&first).await.unwrap();
    bench.place(&second).await.unwrap();
    bench.chain.with(|chain| {
        chain.bookings.get_mut(&bench.booking).unwrap().status =
            ion_economics::booking::BookingStatus::Closing as u8;
    });
    // The first ends with it, the second does not begin.
    for order in [&first, &second] {
        let signed = bench.ended(order).await;
        assert_eq!(signed.result.outcome, JobOutcome::GivenUp);
    }
}

#[tokio::test]
async fn agent_asked_to_end_gives_its_jobs_up_and_keeps_their_results() {
    let bench = bench(true).await;
    let first = bench.container("sleep");
    bench.place(&first).await.unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while bench.ask(&first, &bench.renter).await != Ok(JobState::Running) {
        assert!(
            std::time::Instant::now() < deadline,
            "the job does not start"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let next = bench.container("run");
    let waiting = |nonce: u8| JobOrder {
        nonce: [nonce; 16],
        ..next.clone()
    };
    assert_eq!(bench.place(&waiting(1)).await, Ok(JobState::Waiting));
    assert_eq!(bench.place(&waiting(2)).await, Ok(JobState::Waiting));
    assert_eq!(bench.place(&waiting(3)).await, Err("queue_full".to_owned()));

    // The container has begun once it has noted its process.
    let pid = bench.dir.path().join("pid");
    while fs::read_to_string(&pid).unwrap_or_default().is_empty() {
        assert!(
            std::time::Instant::now() < deadline,
            "the container does not start"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    // Asked to end: the job in hand and those that wait are given up, the results outlive it.
    bench.trigger.fire();
    bench.running.await.unwrap().unwrap();
    let docker = bench.dir.path().join("docker");
    let (base, trigger, running) =
        start(bench.dir.path(), &bench.chain, docker.to_str().unwrap()).await;
    for order in [first, waiting(1), waiting(2)] {
        let question = JobQuestion { order: order.id() };
        let envelope = sealed(&bench.renter, Domain::JobQuestion, &question);
        let state: JobState = post(&base, JOB_STATE_PATH, &envelope).await.unwrap();
        let JobState::Ended(signed) = state else {
            panic!("{state:?}");
        };
        assert_eq!(signed.result.outcome, JobOutcome::GivenUp);
        assert!(signed.is_signed());
    }
    trigger.fire();
    running.await.unwrap().unwrap();
}
