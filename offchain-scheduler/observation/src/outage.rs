//! Outages of hired lines, from signed notes to the fault report (economics §2.5, §5.1, §8.6).
//!
//! Mechanism: a verifier that watched a hired device miss more than the bound signs one note per
//! line; [`Fault::build`] turns the notes of at least as many verifiers as the threshold into the
//! payload of a fault report: facts by majority, minutes by the lower median. Place of use: the
//! verifier service builds and votes, an auditor recomputes. Invariant: the payload is a pure
//! function of the set of notes; two different notes of one verifier exclude it, and the minutes
//! stand within those that the booking program accepts.

use std::collections::{BTreeMap, BTreeSet};

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use ion_economics::{
    booking::{RecordClock, run_minutes},
    units::UnixSeconds,
};
use ion_merkle::{
    Sha256Hasher,
    fault::{FaultKind, FaultReport},
    report::{ReportKind, payload_hash},
};

use crate::{
    FileError, FileRef, Hash, Key,
    aggregate::{majority, median},
    tagged,
};

const NOTE_TAG: &[u8] = b"ION_OUTAGE_V1";
const BUNDLE_TAG: &[u8] = b"ION_FAULT_BUNDLE_V1";
/// Layout of note and bundle.
const VERSION: u16 = 1;

/// What the chain says of a line.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineFacts {
    /// Device of the line.
    pub device: Key,
    /// Renter of the booking.
    pub renter: Key,
    /// Start of the booking, Unix seconds.
    pub booking_start: i64,
    /// Start of the line, Unix seconds.
    pub line_start: i64,
    /// Booked end of the line, Unix seconds.
    pub line_end: i64,
    /// Minutes that the line has hired.
    pub hired: u32,
}

/// One verifier's view of an outage.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct OutageNote {
    /// Layout, 1.
    pub version: u16,
    /// Genesis hash of the cluster.
    pub genesis_hash: Hash,
    /// The verifier that watched.
    pub verifier: Key,
    /// The booking account.
    pub booking: Key,
    /// Number of the line.
    pub line: u8,
    /// What the chain says of it.
    pub facts: LineFacts,
    /// First missed minute, Unix time / 60.
    pub fault_minute: i64,
    /// Minutes recorded on chain for the line when the note was made.
    pub recorded: u32,
    /// Minutes served at the fault; `None` where the verifier watched in none of them.
    pub served: Option<u32>,
    /// Minutes served at the last 24 h boundary before the fault.
    pub kept: Option<u32>,
}

/// A note with its author's signature, as stored.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct SignedOutage {
    /// The note.
    pub note: OutageNote,
    /// ed25519 signature of the verifier over the note's hash.
    pub signature: [u8; 64],
}

impl OutageNote {
    /// A note in the present layout.
    pub fn new(
        genesis_hash: Hash,
        verifier: Key,
        (booking, line): (Key, u8),
        facts: LineFacts,
        fault_minute: i64,
    ) -> Self {
        OutageNote {
            version: VERSION,
            genesis_hash,
            verifier,
            booking,
            line,
            facts,
            fault_minute,
            recorded: 0,
            served: None,
            kept: None,
        }
    }

    /// Identity of the note.
    pub fn hash(&self) -> Hash {
        // Writing to memory does not fail: the note has a fixed size.
        tagged(NOTE_TAG, &borsh::to_vec(self).unwrap_or_default())
    }

    /// When the device was lost: its first missed minute, not before the line began.
    pub fn fault_at(minute: i64, facts: &LineFacts) -> i64 {
        minute.saturating_mul(60).max(facts.line_start)
    }
}

impl SignedOutage {
    /// Signs a note. The key must be the one of `note.verifier` for the result to be accepted.
    pub fn new(key: &SigningKey, note: OutageNote) -> Self {
        let signature = key.sign(&note.hash()).to_bytes();
        SignedOutage { note, signature }
    }

    /// Decodes and checks a stored note. Errors: `Undecodable`, `NotCanonical` for another layout,
    /// `BadSignature`.
    pub fn decode(bytes: &[u8]) -> Result<Self, FileError> {
        let signed: SignedOutage = borsh::from_slice(bytes).map_err(|_| FileError::Undecodable)?;
        if signed.note.version != VERSION {
            return Err(FileError::NotCanonical);
        }
        VerifyingKey::from_bytes(&signed.note.verifier)
            .and_then(|key| {
                key.verify_strict(
                    &signed.note.hash(),
                    &Signature::from_bytes(&signed.signature),
                )
            })
            .map_err(|_| FileError::BadSignature)?;
        Ok(signed)
    }
}

/// Evidence of a fault report as stored, canonical Borsh: it fixes the notes.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct FaultBundle {
    /// Version of the rules, 1.
    pub version: u16,
    /// The booking account.
    pub booking: Key,
    /// Number of the line.
    pub line: u8,
    /// The notes, in order of author.
    pub notes: Vec<FileRef>,
}

