//! The scheduler's loops: sending, following bookings, reading the fleet.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use ion_chain::{Outbox, Sender};
use ion_client::{
    instructions::booking as instructions,
    send::{Chain, FeeOracle},
};
use ion_store::outbox::{Key, State};
use solana_pubkey::Pubkey;
use tokio::sync::{Notify, watch};

use super::{
    Desk, Planner, QuoteState, SchedulerChain,
    failover::is_any_failing,
    fleet::FleetState,
    steps::{CLOSE_QUOTE, CREATE_QUOTE, QUOTE_EXTENSION, due},
};
use crate::{chain_view::read, health::Pulse, metrics::Metrics, shutdown::Shutdown};

/// Quotes closed per round.
const CLOSED_PER_ROUND: u32 = 16;

/// Signs and sends until the end is asked for; the row in hand is finished first.
pub async fn send<C: Chain + FeeOracle + 'static>(
    mut sender: Sender<C>,
    outbox: Outbox,
    nudge: Arc<Notify>,
    metrics: Metrics,
    pulse: Pulse,
    poll: Duration,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    while !shutdown.is_requested() {
        match sender.tick().await {
            Ok(tick) => {
                pulse.beat();
                for (result, count) in [
                    ("finalized", tick.finalized),
                    ("rejected", tick.rejected),
                    ("refused", tick.refused),
                    ("poisoned", tick.poisoned),
                    ("expired", tick.expired),
                ] {
                    for _ in 0..count {
                        metrics.count(
                            "scheduler_transactions_total",
                            "Transactions by result.",
                            &[("result", result)],
                        );
                    }
                }
                show_outbox(&outbox, &metrics).await?;
            }
            Err(error) if error.is_retryable() => tracing::warn!(%error, "sending paused"),
            Err(error) => return Err(error.into()),
        }
        tokio::select! {
            () = nudge.notified() => {}
            _ = shutdown.pause(poll) => {}
        }
    }
    Ok(())
}

async fn show_outbox(outbox: &Outbox, metrics: &Metrics) -> anyhow::Result<()> {
    let summary = outbox.summary().await?;
    let age = u64::try_from(summary.oldest_open_ms / 1_000).unwrap_or_default();
    metrics.set(
        "scheduler_outbox_oldest_seconds",
        "Age of the oldest row that is not closed.",
        &[],
        age,
    );
    for (state, count) in summary.by_state {
        metrics.set(
            "scheduler_outbox_rows",
            "Rows by state.",
            &[("state", state.as_str())],
            count,
        );
    }
    Ok(())
}

/// What one round of following did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Chain time it was judged by, Unix seconds.
    pub now: i64,
    /// Rows put into the outbox.
    pub new: u32,
}

/// What the following loop works with.
pub struct Follow {
    /// Reading side of the chain.
    pub chain: Arc<dyn SchedulerChain>,
    /// The scheduler's tables.
    pub desk: Desk,
    /// Transactions on their way.
    pub outbox: Outbox,
    /// Wakes the sender.
    pub nudge: Arc<Notify>,
    /// Address of the scheduler's key.
    pub scheduler: Pubkey,
    /// Places replacements.
    pub planner: Arc<Planner>,
}

impl Follow {
    /// One round: reads clock and bookings, puts every due step and every remedy of a faulty line into
    /// the outbox, and closes quotes whose time is over. Without a reading nothing is done.
    pub async fn round(&self) -> anyhow::Result<Round> {
        // The clock first: see `due`.
        let now = read(&self.chain, |chain| chain.now()).await?;
        let bookings = read(&self.chain, |chain| chain.bookings()).await?;
        let mut new = 0;
        for due in due(now, &bookings) {
            let key = Key::new(due.step.kind(), due.booking, due.event_seq);
            if self.outbox.row(&key).await?.is_some() {
                continue;
            }
            let instruction = due.step.instruction(&self.scheduler, &due.booking);
            self.outbox.enqueue(&key, &[instruction]).await?;
            tracing::info!(booking = %due.booking, kind = due.step.kind(), period = due.event_seq, "due");
            new += 1;
        }
        if is_any_failing(&bookings) {
            new += self.remedies().await?;
        }
        new += self.close_quotes(now).await?;
        if new > 0 {
            self.nudge.notify_one();
        }
        Ok(Round { now, new })
    }

