//! Chain time and heartbeats.

use std::sync::Arc;

use ion_protocol::{
    Claim, Domain, HEARTBEAT_PATH, Heartbeat, HeartbeatReply, JOBS_COMPLETED_CLAIM,
    JOBS_FAILED_CLAIM, LINE_DOWN_CLAIM, LINE_UP_CLAIM,
};
use tokio::sync::{Notify, watch};

use crate::{
    agent::{CallError, Shared, VerifierClient},
    chain_view::read,
    shutdown::Shutdown,
};

/// Reads the chain's clock and publishes each reading.
pub(crate) async fn follow_time(
    shared: Arc<Shared>,
    times: watch::Sender<Option<i64>>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let pulse = shared
        .health
        .watch("chain_time", shared.settings.chain.stall_limit());
    loop {
        match read(&shared.cluster, |cluster| cluster.now()).await {
            Ok(now) => {
                times.send_if_modified(|time| time.replace(now) != Some(now));
                pulse.beat();
            }
            Err(error) => tracing::warn!(error = %error, "cannot read the chain's clock"),
        }
        if !shutdown.pause(shared.settings.chain.poll).await {
            return Ok(());
        }
    }
}

/// Sends one heartbeat per period of chain time, and a last one that says that the agent drains.
pub(crate) async fn beat(
    shared: Arc<Shared>,
    client: Arc<VerifierClient>,
    mut times: watch::Receiver<Option<i64>>,
    challenge_waits: Arc<Notify>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let period = i64::try_from(shared.settings.verifiers.heartbeat.as_secs())?;
    let mut last = None;
    let mut failure = String::new();
    while wait_for_period(&mut times, period, last, &shutdown).await {
        match send(&shared, &client, false).await {
            Ok((now, reply)) => {
                // A verifier whose clock is behind counts it for the period before: this one is owed.
                let counted = now.min(reply.counted_at).div_euclid(period);
                let is_owed = counted < now.div_euclid(period);
                last = Some(counted);
                if reply.challenge_waits {
                    challenge_waits.notify_one();
                }
                if !std::mem::take(&mut failure).is_empty() {
                    tracing::info!(verifier = client.base(), "heartbeats are counted again");
                }
                tracing::debug!(
                    verifier = client.base(),
                    at = reply.counted_at,
                    "heartbeat counted"
                );
                if is_owed && !shutdown.pause(shared.settings.verifiers.retry).await {
                    break;
                }
            }
            Err(error) => {
                // A lasting failure is told once.
                let text = error.to_string();
                if text == failure {
                    tracing::debug!(verifier = client.base(), error = %text, "heartbeat failed again");
                } else {
                    tracing::warn!(verifier = client.base(), error = %text, "heartbeat failed");
                    failure = text;
                }
                if !shutdown.pause(shared.settings.verifiers.retry).await {
                    break;
                }
            }
        }
    }
    if let Err(error) = send(&shared, &client, true).await {
        tracing::debug!(verifier = client.base(), error = %error, "last heartbeat failed");
    }
    Ok(())
}

/// Waits for a chain time in a period after the last one served; `false` at the end.
async fn wait_for_period(
    times: &mut watch::Receiver<Option<i64>>,
    period: i64,
    last: Option<i64>,
    shutdown: &Shutdown,
) -> bool {
    let due = |time: &Option<i64>| {
        time.is_some_and(|now| last.is_none_or(|last| now.div_euclid(period) > last))
    };
    tokio::select! {
        biased;
        () = shutdown.requested() => false,
        time = times.wait_for(due) => time.is_ok(),
    }
}

/// What the settings say of the line.
fn line_claims(shared: &Shared) -> Vec<Claim> {
    let device = &shared.settings.device;
    if device.line_down_mbytes == 0 {
        return Vec::new();
    }
    [
        (LINE_DOWN_CLAIM, device.line_down_mbytes),
        (LINE_UP_CLAIM, device.line_up_mbytes),
    ]
    .map(|(name, value)| Claim {
        name: name.to_owned(),
        value: value.to_string(),
    })
    .into()
}

/// All that this machine says of itself: its line, its GPUs, the jobs since the start.
fn claims(shared: &Shared) -> Vec<Claim> {
    let mut claims = line_claims(shared);
    claims.extend(shared.hardware.borrow().iter().cloned());
    if let Some(workshop) = &shared.workshop {
        let (completed, failed) = workshop.desk.counts();
        let counts = [
            (JOBS_COMPLETED_CLAIM, completed),
            (JOBS_FAILED_CLAIM, failed),
        ];
        claims.extend(counts.map(|(name, value)| Claim {
            name: name.to_owned(),
            value: value.to_string(),
        }));
    }
    claims
}

/// One heartbeat at the chain time of now, which is returned with the reply.
async fn send(
    shared: &Shared,
    client: &VerifierClient,
    draining: bool,
) -> Result<(i64, HeartbeatReply), CallError> {
    let now = read(&shared.cluster, |cluster| cluster.now())
        .await
        .map_err(|error| CallError::Local(error.to_string()))?;
    let message = Heartbeat {
        boot: shared.boot,
        draining,
        claims: claims(shared),
    };
    let reply = client
        .call(shared, HEARTBEAT_PATH, Domain::Heartbeat, now, &message)
        .await?;
    Ok((now, reply))
}
