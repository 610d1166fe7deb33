//! What block rewards depend on: starts of uptime, reported lines, openings and sights of hours.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use ion_observation::HourSight;
use ion_protocol::Outcome;
use ion_store::to_column;
use sqlx::Row;

use super::{Journal, JournalError, Key, from_hex, key, to_hex};
use crate::verifier::opening::Opening;

/// Hours for which openings and sights are kept.
const KEPT_HOURS: u64 = 48;
/// Longer than most bookings stand, so that an order is not noted again.
const KEPT_JOB_HOURS: u64 = 90 * 24;

/// Sights of the devices of an hour.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct Sights(pub BTreeMap<Key, HourSight>);

impl Journal {
    /// Start of the continuous uptime of every device at chain time `at`.
    pub async fn starts(&self, at: i64) -> Result<BTreeMap<Key, i64>, JournalError> {
        let rows = sqlx::query(
            "SELECT device, MAX(at) FROM verifier_starts WHERE at <= $1 GROUP BY device",
        )
        .bind(at)
        .fetch_all(self.store.pool())
        .await?;
        rows.iter()
            .map(|row| Ok((key(row.try_get(0)?)?, row.try_get(1)?)))
            .collect()
    }

    /// Last pass of every device before chain time `at`.
    pub async fn last_passes(&self, at: i64) -> Result<BTreeMap<Key, i64>, JournalError> {
        let rows = sqlx::query(
            "SELECT device, MAX(finished_at) FROM verifier_challenges \
             WHERE state = 'finished' AND outcome = $1 AND finished_at < $2 GROUP BY device",
        )
        .bind(Outcome::Pass as i64)
        .bind(at)
        .fetch_all(self.store.pool())
        .await?;
        rows.iter()
            .map(|row| Ok((key(row.try_get(0)?)?, row.try_get(1)?)))
            .collect()
    }

    /// Tiers of the reported lines.
    pub async fn lines(&self) -> Result<BTreeMap<Key, u8>, JournalError> {
        let rows = sqlx::query("SELECT device, tier FROM verifier_lines")
            .fetch_all(self.store.pool())
            .await?;
        rows.iter()
            .map(|row| {
                let tier = u8::try_from(row.try_get::<i64, _>(1)?)
                    .map_err(|_| JournalError::Corrupt("tier"))?;
                Ok((key(row.try_get(0)?)?, tier))
            })
            .collect()
    }

    /// Keeps what the chain showed when an hour opened; the first reading stays.
    pub async fn open_hour(
        &self,
        hour: u64,
        at: i64,
        facts: &Vec<Opening>,
    ) -> Result<(), JournalError> {
        sqlx::query(
            "INSERT INTO verifier_openings (hour, at, facts) VALUES ($1, $2, $3) \
             ON CONFLICT (hour) DO NOTHING",
        )
        .bind(to_column("hour", hour)?)
        .bind(at)
        .bind(to_hex(facts)?)
        .execute(self.store.pool())
        .await?;
        for (statement, kept) in [
            ("DELETE FROM verifier_openings WHERE hour < $1", KEPT_HOURS),
            ("DELETE FROM verifier_sights WHERE hour < $1", KEPT_HOURS),
            ("DELETE FROM verifier_loads WHERE hour < $1", KEPT_HOURS),
            (
                "DELETE FROM verifier_jobs WHERE checked_at / 3600 < $1",
                KEPT_JOB_HOURS,
            ),
        ] {
            sqlx::query(statement)
                .bind(to_column("hour", hour.saturating_sub(kept))?)
                .execute(self.store.pool())
                .await?;
        }
        Ok(())
    }

    /// What the chain showed when an hour opened, if this verifier read it then.
    pub async fn opening(&self, hour: u64) -> Result<Option<Vec<Opening>>, JournalError> {
        sqlx::query("SELECT facts FROM verifier_openings WHERE hour = $1")
            .bind(to_column("hour", hour)?)
            .fetch_optional(self.store.pool())
            .await?
            .map(|row| from_hex(row.try_get(0)?))
            .transpose()
    }

    /// Whether this verifier read the chain when an hour opened.
    pub async fn has_opening(&self, hour: u64) -> Result<bool, JournalError> {
        let found = sqlx::query("SELECT hour FROM verifier_openings WHERE hour = $1")
            .bind(to_column("hour", hour)?)
            .fetch_optional(self.store.pool())
            .await?;
        Ok(found.is_some())
    }

    /// Keeps what was seen of the devices in an hour.
    pub async fn keep_sights(&self, hour: u64, sights: &Sights) -> Result<(), JournalError> {
        sqlx::query(
            "INSERT INTO verifier_sights (hour, sights) VALUES ($1, $2) \
             ON CONFLICT (hour) DO NOTHING",
        )
        .bind(to_column("hour", hour)?)
        .bind(to_hex(sights)?)
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    /// What was seen of the devices in an hour, if its file was written.
    pub async fn sights(&self, hour: u64) -> Result<Option<Sights>, JournalError> {
        sqlx::query("SELECT sights FROM verifier_sights WHERE hour = $1")
            .bind(to_column("hour", hour)?)
            .fetch_optional(self.store.pool())
            .await?
            .map(|row| from_hex(row.try_get(0)?))
            .transpose()
    }
}
