//! Jobs whose results were checked.

use ion_observation::JobObservation;
use ion_protocol::{JobFinding, JobOutcome};
use sqlx::Row;

use super::{Journal, JournalError, Key, key};

impl Journal {
    /// Keeps a checked job; the first check of an order stays. Returns whether this was it.
    pub async fn note_job(&self, job: &JobObservation) -> Result<bool, JournalError> {
        let evidence = match job.finding {
            JobFinding::Wrong => hex::encode(job.evidence),
            JobFinding::Right | JobFinding::Unchecked => String::new(),
        };
        let done = sqlx::query(
            "INSERT INTO verifier_jobs (order_id, device, checked_at, outcome, finding, evidence) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (order_id) DO NOTHING",
        )
        .bind(hex::encode(job.order))
        .bind(hex::encode(job.device))
        .bind(job.at)
        .bind(i64::from(job.outcome as u8))
        .bind(i64::from(job.finding as u8))
        .bind(evidence)
        .execute(self.store.pool())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether an order was checked before.
    pub async fn has_job(&self, order: &Key) -> Result<bool, JournalError> {
        Ok(
            sqlx::query("SELECT order_id FROM verifier_jobs WHERE order_id = $1")
                .bind(hex::encode(order))
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

    /// Jobs checked in an hour.
    pub async fn jobs_of_hour(&self, hour: u64) -> Result<Vec<JobObservation>, JournalError> {
        let from = i64::try_from(hour)
            .unwrap_or(i64::MAX)
            .saturating_mul(3_600);
        let rows = sqlx::query(
            "SELECT order_id, device, checked_at, outcome, finding, evidence FROM verifier_jobs \
             WHERE checked_at >= $1 AND checked_at < $2",
        )
        .bind(from)
        .bind(from.saturating_add(3_600))
        .fetch_all(self.store.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let evidence: String = row.try_get(5)?;
                Ok(JobObservation {
                    order: key(row.try_get(0)?)?,
                    device: key(row.try_get(1)?)?,
                    at: row.try_get(2)?,
                    outcome: code::<JobOutcome>(row.try_get(3)?)?,
                    finding: code::<JobFinding>(row.try_get(4)?)?,
                    evidence: match evidence.as_str() {
                        "" => Key::default(),
                        hash => key(hash.to_owned())?,
                    },
                })
            })
            .collect()
    }
}

/// A value by its number, as Borsh has it.
fn code<T: borsh::BorshDeserialize>(stored: i64) -> Result<T, JournalError> {
    u8::try_from(stored)
        .ok()
        .and_then(|code| borsh::from_slice(&[code]).ok())
        .ok_or(JournalError::Corrupt("code of a job"))
}
