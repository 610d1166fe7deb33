//! Challenges in progress: issue, roots, openings, verdicts.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ion_challenge::{Challenge, Commitment, InconclusiveReason, Verdict, secret_hash, verify};
use ion_evidence::{ChallengeRecord, Evidence};
use ion_observation::Key;
use ion_protocol::{
    ChallengeReply, CommitMessage, CommitReply, Envelope, IssuedChallenge, OpenMessage, OpenReply,
    Opened, Outcome,
};
use ion_store::{Clock, SystemClock};

use super::{
    VerifierError,
    journal::StoredChallenge,
    refusal::ApiError,
    state::{Verifier, blocking},
};
use crate::chain_view::read;

/// One challenge between issue and verdict. Deadlines run on the monotonic clock.
#[derive(Clone)]
struct Trial {
    device: Key,
    issued: IssuedChallenge,
    secret: Key,
    deadline: Instant,
    /// Measured before the issue; added to each deadline.
    round_trip: Duration,
    commitment: Option<Commitment>,
    /// The message that brought the roots.
    signed_commitment: Option<Envelope>,
    /// An answer is being checked.
    is_judged: bool,
}

/// Challenges in progress by device account; one at a time each.
#[derive(Default)]
pub struct Trials(Mutex<HashMap<Key, Trial>>);

impl Trials {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Trial>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the challenge in progress of a device waits for its roots; `None` without one.
    pub(super) fn in_progress(&self, device: &Key) -> Option<bool> {
        self.lock()
            .get(device)
            .map(|trial| trial.commitment.is_none())
    }

    /// Number of challenges in progress.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether no challenge is in progress.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Verifier {
    /// The challenge of a device: the one in progress, else a new one when it is due. Its time for
    /// the roots runs from the first fetch on.
    pub(super) async fn fetch_challenge(
        &self,
        address: &Key,
        device: &registry::state::Device,
        now: i64,
        round_trip: Duration,
    ) -> Result<ChallengeReply, ApiError> {
        if let Some(trial) = self.trials.lock().get(address) {
            return Ok(ChallengeReply {
                issued: trial.commitment.is_none().then(|| trial.issued.clone()),
                wait_ms: 0,
            });
        }
        if !self.is_challenge_due(address, device, now).await? {
            return Ok(ChallengeReply {
                issued: None,
                wait_ms: 0,
            });
        }
        let settings = &self.settings.challenge;
        let is_full = !device.is_hired();
        let (n, rounds, within) = if is_full {
            (settings.n, settings.rounds, settings.commit_within)
        } else {
            (
                settings.light_n,
                settings.light_rounds,
                settings.light_within,
            )
        };
        let secret: Key = rand::random();
        let challenge = Challenge {
            genesis_hash: self.realm.genesis_hash,
            verifier: self.public_key(),
            device: device.device_key.to_bytes(),
            nonce: rand::random(),
            blockhash: read(&self.ledger, |ledger| ledger.recent_blockhash())
                .await
                .map_err(VerifierError::from)?,
            n,
            rounds,
            openings: settings.openings,
            secret_hash: secret_hash(&secret),
        };
        let stored = StoredChallenge {
            device: *address,
            challenge: challenge.clone(),
            secret,
            commitment: None,
        };
        self.journal
            .issue_as(&self.settings.verifier.replica, is_full, &stored, now)
            .await
            .map_err(VerifierError::from)?;
        let issued = IssuedChallenge::new(
            &self.key,
            challenge,
            u64::try_from(within.as_millis()).unwrap_or(u64::MAX),
        );
        let trial = Trial {
            device: *address,
            issued: issued.clone(),
            secret,
            // The time on the way is not the device's.
            deadline: Instant::now() + within + round_trip,
            round_trip,
            commitment: None,
            signed_commitment: None,
            is_judged: false,
        };
        self.trials.lock().insert(*address, trial);
        self.metrics.count(
            "verifier_challenges_issued_total",
            "Challenges issued.",
            &[],
        );
        Ok(ChallengeReply {
            issued: Some(issued),
            wait_ms: 0,
        })
    }

