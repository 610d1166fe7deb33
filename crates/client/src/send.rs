//! Building, sending and following transactions over a small chain boundary.
//!
//! [`Chain`] is all that submission needs of a cluster; its sides are a JSON-RPC node
//! ([`crate::rpc::RpcChain`]), the in-process machine of the tests and a fault injector.

use std::time::{Duration, Instant};

use solana_account::Account;
use solana_hash::Hash;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, Message, VersionedMessage, v0};
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_error::TransactionError;

use crate::errors::{ProgramFailure, describe_failure};

/// Bytes that a transaction may have on the wire.
pub const MAX_TRANSACTION_BYTES: usize = 1_232;
/// Instructions that a transaction may run, inner ones included.
pub const MAX_INSTRUCTIONS: usize = 64;
/// How long [`send`] follows a transaction before it calls the outcome unknown.
pub const CONFIRMATION_DEADLINE: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A blockhash and the last block height at which it is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatestBlockhash {
    /// The blockhash to sign over.
    pub hash: Hash,
    /// The transaction can land up to this block height.
    pub last_valid_block_height: u64,
}

/// What the chain knows of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TxStatus {
    /// Neither in the recent statuses nor, if asked, in history.
    NotFound,
    /// Seen, not yet at the commitment asked for.
    Pending,
    /// Executed without error at the commitment asked for.
    Succeeded,
    /// Executed and failed; no effect but the fee.
    Failed(TransactionError),
}

/// Statuses of some signatures and the height they were read at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses {
    /// One status per signature asked for, in the same order.
    pub statuses: Vec<TxStatus>,
    /// Newest finalized block height: a blockhash is dead once it exceeds its last valid height.
    pub finalized_block_height: u64,
}

/// The chain could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The node did not answer or the connection broke: worth a retry.
    #[error("the node cannot be reached: {0}")]
    Unreachable(String),
    /// The node refused the call.
    #[error("the node refused: {0}")]
    Refused(String),
    /// Preflight or execution said no.
    #[error("{0}")]
    Rejected(TransactionError),
}

impl ChainError {
    /// Whether the same call may succeed later without a change.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }
}

/// All that submission needs of a cluster.
pub trait Chain: Send + Sync {
    /// Accounts by key, `None` where there is none; in the order asked for.
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError>;
    /// A blockhash to sign over.
    fn blockhash(&self) -> Result<LatestBlockhash, ChainError>;
    /// Hands over a serialized, signed transaction; success says nothing about its landing.
    fn submit(&self, transaction: &[u8]) -> Result<Signature, ChainError>;
    /// What became of the signatures; `search_history` looks beyond the recent ones.
    fn status(
        &self,
        signatures: &[Signature],
        search_history: bool,
    ) -> Result<Statuses, ChainError>;
}

/// What reading a whole cluster needs, apart from [`Chain`] because submission works without it.
pub trait Cluster: Chain {
    /// Hash of the cluster's first block.
    fn genesis_hash(&self) -> Result<Hash, ChainError>;
    /// All accounts of a program that begin with a discriminator, and no others.
    fn program_accounts(
        &self,
        program: &Pubkey,
        discriminator: &[u8],
    ) -> Result<Vec<(Pubkey, Account)>, ChainError>;
}

/// Outcome of a simulated transaction.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// Compute units it took.
    pub compute_units: u64,
    /// Why it would fail.
    pub error: Option<TransactionError>,
    /// Program logs.
    pub logs: Vec<String>,
}

/// Simulation and fee market, apart from [`Chain`] because submission works without them.
pub trait FeeOracle: Send + Sync {
    /// Runs a transaction without landing it; signatures are not checked.
    fn simulate(&self, transaction: &[u8]) -> Result<Simulation, ChainError>;
    /// Recent prices in micro-lamports per compute unit paid to write these accounts.
    fn recent_prices(&self, writable: &[Pubkey]) -> Result<Vec<u64>, ChainError>;
}

