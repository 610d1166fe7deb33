//! Rows in a database.

use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    Claim, Input, Key, MIGRATION_SET, MIGRATIONS, OutboxRow, OutboxStore, State, Summary,
    transition,
};
use crate::{Engine, Store, StoreError, from_column, to_column};

/// The outbox in the tables `outbox` and `outbox_signature`.
#[derive(Clone, Debug)]
pub struct SqlOutbox {
    store: Store,
}

impl SqlOutbox {
    /// Opens the outbox of a store and brings its tables up to date.
    ///
    /// Errors: those of [`Store::migrate`].
    pub async fn open(store: Store) -> Result<Self, StoreError> {
        store.migrate(MIGRATION_SET, MIGRATIONS).await?;
        Ok(Self { store })
    }

    /// The store behind it.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Takes the first free rows of an order under a lease. Rows that another replica is taking at
    /// this moment are passed over. Place 5 of `which` is `bound`.
    async fn claim(
        &self,
        claim: &Claim,
        which: &str,
        order: &str,
        bound: i64,
        limit: u32,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let passing = match self.store.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => "FOR UPDATE SKIP LOCKED",
        };
        // Only texts of this file stand in the statement.
        let statement = format!(
            "UPDATE outbox SET owner = $1, lease_ms = $2 WHERE (kind, subject, period) IN (\
             SELECT kind, subject, period FROM outbox WHERE {which} AND (owner = $1 OR lease_ms <= $3) \
             ORDER BY {order}, kind, subject, period LIMIT $4 {passing}) RETURNING *"
        );
        sqlx::query(AssertSqlSafe(statement))
            .bind(claim.owner.clone())
            .bind(claim.until_ms)
            .bind(claim.now_ms)
            .bind(i64::from(limit))
            .bind(bound)
            .fetch_all(self.store.pool())
            .await?
            .iter()
            .map(decode)
            .collect()
    }
}

impl OutboxStore for SqlOutbox {
    async fn enqueue(&self, key: &Key, work: &str, now_ms: i64) -> Result<OutboxRow, StoreError> {
        sqlx::query(
            "INSERT INTO outbox (kind, subject, period, work, state, version, attempts, failures, absences, \
             not_before_ms, created_ms, updated_ms) VALUES ($1, $2, $3, $4, 'ready', 0, 0, 0, 0, $5, $5, $5) \
             ON CONFLICT (kind, subject, period) DO NOTHING",
        )
        .bind(&key.kind)
        .bind(&key.subject)
        .bind(to_column("period", key.period)?)
        .bind(work)
        .bind(now_ms)
        .execute(self.store.pool())
        .await?;
        self.row(key)
            .await?
            .ok_or_else(|| StoreError::Database(sqlx::Error::RowNotFound))
    }

    async fn row(&self, key: &Key) -> Result<Option<OutboxRow>, StoreError> {
        sqlx::query("SELECT * FROM outbox WHERE kind = $1 AND subject = $2 AND period = $3")
            .bind(&key.kind)
            .bind(&key.subject)
            .bind(to_column("period", key.period)?)
            .fetch_optional(self.store.pool())
            .await?
            .as_ref()
            .map(decode)
            .transpose()
    }

    async fn in_flight(&self, claim: &Claim, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let mut rows = self
            .claim(
                claim,
                "state IN ('signed', 'sent') AND created_ms <= $5",
                "updated_ms",
                i64::MAX,
                limit,
            )
            .await?;
        rows.sort_by(|a, b| (a.updated_ms, &a.key).cmp(&(b.updated_ms, &b.key)));
        Ok(rows)
    }

    async fn due(&self, claim: &Claim, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let mut rows = self
            .claim(
                claim,
                "state IN ('ready', 'expired') AND not_before_ms <= $5",
                "created_ms",
                claim.now_ms,
                limit,
            )
            .await?;
        rows.sort_by(|a, b| (a.created_ms, &a.key).cmp(&(b.created_ms, &b.key)));
        Ok(rows)
    }

    async fn signatures(&self, key: &Key) -> Result<Vec<String>, StoreError> {
        sqlx::query(
            "SELECT signature FROM outbox_signature WHERE kind = $1 AND subject = $2 AND period = $3 ORDER BY attempt",
        )
        .bind(&key.kind)
        .bind(&key.subject)
        .bind(to_column("period", key.period)?)
        .fetch_all(self.store.pool())
        .await?
        .iter()
        .map(|row| Ok(row.try_get("signature")?))
        .collect()
    }

