//! One verifier's signed observations of one hour.

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use ion_economics::{device::MAX_CONNECTIVITY_TIER, reliability::MAX_SUPPLIER_TIER};
use ion_protocol::Outcome;

use crate::{Hash, HourObservation, Key, MinuteMap, tagged};

const FILE_TAG: &[u8] = b"ION_OBSERVATION_V1";
/// Layout of the file.
const VERSION: u16 = 3;
/// Lines of a booking (economics §8.1).
const MAX_LINES: usize = 8;

/// What the chain says of a device; the fields of a device leaf.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceFields {
    /// Status code (economics §13.1).
    pub status: u8,
    /// Connectivity tier, 0 to 4.
    pub connectivity_tier: u8,
    /// Supplier tier.
    pub supplier_tier: u8,
    /// Readiness flags.
    pub readiness_flags: u32,
    /// Reliability in bps.
    pub reliability_bps: u16,
}

/// Outcome of one challenge.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeObservation {
    /// Identity of the challenge.
    pub challenge: Hash,
    /// Chain time of the outcome, Unix seconds.
    pub at: i64,
    /// The outcome.
    pub outcome: Outcome,
    /// Hash under which the evidence is stored.
    pub evidence: Hash,
}

/// One device in one hour.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DeviceObservation {
    /// Address of the device account.
    pub device: Key,
    /// Fields on chain when the file was written.
    pub fields: DeviceFields,
    /// Connectivity tier of the line that the agent reports; `None` when it reports none.
    pub line_tier: Option<u8>,
    /// Reliability score in bps as this verifier's own records give it, once per UTC day; `None` while
    /// it is unknown (economics §11).
    pub reliability_bps: Option<u16>,
    /// Supplier tier that follows from the same records; `None` while they are too few.
    pub supplier_tier: Option<u8>,
    /// Minutes in which the device was up; all of them are observed ones.
    pub up: MinuteMap,
    /// Challenges that ended in the hour, in order of time.
    pub challenges: Vec<ChallengeObservation>,
}

/// A work record that is due: its boundary or its booking's end lies in or before the hour.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct RecordObservation {
    /// Address of the booking account.
    pub booking: Key,
    /// Number of the record, from 0.
    pub seq: u32,
    /// Whether it is the booking's last record.
    pub is_final: bool,
    /// Per line in order the cumulative served minutes at the boundary or end; `None` where the
    /// verifier watched in no minute of the run.
    pub served: Vec<Option<u32>>,
}

/// All that one verifier observed in one hour. Canonical Borsh: lists sorted, no repetition.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct ObservationFile {
    /// Layout, 3.
    pub version: u16,
    /// Genesis hash of the cluster.
    pub genesis_hash: Hash,
    /// The registry program.
    pub registry: Key,
    /// The verifier that observed.
    pub verifier: Key,
    /// Hour index (Unix time / 3600).
    pub hour: u64,
    /// Minutes in which the verifier itself was watching. The others are no observation.
    pub observed: MinuteMap,
    /// Devices in order of address.
    pub devices: Vec<DeviceObservation>,
    /// Due records in order of booking and number.
    pub records: Vec<RecordObservation>,
    /// What the hour's block reward depends on, devices in order of address; empty when the verifier
    /// did not see the hour open.
    pub hours: Vec<HourObservation>,
}

/// A file with its author's signature, as stored.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct SignedFile {
    /// The observations.
    pub file: ObservationFile,
    /// ed25519 signature of the verifier over the file's hash.
    pub signature: [u8; 64],
}

/// Why a file is refused.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// The bytes are no file of this layout.
    #[error("observation file does not decode")]
    Undecodable,
    /// Lists are unsorted or repeat, or a number is out of range.
    #[error("observation file is not canonical")]
    NotCanonical,
    /// The named verifier did not sign.
    #[error("observation file is not signed by its verifier")]
    BadSignature,
}

impl ObservationFile {
    /// An empty file.
    pub fn new(
        genesis_hash: Hash,
        registry: Key,
        verifier: Key,
        hour: u64,
        observed: MinuteMap,
    ) -> Self {
        ObservationFile {
            version: VERSION,
            genesis_hash,
            registry,
            verifier,
            hour,
            observed,
            devices: Vec::new(),
            records: Vec::new(),
            hours: Vec::new(),
        }
    }

    /// Identity of the file.
    pub fn hash(&self) -> Hash {
        // Writing to memory fails only for lists above u32::MAX entries.
        tagged(FILE_TAG, &borsh::to_vec(self).unwrap_or_default())
    }

    /// Sorts the lists into canonical order.
    pub fn sort(&mut self) {
        self.devices.sort_by_key(|device| device.device);
        self.records
            .sort_by_key(|record| (record.booking, record.seq));
        self.hours.sort_by_key(|hour| hour.device);
    }

