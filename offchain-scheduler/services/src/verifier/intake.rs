//! The queue in front of the tables: requests of many devices become one transaction.
//!
//! Mechanism: handlers put their request in and wait; one task takes all that wait, at most a batch,
//! stores them together and answers each. Place of use: every signed request. Invariant: a reply
//! goes out only after its request is stored, and the queue is bounded: what does not fit is refused
//! at once.

use std::sync::{Arc, Mutex, PoisonError};

use ion_economics::reward::score::connectivity_tier;
use ion_observation::Key;
use ion_protocol::{Domain, Heartbeat};
use tokio::sync::{mpsc, oneshot};

use super::{
    VerifierError,
    journal::{Arrival, JournalError, Life, LifeRules, NotTaken},
    refusal::ApiError,
    state::Verifier,
};
use crate::shutdown::Shutdown;

/// Requests that may wait.
const QUEUE: usize = 8_192;
/// Most requests of one transaction.
const BATCH: usize = 512;

/// Most GPUs of a device.
const MAX_GPUS: usize = 64;
/// Longest UUID that is kept.
const MAX_UUID_BYTES: usize = 64;

/// What becomes of a request.
enum Fate {
    Stored,
    Refused(NotTaken),
    Failed(Arc<JournalError>),
}

struct Waiting {
    arrival: Arrival,
    reply: oneshot::Sender<Fate>,
}

/// Both ends of the queue.
pub struct Intake {
    sender: mpsc::Sender<Waiting>,
    receiver: Mutex<Option<mpsc::Receiver<Waiting>>>,
}

impl Default for Intake {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Intake {
            sender,
            receiver: Mutex::new(Some(receiver)),
        }
    }
}

impl Verifier {
    /// Accepts a request's sequence number and, for a heartbeat, counts it. Returns when it is
    /// stored.
    pub(super) async fn accept(&self, arrival: Arrival) -> Result<(), ApiError> {
        let (reply, fate) = oneshot::channel();
        self.intake
            .sender
            .try_send(Waiting { arrival, reply })
            .map_err(|_| ApiError::Overloaded)?;
        match fate.await {
            Ok(Fate::Stored) => Ok(()),
            Ok(Fate::Refused(error)) => Err(error.into()),
            Ok(Fate::Failed(error)) => Err(ApiError::Unavailable(VerifierError::Batch(error))),
            Err(_) => Err(ApiError::Overloaded),
        }
    }

    /// A heartbeat as it is stored.
    pub(super) fn arrival(
        &self,
        subject: &Key,
        device: &Key,
        sequence: u64,
        now: i64,
        message: &Heartbeat,
    ) -> Arrival {
        Arrival {
            subject: *subject,
            domain: Domain::Heartbeat,
            sequence,
            life: Some(Life {
                device: *device,
                now,
                boot: message.boot,
                draining: message.draining,
                line_tier: message
                    .line_mbytes()
                    .map(|(down, up)| connectivity_tier(down, up)),
                load_percent: message.load_percent(),
                // A device has at most 64 processors; longer names are none.
                gpus: message
                    .gpu_uuids()
                    .into_iter()
                    .filter(|uuid| uuid.len() <= MAX_UUID_BYTES)
                    .take(MAX_GPUS)
                    .map(str::to_owned)
                    .collect(),
            }),
        }
    }

    /// Counts one heartbeat without the queue. Errors: `Journal`, with `Sequence` for a number that
    /// was used.
    pub async fn count_heartbeat(
        &self,
        subject: &Key,
        device: &Key,
        sequence: u64,
        now: i64,
        message: &Heartbeat,
    ) -> Result<(), VerifierError> {
        let arrival = self.arrival(subject, device, sequence, now, message);
        let results = self.journal.take(&[arrival], self.life_rules()).await?;
        for result in results {
            match result {
                Ok(()) => {}
                Err(NotTaken::Sequence(error)) => return Err(JournalError::from(error).into()),
                Err(error) => return Err(JournalError::from(error).into()),
            }
        }
        Ok(())
    }

    fn life_rules(&self) -> LifeRules {
        // ceil: a started minute is watched whole
        let down_after = self.settings.heartbeat.down_after.as_secs().div_ceil(60);
        LifeRules {
            degraded_after: i64::from(self.settings.heartbeat.degraded_after),
            down_after: u32::try_from(down_after).unwrap_or(u32::MAX),
        }
    }
}

/// Stores what waits until the end is asked for; what waits then is still stored.
pub(super) async fn store_arrivals(
    verifier: Arc<Verifier>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let receiver = verifier
        .intake
        .receiver
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let Some(mut receiver) = receiver else {
        anyhow::bail!("the queue of requests has its task already");
    };
    let pulse = verifier
        .health
        .watch("intake", std::time::Duration::from_secs(60));
    let pause = verifier.settings.http.batch_pause;
    let mut waiting: Vec<Waiting> = Vec::with_capacity(BATCH);
    loop {
        // An idle queue is alive.
        let beat = verifier
            .settings
            .http
            .read_within
            .min(std::time::Duration::from_secs(10));
        tokio::select! {
            biased;
            first = receiver.recv() => match first {
                Some(first) => waiting.push(first),
                None => return Ok(()),
            },
            () = shutdown.requested() => {
                receiver.close();
                while let Some(late) = receiver.recv().await {
                    waiting.push(late);
                }
                store(&verifier, &mut waiting).await;
                return Ok(());
            }
            () = tokio::time::sleep(beat) => {
                pulse.beat();
                continue;
            }
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        while waiting.len() < BATCH {
            match receiver.try_recv() {
                Ok(next) => waiting.push(next),
                Err(_) => break,
            }
        }
        if store(&verifier, &mut waiting).await {
            pulse.beat();
        }
    }
}

/// Stores a batch and answers each request; whether the tables answered.
async fn store(verifier: &Verifier, waiting: &mut Vec<Waiting>) -> bool {
    let (arrivals, replies): (Vec<_>, Vec<_>) = waiting
        .drain(..)
        .map(|waiting| (waiting.arrival, waiting.reply))
        .unzip();
    match verifier
        .journal
        .take(&arrivals, verifier.life_rules())
        .await
    {
        Ok(results) => {
            for (reply, result) in replies.into_iter().zip(results) {
                // A handler whose client is gone waits no longer.
                let _ = reply.send(match result {
                    Ok(()) => Fate::Stored,
                    Err(error) => Fate::Refused(error),
                });
            }
            true
        }
        Err(error) => {
            let error = Arc::new(error);
            for reply in replies {
                let _ = reply.send(Fate::Failed(error.clone()));
            }
            false
        }
    }
}
