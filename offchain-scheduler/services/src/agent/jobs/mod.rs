//! Jobs of the renter that has hired the device.
//!
//! Mechanism: orders come in over HTTP, signed by the renter of the running booking that holds the
//! device ([`api`]); they wait in a bounded list ([`desk`]) and are worked one after the other, a
//! matrix product in this process ([`product`]), a container through the installed engine
//! ([`engine`]). Place of use: the agent, where `jobs.listen` is set. Invariant: no order outlives
//! its time, its booking or the drain of the agent.

mod api;
mod desk;
mod engine;
mod product;

use std::{
    future::Future,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ion_protocol::{
    JobLimits, JobOrder, JobOutcome, JobOutput, JobResult, JobWork, ProductJob, SignedJobResult,
};
use solana_pubkey::Pubkey;

use crate::{
    agent::{JobSection, Shared},
    chain_view::{HireView, read},
    shutdown::Shutdown,
};

pub(crate) use api::serve;
pub(crate) use desk::Desk;
pub(crate) use engine::REMOVAL_TIME;
use engine::{Engine, EngineError};

type Key = [u8; 32];

/// Pause between two looks whether the booking still holds the device.
const HIRE_PAUSE: Duration = Duration::from_secs(10);
/// Pause before the chain is asked again at the end of a job.
const CLOCK_PAUSE: Duration = Duration::from_millis(200);

/// What is needed to take and to work orders.
pub(crate) struct Workshop {
    pub(crate) desk: Desk,
    engine: Result<Engine, EngineError>,
}

impl Workshop {
    /// Opens the folder of results and looks for an engine.
    pub(crate) fn open(settings: &JobSection) -> std::io::Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Ok(Workshop {
            desk: Desk::open(&settings.folder, settings.queue, settings.keep)?,
            engine: Engine::find(&settings.engine, &path),
        })
    }
}

impl JobSection {
    /// Limits of one order.
    pub(crate) fn limits(&self) -> JobLimits {
        JobLimits {
            seconds: u32::try_from(self.time.as_secs()).unwrap_or(u32::MAX),
            entries: self.max_entries,
            operations: self.max_operations,
            cpu_millis: self.cpu_millis,
            memory_mib: self.memory_mib,
            network: self.network,
        }
    }
}

/// The hire of the device that an order names, if it is this agent's device.
async fn hire(shared: &Arc<Shared>, device: Key) -> Result<Option<HireView>, String> {
    let address = Pubkey::new_from_array(device);
    let found = read(&shared.cluster, move |cluster| cluster.holder(&address))
        .await
        .map_err(|error| error.to_string())?;
    Ok(found.filter(|hire| hire.device_key == shared.key.public_key()))
}

/// Works orders until the end is asked for; then the one in hand gets `jobs.finish_within`, and
/// those that wait are given up.
pub(crate) async fn work(shared: Arc<Shared>, shutdown: Shutdown) -> anyhow::Result<()> {
    let Some(workshop) = &shared.workshop else {
        return Ok(());
    };
    let owner = bs58::encode(shared.key.public_key()).into_string();
    match &workshop.engine {
        Ok(engine) => engine.remove_left(&owner).await,
        Err(error) => tracing::info!("orders of containers are refused: {error}"),
    }
    let desk = &workshop.desk;
    while !shutdown.is_requested() {
        let Some((id, renter, order)) = desk.next() else {
            tokio::select! {
                () = shutdown.requested() => {}
                () = desk.wake.notified() => {}
            }
            continue;
        };
        let started_at = now(&shared).await;
        let Some(ends_at) = held_until(&shared, &order, renter).await else {
            finish(
                &shared,
                desk,
                id,
                JobOutcome::GivenUp,
                started_at,
                JobOutput::Nothing,
            )
            .await;
            continue;
        };
        let seconds = u64::try_from(ends_at.saturating_sub(started_at))
            .unwrap_or_default()
            .min(u64::from(order.seconds));
        let stop = stop(&shared, &order, renter, seconds, &shutdown);
        let (outcome, output) = match &order.work {
            JobWork::Product(job) => multiply(&shared, job, stop).await,
            JobWork::Container(job) => match &workshop.engine {
                Ok(engine) => {
                    let name = format!("ion-{}", hex::encode(&id[..16]));
                    let max = shared.settings.jobs.max_output_bytes;
                    engine.run(job, &name, &owner, max, stop).await
                }
                Err(error) => (JobOutcome::Failed, JobOutput::Trouble(error.to_string())),
            },
        };
        finish(&shared, desk, id, outcome, started_at, output).await;
    }
    desk.drain();
    while let Some((id, ..)) = desk.next() {
        let at = now(&shared).await;
        finish(
            &shared,
            desk,
            id,
            JobOutcome::GivenUp,
            at,
            JobOutput::Nothing,
        )
        .await;
    }
    Ok(())
}

