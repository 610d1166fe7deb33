//! Runs of one verifier on one database.

use sqlx::Row;

use super::{Journal, JournalError, StoredChallenge, from_hex, key};

impl Journal {
    /// Says that a replica lives until `expires_ms`, Unix milliseconds.
    pub async fn renew_replica(&self, replica: &str, expires_ms: i64) -> Result<(), JournalError> {
        sqlx::query(
            "INSERT INTO verifier_replicas (replica, expires_ms) VALUES ($1, $2) \
             ON CONFLICT (replica) DO UPDATE SET expires_ms = excluded.expires_ms",
        )
        .bind(replica.to_owned())
        .bind(expires_ms)
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    /// Challenges without an outcome that nobody follows: those of other replicas whose lease is over
    /// and, for one that has just started, those under its own name.
    pub async fn abandoned(
        &self,
        own: &str,
        at_start: bool,
        now_ms: i64,
    ) -> Result<Vec<StoredChallenge>, JournalError> {
        let rows = sqlx::query(
            "SELECT device, challenge, secret, commitment FROM verifier_challenges \
             WHERE state <> 'finished' AND ((replica = $1 AND $2 = 1) OR (replica <> $1 AND \
             replica NOT IN (SELECT replica FROM verifier_replicas WHERE expires_ms > $3)))",
        )
        .bind(own.to_owned())
        .bind(i64::from(at_start))
        .bind(now_ms)
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
}
