//! Accounts of one slot, and the log up to it.

use std::{collections::HashMap, time::Duration};

use ion_client::send::ChainError;
use solana_account::Account;
use solana_pubkey::Pubkey;

use super::{CheckError, Checker};

/// Accounts that one call may ask for.
pub const ACCOUNTS: usize = 100;
/// How long a check waits for the log to reach the slot of its accounts.
const CATCH_UP: Duration = Duration::from_secs(30);

/// Reads accounts at one finalized slot.
pub trait Accounts: Send + Sync {
    /// The slot and the accounts, in the order asked for; up to [`ACCOUNTS`] of them.
    fn accounts_at(&self, keys: &[Pubkey]) -> Result<(u64, Vec<Option<Account>>), ChainError>;
}

impl Accounts for ion_client::rpc::RpcChain {
    fn accounts_at(&self, keys: &[Pubkey]) -> Result<(u64, Vec<Option<Account>>), ChainError> {
        let finalized = solana_commitment_config::CommitmentConfig::finalized();
        self.client()
            .get_multiple_accounts_with_commitment(keys, finalized)
            .map(|answer| (answer.context.slot, answer.value))
            .map_err(|error| ChainError::Unreachable(error.to_string()))
    }
}

/// Accounts as read at a slot.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) slot: u64,
    pub(super) accounts: HashMap<Pubkey, Option<Account>>,
}

impl Checker {
    /// Reads accounts at one slot, then waits until the log has that slot. Of more than [`ACCOUNTS`]
    /// keys those after the first call must be of accounts that change no more.
    pub(super) async fn snapshot(&self, keys: Vec<Pubkey>) -> Result<Snapshot, CheckError> {
        let chain = self.chain.clone();
        let (slot, accounts) = tokio::task::spawn_blocking(move || {
            let mut accounts = HashMap::with_capacity(keys.len());
            let mut slot = None;
            for chunk in keys.chunks(ACCOUNTS) {
                let (at, found) = chain.accounts_at(chunk)?;
                if at < *slot.get_or_insert(at) {
                    return Err(CheckError::NotYet);
                }
                accounts.extend(chunk.iter().copied().zip(found));
            }
            Ok((slot, accounts))
        })
        .await
        .map_err(|_| CheckError::Thread)??;
        let slot = match slot {
            Some(slot) => slot,
            None => self.index.cursor().await?,
        };
        let mut progress = self.index.progress();
        let caught_up = progress.wait_for(|cursor| *cursor >= slot);
        match tokio::time::timeout(CATCH_UP, caught_up).await {
            Ok(Ok(_)) => {}
            _ => return Err(CheckError::NotYet),
        }
        Ok(Snapshot { slot, accounts })
    }
}
