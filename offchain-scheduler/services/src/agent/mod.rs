//! The agent beside a supplier's processors: device key, heartbeats, answers to challenges, jobs.
//!
//! Mechanism: for each verifier one task sends a heartbeat in every period of chain time and
//! another one answers the challenges that the replies announce. The proofs of all verifiers run
//! one after the other on the same back end. Where jobs are on, the renter's orders are taken and
//! worked one by one. Place of use: the binary `ion-agent`. Invariant: the agent signs nothing but
//! requests and results with its own device key, sends nothing on chain, and works only for members
//! of the on-chain verifier set and for the renter who has hired the device.

mod answer;
mod client;
mod hardware;
mod heartbeat;
mod jobs;
mod key;
mod sequence;
mod settings;

use std::{num::NonZeroUsize, sync::Arc};

use anyhow::Context;
use ion_challenge::{CpuProver, Prover};
use ion_protocol::{Claim, Realm};
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore, watch},
};

use crate::{
    chain_view::{ClusterReader, read_until_answered},
    health::Health,
    shutdown::{Ending, Shutdown, ShutdownTrigger, Tasks},
};

pub use client::{CallError, VerifierClient};
pub use key::{DeviceKey, KeyError};
pub use sequence::{SequenceError, SequenceFile};
pub use settings::{
    AgentSettings, Backend, DeviceSection, HttpSection, JobSection, ProverSection, VerifierSection,
};

/// What all tasks of an agent share.
pub(crate) struct Shared {
    pub settings: AgentSettings,
    pub key: DeviceKey,
    pub realm: Realm,
    pub cluster: Arc<dyn ClusterReader>,
    pub sequences: SequenceFile,
    pub prover: Box<dyn Prover>,
    /// One proof at a time.
    pub prover_turn: Semaphore,
    pub boot: [u8; 16],
    pub health: Health,
    /// What the machine says of its GPUs.
    pub hardware: watch::Receiver<Vec<Claim>>,
    /// Where jobs are worked; `None` when they are off.
    pub workshop: Option<jobs::Workshop>,
}

/// Runs an agent until it is asked to end. `draining` turns true first, so that the last heartbeats
/// say so. The chain boundary is passed in: a node, or memory in tests.
pub async fn run(
    settings: AgentSettings,
    key: DeviceKey,
    cluster: Arc<dyn ClusterReader>,
    registry: [u8; 32],
    trigger: ShutdownTrigger,
    shutdown: Shutdown,
) -> anyhow::Result<Ending> {
    let listeners = Listeners {
        health: bind(&settings.http.listen)
            .await
            .context("bind http.listen")?,
        orders: bind(&settings.jobs.listen)
            .await
            .context("bind jobs.listen")?,
    };
    let tasks = start(
        settings.clone(),
        key,
        cluster,
        registry,
        listeners,
        shutdown,
    )
    .await?;
    Ok(tasks.run(trigger, settings.device.drain).await?)
}

/// Open ports of an agent.
#[derive(Default)]
pub struct Listeners {
    /// For `/healthz`.
    pub health: Option<TcpListener>,
    /// For orders of renters; without it no jobs are taken.
    pub orders: Option<TcpListener>,
}

/// A port at an address; none for an empty one.
async fn bind(address: &str) -> std::io::Result<Option<TcpListener>> {
    match address {
        "" => Ok(None),
        address => TcpListener::bind(address).await.map(Some),
    }
}

/// Starts the tasks of an agent.
pub async fn start(
    settings: AgentSettings,
    key: DeviceKey,
    cluster: Arc<dyn ClusterReader>,
    registry: [u8; 32],
    listeners: Listeners,
    shutdown: Shutdown,
) -> anyhow::Result<Tasks> {
    let reader = cluster.clone();
    let genesis_hash = read_until_answered(&shutdown, "read genesis hash", move || {
        reader.genesis_hash()
    })
    .await?;
    let health = Health::default();
    let prover = prover(&settings.prover)?;
    let (claims, hardware) = watch::channel(Vec::new());
    let workshop = match &listeners.orders {
        None => None,
        Some(_) => Some(jobs::Workshop::open(&settings.jobs).context("open jobs.folder")?),
    };
    let shared = Arc::new(Shared {
        sequences: SequenceFile::open(&settings.device.sequence_file)
            .context("open device.sequence_file")?,
        realm: Realm {
            genesis_hash,
            program_id: registry,
        },
        key,
        cluster,
        prover,
        prover_turn: Semaphore::new(1),
        boot: rand::random(),
        health: health.clone(),
        hardware,
        workshop,
        settings,
    });

    let mut tasks = Tasks::default();
    let (time_sender, time) = watch::channel(None);
    tasks.spawn(
        "chain time",
        heartbeat::follow_time(shared.clone(), time_sender, shutdown.clone()),
    );
    for url in &shared.settings.verifiers.urls {
        let client = Arc::new(VerifierClient::new(
            url,
            shared.settings.verifiers.request_timeout,
        )?);
        let waits = Arc::new(Notify::new());
        tasks.spawn(
            "heartbeat",
            heartbeat::beat(
                shared.clone(),
                client.clone(),
                time.clone(),
                waits.clone(),
                shutdown.clone(),
            ),
        );
        tasks.spawn(
            "challenge",
            answer::answer(shared.clone(), client, waits, shutdown.clone()),
        );
    }
    tasks.spawn(
        "hardware",
        hardware::watch_hardware(
            shared.settings.device.nvidia_smi.clone(),
            shared.settings.device.hardware_every,
            claims,
            shutdown.clone(),
        ),
    );
    if let Some(orders) = listeners.orders {
        tasks.spawn("jobs", jobs::work(shared.clone(), shutdown.clone()));
        tasks.spawn(
            "orders",
            jobs::serve(orders, shared.clone(), time, shutdown.clone()),
        );
    }
    if let Some(listener) = listeners.health {
        tasks.spawn("http", serve(listener, health, shutdown));
    }
    Ok(tasks)
}

/// The back end that the settings name. Error: it is not there.
fn prover(settings: &ProverSection) -> anyhow::Result<Box<dyn Prover>> {
    let threads = NonZeroUsize::new(settings.threads).unwrap_or(NonZeroUsize::MIN);
    match settings.backend {
        Backend::Cpu => Ok(Box::new(CpuProver::new(threads))),
        #[cfg(feature = "cuda")]
        Backend::Cuda => {
            let prover = ion_challenge::CudaProver::open(settings.cuda_device, threads)
                .context("open prover.backend cuda")?;
            tracing::info!(
                device = prover.device_name()?,
                "challenges are answered on a GPU"
            );
            Ok(Box::new(prover))
        }
        #[cfg(not(feature = "cuda"))]
        Backend::Cuda => anyhow::bail!("prover.backend: this build has no cuda feature"),
    }
}

async fn serve(listener: TcpListener, health: Health, shutdown: Shutdown) -> anyhow::Result<()> {
    let app = axum::Router::new()
        .route("/healthz", axum::routing::get(crate::http::healthz))
        .with_state(health);
    axum::serve(listener, app)
        .with_graceful_shutdown(async move { shutdown.requested().await })
        .await
        .context("serve http")
}
