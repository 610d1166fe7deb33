//! Jobs whose results were checked.

use std::collections::BTreeMap;

use ion_observation::JobObservation;
use ion_protocol::{JobFinding, JobOutcome};
use sqlx::Row;

use super::{Journal, JournalError, Key, key};

impl Journal {
    /// Keeps a checked job: the first that is not wrong, and the first wrong one, of an order.
    pub async fn note_job(&self, job: &JobObservation) -> Result<(), JournalError> {
        let is_wrong = job.finding == JobFinding::Wrong;
        let evidence = match is_wrong {
            true => hex::encode(job.evidence),
            false => String::new(),
        };
        sqlx::query(
            "INSERT INTO verifier_jobs \
             (order_id, is_wrong, device, checked_at, outcome, finding, evidence) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (order_id, is_wrong) DO NOTHING",
        )
        .bind(hex::encode(job.order))
        .bind(i64::from(is_wrong))
        .bind(hex::encode(job.device))
        .bind(job.at)
        .bind(i64::from(job.outcome as u8))
        .bind(i64::from(job.finding as u8))
        .bind(evidence)
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    /// Whether an order was checked before: with any result, or with a wrong one.
    pub async fn has_job(&self, order: &Key, only_wrong: bool) -> Result<bool, JournalError> {
        Ok(
            sqlx::query(
                "SELECT order_id FROM verifier_jobs WHERE order_id = $1 AND is_wrong >= $2",
            )
            .bind(hex::encode(order))
            .bind(i64::from(only_wrong))
            .fetch_optional(self.store.pool())
            .await?
            .is_some(),
        )
    }

    /// Number of a device's jobs checked at `from` or later, of one finding or of all.
    pub async fn count_jobs(
        &self,
        device: &Key,
        from: i64,
        finding: Option<JobFinding>,
    ) -> Result<i64, JournalError> {
        let finding = finding.map_or(0, |finding| i64::from(finding as u8));
        let row = sqlx::query(
            "SELECT COUNT(*) FROM verifier_jobs \
             WHERE device = $1 AND checked_at >= $2 AND ($3 = 0 OR finding = $4)",
        )
        .bind(hex::encode(device))
        .bind(from)
        .bind(finding)
        .bind(finding)
        .fetch_one(self.store.pool())
        .await?;
        Ok(row.try_get(0)?)
    }

    /// Jobs checked in an hour; of an order with both, the wrong result.
    pub async fn jobs_of_hour(&self, hour: u64) -> Result<Vec<JobObservation>, JournalError> {
        let from = i64::try_from(hour)
            .unwrap_or(i64::MAX)
            .saturating_mul(3_600);
        let rows = sqlx::query(
            "SELECT order_id, device, checked_at, outcome, finding, evidence FROM verifier_jobs \
             WHERE checked_at >= $1 AND checked_at < $2 ORDER BY is_wrong",
        )
        .bind(from)
        .bind(from.saturating_add(3_600))
        .fetch_all(self.store.pool())
        .await?;
        let mut jobs = BTreeMap::new();
        for row in &rows {
            let evidence: String = row.try_get(5)?;
            let job = JobObservation {
                order: key(row.try_get(0)?)?,
                device: key(row.try_get(1)?)?,
                at: row.try_get(2)?,
                outcome: code::<JobOutcome>(row.try_get(3)?)?,
                finding: code::<JobFinding>(row.try_get(4)?)?,
                evidence: match evidence.as_str() {
                    "" => Key::default(),
                    hash => key(hash.to_owned())?,
                },
            };
            jobs.insert(job.order, job);
        }
        Ok(jobs.into_values().collect())
    }
}

/// A value by its number, as Borsh has it.
fn code<T: borsh::BorshDeserialize>(stored: i64) -> Result<T, JournalError> {
    u8::try_from(stored)
        .ok()
        .and_then(|code| borsh::from_slice(&[code]).ok())
        .ok_or(JournalError::Corrupt("code of a job"))
}
