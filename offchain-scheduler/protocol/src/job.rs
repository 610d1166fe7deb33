//! Jobs: what a renter orders of a device it has hired, and what comes back.
//!
//! The order travels in an [`Envelope`](crate::Envelope) of domain `JobOrder`, signed by the renter
//! of the booking that holds the device; the result is signed by the device. A matrix product can be
//! checked by whoever holds it (`ion_challenge::freivalds`); what a container printed is the
//! supplier's word.

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Path at which an agent takes orders.
pub const JOB_PATH: &str = "/v1/jobs";
/// Path at which an agent tells how far an order is.
pub const JOB_STATE_PATH: &str = "/v1/jobs/state";
/// Path at which a verifier takes a renter's order with the device's result.
pub const JOB_REPORT_PATH: &str = "/v1/job";
/// Most words of a container's command.
pub const MAX_COMMAND_WORDS: usize = 64;
/// Longest word of a container's command, bytes.
pub const MAX_WORD_BYTES: usize = 4_096;
/// Longest name of an image, bytes.
pub const MAX_IMAGE_BYTES: usize = 512;

const ORDER_TAG: &[u8] = b"ION_JOB_ORDER_V1";
const RESULT_TAG: &[u8] = b"ION_JOB_RESULT_V1";
const DIGEST: &str = "@sha256:";

/// A job. Its identity is [`JobOrder::id`]: sent twice it is one job.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct JobOrder {
    /// Address of the device account.
    pub device: [u8; 32],
    /// Address of the booking that holds the device.
    pub booking: [u8; 32],
    /// Tells two orders of the same work apart.
    pub nonce: [u8; 16],
    /// Time for the work in seconds.
    pub seconds: u32,
    /// The work.
    pub work: JobWork,
}

/// Kinds of work.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub enum JobWork {
    /// An exact matrix product.
    Product(ProductJob),
    /// A container.
    Container(ContainerJob),
}

/// `C = A·B`, both factors by rows.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct ProductJob {
    /// Rows of `A` and `C`.
    pub rows: u32,
    /// Columns of `A`, rows of `B`.
    pub inner: u32,
    /// Columns of `B` and `C`.
    pub columns: u32,
    /// `A`, `rows · inner` entries.
    pub left: Vec<i16>,
    /// `B`, `inner · columns` entries.
    pub right: Vec<i16>,
}

/// One run of an image. It sees no file of the host and, unless asked and allowed, no network.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct ContainerJob {
    /// The image by its digest, `name@sha256:…`.
    pub image: String,
    /// Words behind the image; empty runs what the image names.
    pub command: Vec<String>,
    /// Thousandths of a processor.
    pub cpu_millis: u32,
    /// Memory in MiB, without swap.
    pub memory_mib: u32,
    /// Whether the device's GPUs are given to it.
    pub gpus: bool,
    /// Whether it may reach the network.
    pub network: bool,
}

/// What a supplier gives to a job at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobLimits {
    /// Time in seconds.
    pub seconds: u32,
    /// Entries of the largest matrix of a product.
    pub entries: u64,
    /// Multiply-adds of a product.
    pub operations: u64,
    /// Thousandths of a processor.
    pub cpu_millis: u32,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// Whether containers may reach the network.
    pub network: bool,
}

impl JobLimits {
    /// What every agent checks, without any supplier's limits.
    pub const NONE: JobLimits = JobLimits {
        seconds: u32::MAX,
        entries: u64::MAX,
        operations: u64::MAX,
        cpu_millis: u32::MAX,
        memory_mib: u32::MAX,
        network: true,
    };
}

/// Why an order is refused for what it says.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderError {
    /// Time 0 or above the limit.
    #[error("the time must be 1 to {0} seconds")]
    Seconds(u32),
    /// A factor has another number of entries than its shape says, or a side is 0.
    #[error("the factors do not have the entries of their shape")]
    Shape,
    /// The product is above the limits.
    #[error("the product is above what the supplier computes")]
    ProductTooLarge,
    /// The image is not named by its digest.
    #[error("the image must be named by its digest, name@sha256:…")]
    Image,
    /// The command is too long or holds a zero byte.
    #[error(
        "the command must be at most {MAX_COMMAND_WORDS} words of at most {MAX_WORD_BYTES} bytes"
    )]
    Command,
    /// Processors 0 or above the limit.
    #[error("the processors must be 1 to {0} thousandths")]
    Cpu(u32),
    /// Memory below 6 MiB, which no engine takes, or above the limit.
    #[error("the memory must be 6 to {0} MiB")]
    Memory(u32),
    /// The supplier allows no network.
    #[error("the supplier allows no network")]
    Network,
}

impl JobOrder {
    /// Identity of the order.
    pub fn id(&self) -> [u8; 32] {
        // Writing to memory fails only for lists above u32::MAX entries.
        tagged(ORDER_TAG, &borsh::to_vec(self).unwrap_or_default())
    }

    /// Whether the order stays within limits. Errors: all of [`OrderError`].
    pub fn check(&self, limits: &JobLimits) -> Result<(), OrderError> {
        if self.seconds == 0 || self.seconds > limits.seconds {
            return Err(OrderError::Seconds(limits.seconds));
        }
        match &self.work {
            JobWork::Product(product) => product.check(limits),
            JobWork::Container(container) => container.check(limits),
        }
    }
}