/// Why a transaction was not sent or did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// More than [`MAX_TRANSACTION_BYTES`].
    #[error("transaction of {0} bytes; at most {MAX_TRANSACTION_BYTES} fit")]
    TooManyBytes(usize),
    /// More than [`MAX_INSTRUCTIONS`].
    #[error("transaction of {0} instructions; at most {MAX_INSTRUCTIONS} may run")]
    TooManyInstructions(usize),
    /// A signature is missing or a signer is not needed.
    #[error("cannot sign: {0}")]
    Signing(String),
    /// A program refused it.
    #[error("{0}")]
    Program(ProgramFailure),
    /// The runtime refused it.
    #[error("the runtime refused the transaction: {0}")]
    Runtime(TransactionError),
    /// Sent, outcome unknown at the deadline.
    #[error("transaction {0} was sent and is not confirmed")]
    Unconfirmed(Signature),
    /// The chain could not be asked.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// Builds and signs a transaction, and refuses what no cluster would take.
///
/// `signers` holds the payer and every other signer, in any order, without repetition needed.
///
/// Errors: `TooManyBytes`, `TooManyInstructions`, `Signing`.
pub fn build(
    payer: &Keypair,
    signers: &[&Keypair],
    instructions: &[Instruction],
    blockhash: Hash,
) -> Result<VersionedTransaction, SendError> {
    build_over(payer, signers, instructions, &[], blockhash)
}

/// As [`build`], over lookup tables: what they hold and nobody signs for is named by one byte.
///
/// Errors: those of [`build`].
pub fn build_over(
    payer: &Keypair,
    signers: &[&Keypair],
    instructions: &[Instruction],
    tables: &[AddressLookupTableAccount],
    blockhash: Hash,
) -> Result<VersionedTransaction, SendError> {
    if instructions.len() > MAX_INSTRUCTIONS {
        return Err(SendError::TooManyInstructions(instructions.len()));
    }
    let message = message(&payer.pubkey(), instructions, tables, blockhash)?;
    let signatures = usize::from(message.header().num_required_signatures);
    let required = message.static_account_keys().iter().take(signatures);
    let by_key: Vec<&Keypair> = required
        .map(|key| {
            std::iter::once(payer)
                .chain(signers.iter().copied())
                .find(|keypair| keypair.pubkey() == *key)
                .ok_or_else(|| SendError::Signing(format!("no key for signer {key}")))
        })
        .collect::<Result<_, _>>()?;
    let transaction = VersionedTransaction::try_new(message, &by_key)
        .map_err(|error| SendError::Signing(error.to_string()))?;
    serialize(&transaction)?;
    Ok(transaction)
}

fn message(
    payer: &Pubkey,
    instructions: &[Instruction],
    tables: &[AddressLookupTableAccount],
    blockhash: Hash,
) -> Result<VersionedMessage, SendError> {
    if tables.is_empty() {
        let message = Message::new_with_blockhash(instructions, Some(payer), &blockhash);
        return Ok(VersionedMessage::Legacy(message));
    }
    v0::Message::try_compile(payer, instructions, tables, blockhash)
        .map(VersionedMessage::V0)
        .map_err(|error| SendError::Signing(error.to_string()))
}

