//! The scheduler: answers quote requests, starts paid bookings, ends what is due.
//!
//! Mechanism: a signed request is placed on a fresh reading of the fleet, its devices are softly
//! reserved, and a quote is put on chain through the outbox; a second loop reads clock and bookings
//! and puts every due step into the outbox; a third keeps the fleet for `/v1/fleet`. Place of use: the
//! binary `ion-scheduler`. Invariants: time is the chain's clock; nothing is ended before clock and
//! bookings were read; the program on chain decides, reservations here are hints.

mod api;
mod desk;
mod extension;
mod failover;
mod fleet;
mod loops;
mod planner;
mod quoting;
mod reader;
mod refusal;
mod settings;
mod steps;

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use ion_chain::{Outbox, Sender, Signers};
use ion_client::send::{Chain, FeeOracle};
use ion_protocol::Realm;
use ion_store::{Store, SystemClock, outbox::SqlOutbox};
use solana_keypair::Keypair;
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore, watch},
};

pub use api::*;
pub use desk::*;
pub use failover::*;
pub use fleet::*;
pub use loops::*;
pub use planner::*;
pub use quoting::*;
pub use reader::*;
pub use refusal::*;
pub use settings::*;
pub use steps::*;

use crate::{
    chain_view::{ClusterReader, RpcView},
    health::Health,
    metrics::Metrics,
    shutdown::{Shutdown, Tasks},
};

/// Everything that a scheduler is made of.
pub struct Parts<C> {
    /// Its settings.
    pub settings: SchedulerSettings,
    /// The key with the scheduler role.
    pub key: Keypair,
    /// Reading side of the chain.
    pub reader: Arc<dyn SchedulerChain>,
    /// Sending side of the chain.
    pub sending: Arc<C>,
    /// Genesis hash of the cluster.
    pub genesis_hash: [u8; 32],
    /// Its database.
    pub store: Store,
}

/// Starts the tasks of a scheduler: sending, following, fleet, HTTP.
///
/// Errors: the store's tables cannot be opened.
pub async fn start<C: Chain + FeeOracle + 'static>(
    parts: Parts<C>,
    listener: TcpListener,
    shutdown: Shutdown,
) -> anyhow::Result<Tasks> {
    let Parts {
        settings,
        key,
        reader,
        sending,
        genesis_hash,
        store,
    } = parts;
    let desk = Desk::open(store.clone())
        .await
        .context("open the scheduler's tables")?;
    let outbox = Outbox::new(
        SqlOutbox::open(store).await.context("open the outbox")?,
        Arc::new(SystemClock),
    );
    let signers = Signers::new(key);
    let scheduler = signers.payer();
    let (health, metrics) = (Health::default(), Metrics::default());
    let nudge = Arc::new(Notify::new());
    let planner = Arc::new(Planner::new(settings.placement.clone()));
    let (shown, fleet) = watch::channel(FleetState::default());
    let stall = settings
        .chain
        .stall_limit()
        .max(settings.scheduler.fleet_refresh * 4);

    let sender = Sender::new(
        outbox.clone(),
        sending,
        signers,
        settings.sender.to_sender(),
        benign(),
    )
    .named(settings.scheduler.replica.clone());
    let follow = Follow {
        chain: reader.clone(),
        desk: desk.clone(),
        outbox: outbox.clone(),
        nudge: nudge.clone(),
        scheduler,
        planner: planner.clone(),
    };
    let api = Arc::new(Api {
        quoting: Quoting {
            chain: reader.clone(),
            desk: desk.clone(),
            outbox: outbox.clone(),
            nudge: nudge.clone(),
            realm: Realm {
                genesis_hash,
                program_id: booking::ID.to_bytes(),
            },
            scheduler,
            price_account: settings.price_account(),
            planner: planner.clone(),
            settings: settings.quotes.clone(),
        },
        turns: Semaphore::new(settings.quotes.max_in_hand),
        fleet,
        metrics: metrics.clone(),
    });

    let mut tasks = Tasks::default();
    tasks.spawn(
        "send",
        send(
            sender,
            outbox,
            nudge,
            metrics.clone(),
            health.watch("send", stall),
            settings.sender.poll,
            shutdown.clone(),
        ),
    );
    tasks.spawn(
        "follow",
        follow.run(
            metrics.clone(),
            health.watch("follow", stall),
            settings.chain.poll,
            shutdown.clone(),
        ),
    );
    tasks.spawn(
        "fleet",
        watch_fleet(
            reader,
            desk,
            planner,
            shown,
            metrics,
            health.watch("fleet", stall),
            settings.scheduler.fleet_refresh,
            shutdown.clone(),
        ),
    );
    tasks.spawn("http", async move {
        axum::serve(listener, router(api, health))
            .with_graceful_shutdown(async move { shutdown.requested().await })
            .await
            .context("serve http")
    });
    Ok(tasks)
}

/// Asks the node for the cluster's identity until it answers or the end is asked for.
pub async fn await_genesis_hash(
    chain: Arc<RpcView>,
    shutdown: &Shutdown,
) -> anyhow::Result<[u8; 32]> {
    let mut wait = Duration::from_millis(200);
    loop {
        match crate::chain_view::read(&chain, |chain| chain.genesis_hash()).await {
            Ok(hash) => return Ok(hash),
            Err(error) => tracing::warn!(%error, "genesis hash not read"),
        }
        if !shutdown.pause(wait).await {
            anyhow::bail!("asked to end before the node answered");
        }
        wait = (wait * 2).min(Duration::from_secs(10));
    }
}
