//! The report of an epoch's obligations (economics §10.2).

use std::collections::BTreeMap;

use ion_economics::{
    ide::{self, DivideError},
    stake::split_reward,
    units::{Bps, Io},
};
use ion_merkle::{
    Hash, Sha256Hasher,
    epoch::{ClassRow, EpochReport, LAST_LINK, link_rows},
};

use crate::{Key, ReportError};

/// A device-hour with verified minutes that passed eligibility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServedHour {
    /// The Device account.
    pub device: Key,
    /// Owner at registration.
    pub owner: Key,
    /// Hour of the day, 0 to 23.
    pub hour: u8,
    /// Verified minutes, 1 to 60.
    pub minutes: u32,
    /// Wallet and share (bps) of the position that earned the whole hour.
    pub co_staker: Option<(Key, u16)>,
}

/// A device as far as its class counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedDevice {
    /// The Device account.
    pub device: Key,
    /// Processor class.
    pub class: u16,
    /// Processors.
    pub qty: u8,
    /// When it was onboarded, Unix seconds; decides who counts at the limit of a class.
    pub onboarded_at: i64,
}

/// Rates of a class on the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassTerms {
    /// Availability, 1e-6 USD per processor-hour.
    pub avail_usd_micros: u64,
    /// Most processors that count.
    pub max_processors: u32,
}

/// What a day owes for availability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochObligations {
    /// UTC day index.
    pub day: u64,
    /// Parts by device and party, scaled to the limit of the day, 1e-6 USD; none is zero.
    pub parts: BTreeMap<(Key, Key), u64>,
    /// Class rows in the order of their classes.
    pub rows: Vec<ClassRow>,
    /// Floors taken: device-hours with minutes.
    pub floors: u64,
    /// Sum of the parts, 1e-6 USD.
    pub avail_usd_micros: u64,
}

impl EpochObligations {
    /// Obligations of a day. A class counts its devices by `onboarded_at`, then key, up to its
    /// limit; hours of other devices and of classes without rates count nothing. Above
    /// `limit_usd_micros` the parts are scaled down to it.
    ///
    /// Errors: [`ReportError::Overflow`] for sums outside 64 bits.
    pub fn build(
        day: u64,
        hours: &[ServedHour],
        devices: &[CountedDevice],
        classes: &BTreeMap<u16, ClassTerms>,
        limit_usd_micros: u64,
    ) -> Result<Self, ReportError> {
        let mut draft = EpochDraft::new(day, devices, classes);
        for hour in hours {
            draft.add(hour)?;
        }
        draft.finish(limit_usd_micros)
    }

    /// The payload that is voted for; `bundle` is the hash of the evidence.
    ///
    /// Error: [`ReportError::Overflow`] for more classes than 16 bits count.
    pub fn payload(&self, bundle: Hash) -> Result<EpochReport, ReportError> {
        Ok(EpochReport {
            day: self.day,
            avail_usd_micros: self.avail_usd_micros,
            floors: self.floors,
            class_count: u16::try_from(self.rows.len()).map_err(|_| ReportError::Overflow)?,
            class_rows: link_rows::<Sha256Hasher>(&self.rows, &LAST_LINK),
            bundle,
        })
    }
}

/// Obligations of a day while its hours are added, one after the other in any order.
#[derive(Clone, Debug)]
pub struct EpochDraft {
    day: u64,
    counted: BTreeMap<Key, CountedDevice>,
    classes: BTreeMap<u16, ClassTerms>,
    parts: Parts,
    minutes: BTreeMap<u16, u64>,
    served: BTreeMap<u16, BTreeMap<Key, u32>>,
    floors: u64,
}

impl EpochDraft {
    /// A day without hours.
    pub fn new(day: u64, devices: &[CountedDevice], classes: &BTreeMap<u16, ClassTerms>) -> Self {
        Self {
            day,
            counted: counted(devices, classes),
            classes: classes.clone(),
            parts: Parts::new(),
            minutes: BTreeMap::new(),
            served: BTreeMap::new(),
            floors: 0,
        }
    }

