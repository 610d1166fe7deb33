//! From observation files to one view of each device.
//!
//! Numbers are the lower median, facts need more than half, a tie goes against paying; a device
//! counts only with as many observations as the threshold of the set.

use std::collections::{BTreeMap, BTreeSet};

use ion_observation::{
    FileRef, HourFlags, HourObservation, HourSight, ObservationFile, PositionObservation, ProofCode,
};

use crate::{Hash, Key, ReportError};

/// A file with its hash, which is computed once.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// [`ObservationFile::hash`].
    pub hash: Hash,
    /// The file.
    pub file: &'a ObservationFile,
}

/// The files of an hour that count, in order of author: by members, with a view of the hour, one per
/// author. Two different files of one author exclude it.
pub fn sources<'a>(
    files: &[SourceFile<'a>],
    hour: u64,
    genesis_hash: &Hash,
    registry: &Key,
    members: &[Key],
) -> Vec<SourceFile<'a>> {
    let members: BTreeSet<&Key> = members.iter().collect();
    let mut by_author: BTreeMap<Key, BTreeMap<Hash, SourceFile<'a>>> = BTreeMap::new();
    for source in files {
        let file = source.file;
        let is_ours = file.hour == hour
            && file.genesis_hash == *genesis_hash
            && file.registry == *registry
            && members.contains(&file.verifier);
        if is_ours {
            by_author
                .entry(file.verifier)
                .or_default()
                .insert(source.hash, *source);
        }
    }
    by_author
        .into_values()
        .filter(|files| files.len() == 1)
        .flat_map(BTreeMap::into_values)
        .filter(|source| !source.file.hours.is_empty())
        .collect()
}

/// The files that a bundle names, in its order. Error: `MissingFile`.
pub fn named<'a>(
    names: &[FileRef],
    sources: &[SourceFile<'a>],
) -> Result<Vec<SourceFile<'a>>, ReportError> {
    names
        .iter()
        .map(|named| {
            sources
                .iter()
                .find(|one| one.hash == named.hash && one.file.verifier == named.verifier)
                .copied()
                .ok_or(ReportError::MissingFile)
        })
        .collect()
}

