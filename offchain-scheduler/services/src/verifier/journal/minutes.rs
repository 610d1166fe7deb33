//! Watched minutes and those of devices.

use std::collections::BTreeMap;

use ion_observation::{MinuteMap, fill_gap};
use ion_store::{from_column, to_column};
use sqlx::Row;

use super::{Journal, JournalError, Key, key, minutes_of};

/// Last sign of life of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSeen {
    /// Chain time, Unix seconds.
    pub at: i64,
    /// Whether the agent said that it is about to stop.
    pub draining: bool,
}

impl Journal {
    /// Marks the minutes that this verifier has watched up to chain time `now`: a step of at most
    /// `bridged` minutes since the last call leaves no gap, a longer one does.
    pub async fn watch(&self, now: i64, bridged: i64) -> Result<(), JournalError> {
        let minute = now.div_euclid(60);
        let mut transaction = self.store.begin().await?;
        let last: Option<i64> = sqlx::query("SELECT MAX(last_minute) FROM verifier_own_hours")
            .fetch_one(&mut *transaction)
            .await?
            .try_get(0)?;
        if last == Some(minute) {
            return Ok(());
        }
        for minute in fill_gap(last, minute, bridged) {
            let mut observed = MinuteMap::default();
            observed.insert(u32::try_from(minute.rem_euclid(60)).unwrap_or_default());
            sqlx::query(
                "INSERT INTO verifier_own_hours (hour, observed, last_minute) VALUES ($1, $2, $3) \
                 ON CONFLICT (hour) DO UPDATE SET observed = verifier_own_hours.observed | excluded.observed, \
                 last_minute = excluded.last_minute",
            )
            .bind(minute.div_euclid(60))
            .bind(to_column("observed", observed.bits())?)
            .bind(minute)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Hours from `from` to `to` in which this verifier watched, with the watched minutes.
    pub async fn watched_hours(
        &self,
        from: u64,
        to: u64,
    ) -> Result<Vec<(u64, MinuteMap)>, JournalError> {
        let rows = sqlx::query(
            "SELECT hour, observed FROM verifier_own_hours WHERE hour >= $1 AND hour <= $2 ORDER BY hour",
        )
        .bind(to_column("hour", from)?)
        .bind(to_column("hour", to)?)
        .fetch_all(self.store.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok((
                    from_column("hour", row.try_get(0)?)?,
                    minutes_of(row.try_get(1)?)?,
                ))
            })
            .collect()
    }

    /// Hours from `from` to `to` in which a device was up, with its minutes.
    pub async fn device_hours(
        &self,
        device: &Key,
        from: u64,
        to: u64,
    ) -> Result<Vec<(u64, MinuteMap)>, JournalError> {
        let rows = sqlx::query(
            "SELECT hour, up FROM verifier_device_hours WHERE device = $1 AND hour >= $2 AND hour <= $3 ORDER BY hour",
        )
        .bind(hex::encode(device))
        .bind(to_column("hour", from)?)
        .bind(to_column("hour", to)?)
        .fetch_all(self.store.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok((
                    from_column("hour", row.try_get(0)?)?,
                    minutes_of(row.try_get(1)?)?,
                ))
            })
            .collect()
    }

    /// Last sign of life of a device, if there was one.
    pub async fn last_seen(&self, device: &Key) -> Result<Option<LastSeen>, JournalError> {
        sqlx::query("SELECT last_at, draining FROM verifier_devices WHERE device = $1")
            .bind(hex::encode(device))
            .fetch_optional(self.store.pool())
            .await?
            .map(|row| {
                Ok(LastSeen {
                    at: row.try_get(0)?,
                    draining: row.try_get::<i64, _>(1)? != 0,
                })
            })
            .transpose()
    }

    /// Devices without a sign of life since minute `before` (Unix time / 60), with the last minute of
    /// one.
    pub async fn silent_since(&self, before: i64) -> Result<BTreeMap<Key, i64>, JournalError> {
        let rows =
            sqlx::query("SELECT device, last_minute FROM verifier_devices WHERE last_minute < $1")
                .bind(before)
                .fetch_all(self.store.pool())
                .await?;
        rows.iter()
            .map(|row| Ok((key(row.try_get(0)?)?, row.try_get(1)?)))
            .collect()
    }

    /// Up minutes of all devices in an hour.
    pub async fn minutes_of_hour(
        &self,
        hour: u64,
    ) -> Result<BTreeMap<Key, MinuteMap>, JournalError> {
        let rows = sqlx::query("SELECT device, up FROM verifier_device_hours WHERE hour = $1")
            .bind(to_column("hour", hour)?)
            .fetch_all(self.store.pool())
            .await?;
        rows.iter()
            .map(|row| Ok((key(row.try_get(0)?)?, minutes_of(row.try_get(1)?)?)))
            .collect()
    }
}
