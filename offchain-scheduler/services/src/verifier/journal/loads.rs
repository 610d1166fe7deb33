//! Load of devices as their agents claim it.

use std::collections::BTreeMap;

use ion_store::to_column;
use sqlx::Row;

use super::{Journal, JournalError, Key, key};

impl Journal {
    /// Mean load of each device that claimed one in an hour, percent, rounded down.
    pub async fn loads_of_hour(&self, hour: u64) -> Result<BTreeMap<Key, u8>, JournalError> {
        let rows = sqlx::query("SELECT device, total, claims FROM verifier_loads WHERE hour = $1")
            .bind(to_column("hour", hour)?)
            .fetch_all(self.store.pool())
            .await?;
        rows.iter()
            .map(|row| {
                let (total, claims): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
                let mean = total
                    .checked_div(claims)
                    .and_then(|mean| u8::try_from(mean).ok());
                let mean = mean.filter(|mean| *mean <= 100);
                Ok((
                    key(row.try_get(0)?)?,
                    mean.ok_or(JournalError::Corrupt("load"))?,
                ))
            })
            .collect()
    }
}
