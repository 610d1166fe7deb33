//! The report of a day: from the observation files of its hours to obligations and evidence
//! (economics §10.2).

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use ion_economics::reward::eligibility::{self, Limits, Verdict};
use ion_merkle::{
    Hash, Sha256Hasher,
    epoch::{ClassRow, EpochReport, LAST_LINK, link_rows, report_seq},
    report::{ReportKind, payload_hash},
};
use ion_observation::FileRef;

use crate::{
    ClassTerms, CountedDevice, EpochDraft, Key, RULES_VERSION, ReportError, ServedHour, SourceFile,
    block::{earning, facts},
    merge, tagged,
};

const EPOCH_TAG: &[u8] = b"ION_EPOCH_BUNDLE_V1";
/// Hours of a day.
const HOURS: u64 = 24;

/// What the chain says of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayTerms {
    /// UTC day index.
    pub day: u64,
    /// Reports of the day that were voided before.
    pub voided_reports: u8,
    /// Most availability obligations, 1e-6 USD, as the Epoch account has it.
    pub limit_usd_micros: u64,
    /// Rates of the classes on the day.
    pub classes: BTreeMap<u16, ClassTerms>,
    /// Least number of observations.
    pub min_observations: u8,
}

/// What a party is owed, 1e-6 USD.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The Device account.
    pub device: Key,
    /// Owner at registration, or the wallet of a position.
    pub party: Key,
    /// 1e-6 USD, above 0.
    pub usd_micros: u64,
}

impl Part {
    /// The parts in order of device and party.
    pub fn list(parts: &BTreeMap<(Key, Key), u64>) -> Vec<Self> {
        parts
            .iter()
            .map(|((device, party), usd_micros)| Self {
                device: *device,
                party: *party,
                usd_micros: *usd_micros,
            })
            .collect()
    }
}

/// Files that an hour was judged by.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct HourFiles {
    /// Hour index.
    pub hour: u64,
    /// The files, in order of author.
    pub files: Vec<FileRef>,
}

/// Evidence of an epoch report as stored, canonical Borsh: the input set, the terms, and what each
/// party is owed for availability, which payouts are divided by.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct EpochBundle {
    /// Version of the rules of its maker.
    pub rules_version: u16,
    /// UTC day index.
    pub day: u64,
    /// Least number of observations that was asked for.
    pub min_observations: u8,
    /// Limit on the obligations, 1e-6 USD.
    pub limit_usd_micros: u64,
    /// Class, availability rate (1e-6 USD per processor-hour) and most processors, in order.
    pub classes: Vec<(u16, u64, u32)>,
    /// The hours in order.
    pub hours: Vec<HourFiles>,
    /// Class, processors and processor-minutes, in order of class.
    pub rows: Vec<(u16, u32, u64)>,
    /// What each party is owed.
    pub parts: Vec<Part>,
}

impl EpochBundle {
    /// Hash under which the bundle is stored and which the payload carries.
    pub fn hash(&self) -> Hash {
        // Writing to memory fails only for lists above u32::MAX entries.
        tagged(EPOCH_TAG, &borsh::to_vec(self).unwrap_or_default())
    }

    /// Decodes a stored bundle. Error: `Undecodable`, also for lists out of order.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReportError> {
        let bundle: Self = borsh::from_slice(bytes).map_err(|_| ReportError::Undecodable)?;
        let is_canonical = bundle.hours.is_sorted_by(|a, b| a.hour < b.hour)
            && bundle.rows.is_sorted_by(|a, b| a.0 < b.0)
            && bundle
                .parts
                .is_sorted_by(|a, b| (a.device, a.party) < (b.device, b.party));
        if is_canonical {
            Ok(bundle)
        } else {
            Err(ReportError::Undecodable)
        }
    }

    /// The class rows.
    pub fn class_rows(&self) -> Vec<ClassRow> {
        self.rows
            .iter()
            .map(|(class, processors, processor_minutes)| ClassRow {
                class: *class,
                processors: *processors,
                processor_minutes: *processor_minutes,
            })
            .collect()
    }

    /// The link of the rows from place `from` on.
    pub fn link_from(&self, from: usize) -> Hash {
        let rows = self.class_rows();
        link_rows::<Sha256Hasher>(rows.get(from..).unwrap_or_default(), &LAST_LINK)
    }

    /// The files of an hour; none for one that is not named.
    pub fn files_of(&self, hour: u64) -> &[FileRef] {
        self.hours
            .iter()
            .find(|one| one.hour == hour)
            .map_or(&[], |one| one.files.as_slice())
    }
}

