//! Challenges and their outcomes.

use std::collections::BTreeMap;

use ion_challenge::{Challenge, Commitment};
use ion_observation::ChallengeObservation;
use ion_protocol::Outcome;
use ion_store::to_column;
use sqlx::{Row, any::AnyRow};

use super::{Journal, JournalError, Key, from_hex, key, to_hex};

/// A challenge as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredChallenge {
    /// The device account.
    pub device: Key,
    /// The challenge.
    pub challenge: Challenge,
    /// Its secret.
    pub secret: [u8; 32],
    /// The device's roots, once received.
    pub commitment: Option<Commitment>,
}

/// An outcome with what it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The outcome.
    pub observation: ChallengeObservation,
    /// Whether the challenge had the full size; a light probe else.
    pub is_full: bool,
}

impl Journal {
    /// Stores a new challenge before it is shown to anybody: of full size, by a verifier of one
    /// replica.
    pub async fn issue(&self, stored: &StoredChallenge, now: i64) -> Result<(), JournalError> {
        self.issue_as("", true, stored, now).await
    }

    /// Stores a new challenge of a replica before it is shown to anybody.
    pub async fn issue_as(
        &self,
        replica: &str,
        is_full: bool,
        stored: &StoredChallenge,
        now: i64,
    ) -> Result<(), JournalError> {
        sqlx::query(
            "INSERT INTO verifier_challenges (id, device, hour, state, challenge, secret, issued_at, full_size, replica) \
             VALUES ($1, $2, $3, 'issued', $4, $5, $6, $7, $8)",
        )
        .bind(hex::encode(stored.challenge.id()))
        .bind(hex::encode(stored.device))
        .bind(now.div_euclid(3_600))
        .bind(to_hex(&stored.challenge)?)
        .bind(hex::encode(stored.secret))
        .bind(now)
        .bind(i64::from(is_full))
        .bind(replica.to_owned())
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    /// Stores the roots of a challenge before the secret is revealed.
    pub async fn commit(&self, commitment: &Commitment) -> Result<(), JournalError> {
        sqlx::query("UPDATE verifier_challenges SET state = 'committed', commitment = $2 WHERE id = $1 AND state = 'issued'")
            .bind(hex::encode(commitment.challenge_id))
            .bind(to_hex(commitment)?)
            .execute(self.store.pool())
            .await?;
        Ok(())
    }

    /// Marks challenges that this verifier cuts short itself: they count for nothing.
    pub async fn mark_own_fault(&self, id: &Key) -> Result<(), JournalError> {
        sqlx::query("UPDATE verifier_challenges SET own_fault = 1 WHERE id = $1")
            .bind(hex::encode(id))
            .execute(self.store.pool())
            .await?;
        Ok(())
    }

    /// Stores the outcome of a challenge; a finished one keeps its first outcome.
    pub async fn finish(
        &self,
        id: &Key,
        outcome: Outcome,
        evidence: &Key,
        now: i64,
    ) -> Result<(), JournalError> {
        sqlx::query(
            "UPDATE verifier_challenges SET state = 'finished', outcome = $2, evidence = $3, finished_at = $4, \
             hour = $5 WHERE id = $1 AND state <> 'finished'",
        )
        .bind(hex::encode(id))
        .bind(outcome as i64)
        .bind(hex::encode(evidence))
        .bind(now)
        .bind(now.div_euclid(3_600))
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    /// Challenges without an outcome.
    pub async fn unfinished(&self) -> Result<Vec<StoredChallenge>, JournalError> {
        let rows = sqlx::query(
            "SELECT device, challenge, secret, commitment FROM verifier_challenges WHERE state <> 'finished'",
        )
        .fetch_all(self.store.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let commitment: Option<String> = row.try_get(3)?;
                Ok(StoredChallenge {
                    device: key(row.try_get(0)?)?,
                    challenge: from_hex(row.try_get(1)?)?,
                    secret: key(row.try_get(2)?)?,
                    commitment: commitment.map(from_hex).transpose()?,
                })
            })
            .collect()
    }

    /// Outcomes of a device in an hour, in order of time.
    pub async fn outcomes(
        &self,
        device: &Key,
        hour: u64,
    ) -> Result<Vec<ChallengeObservation>, JournalError> {
        Ok(self
            .judged(device, hour)
            .await?
            .into_iter()
            .map(|judged| judged.observation)
            .collect())
    }

    /// Outcomes of a device in an hour with the sizes of their challenges, in order of time.
    pub async fn judged(&self, device: &Key, hour: u64) -> Result<Vec<Judged>, JournalError> {
        let rows = sqlx::query(
            "SELECT id, finished_at, outcome, evidence, full_size FROM verifier_challenges \
             WHERE device = $1 AND hour = $2 AND state = 'finished' ORDER BY finished_at, issued_at, id",
        )
        .bind(hex::encode(device))
        .bind(to_column("hour", hour)?)
        .fetch_all(self.store.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Judged {
                    observation: observation(row)?,
                    is_full: row.try_get::<i64, _>(4)? != 0,
                })
            })
            .collect()
    }

    /// Outcomes of all devices in an hour, in order of time.
    pub async fn outcomes_of_hour(
        &self,
        hour: u64,
    ) -> Result<BTreeMap<Key, Vec<ChallengeObservation>>, JournalError> {
        let rows = sqlx::query(
            "SELECT id, finished_at, outcome, evidence, device FROM verifier_challenges \
             WHERE hour = $1 AND state = 'finished' ORDER BY finished_at, issued_at, id",
        )
        .bind(to_column("hour", hour)?)
        .fetch_all(self.store.pool())
        .await?;
        let mut outcomes: BTreeMap<Key, Vec<ChallengeObservation>> = BTreeMap::new();
        for row in &rows {
            outcomes
                .entry(key(row.try_get(4)?)?)
                .or_default()
                .push(observation(row)?);
        }
        Ok(outcomes)
    }
}

/// Columns id, finished_at, outcome, evidence.
fn observation(row: &AnyRow) -> Result<ChallengeObservation, JournalError> {
    Ok(ChallengeObservation {
        challenge: key(row.try_get(0)?)?,
        at: row.try_get(1)?,
        outcome: Outcome::try_from(row.try_get::<i64, _>(2)?)
            .map_err(|_| JournalError::Corrupt("outcome"))?,
        evidence: key(row.try_get(3)?)?,
    })
}
