//! Written hours, seen files, own votes.

use ion_store::{from_column, to_column};
use sqlx::Row;

use super::{Journal, JournalError, Key, key};

/// An hour whose file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenHour {
    /// Hour index.
    pub hour: u64,
    /// Whether something may still be voted or applied.
    pub is_open: bool,
}

impl Journal {
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
        let rows =
            sqlx::query("SELECT hour, state FROM verifier_hours WHERE hour >= $1 ORDER BY hour")
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
    pub async fn see_file(
        &self,
        hash: &Key,
        hour: u64,
        author: &Key,
        now: i64,
    ) -> Result<i64, JournalError> {
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
            Some(row) => Ok((
                from_column::<u64>("number", row.try_get(0)?)? + 1,
                Some(key(row.try_get(1)?)?),
            )),
        }
    }

    /// Stores vote number `number` on a report; the same number again changes nothing.
    pub async fn vote(
        &self,
        kind: u8,
        hour: u64,
        number: u64,
        payload: &Key,
    ) -> Result<(), JournalError> {
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
