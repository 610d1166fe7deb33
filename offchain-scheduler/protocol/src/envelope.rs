//! The signed request envelope (off-chain protocol §1).

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Seconds after its making at which a request expires.
pub const REQUEST_LIFETIME_SECONDS: i64 = 60;
/// Largest difference between the sender's and the receiver's chain time, in seconds.
pub const MAX_SKEW_SECONDS: i64 = 30;

const SIGNED_TAG: &[u8] = b"ION_REQUEST_V1";
const PAYLOAD_TAG: &[u8] = b"ION_REQUEST_PAYLOAD_V1";

/// Body of every refused request, JSON.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ErrorBody {
    /// Stable code, such as `old_sequence`.
    pub error: String,
    /// The same for a person.
    pub message: String,
}

/// What a request is for. A signature for one domain is none for another.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Domain {
    /// Device → verifier: the device is alive.
    Heartbeat = 1,
    /// Device → verifier: is there a challenge?
    ChallengeFetch = 2,
    /// Device → verifier: roots of a challenge.
    ChallengeCommit = 3,
    /// Device → verifier: opened entries of a challenge.
    ChallengeOpen = 4,
    /// Renter → scheduler: a quote is wanted.
    QuoteRequest = 5,
    /// Renter → agent: a job is ordered.
    JobOrder = 6,
    /// Renter → agent: how far is the job?
    JobQuestion = 7,
    /// Renter → scheduler: more minutes of a booking are wanted.
    ExtensionRequest = 8,
}

/// Cluster and program that a request is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Realm {
    /// Genesis hash of the cluster.
    pub genesis_hash: [u8; 32],
    /// Program whose accounts the request is about: registry for devices, booking for renters.
    pub program_id: [u8; 32],
}

/// A signed request on the wire, canonical Borsh, fields in this order.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// What the request is for.
    pub domain: Domain,
    /// Genesis hash of the cluster.
    pub genesis_hash: [u8; 32],
    /// Program the request is about.
    pub program_id: [u8; 32],
    /// The key that signs.
    pub subject: [u8; 32],
    /// Greater than in every earlier request of the subject to this receiver.
    pub sequence: u64,
    /// Chain time in Unix seconds up to which the request is accepted.
    pub expires_at: i64,
    /// Hash of `payload`.
    pub payload_hash: [u8; 32],
    /// ed25519 signature of `subject` over all fields above.
    pub signature: [u8; 64],
    /// The message, Borsh.
    pub payload: Vec<u8>,
}

impl Envelope {
    /// Checks purpose, realm and signature, not the time: what a third party can still check of a
    /// kept request. Errors in order of checks: `WrongDomain`, `WrongCluster`, `WrongProgram`,
    /// `PayloadMismatch`, `BadSignature`.
    pub fn authenticate(&self, domain: Domain, realm: &Realm) -> Result<(), EnvelopeError> {
        if self.domain != domain {
            return Err(EnvelopeError::WrongDomain);
        }
        if self.genesis_hash != realm.genesis_hash {
            return Err(EnvelopeError::WrongCluster);
        }
        if self.program_id != realm.program_id {
            return Err(EnvelopeError::WrongProgram);
        }
        if payload_hash(&self.payload) != self.payload_hash {
            return Err(EnvelopeError::PayloadMismatch);
        }
        let signature = Signature::from_bytes(&self.signature);
        VerifyingKey::from_bytes(&self.subject)
            .and_then(|key| key.verify_strict(&signed_bytes(self), &signature))
            .map_err(|_| EnvelopeError::BadSignature)
    }

    /// Sender's chain time in Unix seconds.
    pub fn made_at(&self) -> i64 {
        self.expires_at.saturating_sub(REQUEST_LIFETIME_SECONDS)
    }

    /// The message. Error: `Malformed`.
    pub fn message<T: BorshDeserialize>(&self) -> Result<T, EnvelopeError> {
        borsh::from_slice(&self.payload).map_err(|_| EnvelopeError::Malformed)
    }
}

/// Why a request is refused; each cause has its own code.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum EnvelopeError {
    /// More bytes than the receiver takes.
    #[error("request of {got} bytes; at most {max} are taken")]
    BodyTooLarge {
        /// Bytes received.
        got: usize,
        /// Bytes taken.
        max: usize,
    },
    /// Not an envelope, or the payload is not the expected message.
    #[error("request does not decode")]
    Malformed,
    /// A request for another purpose.
    #[error("request is for another purpose")]
    WrongDomain,
    /// A request for another cluster.
    #[error("request is for another cluster")]
    WrongCluster,
    /// A request about another program.
    #[error("request is about another program")]
    WrongProgram,
    /// The payload is not the signed one.
    #[error("payload is not the signed one")]
    PayloadMismatch,
    /// The subject did not sign this.
    #[error("signature is not the subject's")]
    BadSignature,
    /// The request is past its expiry.
    #[error("request expired at {expires_at}, now {now}")]
    Expired {
        /// Expiry of the request.
        expires_at: i64,
        /// Receiver's chain time.
        now: i64,
    },
    /// Sender and receiver are more than [`MAX_SKEW_SECONDS`] apart.
    #[error("request was made at {made_at}, now {now}: over {MAX_SKEW_SECONDS} seconds apart")]
    ClockSkew {
        /// Sender's chain time.
        made_at: i64,
        /// Receiver's chain time.
        now: i64,
    },
    /// The very sequence number was used before.
    #[error("sequence {0} was used before")]
    Replayed(u64),
    /// A later sequence number was used before.
    #[error("sequence {got} is not above {last}")]
    OldSequence {
        /// Sequence of the request.
        got: u64,
        /// Highest accepted sequence.
        last: u64,
    },
}

