//! What all parts of a verifier share.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use ed25519_dalek::SigningKey;
use ion_chain::Outbox;
use ion_observation::{DeviceFields, Key, Rules};
use ion_protocol::Realm;
use ion_store::{Clock, SystemClock};
use solana_pubkey::Pubkey;
use tokio::sync::{Mutex, Semaphore, watch};

use ion_objects::{ObjectError, ObjectStore};

use super::{
    gather::Gatherings, intake::Intake, journal::Journal, limits::Limits, reading::Readings,
    schedule::Outcomes, settings::VerifierSettings, trials::Trials, turns::Turns,
};
use crate::{
    chain_view::{LedgerReader, VerifierSetView, ViewError, read},
    health::Health,
    metrics::Metrics,
};

/// Results of jobs that are checked at the same time.
const JOB_CHECKS: usize = 2;
/// Bodies of jobs that are held at the same time.
const JOB_BODIES: usize = 8;

/// Devices, bookings, records and verifier set as last read.
#[derive(Default)]
pub struct Snapshot {
    /// Devices by account address.
    pub devices: BTreeMap<Key, registry::state::Device>,
    /// Account address by device key.
    pub by_key: HashMap<Key, Key>,
    /// Addresses of an owner's devices.
    pub by_owner: HashMap<Key, Vec<Key>>,
    /// Bookings by account address.
    pub bookings: BTreeMap<Key, booking::state::Booking>,
    /// Work records by account address.
    pub records: BTreeMap<Key, booking::state::WorkRecord>,
    /// The verifier set; `None` before the first reading.
    pub verifiers: Option<VerifierSetView>,
}

/// Everything that the loops and the HTTP side of a verifier use.
pub struct Verifier {
    /// Settings in force.
    pub settings: VerifierSettings,
    /// Key of this verifier.
    pub key: SigningKey,
    /// Cluster and registry that requests are bound to.
    pub realm: Realm,
    /// The chain.
    pub ledger: Arc<dyn LedgerReader>,
    /// Own tables.
    pub journal: Journal,
    /// Files shared with the other verifiers.
    pub objects: Arc<dyn ObjectStore>,
    /// Intended transactions.
    pub outbox: Outbox,
    /// Challenges in progress.
    pub trials: Trials,
    /// Common instants of an owner's devices.
    pub gatherings: Gatherings,
    /// Outcomes of the present hour.
    pub outcomes: Outcomes,
    /// Requests that wait to be stored.
    pub intake: Intake,
    /// Limits of requests.
    pub limits: Limits,
    /// Bodies of jobs that are held at the same time.
    pub job_bodies: Semaphore,
    /// Results of jobs that are checked at the same time.
    pub job_checks: Arc<Semaphore>,
    /// Since when things are due.
    pub turns: Turns,
    /// Counters and gauges.
    pub metrics: Metrics,
    /// Liveness of loops.
    pub health: Health,
    snapshot: RwLock<Arc<Snapshot>>,
    time: watch::Sender<Option<i64>>,
    /// Readings of the clock that requests cause.
    refreshed: Readings,
    /// Readings are published in the order in which they are made.
    ticking: Mutex<()>,
    /// Whether this run has read the clock.
    is_watching: AtomicBool,
}

/// Parts that a verifier is made of.
pub struct Parts {
    /// Settings in force.
    pub settings: VerifierSettings,
    /// Key of this verifier.
    pub key: SigningKey,
    /// Cluster and registry that requests are bound to.
    pub realm: Realm,
    /// The chain.
    pub ledger: Arc<dyn LedgerReader>,
    /// Own tables.
    pub journal: Journal,
    /// Files shared with the other verifiers.
    pub objects: Arc<dyn ObjectStore>,
    /// Intended transactions.
    pub outbox: Outbox,
}

impl Verifier {
    /// A verifier that has read nothing yet.
    pub fn new(parts: Parts) -> Self {
        let http = &parts.settings.http;
        Verifier {
            limits: Limits::new(
                http.requests_per_second,
                http.device_requests_per_minute,
                http.device_burst,
            ),
            job_bodies: Semaphore::new(JOB_BODIES),
            job_checks: Arc::new(Semaphore::new(JOB_CHECKS)),
            settings: parts.settings,
            key: parts.key,
            realm: parts.realm,
            ledger: parts.ledger,
            journal: parts.journal,
            objects: parts.objects,
            outbox: parts.outbox,
            trials: Trials::default(),
            gatherings: Gatherings::default(),
            outcomes: Outcomes::default(),
            intake: Intake::default(),
            turns: Turns::default(),
            metrics: Metrics::default(),
            health: Health::default(),
            snapshot: RwLock::default(),
            time: watch::Sender::new(None),
            refreshed: Readings::default(),
            ticking: Mutex::new(()),
            is_watching: AtomicBool::new(false),
        }
    }

    /// Public key of this verifier.
    pub fn public_key(&self) -> Key {
        self.key.verifying_key().to_bytes()
    }

    /// Address of this verifier.
    pub fn address(&self) -> Pubkey {
        Pubkey::new_from_array(self.public_key())
    }

    /// Chain time as last read; `None` before the first reading.
    pub fn now(&self) -> Option<i64> {
        *self.time.borrow()
    }