    /// Adds a device-hour, unless its device does not count.
    ///
    /// Errors: `Overflow`, `Rule`.
    pub fn add(&mut self, hour: &ServedHour) -> Result<(), ReportError> {
        let Some(device) = self.counted.get(&hour.device) else {
            return Ok(());
        };
        let Some(terms) = self
            .classes
            .get(&device.class)
            .filter(|_| hour.minutes != 0)
        else {
            return Ok(());
        };
        // floor per device-hour: counted, so that the chain can compare the sums
        let whole = ide::availability_usd_micros(terms.avail_usd_micros, device.qty, hour.minutes)?;
        self.floors += 1;
        let share = hour.co_staker.map_or(0, |(_, share_bps)| share_bps);
        let share = Bps::new(share).ok_or(ReportError::Overflow)?;
        let (co, owner) =
            split_reward(Io::from_base_units(whole), share).map_err(|_| ReportError::Overflow)?;
        grow(
            &mut self.parts,
            (hour.device, hour.owner),
            owner.base_units(),
        )?;
        if let Some((wallet, _)) = hour.co_staker {
            grow(&mut self.parts, (hour.device, wallet), co.base_units())?;
        }
        let minutes = u64::from(hour.minutes) * u64::from(device.qty);
        grow(&mut self.minutes, device.class, minutes)?;
        self.served
            .entry(device.class)
            .or_default()
            .insert(hour.device, u32::from(device.qty));
        Ok(())
    }

    /// The obligations, scaled down to `limit_usd_micros` where they exceed it.
    ///
    /// Errors: `Overflow`.
    pub fn finish(self, limit_usd_micros: u64) -> Result<EpochObligations, ReportError> {
        let rows = self
            .minutes
            .into_iter()
            .map(|(class, processor_minutes)| ClassRow {
                class,
                processors: self
                    .served
                    .get(&class)
                    .map_or(0, |devices| devices.values().sum()),
                processor_minutes,
            })
            .collect();
        let (parts, avail_usd_micros) = capped(self.parts, limit_usd_micros)?;
        Ok(EpochObligations {
            day: self.day,
            parts,
            rows,
            floors: self.floors,
            avail_usd_micros,
        })
    }
}

/// The devices that count, by key.
fn counted(
    devices: &[CountedDevice],
    classes: &BTreeMap<u16, ClassTerms>,
) -> BTreeMap<Key, CountedDevice> {
    let mut ordered: Vec<&CountedDevice> = devices.iter().collect();
    ordered.sort_by_key(|device| (device.class, device.onboarded_at, device.device));
    let mut used: BTreeMap<u16, u64> = BTreeMap::new();
    let mut counted = BTreeMap::new();
    for device in ordered {
        let Some(terms) = classes.get(&device.class) else {
            continue;
        };
        let sum = used.entry(device.class).or_default();
        let next = *sum + u64::from(device.qty);
        if next <= u64::from(terms.max_processors) {
            *sum = next;
            counted.insert(device.device, *device);
        }
    }
    counted
}

/// Amounts by device and party.
type Parts = BTreeMap<(Key, Key), u64>;

/// The parts scaled to the limit where they exceed it, with their sum.
fn capped(parts: Parts, limit: u64) -> Result<(Parts, u64), ReportError> {
    let values: Vec<u64> = parts.values().copied().collect();
    let mut scaled = vec![0; values.len()];
    ide::scale_to_cap(&values, limit, &mut scaled).map_err(divided)?;
    let sum = scaled
        .iter()
        .try_fold(0_u64, |sum, part| sum.checked_add(*part))
        .ok_or(ReportError::Overflow)?;
    let parts = parts
        .into_keys()
        .zip(scaled)
        .filter(|(_, part)| *part > 0)
        .collect();
    Ok((parts, sum))
}

pub(crate) fn divided(error: DivideError) -> ReportError {
    match error {
        DivideError::NoWeight | DivideError::LengthMismatch | DivideError::Math(_) => {
            ReportError::Overflow
        }
    }
}

