//! Heartbeats and watched minutes.

use std::collections::BTreeMap;

use ion_observation::{MinuteMap, fill_gap};
use ion_protocol::{Domain, Heartbeat};
use ion_store::{from_column, to_column};
use sqlx::{Any, Row, Transaction};

use super::{Journal, JournalError, Key, advance_sequence, key, minutes_of};

/// Last sign of life of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSeen {
    /// Chain time, Unix seconds.
    pub at: i64,
    /// Whether the agent said that it is about to stop.
    pub draining: bool,
}

impl Journal {
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
        let last: Option<i64> =
            sqlx::query("SELECT last_minute FROM verifier_devices WHERE device = $1")
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
            let stored: Option<i64> =
                sqlx::query("SELECT observed FROM verifier_own_hours WHERE hour = $1")
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