    /// Takes the roots of a challenge and reveals its secret. The same roots again get the same
    /// answer; other roots are refused.
    pub(super) async fn take_commitment(
        &self,
        address: &Key,
        opened: Opened<CommitMessage>,
    ) -> Result<CommitReply, ApiError> {
        let commitment = opened.message;
        let secret = {
            let trials = self.trials.lock();
            let trial = find(&trials, address, &commitment.challenge_id)?;
            match &trial.commitment {
                Some(earlier) if *earlier == commitment => {
                    return Ok(CommitReply {
                        secret: trial.secret,
                    });
                }
                Some(_) => return Err(ApiError::OtherCommitment),
                None if Instant::now() > trial.deadline => return Err(ApiError::TooLate),
                None => trial.secret,
            }
        };
        // Stored before the secret is out: after a restart nobody can bring other roots.
        self.journal
            .commit(&commitment)
            .await
            .map_err(VerifierError::from)?;
        let mut trials = self.trials.lock();
        let Some(trial) = trials.get_mut(address) else {
            return Err(ApiError::NoChallenge);
        };
        match &trial.commitment {
            Some(earlier) if *earlier != commitment => return Err(ApiError::OtherCommitment),
            Some(_) => {}
            None => {
                trial.deadline =
                    Instant::now() + self.settings.challenge.open_within + trial.round_trip;
                trial.commitment = Some(commitment);
                trial.signed_commitment = Some(opened.envelope);
            }
        }
        Ok(CommitReply { secret })
    }

    /// Takes the openings of a challenge and judges them.
    pub(super) async fn take_answer(
        &self,
        address: &Key,
        opened: Opened<OpenMessage>,
        now: i64,
    ) -> Result<OpenReply, ApiError> {
        let answer = opened.message;
        let (trial, commitment) = {
            let mut trials = self.trials.lock();
            find(&trials, address, &answer.challenge_id)?;
            let Some(trial) = trials.get_mut(address) else {
                return Err(ApiError::NoChallenge);
            };
            let Some(commitment) = trial.commitment.clone() else {
                return Err(ApiError::NotCommitted);
            };
            if Instant::now() > trial.deadline {
                return Err(ApiError::TooLate);
            }
            if std::mem::replace(&mut trial.is_judged, true) {
                return Err(ApiError::InProgress);
            }
            (trial.clone(), commitment)
        };
        let challenge = trial.issued.challenge.clone();
        let secret = trial.secret;
        let judged = async {
            let verdict =
                blocking(move || verify(&challenge, &commitment, &secret, &answer)).await?;
            let signed_answer = matches!(verdict, Verdict::Fail(_)).then_some(opened.envelope);
            self.finish(&trial, verdict, signed_answer, now).await
        };
        match judged.await {
            Ok(outcome) => Ok(OpenReply { outcome }),
            Err(error) => {
                // The device may send its answer again within its time.
                if let Some(trial) = self.trials.lock().get_mut(address) {
                    trial.is_judged = false;
                }
                Err(error.into())
            }
        }
    }

    /// Stores a verdict with its evidence and ends the trial.
    async fn finish(
        &self,
        trial: &Trial,
        verdict: Verdict,
        signed_answer: Option<Envelope>,
        now: i64,
    ) -> Result<Outcome, VerifierError> {
        let (outcome, result) = match &verdict {
            Verdict::Pass => (Outcome::Pass, "pass"),
            Verdict::Fail(_) => (Outcome::Fail, "fail"),
            Verdict::Inconclusive(_) => (Outcome::Inconclusive, "inconclusive"),
        };
        let evidence = Evidence::Challenge(Box::new(ChallengeRecord {
            issued: trial.issued.clone(),
            secret: trial.secret,
            commit: trial.signed_commitment.clone(),
            answer: signed_answer,
            verdict,
        }));
        let bytes = evidence.encode().map_err(|_| VerifierError::Encoding)?;
        let hash = Evidence::hash(&bytes);
        self.put(Evidence::object_name(&hash), bytes).await?;
        self.journal
            .finish(&trial.issued.challenge.id(), outcome, &hash, now)
            .await?;
        // In this order: who sees no trial in progress sees its outcome.
        self.outcomes.forget(&trial.device);
        self.trials.lock().remove(&trial.device);
        let class = self
            .snapshot()
            .devices
            .get(&trial.device)
            .map_or_else(|| "unknown".to_owned(), |device| device.class.to_string());
        self.metrics.count(
            "verifier_challenges_total",
            "Challenges judged, by processor class and result.",
            &[("class", &class), ("result", result)],
        );
        tracing::info!(device = %bs58::encode(trial.device).into_string(), outcome = result, "challenge judged");
        Ok(outcome)
    }

