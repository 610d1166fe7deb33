//! Following the transactions of programs without gaps.
//!
//! Mechanism: the signatures that name each program are listed backwards from a finalized slot to the
//! cursor, by a node that has that slot; the lists are merged into the one order that agrees with all
//! of them; whole slots go out, and the caller makes its cursor durable together with what it derived.
//! Place of use: the indexer; any service that must see every event. Invariants: a batch holds every
//! listed transaction of its slots exactly once, in the chain's order; nothing above the finalized
//! slot goes out, so a fork is never seen; a node that contradicts itself fails the batch and the
//! lists are read anew.

mod merge;
mod rpc;
mod watchdog;

use std::collections::VecDeque;

use ion_client::{history::TransactionRecord, send::ChainError};
use solana_pubkey::Pubkey;
use solana_signature::Signature;

pub use watchdog::Watchdog;

/// Transactions that are fetched at the same time.
const PARALLEL: usize = 8;

/// A signature as a node lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The signature.
    pub signature: Signature,
    /// Slot it landed in.
    pub slot: u64,
    /// Its number in the block, from nodes that tell it.
    pub index: Option<u32>,
}

/// All that following needs of a cluster. Every answer is at finality.
pub trait Source: Send + Sync {
    /// Newest finalized slot.
    fn finalized_slot(&self) -> Result<u64, ChainError>;
    /// One page of the signatures that name `address`, the newest first, older than `before`, from a
    /// node that has finalized `min_slot`; empty at the end.
    fn signatures(
        &self,
        address: &Pubkey,
        before: Option<Signature>,
        min_slot: u64,
    ) -> Result<Vec<Listed>, ChainError>;
    /// One landed transaction.
    fn landed(&self, signature: &Signature) -> Result<Option<TransactionRecord>, ChainError>;
}

/// Why there is no batch now; the next call begins anew.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The chain could not be asked.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The node's answers contradict each other.
    #[error("the node contradicts itself: {0}")]
    Inconsistent(String),
}

/// Whole slots of transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Every slot up to this one is in the batch or was before.
    pub through: u64,
    /// Transactions in the order of the chain.
    pub records: Vec<TransactionRecord>,
    /// Newest finalized slot that is known.
    pub finalized: u64,
}

/// Goes through the transactions of some programs.
#[derive(Debug)]
pub struct Follower {
    programs: Vec<Pubkey>,
    /// Cursor for which the queue was listed.
    after: Option<u64>,
    queue: VecDeque<Listed>,
    listed_through: u64,
}

impl Follower {
    /// A follower of everything that names one of the programs.
    pub fn new(programs: impl IntoIterator<Item = Pubkey>) -> Self {
        Self {
            programs: programs.into_iter().collect(),
            after: None,
            queue: VecDeque::new(),
            listed_through: 0,
        }
    }

    /// Forgets what was listed: the next batch asks the node again.
    pub fn forget(&mut self) {
        self.after = None;
        self.queue.clear();
    }

    /// The next whole slots after `after` (0: from the first), about `limit` transactions; none when
    /// nothing new is finalized.
    ///
    /// Errors: `Chain`, `Inconsistent`.
    pub fn batch(
        &mut self,
        source: &dyn Source,
        after: u64,
        limit: usize,
    ) -> Result<Batch, FollowError> {
        let batch = self.attempt(source, after, limit);
        match &batch {
            Ok(batch) => self.after = Some(batch.through),
            Err(_) => self.forget(),
        }
        batch
    }

    fn attempt(
        &mut self,
        source: &dyn Source,
        after: u64,
        limit: usize,
    ) -> Result<Batch, FollowError> {
        if self.after != Some(after) || self.queue.is_empty() {
            let finalized = source.finalized_slot()?;
            self.listed_through = finalized.max(after);
            self.queue = list(source, &self.programs, after, finalized)?.into();
        }
        let mut taken = Vec::new();
        while let Some(next) = self.queue.front().copied() {
            let is_slot_whole = taken
                .last()
                .is_none_or(|last: &Listed| last.slot != next.slot);
            if is_slot_whole && taken.len() >= limit {
                break;
            }
            self.queue.pop_front();
            taken.push(next);
        }
        let through = match (self.queue.is_empty(), taken.last()) {
            (true, _) | (false, None) => self.listed_through,
            (false, Some(last)) => last.slot,
        };
        Ok(Batch {
            through,
            records: fetch(source, &taken)?,
            finalized: self.listed_through,
        })
    }
}

/// Everything that names one of the programs in the slots above `after` up to `through`, in the order
/// of the chain.
///
/// Errors: `Chain`, `Inconsistent` when the lists do not agree on an order.
pub fn list(
    source: &dyn Source,
    programs: &[Pubkey],
    after: u64,
    through: u64,
) -> Result<Vec<Listed>, FollowError> {
    let mut lists = Vec::with_capacity(programs.len());
    for program in programs {
        let mut found: Vec<Listed> = Vec::new();
        let mut before = None;
        loop {
            let page = source.signatures(program, before, through)?;
            let reached = page.iter().any(|listed| listed.slot <= after);
            let last = page.last().map(|listed| listed.signature);
            found.extend(
                page.into_iter()
                    .filter(|listed| (after + 1..=through).contains(&listed.slot)),
            );
            match last {
                Some(last) if !reached && before != Some(last) => before = Some(last),
                _ => break,
            }
        }
        found.reverse();
        lists.push(found);
    }
    merge::merge(lists).map_err(FollowError::Inconsistent)
}

/// The transactions of a list, each as it was listed.
///
/// Errors: `Chain`, `Inconsistent` when one is missing or landed elsewhere.
pub fn fetch(
    source: &dyn Source,
    listed: &[Listed],
) -> Result<Vec<TransactionRecord>, FollowError> {
    let mut records = Vec::with_capacity(listed.len());
    for chunk in listed.chunks(PARALLEL) {
        let answers: Vec<_> = std::thread::scope(|scope| {
            let calls: Vec<_> = chunk
                .iter()
                .map(|listed| scope.spawn(|| source.landed(&listed.signature)))
                .collect();
            calls.into_iter().map(|call| call.join()).collect()
        });
        for (listed, answer) in chunk.iter().zip(answers) {
            let found =
                answer.map_err(|_| FollowError::Inconsistent("a call was lost".to_owned()))??;
            match found {
                Some(record)
                    if record.slot == listed.slot && record.signature == listed.signature =>
                {
                    records.push(record);
                }
                Some(_) => {
                    return Err(FollowError::Inconsistent(format!(
                        "{} landed in another slot than listed",
                        listed.signature
                    )));
                }
                None => {
                    return Err(FollowError::Inconsistent(format!(
                        "{} is listed and missing",
                        listed.signature
                    )));
                }
            }
        }
    }
    Ok(records)
}
