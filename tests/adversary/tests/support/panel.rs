//! Five verifiers over the real programs: the honest ones run whole, with their own endpoints, loops
//! and senders; a false one is its key, the shared store and the chain, which is all that others ever
//! see of it.

use std::{sync::Arc, time::Duration};

use ed25519_dalek::SigningKey;
use ion_adversary::until;
use ion_chain::{Outbox, Sender, SenderSettings, Signers};
use ion_client::{accounts, addresses, instructions::registry as ix};
use ion_merkle::report::{LeafReport, ReportKind, payload_hash};
use ion_objects::{FolderStore, ObjectStore};
use ion_observation::{Bundle, MinuteMap, ObservationFile, SignedFile};
use ion_program_tests::booking_stage::{Stage, edit};
use ion_protocol::{
    Domain, ErrorBody, HEARTBEAT_PATH, Heartbeat, HeartbeatReply, Outcome, Realm, seal,
};
use ion_services::{
    shutdown::{self, ShutdownTrigger},
    verifier::{
        self, DeviceView, Journal, Parts, StatusView, Verifier, VerifierSettings, benign, order,
    },
};
use ion_store::{Store, SystemClock, outbox::SqlOutbox};
use registry::state::{Device, Poll, VerifierSet};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::machine::{GENESIS, StageChain};

/// What the devices of an hour are reported by.
pub const KIND: ReportKind = ReportKind::DeviceReport;
/// Members of the set, and votes that attest.
pub const MEMBERS: usize = 5;
const THRESHOLD: u8 = 3;
const HOUR: i64 = 3_600;
/// Minutes that are watched; a device that is dark for seven goes down.
const WATCHED: i64 = 10;
/// Status of a device that is up.
const UP: u8 = 1;
const LOOK: Duration = Duration::from_millis(20);

struct Node {
    base: String,
    address: String,
    _trigger: ShutdownTrigger,
}

/// The set, two devices of which the first is alive and the second is dark, and an hour.
pub struct Panel {
    pub chain: StageChain<Stage>,
    /// The hour's number.
    pub hour: u64,
    /// Accounts of the devices.
    pub devices: [Pubkey; 2],
    keys: Vec<Keypair>,
    nodes: Vec<Node>,
    objects: FolderStore,
    sequence: u64,
    _dir: tempfile::TempDir,
}

impl Panel {
    /// The first `honest` members run, and watch ten minutes of an hour.
    pub async fn watched(honest: usize) -> Self {
        let stage = Stage::with_devices(2);
        let keys: Vec<Keypair> = (0..MEMBERS).map(|_| stage.world.wallet(0, 0)).collect();
        edit::<VerifierSet>(&stage.world, &addresses::registry::verifier_set(), |set| {
            for (slot, key) in set.keys.iter_mut().zip(&keys) {
                *slot = key.pubkey();
            }
            (set.count, set.threshold) = (MEMBERS as u8, THRESHOLD);
        });
        let devices = [stage.devices[0], stage.devices[1]];
        for (seed, device) in (1..).zip(&devices) {
            edit::<Device>(&stage.world, device, |account| {
                let key = device_key(seed).verifying_key();
                account.device_key = Pubkey::new_from_array(key.to_bytes());
            });
        }
        let start = (stage.world.now().div_euclid(HOUR) + 1) * HOUR;
        let dir = tempfile::tempdir().unwrap();
        let objects = FolderStore::open(&dir.path().join("objects")).unwrap();
        let mut panel = Panel {
            chain: StageChain::new(stage),
            hour: u64::try_from(start / HOUR).unwrap(),
            devices,
            keys,
            nodes: Vec::new(),
            objects,
            sequence: 0,
            _dir: dir,
        };
        panel.set_time(start).await;
        for member in 0..honest {
            let node = panel.run(member).await;
            panel.nodes.push(node);
        }
        for minute in 0..WATCHED {
            panel.set_time(start + 60 * minute).await;
            panel.beat(0).await;
        }
        panel
    }

