//! Outcome of a challenge and its evidence.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{
    answer::{Commitment, Opening},
    digest::{Hash, tagged},
    opening::Position,
    statement::Challenge,
    verifier::OpeningCheck,
};

const EVIDENCE_TAG: &[u8] = b"ION_CHALLENGE_EVIDENCE_V1";
const TRANSCRIPT_TAG: &[u8] = b"ION_CHALLENGE_TRANSCRIPT_V1";

/// Outcome. Only `Fail` is evidence of a false device; `Inconclusive` is never held against stake.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All openings agree with the commitment and with the recomputed entries.
    Pass,
    /// The device's own answer contradicts its commitment or the challenge.
    Fail(Box<Evidence>),
    /// Nothing is shown either way.
    Inconclusive(InconclusiveReason),
}

/// Why nothing was shown.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InconclusiveReason {
    /// No commitment within the deadline.
    CommitTimeout,
    /// No answer within the deadline for openings.
    OpenTimeout,
    /// The device said that it is busy.
    Busy,
    /// The verifier could not reach or read the device's message.
    Network,
    /// The verifier stopped or lost its secret in the middle.
    VerifierStopped,
}

/// What is wrong with an answer.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub enum FailReason {
    /// Commitment or answer names another challenge.
    OtherChallenge,
    /// The commitment has not one root per round.
    RootCount {
        /// Roots received.
        got: u32,
    },
    /// The answer has not one opening per drawn position.
    OpeningCount {
        /// Openings received.
        got: u32,
    },
    /// An opening is of another entry than the drawn one.
    OtherPosition {
        /// The drawn entry.
        drawn: Position,
    },
    /// The row has not `n` entries.
    RowLength {
        /// Entries received.
        got: u32,
    },
    /// The row is not the committed one: its proof does not lead to the root of `n` leaves.
    NotCommitted,
    /// The committed entry is not the product's.
    WrongEntry {
        /// The recomputed value.
        expected: i32,
        /// The committed value.
        got: i32,
    },
}

/// All that a third party needs to see the contradiction again.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The challenge.
    pub challenge: Challenge,
    /// The device's roots.
    pub commitment: Commitment,
    /// The revealed secret.
    pub secret: Hash,
    /// Number of the opening, from 0, where one is wrong.
    pub index: u16,
    /// The wrong opening, where one is wrong.
    pub opening: Option<Opening>,
    /// What is wrong.
    pub reason: FailReason,
}

impl Evidence {
    /// Hash under which the evidence is stored and cited.
    pub fn hash(&self) -> Hash {
        tagged(EVIDENCE_TAG, &[&encode(self)])
    }

    /// Checks the contradiction again from the evidence alone. Counts of roots and openings are
    /// confirmed by the device's signed messages, not here: for those this is `false`, except that
    /// a wrong count of roots shows in the commitment.
    pub fn is_confirmed(&self) -> bool {
        match OpeningCheck::new(&self.challenge, &self.commitment, &self.secret) {
            Err(reason) => reason == self.reason,
            Ok(check) => self.opening.as_ref().is_some_and(|opening| {
                check.check(self.index, opening) == Err(self.reason.clone())
            }),
        }
    }
}

/// Hash that stands for a passed challenge: challenge, roots and secret.
pub fn transcript_hash(challenge: &Challenge, commitment: &Commitment, secret: &Hash) -> Hash {
    tagged(
        TRANSCRIPT_TAG,
        &[&challenge.id(), &encode(commitment), secret],
    )
}

/// Borsh into memory.
fn encode<T: BorshSerialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to a Vec fails only on a collection above u32::MAX entries, which no message limit
    // admits.
    value.serialize(&mut bytes).unwrap_or_default();
    bytes
}
