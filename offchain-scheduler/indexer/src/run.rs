//! The loops of the indexer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use ion_chain::follow::{self, Batch, FollowError, Follower, Source, Watchdog};
use ion_client::rpc::RpcChain;
use ion_runtime::{
    health::{Health, Pulse},
    metrics::Metrics,
    shutdown::{self, Ending, Shutdown, Tasks},
};
use ion_store::Store;
use solana_commitment_config::CommitmentConfig;
use solana_pubkey::Pubkey;

use crate::{
    Applied, Index, IndexError,
    api::{self, Api},
    check::{CheckError, Checker},
    settings::IndexerSettings,
};

/// Attempts with fresh lists before the log is taken back to where it may be incomplete.
const GAP_ATTEMPTS: u32 = 3;
/// Pause between two looks for evidence that was missing.
const EVIDENCE_AGAIN: Duration = Duration::from_secs(3_600);

/// The programs that are followed.
pub fn programs() -> [Pubkey; 5] {
    [registry::ID, staking::ID, rewards::ID, ide::ID, booking::ID]
}

/// Why a step did nothing.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The chain gave no batch.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The batch was refused or the database failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// A thread was lost.
    #[error("a thread was lost")]
    Thread,
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What was written.
    pub applied: Applied,
    /// Every slot up to this one is in the tables.
    pub cursor: u64,
    /// Newest finalized slot that is known.
    pub finalized: u64,
}

/// Brings the chain into the index.
pub struct Feed {
    index: Index,
    source: Arc<dyn Source>,
    follower: Option<Follower>,
    batch: usize,
    gaps: u32,
}

impl Feed {
    /// A feed that writes about `batch` transactions together.
    pub fn new(index: Index, source: Arc<dyn Source>, batch: usize) -> Self {
        Self {
            index,
            source,
            follower: None,
            batch,
            gaps: 0,
        }
    }

    /// Applies the next whole slots. When events turn out to be missing, the lists are asked for again;
    /// when they stay missing, the log is taken back to the last slot that is surely whole.
    ///
    /// Errors: all of [`FeedError`]; nothing was written then.
    pub async fn step(&mut self) -> Result<Step, FeedError> {
        let cursor = self.index.cursor().await?;
        let batch = self.next(cursor).await?;
        match self.index.apply(&batch.records, batch.through).await {
            Ok(applied) => {
                self.gaps = 0;
                Ok(Step {
                    applied,
                    cursor: batch.through,
                    finalized: batch.finalized,
                })
            }
            Err(error) => {
                self.follower = None;
                if let IndexError::Gap { slot, .. } = &error {
                    self.gaps += 1;
                    if self.gaps >= GAP_ATTEMPTS {
                        self.gaps = 0;
                        tracing::warn!(error = %error, slot, "the log is taken back");
                        self.index.rewind(slot.saturating_sub(1)).await?;
                    }
                }
                Err(error.into())
            }
        }
    }

    async fn next(&mut self, cursor: u64) -> Result<Batch, FeedError> {
        let mut follower = self
            .follower
            .take()
            .unwrap_or_else(|| Follower::new(programs()));
        let (source, limit) = (self.source.clone(), self.batch);
        let (follower, batch) = tokio::task::spawn_blocking(move || {
            let batch = follower.batch(source.as_ref(), cursor, limit);
            (follower, batch)
        })
        .await
        .map_err(|_| FeedError::Thread)?;
        self.follower = Some(follower);
        Ok(batch?)
    }

    /// Compares the last `slots` slots of the log with the chain's lists; whether they agree. Where a
    /// transaction is missing or is not on the chain, the log is taken back to before it.
    ///
    /// Errors: all of [`FeedError`].
    pub async fn sweep(&mut self, slots: u64) -> Result<bool, FeedError> {
        let cursor = self.index.cursor().await?;
        let from = cursor.saturating_sub(slots);
        let logged = self.index.logged(from, cursor).await?;
        let source = self.source.clone();
        let wrong = tokio::task::spawn_blocking(move || {
            let listed = follow::list(source.as_ref(), &programs(), from, cursor)?;
            first_difference(source.as_ref(), &logged, &listed)
        })
        .await
        .map_err(|_| FeedError::Thread)??;
        let Some(slot) = wrong else {
            return Ok(true);
        };
        tracing::warn!(slot, "the log differs from the chain and is taken back");
        self.follower = None;
        self.index.rewind(slot.saturating_sub(1)).await?;
        Ok(false)
    }
}

/// First slot in which the log has a transaction that the chain has not, or lacks one. What a list
/// leaves out is asked for by its signature before it counts.
fn first_difference(
    source: &dyn Source,
    logged: &[(u64, String)],
    listed: &[follow::Listed],
) -> Result<Option<u64>, FollowError> {
    let known: std::collections::HashSet<&str> = logged
        .iter()
        .map(|(_, signature)| signature.as_str())
        .collect();
    let mut first: Option<u64> = None;
    let mut note = |slot: u64| first = Some(first.map_or(slot, |known| known.min(slot)));
    let mut seen = std::collections::HashSet::new();
    for one in listed {
        let signature = one.signature.to_string();
        if !known.contains(signature.as_str()) {
            let landed = source.landed(&one.signature)?;
            if landed.is_some_and(|record| record.slot == one.slot) {
                note(one.slot);
            }
        }
        seen.insert(signature);
    }
    for (slot, signature) in logged {
        if seen.contains(signature) {
            continue;
        }
        let parsed = signature
            .parse()
            .map_err(|_| FollowError::Inconsistent(format!("{signature} is no signature")))?;
        let landed = source.landed(&parsed)?;
        if landed.is_none_or(|record| record.slot != *slot) {
            note(*slot);
        }
    }
    Ok(first)
}

