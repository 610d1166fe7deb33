//! The verifier's own tables.

use ion_challenge::{Challenge, Commitment};
use ion_observation::{ChallengeObservation, MinuteMap, fill_gap};
use ion_protocol::{Domain, EnvelopeError, Heartbeat, Outcome, check_sequence};
use ion_store::{Migration, Store, StoreError, from_column, to_column};
use sqlx::{Any, Row, Transaction};

type Key = [u8; 32];

/// Name of the set of migrations in the store.
pub const MIGRATION_SET: &str = "verifier";
/// Tables of the verifier.
pub const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, sql: include_str!("../../migrations/verifier_1.sql") }];

/// Why a row could not be read or written.
#[derive(thiserror::Error, Debug)]
pub enum JournalError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A statement failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The request's sequence number is not the next one.
    #[error(transparent)]
    Sequence(#[from] EnvelopeError),
    /// A stored value is none that this program writes.
    #[error("stored {0} does not decode")]
    Corrupt(&'static str),
}

/// Last sign of life of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSeen {
    /// Chain time, Unix seconds.
    pub at: i64,
    /// Whether the agent said that it is about to stop.
    pub draining: bool,
}

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

/// An hour whose file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenHour {
    /// Hour index.
    pub hour: u64,
    /// Whether something may still be voted or applied.
    pub is_open: bool,
}

/// State of the verifier between two runs. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    store: Store,
}

impl Journal {
    /// Opens the tables in a store, making them when missing.
    pub async fn open(store: Store) -> Result<Self, JournalError> {
        store.migrate(MIGRATION_SET, MIGRATIONS).await?;
        Ok(Journal { store })
    }

