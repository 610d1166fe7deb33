//! Devices that sign a wrong product for a renter, and renters who accuse them of it falsely. What a
//! verifier keeps and writes into its file is what the two signatures show.

use booking::state::{Booking, Line, Segment};
use ed25519_dalek::SigningKey;
use ion_adversary::*;
use ion_economics::booking::LineStatus;
use ion_evidence::{Evidence, JobRecord};
use ion_observation::{JobObservation, SignedFile};
use ion_protocol::{
    Domain, JOB_REPORT_PATH, JobFinding, JobOrder, JobOutcome, JobOutput, JobResult, JobWork,
    ProductJob, Realm, SignedJobResult, seal,
};
use solana_pubkey::Pubkey;

const BOOKING: [u8; 32] = [80; 32];

fn renter() -> SigningKey {
    SigningKey::from_bytes(&[61; 32])
}

/// Orders name the booking program.
fn booking_realm() -> Realm {
    Realm {
        program_id: booking::ID.to_bytes(),
        ..realm()
    }
}

/// A running booking of the renter with a line of the device.
fn hire(node: &Node, device: &Device) {
    let zeros = [0u8; 2_048];
    let mut line: Line =
        anchor_lang::AnchorDeserialize::deserialize(&mut zeros.as_slice()).unwrap();
    line.device = Pubkey::new_from_array(device.address);
    line.status = LineStatus::Hired as u8;
    line.segments = vec![Segment {
        minutes: 60,
        amount: 1,
        hire_q_usd_micros: 0,
    }];
    let mut account: Booking =
        anchor_lang::AnchorDeserialize::deserialize(&mut zeros.as_slice()).unwrap();
    account.renter = Pubkey::new_from_array(renter().verifying_key().to_bytes());
    account.lines = vec![line];
    account.started_at = START;
    account.ends_at = START + 3_600;
    node.chain.with(|chain| {
        chain
            .bookings
            .insert(Pubkey::new_from_array(BOOKING), account)
    });
}

/// `(2 3)·(5 7; 11 13)`, which is `(43 53)`.
fn order(device: &Device, nonce: u8) -> JobOrder {
    JobOrder {
        device: device.address,
        booking: BOOKING,
        nonce: [nonce; 16],
        seconds: 60,
        work: JobWork::Product(ProductJob {
            rows: 1,
            inner: 2,
            columns: 2,
            left: vec![2, 3],
            right: vec![5, 7, 11, 13],
        }),
    }
}

fn record(order: &JobOrder, by: &SigningKey, worker: &SigningKey, entries: &[i64]) -> JobRecord {
    let result = JobResult {
        order: order.id(),
        outcome: JobOutcome::Completed,
        started_at: START,
        ended_at: START,
        output: JobOutput::Product(entries.to_vec()),
    };
    JobRecord {
        order: seal(by, Domain::JobOrder, &booking_realm(), 1, START, order).unwrap(),
        result: SignedJobResult::new(worker, result),
    }
}

async fn hand_over(node: &Node, record: &JobRecord) -> Result<JobFinding, String> {
    node.post(JOB_REPORT_PATH, borsh::to_vec(record).unwrap())
        .await
}

