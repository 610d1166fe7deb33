//! A chain in memory that misbehaves on a plan.
//!
//! Mechanism: blocks advance when the test says so; submitted bytes pass a plan of faults (lost,
//! late, doubled, answered with an error although forwarded), and status calls pass another
//! (unreachable, forgotten, seen too early). What lands is held to the rules of the real chain: a
//! signature lands once, and only up to the last valid height of its blockhash. Place of use: tests
//! of everything that sends. Invariant: the executed effects are counted, so a test can demand each
//! exactly once.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use ion_client::send::{
    Chain, ChainError, FeeOracle, LatestBlockhash, Simulation, Statuses, TxStatus,
};
use solana_account::Account;
use solana_hash::Hash;
use solana_instruction_error::InstructionError;
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_error::TransactionError;

/// Blocks for which a blockhash is accepted.
pub const BLOCKHASH_LIFE: u64 = 150;
/// Blocks between landing and finality.
pub const FINALITY_DEPTH: u64 = 32;

/// What happens to a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitFault {
    /// Lands in the next block.
    Deliver,
    /// Answered with success and lost.
    Drop,
    /// Answered with an error and lost.
    Refuse,
    /// Answered with an error and delivered.
    RefuseButDeliver,
    /// Answered with a preflight refusal and delivered.
    RejectButDeliver,
    /// Lands that many blocks late.
    Delay(u64),
    /// Delivered twice, the second time this many blocks late.
    Duplicate(u64),
}

/// What happens to a status call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFault {
    /// Answered truly.
    Honest,
    /// Not answered.
    Unreachable,
    /// Denies every signature.
    Forget,
    /// Claims to have seen signatures that it does not know, short of finality.
    SeeGhosts,
}

#[derive(Default)]
struct Inner {
    height: u64,
    blockhashes: HashMap<Hash, u64>,
    pending: Vec<(u64, Vec<u8>)>,
    landed: HashMap<Signature, (u64, Option<TransactionError>)>,
    effects: BTreeMap<Vec<u8>, u32>,
    refusals: BTreeMap<Vec<u8>, (u32, u32)>,
    refusals_of_any: (u32, u32),
    unheard: Vec<Vec<u8>>,
    submit_plan: VecDeque<SubmitFault>,
    status_plan: VecDeque<StatusFault>,
    submitted: u64,
}

/// The chain. Programs do nothing but leave their instruction data as an effect.
#[derive(Default)]
pub struct FakeChain(Mutex<Inner>);

impl FakeChain {
    /// A chain without faults.
    pub fn new() -> Self {
        let chain = Self::default();
        chain.lock().height = FINALITY_DEPTH;
        chain
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Faults of the next submissions, in order; honest afterwards.
    pub fn plan_submissions(&self, faults: impl IntoIterator<Item = SubmitFault>) {
        self.lock().submit_plan = faults.into_iter().collect();
    }

    /// Faults of the next status calls, in order; honest afterwards.
    pub fn plan_statuses(&self, faults: impl IntoIterator<Item = StatusFault>) {
        self.lock().status_plan = faults.into_iter().collect();
    }

    /// The program refuses instructions with this data, with this code, the next `times` times they
    /// execute or are simulated.
    pub fn refuse(&self, data: &[u8], code: u32, times: u32) {
        self.lock().refusals.insert(data.to_vec(), (code, times));
    }

    /// As [`FakeChain::refuse`], for instructions with any data.
    pub fn refuse_all(&self, code: u32, times: u32) {
        self.lock().refusals_of_any = (code, times);
    }

    /// The node refuses to simulate transactions with an instruction of this data.
    pub fn refuse_to_simulate(&self, data: &[u8]) {
        self.lock().unheard.push(data.to_vec());
    }

    /// Makes blocks and lands what is due.
    pub fn advance(&self, blocks: u64) {
        let mut inner = self.lock();
        for _ in 0..blocks {
            inner.height += 1;
            let height = inner.height;
            let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut inner.pending)
                .into_iter()
                .partition(|(at, _)| *at <= height);
            inner.pending = later;
            for (_, bytes) in due {
                inner.land(&bytes);
            }
        }
    }

    /// How often each instruction data was executed, computation budgets left out.
    pub fn effects(&self) -> BTreeMap<Vec<u8>, u32> {
        self.lock().effects.clone()
    }

    /// Calls of `submit` so far.
    pub fn submissions(&self) -> u64 {
        self.lock().submitted
    }
}

impl Inner {
    fn land(&mut self, bytes: &[u8]) {
        let Ok(transaction) = wincode::deserialize::<VersionedTransaction>(bytes) else {
            return;
        };
        let alive = self
            .blockhashes
            .get(transaction.message.recent_blockhash())
            .is_some_and(|last| self.height <= *last);
        let signature = transaction.signatures.first().copied().unwrap_or_default();
        if !alive || self.landed.contains_key(&signature) {
            return;
        }
        let outcome = self.run(&transaction);
        if outcome.is_none() {
            for data in effects_of(&transaction) {
                *self.effects.entry(data).or_default() += 1;
            }
        }
        self.landed.insert(signature, (self.height, outcome));
    }