    /// Whether lists are sorted without repetition and numbers are in range.
    pub fn is_canonical(&self) -> bool {
        self.version == VERSION
            && MinuteMap::from_bits(self.observed.bits()).is_some()
            && self.devices.is_sorted_by(|a, b| a.device < b.device)
            && self
                .records
                .is_sorted_by(|a, b| (a.booking, a.seq) < (b.booking, b.seq))
            && self.hours.is_sorted_by(|a, b| a.device < b.device)
            && self.hours.iter().all(HourObservation::is_canonical)
            && self.devices.iter().all(|device| {
                device.up.is_subset(self.observed)
                    && device
                        .line_tier
                        .is_none_or(|tier| tier <= MAX_CONNECTIVITY_TIER)
                    && device.reliability_bps.is_none_or(|score| score <= 10_000)
                    && device
                        .supplier_tier
                        .is_none_or(|tier| tier <= MAX_SUPPLIER_TIER)
                    && device.challenges.is_sorted_by_key(|challenge| challenge.at)
            })
            && self
                .records
                .iter()
                .all(|record| (1..=MAX_LINES).contains(&record.served.len()))
    }
}

impl SignedFile {
    /// Signs a file. The key must be the one of `file.verifier` for the result to be accepted.
    pub fn new(key: &SigningKey, file: ObservationFile) -> Self {
        let signature = key.sign(&file.hash()).to_bytes();
        SignedFile { file, signature }
    }

    /// Decodes and checks a stored file. Errors: all of [`FileError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FileError> {
        let signed: SignedFile = borsh::from_slice(bytes).map_err(|_| FileError::Undecodable)?;
        if !signed.file.is_canonical() {
            return Err(FileError::NotCanonical);
        }
        VerifyingKey::from_bytes(&signed.file.verifier)
            .and_then(|key| {
                key.verify_strict(
                    &signed.file.hash(),
                    &Signature::from_bytes(&signed.signature),
                )
            })
            .map_err(|_| FileError::BadSignature)?;
        Ok(signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn file() -> ObservationFile {
        let mut file = ObservationFile::new(
            [1; 32],
            [2; 32],
            key().verifying_key().to_bytes(),
            500_000,
            MinuteMap::ALL,
        );
        for device in [[3; 32], [4; 32]] {
            file.devices.push(DeviceObservation {
                device,
                fields: DeviceFields {
                    status: 1,
                    connectivity_tier: 2,
                    supplier_tier: 0,
                    readiness_flags: 1,
                    reliability_bps: 9_000,
                },
                line_tier: None,
                reliability_bps: None,
                supplier_tier: None,
                up: MinuteMap::ALL,
                challenges: vec![],
            });
        }
        file.records.push(RecordObservation {
            booking: [5; 32],
            seq: 0,
            is_final: true,
            served: vec![Some(60)],
        });
        file
    }

    fn decode(signed: &SignedFile) -> Result<SignedFile, FileError> {
        SignedFile::decode(&borsh::to_vec(signed).unwrap())
    }

    #[test]
    fn signed_file_round_trips() {
        let signed = SignedFile::new(&key(), file());
        assert_eq!(decode(&signed), Ok(signed));
    }

    #[test]
    fn altered_or_foreign_file_is_refused() {
        let mut altered = SignedFile::new(&key(), file());
        altered.file.hour += 1;
        assert_eq!(decode(&altered), Err(FileError::BadSignature));
        let foreign = SignedFile::new(&SigningKey::from_bytes(&[8; 32]), file());
        assert_eq!(decode(&foreign), Err(FileError::BadSignature));
        let bytes = borsh::to_vec(&SignedFile::new(&key(), file())).unwrap();
        assert_eq!(SignedFile::decode(&bytes[1..]), Err(FileError::Undecodable));
    }

    #[test]
    fn second_encoding_of_the_same_observations_is_refused() {
        let changes: [fn(&mut ObservationFile); 6] = [
            |file| file.devices.reverse(),
            |file| file.devices.push(file.devices[1].clone()),
            |file| file.records.push(file.records[0].clone()),
            |file| file.records[0].served.clear(),
            |file| file.observed = MinuteMap::from_bits(1).unwrap(),
            |file| file.version = 1,
        ];
        for change in changes {
            let mut file = file();
            change(&mut file);
            assert_eq!(
                decode(&SignedFile::new(&key(), file)),
                Err(FileError::NotCanonical)
            );
        }
        let mut unsorted = file();
        unsorted.devices.reverse();
        unsorted.sort();
        assert_eq!(unsorted, file());
    }
}
