//! Reliability score and supplier tier of every device, once per UTC day (economics §11).
//!
//! Mechanism: when a day is over, what this verifier saw of each device becomes its counts of the
//! day, and these its smoothed components; with the upheld offences of the chain they give the
//! score that the next observation files carry, and the device reports take the median of. Place of
//! use: every round of the reports loop. Invariant: own gaps count neither way, a day counts once,
//! and a device whose first three days are not over has no score.

use std::collections::{BTreeMap, BTreeSet};

use ion_economics::{
    exemption,
    params::Program as Consumer,
    reliability::{
        Components, DayCounts, OFFENCE_DAYS, ReliabilityWeights, UNKNOWN_HOURS, score,
        supplier_tier,
    },
};
use ion_observation::{HourFlags, Key, MinuteMap};

use super::{
    VerifierError,
    attest::Bench,
    journal::{DayChallenges, KeptComponents},
    opening::Opening,
    state::Verifier,
};
use crate::chain_view::{OffenceView, read};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const DAY_HOURS: u64 = 24;
const DAY_MINUTES: u64 = 1_440;
/// Components of a device before its first day: nothing is known in its favour.
const NONE: Components = Components {
    uptime: 0,
    work: 0,
    cluster: 0,
    stability: 0,
    compliance: 0,
};

/// What this verifier says of a device's standing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The score, bps; `None` while it is unknown.
    pub reliability_bps: Option<u16>,
    /// The supplier tier; `None` while nothing is known.
    pub supplier_tier: Option<u8>,
}

/// One device on one day, as it was seen.
#[derive(Default)]
struct DaySight {
    up_minutes: u64,
    openings: u64,
    staked: u64,
    is_staked: bool,
    has_agreement: bool,
    exempt: u32,
}

impl Verifier {
    /// Counts the days that are over and not counted yet, at most as far back as openings are kept.
    pub async fn count_days(&self, bench: &mut Bench, now: i64) -> Result<(), VerifierError> {
        let after = i64::try_from(self.settings.report.write_after.as_secs()).unwrap_or(i64::MAX);
        let Ok(today) = u64::try_from(now.saturating_sub(after).div_euclid(DAY)) else {
            return Ok(());
        };
        let Some(day) = today
            .checked_sub(1)
            .filter(|day| bench.counted != Some(*day))
        else {
            return Ok(());
        };
        self.count_day(day).await?;
        bench.counted = Some(day);
        Ok(())
    }

    async fn count_day(&self, day: u64) -> Result<(), VerifierError> {
        let from = day.saturating_mul(DAY_HOURS);
        let to = from.saturating_add(DAY_HOURS);
        let last = to.saturating_sub(1);
        let watched: BTreeMap<u64, MinuteMap> = self
            .journal
            .watched_hours(from, last)
            .await?
            .into_iter()
            .collect();
        let watched_minutes: u64 = watched.values().map(|map| u64::from(map.count())).sum();
        // A day of which less than half was watched says nothing.
        if watched_minutes.saturating_mul(2) < DAY_MINUTES {
            return Ok(());
        }
        let mut sights: BTreeMap<Key, DaySight> = BTreeMap::new();
        for hour in from..to {
            let observed = watched.get(&hour).copied().unwrap_or_default();
            for (device, up) in self.journal.minutes_of_hour(hour).await? {
                sights.entry(device).or_default().up_minutes +=
                    u64::from(up.intersection(observed).count());
            }
            for opening in self.journal.opening(hour).await?.unwrap_or_default() {
                sights.entry(opening.device).or_default().see(&opening);
            }
        }
        let challenges = self.journal.day_challenges(from, to).await?;
        let disconnects = self.journal.day_disconnects(from, to).await?;
        let kept = self.journal.components().await?;
        let mut after = BTreeMap::new();
        for (device, sight) in &sights {
            let known = kept.get(device);
            if known.is_some_and(|known| known.day >= day) {
                continue;
            }
            let counts = sight.counts(
                watched_minutes,
                challenges.get(device).copied().unwrap_or_default(),
                disconnects.get(device).copied().unwrap_or_default(),
            );
            if let Some(next) = next_components(known, &counts, day) {
                after.insert(*device, next);
            }
        }
        self.journal.keep_components(&after).await?;
        tracing::info!(day, devices = after.len(), "reliability of the day counted");
        Ok(())
    }