    /// Reads the chain's clock and notes the watched minutes. The time before the first reading of a
    /// run was not watched, however short it was: heartbeats could not arrive.
    pub async fn tick(&self) -> Result<i64, super::VerifierError> {
        let _turn = self.ticking.lock().await;
        let now = read(&self.ledger, |ledger| ledger.now()).await?;
        let bridged = if self.is_watching.load(Ordering::Relaxed) {
            i64::from(self.settings.heartbeat.degraded_after)
        } else {
            0
        };
        self.journal.watch(now, bridged).await?;
        self.is_watching.store(true, Ordering::Relaxed);
        self.time
            .send_if_modified(|time| time.replace(now) != Some(now));
        Ok(now)
    }

    /// Chain time for a request that says it was made at `made_at`: read anew, at most fifty times a
    /// second, when the sender is ahead or too far behind, since clocks can move between two
    /// readings of the loop. A reading that began after the request came serves it as well as an own
    /// one, its failure too; an earlier one does not.
    pub async fn fresh_now(&self) -> Result<i64, super::VerifierError> {
        self.refreshed.fresh(|| self.tick()).await
    }

    /// Brings gauges that follow the time up to date: lag of the chain's clock behind this machine's,
    /// last success of each loop, challenges in progress.
    pub(super) fn note_gauges(&self) {
        let now = SystemClock.now_ms().div_euclid(1_000);
        let unsigned = |value: i64| u64::try_from(value).unwrap_or_default();
        if let Some(chain) = self.now() {
            let help = "Time by which the chain's clock is behind this machine's.";
            let lag = unsigned(now.saturating_sub(chain));
            self.metrics
                .set("verifier_chain_lag_seconds", help, &[], lag);
        }
        let help = "When a loop last ended a round well, Unix seconds.";
        for (name, state) in self.health.loops() {
            let silent = i64::try_from(state.silent_seconds).unwrap_or(i64::MAX);
            let at = unsigned(now.saturating_sub(silent));
            let labels = [("loop", name)];
            self.metrics
                .set("verifier_last_success_unixtime", help, &labels, at);
        }
        let help = "Challenges between issue and verdict.";
        let open = self.trials.len() as u64;
        self.metrics
            .set("verifier_challenges_in_progress", help, &[], open);
        let snapshot = self.snapshot();
        let help = "Devices on chain.";
        let devices = snapshot.devices.len() as u64;
        self.metrics.set("verifier_devices", help, &[], devices);
    }

    /// The last snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Reads devices, bookings, records and verifier set.
    pub async fn refresh(&self) -> Result<(), ViewError> {
        let snapshot = read(&self.ledger, |ledger| {
            let devices: BTreeMap<Key, _> = ledger
                .devices()?
                .into_iter()
                .map(|(key, device)| (key.to_bytes(), device))
                .collect();
            let mut by_owner: HashMap<Key, Vec<Key>> = HashMap::new();
            for (key, device) in &devices {
                by_owner
                    .entry(device.owner.to_bytes())
                    .or_default()
                    .push(*key);
            }
            Ok(Snapshot {
                by_owner,
                by_key: devices
                    .iter()
                    .map(|(key, device)| (device.device_key.to_bytes(), *key))
                    .collect(),
                devices,
                bookings: ledger
                    .bookings()?
                    .into_iter()
                    .map(|(key, booking)| (key.to_bytes(), booking))
                    .collect(),
                records: ledger
                    .records()?
                    .into_iter()
                    .map(|(key, record)| (key.to_bytes(), record))
                    .collect(),
                verifiers: Some(ledger.verifiers()?),
            })
        })
        .await?;
        *self
            .snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        Ok(())
    }

    /// Rules of aggregation under the present verifier set.
    pub fn rules(&self, set: &VerifierSetView) -> Rules {
        let down_after = self.settings.heartbeat.down_after.as_secs();
        Rules {
            genesis_hash: self.realm.genesis_hash,
            registry: self.realm.program_id,
            members: set.keys.clone(),
            min_observations: usize::from(set.threshold),
            // ceil: a started minute is watched whole
            down_after_minutes: u32::try_from(down_after.div_ceil(60)).unwrap_or(u32::MAX),
        }
    }

    /// Stores an object off the async threads.
    pub async fn put(&self, name: String, bytes: Vec<u8>) -> Result<(), super::VerifierError> {
        let objects = self.objects.clone();
        Ok(blocking(move || objects.put(&name, &bytes)).await??)
    }

    /// Reads an object off the async threads.
    pub async fn get(&self, name: String) -> Result<Option<Vec<u8>>, super::VerifierError> {
        let objects = self.objects.clone();
        Ok(blocking(move || objects.get(&name)).await??)
    }

    /// Lists objects off the async threads.
    pub async fn list(&self, folder: String) -> Result<Vec<String>, super::VerifierError> {
        let objects = self.objects.clone();
        Ok(
            blocking(move || -> Result<Vec<String>, ObjectError> { objects.list(&folder) })
                .await??,
        )
    }
}

/// Runs work off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, super::VerifierError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| super::VerifierError::Thread)
}

/// Fields of a device account that leaves carry.
pub fn fields_of(device: &registry::state::Device) -> DeviceFields {
    DeviceFields {
        status: device.status,
        connectivity_tier: device.connectivity_tier,
        supplier_tier: device.supplier_tier,
        readiness_flags: device.readiness_flags,
        reliability_bps: device.reliability_bps,
    }
}
