//! Section `chain` of the settings of agent and verifier.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use solana_commitment_config::CommitmentConfig;

use crate::settings::duration;

/// The node and how it is asked.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct ChainSettings {
    /// JSON-RPC URL of the node.
    pub rpc_url: String,
    /// Commitment of all reads: `processed`, `confirmed` or `finalized`.
    pub commitment: String,
    /// Pause between two readings of the chain's clock.
    #[serde(with = "duration")]
    pub poll: Duration,
}

impl Default for ChainSettings {
    fn default() -> Self {
        ChainSettings {
            rpc_url: "http://127.0.0.1:8899".to_owned(),
            commitment: "confirmed".to_owned(),
            poll: Duration::from_secs(1),
        }
    }
}

impl ChainSettings {
    /// Silence of a loop on this pause that counts as a stall.
    pub fn stall_limit(&self) -> Duration {
        Duration::from_secs(30).max(self.poll * 20)
    }

    /// The commitment as the client takes it.
    pub fn commitment(&self) -> Option<CommitmentConfig> {
        self.commitment.parse().ok()
    }

    /// Bounds of the values.
    pub fn check(&self) -> Result<(), String> {
        if self.poll.is_zero() || self.poll > Duration::from_secs(30) {
            return Err("chain.poll: must be above 0 and at most 30s".into());
        }
        if self.commitment().is_none() {
            return Err("chain.commitment: must be processed, confirmed or finalized".into());
        }
        Ok(())
    }
}