impl FaultBundle {
    /// Hash under which the bundle is stored and which the payload carries.
    pub fn hash(&self) -> Hash {
        // Writing to memory fails only for lists above u32::MAX entries.
        tagged(BUNDLE_TAG, &borsh::to_vec(self).unwrap_or_default())
    }
}

/// What a merge of notes depends on beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRules {
    /// Genesis hash of the cluster.
    pub genesis_hash: Hash,
    /// Members of the verifier set.
    pub members: Vec<Key>,
    /// Least number of notes: the threshold of the set.
    pub min_observations: usize,
}

/// A fault report with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The payload.
    pub report: FaultReport,
    /// Its evidence.
    pub bundle: FaultBundle,
}

impl Fault {
    /// The fault of a line that follows from notes in any order; `None` while there are too few.
    /// Notes of strangers, other lines and other clusters are left out.
    pub fn build(
        notes: &[OutageNote],
        booking: &Key,
        line: u8,
        rules: &FaultRules,
    ) -> Option<Fault> {
        let members: BTreeSet<&Key> = rules.members.iter().collect();
        let mut by_author: BTreeMap<Key, BTreeMap<Hash, &OutageNote>> = BTreeMap::new();
        for note in notes {
            let is_ours = note.genesis_hash == rules.genesis_hash
                && note.booking == *booking
                && note.line == line;
            if is_ours && members.contains(&note.verifier) {
                by_author
                    .entry(note.verifier)
                    .or_default()
                    .insert(note.hash(), note);
            }
        }
        by_author.retain(|_, notes| notes.len() == 1);
        let single = || by_author.values().flat_map(BTreeMap::values).copied();
        let facts = majority(single().map(|note| note.facts))?;
        let used: Vec<(Hash, &OutageNote)> = by_author
            .values()
            .flatten()
            .map(|(hash, note)| (*hash, *note))
            .filter(|(_, note)| note.facts == facts)
            .collect();
        if used.len() < rules.min_observations {
            return None;
        }
        let least = rules.min_observations;
        let minute = median(
            used.iter().map(|(_, note)| note.fault_minute).collect(),
            least,
        )?;
        let recorded = median(used.iter().map(|(_, note)| note.recorded).collect(), least)?;
        let served = median(
            used.iter().filter_map(|(_, note)| note.served).collect(),
            least,
        )?;
        let kept = median(
            used.iter().filter_map(|(_, note)| note.kept).collect(),
            least,
        )?;
        let fault_at = OutageNote::fault_at(minute, &facts);
        let (elapsed, at_boundary) = elapsed(&facts, fault_at)?;
        // The bounds of the program: recorded ≤ kept ≤ served ≤ hired and elapsed.
        let served = served.min(facts.hired).min(elapsed).max(recorded);
        let kept = kept.min(at_boundary).min(served).max(recorded);
        let bundle = FaultBundle {
            version: VERSION,
            booking: *booking,
            line,
            notes: used
                .iter()
                .map(|(hash, note)| FileRef {
                    verifier: note.verifier,
                    hash: *hash,
                })
                .collect(),
        };
        Some(Fault {
            report: FaultReport {
                line,
                kind: FaultKind::Outage as u8,
                fault_at,
                renter: facts.renter,
                served,
                kept,
                device: facts.device,
                bundle: bundle.hash(),
            },
            bundle,
        })
    }

    /// The fault of a bundle from its notes; notes that it does not name are ignored. `None` when one
    /// is missing, or when the notes give another bundle.
    pub fn rebuild(
        bundle: &FaultBundle,
        notes: &[OutageNote],
        rules: &FaultRules,
    ) -> Option<Fault> {
        let named: Vec<OutageNote> = notes
            .iter()
            .filter(|note| {
                let hash = note.hash();
                bundle
                    .notes
                    .iter()
                    .any(|one| one.hash == hash && one.verifier == note.verifier)
            })
            .cloned()
            .collect();
        Fault::build(&named, &bundle.booking, bundle.line, rules)
            .filter(|fault| fault.bundle == *bundle)
    }

    /// The hash that is voted for.
    pub fn vote(&self, seq: u64) -> Hash {
        payload_hash::<Sha256Hasher>(
            ReportKind::FaultReport,
            &self.bundle.booking,
            seq,
            &self.report.encode(),
        )
    }
}

/// Minutes from the start of the line to the fault, and to the last 24 h boundary before it.
fn elapsed(facts: &LineFacts, fault_at: i64) -> Option<(u32, u32)> {
    let clock = RecordClock {
        start: UnixSeconds::new(facts.booking_start),
        end: UnixSeconds::new(facts.line_end),
        is_over: false,
    };
    let start = UnixSeconds::new(facts.line_start);
    let fault = UnixSeconds::new(fault_at);
    if fault_at >= facts.line_end {
        return None;
    }
    let boundary = clock.boundary_before(fault).ok()?;
    Some((
        run_minutes(start, fault).ok()?,
        run_minutes(start, boundary).ok()?,
    ))
}

#[cfg(test)]
mod tests;
