//! Counts of a UTC day, and the components of the reliability score.

use std::collections::BTreeMap;

use ion_economics::reliability::Components;
use ion_protocol::Outcome;
use ion_store::{from_column, to_column};
use sqlx::Row;

use super::{
    Journal, JournalError, Key, key,
    rows::{Cell, insert},
};

/// Challenges of a device on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayChallenges {
    /// All that were passed, light probes included.
    pub passed: u32,
    /// All that ended for a reason of the device.
    pub attempts: u32,
    /// Those of full size that were passed.
    pub full_passed: u32,
    /// Those of full size.
    pub full_attempts: u32,
}

/// Components after a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptComponents {
    /// First UTC day that counted.
    pub first_day: u64,
    /// Last UTC day that counted.
    pub day: u64,
    /// The smoothed values.
    pub components: Components,
}

impl Journal {
    /// Challenges of all devices in the hours from `from` up to and without `to`. Those that this
    /// verifier cut short itself do not count.
    pub async fn day_challenges(
        &self,
        from: u64,
        to: u64,
    ) -> Result<BTreeMap<Key, DayChallenges>, JournalError> {
        let rows = sqlx::query(
            "SELECT device, outcome, full_size, COUNT(*) FROM verifier_challenges \
             WHERE hour >= $1 AND hour < $2 AND state = 'finished' AND own_fault = 0 \
             GROUP BY device, outcome, full_size",
        )
        .bind(to_column("hour", from)?)
        .bind(to_column("hour", to)?)
        .fetch_all(self.store.pool())
        .await?;
        let mut days: BTreeMap<Key, DayChallenges> = BTreeMap::new();
        for row in &rows {
            let count: u32 = from_column("count", row.try_get(3)?)?;
            let is_pass = row.try_get::<i64, _>(1)? == Outcome::Pass as i64;
            let day = days.entry(key(row.try_get(0)?)?).or_default();
            day.attempts += count;
            day.passed += if is_pass { count } else { 0 };
            if row.try_get::<i64, _>(2)? != 0 {
                day.full_attempts += count;
                day.full_passed += if is_pass { count } else { 0 };
            }
        }
        Ok(days)
    }

    /// Times that devices came back after a watched silence, in the hours from `from` up to and
    /// without `to`.
    pub async fn day_disconnects(
        &self,
        from: u64,
        to: u64,
    ) -> Result<BTreeMap<Key, u32>, JournalError> {
        let rows = sqlx::query(
            "SELECT device, count FROM verifier_disconnects WHERE hour >= $1 AND hour < $2",
        )
        .bind(to_column("hour", from)?)
        .bind(to_column("hour", to)?)
        .fetch_all(self.store.pool())
        .await?;
        let mut counts: BTreeMap<Key, u32> = BTreeMap::new();
        for row in &rows {
            let count: u32 = from_column("count", row.try_get(1)?)?;
            *counts.entry(key(row.try_get(0)?)?).or_default() += count;
        }
        Ok(counts)
    }

    /// Components of all devices.
    pub async fn components(&self) -> Result<BTreeMap<Key, KeptComponents>, JournalError> {
        let rows = sqlx::query(
            "SELECT device, first_day, day, uptime, work, cluster, stability, compliance \
             FROM verifier_reliability",
        )
        .fetch_all(self.store.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let bps = |place: usize| -> Result<u16, JournalError> {
                    Ok(from_column("bps", row.try_get(place)?)?)
                };
                Ok((
                    key(row.try_get(0)?)?,
                    KeptComponents {
                        first_day: from_column("first_day", row.try_get(1)?)?,
                        day: from_column("day", row.try_get(2)?)?,
                        components: Components {
                            uptime: bps(3)?,
                            work: bps(4)?,
                            cluster: bps(5)?,
                            stability: bps(6)?,
                            compliance: bps(7)?,
                        },
                    },
                ))
            })
            .collect()
    }

    /// Keeps the components of devices after a day, together; a day that counted is not counted
    /// again.
    pub async fn keep_components(
        &self,
        all: &BTreeMap<Key, KeptComponents>,
    ) -> Result<(), JournalError> {
        let mut rows = Vec::with_capacity(all.len());
        for (device, kept) in all {
            let components = &kept.components;
            let mut row = vec![
                Cell::key(device),
                Cell::Int(to_column("first_day", kept.first_day)?),
                Cell::Int(to_column("day", kept.day)?),
            ];
            row.extend(
                [
                    components.uptime,
                    components.work,
                    components.cluster,
                    components.stability,
                    components.compliance,
                ]
                .map(|bps| Cell::Int(i64::from(bps))),
            );
            rows.push(row);
        }
        let mut transaction = self.store.begin().await?;
        insert(
            &mut transaction,
            "verifier_reliability (device, first_day, day, uptime, work, cluster, stability, compliance)",
            "ON CONFLICT (device) DO UPDATE SET day = excluded.day, uptime = excluded.uptime, \
             work = excluded.work, cluster = excluded.cluster, stability = excluded.stability, \
             compliance = excluded.compliance WHERE verifier_reliability.day < excluded.day",
            &rows,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