    /// Standing of every device of which something is known, for the files of `hour`.
    pub(super) async fn standings(
        &self,
        hour: u64,
    ) -> Result<BTreeMap<Key, Standing>, VerifierError> {
        let kept = self.journal.components().await?;
        if kept.is_empty() {
            return Ok(BTreeMap::new());
        }
        let at = i64::try_from(hour).unwrap_or(i64::MAX).saturating_mul(HOUR);
        let params = read(&self.ledger, |ledger| ledger.params(Consumer::Registry)).await?;
        let Ok(weights) = ReliabilityWeights::read(|param| params.value(param, at)) else {
            return Ok(BTreeMap::new());
        };
        let offences = read(&self.ledger, |ledger| ledger.upheld_offences()).await?;
        let openings: BTreeMap<Key, Opening> = self
            .journal
            .opening(hour)
            .await?
            .unwrap_or_default()
            .into_iter()
            .map(|opening| (opening.device, opening))
            .collect();
        let snapshot = self.snapshot();
        Ok(kept
            .into_iter()
            .filter_map(|(address, kept)| {
                let device = snapshot.devices.get(&address)?;
                let opening = openings.get(&address);
                Some((
                    address,
                    standing(
                        &kept,
                        device.onboarded_at,
                        &offences_of(&offences, &address),
                        at,
                        &weights,
                        opening,
                    ),
                ))
            })
            .collect())
    }
}

impl DaySight {
    fn see(&mut self, opening: &Opening) {
        self.openings += 1;
        self.is_staked = opening.flags.has(HourFlags::STAKED);
        self.has_agreement = opening.flags.has(HourFlags::AGREEMENT);
        self.staked += u64::from(self.is_staked);
        self.exempt |= opening.exempt;
    }

    /// Counts of the day. Minutes and hours that were not watched, or whose opening was not read, are
    /// left out of the whole, so the part is scaled up to a day.
    fn counts(&self, watched: u64, challenges: DayChallenges, disconnects: u32) -> DayCounts {
        let scaled = |part: u64, seen: u64, whole: u64| {
            // floor, against the device
            let scaled = part.saturating_mul(whole).checked_div(seen)?;
            u32::try_from(scaled.min(whole)).ok()
        };
        let unless = |flag: u32| self.exempt & (flag | exemption::BLOCK) == 0;
        DayCounts {
            up_minutes: scaled(self.up_minutes, watched, DAY_MINUTES)
                .filter(|_| unless(exemption::MIN_UPTIME)),
            proofs: Some((challenges.passed, challenges.attempts))
                .filter(|_| unless(exemption::POW_FAILED)),
            cluster_tests: Some((challenges.full_passed, challenges.full_attempts))
                .filter(|_| unless(exemption::REQC)),
            disconnects: Some(disconnects).filter(|_| unless(exemption::MIN_UPTIME)),
            staked_hours: scaled(self.staked, self.openings, DAY_HOURS)
                .filter(|_| unless(exemption::STAKING)),
        }
    }
}

/// Components after a day; the first day is taken as it is.
fn next_components(
    known: Option<&KeptComponents>,
    counts: &DayCounts,
    day: u64,
) -> Option<KeptComponents> {
    let previous = known.map_or(NONE, |known| known.components);
    let today = Components::of_day(counts, &previous).ok()?;
    let components = match known {
        Some(known) => known.components.smoothed(&today).ok()?,
        None => today,
    };
    Some(KeptComponents {
        first_day: known.map_or(day, |known| known.first_day),
        day,
        components,
    })
}

/// Ages in days of a device's upheld offences: the parts of one count once.
fn offences_of(offences: &[OffenceView], device: &Key) -> BTreeSet<([u8; 32], i64)> {
    offences
        .iter()
        .filter(|offence| offence.device == *device)
        .map(|offence| (offence.id, offence.offence_at))
        .collect()
}

fn standing(
    kept: &KeptComponents,
    onboarded_at: i64,
    offences: &BTreeSet<([u8; 32], i64)>,
    at: i64,
    weights: &ReliabilityWeights,
    opening: Option<&Opening>,
) -> Standing {
    let known_from =
        onboarded_at.saturating_add(i64::try_from(UNKNOWN_HOURS).unwrap_or(i64::MAX) * HOUR);
    if onboarded_at == 0 || at < known_from {
        return Standing::default();
    }
    let ages = offences
        .iter()
        .filter_map(|(_, offence_at)| {
            u64::try_from(at.saturating_sub(*offence_at).max(0).div_euclid(DAY)).ok()
        })
        .filter(|age| *age < OFFENCE_DAYS);
    let reliability_bps = kept
        .components
        .raw(weights)
        .and_then(|raw| score(raw, ages))
        .ok();
    let supplier_tier = reliability_bps.zip(opening).map(|(score, opening)| {
        supplier_tier(
            &kept.components,
            score,
            opening.flags.has(HourFlags::STAKED),
            opening.flags.has(HourFlags::AGREEMENT),
        )
    });
    Standing {
        reliability_bps,
        supplier_tier,
    }
}
