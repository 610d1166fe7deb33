//! A sender over the fake chain, and a harness that stops it between any two calls.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use ion_chain::{Benign, Outbox, Sender, SenderSettings, Signers, fake::FakeChain};
use ion_client::send::{Chain, ChainError, FeeOracle, LatestBlockhash, Simulation, Statuses};
use ion_store::{
    ManualClock, Store, StoreError,
    outbox::{Claim, Input, Key, OutboxRow, OutboxStore, SqlOutbox, Summary},
};
use solana_account::Account;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_signer::Signer;
use tokio::sync::Notify;

/// Milliseconds of a test block.
pub const BLOCK_MS: i64 = 400;
/// A code that closes a row of kind `effect`.
pub const BENIGN_CODE: u32 = 6_042;

/// Counts the calls that cross a boundary and stops the caller at one of them, before or after it.
#[derive(Default)]
pub struct Trap {
    crossings: AtomicUsize,
    armed_at: Mutex<Option<usize>>,
    sprung: Notify,
    released: Mutex<Vec<mpsc::Sender<()>>>,
}

impl Trap {
    pub fn armed(at: usize) -> Arc<Self> {
        let trap = Self::default();
        *trap.armed_at.lock().unwrap() = Some(at);
        Arc::new(trap)
    }

    /// Whether this crossing is the one.
    fn is_armed(&self) -> bool {
        let number = self.crossings.fetch_add(1, Ordering::SeqCst);
        *self.armed_at.lock().unwrap() == Some(number)
    }

    /// A crossing on an async caller: never returns when sprung.
    async fn cross(&self) {
        if self.is_armed() {
            self.sprung.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// A crossing on a blocking caller: holds the thread until the caller's future is gone.
    fn cross_blocking(&self) {
        if self.is_armed() {
            // In place before anybody can be told to release it.
            let (sender, receiver) = mpsc::channel();
            self.released.lock().unwrap().push(sender);
            self.sprung.notify_one();
            let _ = receiver.recv_timeout(Duration::from_secs(30));
        }
    }

    pub async fn wait_sprung(&self) {
        self.sprung.notified().await;
    }

    pub fn release(&self) {
        self.released.lock().unwrap().clear();
    }
}

/// A chain behind a trap.
pub struct TrapChain<C> {
    pub inner: Arc<C>,
    pub trap: Arc<Trap>,
}

impl<C> TrapChain<C> {
    fn call<T>(&self, call: impl FnOnce(&C) -> T) -> T {
        self.trap.cross_blocking();
        let answer = call(&self.inner);
        self.trap.cross_blocking();
        answer
    }
}

impl<C: Chain> Chain for TrapChain<C> {
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        self.call(|chain| chain.accounts(keys))
    }

    fn blockhash(&self) -> Result<LatestBlockhash, ChainError> {
        self.call(|chain| chain.blockhash())
    }

    fn submit(&self, transaction: &[u8]) -> Result<Signature, ChainError> {
        self.call(|chain| chain.submit(transaction))
    }

    fn status(
        &self,
        signatures: &[Signature],
        search_history: bool,
    ) -> Result<Statuses, ChainError> {
        self.call(|chain| chain.status(signatures, search_history))
    }
}

impl<C: FeeOracle> FeeOracle for TrapChain<C> {
    fn simulate(&self, transaction: &[u8]) -> Result<Simulation, ChainError> {
        self.call(|chain| chain.simulate(transaction))
    }

    fn recent_prices(&self, writable: &[Pubkey]) -> Result<Vec<u64>, ChainError> {
        self.call(|chain| chain.recent_prices(writable))
    }
}

/// A store behind a trap.
pub struct TrapStore {
    pub inner: SqlOutbox,
    pub trap: Arc<Trap>,
}

impl TrapStore {
    async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        self.trap.cross().await;
        let answer = call.await;
        self.trap.cross().await;
        answer
    }
}

impl OutboxStore for TrapStore {
    async fn enqueue(&self, key: &Key, work: &str, now_ms: i64) -> Result<OutboxRow, StoreError> {
        self.call(self.inner.enqueue(key, work, now_ms)).await
    }

    async fn row(&self, key: &Key) -> Result<Option<OutboxRow>, StoreError> {
        self.call(self.inner.row(key)).await
    }