/// Whether instructions that `payer` pays for fit a transaction over these tables.
///
/// Errors: `Signing` when they cannot be put together.
pub fn fits(
    payer: &Pubkey,
    instructions: &[Instruction],
    tables: &[AddressLookupTableAccount],
) -> Result<bool, SendError> {
    let message = message(payer, instructions, tables, Hash::default())?;
    let signatures = usize::from(message.header().num_required_signatures);
    let unsigned = VersionedTransaction {
        signatures: vec![Signature::default(); signatures],
        message,
    };
    match serialize(&unsigned) {
        Ok(_) => Ok(instructions.len() <= MAX_INSTRUCTIONS),
        Err(SendError::TooManyBytes(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Wire form of a transaction.
///
/// Errors: `TooManyBytes`.
pub fn serialize(transaction: &VersionedTransaction) -> Result<Vec<u8>, SendError> {
    let bytes =
        wincode::serialize(transaction).map_err(|error| SendError::Signing(error.to_string()))?;
    if bytes.len() > MAX_TRANSACTION_BYTES {
        return Err(SendError::TooManyBytes(bytes.len()));
    }
    Ok(bytes)
}

/// Sends instructions in one transaction and waits until it is confirmed.
///
/// Errors: those of [`build`]; `Program` or `Runtime` when it was refused; `Unconfirmed` when its
/// fate is unknown at the deadline; `Chain`.
pub fn send(
    chain: &dyn Chain,
    payer: &Keypair,
    signers: &[&Keypair],
    instructions: &[Instruction],
) -> Result<Signature, SendError> {
    let latest = chain.blockhash()?;
    let transaction = build(payer, signers, instructions, latest.hash)?;
    let bytes = serialize(&transaction)?;
    let signature = transaction.signatures[0];
    let refuse = |error: TransactionError| match describe_failure(&error, instructions) {
        Some(failure) => SendError::Program(failure),
        None => SendError::Runtime(error),
    };
    match chain.submit(&bytes) {
        Ok(_) => {}
        Err(ChainError::Rejected(error)) => return Err(refuse(error)),
        Err(error) => return Err(error.into()),
    }
    let deadline = Instant::now() + CONFIRMATION_DEADLINE;
    loop {
        let statuses = chain.status(&[signature], false)?;
        match statuses.statuses.first() {
            Some(TxStatus::Succeeded) => return Ok(signature),
            Some(TxStatus::Failed(error)) => return Err(refuse(error.clone())),
            _ if Instant::now() >= deadline
                || statuses.finalized_block_height > latest.last_valid_block_height =>
            {
                return Err(SendError::Unconfirmed(signature));
            }
            _ => std::thread::sleep(POLL_INTERVAL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_instruction::AccountMeta;

    fn instruction(bytes: usize) -> Instruction {
        Instruction::new_with_bytes(Pubkey::new_unique(), &vec![0; bytes], vec![])
    }

    #[test]
    fn build_above_the_wire_limit_is_refused() {
        let payer = Keypair::new();
        assert!(build(&payer, &[], &[instruction(1_000)], Hash::default()).is_ok());
        let result = build(&payer, &[], &[instruction(1_200)], Hash::default());
        assert!(
            matches!(result, Err(SendError::TooManyBytes(bytes)) if bytes > 1_232),
            "{result:?}"
        );
    }

    #[test]
    fn accounts_in_a_table_make_room_and_signers_stay_outside() {
        let payer = Keypair::new();
        let mut wide = instruction(100);
        wide.accounts = std::iter::repeat_with(|| AccountMeta::new(Pubkey::new_unique(), false))
            .take(40)
            .collect();
        wide.accounts
            .push(AccountMeta::new_readonly(payer.pubkey(), true));
        let table = AddressLookupTableAccount {
            key: Pubkey::new_unique(),
            addresses: wide.accounts.iter().map(|meta| meta.pubkey).collect(),
        };
        let wide = [wide];
        assert!(!fits(&payer.pubkey(), &wide, &[]).expect("compiles"));
        assert!(matches!(
            build(&payer, &[], &wide, Hash::default()),
            Err(SendError::TooManyBytes(_))
        ));
        let tables = [table];
        assert!(fits(&payer.pubkey(), &wide, &tables).expect("compiles"));
        let built = build_over(&payer, &[], &wide, &tables, Hash::default()).expect("fits");
        // the payer and the program; everything else is looked up
        assert_eq!(built.message.static_account_keys().len(), 2);
        assert_eq!(built.signatures.len(), 1);
    }

    #[test]
    fn build_above_the_instruction_limit_is_refused() {
        let payer = Keypair::new();
        let many: Vec<_> = std::iter::repeat_with(|| instruction(0)).take(65).collect();
        assert!(matches!(
            build(&payer, &[], &many, Hash::default()),
            Err(SendError::TooManyInstructions(65))
        ));
    }

    #[test]
    fn build_without_a_needed_signer_is_refused() {
        let payer = Keypair::new();
        let other = Keypair::new();
        let mut needs_other = instruction(0);
        needs_other
            .accounts
            .push(AccountMeta::new_readonly(other.pubkey(), true));
        let instructions = [needs_other];
        assert!(matches!(
            build(&payer, &[], &instructions, Hash::default()),
            Err(SendError::Signing(_))
        ));
        let signed = build(&payer, &[&other], &instructions, Hash::default()).expect("both sign");
        assert_eq!(signed.signatures.len(), 2);
    }
}
