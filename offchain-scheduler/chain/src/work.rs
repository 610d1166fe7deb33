//! Stored form of the instructions of a row: JSON, so that a person can read a stuck one.

use serde::{Deserialize, Serialize};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAccount {
    key: String,
    signer: bool,
    writable: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredInstruction {
    program: String,
    accounts: Vec<StoredAccount>,
    data: String,
}

/// The stored instructions are none that this program writes.
#[derive(thiserror::Error, Debug, PartialEq, Eq)]
#[error("stored instructions do not decode: {0}")]
pub struct WorkError(String);

/// Instructions as text.
///
/// Errors: none for instructions that exist; the type is that of the encoder.
pub fn encode_work(instructions: &[Instruction]) -> Result<String, WorkError> {
    let stored: Vec<StoredInstruction> = instructions
        .iter()
        .map(|instruction| StoredInstruction {
            program: instruction.program_id.to_string(),
            accounts: instruction
                .accounts
                .iter()
                .map(|meta| StoredAccount {
                    key: meta.pubkey.to_string(),
                    signer: meta.is_signer,
                    writable: meta.is_writable,
                })
                .collect(),
            data: hex::encode(&instruction.data),
        })
        .collect();
    serde_json::to_string(&stored).map_err(|error| WorkError(error.to_string()))
}

/// Instructions from their text.
pub fn decode_work(text: &str) -> Result<Vec<Instruction>, WorkError> {
    let stored: Vec<StoredInstruction> =
        serde_json::from_str(text).map_err(|error| WorkError(error.to_string()))?;
    let key = |text: &str| {
        text.parse::<Pubkey>()
            .map_err(|_| WorkError(format!("{text} is no address")))
    };
    stored
        .into_iter()
        .map(|instruction| {
            Ok(Instruction {
                program_id: key(&instruction.program)?,
                accounts: instruction
                    .accounts
                    .iter()
                    .map(|account| {
                        Ok(AccountMeta {
                            pubkey: key(&account.key)?,
                            is_signer: account.signer,
                            is_writable: account.writable,
                        })
                    })
                    .collect::<Result<_, WorkError>>()?,
                data: hex::decode(&instruction.data)
                    .map_err(|error| WorkError(error.to_string()))?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_survive_the_round_trip() {
        let instruction = Instruction {
            program_id: Pubkey::new_from_array([1; 32]),
            accounts: vec![
                AccountMeta::new(Pubkey::new_from_array([2; 32]), true),
                AccountMeta::new_readonly(Pubkey::new_from_array([3; 32]), false),
            ],
            data: vec![0, 255, 16],
        };
        let text = encode_work(std::slice::from_ref(&instruction)).unwrap();
        assert_eq!(decode_work(&text).unwrap(), [instruction]);
    }

    #[test]
    fn foreign_text_is_refused() {
        assert!(decode_work("{}").is_err());
        assert!(decode_work(r#"[{"program":"x","accounts":[],"data":""}]"#).is_err());
        assert!(
            decode_work(
                r#"[{"program":"11111111111111111111111111111111","accounts":[],"data":"0"}]"#
            )
            .is_err()
        );
    }
}