    async fn close_quotes(&self, now: i64) -> anyhow::Result<u32> {
        let mut new = 0;
        for (id, address) in self.desk.overdue(now, CLOSED_PER_ROUND).await? {
            let quote = read(&self.chain, move |chain| chain.quote(&address)).await?;
            let key = Key::new(CLOSE_QUOTE, address, 0);
            let Some(quote) = quote else {
                // One that may still land keeps its devices.
                if !self.is_on_its_way(&address).await? {
                    self.desk.ended(&id, QuoteState::Closed).await?;
                }
                continue;
            };
            match self.outbox.row(&key).await? {
                // A person has to look at the row; the quote harms nobody meanwhile.
                Some(row) if matches!(row.state, State::Rejected | State::Poison) => {
                    self.desk.ended(&id, QuoteState::Closed).await?;
                }
                Some(_) => {}
                None if quote.is_closable(now) => {
                    let instruction =
                        instructions::close_quote(&self.scheduler, &id, &quote.scheduler);
                    self.outbox.enqueue(&key, &[instruction]).await?;
                    new += 1;
                }
                None => self.desk.opened(&id, quote.expires_at).await?,
            }
        }
        Ok(new)
    }

    /// Whether the transaction that makes a quote is not at its end.
    async fn is_on_its_way(&self, quote: &Pubkey) -> anyhow::Result<bool> {
        for kind in [CREATE_QUOTE, QUOTE_EXTENSION] {
            let row = self.outbox.row(&Key::new(kind, quote, 0)).await?;
            if row.is_some_and(|row| !row.state.is_closed()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Rounds until the end is asked for.
    pub async fn run(
        self,
        metrics: Metrics,
        pulse: Pulse,
        poll: Duration,
        shutdown: Shutdown,
    ) -> anyhow::Result<()> {
        while !shutdown.is_requested() {
            match self.round().await {
                Ok(round) => {
                    pulse.beat();
                    metrics.set(
                        "scheduler_follow_last_success_unixtime",
                        "Chain time of the last finished round.",
                        &[],
                        u64::try_from(round.now).unwrap_or_default(),
                    );
                }
                Err(error) => tracing::warn!(error = format!("{error:#}"), "bookings not followed"),
            }
            shutdown.pause(poll).await;
        }
        Ok(())
    }
}

/// Reads the fleet until the end is asked for; `/v1/fleet` shows the last reading.
#[expect(
    clippy::too_many_arguments,
    reason = "a task's own parts, each used once"
)]
pub async fn watch_fleet(
    chain: Arc<dyn SchedulerChain>,
    desk: Desk,
    planner: Arc<Planner>,
    shown: watch::Sender<FleetState>,
    metrics: Metrics,
    pulse: Pulse,
    refresh: Duration,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    while !shutdown.is_requested() {
        match read_fleet(&chain, &desk, &planner).await {
            Ok(state) => {
                pulse.beat();
                let sum =
                    |of: fn(&super::fleet::ClassState) -> u64| state.classes.values().map(of).sum();
                for (name, gpus) in [
                    ("all", sum(|class| class.gpus)),
                    ("free", sum(|class| class.free_gpus)),
                    ("hired", sum(|class| class.hired_gpus)),
                    ("reserved", sum(|class| class.reserved_gpus)),
                    ("fragmented", sum(|class| class.fragmented_gpus)),
                ] {
                    metrics.set(
                        "scheduler_fleet_gpus",
                        "Processors by state.",
                        &[("state", name)],
                        gpus,
                    );
                }
                shown.send_replace(state);
            }
            Err(error) => tracing::warn!(error = format!("{error:#}"), "fleet not read"),
        }
        shutdown.pause(refresh).await;
    }
    Ok(())
}

async fn read_fleet(
    chain: &Arc<dyn SchedulerChain>,
    desk: &Desk,
    planner: &Planner,
) -> anyhow::Result<FleetState> {
    let facts = read(chain, |chain| chain.facts()).await?;
    let reserved: BTreeSet<Pubkey> = desk.reserved(None, facts.now).await?;
    Ok(planner.state(&facts, &reserved))
}
