//! Agent and verifier over HTTP on loopback, with a chain in memory.

mod support;

use std::{sync::Arc, time::Duration};

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::SigningKey;
use ion_challenge::{Answer, ChallengeWork, Commitment, CpuProver};
use ion_evidence::{Evidence, Finding};
use ion_protocol::{
    CHALLENGE_PATH, COMMIT_PATH, ChallengeFetch, ChallengeReply, CommitReply, Domain, Envelope,
    ErrorBody, HEARTBEAT_PATH, Heartbeat, HeartbeatReply, OPEN_PATH, OpenReply, Outcome, Realm,
    seal,
};
use ion_services::{
    agent::{self, AgentSettings, DeviceKey},
    chain_view::MemoryView,
    shutdown,
    verifier::{self, DeviceView, StatusView, Verifier},
};
use serde::de::DeserializeOwned;
use support::{waiting::until, *};

struct Node {
    verifier: Arc<Verifier>,
    base: String,
    _tasks: ion_services::shutdown::Tasks,
    _trigger: shutdown::ShutdownTrigger,
    _dir: tempfile::TempDir,
}

async fn node(chain: &Arc<MemoryView>, member: u8) -> Node {
    let dir = tempfile::tempdir().unwrap();
    let verifier = Arc::new(
        make_verifier(
            chain.clone(),
            member,
            dir.path(),
            &dir.path().join("objects"),
        )
        .await,
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (trigger, token) = shutdown::channel();
    let tasks = verifier::start(verifier.clone(), listener, token);
    Node {
        verifier,
        base,
        _tasks: tasks,
        _trigger: trigger,
        _dir: dir,
    }
}

async fn get<T: DeserializeOwned>(url: &str) -> Option<T> {
    let response = reqwest::get(url).await.ok()?;
    if !response.status().is_success() {
        return None;
    }
    serde_json::from_slice(&response.bytes().await.ok()?).ok()
}

async fn device_view(node: &Node, key: &[u8; 32]) -> Option<DeviceView> {
    get(&format!(
        "{}/v1/devices/{}",
        node.base,
        bs58::encode(key).into_string()
    ))
    .await
}

async fn post(node: &Node, envelope: &Envelope) -> Result<HeartbeatReply, ErrorBody> {
    post_bytes(node, HEARTBEAT_PATH, borsh::to_vec(envelope).unwrap()).await
}

/// What an endpoint answers to a body.
async fn post_bytes<R: BorshDeserialize>(
    node: &Node,
    path: &str,
    body: Vec<u8>,
) -> Result<R, ErrorBody> {
    let url = format!("{}{path}", node.base);
    let response = reqwest::Client::new()
        .post(url)
        .body(body)
        .send()
        .await
        .unwrap();
    let is_ok = response.status().is_success();
    let bytes = response.bytes().await.unwrap();
    if is_ok {
        Ok(borsh::from_slice(&bytes).unwrap())
    } else {
        Err(serde_json::from_slice(&bytes).unwrap())
    }
}

fn realm() -> Realm {
    Realm {
        genesis_hash: GENESIS,
        program_id: registry::ID.to_bytes(),
    }
}

/// One message of a device to an endpoint.
async fn call<M: BorshSerialize, R: BorshDeserialize>(
    node: &Node,
    key: &SigningKey,
    path: &str,
    domain: Domain,
    sequence: u64,
    message: &M,
) -> Result<R, ErrorBody> {
    let envelope = seal(key, domain, &realm(), sequence, START, message).unwrap();
    post_bytes(node, path, borsh::to_vec(&envelope).unwrap()).await
}

fn heartbeat(key: &SigningKey, sequence: u64, now: i64) -> Envelope {
    let message = Heartbeat {
        boot: [0; 16],
        draining: false,
        claims: vec![],
    };
    seal(key, Domain::Heartbeat, &realm(), sequence, now, &message).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agent_passes_its_challenge_and_is_seen_every_minute() {
    let chain = memory_chain();
    let nodes = [node(&chain, 0).await, node(&chain, 1).await];
    let dir = tempfile::tempdir().unwrap();
    let mut settings = AgentSettings::default();
    settings.chain.poll = Duration::from_millis(10);
    settings.device.key_file = dir.path().join("key.json");
    settings.device.sequence_file = dir.path().join("sequence");
    settings.verifiers.urls = nodes.iter().map(|node| node.base.clone()).collect();
    settings.verifiers.retry = Duration::from_millis(50);
    let key = DeviceKey::load_or_make(&settings.device.key_file).unwrap();
    let public = key.public_key();

    let (trigger, token) = shutdown::channel();
    let drain = settings.device.drain;
    let tasks = agent::start(
        settings,
        key,
        chain.clone(),
        registry::ID.to_bytes(),
        agent::Listeners::default(),
        token,
    )
    .await
    .unwrap();
    let running = tokio::spawn(tasks.run(trigger, drain));

    // Unknown to the chain at first: refused and tried again, then counted.
    put_device(&chain, public, 0);
    for node in &nodes {
        let view = until("challenge passed", async || {
            device_view(node, &public)
                .await
                .filter(|view| view.outcome.is_some())
        })
        .await;
        assert_eq!(view.outcome, Some(Outcome::Pass));
        assert_eq!(
            (view.minutes, view.watched_minutes, view.last_heartbeat_at),
            (1, 1, Some(START))
        );
        let evidence = node
            .verifier
            .journal
            .outcomes(&address_of(public), hour_of(START))
            .await
            .unwrap();
        assert_eq!(evidence.len(), 1);
        let name = format!("evidence/{}", hex::encode(evidence[0].evidence));
        let bytes = node.verifier.get(name).await.unwrap().unwrap();
        let Ok(Evidence::Challenge(record)) = Evidence::decode(&bytes, &evidence[0].evidence)
        else {
            panic!("no record of a challenge")
        };
        assert_eq!(record.check(&node.verifier.realm), Ok(Finding::Passed));
    }

    for minute in 1..=4 {
        let now = START + 60 * minute;
        chain.with(|chain| chain.now = now);
        for node in &nodes {
            until("heartbeat of the minute", async || {
                device_view(node, &public)
                    .await
                    .filter(|view| view.last_heartbeat_at == Some(now))
            })
            .await;
        }
    }
    let view = device_view(&nodes[0], &public).await.unwrap();
    assert_eq!((view.minutes, view.watched_minutes), (5, 5));

    // A jump is the verifier's own gap.
    chain.with(|chain| chain.now = START + 60 * 20);
    until("heartbeat after the jump", async || {
        device_view(&nodes[0], &public)
            .await
            .filter(|view| view.last_heartbeat_at == Some(START + 1_200))
    })
    .await;
    let view = device_view(&nodes[0], &public).await.unwrap();
    assert_eq!((view.minutes, view.watched_minutes), (6, 6));
    let status: StatusView = get(&format!("{}/v1/status", nodes[0].base)).await.unwrap();
    assert_eq!((status.devices, status.challenges_in_progress), (1, 0));
    let metrics = reqwest::get(format!("{}/metrics", nodes[0].base))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        metrics.contains("verifier_challenges_total{class=\"0\",result=\"pass\"} 1"),
        "{metrics}"
    );
    let health = reqwest::get(format!("{}/healthz", nodes[0].base))
        .await
        .unwrap();
    assert_eq!(health.status().as_u16(), 200);

    running.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_bad_request_is_refused_by_its_own_code() {
    let chain = memory_chain();
    let node = node(&chain, 0).await;
    let key = SigningKey::from_bytes(&[50; 32]);
    put_device(&chain, key.verifying_key().to_bytes(), 0);
    let code = |result: Result<HeartbeatReply, ErrorBody>| result.unwrap_err().error;

    let first = until("first heartbeat", async || {
        post(&node, &heartbeat(&key, 5, START)).await.ok()
    })
    .await;
    assert_eq!(first.counted_at, START);
    assert_eq!(
        code(post(&node, &heartbeat(&key, 5, START)).await),
        "replayed"
    );
    assert_eq!(
        code(post(&node, &heartbeat(&key, 4, START)).await),
        "old_sequence"
    );
    assert_eq!(
        code(post(&node, &heartbeat(&key, 6, START - 31)).await),
        "clock_skew"
    );
    assert_eq!(
        code(post(&node, &heartbeat(&key, 6, START + 31)).await),
        "clock_skew"
    );
    assert_eq!(
        code(post(&node, &heartbeat(&key, 6, START - 61)).await),
        "expired"
    );
    let mut forged = heartbeat(&key, 6, START);
    forged.signature = heartbeat(&SigningKey::from_bytes(&[51; 32]), 6, START).signature;
    assert_eq!(code(post(&node, &forged).await), "bad_signature");
    let stranger = SigningKey::from_bytes(&[52; 32]);
    assert_eq!(
        code(post(&node, &heartbeat(&stranger, 6, START)).await),
        "unknown_device"
    );
    assert_eq!(
        code(post_bytes(&node, HEARTBEAT_PATH, vec![0; 20_000]).await),
        "body_too_large"
    );
    assert_eq!(
        code(post_bytes(&node, HEARTBEAT_PATH, vec![0; 20]).await),
        "malformed"
    );
    // None of them used up a sequence number or counted a minute.
    assert!(post(&node, &heartbeat(&key, 6, START)).await.is_ok());

    chain.with(|chain| {
        for device in chain.devices.values_mut() {
            device.status = 8;
        }
    });
    until("termination is seen", async || {
        post(&node, &heartbeat(&key, 7, START))
            .await
            .err()
            .filter(|error| error.error == "device_terminated")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn false_answer_fails_with_evidence_that_anybody_can_check() {
    let chain = memory_chain();
    let node = node(&chain, 0).await;
    let key = SigningKey::from_bytes(&[53; 32]);
    let public = key.verifying_key().to_bytes();
    put_device(&chain, public, 0);
    let reply = until("first heartbeat", async || {
        post(&node, &heartbeat(&key, 0, START)).await.ok()
    })
    .await;
    assert!(reply.challenge_waits);

    let fetch = async |sequence| -> ChallengeReply {
        let (path, domain) = (CHALLENGE_PATH, Domain::ChallengeFetch);
        let answer = call(&node, &key, path, domain, sequence, &ChallengeFetch {}).await;
        answer.unwrap()
    };
    // The first fetch measures the round trip and is told when to come again.
    let first = fetch(0).await;
    assert_eq!((first.issued, first.wait_ms), (None, 50));
    let reply = fetch(1).await;
    let issued = reply.issued.unwrap();
    assert!(issued.is_signed());
    assert_eq!(issued.challenge.device, public);
    // The same challenge again, as long as it is not committed.
    let again = fetch(2).await;
    assert_eq!(again.issued.as_ref(), Some(&issued));

    // Openings before roots, then roots of other work, then other roots.
    let prover = CpuProver::new(std::num::NonZeroUsize::MIN);
    let mut other = issued.challenge.clone();
    other.nonce = [0; 32];
    let work = ChallengeWork::commit(&prover, other).unwrap();
    let mut commitment = work.commitment();
    let commit = async |sequence, roots: &Commitment| -> Result<CommitReply, ErrorBody> {
        let (path, domain) = (COMMIT_PATH, Domain::ChallengeCommit);
        call(&node, &key, path, domain, sequence, roots).await
    };
    commitment.challenge_id = issued.challenge.id();
    let empty = Answer {
        challenge_id: issued.challenge.id(),
        openings: vec![],
    };
    let early: Result<OpenReply, _> =
        call(&node, &key, OPEN_PATH, Domain::ChallengeOpen, 0, &empty).await;
    assert_eq!(early.unwrap_err().error, "not_committed");
    let reply: CommitReply = commit(0, &commitment).await.unwrap();
    let same: CommitReply = commit(1, &commitment).await.unwrap();
    assert_eq!(same, reply);
    let mut changed = commitment.clone();
    changed.roots[0] = [0; 32];
    let refused: Result<CommitReply, _> = commit(2, &changed).await;
    assert_eq!(refused.unwrap_err().error, "other_commitment");

    // The openings of the other work: committed, and not what was asked for.
    let mut answer = work.open(&prover, &reply.secret).unwrap();
    answer.challenge_id = issued.challenge.id();
    let reply: OpenReply = call(&node, &key, OPEN_PATH, Domain::ChallengeOpen, 1, &answer)
        .await
        .unwrap();
    assert_eq!(reply.outcome, Outcome::Fail);
    let outcomes = node
        .verifier
        .journal
        .outcomes(&address_of(public), hour_of(START))
        .await
        .unwrap();
    assert_eq!(outcomes[0].outcome, Outcome::Fail);
    let name = format!("evidence/{}", hex::encode(outcomes[0].evidence));
    let bytes = node.verifier.get(name).await.unwrap().unwrap();
    let Ok(Evidence::Challenge(record)) = Evidence::decode(&bytes, &outcomes[0].evidence) else {
        panic!("no record of a challenge")
    };
    assert_eq!(record.issued, issued);
    let finding = record.check(&node.verifier.realm);
    assert!(matches!(finding, Ok(Finding::Failed(_))), "{finding:?}");
    // Nothing is asked again within the pause, and the old challenge is over.
    let none = fetch(3).await;
    assert_eq!(none.issued, None);
    let late: Result<OpenReply, _> =
        call(&node, &key, OPEN_PATH, Domain::ChallengeOpen, 2, &answer).await;
    assert_eq!(late.unwrap_err().error, "no_challenge");
}