    /// Runs a member as its operator would.
    async fn run(&self, member: usize) -> Node {
        let database = self._dir.path().join(format!("v{member}.db"));
        let store = Store::open(database.to_str().unwrap()).await.unwrap();
        let outbox = Outbox::new(
            SqlOutbox::open(store.clone()).await.unwrap(),
            Arc::new(SystemClock),
        );
        let mut settings = VerifierSettings::default();
        settings.chain.poll = LOOK;
        settings.loops.ledger = LOOK * 5;
        settings.loops.report = LOOK * 5;
        settings.loops.stagger = Duration::ZERO;
        settings.report.settle = Duration::from_millis(200);
        // The chain's minutes pass faster than the machine's.
        settings.http.device_requests_per_minute = 60_000;
        settings.http.device_burst = 1_000;
        let key = self.keys[member].insecure_clone();
        let folder = self._dir.path().join("objects");
        let verifier = Arc::new(Verifier::new(Parts {
            settings,
            key: SigningKey::from_keypair_bytes(&key.to_bytes()).unwrap(),
            realm: realm(),
            ledger: Arc::new(self.chain.view()),
            journal: Journal::open(store).await.unwrap(),
            objects: Arc::new(FolderStore::open(&folder).unwrap()),
            outbox: outbox.clone(),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (trigger, token) = shutdown::channel();
        let mut tasks = verifier::start(verifier, listener, token.clone());
        let address = key.pubkey().to_string();
        let mut sender = Sender::new(
            outbox,
            Arc::new(self.chain.clone()),
            Signers::new(key),
            SenderSettings::default(),
            benign(),
        )
        .in_order(order());
        tasks.spawn("sender", async move {
            while token.pause(LOOK).await {
                if let Err(error) = sender.tick().await {
                    tracing::warn!(error = %error, "sending failed");
                }
            }
            Ok(())
        });
        let (unused, _) = shutdown::channel();
        tokio::spawn(tasks.run(unused, Duration::from_secs(1)));
        Node {
            base,
            address,
            _trigger: trigger,
        }
    }

    /// Moves the chain's clock, and waits until every running member says that it has seen it.
    pub async fn set_time(&self, at: i64) {
        self.chain.with(|stage| stage.world.set_time(at));
        for node in &self.nodes {
            until("the verifier sees the time", async || {
                let status: StatusView = get(&format!("{}/v1/status", node.base)).await?;
                assert_eq!(status.verifier, node.address);
                status.now.filter(|now| *now >= at)
            })
            .await;
        }
    }

    /// A heartbeat of a device to every running member.
    async fn beat(&mut self, device: usize) {
        self.sequence += 1;
        let message = Heartbeat {
            boot: [7; 16],
            draining: false,
            claims: vec![],
        };
        let now = self.chain.with(|stage| stage.world.now());
        let key = device_key(device as u8 + 1);
        let envelope = seal(
            &key,
            Domain::Heartbeat,
            &realm(),
            self.sequence,
            now,
            &message,
        )
        .unwrap();
        let body = borsh::to_vec(&envelope).unwrap();
        for node in &self.nodes {
            // A verifier that has just started does not know the devices yet.
            let reply = until("the heartbeat counts", async || {
                post(&format!("{}{HEARTBEAT_PATH}", node.base), &body).await
            })
            .await;
            assert!((now - 60..=now).contains(&reply.counted_at));
        }
    }

    /// What a running member says of a device over HTTP.
    pub async fn view(&self, member: usize, device: usize) -> DeviceView {
        let url = format!(
            "{}/v1/devices/{}",
            self.nodes[member].base, self.devices[device]
        );
        until("the device is shown", async || get(&url).await).await
    }

    /// Closes the hour and waits for the files of all running members.
    pub async fn files_are_written(&self) {
        self.set_time(self.close() + 61).await;
        until("the files are written", async || {
            let files = self.files();
            (files.len() >= self.nodes.len()).then_some(())
        })
        .await;
        // Stored comes before noted.
        for node in &self.nodes {
            until("the file is noted", async || {
                let status: StatusView = get(&format!("{}/v1/status", node.base)).await?;
                status.hours.contains_key(&self.hour).then_some(())
            })
            .await;
        }
    }

    /// The time of votes comes.
    pub async fn votes_are_due(&self) {
        self.set_time(self.close() + 361).await;
    }

    fn close(&self) -> i64 {
        (i64::try_from(self.hour).unwrap() + 1) * HOUR
    }

    /// Files of the hour.
    pub fn files(&self) -> Vec<SignedFile> {
        let names = self.objects.list(&format!("observations/{}", self.hour));
        names
            .unwrap()
            .iter()
            .map(|name| SignedFile::decode(&self.objects.get(name).unwrap().unwrap()).unwrap())
            .collect()
    }

    /// The file of the first member, for a false one to start from.
    pub fn honest_file(&self) -> ObservationFile {
        let key = self.keys[0].pubkey().to_bytes();
        let files = self.files().into_iter().map(|signed| signed.file);
        files.into_iter().find(|file| file.verifier == key).unwrap()
    }

    /// Publishes a file as its author would.
    pub fn publish(&self, member: usize, mut file: ObservationFile) {
        let bytes = self.keys[member].to_bytes();
        let key = SigningKey::from_keypair_bytes(&bytes).unwrap();
        file.verifier = key.verifying_key().to_bytes();
        file.sort();
        let signed = SignedFile::new(&key, file);
        let name = format!(
            "observations/{}/{}-{}",
            self.hour,
            hex::encode(signed.file.verifier),
            hex::encode(signed.file.hash())
        );
        let bytes = borsh::to_vec(&signed).unwrap();
        self.objects.put(&name, &bytes).unwrap();
    }

    /// Votes as a member, opening the poll where it has to. `false`: the program refuses it.
    pub fn vote(&self, member: usize, payload: [u8; 32]) -> bool {
        let key = &self.keys[member];
        let poll = addresses::registry::poll(KIND, &registry::ID, self.hour);
        self.chain.with(|stage| {
            if !stage.world.exists(&poll) {
                let open = ix::open_poll(&key.pubkey(), KIND, &registry::ID, self.hour);
                stage.world.send(key, &[], &[open]).unwrap();
            }
            let vote = ix::vote_report(&key.pubkey(), &poll, payload);
            stage.world.send(key, &[], &[vote]).is_ok()
        })
    }

    /// Stores a payload with evidence, and returns what is voted for.
    pub fn propose(&self, bundle: &Bundle, root: [u8; 32]) -> [u8; 32] {
        let payload = LeafReport {
            root,
            leaf_count: 1,
            bundle: bundle.hash(),
        };
        let encoded = payload.encode();
        let subject = registry::ID.to_bytes();
        let vote = payload_hash::<ion_merkle::Sha256Hasher>(KIND, &subject, self.hour, &encoded);
        let name = format!("bundles/{}", hex::encode(bundle.hash()));
        self.objects
            .put(&name, &borsh::to_vec(bundle).unwrap())
            .unwrap();
        let name = format!("{}/{}", self.reports(), hex::encode(vote));
        self.objects.put(&name, encoded.as_slice()).unwrap();
        vote
    }

    fn reports(&self) -> String {
        format!("reports/{}/{}", KIND.to_u8(), self.hour)
    }

    /// The attested payload with its evidence, once it is there.
    pub async fn attested(&self) -> ([u8; 32], LeafReport, Bundle) {
        let hash = until("the hour is attested", async || self.attested_hash()).await;
        let get = |name: String| self.objects.get(&name).unwrap().unwrap();
        let payload = get(format!("{}/{}", self.reports(), hex::encode(hash)));
        let report = LeafReport::decode(&payload).unwrap();
        let bundle = get(format!("bundles/{}", hex::encode(report.bundle)));
        (hash, report, Bundle::decode(&bundle).unwrap())
    }

    /// Hash that the chain holds as attested.
    pub fn attested_hash(&self) -> Option<[u8; 32]> {
        let key = addresses::registry::poll(KIND, &registry::ID, self.hour);
        let poll: Option<Poll> = self
            .chain
            .with(|stage| accounts::find(&stage.world.chain, &key).unwrap());
        poll.filter(|poll| poll.attested_at != 0)
            .map(|poll| poll.attested_hash)
    }

    /// What every honest member shows of both devices once the leaves are applied: the truth.
    pub async fn truth_is_on_chain(&self) {
        for member in 0..self.nodes.len() {
            until("the dark device is down", async || {
                (self.view(member, 1).await.status != UP).then_some(())
            })
            .await;
            assert_eq!(self.view(member, 0).await.status, UP);
        }
    }

    /// Every running member's file is among the evidence.
    pub fn assert_honest_used(&self, bundle: &Bundle) {
        for member in 0..self.nodes.len() {
            let files: Vec<_> = self
                .files()
                .iter()
                .map(|signed| {
                    (
                        hex::encode(signed.file.verifier),
                        hex::encode(signed.file.hash()),
                    )
                })
                .collect();
            assert!(
                self.is_used(bundle, member),
                "member {member} {}: {bundle:?} of {files:?}",
                hex::encode(self.keys[member].pubkey().to_bytes())
            );
        }
    }

    /// Whether a member's file is among the evidence.
    pub fn is_used(&self, bundle: &Bundle, member: usize) -> bool {
        let key = self.keys[member].pubkey().to_bytes();
        bundle.files.iter().any(|file| file.verifier == key)
    }
}

/// A file that says the opposite of another one.
pub fn lie(mut file: ObservationFile) -> ObservationFile {
    file.observed = MinuteMap::ALL;
    for device in &mut file.devices {
        for challenge in &mut device.challenges {
            challenge.outcome = Outcome::Fail;
        }
        device.up = match device.up.count() {
            0 => MinuteMap::ALL,
            _ => MinuteMap::default(),
        };
        device.reliability_bps = Some(10_000);
        device.supplier_tier = Some(3);
        device.fields.status = 8;
    }
    file
}

fn realm() -> Realm {
    Realm {
        genesis_hash: GENESIS,
        program_id: registry::ID.to_bytes(),
    }
}

fn device_key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

async fn get<T: serde::de::DeserializeOwned>(url: &str) -> Option<T> {
    let response = reqwest::get(url).await.ok()?;
    serde_json::from_slice(&response.bytes().await.ok()?).ok()
}

/// The reply to a heartbeat; nothing while the device is not known.
async fn post(url: &str, body: &[u8]) -> Option<HeartbeatReply> {
    let client = reqwest::Client::new();
    let response = client.post(url).body(body.to_vec()).send().await.unwrap();
    let is_ok = response.status().is_success();
    let bytes = response.bytes().await.unwrap();
    if is_ok {
        return Some(borsh::from_slice(&bytes).unwrap());
    }
    let refusal: ErrorBody = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(refusal.error, "unknown_device", "{}", refusal.message);
    None
}
