//! Instructions in base64, for a multisig or governance.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};
use solana_instruction::Instruction;

use super::{Write, multisig};
use crate::{
    context::Context,
    failure::Outcome,
    output::{self, Format, Record},
};

impl Write<'_> {
    /// Prints what would be sent: the words to stderr, the encoded change to stdout.
    ///
    /// Errors: usage, when a vault cannot carry the change.
    pub(super) fn print_instructions(&self, ctx: &Context) -> Outcome<()> {
        let vault = match ctx.vault()? {
            Some(vault) => Some((vault, multisig::compile(&vault, &self.instructions)?)),
            None => None,
        };
        let encoded: Vec<(String, &Instruction)> = self
            .instructions
            .iter()
            .map(|instruction| (BASE64.encode(borsh_form(instruction)), instruction))
            .collect();
        self.show_words();
        if ctx.format() == Format::Text {
            match &vault {
                Some((vault, message)) => output::print(
                    Format::Text,
                    &Record::new()
                        .with("vault", *vault)
                        .with("message_base58", message.message_base58.as_str())
                        .with(
                            "vault_transaction_message_base64",
                            message.transaction_message_base64.as_str(),
                        ),
                ),
                None => {
                    for (text, _) in &encoded {
                        output::emit(&format!("{text}\n"));
                    }
                }
            }
            return Ok(());
        }
        let list: Vec<Value> = encoded
            .iter()
            .map(|(text, instruction)| {
                json!({
                    "program": instruction.program_id.to_string(),
                    "accounts": instruction.accounts.iter().map(|account| json!({
                        "key": account.pubkey.to_string(),
                        "signer": account.is_signer,
                        "writable": account.is_writable,
                    })).collect::<Vec<_>>(),
                    "data": BASE64.encode(&instruction.data),
                    "data_base58": bs58::encode(&instruction.data).into_string(),
                    "base64": text,
                })
            })
            .collect();
        let mut printed = json!({
            "status": "not sent",
            "intent": self.intent,
            "effect": self.effect.to_json(),
            "warnings": self.warnings,
            "instructions": list,
        });
        if let (Some((vault, message)), Some(fields)) = (vault, printed.as_object_mut()) {
            fields.insert(
                "multisig".to_owned(),
                json!({
                    "vault": vault.to_string(),
                    "message_base58": message.message_base58,
                    "vault_transaction_message_base64": message.transaction_message_base64,
                }),
            );
        }
        output::print_json(ctx.format(), &printed);
        Ok(())
    }
}

/// Borsh form that governance programs take: program, accounts (key, signer, writable), data.
fn borsh_form(instruction: &Instruction) -> Vec<u8> {
    let length = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = instruction.program_id.to_bytes().to_vec();
    bytes.extend(length(instruction.accounts.len()));
    for account in &instruction.accounts {
        bytes.extend(account.pubkey.to_bytes());
        bytes.extend([u8::from(account.is_signer), u8::from(account.is_writable)]);
    }
    bytes.extend(length(instruction.data.len()));
    bytes.extend(&instruction.data);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_instruction::AccountMeta;
    use solana_pubkey::Pubkey;

    #[test]
    fn instruction_in_borsh_has_program_accounts_and_data() {
        let program = Pubkey::new_from_array([1; 32]);
        let account = Pubkey::new_from_array([2; 32]);
        let instruction =
            Instruction::new_with_bytes(program, &[7, 8], vec![AccountMeta::new(account, false)]);
        let bytes = borsh_form(&instruction);
        let mut expected = vec![1; 32];
        expected.extend([1, 0, 0, 0]);
        expected.extend([2; 32]);
        expected.extend([0, 1]);
        expected.extend([2, 0, 0, 0, 7, 8]);
        assert_eq!(bytes, expected);
    }
}
