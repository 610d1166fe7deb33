//! A verifier over HTTP on loopback with a chain in memory, and devices that send what they like.
//!
//! Mechanism: [`Node`] runs the verifier's own loops and endpoints; [`Device`] signs any message
//! with a registered key, at any time and in any order. Place of use: the tests of this crate, one
//! cheat each, with the verdict that it must get. Invariant: nothing of the verifier is replaced.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anchor_lang::AnchorDeserialize;
use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::SigningKey;
use ion_chain::Outbox;
use ion_challenge::{Answer, Commitment, CpuProver};
use ion_evidence::{Evidence, Finding};
use ion_objects::FolderStore;
use ion_protocol::{
    CHALLENGE_PATH, COMMIT_PATH, ChallengeFetch, ChallengeReply, Claim, CommitReply, Domain,
    Envelope, ErrorBody, HEARTBEAT_PATH, Heartbeat, HeartbeatReply, IssuedChallenge, OPEN_PATH,
    OpenReply, Outcome, Realm, seal,
};
use ion_services::{
    chain_view::{MemoryView, VerifierSetView},
    shutdown::{self, ShutdownTrigger, Tasks},
    verifier::{self, DeviceView, Journal, Parts, Verifier, VerifierSettings},
};
use ion_store::{Store, SystemClock, outbox::SqlOutbox};
use solana_pubkey::Pubkey;

/// First second of an hour, chain time.
pub const START: i64 = 1_800_000_000;
/// Genesis hash of the cluster.
pub const GENESIS: [u8; 32] = [1; 32];
/// Status of a device that has to pass before it counts: it is asked at once.
pub const NEW: u8 = 0;
/// Status of a device that is up.
pub const UP: u8 = 1;
/// Longest wait for something that comes by itself.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(10);

/// What requests are bound to.
pub fn realm() -> Realm {
    Realm {
        genesis_hash: GENESIS,
        program_id: registry::ID.to_bytes(),
    }
}

/// The reference back end.
pub fn prover() -> CpuProver {
    CpuProver::new(NonZeroUsize::MIN)
}

/// One running verifier.
pub struct Node {
    /// The chain that it reads.
    pub chain: Arc<MemoryView>,
    /// The verifier.
    pub verifier: Arc<Verifier>,
    base: String,
    _tasks: Tasks,
    _trigger: ShutdownTrigger,
    _dir: tempfile::TempDir,
}

