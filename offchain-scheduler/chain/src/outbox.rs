//! The side of the outbox that services see.

use std::sync::Arc;

use ion_store::{
    Clock, StoreError,
    outbox::{Input, Key, OutboxRow, OutboxStore, SqlOutbox, Summary},
};
use solana_instruction::Instruction;

use crate::{WorkError, encode_work};

/// Why a row was not put in.
#[derive(thiserror::Error, Debug)]
pub enum OutboxError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The instructions do not encode.
    #[error(transparent)]
    Work(#[from] WorkError),
}

/// Intended transactions, unique by what they do. Cheap to clone.
pub struct Outbox<S = SqlOutbox> {
    store: Arc<S>,
    clock: Arc<dyn Clock>,
}

impl<S> Clone for Outbox<S> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            clock: self.clock.clone(),
        }
    }
}

impl<S: OutboxStore> Outbox<S> {
    /// An outbox over a store, stamped by a clock.
    pub fn new(store: S, clock: Arc<dyn Clock>) -> Self {
        Self {
            store: Arc::new(store),
            clock,
        }
    }

    /// Puts a transaction in, to be signed by the sender. A row with this key stays as it is,
    /// whatever its state; the row's present state is returned. What was closed can be wanted again
    /// under another period only.
    ///
    /// Errors: `Store`, `Work`.
    pub async fn enqueue(
        &self,
        key: &Key,
        instructions: &[Instruction],
    ) -> Result<OutboxRow, OutboxError> {
        Ok(self
            .store
            .enqueue(key, &encode_work(instructions)?, self.now_ms())
            .await?)
    }

    /// A row by its key.
    ///
    /// Errors: `Store`.
    pub async fn row(&self, key: &Key) -> Result<Option<OutboxRow>, OutboxError> {
        Ok(self.store.row(key).await?)
    }

    /// Lets a poisoned row try again; `None` when there is no such row or it changed meanwhile.
    ///
    /// Errors: `Store` (`WrongState` for a row that is not poisoned).
    pub async fn revive(&self, key: &Key) -> Result<Option<OutboxRow>, OutboxError> {
        match self.store.row(key).await? {
            Some(row) => Ok(self
                .store
                .advance(&row, Input::Revive, self.now_ms())
                .await?),
            None => Ok(None),
        }
    }

    /// Counts and ages for the metrics.
    ///
    /// Errors: `Store`.
    pub async fn summary(&self) -> Result<Summary, OutboxError> {
        Ok(self.store.summary(self.now_ms()).await?)
    }

    pub(crate) fn store(&self) -> &S {
        &self.store
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}