fn grow<K: Ord>(sums: &mut BTreeMap<K, u64>, key: K, amount: u64) -> Result<(), ReportError> {
    let sum = sums.entry(key).or_default();
    *sum = sum.checked_add(amount).ok_or(ReportError::Overflow)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ion_economics::ide::{ReportTotals, check_report, row_usd_micros};
    use proptest::prelude::*;

    fn device(key: u8, class: u16, qty: u8, onboarded_at: i64) -> CountedDevice {
        CountedDevice {
            device: [key; 32],
            class,
            qty,
            onboarded_at,
        }
    }

    fn served(key: u8, minutes: u32) -> ServedHour {
        ServedHour {
            device: [key; 32],
            owner: [100; 32],
            hour: 0,
            minutes,
            co_staker: None,
        }
    }

    fn terms(avail_usd_micros: u64, max_processors: u32) -> ClassTerms {
        ClassTerms {
            avail_usd_micros,
            max_processors,
        }
    }

    #[test]
    fn obligations_of_the_published_vectors() {
        let classes = BTreeMap::from([(1, terms(50_000, 100)), (2, terms(33_333, 100))]);
        let devices = [device(1, 1, 8, 0), device(2, 2, 3, 0)];
        let hours = [served(1, 60), served(2, 47)];
        let day = EpochObligations::build(7, &hours, &devices, &classes, u64::MAX).unwrap();
        let parts: Vec<u64> = day.parts.values().copied().collect();
        assert_eq!(parts, [400_000, 78_332]);
        assert_eq!((day.floors, day.avail_usd_micros), (2, 478_332));
        assert_eq!(day.rows.len(), 2);
        assert_eq!(day.rows[0].processor_minutes, 480);
    }

    #[test]
    fn e96_processors_above_the_limit_of_a_class_count_nothing() {
        let classes = BTreeMap::from([(1, terms(60, 10))]);
        // the elder first, then the key; a device that no longer fits is left out whole
        let devices = [
            device(3, 1, 4, 5),
            device(2, 1, 4, 5),
            device(1, 1, 4, 9),
            device(4, 1, 2, 10),
        ];
        let hours = [1, 2, 3, 4].map(|key| served(key, 60));
        let day = EpochObligations::build(7, &hours, &devices, &classes, u64::MAX).unwrap();
        let who: Vec<u8> = day.parts.keys().map(|(device, _)| device[0]).collect();
        assert_eq!(who, [2, 3, 4]);
        assert_eq!(day.rows[0].processors, 10);
    }

    #[test]
    fn co_staker_gets_its_share_of_the_hour() {
        let classes = BTreeMap::from([(1, terms(1_000, 10))]);
        let hours = [ServedHour {
            co_staker: Some(([7; 32], 2_500)),
            ..served(1, 60)
        }];
        let devices = [device(1, 1, 1, 0)];
        let day = EpochObligations::build(7, &hours, &devices, &classes, u64::MAX).unwrap();
        assert_eq!(day.parts[&([1; 32], [7; 32])], 250);
        assert_eq!(day.parts[&([1; 32], [100; 32])], 750);
    }

    proptest! {
        #[test]
        fn every_report_passes_the_check_of_the_chain(
            hours in prop::collection::vec((1_u8..6, 1_u32..=60), 0..40),
            rate in 0_u64..10_000_000,
            qty in 1_u8..=64,
            limit in 0_u64..100_000_000,
        ) {
            let classes = BTreeMap::from([(1, terms(rate, 250))]);
            let devices: Vec<CountedDevice> = (1..6).map(|key| device(key, 1, qty, 0)).collect();
            let hours: Vec<ServedHour> =
                hours.iter().map(|(key, minutes)| served(*key, *minutes)).collect();
            let day = EpochObligations::build(7, &hours, &devices, &classes, limit).unwrap();
            let row_sum = day
                .rows
                .iter()
                .map(|row| row_usd_micros(rate, row.processor_minutes).unwrap())
                .sum();
            let totals = ReportTotals {
                avail_usd_micros: day.avail_usd_micros,
                floors: day.floors,
                row_sum_usd_micros: row_sum,
                limit_usd_micros: limit,
            };
            prop_assert_eq!(check_report(&totals), Ok(()));
            prop_assert_eq!(day.parts.values().sum::<u64>(), day.avail_usd_micros);
        }
    }
}