impl Node {
    /// Starts a verifier whose limits of requests are wide, after a change of its settings.
    pub async fn start(change: impl FnOnce(&mut VerifierSettings)) -> Node {
        let dir = tempfile::tempdir().expect("a folder can be made");
        let key = SigningKey::from_bytes(&[100; 32]);
        let chain = Arc::new(MemoryView::new(
            START,
            VerifierSetView {
                keys: vec![key.verifying_key().to_bytes()],
                threshold: 1,
                version: 0,
            },
        ));
        let mut settings = VerifierSettings::default();
        settings.chain.poll = LOOK;
        settings.challenge.n = 32;
        settings.challenge.rounds = 2;
        settings.challenge.openings = 64;
        settings.loops.ledger = LOOK;
        settings.loops.report = LOOK;
        settings.report.settle = Duration::ZERO;
        settings.http.device_requests_per_minute = 600_000;
        settings.http.device_burst = 10_000;
        change(&mut settings);
        let store = Store::open(dir.path().join("verifier.db").to_str().expect("plain path"))
            .await
            .expect("a database can be opened");
        let outbox = SqlOutbox::open(store.clone()).await.expect("an outbox");
        let verifier = Arc::new(Verifier::new(Parts {
            settings,
            key,
            realm: realm(),
            ledger: chain.clone(),
            journal: Journal::open(store).await.expect("a journal"),
            objects: Arc::new(FolderStore::open(&dir.path().join("objects")).expect("a store")),
            outbox: Outbox::new(outbox, Arc::new(SystemClock)),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let (trigger, token) = shutdown::channel();
        let tasks = verifier::start(verifier.clone(), listener, token);
        Node {
            chain,
            verifier,
            base,
            _tasks: tasks,
            _trigger: trigger,
            _dir: dir,
        }
    }

    /// Registers a device of an owner, and waits until the verifier knows it.
    pub async fn device(&self, seed: u8, owner: u8, status: u8) -> Device {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let public = key.verifying_key().to_bytes();
        let mut account = registry::state::Device::deserialize(&mut [0u8; 2_048].as_slice())
            .expect("zeros are an account");
        account.id = Pubkey::new_from_array(public);
        account.device_key = Pubkey::new_from_array(public);
        account.owner = Pubkey::new_from_array([owner; 32]);
        account.payout_wallet = account.owner;
        account.qty = 1;
        account.status = status;
        let mut address = public;
        address[0] ^= 0xFF;
        self.chain.with(|chain| {
            chain
                .devices
                .insert(Pubkey::new_from_array(address), account)
        });
        let device = Device {
            key,
            address,
            sequence: AtomicU64::new(0),
        };
        until("the device is known", async || self.view(&device).await).await;
        device
    }

    /// What the verifier tells of a device.
    pub async fn view(&self, device: &Device) -> Option<DeviceView> {
        let name = bs58::encode(device.public_key()).into_string();
        let response = reqwest::get(format!("{}/v1/devices/{name}", self.base))
            .await
            .ok()?;
        serde_json::from_slice(&response.bytes().await.ok()?).ok()
    }

    /// Waits for the outcome of a device's challenge.
    pub async fn outcome(&self, device: &Device) -> Outcome {
        until("the challenge is judged", async || {
            self.view(device).await.and_then(|view| view.outcome)
        })
        .await
    }

    /// How many of the stored records show a contradiction to a third party, and all records.
    pub async fn convictions(&self) -> (usize, usize) {
        let names = self
            .verifier
            .list("evidence".to_owned())
            .await
            .expect("the store answers");
        let mut convictions = 0;
        for name in &names {
            let bytes = self.verifier.get(name.clone()).await.expect("the store");
            let bytes = bytes.expect("a listed object is there");
            let hash = Evidence::hash(&bytes);
            assert!(
                name.ends_with(
                    &hash
                        .iter()
                        .map(|byte| format!("{byte:02x}"))
                        .collect::<String>()
                )
            );
            match Evidence::decode(&bytes, &hash).expect("stored evidence decodes") {
                Evidence::Challenge(record) => {
                    if let Ok(Finding::Failed(_)) = record.check(&realm()) {
                        convictions += 1;
                    }
                }
                other => panic!("unexpected evidence {other:?}"),
            }
        }
        (convictions, names.len())
    }

    /// Posts a body as it is; a reply, or the code of the refusal.
    pub async fn post<R: BorshDeserialize>(&self, path: &str, body: Vec<u8>) -> Result<R, String> {
        let response = reqwest::Client::new()
            .post(format!("{}{path}", self.base))
            .body(body)
            .send()
            .await
            .expect("the verifier answers");
        let is_ok = response.status().is_success();
        let bytes = response.bytes().await.expect("a whole answer");
        if is_ok {
            Ok(borsh::from_slice(&bytes).expect("a reply decodes"))
        } else {
            let body: ErrorBody = serde_json::from_slice(&bytes).expect("a refusal decodes");
            Err(body.error)
        }
    }

    /// Posts an envelope.
    pub async fn post_envelope<R: BorshDeserialize>(
        &self,
        path: &str,
        envelope: &Envelope,
    ) -> Result<R, String> {
        self.post(path, borsh::to_vec(envelope).expect("it encodes"))
            .await
    }
}

/// A registered key in the hands of a cheat.
pub struct Device {
    /// Its key.
    pub key: SigningKey,
    /// Address of its account.
    pub address: [u8; 32],
    sequence: AtomicU64,
}

impl Device {
    /// Its public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// A signed message with the next sequence number, made at chain time `now`.
    pub fn sealed<M: BorshSerialize>(&self, domain: Domain, now: i64, message: &M) -> Envelope {
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed);
        seal(&self.key, domain, &realm(), sequence, now, message).expect("it encodes")
    }

    /// A heartbeat with claims.
    pub fn heartbeat(&self, now: i64, claims: Vec<Claim>) -> Envelope {
        let message = Heartbeat {
            boot: [7; 16],
            draining: false,
            claims,
        };
        self.sealed(Domain::Heartbeat, now, &message)
    }

    /// Sends a heartbeat without claims at [`START`].
    pub async fn beat(&self, node: &Node) -> Result<HeartbeatReply, String> {
        node.post_envelope(HEARTBEAT_PATH, &self.heartbeat(START, vec![]))
            .await
    }

    /// One fetch.
    pub async fn fetch(&self, node: &Node) -> ChallengeReply {
        let envelope = self.sealed(Domain::ChallengeFetch, START, &ChallengeFetch {});
        node.post_envelope(CHALLENGE_PATH, &envelope)
            .await
            .expect("a fetch is answered")
    }

    /// A heartbeat, and fetches until the challenge is handed out.
    pub async fn challenge(&self, node: &Node) -> IssuedChallenge {
        let reply = self.beat(node).await.expect("the heartbeat counts");
        assert!(reply.challenge_waits);
        until("the challenge is handed out", async || {
            self.fetch(node).await.issued
        })
        .await
    }

    /// Sends roots.
    pub async fn commit(&self, node: &Node, roots: &Commitment) -> Result<CommitReply, String> {
        let envelope = self.sealed(Domain::ChallengeCommit, START, roots);
        node.post_envelope(COMMIT_PATH, &envelope).await
    }

    /// Sends openings.
    pub async fn open(&self, node: &Node, answer: &Answer) -> Result<OpenReply, String> {
        let envelope = self.sealed(Domain::ChallengeOpen, START, answer);
        node.post_envelope(OPEN_PATH, &envelope).await
    }
}

/// Looks until something is there; the patience is generous, for slow machines.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = look().await {
            return value;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(LOOK).await;
    }
}
