//! Signed outages of hired lines, and votes on fault reports.

use ion_observation::SignedOutage;
use ion_store::{from_column, to_column};
use sqlx::Row;

use super::{Journal, JournalError, Key, from_hex, key, to_hex};

/// An outage that this verifier has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedOutage {
    /// The note.
    pub signed: SignedOutage,
    /// Chain time of the note, Unix seconds.
    pub noted_at: i64,
}

impl Journal {
    /// Keeps the note of a line; the first one stays, so that there is never a second.
    pub async fn note_outage(&self, signed: &SignedOutage, now: i64) -> Result<(), JournalError> {
        sqlx::query(
            "INSERT INTO verifier_outages (booking, line, note, noted_at, state) \
             VALUES ($1, $2, $3, $4, 'open') ON CONFLICT (booking, line) DO NOTHING",
        )
        .bind(hex::encode(signed.note.booking))
        .bind(i64::from(signed.note.line))
        .bind(to_hex(signed)?)
        .bind(now)
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    /// Whether a line has its note.
    pub async fn has_outage(&self, booking: &Key, line: u8) -> Result<bool, JournalError> {
        Ok(
            sqlx::query("SELECT line FROM verifier_outages WHERE booking = $1 AND line = $2")
                .bind(hex::encode(booking))
                .bind(i64::from(line))
                .fetch_optional(self.store.pool())
                .await?
                .is_some(),
        )
    }

    /// Outages with something left to do, in order of booking and line.
    pub async fn open_outages(&self) -> Result<Vec<NotedOutage>, JournalError> {
        let rows = sqlx::query(
            "SELECT note, noted_at FROM verifier_outages WHERE state = 'open' ORDER BY booking, line",
        )
        .fetch_all(self.store.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(NotedOutage {
                    signed: from_hex(row.try_get(0)?)?,
                    noted_at: row.try_get(1)?,
                })
            })
            .collect()
    }

    /// Notes that nothing is left to do for a line.
    pub async fn close_outage(&self, booking: &Key, line: u8) -> Result<(), JournalError> {
        sqlx::query(
            "UPDATE verifier_outages SET state = 'closed' WHERE booking = $1 AND line = $2",
        )
        .bind(hex::encode(booking))
        .bind(i64::from(line))
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    /// This verifier's last vote on a fault report and how many it has cast.
    pub async fn last_fault_vote(
        &self,
        booking: &Key,
        seq: u64,
    ) -> Result<(u64, Option<Key>), JournalError> {
        let row = sqlx::query(
            "SELECT number, payload FROM verifier_fault_votes WHERE booking = $1 AND seq = $2 \
             ORDER BY number DESC LIMIT 1",
        )
        .bind(hex::encode(booking))
        .bind(to_column("seq", seq)?)
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

    /// Stores vote number `number` on a fault report; the same number again changes nothing.
    pub async fn fault_vote(
        &self,
        booking: &Key,
        seq: u64,
        number: u64,
        payload: &Key,
    ) -> Result<(), JournalError> {
        sqlx::query(
            "INSERT INTO verifier_fault_votes (booking, seq, number, payload) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (booking, seq, number) DO NOTHING",
        )
        .bind(hex::encode(booking))
        .bind(to_column("seq", seq)?)
        .bind(to_column("number", number)?)
        .bind(hex::encode(payload))
        .execute(self.store.pool())
        .await?;
        Ok(())
    }
}
