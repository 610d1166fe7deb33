//! The chain boundary over a JSON-RPC node.

mod record;

use std::{
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};
use solana_account::Account;
use solana_commitment_config::CommitmentConfig;
use solana_hash::Hash;
use solana_pubkey::Pubkey;
use solana_rpc_client::rpc_client::{GetConfirmedSignaturesForAddress2Config, RpcClient};
use solana_rpc_client_api::{
    client_error::{Error as ClientError, ErrorKind},
    config::{RpcSimulateTransactionConfig, RpcTransactionConfig},
    filter::{Memcmp, RpcFilterType},
    request::RpcRequest,
    response::RpcKeyedAccount,
};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_status_client_types::UiTransactionEncoding;

use crate::{
    history::{History, TransactionRecord},
    send::{
        Chain, ChainError, Cluster, FeeOracle, LatestBlockhash, Simulation, Statuses, TxStatus,
    },
};

pub use record::read_transaction;

/// Accounts that one call may ask for.
const MAX_ACCOUNTS_PER_CALL: usize = 100;
/// Signatures that one call may list.
const MAX_SIGNATURES_PER_CALL: usize = 1_000;
/// How long a node may list a transaction before it gives it out.
const LISTED_DEADLINE: Duration = Duration::from_secs(10);
const LISTED_PAUSE: Duration = Duration::from_millis(100);

/// A JSON-RPC node at a commitment.
pub struct RpcChain {
    client: RpcClient,
    commitment: CommitmentConfig,
    skip_preflight: bool,
}

impl RpcChain {
    /// Connects to a node lazily: no call is made here.
    pub fn new(url: &str, commitment: CommitmentConfig) -> Self {
        Self {
            client: RpcClient::new_with_commitment(url.to_owned(), commitment),
            commitment,
            skip_preflight: false,
        }
    }

    /// Leaves out the node's own simulation before it forwards a transaction.
    pub fn skip_preflight(mut self, skip: bool) -> Self {
        self.skip_preflight = skip;
        self
    }

    /// The node's client, for calls outside the chain boundary.
    pub fn client(&self) -> &RpcClient {
        &self.client
    }

    /// Hash of the cluster's first block: the cluster's identity in every off-chain signature.
    pub fn genesis_hash(&self) -> Result<Hash, ChainError> {
        self.client.get_genesis_hash().map_err(from_client)
    }

    /// All accounts of a program that begin with a discriminator. The node picks them out, so nothing
    /// else of the program travels.
    pub fn program_accounts(
        &self,
        program: &Pubkey,
        discriminator: &[u8],
    ) -> Result<Vec<(Pubkey, Account)>, ChainError> {
        let config = json!({
            "encoding": "base64+zstd",
            "commitment": self.commitment.commitment.to_string(),
            "filters": [RpcFilterType::Memcmp(Memcmp::new_base58_encoded(0, discriminator))],
        });
        let found: Vec<RpcKeyedAccount> = self
            .client
            .send(
                RpcRequest::GetProgramAccounts,
                json!([program.to_string(), config]),
            )
            .map_err(from_client)?;
        let mut accounts = Vec::with_capacity(found.len());
        for keyed in found {
            let parsed = keyed.pubkey.parse::<Pubkey>().ok();
            let (Some(key), Some(account)) = (parsed, keyed.account.to_account()) else {
                return Err(ChainError::Refused(format!(
                    "account {} of the node's list does not decode",
                    keyed.pubkey
                )));
            };
            // A node may leave the filter out.
            if account.data.starts_with(discriminator) {
                accounts.push((key, account));
            }
        }
        Ok(accounts)
    }
}

impl Cluster for RpcChain {
    fn genesis_hash(&self) -> Result<Hash, ChainError> {
        RpcChain::genesis_hash(self)
    }

    fn program_accounts(
        &self,
        program: &Pubkey,
        discriminator: &[u8],
    ) -> Result<Vec<(Pubkey, Account)>, ChainError> {
        RpcChain::program_accounts(self, program, discriminator)
    }
}

fn from_client(error: ClientError) -> ChainError {
    if let Some(refused) = error.get_transaction_error() {
        return ChainError::Rejected(refused);
    }
    match error.kind() {
        ErrorKind::RpcError(reason) => ChainError::Refused(reason.to_string()),
        other => ChainError::Unreachable(other.to_string()),
    }
}

