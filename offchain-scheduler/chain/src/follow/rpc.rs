//! A JSON-RPC node as a source.

use ion_client::{
    history::{History, TransactionRecord},
    rpc::RpcChain,
    send::ChainError,
};
use serde_json::{Value, json};
use solana_commitment_config::CommitmentConfig;
use solana_pubkey::Pubkey;
use solana_signature::Signature;

use super::{Listed, Source};

/// Signatures that one call may list.
const PAGE: usize = 1_000;

/// The chain must have been opened at finality, since its own commitment is used for transactions.
impl Source for RpcChain {
    fn finalized_slot(&self) -> Result<u64, ChainError> {
        self.client()
            .get_slot_with_commitment(CommitmentConfig::finalized())
            .map_err(|error| ChainError::Unreachable(error.to_string()))
    }

    fn signatures(
        &self,
        address: &Pubkey,
        before: Option<Signature>,
        min_slot: u64,
    ) -> Result<Vec<Listed>, ChainError> {
        let mut config = json!({
            "limit": PAGE,
            "commitment": "finalized",
            "minContextSlot": min_slot,
        });
        if let (Some(before), Some(config)) = (before, config.as_object_mut()) {
            config.insert("before".to_owned(), json!(before.to_string()));
        }
        let answer: Vec<Value> = self
            .client()
            .send(
                solana_rpc_client_api::request::RpcRequest::GetSignaturesForAddress,
                json!([address.to_string(), config]),
            )
            .map_err(|error| ChainError::Unreachable(error.to_string()))?;
        answer.iter().map(listed).collect()
    }

    fn landed(&self, signature: &Signature) -> Result<Option<TransactionRecord>, ChainError> {
        self.transaction(signature)
    }
}

fn listed(entry: &Value) -> Result<Listed, ChainError> {
    let broken = || ChainError::Refused(format!("not an entry of a list of signatures: {entry}"));
    let field = |name: &str| entry.get(name);
    Ok(Listed {
        signature: field("signature")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok())
            .ok_or_else(broken)?,
        slot: field("slot").and_then(Value::as_u64).ok_or_else(broken)?,
        index: field("transactionIndex")
            .and_then(Value::as_u64)
            .and_then(|index| u32::try_from(index).ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_of_a_node_is_read_with_and_without_its_number() {
        let signature = Signature::from([3; 64]).to_string();
        let plain = json!({"signature": signature, "slot": 9, "err": null, "memo": null});
        assert_eq!(listed(&plain).unwrap().slot, 9);
        assert_eq!(listed(&plain).unwrap().index, None);
        let numbered = json!({"signature": signature, "slot": 9, "transactionIndex": 4});
        assert_eq!(listed(&numbered).unwrap().index, Some(4));
        assert!(listed(&json!({"signature": "x", "slot": 9})).is_err());
    }
}
