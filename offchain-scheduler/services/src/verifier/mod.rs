//! The verifier: watches devices, challenges them, reports with the others, and votes.
//!
//! Mechanism: heartbeats and challenge outcomes go into the own tables; at the close of each hour
//! they become one signed file in the shared store; the files of all verifiers become the same
//! reports on each of them, which are voted for, and whose leaves are brought on chain together
//! with everything else that is due. Place of use: the binary `ion-verifier`. Invariant: all state
//! that matters is in the tables, the shared store or on chain, each step can be done again, so the
//! process can be killed at any moment.

mod attest;
mod ballot;
mod benign;
mod blocks;
mod cases;
mod crank;
mod day_files;
mod engine;
mod epochs;
mod faults;
mod gather;
mod hours;
mod http;
mod intake;
mod jobs;
mod journal;
mod judge;
mod leaves;
mod leftovers;
mod limits;
mod observe;
mod opening;
mod outages;
mod passes;
mod payouts;
mod reading;
mod refusal;
mod roots;
mod schedule;
mod settings;
mod settle;
mod stakes;
mod standing;
mod state;
mod summaries;
mod sweeps;
mod trees;
mod trials;
mod turns;
mod usage;
mod views;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use ion_chain::{Sender, SenderSettings, SettledChain, Signers};
use ion_client::rpc::RpcChain;
use ion_objects::{ObjectError, ObjectStore};
use ion_store::{Clock, Store, SystemClock, outbox::SqlOutbox};
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;

use crate::{
    chain_view::{LedgerReader, RpcView, ViewError, read_until_answered},
    shutdown::{Ending, Shutdown, ShutdownTrigger, Tasks},
};

pub use attest::{Bench, subject_of};
pub use benign::{benign, order};
pub use journal::{
    Arrival, Journal, JournalError, LastSeen, Life, LifeRules, NotTaken, StoredChallenge,
    WrittenHour,
};
pub use refusal::ApiError;
pub use settings::{
    ChallengeSection, CrankSection, HeartbeatSection, HttpSection, LoopSection, OwnSection,
    ReportSection, VerifierSettings,
};
pub use state::{Parts, Snapshot, Verifier, fields_of};
pub use trials::Trials;
pub use turns::Turns;
pub use views::{DeviceView, StatusView};