/// Calls `visit` with the common view of each device, devices in order of address. Each file is
/// sorted by device, so one pass over all of them is enough and no table is built.
pub fn merge(
    sources: &[SourceFile<'_>],
    min_observations: usize,
    mut visit: impl FnMut(HourObservation),
) {
    let mut rests: Vec<&[HourObservation]> = sources
        .iter()
        .map(|source| source.file.hours.as_slice())
        .collect();
    let mut seen: Vec<&HourObservation> = Vec::with_capacity(rests.len());
    while let Some(device) = rests
        .iter()
        .filter_map(|rest| rest.first())
        .map(|one| one.device)
        .min()
    {
        seen.clear();
        for rest in &mut rests {
            if let Some((first, after)) = rest.split_first()
                && first.device == device
            {
                seen.push(first);
                *rest = after;
            }
        }
        if seen.len() >= min_observations.max(1)
            && let Some(common) = common(&seen)
        {
            visit(common);
        }
    }
}

/// What most observers saw of a device; `None` when they do not agree on whose it is.
fn common(seen: &[&HourObservation]) -> Option<HourObservation> {
    let (first, others) = seen.split_first()?;
    if others.iter().all(|other| other == first) {
        return Some((*first).clone());
    }
    let device = first.device;
    let most = |says: &dyn Fn(&HourObservation) -> bool| {
        2 * seen.iter().filter(|one| says(one)).count() > seen.len()
    };
    let mut flags = HourFlags::NONE;
    for bit in 0..HourFlags::COUNT {
        let flag = HourFlags::from_bits(1 << bit).unwrap_or_default();
        flags = flags.with(flag, most(&|one| one.flags.has(flag)));
    }
    let exempt = (0..u32::BITS)
        .map(|bit| 1u32 << bit)
        .filter(|bit| most(&|one| one.exempt & bit != 0))
        .fold(0, |exempt, bit| exempt | bit);
    Some(HourObservation {
        device,
        owner: majority(seen, |one| one.owner)?,
        pool: majority(seen, |one| one.pool)?,
        qty: majority(seen, |one| one.qty)?,
        // A status that most do not agree on is no status that pays.
        status: majority(seen, |one| one.status).unwrap_or(u8::MAX),
        tier: lower_median(seen, |one| one.tier)?,
        linked_wallets: lower_median(seen, |one| one.linked_wallets)?,
        flags,
        exempt,
        mult_fp: lower_median(seen, |one| one.mult_fp)?,
        before: sight(seen, |one| &one.before)?,
        within: sight(seen, |one| &one.within)?,
        positions: positions(seen),
    })
}

fn sight(
    seen: &[&HourObservation],
    of: impl Fn(&HourObservation) -> &HourSight,
) -> Option<HourSight> {
    let most = |says: &dyn Fn(&HourSight) -> bool| {
        2 * seen.iter().filter(|one| says(of(one))).count() > seen.len()
    };
    let proof = if most(&|one| one.proof == ProofCode::Passed) {
        ProofCode::Passed
    } else if most(&|one| one.proof == ProofCode::Failed) {
        ProofCode::Failed
    } else {
        ProofCode::Missing
    };
    Some(HourSight {
        proof,
        live_minutes: lower_median(seen, |one| of(one).live_minutes)?,
        is_hired: most(&|one| one.is_hired),
        passed_when_free: most(&|one| one.passed_when_free),
        // Longer ago pays less, so of an even number the upper one.
        hours_since_pass: upper_median(seen, |one| of(one).hours_since_pass)?,
        uptime_minutes: lower_median(seen, |one| of(one).uptime_minutes)?,
    })
}

/// Positions that most observers saw; the share is the one that most gave.
fn positions(seen: &[&HourObservation]) -> Vec<PositionObservation> {
    let wallets: BTreeSet<Key> = seen
        .iter()
        .flat_map(|one| one.positions.iter().map(|position| position.wallet))
        .collect();
    let mut positions: Vec<PositionObservation> = wallets
        .into_iter()
        .filter_map(|wallet| {
            let found: Vec<&PositionObservation> = seen
                .iter()
                .filter_map(|one| {
                    one.positions
                        .iter()
                        .find(|position| position.wallet == wallet)
                })
                .collect();
            let is_seen = 2 * found.len() > seen.len();
            let earning: Vec<u16> = found
                .iter()
                .filter(|one| one.is_earning)
                .map(|one| one.share_bps)
                .collect();
            let share = majority(&earning, |share| *share);
            let is_earning = 2 * earning.len() > seen.len() && share.is_some();
            is_seen.then_some(PositionObservation {
                wallet,
                share_bps: share.unwrap_or_default(),
                is_earning,
            })
        })
        .collect();
    // At most one position is active on chain; more than one here is a doubt, and doubts do not earn.
    if positions.iter().filter(|one| one.is_earning).count() > 1 {
        for position in &mut positions {
            position.is_earning = false;
        }
    }
    positions
}

/// The value that more than half give.
fn majority<S, T: Ord + Copy>(seen: &[S], of: impl Fn(&S) -> T) -> Option<T> {
    let mut values: Vec<T> = seen.iter().map(of).collect();
    values.sort_unstable();
    // A value of more than half of all stands in the middle of the sorted ones.
    let middle = values.get(values.len() / 2).copied()?;
    let count = values.iter().filter(|value| **value == middle).count();
    (2 * count > values.len()).then_some(middle)
}

fn lower_median<S, T: Ord + Copy>(seen: &[S], of: impl Fn(&S) -> T) -> Option<T> {
    let mut values: Vec<T> = seen.iter().map(of).collect();
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

fn upper_median<S, T: Ord + Copy>(seen: &[S], of: impl Fn(&S) -> T) -> Option<T> {
    let mut values: Vec<T> = seen.iter().map(of).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}
