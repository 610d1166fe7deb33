//! Messages between agent and verifier.

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use ion_challenge::{Answer, Challenge, Commitment, Hash};
use serde::{Deserialize, Serialize};

const ISSUE_TAG: &[u8] = b"ION_CHALLENGE_ISSUE_V1";

/// Path of the heartbeat endpoint.
pub const HEARTBEAT_PATH: &str = "/v1/heartbeat";
/// Path at which a device fetches its challenge.
pub const CHALLENGE_PATH: &str = "/v1/challenge";
/// Path at which a device sends its roots.
pub const COMMIT_PATH: &str = "/v1/challenge/commit";
/// Path at which a device sends its openings.
pub const OPEN_PATH: &str = "/v1/challenge/open";

/// A thing that the machine says of itself: stored as a claim, never as proof.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What is claimed, such as `gpu_uuid`.
    pub name: String,
    /// The claimed value.
    pub value: String,
}

/// Claim of the line's speed towards the device, whole MB/s.
pub const LINE_DOWN_CLAIM: &str = "line_down_mbytes";
/// Claim of the line's speed from the device, whole MB/s.
pub const LINE_UP_CLAIM: &str = "line_up_mbytes";

/// Claims about one GPU, in the order of the driver: they begin anew with each of these.
pub const GPU_UUID_CLAIM: &str = "gpu_uuid";
/// Claim of a GPU's place on the bus.
pub const GPU_PCI_CLAIM: &str = "gpu_pci";
/// Claim of a GPU's name.
pub const GPU_NAME_CLAIM: &str = "gpu_name";
/// Claim of a GPU's memory, MiB.
pub const GPU_MEMORY_CLAIM: &str = "gpu_memory_mib";
/// Claim of the driver's version.
pub const GPU_DRIVER_CLAIM: &str = "gpu_driver";
/// Claim of a GPU's load at the last look, percent.
pub const GPU_LOAD_CLAIM: &str = "gpu_load_percent";
/// Claim of jobs completed since the agent started.
pub const JOBS_COMPLETED_CLAIM: &str = "jobs_completed";
/// Claim of jobs that ended otherwise since the agent started.
pub const JOBS_FAILED_CLAIM: &str = "jobs_failed";
/// Most GPUs of a device that are claimed.
pub const MAX_CLAIMED_GPUS: usize = 64;

/// "I am alive."
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// Changes at each start of the agent: a new value means a restart.
    pub boot: [u8; 16],
    /// Whether the agent is about to stop; such a device gets no challenge.
    pub draining: bool,
    /// Claims about the hardware.
    pub claims: Vec<Claim>,
}

impl Heartbeat {
    /// UUIDs of the GPUs that the machine says it has, in its order, empty ones left out.
    pub fn gpu_uuids(&self) -> Vec<&str> {
        self.claims
            .iter()
            .filter(|claim| claim.name == GPU_UUID_CLAIM && !claim.value.is_empty())
            .map(|claim| claim.value.as_str())
            .collect()
    }

    /// Mean load of the GPUs that the machine says it has, percent, rounded down; `None` when it tells
    /// none. Numbers above 100 are none.
    pub fn load_percent(&self) -> Option<u8> {
        let loads: Vec<u64> = self
            .claims
            .iter()
            .filter(|claim| claim.name == GPU_LOAD_CLAIM)
            .filter_map(|claim| claim.value.parse().ok().filter(|load| *load <= 100))
            .take(MAX_CLAIMED_GPUS)
            .collect();
        let mean = loads.iter().sum::<u64>().checked_div(loads.len() as u64)?;
        u8::try_from(mean).ok()
    }

    /// Speeds of the line that the agent reports, down and up in MB/s; `None` when either is missing
    /// or is no number.
    pub fn line_mbytes(&self) -> Option<(u32, u32)> {
        let of = |name: &str| {
            self.claims
                .iter()
                .find(|claim| claim.name == name)
                .and_then(|claim| claim.value.parse::<u32>().ok())
        };
        Some((of(LINE_DOWN_CLAIM)?, of(LINE_UP_CLAIM)?))
    }
}

