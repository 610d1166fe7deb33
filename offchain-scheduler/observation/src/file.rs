//! One verifier's signed observations of one hour.

use std::io::{Read, Write};

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use ion_economics::{device::MAX_CONNECTIVITY_TIER, reliability::MAX_SUPPLIER_TIER};
use ion_protocol::{JobFinding, JobOutcome, Outcome};

use crate::{Hash, HourObservation, Key, MinuteMap, tagged};

const FILE_TAG: &[u8] = b"ION_OBSERVATION_V1";
/// Layout of the file.
const VERSION: u16 = 4;
/// Layout without jobs and usage; files of it stay readable.
const WITHOUT_JOBS: u16 = 3;
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

/// A job whose order and result somebody handed to the verifier, with both signatures.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobObservation {
    /// Address of the device account.
    pub device: Key,
    /// Identity of the order.
    pub order: Hash,
    /// Chain time at which it was checked, Unix seconds.
    pub at: i64,
    /// How the job ended, as the device signed it.
    pub outcome: JobOutcome,
    /// What the check of the result gave.
    pub finding: JobFinding,
    /// Hash under which order and result are stored when the result is wrong; zeros otherwise: they
    /// are the renter's.
    pub evidence: Hash,
}

/// How a device was used in an hour.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageObservation {
    /// Address of the device account.
    pub device: Key,
    /// Minutes in which a booking held it.
    pub hired: MinuteMap,
    /// Mean load of its GPUs as its agent claimed it, 0 to 100 percent; `None` when it claimed none.
    pub load_percent: Option<u8>,
}

impl UsageObservation {
    /// Whether it says anything.
    pub fn is_any(&self) -> bool {
        self.hired.count() > 0 || self.load_percent.is_some()
    }
}

/// All that one verifier observed in one hour. Canonical Borsh: lists sorted, no repetition; a list
/// that a layout does not have is not encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservationFile {
    /// Layout, 4; 3 has no jobs and no usage.
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
    /// Jobs checked in the hour, in order of device and order.
    pub jobs: Vec<JobObservation>,
    /// Devices that were hired or claimed a load, in order of address.
    pub usage: Vec<UsageObservation>,
}

impl BorshSerialize for ObservationFile {
    fn serialize<W: Write>(&self, writer: &mut W) -> std::io::Result<()> {
        self.version.serialize(writer)?;
        self.genesis_hash.serialize(writer)?;
        self.registry.serialize(writer)?;
        self.verifier.serialize(writer)?;
        self.hour.serialize(writer)?;
        self.observed.serialize(writer)?;
        self.devices.serialize(writer)?;
        self.records.serialize(writer)?;
        self.hours.serialize(writer)?;
        if self.version > WITHOUT_JOBS {
            self.jobs.serialize(writer)?;
            self.usage.serialize(writer)?;
        }
        Ok(())
    }
}

impl BorshDeserialize for ObservationFile {
    fn deserialize_reader<R: Read>(reader: &mut R) -> std::io::Result<Self> {
        let version = u16::deserialize_reader(reader)?;
        let mut file = ObservationFile {
            version,
            genesis_hash: Hash::deserialize_reader(reader)?,
            registry: Key::deserialize_reader(reader)?,
            verifier: Key::deserialize_reader(reader)?,
            hour: u64::deserialize_reader(reader)?,
            observed: MinuteMap::deserialize_reader(reader)?,
            devices: Vec::deserialize_reader(reader)?,
            records: Vec::deserialize_reader(reader)?,
            hours: Vec::deserialize_reader(reader)?,
            jobs: Vec::new(),
            usage: Vec::new(),
        };
        if version > WITHOUT_JOBS {
            file.jobs = Vec::deserialize_reader(reader)?;
            file.usage = Vec::deserialize_reader(reader)?;
        }
        Ok(file)
    }
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
            jobs: Vec::new(),
            usage: Vec::new(),
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
        self.jobs.sort_by_key(|job| (job.device, job.order));
        self.usage.sort_by_key(|usage| usage.device);
    }

    /// Whether lists are sorted without repetition and numbers are in range.
    pub fn is_canonical(&self) -> bool {
        (self.version == VERSION
            || (self.version == WITHOUT_JOBS && self.jobs.is_empty() && self.usage.is_empty()))
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
                .jobs
                .is_sorted_by(|a, b| (a.device, a.order) < (b.device, b.order))
            && self.usage.is_sorted_by(|a, b| a.device < b.device)
            && self.usage.iter().all(|usage| {
                usage.is_any()
                    && MinuteMap::from_bits(usage.hired.bits()).is_some()
                    && usage.load_percent.is_none_or(|load| load <= 100)
            })
            && self
                .jobs
                .iter()
                .all(|job| (job.finding == JobFinding::Wrong) == (job.evidence != [0; 32]))
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
mod tests;