/// A day's report with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayReport {
    /// Payload that is voted for.
    pub payload: EpochReport,
    /// The evidence.
    pub bundle: EpochBundle,
    voided_reports: u8,
}

impl DayReport {
    /// Sequence of the report.
    pub fn seq(&self) -> u64 {
        report_seq(self.payload.day, self.voided_reports)
    }

    /// Hash that verifiers vote for; `ide` is the ide program.
    pub fn vote(&self, ide: &Key) -> Hash {
        payload_hash::<Sha256Hasher>(
            ReportKind::EpochReport,
            ide,
            self.seq(),
            &self.payload.encode(),
        )
    }
}

/// A day's report while its hours are read one after the other, so that only the files of one hour
/// are in memory at a time.
#[derive(Clone, Debug)]
pub struct DayBuilder {
    terms: DayTerms,
    draft: EpochDraft,
    hours: Vec<HourFiles>,
}

impl DayBuilder {
    /// A day without hours; `devices` are those that were onboarded before its end.
    pub fn new(terms: DayTerms, devices: &[CountedDevice]) -> Self {
        Self {
            draft: EpochDraft::new(terms.day, devices, &terms.classes),
            terms,
            hours: Vec::new(),
        }
    }

    /// Hour indexes of the day.
    pub fn hours(day: u64) -> std::ops::Range<u64> {
        let first = day.saturating_mul(HOURS);
        first..first.saturating_add(HOURS)
    }

    /// Adds the next hour: a device counts its live minutes when it passes the rules of block
    /// rewards at the start and at the end. An hour with fewer files than the threshold counts
    /// nothing.
    ///
    /// Errors: `HoursOutOfOrder`, `Overflow`, `Rule`.
    pub fn add_hour(
        &mut self,
        hour: u64,
        limits: &Limits,
        sources: &[SourceFile<'_>],
    ) -> Result<(), ReportError> {
        let is_next = self.hours.last().is_none_or(|last| last.hour < hour)
            && Self::hours(self.terms.day).contains(&hour);
        if !is_next {
            return Err(ReportError::HoursOutOfOrder);
        }
        let least = usize::from(self.terms.min_observations.max(1));
        let judged = if sources.len() < least { &[] } else { sources };
        let of_day = u8::try_from(hour % HOURS).map_err(|_| ReportError::Overflow)?;
        let mut result = Ok(());
        merge(judged, least, |device| {
            let passes = matches!(
                eligibility::judge(&facts(&device), limits),
                Verdict::Succeeded { .. }
            );
            if result.is_ok() && passes {
                result = self.draft.add(&ServedHour {
                    device: device.device,
                    owner: device.owner,
                    hour: of_day,
                    minutes: u32::from(device.within.live_minutes),
                    co_staker: earning(&device.positions)
                        .map(|(wallet, share)| (wallet, share.get())),
                });
            }
        });
        result?;
        self.hours.push(HourFiles {
            hour,
            files: sources
                .iter()
                .map(|source| FileRef {
                    verifier: source.file.verifier,
                    hash: source.hash,
                })
                .collect(),
        });
        Ok(())
    }

    /// The report.
    ///
    /// Errors: `Overflow`.
    pub fn finish(self) -> Result<DayReport, ReportError> {
        let terms = self.terms;
        let obligations = self.draft.finish(terms.limit_usd_micros)?;
        let bundle = EpochBundle {
            rules_version: RULES_VERSION,
            day: terms.day,
            min_observations: terms.min_observations,
            limit_usd_micros: terms.limit_usd_micros,
            classes: terms
                .classes
                .iter()
                .map(|(class, terms)| (*class, terms.avail_usd_micros, terms.max_processors))
                .collect(),
            hours: self.hours,
            rows: obligations
                .rows
                .iter()
                .map(|row| (row.class, row.processors, row.processor_minutes))
                .collect(),
            parts: Part::list(&obligations.parts),
        };
        Ok(DayReport {
            payload: obligations.payload(bundle.hash())?,
            bundle,
            voided_reports: terms.voided_reports,
        })
    }
}