async fn finish(
    shared: &Arc<Shared>,
    desk: &Desk,
    id: Key,
    outcome: JobOutcome,
    started_at: i64,
    output: JobOutput,
) {
    let result = JobResult {
        order: id,
        outcome,
        started_at,
        ended_at: now(shared).await,
        output,
    };
    tracing::info!(order = hex::encode(id), outcome = ?outcome, "job ended");
    desk.end(SignedJobResult::new(shared.key.signing_key(), result));
}

/// Until when the booking of an order holds the device, chain time; `None` when it is over. A chain
/// that cannot be asked ends nothing: the time of the order still bounds it.
async fn held_until(shared: &Arc<Shared>, order: &JobOrder, renter: Key) -> Option<i64> {
    match hire(shared, order.device).await {
        Ok(hire) => hire
            .filter(|hire| hire.booking == order.booking && hire.renter == renter)
            .map(|hire| hire.ends_at),
        Err(_) => Some(i64::MAX),
    }
}

/// Resolves when the work has to stop: its `seconds` or the drain are over, or the booking is.
async fn stop(
    shared: &Arc<Shared>,
    order: &JobOrder,
    renter: Key,
    seconds: u64,
    shutdown: &Shutdown,
) -> JobOutcome {
    let lost = async {
        loop {
            tokio::time::sleep(HIRE_PAUSE).await;
            if held_until(shared, order, renter).await.is_none() {
                return;
            }
        }
    };
    let drained = async {
        shutdown.requested().await;
        tokio::time::sleep(shared.settings.jobs.finish_within).await;
    };
    tokio::select! {
        () = tokio::time::sleep(Duration::from_secs(seconds)) => JobOutcome::TimedOut,
        () = lost => JobOutcome::GivenUp,
        () = drained => JobOutcome::GivenUp,
    }
}

/// A product on the threads of the prover.
async fn multiply(
    shared: &Arc<Shared>,
    job: &ProductJob,
    stopped: impl Future<Output = JobOutcome>,
) -> (JobOutcome, JobOutput) {
    let flag = Arc::new(AtomicBool::new(false));
    let threads = NonZeroUsize::new(shared.settings.prover.threads).unwrap_or(NonZeroUsize::MIN);
    let (seen, job) = (flag.clone(), job.clone());
    let mut worker = tokio::task::spawn_blocking(move || product::multiply(&job, threads, &seen));
    tokio::select! {
        result = &mut worker => match result {
            Ok(Some(entries)) => (JobOutcome::Completed, JobOutput::Product(entries)),
            _ => (JobOutcome::Failed, JobOutput::Trouble("the work was lost".to_owned())),
        },
        outcome = stopped => {
            flag.store(true, Ordering::Relaxed);
            // It ends at its next row; nothing of it is used.
            let _ = worker.await;
            (outcome, JobOutput::Nothing)
        }
    }
}

/// Chain time; asked a few times, then 0, since a result without a time is still a result.
async fn now(shared: &Arc<Shared>) -> i64 {
    for _ in 0..5 {
        match read(&shared.cluster, |cluster| cluster.now()).await {
            Ok(now) => return now,
            Err(error) => tracing::debug!(error = %error, "chain time of a job cannot be read"),
        }
        tokio::time::sleep(CLOCK_PAUSE).await;
    }
    0
}