    /// The first refusal among the instructions; uses up one refusal.
    fn run(&mut self, transaction: &VersionedTransaction) -> Option<TransactionError> {
        for (index, data) in effects_of(transaction).into_iter().enumerate() {
            let (code, times) = match self.refusals.get_mut(&data) {
                Some(refusal) => refusal,
                None => &mut self.refusals_of_any,
            };
            if *times > 0 {
                *times -= 1;
                let index = u8::try_from(index).unwrap_or(u8::MAX);
                return Some(TransactionError::InstructionError(
                    index,
                    InstructionError::Custom(*code),
                ));
            }
        }
        None
    }

    fn status(&self, signature: &Signature, fault: StatusFault) -> TxStatus {
        let finalized = self.height.saturating_sub(FINALITY_DEPTH);
        match (self.landed.get(signature), fault) {
            (_, StatusFault::Forget) => TxStatus::NotFound,
            (None, StatusFault::SeeGhosts) => TxStatus::Pending,
            (None, _) => TxStatus::NotFound,
            (Some((at, _)), _) if *at > finalized => TxStatus::Pending,
            (Some((_, None)), _) => TxStatus::Succeeded,
            (Some((_, Some(error))), _) => TxStatus::Failed(error.clone()),
        }
    }
}

fn effects_of(transaction: &VersionedTransaction) -> Vec<Vec<u8>> {
    let budget = solana_compute_budget_interface::id();
    let keys = transaction.message.static_account_keys();
    transaction
        .message
        .instructions()
        .iter()
        .filter(|instruction| keys.get(usize::from(instruction.program_id_index)) != Some(&budget))
        .map(|instruction| instruction.data.clone())
        .collect()
}

impl Chain for FakeChain {
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        Ok(vec![None; keys.len()])
    }

    fn blockhash(&self) -> Result<LatestBlockhash, ChainError> {
        let mut inner = self.lock();
        // As on a real chain, the blockhash is that of a block: the same until the next one.
        let mut bytes = [0xab; 32];
        bytes[..8].copy_from_slice(&inner.height.to_le_bytes());
        let hash = Hash::new_from_array(bytes);
        let last_valid_block_height = inner.height + BLOCKHASH_LIFE;
        inner.blockhashes.insert(hash, last_valid_block_height);
        Ok(LatestBlockhash {
            hash,
            last_valid_block_height,
        })
    }

    fn submit(&self, transaction: &[u8]) -> Result<Signature, ChainError> {
        let parsed: VersionedTransaction = wincode::deserialize(transaction)
            .map_err(|error| ChainError::Refused(error.to_string()))?;
        let signature = parsed.signatures.first().copied().unwrap_or_default();
        let mut inner = self.lock();
        inner.submitted += 1;
        let next = inner.height + 1;
        let fault = inner
            .submit_plan
            .pop_front()
            .unwrap_or(SubmitFault::Deliver);
        let at: &[u64] = match fault {
            SubmitFault::Drop | SubmitFault::Refuse => &[],
            SubmitFault::Deliver
            | SubmitFault::RefuseButDeliver
            | SubmitFault::RejectButDeliver => &[next],
            SubmitFault::Delay(blocks) => &[next + blocks],
            SubmitFault::Duplicate(blocks) => &[next, next + blocks],
        };
        for height in at {
            inner.pending.push((*height, transaction.to_vec()));
        }
        match fault {
            SubmitFault::Refuse | SubmitFault::RefuseButDeliver => {
                Err(ChainError::Unreachable("connection reset".into()))
            }
            SubmitFault::RejectButDeliver => {
                Err(ChainError::Rejected(TransactionError::BlockhashNotFound))
            }
            SubmitFault::Deliver
            | SubmitFault::Drop
            | SubmitFault::Delay(_)
            | SubmitFault::Duplicate(_) => Ok(signature),
        }
    }

    fn status(
        &self,
        signatures: &[Signature],
        _search_history: bool,
    ) -> Result<Statuses, ChainError> {
        let mut inner = self.lock();
        let fault = inner.status_plan.pop_front().unwrap_or(StatusFault::Honest);
        if fault == StatusFault::Unreachable {
            return Err(ChainError::Unreachable("timed out".into()));
        }
        Ok(Statuses {
            statuses: signatures
                .iter()
                .map(|signature| inner.status(signature, fault))
                .collect(),
            finalized_block_height: inner.height.saturating_sub(FINALITY_DEPTH),
        })
    }
}

impl FeeOracle for FakeChain {
    fn simulate(&self, transaction: &[u8]) -> Result<Simulation, ChainError> {
        let parsed: VersionedTransaction = wincode::deserialize(transaction)
            .map_err(|error| ChainError::Refused(error.to_string()))?;
        let mut inner = self.lock();
        if effects_of(&parsed)
            .iter()
            .any(|data| inner.unheard.contains(data))
        {
            return Err(ChainError::Refused("invalid params".into()));
        }
        let error = inner.run(&parsed);
        Ok(Simulation {
            compute_units: 10_000,
            error,
            logs: Vec::new(),
        })
    }

    fn recent_prices(&self, _writable: &[Pubkey]) -> Result<Vec<u64>, ChainError> {
        Ok(Vec::new())
    }
}
