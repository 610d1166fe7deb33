//! The agent beside a supplier's processors: device key, heartbeats, answers to challenges.
//!
//! Mechanism: for each verifier one task sends a heartbeat in every period of chain time and
//! another one answers the challenges that the replies announce. The proofs of all verifiers run
//! one after the other on the same back end. Place of use: the binary `ion-agent`. Invariant: the
//! agent signs nothing but requests of its own device key, sends nothing on chain, and works only
//! for members of the on-chain verifier set.

mod answer;
mod client;
mod heartbeat;
mod key;
mod sequence;
mod settings;

use std::{num::NonZeroUsize, sync::Arc};

use anyhow::Context;
use ion_challenge::CpuProver;
use ion_protocol::Realm;
use tokio::sync::{Notify, Semaphore, watch};

use crate::{
    chain_view::{ClusterReader, read_until_answered},
    health::Health,
    shutdown::{Ending, Shutdown, ShutdownTrigger, Tasks},
};

pub use client::{CallError, VerifierClient};
pub use key::{DeviceKey, KeyError};
pub use sequence::{SequenceError, SequenceFile};
pub use settings::{AgentSettings, DeviceSection, HttpSection, ProverSection, VerifierSection};

/// What all tasks of an agent share.
pub(crate) struct Shared {
    pub settings: AgentSettings,
    pub key: DeviceKey,
    pub realm: Realm,
    pub cluster: Arc<dyn ClusterReader>,
    pub sequences: SequenceFile,
    pub prover: CpuProver,
    /// One proof at a time.
    pub prover_turn: Semaphore,
    pub boot: [u8; 16],
    pub health: Health,
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
    let listener = match &settings.http.listen {
        address if address.is_empty() => None,
        address => Some(
            tokio::net::TcpListener::bind(address)
                .await
                .context("bind http.listen")?,
        ),
    };
    let tasks = start(settings.clone(), key, cluster, registry, listener, shutdown).await?;
    Ok(tasks.run(trigger, settings.device.drain).await?)
}

/// Starts the tasks of an agent.
pub async fn start(
    settings: AgentSettings,
    key: DeviceKey,
    cluster: Arc<dyn ClusterReader>,
    registry: [u8; 32],
    listener: Option<tokio::net::TcpListener>,
    shutdown: Shutdown,
) -> anyhow::Result<Tasks> {
    let reader = cluster.clone();
    let genesis_hash = read_until_answered(&shutdown, "read genesis hash", move || {
        reader.genesis_hash()
    })
    .await?;
    let health = Health::default();
    let threads = NonZeroUsize::new(settings.prover.threads).unwrap_or(NonZeroUsize::MIN);
    let shared = Arc::new(Shared {
        sequences: SequenceFile::open(&settings.device.sequence_file)
            .context("open device.sequence_file")?,
        realm: Realm {
            genesis_hash,
            program_id: registry,
        },
        key,
        cluster,
        prover: CpuProver::new(threads),
        prover_turn: Semaphore::new(1),
        boot: rand::random(),
        health: health.clone(),
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
    if let Some(listener) = listener {
        tasks.spawn("http", serve(listener, health, shutdown));
    }
    Ok(tasks)
}

async fn serve(
    listener: tokio::net::TcpListener,
    health: Health,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let app = axum::Router::new()
        .route("/healthz", axum::routing::get(crate::http::healthz))
        .with_state(health);
    axum::serve(listener, app)
        .with_graceful_shutdown(async move { shutdown.requested().await })
        .await
        .context("serve http")
}