/// The jobs in the verifier's file of the hour.
async fn jobs_of_hour(node: &Node) -> Vec<JobObservation> {
    node.chain.with(|chain| chain.now = START + 3_600 + 120);
    let folder = format!("observations/{}", START / 3_600);
    let name = until("the file of the hour is written", async || {
        node.verifier.list(folder.clone()).await.unwrap().pop()
    })
    .await;
    let bytes = node.verifier.get(name).await.unwrap().unwrap();
    SignedFile::decode(&bytes).unwrap().file.jobs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_product_is_evidence_and_a_right_one_stays_the_renters() {
    let node = Node::start(|settings| settings.http.max_job_bytes = 1_024).await;
    let device = node.device(1, 50, UP).await;
    hire(&node, &device);
    let (good, bad) = (order(&device, 1), order(&device, 2));
    let right = record(&good, &renter(), &device.key, &[43, 53]);
    let wrong = record(&bad, &renter(), &device.key, &[43, 54]);
    // The verifier has to read the booking first.
    until("the booking is known", async || {
        match hand_over(&node, &right).await {
            Ok(finding) => {
                assert_eq!(finding, JobFinding::Right);
                Some(())
            }
            Err(code) => {
                assert_eq!(code, "not_hired");
                None
            }
        }
    })
    .await;
    let stored = async || node.verifier.list("evidence".to_owned()).await.unwrap();
    assert!(stored().await.is_empty(), "a right result is nobody else's");
    assert_eq!(hand_over(&node, &wrong).await, Ok(JobFinding::Wrong));
    let names = stored().await;
    assert_eq!(names.len(), 1);
    let bytes = node.verifier.get(names[0].clone()).await.unwrap().unwrap();
    let hash = Evidence::hash(&bytes);
    let Ok(Evidence::Job(kept)) = Evidence::decode(&bytes, &hash) else {
        panic!("other evidence");
    };
    assert_eq!(*kept, wrong);
    let (_, finding) = kept.check(&booking_realm()).unwrap();
    assert_eq!(finding, JobFinding::Wrong);

    // Handed over again it counts once.
    assert_eq!(hand_over(&node, &wrong).await, Ok(JobFinding::Wrong));
    assert_eq!(hand_over(&node, &right).await, Ok(JobFinding::Right));
    assert_eq!(stored().await.len(), 1);
    let mut jobs = jobs_of_hour(&node).await;
    jobs.sort_by_key(|job| job.finding as u8);
    let seen: Vec<_> = jobs
        .iter()
        .map(|job| (job.device, job.order, job.finding, job.evidence))
        .collect();
    assert_eq!(
        seen,
        [
            (device.address, good.id(), JobFinding::Right, [0; 32]),
            (device.address, bad.id(), JobFinding::Wrong, hash),
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn false_accusations_are_refused() {
    let node = Node::start(|settings| settings.http.max_job_bytes = 1_024).await;
    let device = node.device(2, 50, UP).await;
    let other = node.device(3, 51, UP).await;
    hire(&node, &device);
    let order = order(&device, 1);
    let right = record(&order, &renter(), &device.key, &[43, 53]);
    until("the booking is known", async || {
        hand_over(&node, &right).await.ok()
    })
    .await;

    // The renter changes the result; signs one itself; lets another device sign; orders of a device
    // that it has not hired; is no renter at all; claims the result of another order.
    let mut changed = right.clone();
    changed.result.result.output = JobOutput::Product(vec![43, 54]);
    let own = record(&order, &renter(), &renter(), &[43, 54]);
    let foreign = record(&order, &renter(), &other.key, &[43, 54]);
    let mut elsewhere = order.clone();
    elsewhere.device = other.address;
    let elsewhere = record(&elsewhere, &renter(), &other.key, &[43, 54]);
    let stranger = record(
        &order,
        &SigningKey::from_bytes(&[62; 32]),
        &device.key,
        &[43, 54],
    );
    let mut second = order.clone();
    second.nonce = [9; 16];
    let mut swapped = record(&second, &renter(), &device.key, &[43, 54]);
    swapped.order = right.order.clone();
    for (record, code) in [
        (changed, "bad_signature"),
        (own, "not_hired"),
        (foreign, "not_hired"),
        (elsewhere, "not_hired"),
        (stranger, "not_hired"),
        (swapped, "other_order"),
    ] {
        assert_eq!(hand_over(&node, &record).await, Err(code.to_owned()));
    }
    // A shape whose sides no entry bounds is no order, whoever signed it.
    let mut hollow = order.clone();
    hollow.work = JobWork::Product(ProductJob {
        rows: u32::MAX,
        inner: 0,
        columns: 0,
        left: vec![],
        right: vec![],
    });
    let hollow = record(&hollow, &renter(), &device.key, &[]);
    let malformed = Err("malformed".to_owned());
    assert_eq!(hand_over(&node, &hollow).await, malformed);
    let garbage: Result<JobFinding, _> = node.post(JOB_REPORT_PATH, vec![7; 100]).await;
    assert_eq!(garbage, Err("malformed".to_owned()));
    let flood: Result<JobFinding, _> = node.post(JOB_REPORT_PATH, vec![7; 1_025]).await;
    assert_eq!(flood, Err("body_too_large".to_owned()));
    assert!(
        node.verifier
            .list("evidence".to_owned())
            .await
            .unwrap()
            .is_empty()
    );
    let jobs = jobs_of_hour(&node).await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert_eq!(jobs[0].finding, JobFinding::Right);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flood_of_own_wrong_results_fills_nothing() {
    let node = Node::start(|_| {}).await;
    let device = node.device(4, 50, UP).await;
    hire(&node, &device);
    let first = record(&order(&device, 0), &renter(), &device.key, &[0, 0]);
    until("the booking is known", async || {
        hand_over(&node, &first).await.ok()
    })
    .await;
    for nonce in 1..8 {
        let wrong = record(&order(&device, nonce), &renter(), &device.key, &[0, 0]);
        assert_eq!(hand_over(&node, &wrong).await, Ok(JobFinding::Wrong));
    }
    let ninth = record(&order(&device, 8), &renter(), &device.key, &[0, 0]);
    let refused = Err("rate_limited".to_owned());
    assert_eq!(hand_over(&node, &ninth).await, refused);
    assert_eq!(
        node.verifier
            .list("evidence".to_owned())
            .await
            .unwrap()
            .len(),
        8
    );
    // What is known is still told, and right results still count; another wrong result of a known
    // order is not stored beside the first.
    assert_eq!(hand_over(&node, &first).await, Ok(JobFinding::Wrong));
    let again = record(&order(&device, 0), &renter(), &device.key, &[0, 1]);
    assert_eq!(hand_over(&node, &again).await, Ok(JobFinding::Wrong));
    let stored = node.verifier.list("evidence".to_owned()).await.unwrap();
    assert_eq!(stored.len(), 8);
    let right = record(&order(&device, 9), &renter(), &device.key, &[43, 53]);
    assert_eq!(hand_over(&node, &right).await, Ok(JobFinding::Right));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_result_hides_a_wrong_one() {
    let node = Node::start(|_| {}).await;
    let device = node.device(5, 50, UP).await;
    hire(&node, &device);
    let order = order(&device, 1);
    // The device has the renter's order, too: it hands over a harmless result first.
    let mut harmless = record(&order, &renter(), &device.key, &[43, 53])
        .result
        .result;
    harmless.outcome = JobOutcome::Failed;
    let harmless = JobRecord {
        result: SignedJobResult::new(&device.key, harmless),
        ..record(&order, &renter(), &device.key, &[43, 53])
    };
    until("the booking is known", async || {
        hand_over(&node, &harmless).await.ok()
    })
    .await;
    let wrong = record(&order, &renter(), &device.key, &[43, 54]);
    assert_eq!(hand_over(&node, &wrong).await, Ok(JobFinding::Wrong));
    assert_eq!(hand_over(&node, &harmless).await, Ok(JobFinding::Unchecked));
    let jobs = jobs_of_hour(&node).await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert_eq!(jobs[0].finding, JobFinding::Wrong);
    assert_ne!(jobs[0].evidence, [0; 32]);
}
