//! The chain boundary over a JSON-RPC node.

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
    request::RpcRequest,
};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_status_client_types::{
    EncodedConfirmedTransactionWithStatusMeta, UiInstruction, UiTransactionEncoding,
    option_serializer::OptionSerializer,
};

use crate::{
    history::{ExecutedInstruction, History, TopInstruction, TransactionRecord},
    send::{Chain, ChainError, FeeOracle, LatestBlockhash, Simulation, Statuses, TxStatus},
};

/// Accounts that one call may ask for.
const MAX_ACCOUNTS_PER_CALL: usize = 100;
/// Signatures that one call may list.
const MAX_SIGNATURES_PER_CALL: usize = 1_000;

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

    /// All accounts of a program that begin with a discriminator.
    pub fn program_accounts(
        &self,
        program: &Pubkey,
        discriminator: &[u8],
    ) -> Result<Vec<(Pubkey, Account)>, ChainError> {
        let all = self
            .client
            .get_program_accounts(program)
            .map_err(from_client)?;
        Ok(all
            .into_iter()
            .filter(|(_, account)| account.data.starts_with(discriminator))
            .collect())
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
            .map(|signature| {
                self.transaction(signature)?.ok_or_else(|| {
                    ChainError::Refused(format!("the node lists {signature} and does not have it"))
                })
            })
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
        let encoded: EncodedConfirmedTransactionWithStatusMeta =
            serde_json::from_value(response)
                .map_err(|error| ChainError::Refused(error.to_string()))?;
        record(*signature, encoded).map(Some)
    }
}

fn record(
    signature: Signature,
    encoded: EncodedConfirmedTransactionWithStatusMeta,
) -> Result<TransactionRecord, ChainError> {
    let broken = |what: &str| ChainError::Refused(format!("transaction {signature}: {what}"));
    let transaction = encoded
        .transaction
        .transaction
        .decode()
        .ok_or_else(|| broken("does not decode"))?;
    let meta = encoded
        .transaction
        .meta
        .ok_or_else(|| broken("has no meta data"))?;
    let mut keys = transaction.message.static_account_keys().to_vec();
    if let OptionSerializer::Some(loaded) = &meta.loaded_addresses {
        for key in loaded.writable.iter().chain(&loaded.readonly) {
            keys.push(
                key.parse()
                    .map_err(|_| broken("has an address that is none"))?,
            );
        }
    }
    let key_at = |index: u8| {
        keys.get(usize::from(index))
            .copied()
            .ok_or_else(|| broken("names an account it has not"))
    };
    let resolve =
        |program: u8, accounts: &[u8], data: Vec<u8>| -> Result<ExecutedInstruction, ChainError> {
            Ok(ExecutedInstruction {
                program: key_at(program)?,
                accounts: accounts
                    .iter()
                    .map(|index| key_at(*index))
                    .collect::<Result<_, _>>()?,
                data,
            })
        };
    let mut instructions = Vec::new();
    for top in transaction.message.instructions() {
        instructions.push(TopInstruction {
            instruction: resolve(top.program_id_index, &top.accounts, top.data.clone())?,
            inner: Vec::new(),
        });
    }
    if let OptionSerializer::Some(groups) = &meta.inner_instructions {
        for group in groups {
            let top = instructions
                .get_mut(usize::from(group.index))
                .ok_or_else(|| broken("has stray inner calls"))?;
            for inner in &group.instructions {
                let UiInstruction::Compiled(inner) = inner else {
                    return Err(broken("has inner calls in a parsed form"));
                };
                let data = bs58::decode(&inner.data)
                    .into_vec()
                    .map_err(|_| broken("has inner data that is not base58"))?;
                top.inner
                    .push(resolve(inner.program_id_index, &inner.accounts, data)?);
            }
        }
    }
    Ok(TransactionRecord {
        signature,
        slot: encoded.slot,
        block_time: encoded.block_time,
        error: meta.err.map(|error| format!("{error:?}")),
        compute_units: Option::<u64>::from(meta.compute_units_consumed).unwrap_or_default(),
        fee_lamports: meta.fee,
        instructions,
    })
}
