//! A leaf with its proof, as a JSON file.
//!
//! ```json
//! { "hour": 498765, "root": "<64 hex>", "leaf_count": 3, "bundle": "<64 hex>",
//!   "index": 1, "siblings": ["<64 hex>"], "leaf": { } }
//! ```
//! A work leaf has `record_seq`, `is_final` and `served_minutes` (up to eight numbers); a device leaf
//! has `status`, `connectivity_tier`, `supplier_tier`, `readiness_flags` and `reliability_bps`.

use std::{fs, io::Read};

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    commands::poll::vote::parse_hash,
    failure::{Failure, Outcome},
};

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile<L> {
    /// Hour index of the report.
    pub hour: u64,
    root: String,
    /// Leaves of the report's tree.
    pub leaf_count: u64,
    bundle: String,
    /// Place of the leaf, from 0.
    pub index: u64,
    siblings: Vec<String>,
    /// The leaf.
    pub leaf: L,
}

/// A work leaf.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkLeafFile {
    /// Number of the record in its booking.
    pub record_seq: u32,
    /// Whether it is the record of the end.
    pub is_final: bool,
    /// Cumulative served minutes per line.
    pub served_minutes: Vec<u32>,
}

/// A device leaf.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceLeafFile {
    /// 1 up, 2 down, 3 restart required, 4 inactive, 5 unsupported.
    pub status: u8,
    /// 0 to 4.
    pub connectivity_tier: u8,
    /// Supplier tier.
    pub supplier_tier: u8,
    /// Readiness flags.
    pub readiness_flags: u32,
    /// Reliability in bps.
    pub reliability_bps: u16,
}

impl<L: DeserializeOwned> ProofFile<L> {
    /// Reads a file, or stdin for `-`.
    ///
    /// Errors: usage.
    pub fn read(path: &str) -> Outcome<Self> {
        let unreadable = |error: std::io::Error| {
            Failure::usage(format!("the proof {path} cannot be read"), error)
        };
        let text = if path == "-" {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(unreadable)?;
            text
        } else {
            fs::read_to_string(path).map_err(unreadable)?
        };
        Self::parse(&text).map_err(|error| {
            Failure::usage(format!("the proof {path} is not understood"), error)
                .next("ion report apply-work --help and apply-device --help show the fields")
        })
    }

    fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Root of the report's tree.
    ///
    /// Errors: usage.
    pub fn root(&self) -> Outcome<[u8; 32]> {
        parse_hash(&self.root, "root of the proof")
    }

    /// Hash of the evidence bundle.
    ///
    /// Errors: usage.
    pub fn bundle(&self) -> Outcome<[u8; 32]> {
        parse_hash(&self.bundle, "bundle hash of the proof")
    }

    /// Siblings from the leaf upwards.
    ///
    /// Errors: usage.
    pub fn siblings(&self) -> Outcome<Vec<[u8; 32]>> {
        self.siblings
            .iter()
            .map(|text| parse_hash(text, "sibling of the proof"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_proof_is_read_and_unknown_fields_are_refused() {
        let hash = "ab".repeat(32);
        let text = format!(
            r#"{{"hour":7,"root":"{hash}","leaf_count":1,"bundle":"{hash}","index":0,"siblings":["{hash}"],
                "leaf":{{"record_seq":0,"is_final":true,"served_minutes":[60]}}}}"#
        );
        let proof = ProofFile::<WorkLeafFile>::parse(&text).expect("a well-formed proof");
        assert_eq!(proof.root().ok(), Some([0xab; 32]));
        assert_eq!(
            proof.siblings().ok().map(|siblings| siblings.len()),
            Some(1)
        );
        assert!(ProofFile::<DeviceLeafFile>::parse(&text).is_err());
        assert!(ProofFile::<WorkLeafFile>::parse(&text.replace("hour", "day")).is_err());
    }
}
