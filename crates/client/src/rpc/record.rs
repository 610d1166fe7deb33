//! A transaction as a node gives it out, with its keys resolved.

use serde_json::Value;
use solana_signature::Signature;
use solana_transaction_status_client_types::{
    EncodedConfirmedTransactionWithStatusMeta, UiInstruction, option_serializer::OptionSerializer,
};

use crate::{
    history::{ExecutedInstruction, TopInstruction, TransactionRecord},
    send::ChainError,
};

/// Reads a node's answer to `getTransaction` in base64. Whatever a node sends is read or refused.
///
/// Errors: `Refused`.
pub fn read_transaction(
    signature: Signature,
    response: Value,
) -> Result<TransactionRecord, ChainError> {
    let encoded: EncodedConfirmedTransactionWithStatusMeta =
        serde_json::from_value(response).map_err(|error| ChainError::Refused(error.to_string()))?;
    record(signature, encoded)
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
