//! One verifier over a stage, asked for its hourly pass alone.

use std::{
    fmt::Display,
    sync::Arc,
    time::{Duration, Instant},
};

use ed25519_dalek::SigningKey;
use ion_chain::{Outbox, Sender, SenderSettings, Signers, decode_work};
use ion_objects::{FolderStore, ObjectStore};
use ion_program_tests::World;
use ion_protocol::Realm;
use ion_services::verifier::{Bench, Journal, Parts, Verifier, VerifierSettings, benign, order};
use ion_store::{
    Store, SystemClock,
    outbox::{Key, SqlOutbox, State},
};

use crate::machine::{GENESIS, StageChain, Staged};

pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 86_400;
/// Time after which a transaction that is not at its end is a fault.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Desk<S> {
    pub chain: StageChain<S>,
    pub objects: FolderStore,
    verifier: Verifier,
    sender: Sender<StageChain<S>>,
    _dir: tempfile::TempDir,
}

impl<S: Staged> Desk<S> {
    /// Sweeps from one base unit on.
    pub async fn new(stage: S) -> Self {
        Self::with(stage, |_| {}).await
    }

    pub async fn with(stage: S, change: impl FnOnce(&mut VerifierSettings)) -> Self {
        let key = stage.world().verifiers[0].insecure_clone();
        let chain = StageChain::new(stage);
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("objects");
        let database = dir.path().join("verifier.db");
        let store = Store::open(database.to_str().unwrap()).await.unwrap();
        let outbox = Outbox::new(
            SqlOutbox::open(store.clone()).await.unwrap(),
            Arc::new(SystemClock),
        );
        let mut settings = VerifierSettings::default();
        settings.loops.stagger = Duration::ZERO;
        (settings.cranks.sweep_min_io, settings.cranks.sweep_min_usdc) = (1, 1);
        change(&mut settings);
        let verifier = Verifier::new(Parts {
            settings,
            key: SigningKey::from_keypair_bytes(&key.to_bytes()).unwrap(),
            realm: Realm {
                genesis_hash: GENESIS,
                program_id: registry::ID.to_bytes(),
            },
            ledger: Arc::new(chain.view()),
            journal: Journal::open(store).await.unwrap(),
            objects: Arc::new(FolderStore::open(&folder).unwrap()),
            outbox: outbox.clone(),
        });
        let sender = Sender::new(
            outbox,
            Arc::new(chain.clone()),
            Signers::new(key),
            SenderSettings::default(),
            benign(),
        )
        .in_order(order());
        Self {
            chain,
            objects: FolderStore::open(&folder).unwrap(),
            verifier,
            sender,
            _dir: dir,
        }
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        self.objects.put(name, bytes).unwrap();
    }

    pub fn world<T>(&self, act: impl FnOnce(&World) -> T) -> T {
        self.chain.with(|stage| act(stage.world()))
    }

    fn hour(&self) -> u64 {
        u64::try_from(self.world(World::now).div_euclid(HOUR)).unwrap()
    }

    /// The hourly pass at the chain's time; everything that it wants is sent.
    pub async fn pass(&mut self) {
        let now = self.verifier.tick().await.unwrap();
        self.verifier.refresh().await.unwrap();
        self.verifier
            .crank_leftovers(&mut Bench::default(), now)
            .await
            .unwrap();
        self.send().await;
    }

    /// The pass of a later time.
    pub async fn pass_after(&mut self, seconds: i64) {
        self.world(|world| world.warp(seconds));
        self.pass().await;
    }

    async fn send(&mut self) {
        let since = Instant::now();
        loop {
            self.sender.tick().await.unwrap();
            let summary = self.verifier.outbox.summary().await.unwrap();
            let open = summary
                .by_state
                .iter()
                .filter(|(state, _)| !state.is_closed());
            if open.map(|(_, count)| count).sum::<u64>() == 0 {
                return;
            }
            assert!(since.elapsed() < PATIENCE, "{:?}", summary.by_state);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What became of this hour's crank; `None` when there is none.
    pub async fn state(&self, kind: &str, subject: impl Display) -> Option<State> {
        let key = Key::new(kind, subject, self.hour());
        let row = self.verifier.outbox.row(&key).await.unwrap();
        row.map(|row| row.state)
    }

    /// This hour's crank landed; the same transaction sent once more is refused in simulation.
    #[track_caller]
    pub fn assert_landed_once<'a>(
        &'a mut self,
        kind: &'static str,
        subject: impl Display + 'a,
    ) -> impl Future<Output = ()> + 'a {
        let at = std::panic::Location::caller();
        async move {
            let state = self.state(kind, &subject).await;
            assert_eq!(state, Some(State::Finalized), "{kind} {subject} at {at}");
            let again = self.again(kind, &subject).await;
            assert_eq!(again, State::Rejected, "{kind} {subject} again at {at}");
        }
    }

    /// Sends the transaction of this hour's crank once more.
    pub async fn again(&mut self, kind: &'static str, subject: impl Display) -> State {
        let key = Key::new(kind, &subject, self.hour());
        let row = self.verifier.outbox.row(&key).await.unwrap().unwrap();
        let work = decode_work(&row.work).unwrap();
        let key = Key::new(kind, format!("{subject}/again"), self.hour());
        self.verifier.outbox.enqueue(&key, &work).await.unwrap();
        self.send().await;
        let row = self.verifier.outbox.row(&key).await.unwrap().unwrap();
        row.state
    }

    /// Rows of the outbox.
    pub async fn rows(&self) -> u64 {
        let summary = self.verifier.outbox.summary().await.unwrap();
        summary.by_state.iter().map(|(_, count)| count).sum()
    }
}
