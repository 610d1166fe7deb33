//! From observation files to leaves: majority and median, doubts against paying.

use std::collections::{BTreeMap, BTreeSet};

use ion_economics::device::{DeviceStatus, READY_CLUSTER_TEST};
use ion_merkle::leaf::{DeviceLeaf, WorkLeaf};
use ion_protocol::Outcome;

use crate::{DeviceFields, DeviceObservation, Hash, Key, ObservationFile, RecordObservation};

/// What an aggregation depends on beside the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Genesis hash of the cluster.
    pub genesis_hash: Hash,
    /// The registry program.
    pub registry: Key,
    /// Members of the verifier set.
    pub members: Vec<Key>,
    /// Least number of observations (the threshold of the set).
    pub min_observations: usize,
    /// Watched minutes without a sign of life that make a device down: `fault_after` in minutes,
    /// rounded up (economics §12).
    pub down_after_minutes: u32,
}

/// Result of an aggregation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// Leaves of devices with a changed field, in order of address.
    pub devices: Vec<DeviceLeaf>,
    /// Leaves of due work records, in order of booking and number.
    pub works: Vec<WorkLeaf>,
    /// Author and hash of the files that were used, in order of author.
    pub used: Vec<(Key, Hash)>,
    /// Members that published two different files, in order.
    pub excluded: Vec<Key>,
}

/// Aggregates the files of one hour. Files of strangers, of other hours, clusters or programs are
/// left out; two different files of one verifier exclude it. The order of files does not matter.
pub fn aggregate(files: &[ObservationFile], hour: u64, rules: &Rules) -> Aggregate {
    let members: BTreeSet<&Key> = rules.members.iter().collect();
    let mut by_author: BTreeMap<Key, BTreeMap<Hash, &ObservationFile>> = BTreeMap::new();
    for file in files {
        let is_ours = file.hour == hour
            && file.genesis_hash == rules.genesis_hash
            && file.registry == rules.registry;
        if is_ours && members.contains(&file.verifier) {
            by_author
                .entry(file.verifier)
                .or_default()
                .insert(file.hash(), file);
        }
    }
    let excluded = by_author
        .iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|(author, _)| *author)
        .collect();
    by_author.retain(|_, files| files.len() == 1);
    let used: Vec<(Key, Hash)> = by_author
        .iter()
        .flat_map(|(author, files)| files.keys().map(|hash| (*author, *hash)))
        .collect();
    let files: Vec<&ObservationFile> = by_author
        .values()
        .flat_map(|files| files.values().copied())
        .collect();
    Aggregate {
        devices: devices(&files, rules),
        works: works(&files, rules),
        used,
        excluded,
    }
}

fn devices(files: &[&ObservationFile], rules: &Rules) -> Vec<DeviceLeaf> {
    let mut by_device: BTreeMap<Key, Vec<(&ObservationFile, &DeviceObservation)>> = BTreeMap::new();
    for file in files {
        for device in &file.devices {
            by_device
                .entry(device.device)
                .or_default()
                .push((file, device));
        }
    }
    by_device
        .into_iter()
        .filter_map(|(device, seen)| {
            if seen.len() < rules.min_observations {
                return None;
            }
            let old = majority(seen.iter().map(|(_, observation)| observation.fields))?;
            let new = next_fields(old, &seen, rules);
            (new != old).then_some(DeviceLeaf {
                registry: rules.registry,
                device,
                status: new.status,
                connectivity_tier: new.connectivity_tier,
                supplier_tier: new.supplier_tier,
                readiness_flags: new.readiness_flags,
                reliability_bps: new.reliability_bps,
            })
        })
        .collect()
}