    /// Accepts a sequence number of a sender for one purpose, or refuses it. Errors: `Sequence`.
    pub async fn accept(&self, subject: &Key, domain: Domain, sequence: u64) -> Result<(), JournalError> {
        let mut transaction = self.store.begin().await?;
        advance_sequence(&mut transaction, subject, domain, sequence).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Accepts a heartbeat that came at chain time `now` and counts its minutes, gaps of fewer than
    /// `degraded_after` included. Errors: `Sequence`.
    pub async fn heartbeat(
        &self,
        subject: &Key,
        device: &Key,
        sequence: u64,
        now: i64,
        degraded_after: i64,
        message: &Heartbeat,
    ) -> Result<(), JournalError> {
        let mut transaction = self.store.begin().await?;
        advance_sequence(&mut transaction, subject, Domain::Heartbeat, sequence).await?;
        let id = hex::encode(device);
        let last: Option<i64> = sqlx::query("SELECT last_minute FROM verifier_devices WHERE device = $1")
            .bind(&id)
            .fetch_optional(&mut *transaction)
            .await?
            .map(|row| row.try_get(0))
            .transpose()?;
        let minute = now.div_euclid(60);
        let mut minutes = fill_gap(last, minute, degraded_after).peekable();
        while let Some(first) = minutes.peek().copied() {
            let hour = first.div_euclid(60);
            let mut up = MinuteMap::default();
            while let Some(minute) = minutes.next_if(|minute| minute.div_euclid(60) == hour) {
                up.insert(u32::try_from(minute.rem_euclid(60)).unwrap_or_default());
            }
            add_minutes(
                &mut transaction,
                "SELECT up FROM verifier_device_hours WHERE device = $1 AND hour = $2",
                "INSERT INTO verifier_device_hours (device, hour, up) VALUES ($1, $2, $3) \
                 ON CONFLICT (device, hour) DO UPDATE SET up = excluded.up",
                &id,
                hour,
                up,
            )
            .await?;
        }
        sqlx::query(
            "INSERT INTO verifier_devices (device, last_minute, last_at, boot, draining) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (device) DO UPDATE SET last_minute = excluded.last_minute, last_at = excluded.last_at, \
             boot = excluded.boot, draining = excluded.draining",
        )
        .bind(&id)
        .bind(minute.max(last.unwrap_or(minute)))
        .bind(now)
        .bind(hex::encode(message.boot))
        .bind(i64::from(message.draining))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Marks the minutes that this verifier has watched up to chain time `now`: a step of at most
    /// `degraded_after` minutes since the last call leaves no gap, a longer one does.
    pub async fn watch(&self, now: i64, degraded_after: i64) -> Result<(), JournalError> {
        let minute = now.div_euclid(60);
        let mut transaction = self.store.begin().await?;
        let last: Option<i64> = sqlx::query("SELECT MAX(last_minute) FROM verifier_own_hours")
            .fetch_one(&mut *transaction)
            .await?
            .try_get(0)?;
        if last == Some(minute) {
            return Ok(());
        }
        for minute in fill_gap(last, minute, degraded_after) {
            let hour = minute.div_euclid(60);
            let stored: Option<i64> = sqlx::query("SELECT observed FROM verifier_own_hours WHERE hour = $1")
                .bind(hour)
                .fetch_optional(&mut *transaction)
                .await?
                .map(|row| row.try_get(0))
                .transpose()?;
            let mut observed = minutes_of(stored)?;
            observed.insert(u32::try_from(minute.rem_euclid(60)).unwrap_or_default());
            sqlx::query(
                "INSERT INTO verifier_own_hours (hour, observed, last_minute) VALUES ($1, $2, $3) \
                 ON CONFLICT (hour) DO UPDATE SET observed = excluded.observed, last_minute = excluded.last_minute",
            )
            .bind(hour)
            .bind(to_column("observed", observed.bits())?)
            .bind(minute)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Hours from `from` to `to` in which this verifier watched, with the watched minutes.
    pub async fn watched_hours(&self, from: u64, to: u64) -> Result<Vec<(u64, MinuteMap)>, JournalError> {
        let rows = sqlx::query(
            "SELECT hour, observed FROM verifier_own_hours WHERE hour >= $1 AND hour <= $2 ORDER BY hour",
        )
        .bind(to_column("hour", from)?)
        .bind(to_column("hour", to)?)
        .fetch_all(self.store.pool())
        .await?;
        rows.iter().map(|row| Ok((from_column("hour", row.try_get(0)?)?, minutes_of(row.try_get(1)?)?))).collect()
    }

    /// Hours from `from` to `to` in which a device was up, with its minutes.
    pub async fn device_hours(&self, device: &Key, from: u64, to: u64) -> Result<Vec<(u64, MinuteMap)>, JournalError> {
        let rows = sqlx::query(
            "SELECT hour, up FROM verifier_device_hours WHERE device = $1 AND hour >= $2 AND hour <= $3 ORDER BY hour",
        )
        .bind(hex::encode(device))
        .bind(to_column("hour", from)?)
        .bind(to_column("hour", to)?)
        .fetch_all(self.store.pool())
        .await?;
        rows.iter().map(|row| Ok((from_column("hour", row.try_get(0)?)?, minutes_of(row.try_get(1)?)?))).collect()
    }

    /// Last sign of life of a device, if there was one.
    pub async fn last_seen(&self, device: &Key) -> Result<Option<LastSeen>, JournalError> {
        sqlx::query("SELECT last_at, draining FROM verifier_devices WHERE device = $1")
            .bind(hex::encode(device))
            .fetch_optional(self.store.pool())
            .await?
            .map(|row| Ok(LastSeen { at: row.try_get(0)?, draining: row.try_get::<i64, _>(1)? != 0 }))
            .transpose()
    }

    /// Stores a new challenge before it is shown to anybody.
    pub async fn issue(&self, stored: &StoredChallenge, now: i64) -> Result<(), JournalError> {
        sqlx::query(
            "INSERT INTO verifier_challenges (id, device, hour, state, challenge, secret, issued_at) \
             VALUES ($1, $2, $3, 'issued', $4, $5, $6)",
        )
        .bind(hex::encode(stored.challenge.id()))
        .bind(hex::encode(stored.device))
        .bind(now.div_euclid(3_600))
        .bind(to_hex(&stored.challenge)?)
        .bind(hex::encode(stored.secret))
        .bind(now)
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

    /// Stores the outcome of a challenge; a finished one keeps its first outcome.
    pub async fn finish(&self, id: &Key, outcome: Outcome, evidence: &Key, now: i64) -> Result<(), JournalError> {
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
    pub async fn outcomes(&self, device: &Key, hour: u64) -> Result<Vec<ChallengeObservation>, JournalError> {
        let rows = sqlx::query(
            "SELECT id, finished_at, outcome, evidence FROM verifier_challenges \
             WHERE device = $1 AND hour = $2 AND state = 'finished' ORDER BY finished_at, issued_at, id",
        )
        .bind(hex::encode(device))
        .bind(to_column("hour", hour)?)
        .fetch_all(self.store.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ChallengeObservation {
                    challenge: key(row.try_get(0)?)?,
                    at: row.try_get(1)?,
                    outcome: Outcome::try_from(row.try_get::<i64, _>(2)?)
                        .map_err(|_| JournalError::Corrupt("outcome"))?,
                    evidence: key(row.try_get(3)?)?,
                })
            })
            .collect()
    }

    /// Notes that the file of an hour is written.
    pub async fn written(&self, hour: u64, file: &Key, now: i64) -> Result<(), JournalError> {
        sqlx::query(
            "INSERT INTO verifier_hours (hour, file, written_at, state) VALUES ($1, $2, $3, 'open') \
             ON CONFLICT (hour) DO NOTHING",
        )
        .bind(to_column("hour", hour)?)
        .bind(hex::encode(file))
        .bind(now)
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    /// Notes that nothing is left to vote or apply for an hour.
    pub async fn close_hour(&self, hour: u64) -> Result<(), JournalError> {
        sqlx::query("UPDATE verifier_hours SET state = 'closed' WHERE hour = $1")
            .bind(to_column("hour", hour)?)
            .execute(self.store.pool())
            .await?;
        Ok(())
    }

    /// Hours from `from` on whose file is written.
    pub async fn written_hours(&self, from: u64) -> Result<Vec<WrittenHour>, JournalError> {
        let rows = sqlx::query("SELECT hour, state FROM verifier_hours WHERE hour >= $1 ORDER BY hour")
            .bind(to_column("hour", from)?)
            .fetch_all(self.store.pool())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(WrittenHour {
                    hour: from_column("hour", row.try_get(0)?)?,
                    is_open: row.try_get::<String, _>(1)? == "open",
                })
            })
            .collect()
    }

    /// Notes that a file was seen; returns when it was seen first.
    pub async fn see_file(&self, hash: &Key, hour: u64, author: &Key, now: i64) -> Result<i64, JournalError> {
        sqlx::query(
            "INSERT INTO verifier_seen_files (hash, hour, author, seen_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (hash) DO NOTHING",
        )
        .bind(hex::encode(hash))
        .bind(to_column("hour", hour)?)
        .bind(hex::encode(author))
        .bind(now)
        .execute(self.store.pool())
        .await?;
        let row = sqlx::query("SELECT seen_at FROM verifier_seen_files WHERE hash = $1")
            .bind(hex::encode(hash))
            .fetch_one(self.store.pool())
            .await?;
        Ok(row.try_get(0)?)
    }

    /// This verifier's last vote on a report and how many it has cast.
    pub async fn last_vote(&self, kind: u8, hour: u64) -> Result<(u64, Option<Key>), JournalError> {
        let row = sqlx::query(
            "SELECT number, payload FROM verifier_votes WHERE kind = $1 AND hour = $2 ORDER BY number DESC LIMIT 1",
        )
        .bind(i64::from(kind))
        .bind(to_column("hour", hour)?)
        .fetch_optional(self.store.pool())
        .await?;
        match row {
            None => Ok((0, None)),
            Some(row) => Ok((from_column::<u64>("number", row.try_get(0)?)? + 1, Some(key(row.try_get(1)?)?))),
        }
    }

    /// Stores vote number `number` on a report; the same number again changes nothing.
    pub async fn vote(&self, kind: u8, hour: u64, number: u64, payload: &Key) -> Result<(), JournalError> {
        sqlx::query(
            "INSERT INTO verifier_votes (kind, hour, number, payload) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (kind, hour, number) DO NOTHING",
        )
        .bind(i64::from(kind))
        .bind(to_column("hour", hour)?)
        .bind(to_column("number", number)?)
        .bind(hex::encode(payload))
        .execute(self.store.pool())
        .await?;
        Ok(())
    }
}

async fn advance_sequence(
    transaction: &mut Transaction<'static, Any>,
    subject: &Key,
    domain: Domain,
    sequence: u64,
) -> Result<(), JournalError> {
    let id = hex::encode(subject);
    let last: Option<i64> = sqlx::query("SELECT last FROM verifier_sequences WHERE subject = $1 AND domain = $2")
        .bind(&id)
        .bind(domain as i64)
        .fetch_optional(&mut **transaction)
        .await?
        .map(|row| row.try_get(0))
        .transpose()?;
    let last = last.map(|last| from_column("last", last)).transpose()?;
    check_sequence(last, sequence)?;
    sqlx::query(
        "INSERT INTO verifier_sequences (subject, domain, last) VALUES ($1, $2, $3) \
         ON CONFLICT (subject, domain) DO UPDATE SET last = excluded.last",
    )
    .bind(&id)
    .bind(domain as i64)
    .bind(to_column("last", sequence)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn add_minutes(
    transaction: &mut Transaction<'static, Any>,
    select: &'static str,
    upsert: &'static str,
    id: &str,
    hour: i64,
    add: MinuteMap,
) -> Result<(), JournalError> {
    let stored: Option<i64> = sqlx::query(select)
        .bind(id)
        .bind(hour)
        .fetch_optional(&mut **transaction)
        .await?
        .map(|row| row.try_get(0))
        .transpose()?;
    let bits = minutes_of(stored)?.bits() | add.bits();
    sqlx::query(upsert)
        .bind(id)
        .bind(hour)
        .bind(to_column("minutes", bits)?)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn minutes_of(stored: Option<i64>) -> Result<MinuteMap, JournalError> {
    let bits = from_column("minutes", stored.unwrap_or_default())?;
    MinuteMap::from_bits(bits).ok_or(JournalError::Corrupt("minutes"))
}

fn key(text: String) -> Result<Key, JournalError> {
    hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(JournalError::Corrupt("hash"))
}

fn to_hex<T: borsh::BorshSerialize>(value: &T) -> Result<String, JournalError> {
    borsh::to_vec(value).map(hex::encode).map_err(|_| JournalError::Corrupt("message"))
}

fn from_hex<T: borsh::BorshDeserialize>(text: String) -> Result<T, JournalError> {
    hex::decode(text)
        .ok()
        .and_then(|bytes| borsh::from_slice(&bytes).ok())
        .ok_or(JournalError::Corrupt("message"))
}