/// Answer to a heartbeat.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeartbeatReply {
    /// Verifier's chain time in Unix seconds at which the heartbeat counts.
    pub counted_at: i64,
    /// Whether a challenge waits to be fetched.
    pub challenge_waits: bool,
}

/// Asks for the waiting challenge.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeFetch {}

/// A challenge with its deadline, signed by the verifier, so that a device works for members of
/// the verifier set only.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct IssuedChallenge {
    /// The challenge.
    pub challenge: Challenge,
    /// Time for the roots in milliseconds, on the verifier's monotonic clock from this reply on.
    pub commit_within_ms: u64,
    /// ed25519 signature of the verifier over challenge and deadline.
    pub signature: [u8; 64],
}

impl IssuedChallenge {
    /// Signs a challenge.
    pub fn new(key: &SigningKey, challenge: Challenge, commit_within_ms: u64) -> Self {
        let signature = key
            .sign(&Self::signed_bytes(&challenge, commit_within_ms))
            .to_bytes();
        IssuedChallenge {
            challenge,
            commit_within_ms,
            signature,
        }
    }

    /// Whether the verifier that the challenge names signed it.
    pub fn is_signed(&self) -> bool {
        let bytes = Self::signed_bytes(&self.challenge, self.commit_within_ms);
        VerifyingKey::from_bytes(&self.challenge.verifier)
            .and_then(|key| key.verify_strict(&bytes, &Signature::from_bytes(&self.signature)))
            .is_ok()
    }

    fn signed_bytes(challenge: &Challenge, commit_within_ms: u64) -> Vec<u8> {
        [ISSUE_TAG, &challenge.id(), &commit_within_ms.to_le_bytes()].concat()
    }
}

/// Answer to [`ChallengeFetch`].
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct ChallengeReply {
    /// The waiting challenge, if there is one.
    pub issued: Option<IssuedChallenge>,
    /// Without a challenge: ask again after this many milliseconds, since all devices of an owner are
    /// asked at one instant; 0: there is none.
    pub wait_ms: u64,
}

/// Roots of a challenge.
pub type CommitMessage = Commitment;

/// Answer to a commitment in time.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitReply {
    /// The secret that draws the entries to open.
    pub secret: Hash,
}

/// Openings of a challenge.
pub type OpenMessage = Answer;

/// Result of a challenge as the device is told.
#[derive(
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
)]
#[borsh(use_discriminant = true)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Outcome {
    /// All openings agree.
    Pass = 1,
    /// The answer contradicts itself.
    Fail = 2,
    /// Nothing is shown either way.
    Inconclusive = 3,
}

impl TryFrom<i64> for Outcome {
    type Error = i64;

    fn try_from(value: i64) -> Result<Self, i64> {
        match value {
            1 => Ok(Outcome::Pass),
            2 => Ok(Outcome::Fail),
            3 => Ok(Outcome::Inconclusive),
            other => Err(other),
        }
    }
}

/// Answer to openings.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenReply {
    /// The result.
    pub outcome: Outcome,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issued_challenge_is_bound_to_verifier_and_deadline() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let challenge = Challenge {
            genesis_hash: [1; 32],
            verifier: key.verifying_key().to_bytes(),
            device: [3; 32],
            nonce: [4; 32],
            blockhash: [5; 32],
            n: 8,
            rounds: 1,
            openings: 1,
            secret_hash: [6; 32],
        };
        let issued = IssuedChallenge::new(&key, challenge, 1_000);
        assert!(issued.is_signed());
        assert!(
            !IssuedChallenge {
                commit_within_ms: 1_001,
                ..issued.clone()
            }
            .is_signed()
        );
        let mut other = issued;
        other.challenge.n = 9;
        assert!(!other.is_signed());
    }
}
