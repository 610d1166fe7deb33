//! Requests of devices, many in one transaction.
//!
//! Mechanism: what the batch needs is read in a few statements, the steps of all requests are done
//! in memory in order of arrival, and the results are written in a few statements more. Place of
//! use: the queue in front of the tables, and tests with batches of one. Invariant: a sequence
//! number is accepted once, by whichever replica of the verifier, and nothing of a request is
//! stored unless its sequence number is.

use std::collections::{BTreeMap, BTreeSet};

use ion_observation::{MinuteMap, fill_gap};
use ion_protocol::{Domain, EnvelopeError, check_sequence};
use ion_store::to_column;
use sqlx::{Any, Transaction};

use super::{
    Journal, JournalError, Key,
    known::{Seen, count_between, devices_seen, gpus_claimed, sequences, watched_minutes},
    rows::{Cell, insert},
};

/// A request whose signature, time and sender are checked.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Key that signed it.
    pub subject: Key,
    /// Its purpose.
    pub domain: Domain,
    /// Its sequence number.
    pub sequence: u64,
    /// What a heartbeat says; `None` for the other purposes.
    pub life: Option<Life>,
}

/// A sign of life.
#[derive(Clone, Debug)]
pub struct Life {
    /// The device account.
    pub device: Key,
    /// Chain time at which it counts, Unix seconds.
    pub now: i64,
    /// Another value than before means a restart.
    pub boot: [u8; 16],
    /// Whether the agent is about to stop.
    pub draining: bool,
    /// Connectivity tier of the line that the agent reports.
    pub line_tier: Option<u8>,
    /// Load of its GPUs that the machine claims, percent.
    pub load_percent: Option<u8>,
    /// UUIDs of the GPUs that the machine says it has.
    pub gpus: Vec<String>,
}

/// Why one request of a batch is not taken.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// Its sequence number is not the next one.
    #[error(transparent)]
    Sequence(#[from] EnvelopeError),
    /// Another live device has shown the same GPU before.
    #[error("another live device has this GPU")]
    GpuClaimedElsewhere,
}

/// What heartbeats mean.
#[derive(Clone, Copy, Debug)]
pub struct LifeRules {
    /// Missed minutes in a row that are a fact.
    pub degraded_after: i64,
    /// Watched silent minutes after which continuous uptime starts anew.
    pub down_after: u32,
}

/// What a batch changes.
#[derive(Default)]
struct Changes {
    sequences: BTreeMap<(Key, i64), u64>,
    seen: BTreeMap<Key, Seen>,
    up: BTreeMap<(Key, i64), MinuteMap>,
    starts: BTreeMap<(Key, i64), String>,
    disconnects: BTreeMap<(Key, i64), i64>,
    lines: BTreeMap<Key, u8>,
    /// Sum and number of the loads claimed.
    loads: BTreeMap<(Key, i64), (i64, i64)>,
    gpus: BTreeMap<String, Key>,
}

/// Batches that another replica got in the way of are tried this often in all.
const ATTEMPTS: usize = 4;

impl Journal {
    /// Takes requests in order; the result of each has its place. Errors of single requests are those
    /// of [`NotTaken`]; an error of the whole leaves nothing stored.
    pub async fn take(
        &self,
        arrivals: &[Arrival],
        rules: LifeRules,
    ) -> Result<Vec<Result<(), NotTaken>>, JournalError> {
        for _ in 1..ATTEMPTS {
            if let Some(results) = self.try_take(arrivals, rules).await? {
                return Ok(results);
            }
        }
        match self.try_take(arrivals, rules).await? {
            Some(results) => Ok(results),
            None => Err(JournalError::Contended),
        }
    }