/// Why a step of the verifier failed. Every step is tried again in the next round.
#[derive(thiserror::Error, Debug)]
pub enum VerifierError {
    /// The own tables did not answer.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The shared store did not answer.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The chain could not be read.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The outbox did not answer.
    #[error(transparent)]
    Outbox(#[from] ion_chain::OutboxError),
    /// A report has no result.
    #[error(transparent)]
    Report(ion_report::ReportError),
    /// A message does not encode.
    #[error("message does not encode")]
    Encoding,
    /// A batch of requests could not be stored.
    #[error("batch of requests: {0}")]
    Batch(Arc<JournalError>),
    /// The reading that a request waited for failed.
    #[error("clock of the chain: {0}")]
    Clock(Arc<VerifierError>),
    /// A worker thread was lost.
    #[error("worker thread was lost")]
    Thread,
}

/// Runs a verifier over a node until it is asked to end.
pub async fn run(
    settings: VerifierSettings,
    keypair: Keypair,
    trigger: ShutdownTrigger,
    shutdown: Shutdown,
) -> anyhow::Result<Ending> {
    let drain = settings.verifier.drain;
    let listener = tokio::net::TcpListener::bind(&settings.http.listen)
        .await
        .context("bind http.listen")?;
    if let Some(folder) = settings
        .verifier
        .store
        .strip_prefix("sqlite:")
        .and_then(|path| std::path::Path::new(path).parent())
    {
        std::fs::create_dir_all(folder).context("make folder of verifier.store")?;
    }
    let store = Store::open(&settings.verifier.store)
        .await
        .context("open verifier.store")?;
    let clock = Arc::new(SystemClock);
    let outbox = ion_chain::Outbox::new(
        SqlOutbox::open(store.clone())
            .await
            .context("open outbox")?,
        clock,
    );
    let objects: Arc<dyn ObjectStore> =
        Arc::from(ion_objects::open(&settings.verifier.objects).context("open verifier.objects")?);
    let ledger = Arc::new(RpcView::new(&settings.chain)?);
    let commitment = settings
        .chain
        .commitment()
        .context("chain.commitment is unknown")?;
    let chain = Arc::new(SettledChain {
        reading: RpcChain::new(&settings.chain.rpc_url, commitment),
        settling: RpcChain::new(&settings.chain.rpc_url, CommitmentConfig::finalized()),
    });

    let genesis_reader: Arc<dyn LedgerReader> = ledger.clone();
    let genesis_hash = read_until_answered(&shutdown, "read genesis hash", move || {
        genesis_reader.genesis_hash()
    })
    .await?;
    let key = ed25519_dalek::SigningKey::from_keypair_bytes(&keypair.to_bytes())
        .context("read verifier.key_file")?;
    let verifier = Arc::new(Verifier::new(Parts {
        realm: ion_protocol::Realm {
            genesis_hash,
            program_id: registry::ID.to_bytes(),
        },
        journal: Journal::open(store).await.context("open journal")?,
        outbox: outbox.clone(),
        settings,
        key,
        ledger,
        objects,
    }));
    resume(&verifier, &shutdown).await?;
    let mut tasks = start(verifier.clone(), listener, shutdown.clone());
    let mut sender = Sender::new(
        outbox,
        chain,
        Signers::new(keypair),
        SenderSettings::default(),
        benign(),
    )
    .in_order(order())
    .named(verifier.settings.verifier.replica.clone());
    let pause = verifier.settings.loops.sender;
    let pulse = verifier.health.watch("sender", Duration::from_secs(120));
    tasks.spawn("sender", async move {
        loop {
            match sender.tick().await {
                Ok(_) => pulse.beat(),
                Err(error) => tracing::warn!(error = %error, "sending failed"),
            }
            if !shutdown.pause(pause).await {
                return Ok(());
            }
        }
    });
    Ok(tasks.run(trigger, drain).await?)
}

/// What must be done before a device can talk to this verifier again: challenges that an earlier run
/// left open are ended, since their deadlines are lost.
async fn resume(verifier: &Verifier, shutdown: &Shutdown) -> anyhow::Result<()> {
    loop {
        match verifier.tick().await {
            Ok(now) => return Ok(verifier.end_interrupted_trials(now, true).await?),
            Err(error) => tracing::warn!(error = %error, "cannot read the chain's clock"),
        }
        if !shutdown.pause(verifier.settings.chain.poll).await {
            anyhow::bail!("asked to end before the chain answered");
        }
    }
}

/// Starts the loops of a verifier, the sender apart.
pub fn start(
    verifier: Arc<Verifier>,
    listener: tokio::net::TcpListener,
    shutdown: Shutdown,
) -> Tasks {
    let mut tasks = Tasks::default();
    tasks.spawn(
        "http",
        http::serve(listener, verifier.clone(), shutdown.clone()),
    );
    tasks.spawn(
        "intake",
        intake::store_arrivals(verifier.clone(), shutdown.clone()),
    );
    tasks.spawn("clock", follow_clock(verifier.clone(), shutdown.clone()));
    tasks.spawn("ledger", follow_ledger(verifier.clone(), shutdown.clone()));
    tasks.spawn("trials", sweep(verifier.clone(), shutdown.clone()));
    tasks.spawn("reports", report(verifier, shutdown));
    tasks
}

async fn follow_clock(verifier: Arc<Verifier>, shutdown: Shutdown) -> anyhow::Result<()> {
    let pulse = verifier
        .health
        .watch("chain_time", verifier.settings.chain.stall_limit());
    loop {
        match verifier.tick().await {
            Ok(_) => pulse.beat(),
            Err(error) => tracing::warn!(error = %error, "cannot read the chain's clock"),
        }
        if !shutdown.pause(verifier.settings.chain.poll).await {
            return Ok(());
        }
    }
}

async fn follow_ledger(verifier: Arc<Verifier>, shutdown: Shutdown) -> anyhow::Result<()> {
    let pause = verifier.settings.loops.ledger;
    let pulse = verifier
        .health
        .watch("ledger", Duration::from_secs(60).max(pause * 20));
    loop {
        match verifier.refresh().await {
            Ok(()) => pulse.beat(),
            Err(error) => tracing::warn!(error = %error, "cannot read devices and bookings"),
        }
        if !shutdown.pause(pause).await {
            return Ok(());
        }
    }
}

async fn sweep(verifier: Arc<Verifier>, shutdown: Shutdown) -> anyhow::Result<()> {
    let pulse = verifier.health.watch("trials", Duration::from_secs(60));
    let pause = verifier.settings.loops.lease / 3;
    let mut renewed: Option<Instant> = None;
    loop {
        if let Some(now) = verifier.now() {
            if renewed.is_none_or(|at| at.elapsed() >= pause) {
                match verifier.renew_replica(now).await {
                    Ok(()) => renewed = Some(Instant::now()),
                    Err(error) => tracing::warn!(error = %error, "cannot renew the replica"),
                }
            }
            match verifier.sweep_trials(now).await {
                Ok(()) => pulse.beat(),
                Err(error) => tracing::warn!(error = %error, "cannot end late challenges"),
            }
        }
        if !shutdown.pause(trials::SWEEP_PAUSE).await {
            return Ok(());
        }
    }
}

async fn report(verifier: Arc<Verifier>, shutdown: Shutdown) -> anyhow::Result<()> {
    let pause = verifier.settings.loops.report;
    let pulse = verifier
        .health
        .watch("reports", Duration::from_secs(120).max(pause * 20));
    let mut bench = Bench::default();
    let own = &verifier.settings;
    let lease_ms = i64::try_from(own.loops.lease.as_millis()).unwrap_or(i64::MAX);
    let lease = verifier
        .journal
        .lease("reports", &own.verifier.replica, lease_ms)
        .await
        .context("open the lease of the reports")?;
    loop {
        if let Some(now) = verifier
            .now()
            .filter(|_| verifier.snapshot().verifiers.is_some())
        {
            // One replica does the rounds; the others stand by.
            match lease.take(SystemClock.now_ms()).await {
                Ok(false) => pulse.beat(),
                Ok(true) => match verifier.round(&mut bench, now).await {
                    Ok(()) => pulse.beat(),
                    Err(error) => {
                        tracing::warn!(error = %error, "round of files, votes and cranks failed")
                    }
                },
                Err(error) => {
                    tracing::warn!(error = %error, "cannot take the lease of the reports")
                }
            }
        }
        if !shutdown.pause(pause).await {
            if let Err(error) = lease.give_back().await {
                tracing::debug!(error = %error, "lease of the reports not given back");
            }
            return Ok(());
        }
    }
}

impl Verifier {
    /// One round: files of closed hours, votes, leaves, cranks.
    pub async fn round(&self, bench: &mut Bench, now: i64) -> Result<(), VerifierError> {
        self.note_opening(bench, now).await?;
        self.count_days(bench, now).await?;
        self.write_files(now).await?;
        self.attest(bench, now).await?;
        self.watch_faults(now).await?;
        let mut blocks = std::mem::take(&mut bench.blocks);
        let attested = self.attest_blocks(&mut blocks, now).await;
        bench.blocks = blocks;
        attested?;
        self.crank_bookings(now).await?;
        self.fold_days(bench, now).await?;
        let cleaned = self.crank_leftovers(bench, now).await;
        let mut engine = std::mem::take(&mut bench.engine);
        let attended = self.attend_engine(&mut engine, now).await;
        bench.engine = engine;
        attended?;
        self.note_outbox().await?;
        cleaned
    }

    /// Shows the outbox in the metrics.
    async fn note_outbox(&self) -> Result<(), VerifierError> {
        let summary = self.outbox.summary().await?;
        let age = u64::try_from(summary.oldest_open_ms / 1_000).unwrap_or_default();
        let help = "Age of the oldest row that is not closed.";
        self.metrics
            .set("verifier_outbox_oldest_age_seconds", help, &[], age);
        for (state, count) in summary.by_state {
            let labels = [("state", state.as_str())];
            self.metrics.set(
                "verifier_outbox_rows",
                "Rows of the outbox by state.",
                &labels,
                count,
            );
        }
        Ok(())
    }
}