impl EnvelopeError {
    /// Stable code of the error in replies.
    pub fn code(&self) -> &'static str {
        match self {
            EnvelopeError::BodyTooLarge { .. } => "body_too_large",
            EnvelopeError::Malformed => "malformed",
            EnvelopeError::WrongDomain => "wrong_domain",
            EnvelopeError::WrongCluster => "wrong_cluster",
            EnvelopeError::WrongProgram => "wrong_program",
            EnvelopeError::PayloadMismatch => "payload_mismatch",
            EnvelopeError::BadSignature => "bad_signature",
            EnvelopeError::Expired { .. } => "expired",
            EnvelopeError::ClockSkew { .. } => "clock_skew",
            EnvelopeError::Replayed(_) => "replayed",
            EnvelopeError::OldSequence { .. } => "old_sequence",
        }
    }
}

/// A request whose signature, realm, purpose and time are checked. The sequence is still to be
/// checked against the receiver's store by [`check_sequence`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened<T> {
    /// The key that signed.
    pub subject: [u8; 32],
    /// Its sequence number.
    pub sequence: u64,
    /// Sender's chain time in Unix seconds.
    pub made_at: i64,
    /// The message.
    pub message: T,
    /// The request as it was signed, for keeping.
    pub envelope: Envelope,
}

/// Signs a message. `now` is the sender's chain time in Unix seconds.
pub fn seal<T: BorshSerialize>(
    key: &SigningKey,
    domain: Domain,
    realm: &Realm,
    sequence: u64,
    now: i64,
    message: &T,
) -> std::io::Result<Envelope> {
    let payload = borsh::to_vec(message)?;
    let mut envelope = Envelope {
        domain,
        genesis_hash: realm.genesis_hash,
        program_id: realm.program_id,
        subject: key.verifying_key().to_bytes(),
        sequence,
        expires_at: now.saturating_add(REQUEST_LIFETIME_SECONDS),
        payload_hash: payload_hash(&payload),
        signature: [0; 64],
        payload,
    };
    envelope.signature = key.sign(&signed_bytes(&envelope)).to_bytes();
    Ok(envelope)
}

/// Decodes and checks a request. `now` is the receiver's chain time in Unix seconds, `max_bytes`
/// the largest body it takes.
///
/// Errors in order of checks: `BodyTooLarge`, `Malformed`, `WrongDomain`, `WrongCluster`,
/// `WrongProgram`, `PayloadMismatch`, `BadSignature`, `Expired`, `ClockSkew`.
pub fn open<T: BorshDeserialize>(
    bytes: &[u8],
    max_bytes: usize,
    domain: Domain,
    realm: &Realm,
    now: i64,
) -> Result<Opened<T>, EnvelopeError> {
    if bytes.len() > max_bytes {
        return Err(EnvelopeError::BodyTooLarge {
            got: bytes.len(),
            max: max_bytes,
        });
    }
    let envelope: Envelope = borsh::from_slice(bytes).map_err(|_| EnvelopeError::Malformed)?;
    envelope.authenticate(domain, realm)?;
    if now > envelope.expires_at {
        return Err(EnvelopeError::Expired {
            expires_at: envelope.expires_at,
            now,
        });
    }
    let made_at = envelope.made_at();
    if made_at.abs_diff(now) > MAX_SKEW_SECONDS.unsigned_abs() {
        return Err(EnvelopeError::ClockSkew { made_at, now });
    }
    let message = envelope.message()?;
    Ok(Opened {
        subject: envelope.subject,
        sequence: envelope.sequence,
        made_at,
        message,
        envelope,
    })
}

/// Checks a sequence number against the highest one accepted from the same subject.
///
/// Errors: `Replayed`, `OldSequence`.
pub fn check_sequence(last: Option<u64>, got: u64) -> Result<(), EnvelopeError> {
    match last {
        Some(last) if got == last => Err(EnvelopeError::Replayed(got)),
        Some(last) if got < last => Err(EnvelopeError::OldSequence { got, last }),
        _ => Ok(()),
    }
}

fn payload_hash(payload: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(PAYLOAD_TAG)
        .chain_update(payload)
        .finalize()
        .into()
}

/// Everything before the signature, after a tag: all fields have fixed width.
fn signed_bytes(envelope: &Envelope) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    bytes.extend_from_slice(SIGNED_TAG);
    bytes.push(envelope.domain as u8);
    bytes.extend_from_slice(&envelope.genesis_hash);
    bytes.extend_from_slice(&envelope.program_id);
    bytes.extend_from_slice(&envelope.subject);
    bytes.extend_from_slice(&envelope.sequence.to_le_bytes());
    bytes.extend_from_slice(&envelope.expires_at.to_le_bytes());
    bytes.extend_from_slice(&envelope.payload_hash);
    bytes
}

#[cfg(test)]
mod tests;
