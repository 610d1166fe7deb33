//! Devices that cheat with messages, time, identity and load. None of it convicts anybody of false
//! work, and none of it gains anything.

use std::time::{Duration, Instant};

use ion_adversary::*;
use ion_challenge::ChallengeWork;
use ion_observation::SignedFile;
use ion_protocol::{
    ChallengeFetch, Claim, Domain, HEARTBEAT_PATH, HeartbeatReply, MAX_SKEW_SECONDS, Outcome,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replayed_and_borrowed_messages_are_refused() {
    let node = Node::start(|_| {}).await;
    let device = node.device(1, 50, UP).await;
    let other = node.device(2, 51, UP).await;
    let old = device.heartbeat(START, vec![]);
    let new = device.heartbeat(START, vec![]);
    let send = async |envelope| -> Result<HeartbeatReply, String> {
        node.post_envelope(HEARTBEAT_PATH, envelope).await
    };
    assert!(send(&new).await.is_ok());
    assert_eq!(send(&new).await.unwrap_err(), "replayed");
    assert_eq!(send(&old).await.unwrap_err(), "old_sequence");
    // Another device's heartbeat is no heartbeat of one's own, whatever name is put on it.
    let mut borrowed = other.heartbeat(START, vec![]);
    borrowed.subject = device.public_key();
    assert_eq!(send(&borrowed).await.unwrap_err(), "bad_signature");
    let fetch = device.sealed(Domain::ChallengeFetch, START, &ChallengeFetch {});
    assert_eq!(send(&fetch).await.unwrap_err(), "wrong_domain");
    assert_eq!(node.view(&other).await.unwrap().minutes, 0);
    assert_eq!(node.view(&device).await.unwrap().minutes, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn false_clocks_are_refused_and_minutes_are_the_verifiers() {
    let node = Node::start(|_| {}).await;
    let device = node.device(3, 50, UP).await;
    let at = async |now: i64| -> Result<HeartbeatReply, String> {
        let envelope = device.heartbeat(now, vec![]);
        node.post_envelope(HEARTBEAT_PATH, &envelope).await
    };
    for (offset, code) in [
        (-MAX_SKEW_SECONDS - 1, "clock_skew"),
        (MAX_SKEW_SECONDS + 1, "clock_skew"),
        (3_600, "clock_skew"),
        (-61, "expired"),
        (-86_400, "expired"),
    ] {
        assert_eq!(at(START + offset).await.unwrap_err(), code, "{offset}");
    }
    assert_eq!(node.view(&device).await.unwrap().minutes, 0);
    // Within the skew it counts, at the verifier's time: a heartbeat of "later" buys no minute.
    for offset in [MAX_SKEW_SECONDS, -MAX_SKEW_SECONDS, 0] {
        assert_eq!(at(START + offset).await.unwrap().counted_at, START);
    }
    let view = node.view(&device).await.unwrap();
    assert_eq!((view.minutes, view.last_heartbeat_at), (1, Some(START)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_relayed_too_late_is_inconclusive_and_never_a_fail() {
    let node = Node::start(|settings| {
        settings.challenge.commit_within = Duration::from_millis(200);
        settings.challenge.max_round_trip = Duration::ZERO;
    })
    .await;
    let device = node.device(4, 50, NEW).await;
    let issued = device.challenge(&node).await;
    // Somebody else does the work, rightly, and it comes back when the time is over.
    let work = ChallengeWork::commit(&prover(), issued.challenge).unwrap();
    assert_eq!(node.outcome(&device).await, Outcome::Inconclusive);
    let late = device.commit(&node, &work.commitment()).await;
    assert_eq!(late.unwrap_err(), "no_challenge");
    let (convictions, records) = node.convictions().await;
    assert_eq!((convictions, records), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_identities_on_one_machine_cannot_work_one_after_the_other() {
    let node = Node::start(|settings| {
        settings.challenge.commit_within = Duration::from_secs(10);
        settings.challenge.max_round_trip = Duration::ZERO;
    })
    .await;
    // One owner: both are to be asked at one instant.
    let first = node.device(5, 50, NEW).await;
    let second = node.device(6, 50, NEW).await;
    for device in [&first, &second] {
        device.beat(&node).await.unwrap();
    }
    // The first alone gets nothing, as long as the second is alive and does not come.
    for _ in 0..2 {
        let reply = first.fetch(&node).await;
        assert!(reply.issued.is_none() && reply.wait_ms > 0);
    }
    let (one, two) = tokio::join!(first.challenge(&node), second.challenge(&node));
    assert_ne!(one.challenge.first_seed(), two.challenge.first_seed());
    // The machine works for the first; meanwhile the time of the second runs out.
    let work = ChallengeWork::commit(&prover(), one.challenge).unwrap();
    let reply = first.commit(&node, &work.commitment()).await.unwrap();
    let answer = work.open(&prover(), &reply.secret).unwrap();
    assert_eq!(
        first.open(&node, &answer).await.unwrap().outcome,
        Outcome::Pass
    );
    assert_eq!(node.outcome(&second).await, Outcome::Inconclusive);
    assert_eq!(node.convictions().await.0, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_gpu_is_not_two_live_devices() {
    let node = Node::start(|_| {}).await;
    let first = node.device(11, 50, UP).await;
    let second = node.device(12, 51, UP).await;
    let at = async |device: &Device, now: i64, uuid: &str| -> Result<HeartbeatReply, String> {
        let envelope = device.heartbeat(now, vec![claim("gpu_uuid", uuid)]);
        node.post_envelope(HEARTBEAT_PATH, &envelope).await
    };
    at(&first, START, "GPU-1").await.unwrap();
    let refused = at(&second, START, "GPU-1").await;
    assert_eq!(refused.unwrap_err(), "gpu_claimed_elsewhere");
    assert_eq!(node.view(&second).await.unwrap().minutes, 0);
    // The first keeps it, and an own one is nobody else's matter.
    at(&first, START, "GPU-1").await.unwrap();
    at(&second, START, "GPU-2").await.unwrap();
    let swapped = at(&first, START, "GPU-2").await;
    assert_eq!(swapped.unwrap_err(), "gpu_claimed_elsewhere");
    assert_eq!(node.view(&first).await.unwrap().minutes, 1);
    assert_eq!(node.view(&second).await.unwrap().minutes, 1);
}

fn claim(name: &str, value: &str) -> Claim {
    Claim {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_of_other_hardware_change_no_observation() {
    let node = Node::start(|_| {}).await;
    let honest = node.device(7, 50, UP).await;
    let boaster = node.device(8, 51, UP).await;
    let claims: Vec<Claim> = (0..8)
        .flat_map(|gpu| {
            [
                claim("gpu_uuid", &format!("GPU-{gpu}")),
                claim("gpu_name", "NVIDIA H100 80GB HBM3"),
                claim("gpu_memory_mib", "81559"),
                claim("gpu_load_percent", if gpu % 2 == 0 { "90" } else { "9000" }),
                claim("jobs_completed", "1000000"),
                claim("status", "1"),
                claim("reliability_bps", "10000"),
                claim("line_down_mbytes", "much"),
            ]
        })
        .collect();
    honest.beat(&node).await.unwrap();
    let envelope = boaster.heartbeat(START, claims);
    let reply: HeartbeatReply = node.post_envelope(HEARTBEAT_PATH, &envelope).await.unwrap();
    assert_eq!(reply.counted_at, START);

    // The file of the hour shows both alike.
    node.chain.with(|chain| chain.now = START + 3_600 + 120);
    let hour = START / 3_600;
    let name = until("the file of the hour is written", async || {
        let folder = format!("observations/{hour}");
        node.verifier.list(folder).await.unwrap().pop()
    })
    .await;
    let bytes = node.verifier.get(name).await.unwrap().unwrap();
    let file = SignedFile::decode(&bytes).unwrap().file;
    let seen = |device: &Device| {
        let mut seen = file
            .devices
            .iter()
            .find(|one| one.device == device.address)
            .unwrap()
            .clone();
        seen.device = [0; 32];
        seen
    };
    assert_eq!(seen(&honest), seen(&boaster));
    assert_eq!(seen(&boaster).line_tier, None);
    assert_eq!(seen(&boaster).up.count(), 1);
    // A load stands there as what it is, a claim; one above 100 % is none.
    let usage: Vec<_> = file
        .usage
        .iter()
        .map(|usage| (usage.device, usage.hired.count(), usage.load_percent))
        .collect();
    assert_eq!(usage, [(boaster.address, 0, Some(90))]);

    // More claims than a heartbeat may hold are refused whole.
    let long = boaster.heartbeat(START, vec![claim("gpu_name", &"x".repeat(20_000))]);
    let reply: Result<HeartbeatReply, _> = node.post_envelope(HEARTBEAT_PATH, &long).await;
    assert_eq!(reply.unwrap_err(), "body_too_large");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flood_is_cut_off_and_harms_nobody_else() {
    let node = Node::start(|settings| {
        settings.http.device_burst = 5;
        settings.http.device_requests_per_minute = 1;
    })
    .await;
    let flooder = node.device(9, 50, UP).await;
    let other = node.device(10, 51, UP).await;
    // Garbage and forged names are refused and use up nobody's requests.
    for _ in 0..20 {
        let mut forged = flooder.heartbeat(START, vec![]);
        forged.signature[0] ^= 1;
        let reply: Result<HeartbeatReply, _> = node.post_envelope(HEARTBEAT_PATH, &forged).await;
        assert_eq!(reply.unwrap_err(), "bad_signature");
        let reply: Result<HeartbeatReply, _> = node.post(HEARTBEAT_PATH, vec![9; 100]).await;
        assert_eq!(reply.unwrap_err(), "malformed");
    }
    let mut taken = 0;
    let began = Instant::now();
    for _ in 0..12 {
        match flooder.beat(&node).await {
            Ok(_) => taken += 1,
            Err(code) => assert_eq!(code, "rate_limited"),
        }
    }
    // One more comes back each minute.
    let most = 5 + began.elapsed().as_secs().div_ceil(60);
    assert!((5..=most).contains(&taken), "{taken} of at most {most}");
    assert!(other.beat(&node).await.is_ok());
    for device in [&flooder, &other] {
        let view = node.view(device).await.unwrap();
        assert_eq!((view.minutes, view.outcome), (1, None));
    }
}
