//! What a landed transaction did, in the form that auditing needs.

use solana_pubkey::Pubkey;
use solana_signature::Signature;

use crate::send::ChainError;

/// An instruction with its keys resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutedInstruction {
    /// The program.
    pub program: Pubkey,
    /// Its accounts in order.
    pub accounts: Vec<Pubkey>,
    /// Its data.
    pub data: Vec<u8>,
}

/// A top-level instruction and what it called, in order of execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopInstruction {
    /// The instruction of the transaction.
    pub instruction: ExecutedInstruction,
    /// Every instruction that ran inside it, at any depth.
    pub inner: Vec<ExecutedInstruction>,
}

/// A landed transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRecord {
    /// First signature.
    pub signature: Signature,
    /// Slot it landed in.
    pub slot: u64,
    /// Time of its block in Unix seconds, if the node has it.
    pub block_time: Option<i64>,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// Compute units consumed.
    pub compute_units: u64,
    /// Fee in lamports.
    pub fee_lamports: u64,
    /// Instructions in order.
    pub instructions: Vec<TopInstruction>,
}

impl TransactionRecord {
    /// All inner instructions in order of execution.
    pub fn inner_instructions(&self) -> impl Iterator<Item = &ExecutedInstruction> {
        self.instructions.iter().flat_map(|top| &top.inner)
    }
}

/// Access to landed transactions.
pub trait History: Send + Sync {
    /// All transactions that name `address`, oldest first.
    fn transactions(&self, address: &Pubkey) -> Result<Vec<TransactionRecord>, ChainError>;
    /// One transaction by its signature, `None` if it has not landed.
    fn transaction(&self, signature: &Signature) -> Result<Option<TransactionRecord>, ChainError>;
    /// Whether a later answer can differ from an earlier one: not where a log or a machine stands still
    /// while it is read.
    fn is_moving(&self) -> bool {
        true
    }
}