    /// One attempt; `None` when another replica took a request of the same sender meanwhile.
    async fn try_take(
        &self,
        arrivals: &[Arrival],
        rules: LifeRules,
    ) -> Result<Option<Vec<Result<(), NotTaken>>>, JournalError> {
        let mut transaction = self.store.begin().await?;
        let mut last = sequences(&mut transaction, arrivals).await?;
        let devices: BTreeSet<Key> = arrivals
            .iter()
            .filter_map(|arrival| arrival.life.as_ref().map(|life| life.device))
            .collect();
        let mut gpus = gpus_claimed(&mut transaction, arrivals).await?;
        let holders = gpus.values().chain(&devices).copied().collect();
        let mut seen = devices_seen(&mut transaction, &holders).await?;
        let mut changes = Changes::default();
        let mut watched: Option<BTreeMap<i64, MinuteMap>> = None;
        let mut results = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            let key = (arrival.subject, arrival.domain as i64);
            if let Err(error) = check_sequence(last.get(&key).copied(), arrival.sequence) {
                results.push(Err(error.into()));
                continue;
            }
            last.insert(key, arrival.sequence);
            changes.sequences.insert(key, arrival.sequence);
            let Some(life) = &arrival.life else {
                results.push(Ok(()));
                continue;
            };
            let minute = life.now.div_euclid(60);
            let is_live = |device: &Key| {
                seen.get(device).is_some_and(|seen: &Seen| {
                    minute.saturating_sub(seen.last_minute) <= i64::from(rules.down_after)
                })
            };
            let is_elsewhere = life.gpus.iter().any(|uuid| {
                gpus.get(uuid)
                    .is_some_and(|holder| *holder != life.device && is_live(holder))
            });
            if is_elsewhere {
                results.push(Err(NotTaken::GpuClaimedElsewhere));
                continue;
            }
            results.push(Ok(()));
            for uuid in &life.gpus {
                if gpus.insert(uuid.clone(), life.device) != Some(life.device) {
                    changes.gpus.insert(uuid.clone(), life.device);
                }
            }
            let earlier = seen.get(&life.device).cloned();
            let silence = earlier.as_ref().map_or(0, |earlier| {
                minute.saturating_sub(earlier.last_minute).saturating_sub(1)
            });
            let mut watched_silence = 0;
            if silence >= rules.degraded_after {
                let watched = match &mut watched {
                    Some(watched) => watched,
                    empty => empty.insert(watched_minutes(&mut transaction).await?),
                };
                let from = earlier
                    .as_ref()
                    .map_or(minute, |earlier| earlier.last_minute);
                watched_silence = count_between(watched, from, minute);
            }
            changes.note(life, earlier.as_ref(), watched_silence, rules);
            if let Some(noted) = changes.seen.get(&life.device) {
                seen.insert(life.device, noted.clone());
            }
        }
        if !changes.write(&mut transaction).await? {
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(results))
    }
}

impl Changes {
    fn note(
        &mut self,
        life: &Life,
        earlier: Option<&Seen>,
        watched_silence: i64,
        rules: LifeRules,
    ) {
        let minute = life.now.div_euclid(60);
        let last = earlier.map(|earlier| earlier.last_minute);
        for minute in fill_gap(last, minute, rules.degraded_after) {
            self.up
                .entry((life.device, minute.div_euclid(60)))
                .or_default()
                .insert(u32::try_from(minute.rem_euclid(60)).unwrap_or_default());
        }
        let boot = hex::encode(life.boot);
        let is_restart = earlier.is_none_or(|earlier| earlier.boot != boot);
        if is_restart || watched_silence > i64::from(rules.down_after) {
            self.starts.insert((life.device, life.now), boot.clone());
        }
        // Fewer missed minutes are no fact; a restart that is back in time lost no line.
        if watched_silence >= rules.degraded_after {
            *self
                .disconnects
                .entry((life.device, life.now.div_euclid(3_600)))
                .or_default() += 1;
        }
        if let Some(load) = life.load_percent {
            let hour = life.now.div_euclid(3_600);
            let (total, claims) = self.loads.entry((life.device, hour)).or_default();
            *total += i64::from(load);
            *claims += 1;
        }
        if let Some(tier) = life.line_tier {
            self.lines.insert(life.device, tier);
        }
        self.seen.insert(
            life.device,
            Seen {
                last_minute: last.map_or(minute, |last| last.max(minute)),
                last_at: life.now,
                boot,
                draining: life.draining,
            },
        );
    }