impl ProductJob {
    fn check(&self, limits: &JobLimits) -> Result<(), OrderError> {
        let [rows, inner, columns] = [self.rows, self.inner, self.columns].map(u64::from);
        // Two sides below 2³² cannot overflow; three can.
        if self.left.len() as u64 != rows * inner
            || self.right.len() as u64 != inner * columns
            || rows * inner * columns.min(1) == 0
        {
            return Err(OrderError::Shape);
        }
        let largest = (rows * inner).max(inner * columns).max(rows * columns);
        let operations = (rows * inner).checked_mul(columns);
        if largest > limits.entries || operations.is_none_or(|made| made > limits.operations) {
            return Err(OrderError::ProductTooLarge);
        }
        Ok(())
    }
}

impl ContainerJob {
    fn check(&self, limits: &JobLimits) -> Result<(), OrderError> {
        if !is_by_digest(&self.image) {
            return Err(OrderError::Image);
        }
        if self.command.len() > MAX_COMMAND_WORDS
            || self
                .command
                .iter()
                .any(|word| word.len() > MAX_WORD_BYTES || word.contains('\0'))
        {
            return Err(OrderError::Command);
        }
        if self.cpu_millis == 0 || self.cpu_millis > limits.cpu_millis {
            return Err(OrderError::Cpu(limits.cpu_millis));
        }
        if self.memory_mib < 6 || self.memory_mib > limits.memory_mib {
            return Err(OrderError::Memory(limits.memory_mib));
        }
        if self.network && !limits.network {
            return Err(OrderError::Network);
        }
        Ok(())
    }
}

/// Whether an image is named by digest, in characters that no engine reads as anything else.
fn is_by_digest(image: &str) -> bool {
    let Some((name, digest)) = image.split_once(DIGEST) else {
        return false;
    };
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    image.len() <= MAX_IMAGE_BYTES
        && name.bytes().next().is_some_and(is_plain)
        && name
            .bytes()
            .all(|byte| is_plain(byte) || b"._-/:".contains(&byte))
        && digest.len() == 64
        && digest
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// "How far is this order?", signed by who ordered.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobQuestion {
    /// [`JobOrder::id`].
    pub order: [u8; 32],
}

/// Answer to an order and to a question.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Waits for its turn.
    Waiting,
    /// Being worked on.
    Running,
    /// Over.
    Ended(Box<SignedJobResult>),
}

/// How a job ended.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum JobOutcome {
    /// Done; a container ended with code 0.
    Completed = 1,
    /// The container ended with another code, or could not be run.
    Failed = 2,
    /// The time was over.
    TimedOut = 3,
    /// The agent had to end before the work did.
    GivenUp = 4,
}

/// What the check of an order and its result gave.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum JobFinding {
    /// The result is the product that was ordered.
    Right = 1,
    /// The device signed a product that is not the one ordered.
    Wrong = 2,
    /// Nothing that a third party could check: a container, or no completed work.
    Unchecked = 3,
}

/// What a job gave.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub enum JobOutput {
    /// Nothing.
    Nothing,
    /// `C` by rows.
    Product(Vec<i64>),
    /// What a container left.
    Container {
        /// Its exit code; `None` when it was ended.
        exit_code: Option<i32>,
        /// First bytes of its output.
        stdout: Vec<u8>,
        /// First bytes of its messages.
        stderr: Vec<u8>,
        /// Whether either was longer.
        is_cut: bool,
    },
    /// Why it could not be run.
    Trouble(String),
}

/// Result of a job.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct JobResult {
    /// [`JobOrder::id`].
    pub order: [u8; 32],
    /// How it ended.
    pub outcome: JobOutcome,
    /// Chain time at the start, Unix seconds.
    pub started_at: i64,
    /// Chain time at the end, Unix seconds.
    pub ended_at: i64,
    /// What it gave.
    pub output: JobOutput,
}

/// A result with the device's signature.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct SignedJobResult {
    /// The result.
    pub result: JobResult,
    /// Key of the device.
    pub device_key: [u8; 32],
    /// Its ed25519 signature over the hash of the result.
    pub signature: [u8; 64],
}

impl SignedJobResult {
    /// Signs a result.
    pub fn new(key: &SigningKey, result: JobResult) -> Self {
        SignedJobResult {
            device_key: key.verifying_key().to_bytes(),
            signature: key.sign(&result.hash()).to_bytes(),
            result,
        }
    }

    /// Whether the named device signed it.
    pub fn is_signed(&self) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        VerifyingKey::from_bytes(&self.device_key)
            .and_then(|key| key.verify_strict(&self.result.hash(), &signature))
            .is_ok()
    }
}

impl JobResult {
    fn hash(&self) -> [u8; 32] {
        // As for orders.
        tagged(RESULT_TAG, &borsh::to_vec(self).unwrap_or_default())
    }
}

fn tagged(tag: &[u8], bytes: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(tag)
        .chain_update(bytes)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests;
