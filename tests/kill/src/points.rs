//! Labelled points of the submission loop.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use ion_client::send::{Chain, ChainError, FeeOracle, LatestBlockhash, Simulation, Statuses};
use ion_store::{
    StoreError,
    outbox::{Claim, Input, Key, OutboxRow, OutboxStore, SqlOutbox, Summary},
};
use solana_account::Account;
use solana_pubkey::Pubkey;
use solana_signature::Signature;

/// Calls with a point before and one after each. The steps of a row have their own.
pub const CALLS: [&str; 13] = [
    "enqueue",
    "in_flight",
    "due",
    "signatures",
    "blockhash",
    "simulate",
    "sign",
    "submit",
    "send",
    "status",
    "finalize",
    "miss",
    "expire",
];

/// Where a process dies: at the `nth` crossing of a point, counted from 1.
#[derive(Clone, Debug)]
pub struct Death {
    /// `before-<call>` or `after-<call>`.
    pub point: String,
    /// Which crossing.
    pub nth: u32,
}

impl std::str::FromStr for Death {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (point, nth) = text.split_once(':').ok_or("expected POINT:NTH")?;
        Ok(Death {
            point: point.to_owned(),
            nth: nth.parse().map_err(|_| "NTH is no number")?,
        })
    }
}

/// Counts crossings and ends the process at the wanted one.
#[derive(Default)]
pub struct Points {
    death: Option<Death>,
    crossings: AtomicU32,
}

impl Points {
    /// Points with or without a death among them.
    pub fn new(death: Option<Death>) -> Arc<Self> {
        Arc::new(Points {
            death,
            crossings: AtomicU32::new(0),
        })
    }

    fn cross(&self, side: &str, call: &str) {
        let Some(death) = &self.death else { return };
        let is_here = death
            .point
            .split_once('-')
            .is_some_and(|(wanted, name)| wanted == side && name == call);
        if is_here && self.crossings.fetch_add(1, Ordering::SeqCst) + 1 == death.nth {
            // No destructor runs and nothing is flushed.
            std::process::abort();
        }
    }
}

/// A store whose calls have points.
pub struct PointStore {
    /// The store.
    pub inner: SqlOutbox,
    /// Its points.
    pub points: Arc<Points>,
}

impl PointStore {
    async fn call<T>(&self, name: &str, call: impl Future<Output = T>) -> T {
        self.points.cross("before", name);
        let answer = call.await;
        self.points.cross("after", name);
        answer
    }
}

fn step(input: &Input) -> &'static str {
    match input {
        Input::Sign { .. } => "sign",
        Input::Send => "send",
        Input::See => "see",
        Input::Miss => "miss",
        Input::Expire => "expire",
        Input::Finalize { .. } => "finalize",
        Input::Refuse { .. } => "refuse",
        Input::Delay { .. } => "delay",
        Input::Revive => "revive",
    }
}

impl OutboxStore for PointStore {
    async fn enqueue(&self, key: &Key, work: &str, now_ms: i64) -> Result<OutboxRow, StoreError> {
        self.call("enqueue", self.inner.enqueue(key, work, now_ms))
            .await
    }

    async fn row(&self, key: &Key) -> Result<Option<OutboxRow>, StoreError> {
        self.inner.row(key).await
    }

    async fn in_flight(&self, claim: &Claim, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.call("in_flight", self.inner.in_flight(claim, limit))
            .await
    }

    async fn due(&self, claim: &Claim, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.call("due", self.inner.due(claim, limit)).await
    }

    async fn signatures(&self, key: &Key) -> Result<Vec<String>, StoreError> {
        self.call("signatures", self.inner.signatures(key)).await
    }

    async fn advance(
        &self,
        row: &OutboxRow,
        input: Input,
        now_ms: i64,
    ) -> Result<Option<OutboxRow>, StoreError> {
        let name = step(&input);
        self.call(name, self.inner.advance(row, input, now_ms))
            .await
    }

    async fn summary(&self, now_ms: i64) -> Result<Summary, StoreError> {
        self.inner.summary(now_ms).await
    }
}

/// A chain whose calls have points.
pub struct PointChain<C> {
    /// The chain.
    pub inner: Arc<C>,
    /// Its points.
    pub points: Arc<Points>,
}

impl<C> PointChain<C> {
    fn call<T>(&self, name: &str, call: impl FnOnce(&C) -> T) -> T {
        self.points.cross("before", name);
        let answer = call(&self.inner);
        self.points.cross("after", name);
        answer
    }
}

impl<C: Chain> Chain for PointChain<C> {
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        self.inner.accounts(keys)
    }

    fn blockhash(&self) -> Result<LatestBlockhash, ChainError> {
        self.call("blockhash", |chain| chain.blockhash())
    }

    fn submit(&self, transaction: &[u8]) -> Result<Signature, ChainError> {
        self.call("submit", |chain| chain.submit(transaction))
    }

    fn status(
        &self,
        signatures: &[Signature],
        search_history: bool,
    ) -> Result<Statuses, ChainError> {
        self.call("status", |chain| chain.status(signatures, search_history))
    }
}

impl<C: FeeOracle> FeeOracle for PointChain<C> {
    fn simulate(&self, transaction: &[u8]) -> Result<Simulation, ChainError> {
        self.call("simulate", |chain| chain.simulate(transaction))
    }

    fn recent_prices(&self, writable: &[Pubkey]) -> Result<Vec<u64>, ChainError> {
        self.inner.recent_prices(writable)
    }
}