    /// Writes everything; `false` when a sequence number was overtaken.
    async fn write(
        self,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<bool, JournalError> {
        let mut rows = Vec::with_capacity(self.sequences.len());
        for ((subject, domain), last) in &self.sequences {
            rows.push(vec![
                Cell::key(subject),
                Cell::Int(*domain),
                Cell::Int(to_column("last", *last)?),
            ]);
        }
        let written = insert(
            transaction,
            "verifier_sequences (subject, domain, last)",
            "ON CONFLICT (subject, domain) DO UPDATE SET last = excluded.last \
             WHERE verifier_sequences.last < excluded.last",
            &rows,
        )
        .await?;
        if written != rows.len() as u64 {
            return Ok(false);
        }
        let seen = self.seen.iter().map(|(device, seen)| {
            vec![
                Cell::key(device),
                Cell::Int(seen.last_minute),
                Cell::Int(seen.last_at),
                Cell::Text(seen.boot.clone()),
                Cell::Int(i64::from(seen.draining)),
            ]
        });
        insert(
            transaction,
            "verifier_devices (device, last_minute, last_at, boot, draining)",
            "ON CONFLICT (device) DO UPDATE SET last_minute = excluded.last_minute, \
             last_at = excluded.last_at, boot = excluded.boot, draining = excluded.draining",
            &seen.collect::<Vec<_>>(),
        )
        .await?;
        let mut rows = Vec::with_capacity(self.up.len());
        for ((device, hour), up) in &self.up {
            rows.push(vec![
                Cell::key(device),
                Cell::Int(*hour),
                Cell::Int(to_column("minutes", up.bits())?),
            ]);
        }
        insert(
            transaction,
            "verifier_device_hours (device, hour, up)",
            "ON CONFLICT (device, hour) DO UPDATE SET up = verifier_device_hours.up | excluded.up",
            &rows,
        )
        .await?;
        let starts = self.starts.iter().map(|((device, at), boot)| {
            vec![Cell::key(device), Cell::Int(*at), Cell::Text(boot.clone())]
        });
        insert(
            transaction,
            "verifier_starts (device, at, boot)",
            "ON CONFLICT (device, at) DO UPDATE SET boot = excluded.boot",
            &starts.collect::<Vec<_>>(),
        )
        .await?;
        let gpus = self
            .gpus
            .iter()
            .map(|(uuid, device)| vec![Cell::Text(uuid.clone()), Cell::key(device)]);
        insert(
            transaction,
            "verifier_gpus (uuid, device)",
            "ON CONFLICT (uuid) DO UPDATE SET device = excluded.device",
            &gpus.collect::<Vec<_>>(),
        )
        .await?;
        let disconnects = self.disconnects.iter().map(|((device, hour), count)| {
            vec![Cell::key(device), Cell::Int(*hour), Cell::Int(*count)]
        });
        insert(
            transaction,
            "verifier_disconnects (device, hour, count)",
            "ON CONFLICT (device, hour) DO UPDATE SET count = verifier_disconnects.count + excluded.count",
            &disconnects.collect::<Vec<_>>(),
        )
        .await?;
        let loads = self.loads.iter().map(|((device, hour), (total, claims))| {
            vec![
                Cell::key(device),
                Cell::Int(*hour),
                Cell::Int(*total),
                Cell::Int(*claims),
            ]
        });
        insert(
            transaction,
            "verifier_loads (device, hour, total, claims)",
            "ON CONFLICT (device, hour) DO UPDATE SET total = verifier_loads.total + excluded.total, \
             claims = verifier_loads.claims + excluded.claims",
            &loads.collect::<Vec<_>>(),
        )
        .await?;
        let lines = self
            .lines
            .iter()
            .map(|(device, tier)| vec![Cell::key(device), Cell::Int(i64::from(*tier))]);
        insert(
            transaction,
            "verifier_lines (device, tier)",
            "ON CONFLICT (device) DO UPDATE SET tier = excluded.tier WHERE verifier_lines.tier <> excluded.tier",
            &lines.collect::<Vec<_>>(),
        )
        .await?;
        Ok(true)
    }
}