impl Chain for RpcChain {
    fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(MAX_ACCOUNTS_PER_CALL) {
            let part = self
                .client
                .get_multiple_accounts_with_commitment(chunk, self.commitment);
            found.extend(part.map_err(from_client)?.value);
        }
        Ok(found)
    }

    fn blockhash(&self) -> Result<LatestBlockhash, ChainError> {
        self.client
            .get_latest_blockhash_with_commitment(self.commitment)
            .map(|(hash, last_valid_block_height)| LatestBlockhash {
                hash,
                last_valid_block_height,
            })
            .map_err(from_client)
    }

    fn submit(&self, transaction: &[u8]) -> Result<Signature, ChainError> {
        let options = json!({
            "encoding": "base64",
            "skipPreflight": self.skip_preflight,
            "preflightCommitment": self.commitment.commitment.to_string(),
            "maxRetries": 0,
        });
        let signature: String = self
            .client
            .send(
                RpcRequest::SendTransaction,
                json!([BASE64.encode(transaction), options]),
            )
            .map_err(from_client)?;
        signature
            .parse()
            .map_err(|_| ChainError::Refused(format!("not a signature: {signature}")))
    }

    fn status(
        &self,
        signatures: &[Signature],
        search_history: bool,
    ) -> Result<Statuses, ChainError> {
        let response = if search_history {
            self.client.get_signature_statuses_with_history(signatures)
        } else {
            self.client.get_signature_statuses(signatures)
        };
        let statuses = response
            .map_err(from_client)?
            .value
            .into_iter()
            .map(|status| match status {
                None => TxStatus::NotFound,
                Some(status) if !status.satisfies_commitment(self.commitment) => TxStatus::Pending,
                Some(status) => match status.err {
                    None => TxStatus::Succeeded,
                    Some(error) => TxStatus::Failed(error),
                },
            })
            .collect();
        let finalized_block_height = self
            .client
            .get_block_height_with_commitment(CommitmentConfig::finalized())
            .map_err(from_client)?;
        Ok(Statuses {
            statuses,
            finalized_block_height,
        })
    }
}

impl FeeOracle for RpcChain {
    fn simulate(&self, transaction: &[u8]) -> Result<Simulation, ChainError> {
        let parsed: VersionedTransaction = wincode::deserialize(transaction)
            .map_err(|error| ChainError::Refused(error.to_string()))?;
        let config = RpcSimulateTransactionConfig {
            sig_verify: false,
            replace_recent_blockhash: true,
            commitment: Some(self.commitment),
            encoding: Some(UiTransactionEncoding::Base64),
            ..RpcSimulateTransactionConfig::default()
        };
        let result = self
            .client
            .simulate_transaction_with_config(&parsed, config)
            .map_err(from_client)?
            .value;
        Ok(Simulation {
            compute_units: result.units_consumed.unwrap_or_default(),
            error: result.err.map(Into::into),
            logs: result.logs.unwrap_or_default(),
        })
    }

    fn recent_prices(&self, writable: &[Pubkey]) -> Result<Vec<u64>, ChainError> {
        let fees = self
            .client
            .get_recent_prioritization_fees(writable)
            .map_err(from_client)?;
        Ok(fees.into_iter().map(|fee| fee.prioritization_fee).collect())
    }
}

impl RpcChain {
    /// A transaction that the node lists; it may give it out a little later.
    fn listed(&self, signature: &Signature) -> Result<TransactionRecord, ChainError> {
        let until = Instant::now() + LISTED_DEADLINE;
        loop {
            if let Some(record) = self.transaction(signature)? {
                return Ok(record);
            }
            if Instant::now() >= until {
                return Err(ChainError::Refused(format!(
                    "the node lists {signature} and does not have it"
                )));
            }
            thread::sleep(LISTED_PAUSE);
        }
    }
}

impl History for RpcChain {
    fn transactions(&self, address: &Pubkey) -> Result<Vec<TransactionRecord>, ChainError> {
        let mut signatures = Vec::new();
        let mut before = None;
        loop {
            let config = GetConfirmedSignaturesForAddress2Config {
                before,
                until: None,
                limit: Some(MAX_SIGNATURES_PER_CALL),
                commitment: Some(self.commitment),
            };
            let page = self
                .client
                .get_signatures_for_address_with_config(address, config)
                .map_err(from_client)?;
            let full = page.len() == MAX_SIGNATURES_PER_CALL;
            for entry in page {
                signatures.push(
                    entry
                        .signature
                        .parse::<Signature>()
                        .map_err(|error| ChainError::Refused(error.to_string()))?,
                );
            }
            before = signatures.last().copied();
            if !full {
                break;
            }
        }
        signatures
            .iter()
            .rev()
            .map(|signature| self.listed(signature))
            .collect()
    }

    fn transaction(&self, signature: &Signature) -> Result<Option<TransactionRecord>, ChainError> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(self.commitment),
            max_supported_transaction_version: Some(0),
        };
        let response: Value = self
            .client
            .send(
                RpcRequest::GetTransaction,
                json!([signature.to_string(), config]),
            )
            .map_err(from_client)?;
        if response.is_null() {
            return Ok(None);
        }
        read_transaction(*signature, response).map(Some)
    }
}
