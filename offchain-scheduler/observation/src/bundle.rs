//! Evidence bundle of a report: which files, which leaves, which rules.

use borsh::{BorshDeserialize, BorshSerialize};
use ion_merkle::{
    Sha256Hasher, Tree,
    leaf::{DeviceLeaf, WorkLeaf},
    report::{LeafReport, ReportKind, payload_hash},
};

use crate::{Aggregate, Hash, Key, ObservationFile, Rules, aggregate, tagged};

const BUNDLE_TAG: &[u8] = b"ION_BUNDLE_V1";
/// Version of the aggregation rules: verifiers with other rules make other bundles.
const RULES_VERSION: u16 = 2;

/// A file that went into a report.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRef {
    /// Its author.
    pub verifier: Key,
    /// [`ObservationFile::hash`].
    pub hash: Hash,
}

/// Leaves of one kind of report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// Of a DeviceReport.
    Devices(Vec<DeviceLeaf>),
    /// Of a WorkReport.
    Works(Vec<WorkLeaf>),
}

impl Leaves {
    /// The kind of report that carries these leaves.
    pub fn kind(&self) -> ReportKind {
        match self {
            Leaves::Devices(_) => ReportKind::DeviceReport,
            Leaves::Works(_) => ReportKind::WorkReport,
        }
    }

    /// Leaf hashes in order.
    pub fn hashes(&self) -> Vec<Hash> {
        match self {
            Leaves::Devices(leaves) => leaves
                .iter()
                .map(|leaf| leaf.hash::<Sha256Hasher>())
                .collect(),
            Leaves::Works(leaves) => leaves
                .iter()
                .map(|leaf| leaf.hash::<Sha256Hasher>())
                .collect(),
        }
    }

    /// Number of leaves.
    pub fn len(&self) -> usize {
        match self {
            Leaves::Devices(leaves) => leaves.len(),
            Leaves::Works(leaves) => leaves.len(),
        }
    }

    /// Whether there is no leaf: then there is no report.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Evidence of a report as stored, canonical Borsh. It fixes the input set; the leaves follow from
/// it, and their hashes stand here so that a reader sees a difference without recomputing.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Version of the aggregation rules, 2.
    pub rules_version: u16,
    /// Kind of the report.
    pub kind: u8,
    /// Hour of the report.
    pub hour: u64,
    /// Least number of observations that was asked for.
    pub min_observations: u8,
    /// Watched silent minutes that make a device down.
    pub down_after_minutes: u32,
    /// The files, in order of author.
    pub files: Vec<FileRef>,
    /// Leaf hashes in order.
    pub leaves: Vec<Hash>,
}

/// Why a bundle is not accepted.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleError {
    /// The bytes are no bundle.
    #[error("bundle does not decode")]
    Undecodable,
    /// The bundle was made by other rules.
    #[error("bundle was made by other rules")]
    OtherRules,
    /// A file of the bundle is not among the given ones.
    #[error("a file of the bundle is missing")]
    MissingFile,
    /// Recomputing gives other leaves, or the files are too few.
    #[error("the files give other leaves")]
    OtherLeaves,
}

/// A report with everything that its leaves need to be applied.
#[derive(Clone, Debug)]
pub struct Report {
    /// Hour of the report.
    pub hour: u64,
    /// Its leaves.
    pub leaves: Leaves,
    /// Its evidence.
    pub bundle: Bundle,
    /// Payload that is voted for.
    pub payload: LeafReport,
    tree: Tree,
}

impl Bundle {
    /// Hash under which the bundle is stored and which the payload carries.
    pub fn hash(&self) -> Hash {
        // Writing to memory fails only for lists above u32::MAX entries.
        tagged(BUNDLE_TAG, &borsh::to_vec(self).unwrap_or_default())
    }

    /// Decodes a stored bundle. Error: `Undecodable`.
    pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
        borsh::from_slice(bytes).map_err(|_| BundleError::Undecodable)
    }
}

impl Report {
    /// The reports of an aggregation; a kind without a leaf has none.
    pub fn all(aggregate: &Aggregate, hour: u64, rules: &Rules) -> Vec<Report> {
        [
            Leaves::Devices(aggregate.devices.clone()),
            Leaves::Works(aggregate.works.clone()),
        ]
        .into_iter()
        .filter(|leaves| !leaves.is_empty())
        .map(|leaves| Self::new(leaves, &aggregate.used, hour, rules))
        .collect()
    }

    fn new(leaves: Leaves, used: &[(Key, Hash)], hour: u64, rules: &Rules) -> Report {
        let hashes = leaves.hashes();
        let bundle = Bundle {
            rules_version: RULES_VERSION,
            kind: leaves.kind().to_u8(),
            hour,
            min_observations: u8::try_from(rules.min_observations).unwrap_or(u8::MAX),
            down_after_minutes: rules.down_after_minutes,
            files: used
                .iter()
                .map(|(verifier, hash)| FileRef {
                    verifier: *verifier,
                    hash: *hash,
                })
                .collect(),
            leaves: hashes.clone(),
        };
        let tree = Tree::new(hashes);
        let payload = LeafReport {
            root: tree.root(),
            leaf_count: tree.count(),
            bundle: bundle.hash(),
        };
        Report {
            hour,
            leaves,
            bundle,
            payload,
            tree,
        }
    }

    /// Rebuilds the report of a bundle from its files. Files that the bundle does not name are
    /// ignored. Errors: `OtherRules`, `MissingFile`, `OtherLeaves`.
    pub fn recompute(
        bundle: &Bundle,
        files: &[ObservationFile],
        rules: &Rules,
    ) -> Result<Report, BundleError> {
        let kind = ReportKind::try_from(bundle.kind).map_err(|_| BundleError::OtherRules)?;
        if bundle.rules_version != RULES_VERSION
            || usize::from(bundle.min_observations) != rules.min_observations
            || bundle.down_after_minutes != rules.down_after_minutes
        {
            return Err(BundleError::OtherRules);
        }
        let named: Vec<ObservationFile> = bundle
            .files
            .iter()
            .map(|named| {
                files
                    .iter()
                    .find(|file| file.verifier == named.verifier && file.hash() == named.hash)
                    .cloned()
                    .ok_or(BundleError::MissingFile)
            })
            .collect::<Result<_, _>>()?;
        let aggregate = aggregate(&named, bundle.hour, rules);
        if aggregate.used.len() < rules.min_observations {
            return Err(BundleError::OtherLeaves);
        }
        Report::all(&aggregate, bundle.hour, rules)
            .into_iter()
            .find(|report| report.leaves.kind() == kind && report.bundle == *bundle)
            .ok_or(BundleError::OtherLeaves)
    }

    /// Kind of the report.
    pub fn kind(&self) -> ReportKind {
        self.leaves.kind()
    }

    /// Hash that verifiers vote for; `subject` is the program that the report is about.
    pub fn vote(&self, subject: &Key) -> Hash {
        payload_hash::<Sha256Hasher>(self.kind(), subject, self.hour, &self.payload.encode())
    }

    /// Proof of a leaf, from the leaf upwards; `None` when there is no such leaf.
    pub fn proof(&self, index: usize) -> Option<Vec<Hash>> {
        self.tree.proof(index)
    }
}
