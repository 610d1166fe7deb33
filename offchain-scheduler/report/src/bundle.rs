//! Evidence of a block's summary: which files, which terms, which devices.

use borsh::{BorshDeserialize, BorshSerialize};
use ion_observation::FileRef;

use crate::{BlockTerms, Hash, ReportError, tagged};

const BUNDLE_TAG: &[u8] = b"ION_BLOCK_BUNDLE_V1";
/// Version of the rules: verifiers with other rules make other bundles.
pub const RULES_VERSION: u16 = 1;

/// Evidence of a summary as stored, canonical Borsh. It fixes the input set; the list of devices
/// follows from it and is stored under its hash.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct BlockBundle {
    /// [`RULES_VERSION`] of its maker.
    pub rules_version: u16,
    /// Hour of the block.
    pub hour: u64,
    /// Least number of observations that was asked for.
    pub min_observations: u8,
    /// Enterprise and Community pool, IO base units.
    pub pools_io: [u64; 2],
    /// Weights of tier, hardware and hire.
    pub weights: [u32; 3],
    /// `min_uptime` in seconds.
    pub min_uptime: i64,
    /// Least live minutes of an hour.
    pub min_minutes: u32,
    /// Least linked wallets.
    pub min_wallets: u8,
    /// Hours without a probe result that are forgiven while hired.
    pub exempt_hours: u32,
    /// Seconds after a bare-metal booking.
    pub wipe_window: i64,
    /// The files, in order of author.
    pub files: Vec<FileRef>,
    /// [`crate::DeviceList::hash`].
    pub device_list: Hash,
}

impl BlockBundle {
    pub(crate) fn new(
        terms: &BlockTerms,
        min_observations: u8,
        files: Vec<FileRef>,
        device_list: Hash,
    ) -> Self {
        Self {
            rules_version: RULES_VERSION,
            hour: terms.hour,
            min_observations,
            pools_io: [terms.enterprise_io, terms.community_io],
            weights: [
                terms.weights.tier,
                terms.weights.hardware,
                terms.weights.hired,
            ],
            min_uptime: terms.limits.min_uptime,
            min_minutes: terms.limits.min_minutes,
            min_wallets: terms.limits.min_wallets,
            exempt_hours: terms.limits.exempt_hours,
            wipe_window: terms.limits.wipe_window,
            files,
            device_list,
        }
    }

    /// Whether the bundle was made by these rules and for the block that the chain shows.
    ///
    /// Errors: `OtherRules`, `OtherTerms`.
    pub fn check(&self, terms: &BlockTerms, min_observations: u8) -> Result<(), ReportError> {
        if self.rules_version != RULES_VERSION {
            return Err(ReportError::OtherRules);
        }
        let wanted = Self::new(
            terms,
            min_observations,
            self.files.clone(),
            self.device_list,
        );
        if *self == wanted {
            Ok(())
        } else {
            Err(ReportError::OtherTerms)
        }
    }

    /// Hash under which the bundle is stored and which the summary carries.
    pub fn hash(&self) -> Hash {
        // Writing to memory fails only for lists above u32::MAX entries.
        tagged(BUNDLE_TAG, &borsh::to_vec(self).unwrap_or_default())
    }

    /// Decodes a stored bundle. Error: `Undecodable`.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReportError> {
        borsh::from_slice(bytes).map_err(|_| ReportError::Undecodable)
    }
}