/// Runs the indexer until it is asked to end.
///
/// Errors: what keeps it from starting, with the key of the setting.
pub async fn process(settings: IndexerSettings) -> anyhow::Result<Ending> {
    let (trigger, token) = shutdown::channel();
    let store = Store::open(&settings.indexer.store)
        .await
        .context("open indexer.store")?;
    let index = Index::open(store).await.context("prepare indexer.store")?;
    let chain = Arc::new(RpcChain::new(
        &settings.chain.rpc_url,
        CommitmentConfig::finalized(),
    ));
    let evidence = match settings.indexer.evidence.as_str() {
        "" => None,
        address => Some(Arc::from(
            ion_objects::open(address).context("open indexer.evidence")?,
        )),
    };
    let listener = api::listen(&settings.http.listen)
        .await
        .context("bind http.listen")?;
    let (health, metrics) = (Health::default(), Metrics::default());
    let checker = Checker::new(index.clone(), chain.clone(), evidence, metrics.clone());
    let feed = Feed::new(index.clone(), chain, settings.indexer.batch);
    let drain = settings.indexer.drain;
    tracing::info!(listen = settings.http.listen, "indexer started");
    let mut tasks = Tasks::default();
    let limit = |pause: Duration| Duration::from_secs(120).max(pause * 10);
    let pulse = health.watch("follow", limit(settings.chain.poll));
    tasks.spawn(
        "follow",
        follow_loop(
            feed,
            settings.clone(),
            pulse,
            metrics.clone(),
            token.clone(),
        ),
    );
    let pulse = health.watch("check", limit(settings.indexer.check_every));
    tasks.spawn(
        "check",
        check_loop(checker, settings.indexer.check_every, pulse, token.clone()),
    );
    let api = Api::new(index, metrics, settings.http.max_live, token.clone())
        .limited_to(settings.http.query_limit);
    let router = api::router(api, health);
    tasks.spawn("http", async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(async move { token.requested().await })
            .await
            .context("serve")
    });
    Ok(tasks.run(trigger, drain).await?)
}

async fn follow_loop(
    mut feed: Feed,
    settings: IndexerSettings,
    pulse: Pulse,
    metrics: Metrics,
    token: Shutdown,
) -> anyhow::Result<()> {
    let mut watchdog = Watchdog::new(settings.chain.stall);
    let mut swept = Instant::now();
    while !token.is_requested() {
        let pause = match feed.step().await {
            Ok(step) => {
                export(&metrics, &step);
                // a stalled node leaves the loop silent, which turns the health red
                if !watchdog.is_stalled(step.finalized, Instant::now()) {
                    pulse.beat();
                }
                (step.cursor >= step.finalized).then_some(settings.chain.poll)
            }
            Err(error) => {
                let reason = match &error {
                    FeedError::Follow(_) => "chain",
                    FeedError::Index(IndexError::Gap { .. }) => "gap",
                    FeedError::Index(IndexError::UnknownEvent(_)) => "unknown_event",
                    FeedError::Index(_) | FeedError::Thread => "index",
                };
                metrics.count(
                    "indexer_failures_total",
                    "Steps that brought nothing, by reason.",
                    &[("reason", reason)],
                );
                tracing::warn!(error = %error, reason, "no step");
                Some(settings.chain.poll)
            }
        };
        if swept.elapsed() >= settings.indexer.sweep_every {
            swept = Instant::now();
            match feed.sweep(settings.indexer.sweep_slots).await {
                Ok(true) => {}
                Ok(false) => metrics.count(
                    "indexer_rewinds_total",
                    "Times the log was taken back.",
                    &[],
                ),
                Err(error) => tracing::warn!(error = %error, "no sweep"),
            }
        }
        if let Some(pause) = pause
            && !token.pause(pause).await
        {
            break;
        }
    }
    Ok(())
}

fn export(metrics: &Metrics, step: &Step) {
    metrics.set(
        "indexer_cursor_slot",
        "Every slot up to this one is in the tables.",
        &[],
        step.cursor,
    );
    metrics.set(
        "indexer_lag_slots",
        "Finalized slots that are not in the tables.",
        &[],
        step.finalized.saturating_sub(step.cursor),
    );
    if step.applied.transactions > 0 {
        tracing::info!(
            slot = step.cursor,
            transactions = step.applied.transactions,
            events = step.applied.events,
            "applied"
        );
    }
}

async fn check_loop(
    checker: Checker,
    pause: Duration,
    pulse: Pulse,
    token: Shutdown,
) -> anyhow::Result<()> {
    let mut looked: Option<Instant> = None;
    while token.pause(pause).await {
        if looked.is_none_or(|at| at.elapsed() >= EVIDENCE_AGAIN) {
            match checker.recheck_evidence().await {
                Ok(_) => looked = Some(Instant::now()),
                Err(error) => tracing::warn!(error = %error, "evidence is not looked for again"),
            }
        }
        match checker.round().await {
            Ok(_) => pulse.beat(),
            Err(CheckError::Unknown(kind)) => anyhow::bail!("no check is called {kind}"),
            Err(error) => tracing::warn!(error = %error, "no round of checks"),
        }
    }
    Ok(())
}
