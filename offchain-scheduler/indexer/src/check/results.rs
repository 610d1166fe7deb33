//! What checks found, as rows, metrics and lines of the log.

use ion_store::to_column;
use sqlx::Row;

use super::{CheckError, Checker, Compared, Due, Outcome, Round};
use crate::IndexError;

/// Kinds whose evidence may come late: no event of theirs follows when it does.
const FROM_EVIDENCE: &str = "('block', 'epoch_report', 'reward_root', 'payout_root')";

impl Checker {
    /// Marks what rests on evidence and was not equal as due again, so that an alarm ends when the
    /// evidence is there; how many. Without a store of evidence nothing is marked: a check by totals
    /// only must not end an alarm of the whole one.
    ///
    /// Errors: `Index`.
    pub async fn recheck_evidence(&self) -> Result<u64, CheckError> {
        if self.evidence.is_none() {
            return Ok(0);
        }
        let sql = format!(
            "UPDATE checks SET is_due = 1 WHERE is_due = 0 AND is_equal = 0 AND kind IN {FROM_EVIDENCE}"
        );
        Ok(sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(self.index.store().pool())
            .await?
            .rows_affected())
    }

    /// Writes a result, and the alarm that it raises or ends.
    pub(super) async fn write(&self, due: &Due, result: &Outcome) -> Result<(), CheckError> {
        let is_equal = result.outcome != "unequal";
        let figures = Compared::to_json(&result.figures);
        let mut transaction = self.index.store().begin().await?;
        let written = sqlx::query(
            "UPDATE checks SET done = $3, is_due = CASE WHEN due = $3 THEN 0 ELSE 1 END, is_equal = $4, \
             outcome = $5, figures = $6 WHERE kind = $1 AND subject = $2",
        )
        .bind(&due.kind)
        .bind(&due.subject)
        .bind(due.due)
        .bind(i64::from(is_equal))
        .bind(result.outcome)
        .bind(&figures)
        .execute(&mut *transaction)
        .await
        .map_err(IndexError::from)?
        .rows_affected();
        if written > 0 && !is_equal {
            tracing::error!(
                kind = due.kind,
                subject = due.subject,
                detail = result.detail,
                "the record is not what it should be"
            );
            sqlx::query(
                "INSERT INTO alarms (kind, subject, is_open, detail, ordinal, changed, changed_slot) \
                 SELECT kind, subject, 1, $3, ordinal, $4, $5 FROM checks WHERE kind = $1 AND subject = $2 \
                 ON CONFLICT (kind, subject) DO UPDATE SET is_open = 1, detail = excluded.detail, \
                 changed = excluded.changed, changed_slot = excluded.changed_slot",
            )
            .bind(&due.kind)
            .bind(&due.subject)
            .bind(&result.detail)
            .bind(due.due)
            .bind(to_column("slot", due.slot).map_err(IndexError::from)?)
            .execute(&mut *transaction)
            .await
            .map_err(IndexError::from)?;
        } else if written > 0 {
            sqlx::query(
                "UPDATE alarms SET is_open = 0 WHERE kind = $1 AND subject = $2 AND is_open = 1",
            )
            .bind(&due.kind)
            .bind(&due.subject)
            .execute(&mut *transaction)
            .await
            .map_err(IndexError::from)?;
        }
        transaction.commit().await.map_err(IndexError::from)?;
        Ok(())
    }

    pub(super) async fn export(&self, round: &Round) -> Result<(), CheckError> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM alarms WHERE is_open = 1), \
             (SELECT COUNT(*) FROM checks WHERE is_due = 1)",
        )
        .fetch_one(self.index.store().pool())
        .await?;
        let alarms: i64 = row.try_get(0)?;
        let due: i64 = row.try_get(1)?;
        let set = |name, help, value: i64| {
            self.metrics
                .set(name, help, &[], u64::try_from(value).unwrap_or_default());
        };
        set("indexer_alarms_open", "Mismatches that stand.", alarms);
        set("indexer_checks_due", "Subjects to be recomputed.", due);
        for (result, count) in [("equal", round.equal), ("unequal", round.unequal)] {
            for _ in 0..count {
                self.metrics.count(
                    "indexer_checks_total",
                    "Recomputed subjects by result.",
                    &[("result", result)],
                );
            }
        }
        Ok(())
    }
}