    /// Ends trials whose time is over; being late is no evidence.
    pub async fn sweep_trials(&self, now: i64) -> Result<(), VerifierError> {
        let late: Vec<Trial> = {
            let trials = self.trials.lock();
            let over = |trial: &&Trial| !trial.is_judged && Instant::now() > trial.deadline;
            trials.values().filter(over).cloned().collect()
        };
        for trial in late {
            let reason = match trial.commitment {
                None => InconclusiveReason::CommitTimeout,
                Some(_) => InconclusiveReason::OpenTimeout,
            };
            self.finish(&trial, Verdict::Inconclusive(reason), None, now)
                .await?;
        }
        Ok(())
    }

    /// Ends challenges whose deadlines are lost, so that nothing is shown either way: those of
    /// replicas that live no more and, `at_start`, those that an earlier run of this one left open.
    pub async fn end_interrupted_trials(
        &self,
        now: i64,
        at_start: bool,
    ) -> Result<(), VerifierError> {
        let own = self.settings.verifier.replica.as_str();
        let now_ms = SystemClock.now_ms();
        for stored in self.journal.abandoned(own, at_start, now_ms).await? {
            let trial = Trial {
                device: stored.device,
                issued: IssuedChallenge::new(&self.key, stored.challenge, 0),
                secret: stored.secret,
                deadline: Instant::now(),
                round_trip: Duration::ZERO,
                commitment: stored.commitment,
                signed_commitment: None,
                is_judged: true,
            };
            self.journal
                .mark_own_fault(&trial.issued.challenge.id())
                .await?;
            self.finish(
                &trial,
                Verdict::Inconclusive(InconclusiveReason::VerifierStopped),
                None,
                now,
            )
            .await?;
        }
        Ok(())
    }

    /// Says that this replica lives, and takes over from those that do not.
    pub async fn renew_replica(&self, now: i64) -> Result<(), VerifierError> {
        let lease = i64::try_from(self.settings.loops.lease.as_millis()).unwrap_or(i64::MAX);
        let until = SystemClock.now_ms().saturating_add(lease);
        self.journal
            .renew_replica(&self.settings.verifier.replica, until)
            .await?;
        self.end_interrupted_trials(now, false).await
    }

    /// Whether a fetch waits for the owner's other devices: a challenge is due that nobody has
    /// fetched yet.
    pub(super) async fn is_to_be_gathered(
        &self,
        address: &Key,
        device: &registry::state::Device,
        now: i64,
    ) -> Result<bool, VerifierError> {
        Ok(self.trials.in_progress(address).is_none()
            && self.is_challenge_due(address, device, now).await?)
    }

    /// Largest body of openings for the challenges in force: rows, proofs and the envelope.
    pub(super) fn max_answer_bytes(&self) -> usize {
        let challenge = &self.settings.challenge;
        let n = challenge.n.max(challenge.light_n) as usize;
        let levels = n.next_power_of_two().trailing_zeros() as usize;
        usize::from(challenge.openings) * (4 * n + 32 * levels + 32) + 1_024
    }
}

/// Slack of the sweeper beyond the deadline of a trial.
pub(super) const SWEEP_PAUSE: Duration = Duration::from_millis(500);

fn find<'a>(
    trials: &'a HashMap<Key, Trial>,
    address: &Key,
    id: &Key,
) -> Result<&'a Trial, ApiError> {
    trials
        .get(address)
        .filter(|trial| trial.issued.challenge.id() == *id)
        .ok_or(ApiError::NoChallenge)
}
