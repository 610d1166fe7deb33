//! What a batch of requests has to know before it is taken.

use std::collections::{BTreeMap, BTreeSet};

use ion_observation::MinuteMap;
use ion_store::from_column;
use sqlx::{Any, Row, Transaction};

use super::{JournalError, Key, intake::Arrival, key, minutes_of, rows::select};

/// A device between two heartbeats.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) last_minute: i64,
    pub(super) last_at: i64,
    pub(super) boot: String,
    pub(super) draining: bool,
}

/// Highest accepted numbers of the senders of a batch.
pub(super) async fn sequences(
    transaction: &mut Transaction<'static, Any>,
    arrivals: &[Arrival],
) -> Result<BTreeMap<(Key, i64), u64>, JournalError> {
    let subjects: BTreeSet<String> = arrivals
        .iter()
        .map(|arrival| hex::encode(arrival.subject))
        .collect();
    let rows = select(
        transaction,
        "SELECT subject, domain, last FROM verifier_sequences WHERE subject",
        &subjects,
    )
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                (key(row.try_get(0)?)?, row.try_get(1)?),
                from_column("last", row.try_get(2)?)?,
            ))
        })
        .collect()
}

/// Devices of a batch, and those that hold its GPUs, as they were last seen.
pub(super) async fn devices_seen(
    transaction: &mut Transaction<'static, Any>,
    devices: &BTreeSet<Key>,
) -> Result<BTreeMap<Key, Seen>, JournalError> {
    let devices: BTreeSet<String> = devices.iter().map(hex::encode).collect();
    let rows = select(
        transaction,
        "SELECT device, last_minute, last_at, boot, draining FROM verifier_devices WHERE device",
        &devices,
    )
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                key(row.try_get(0)?)?,
                Seen {
                    last_minute: row.try_get(1)?,
                    last_at: row.try_get(2)?,
                    boot: row.try_get(3)?,
                    draining: row.try_get::<i64, _>(4)? != 0,
                },
            ))
        })
        .collect()
}

/// Devices that have shown the GPUs of a batch before.
pub(super) async fn gpus_claimed(
    transaction: &mut Transaction<'static, Any>,
    arrivals: &[Arrival],
) -> Result<BTreeMap<String, Key>, JournalError> {
    let uuids: BTreeSet<String> = arrivals
        .iter()
        .filter_map(|arrival| arrival.life.as_ref())
        .flat_map(|life| life.gpus.iter().cloned())
        .collect();
    let rows = select(
        transaction,
        "SELECT uuid, device FROM verifier_gpus WHERE uuid",
        &uuids,
    )
    .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, key(row.try_get(1)?)?)))
        .collect()
}

/// Watched minutes by hour.
pub(super) async fn watched_minutes(
    transaction: &mut Transaction<'static, Any>,
) -> Result<BTreeMap<i64, MinuteMap>, JournalError> {
    sqlx::query("SELECT hour, observed FROM verifier_own_hours")
        .fetch_all(&mut **transaction)
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, minutes_of(row.try_get(1)?)?)))
        .collect()
}

/// Watched minutes between two minutes, both left out.
pub(super) fn count_between(watched: &BTreeMap<i64, MinuteMap>, from: i64, to: i64) -> i64 {
    let mut count = 0;
    for (hour, observed) in watched.range(from.div_euclid(60)..=to.div_euclid(60)) {
        for offset in 0..60_u32 {
            let at = hour.saturating_mul(60).saturating_add(i64::from(offset));
            count += i64::from(at > from && at < to && observed.contains(offset));
        }
    }
    count
}
