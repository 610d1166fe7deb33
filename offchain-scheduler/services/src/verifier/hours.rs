//! A verifier's view of an hour for the block reward: read at the opening, completed at the close.

use std::collections::{BTreeMap, BTreeSet};

use ion_observation::{HourObservation, Key, MinuteMap};
use ion_protocol::{Outcome, SupplierDeclaration};

use super::{
    VerifierError,
    attest::Bench,
    journal::Sights,
    opening::{Opening, Seen, observation, openings, sight},
    state::Verifier,
};
use crate::chain_view::read;

const HOUR: i64 = 3_600;
/// Folder of the declarations in the shared store.
const SUPPLIERS: &str = "suppliers";

impl Verifier {
    /// Reads what the chain shows when an hour opens, once, and only while that is recent.
    pub async fn note_opening(&self, bench: &mut Bench, now: i64) -> Result<(), VerifierError> {
        let Ok(hour) = u64::try_from(now.div_euclid(HOUR)) else {
            return Ok(());
        };
        let within =
            i64::try_from(self.settings.report.opening_within.as_secs()).unwrap_or(i64::MAX);
        if bench.opened == Some(hour) || now.rem_euclid(HOUR) > within {
            return Ok(());
        }
        if self.journal.opening(hour).await?.is_none() {
            let declarations = self.declarations(bench).await?;
            let chain = read(&self.ledger, |ledger| ledger.hour_chain()).await?;
            let at = now.div_euclid(HOUR).saturating_mul(HOUR);
            let facts = openings(&chain, &declarations, &self.realm.genesis_hash, at);
            self.journal.open_hour(hour, now, &facts).await?;
            tracing::info!(
                period = hour,
                devices = facts.len(),
                "opening of the hour read"
            );
        }
        bench.opened = Some(hour);
        Ok(())
    }

    /// Declarations of suppliers in the shared store.
    async fn declarations(
        &self,
        bench: &mut Bench,
    ) -> Result<Vec<SupplierDeclaration>, VerifierError> {
        for name in self.list(SUPPLIERS.to_owned()).await? {
            if bench.declarations.contains_key(&name) {
                continue;
            }
            let bytes = self.get(name.clone()).await?.unwrap_or_default();
            let declaration = borsh::from_slice::<SupplierDeclaration>(&bytes)
                .ok()
                .filter(|one| one.is_signed(&self.realm.genesis_hash));
            bench.declarations.insert(name, declaration);
        }
        Ok(bench.declarations.values().flatten().cloned().collect())
    }

    /// The part of an hour's file that its block reward depends on. Empty, which is no opinion, when
    /// this verifier watched too little of the hour, or did not read its opening or its close, or has
    /// no view of the hour before.
    pub(super) async fn observe_hours(
        &self,
        hour: u64,
        observed: MinuteMap,
    ) -> Result<Vec<HourObservation>, VerifierError> {
        if observed.count() < self.settings.report.min_watched_minutes {
            return Ok(Vec::new());
        }
        let next = hour.saturating_add(1);
        let (Some(opening), Some(closing)) = (
            self.journal.opening(hour).await?,
            self.journal.opening(next).await?,
        ) else {
            return Ok(Vec::new());
        };
        let before = self.journal.sights(hour.saturating_sub(1)).await?;
        let within = self
            .see_hour(hour, observed, &opening, &closing, before.as_ref())
            .await?;
        self.journal.keep_sights(hour, &within).await?;
        let Some(before) = before else {
            return Ok(Vec::new());
        };
        let closing: BTreeMap<&Key, &Opening> =
            closing.iter().map(|one| (&one.device, one)).collect();
        Ok(opening
            .iter()
            .filter_map(|one| {
                let within = *within.0.get(&one.device)?;
                // A device that came in the hour before and was never seen has nothing to show.
                let before = before.0.get(&one.device).copied();
                Some(observation(
                    one,
                    closing.get(&one.device).copied(),
                    before.unwrap_or_else(unseen),
                    within,
                ))
            })
            .collect())
    }

    async fn see_hour(
        &self,
        hour: u64,
        observed: MinuteMap,
        opening: &[Opening],
        closing: &[Opening],
        earlier: Option<&Sights>,
    ) -> Result<Sights, VerifierError> {
        let opens_at = i64::try_from(hour).unwrap_or(i64::MAX).saturating_mul(HOUR);
        let close = opens_at.saturating_add(HOUR);
        let up = self.journal.minutes_of_hour(hour).await?;
        let outcomes: BTreeMap<Key, Outcome> = self
            .journal
            .outcomes_of_hour(hour)
            .await?
            .into_iter()
            .filter_map(|(device, seen)| {
                let mut conclusive = seen
                    .iter()
                    .rev()
                    .filter(|one| one.outcome != Outcome::Inconclusive);
                Some((device, conclusive.next()?.outcome))
            })
            .collect();
        let starts = self.journal.starts(close).await?;
        let passes = self.journal.last_passes(close).await?;
        let seen = Seen {
            opens_at,
            observed,
            up: &up,
            outcomes: &outcomes,
            starts: &starts,
            passes: &passes,
        };
        let hired: BTreeSet<&Key> = opening
            .iter()
            .chain(closing)
            .filter(|one| one.is_hired)
            .map(|one| &one.device)
            .collect();
        Ok(Sights(
            opening
                .iter()
                .chain(closing)
                .map(|one| {
                    let earlier = earlier.and_then(|earlier| earlier.0.get(&one.device));
                    let is_hired = hired.contains(&one.device);
                    (one.device, sight(&seen, &one.device, is_hired, earlier))
                })
                .collect(),
        ))
    }
}

fn unseen() -> ion_observation::HourSight {
    ion_observation::HourSight {
        proof: ion_observation::ProofCode::Missing,
        live_minutes: 0,
        is_hired: false,
        passed_when_free: false,
        hours_since_pass: u16::MAX,
        uptime_minutes: 0,
    }
}
