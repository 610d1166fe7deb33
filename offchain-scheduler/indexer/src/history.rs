//! The log as the history that the audits read.
//!
//! Mechanism: transactions come from the database up to a slot, accounts as they were read at that
//! slot, so both sides of an audit speak of the same moment. Place of use: [`crate::check`].

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use ion_client::{
    history::{History, TransactionRecord},
    send::{Chain, ChainError, LatestBlockhash, Statuses},
};
use ion_store::{Store, to_column};
use solana_account::Account;
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use sqlx::Row;
use tokio::runtime::Handle;

use crate::record;

/// History from the log up to a slot, accounts as pinned. Used off the async threads only.
pub struct LogHistory {
    store: Store,
    handle: Handle,
    through: u64,
    pinned: HashMap<Pubkey, Option<Account>>,
    asked: Mutex<BTreeSet<Pubkey>>,
}

impl LogHistory {
    /// The log up to `through` beside these accounts.
    pub fn new(
        store: Store,
        handle: Handle,
        through: u64,
        pinned: HashMap<Pubkey, Option<Account>>,
    ) -> Self {
        Self {
            store,
            handle,
            through,
            pinned,
            asked: Mutex::default(),
        }
    }

    /// Addresses that were asked for and are not pinned.
    pub fn unpinned(&self) -> BTreeSet<Pubkey> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn read(&self, sql: &'static str, key: String) -> Result<Vec<TransactionRecord>, ChainError> {
        let lost = |error: &dyn std::fmt::Display| ChainError::Unreachable(error.to_string());
        let through = to_column("slot", self.through).map_err(|error| lost(&error))?;
        let rows = self
            .handle
            .block_on(
                sqlx::query(sql)
                    .bind(key)
                    .bind(through)
                    .fetch_all(self.store.pool()),
            )
            .map_err(|error| lost(&error))?;
        rows.iter()
            .map(|row| {
                let raw: String = row.try_get(0).map_err(|error| lost(&error))?;
                record::unpack(&raw).map_err(|error| ChainError::Refused(error.to_string()))
            })
            .collect()
    }
}

impl History for LogHistory {
    fn transactions(&self, address: &Pubkey) -> Result<Vec<TransactionRecord>, ChainError> {
        self.read(
            "SELECT t.raw FROM touches h JOIN transactions t ON t.slot = h.slot AND t.place = h.place \
             WHERE h.address = $1 AND h.slot <= $2 ORDER BY h.slot, h.place",
            address.to_string(),
        )
    }

    fn transaction(&self, signature: &Signature) -> Result<Option<TransactionRecord>, ChainError> {
        self.read(
            "SELECT raw FROM transactions WHERE signature = $1 AND slot <= $2",
            signature.to_string(),
        )
        .map(|found| found.into_iter().next())
    }

    fn is_moving(&self) -> bool {
        false // one slot of the log
    }
}

impl Chain for LogHistory {
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(keys
            .iter()
            .map(|key| match self.pinned.get(key) {
                Some(account) => account.clone(),
                None => {
                    asked.insert(*key);
                    None
                }
            })
            .collect())
    }

    fn blockhash(&self) -> Result<LatestBlockhash, ChainError> {
        Err(ChainError::Refused("a log has no blockhash".to_owned()))
    }

    fn submit(&self, _transaction: &[u8]) -> Result<Signature, ChainError> {
        Err(ChainError::Refused("a log takes no transaction".to_owned()))
    }

    fn status(
        &self,
        _signatures: &[Signature],
        _search_history: bool,
    ) -> Result<Statuses, ChainError> {
        Err(ChainError::Refused("a log has no statuses".to_owned()))
    }
}