    async fn advance(
        &self,
        row: &OutboxRow,
        input: Input,
        now_ms: i64,
    ) -> Result<Option<OutboxRow>, StoreError> {
        let next = transition(row, &input, now_ms)?;
        let mut transaction = self.store.begin().await?;
        let written = sqlx::query(
            "UPDATE outbox SET state = $5, version = $6, attempts = $7, failures = $8, absences = $9, \
             not_before_ms = $10, signature = $11, last_valid_height = $12, tx_hex = $13, code = $14, \
             error = $15, updated_ms = $16 \
             WHERE kind = $1 AND subject = $2 AND period = $3 AND version = $4",
        )
        .bind(&next.key.kind)
        .bind(&next.key.subject)
        .bind(to_column("period", next.key.period)?)
        .bind(to_column("version", row.version)?)
        .bind(next.state.as_str())
        .bind(to_column("version", next.version)?)
        .bind(i64::from(next.attempts))
        .bind(i64::from(next.failures))
        .bind(i64::from(next.absences))
        .bind(next.not_before_ms)
        .bind(next.signature.as_deref())
        .bind(next.last_valid_height.map(|height| to_column("last_valid_height", height)).transpose()?)
        .bind(next.transaction.as_ref().map(hex::encode))
        .bind(next.code.map(i64::from))
        .bind(next.error.as_deref())
        .bind(next.updated_ms)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if written == 0 {
            return Ok(None);
        }
        if let Input::Sign {
            signature,
            last_valid_height,
            ..
        } = &input
        {
            let taken = sqlx::query("SELECT attempt FROM outbox_signature WHERE signature = $1")
                .bind(signature)
                .fetch_optional(&mut *transaction)
                .await?;
            if taken.is_some() {
                return Err(StoreError::SignatureTaken(signature.clone()));
            }
            sqlx::query(
                "INSERT INTO outbox_signature (signature, kind, subject, period, attempt, last_valid_height, made_ms) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(signature)
            .bind(&next.key.kind)
            .bind(&next.key.subject)
            .bind(to_column("period", next.key.period)?)
            .bind(i64::from(next.attempts))
            .bind(to_column("last_valid_height", *last_valid_height)?)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(Some(next))
    }

    async fn summary(&self, now_ms: i64) -> Result<Summary, StoreError> {
        let counted: Vec<(String, i64)> =
            sqlx::query("SELECT state, COUNT(*) AS n FROM outbox GROUP BY state")
                .fetch_all(self.store.pool())
                .await?
                .iter()
                .map(|row| Ok((row.try_get("state")?, row.try_get("n")?)))
                .collect::<Result<_, sqlx::Error>>()?;
        let mut by_state = Vec::with_capacity(State::ALL.len());
        for state in State::ALL {
            let n = counted
                .iter()
                .find(|(name, _)| name == state.as_str())
                .map_or(0, |(_, n)| *n);
            by_state.push((state, from_column("n", n)?));
        }
        let oldest: Option<i64> = sqlx::query(
            "SELECT created_ms FROM outbox WHERE state IN ('ready', 'signed', 'sent', 'expired') \
             ORDER BY created_ms LIMIT 1",
        )
        .fetch_optional(self.store.pool())
        .await?
        .map(|row| row.try_get("created_ms"))
        .transpose()?;
        let oldest_open_ms = oldest.map_or(0, |created| now_ms.saturating_sub(created).max(0));
        Ok(Summary {
            by_state,
            oldest_open_ms,
        })
    }
}

fn decode(row: &AnyRow) -> Result<OutboxRow, StoreError> {
    let state: String = row.try_get("state")?;
    let transaction: Option<String> = row.try_get("tx_hex")?;
    let last_valid_height: Option<i64> = row.try_get("last_valid_height")?;
    let code: Option<i64> = row.try_get("code")?;
    Ok(OutboxRow {
        key: Key {
            kind: row.try_get("kind")?,
            subject: row.try_get("subject")?,
            period: from_column("period", row.try_get("period")?)?,
        },
        work: row.try_get("work")?,
        state: State::from_stored(&state)?,
        version: from_column("version", row.try_get("version")?)?,
        attempts: from_column("attempts", row.try_get("attempts")?)?,
        failures: from_column("failures", row.try_get("failures")?)?,
        absences: from_column("absences", row.try_get("absences")?)?,
        not_before_ms: row.try_get("not_before_ms")?,
        signature: row.try_get("signature")?,
        last_valid_height: last_valid_height
            .map(|height| from_column("last_valid_height", height))
            .transpose()?,
        transaction: transaction
            .map(|text| {
                hex::decode(&text).map_err(|_| StoreError::Corrupt {
                    column: "tx_hex",
                    value: text,
                })
            })
            .transpose()?,
        code: code.map(|code| from_column("code", code)).transpose()?,
        error: row.try_get("error")?,
        created_ms: row.try_get("created_ms")?,
        updated_ms: row.try_get("updated_ms")?,
    })
}