    async fn in_flight(&self, claim: &Claim, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.call(self.inner.in_flight(claim, limit)).await
    }

    async fn due(&self, claim: &Claim, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.call(self.inner.due(claim, limit)).await
    }

    async fn signatures(&self, key: &Key) -> Result<Vec<String>, StoreError> {
        self.call(self.inner.signatures(key)).await
    }

    async fn advance(
        &self,
        row: &OutboxRow,
        input: Input,
        now_ms: i64,
    ) -> Result<Option<OutboxRow>, StoreError> {
        self.call(self.inner.advance(row, input, now_ms)).await
    }

    async fn summary(&self, now_ms: i64) -> Result<Summary, StoreError> {
        self.call(self.inner.summary(now_ms)).await
    }
}

/// One chain, one database, one key; senders come and go.
pub struct Bench {
    pub chain: Arc<FakeChain>,
    pub store: SqlOutbox,
    pub clock: Arc<ManualClock>,
    pub settings: SenderSettings,
    payer: Keypair,
    _dir: tempfile::TempDir,
}

impl Bench {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("outbox.db").to_str().unwrap())
            .await
            .unwrap();
        Self {
            chain: Arc::new(FakeChain::new()),
            store: SqlOutbox::open(store).await.unwrap(),
            clock: Arc::new(ManualClock::new(1_000)),
            settings: SenderSettings {
                poison_after: 3,
                ..SenderSettings::default()
            },
            payer: Keypair::new(),
            _dir: dir,
        }
    }

    pub fn outbox(&self) -> Outbox {
        Outbox::new(self.store.clone(), self.clock.clone())
    }

    pub fn sender(&self) -> Sender<FakeChain> {
        Sender::new(
            self.outbox(),
            self.chain.clone(),
            self.signers(),
            self.settings,
            self.benign(),
        )
    }

    pub fn trapped(&self, trap: &Arc<Trap>) -> Sender<TrapChain<FakeChain>, TrapStore> {
        let store = TrapStore {
            inner: self.store.clone(),
            trap: trap.clone(),
        };
        let chain = TrapChain {
            inner: self.chain.clone(),
            trap: trap.clone(),
        };
        let outbox = Outbox::new(store, self.clock.clone());
        Sender::new(
            outbox,
            Arc::new(chain),
            self.signers(),
            self.settings,
            self.benign(),
        )
    }

    fn signers(&self) -> Signers {
        Signers::new(self.payer.insecure_clone())
    }

    fn benign(&self) -> Benign {
        Benign::default().add("effect", BENIGN_CODE)
    }

    /// An instruction whose effect is its data.
    pub fn instruction(&self, data: &[u8]) -> Instruction {
        let accounts = vec![AccountMeta::new(self.payer.pubkey(), true)];
        Instruction {
            program_id: Pubkey::new_from_array([9; 32]),
            accounts,
            data: data.to_vec(),
        }
    }

    pub async fn want(&self, data: &[u8]) -> Key {
        let key = Key::new("effect", hex::encode(data), 0);
        self.outbox()
            .enqueue(&key, &[self.instruction(data)])
            .await
            .unwrap();
        key
    }

    /// Blocks pass, with the clock.
    pub fn pass(&self, blocks: u64) {
        self.chain.advance(blocks);
        self.clock
            .advance(i64::try_from(blocks).unwrap() * BLOCK_MS);
    }

    /// The clock alone moves to a time.
    pub fn clock_to(&self, ms: i64) {
        self.clock
            .advance(ms - ion_store::Clock::now_ms(self.clock.as_ref()));
    }

    pub async fn row(&self, key: &Key) -> OutboxRow {
        self.store.row(key).await.unwrap().unwrap()
    }

    /// Runs a fresh sender until the rows are closed.
    pub async fn finish(&self, keys: &[Key]) {
        let mut sender = self.sender();
        for _ in 0..400 {
            // The plan may make the chain unreachable: the next pass goes on.
            let _ = sender.tick().await;
            let mut closed = true;
            for key in keys {
                closed &= self.row(key).await.state.is_closed();
            }
            if closed {
                return;
            }
            self.pass(10);
        }
        panic!("rows are still open after 4,000 blocks");
    }
}
