//! A challenge with the signed messages of both sides.

use borsh::{BorshDeserialize, BorshSerialize};
use ion_challenge::{FailReason, InconclusiveReason, Verdict, secret_hash, verify};
use ion_protocol::{
    CommitMessage, Domain, Envelope, EnvelopeError, IssuedChallenge, OpenMessage, Realm,
};

use crate::Hash;

/// Everything of one challenge. The answer is kept only of a failed one: it holds whole rows.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct ChallengeRecord {
    /// The challenge, signed by the verifier.
    pub issued: IssuedChallenge,
    /// The secret that drew the entries to open.
    pub secret: Hash,
    /// The device's roots as it signed them, if they came.
    pub commit: Option<Envelope>,
    /// The device's openings as it signed them, when they contradict.
    pub answer: Option<Envelope>,
    /// What the verifier concluded.
    pub verdict: Verdict,
}

/// What a record shows to a third party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The device signed an answer that contradicts its own roots or the challenge.
    Failed(FailReason),
    /// The verifier says that all openings agreed; they are not kept.
    Passed,
    /// Nothing is shown either way.
    Inconclusive(InconclusiveReason),
}

/// Why a record shows nothing: it is not what it claims to be.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The numbers of the challenge are out of range.
    #[error("the challenge is not lawful: {0}")]
    Challenge(#[from] ion_challenge::ChallengeError),
    /// The verifier did not sign the challenge.
    #[error("the challenge is not signed by the verifier that it names")]
    NotIssued,
    /// The challenge is for another cluster.
    #[error("the challenge is for another cluster")]
    OtherCluster,
    /// The secret is not the one the challenge was bound to.
    #[error("the secret is not the one that the challenge was bound to")]
    OtherSecret,
    /// A message of the device is not authentic.
    #[error("{what} of the device: {source}")]
    Message {
        /// Which message.
        what: &'static str,
        /// What is wrong with it.
        source: EnvelopeError,
    },
    /// A message is signed by another key than the device that was asked.
    #[error("{0} is signed by another device")]
    OtherDevice(&'static str),
    /// A message that the verdict needs is missing.
    #[error("{0} is missing, so the verdict cannot be checked")]
    Missing(&'static str),
    /// Recomputing gives another verdict.
    #[error("recomputing gives another verdict than the recorded one")]
    OtherVerdict,
}

const ROOTS: &str = "the message with the roots";
const OPENINGS: &str = "the message with the openings";

impl ChallengeRecord {
    /// Checks all signatures and computes the verdict again. `realm` is the cluster and the registry
    /// program. Takes `O(k·n)` time for a failed challenge.
    ///
    /// Errors: all of [`RecordError`].
    pub fn check(&self, realm: &Realm) -> Result<Finding, RecordError> {
        let challenge = &self.issued.challenge;
        challenge.validate()?;
        if challenge.genesis_hash != realm.genesis_hash {
            return Err(RecordError::OtherCluster);
        }
        if !self.issued.is_signed() {
            return Err(RecordError::NotIssued);
        }
        if secret_hash(&self.secret) != challenge.secret_hash {
            return Err(RecordError::OtherSecret);
        }
        let commitment: Option<CommitMessage> = self
            .commit
            .as_ref()
            .map(|envelope| self.message(envelope, ROOTS, Domain::ChallengeCommit, realm))
            .transpose()?;
        match &self.verdict {
            Verdict::Inconclusive(reason) => Ok(Finding::Inconclusive(*reason)),
            Verdict::Pass => match commitment {
                Some(_) => Ok(Finding::Passed),
                None => Err(RecordError::Missing(ROOTS)),
            },
            Verdict::Fail(claimed) => {
                let commitment = commitment.ok_or(RecordError::Missing(ROOTS))?;
                let envelope = self.answer.as_ref().ok_or(RecordError::Missing(OPENINGS))?;
                let answer: OpenMessage =
                    self.message(envelope, OPENINGS, Domain::ChallengeOpen, realm)?;
                if verify(challenge, &commitment, &self.secret, &answer) != self.verdict {
                    return Err(RecordError::OtherVerdict);
                }
                Ok(Finding::Failed(claimed.reason.clone()))
            }
        }
    }

    fn message<T: BorshDeserialize>(
        &self,
        envelope: &Envelope,
        what: &'static str,
        domain: Domain,
        realm: &Realm,
    ) -> Result<T, RecordError> {
        let broken = |source| RecordError::Message { what, source };
        envelope.authenticate(domain, realm).map_err(broken)?;
        if envelope.subject != self.issued.challenge.device {
            return Err(RecordError::OtherDevice(what));
        }
        envelope.message().map_err(broken)
    }
}
