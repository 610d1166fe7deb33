//! Requests beyond the limits are refused, each for its own reason.

mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ed25519_dalek::SigningKey;
use ion_protocol::{
    Claim, Domain, ErrorBody, GPU_UUID_CLAIM, HEARTBEAT_PATH, Heartbeat, Realm, seal,
};
use ion_services::{
    shutdown,
    verifier::{self, VerifierSettings},
};
use support::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

struct Node {
    address: std::net::SocketAddr,
    _trigger: shutdown::ShutdownTrigger,
    _tasks: shutdown::Tasks,
    _dir: tempfile::TempDir,
}

async fn node(devices: &[SigningKey], change: impl FnOnce(&mut VerifierSettings)) -> Node {
    let chain = memory_chain();
    for key in devices {
        put_device(&chain, key.verifying_key().to_bytes(), 1);
    }
    let dir = tempfile::tempdir().unwrap();
    let verifier =
        make_verifier_with(chain, 0, dir.path(), &dir.path().join("objects"), change).await;
    verifier.tick().await.unwrap();
    verifier.refresh().await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (trigger, token) = shutdown::channel();
    let tasks = verifier::start(Arc::new(verifier), listener, token);
    Node {
        address,
        _trigger: trigger,
        _tasks: tasks,
        _dir: dir,
    }
}

/// Code of the refusal; `None` when the heartbeat was counted.
async fn beat(node: &Node, key: &SigningKey, sequence: u64, gpu: &str) -> Option<String> {
    let realm = Realm {
        genesis_hash: GENESIS,
        program_id: registry::ID.to_bytes(),
    };
    let message = Heartbeat {
        boot: [0; 16],
        draining: false,
        claims: vec![Claim {
            name: GPU_UUID_CLAIM.into(),
            value: gpu.into(),
        }],
    };
    let envelope = seal(key, Domain::Heartbeat, &realm, sequence, START, &message).unwrap();
    let response = reqwest::Client::new()
        .post(format!("http://{}{HEARTBEAT_PATH}", node.address))
        .body(borsh::to_vec(&envelope).unwrap())
        .send()
        .await
        .unwrap();
    if response.status().is_success() {
        return None;
    }
    let body: ErrorBody = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    Some(body.error)
}

fn keys() -> [SigningKey; 2] {
    [
        SigningKey::from_bytes(&[50; 32]),
        SigningKey::from_bytes(&[51; 32]),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn device_above_its_rate_is_refused_and_others_are_not() {
    let [one, two] = keys();
    let node = node(&[one.clone(), two.clone()], |settings| {
        settings.http.device_requests_per_minute = 1;
        settings.http.device_burst = 3;
    })
    .await;
    for sequence in 1..=3 {
        assert_eq!(beat(&node, &one, sequence, "").await, None);
    }
    assert_eq!(
        beat(&node, &one, 4, "").await.as_deref(),
        Some("rate_limited")
    );
    assert_eq!(beat(&node, &two, 1, "").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flood_of_all_is_refused() {
    let [one, _] = keys();
    let node = node(std::slice::from_ref(&one), |settings| {
        settings.http.requests_per_second = 1;
    })
    .await;
    // Side by side: of those that come within a second one is taken.
    let since = Instant::now();
    for sequence in (1..).step_by(3) {
        let seen: [Option<String>; 3] = tokio::join!(
            beat(&node, &one, sequence, ""),
            beat(&node, &one, sequence + 1, ""),
            beat(&node, &one, sequence + 2, ""),
        )
        .into();
        let is = |code: &str| seen.iter().any(|seen| seen.as_deref() == Some(code));
        if is("overloaded") {
            let taken = seen.contains(&None) || is("old_sequence");
            assert!(taken || sequence > 1, "{seen:?}");
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gpu_of_a_live_device_is_refused_on_another() {
    let [one, two] = keys();
    let node = node(&[one.clone(), two.clone()], |_| {}).await;
    assert_eq!(beat(&node, &one, 1, "GPU-1").await, None);
    let refused = beat(&node, &two, 1, "GPU-1").await;
    assert_eq!(refused.as_deref(), Some("gpu_claimed_elsewhere"));
    assert_eq!(beat(&node, &two, 2, "GPU-2").await, None);
    assert_eq!(beat(&node, &one, 2, "GPU-1").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn body_that_does_not_arrive_is_given_up() {
    let node = node(&[], |settings| {
        settings.http.read_within = Duration::from_millis(50);
    })
    .await;
    let mut stream = tokio::net::TcpStream::connect(node.address).await.unwrap();
    let head = format!(
        "POST {HEARTBEAT_PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100\r\n\r\nabc"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 408"), "{reply}");
    assert!(reply.contains("too_slow"), "{reply}");
}
