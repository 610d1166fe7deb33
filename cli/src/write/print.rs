//! Instructions in base64, for a multisig or governance.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};
use solana_instruction::Instruction;

use super::Write;
use crate::{
    context::Context,
    output::{self, Format},
};

impl Write<'_> {
    pub(super) fn print_instructions(&self, ctx: &Context) {
        let encoded: Vec<(String, &Instruction)> = self
            .instructions
            .iter()
            .map(|instruction| (BASE64.encode(borsh_form(instruction)), instruction))
            .collect();
        if ctx.format() == Format::Text {
            eprintln!("{}", self.intent);
            for (text, _) in &encoded {
                output::emit(&format!("{text}\n"));
            }
            return;
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
                    "base64": text,
                })
            })
            .collect();
        output::print_json(
            ctx.format(),
            &json!({ "status": "not sent", "instructions": list }),
        );
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