/// Fields after the hour. The connectivity tier is that of the line the agent reports. Up needs that most observers saw the last challenge of the hour passed;
/// down, that most watched long enough without a sign of life.
fn next_fields(
    old: DeviceFields,
    seen: &[(&ObservationFile, &DeviceObservation)],
    rules: &Rules,
) -> DeviceFields {
    let most = |says: &dyn Fn(&ObservationFile, &DeviceObservation) -> bool| {
        2 * seen
            .iter()
            .filter(|(file, device)| says(file, device))
            .count()
            > seen.len()
    };
    let mut new = old;
    let lines: Vec<u8> = seen
        .iter()
        .filter_map(|(_, device)| device.line_tier)
        .collect();
    // The agent reports the same line to all; of different ones the lower middle pays less.
    if let Some(tier) = median(lines, rules.min_observations) {
        new.connectivity_tier = tier;
    }
    // Each verifier smooths what it saw itself; the lower middle pays less.
    let scores = seen.iter().filter_map(|(_, device)| device.reliability_bps);
    if let Some(score) = median(scores.collect(), rules.min_observations) {
        new.reliability_bps = score;
    }
    let tiers = seen.iter().filter_map(|(_, device)| device.supplier_tier);
    if let Some(tier) = median(tiers.collect(), rules.min_observations) {
        new.supplier_tier = tier;
    }
    match DeviceStatus::from_code(old.status) {
        Ok(
            DeviceStatus::Pending
            | DeviceStatus::Down
            | DeviceStatus::RestartRequired
            | DeviceStatus::Inactive
            | DeviceStatus::Unsupported,
        ) => {
            if most(&|_, device| has_passed(device)) {
                new.status = DeviceStatus::Up.code();
                new.readiness_flags |= READY_CLUSTER_TEST;
            }
        }
        Ok(DeviceStatus::Up) => {
            let is_silent = |file: &ObservationFile, device: &DeviceObservation| {
                file.observed.count() >= rules.down_after_minutes && device.up.count() == 0
            };
            if most(&is_silent) {
                new.status = DeviceStatus::Down.code();
            }
        }
        Ok(DeviceStatus::Paused | DeviceStatus::Blocked | DeviceStatus::Terminated) | Err(_) => {}
    }
    new
}

/// Whether the last conclusive challenge of the hour was passed.
fn has_passed(device: &DeviceObservation) -> bool {
    device
        .challenges
        .iter()
        .rev()
        .find(|challenge| challenge.outcome != Outcome::Inconclusive)
        .is_some_and(|challenge| challenge.outcome == Outcome::Pass)
}

fn works(files: &[&ObservationFile], rules: &Rules) -> Vec<WorkLeaf> {
    // Number of lines and finality come from the chain; observers that differ in them disagree on
    // which record is meant, and only one of them can have the majority.
    type RecordKey = (Key, u32, bool, usize);
    let mut by_record: BTreeMap<RecordKey, Vec<&RecordObservation>> = BTreeMap::new();
    for record in files.iter().flat_map(|file| &file.records) {
        by_record
            .entry((
                record.booking,
                record.seq,
                record.is_final,
                record.served.len(),
            ))
            .or_default()
            .push(record);
    }
    by_record
        .into_iter()
        .filter_map(|((booking, record_seq, is_final, lines), seen)| {
            if seen.len() < rules.min_observations || 2 * seen.len() <= files.len() {
                return None;
            }
            let mut served_minutes = [0u32; 8];
            for (line, minutes) in served_minutes.iter_mut().enumerate().take(lines) {
                let opinions = seen
                    .iter()
                    .filter_map(|record| record.served.get(line).copied().flatten());
                *minutes = median(opinions.collect(), rules.min_observations)?;
            }
            Some(WorkLeaf {
                booking,
                record_seq,
                is_final,
                served_minutes,
            })
        })
        .collect()
}

/// The value that more than half of all give.
pub(crate) fn majority<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    let mut all = 0;
    for value in values {
        *counts.entry(value).or_default() += 1;
        all += 1;
    }
    counts
        .into_iter()
        .find(|(_, count)| 2 * count > all)
        .map(|(value, _)| value)
}

/// Middle of at least `least` values; of an even number the lower one of the two in the middle, so
/// that a tie pays less.
pub(crate) fn median<T: Ord + Copy>(mut values: Vec<T>, least: usize) -> Option<T> {
    if values.is_empty() || values.len() < least {
        return None;
    }
    values.sort_unstable();
    values.get((values.len() - 1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_even_counts_is_the_lower_middle() {
        assert_eq!(median(vec![5, 1, 3], 2), Some(3));
        assert_eq!(median(vec![5, 1], 2), Some(1));
        assert_eq!(median(vec![9, 1, 5, 3], 2), Some(3));
        assert_eq!(median(vec![5], 2), None);
        assert_eq!(median::<u32>(vec![], 0), None);
    }

    #[test]
    fn majority_is_more_than_half() {
        assert_eq!(majority([1, 2, 1].into_iter()), Some(1));
        assert_eq!(majority([1, 2].into_iter()), None);
        assert_eq!(majority([1, 1, 2, 2].into_iter()), None);
        assert_eq!(majority(std::iter::empty::<u8>()), None);
    }
}
