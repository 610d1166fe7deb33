//! A change as a message that a Squads vault carries: the vault signs and pays, the members approve.
//!
//! Two forms of the same message are given. The one in base58 is an ordinary legacy message, which
//! wallets and the Squads application import; the other is the argument `transaction_message` of the
//! Squads instruction `vault_transaction_create`: counts of signers and writable keys as single bytes,
//! keys with a one-byte count, instructions with a one-byte count, each with its program's index, its
//! account indexes (one-byte count) and its data (two-byte count, little endian), then no lookup
//! tables. The compute-unit limit belongs on the transaction that executes the proposal.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use solana_instruction::Instruction;
use solana_message::Message;
use solana_pubkey::Pubkey;

use crate::failure::{Failure, Outcome};

/// Both forms of a message that a vault signs.
#[derive(Debug)]
pub(super) struct VaultMessage {
    /// Legacy message in base58.
    pub message_base58: String,
    /// Argument of `vault_transaction_create` in base64.
    pub transaction_message_base64: String,
}

/// Compiles instructions with the vault as the only signer and payer.
///
/// Errors: usage, when another key has to sign or the message is too large.
pub(super) fn compile(vault: &Pubkey, instructions: &[Instruction]) -> Outcome<VaultMessage> {
    let strangers: Vec<String> = instructions
        .iter()
        .flat_map(|instruction| &instruction.accounts)
        .filter(|account| account.is_signer && account.pubkey != *vault)
        .map(|account| account.pubkey.to_string())
        .collect();
    if !strangers.is_empty() {
        return Err(Failure::usage(
            "a vault cannot carry this change",
            format!("{} has to sign too", strangers.join(", ")),
        )
        .next("use --print-only and add the other signature in your own transaction"));
    }
    let message = Message::new(instructions, Some(vault));
    let compact = compact(&message)
        .ok_or_else(|| Failure::usage("a vault cannot carry this change", "it is too large"))?;
    Ok(VaultMessage {
        message_base58: bs58::encode(message.serialize()).into_string(),
        transaction_message_base64: BASE64.encode(compact),
    })
}

/// The message in the compact form of Squads; `None` when a count does not fit.
fn compact(message: &Message) -> Option<Vec<u8>> {
    let header = &message.header;
    let keys = u8::try_from(message.account_keys.len()).ok()?;
    let signers = header.num_required_signatures;
    let writable_signers = signers.checked_sub(header.num_readonly_signed_accounts)?;
    let writable_others = keys
        .checked_sub(signers)?
        .checked_sub(header.num_readonly_unsigned_accounts)?;
    let mut bytes = vec![signers, writable_signers, writable_others, keys];
    for key in &message.account_keys {
        bytes.extend(key.to_bytes());
    }
    bytes.push(u8::try_from(message.instructions.len()).ok()?);
    for instruction in &message.instructions {
        bytes.push(instruction.program_id_index);
        bytes.push(u8::try_from(instruction.accounts.len()).ok()?);
        bytes.extend(&instruction.accounts);
        bytes.extend(u16::try_from(instruction.data.len()).ok()?.to_le_bytes());
        bytes.extend(&instruction.data);
    }
    bytes.push(0); // lookup tables
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_instruction::AccountMeta;

    const VAULT: Pubkey = Pubkey::new_from_array([1; 32]);
    const PROGRAM: Pubkey = Pubkey::new_from_array([2; 32]);
    const WRITTEN: Pubkey = Pubkey::new_from_array([3; 32]);
    const READ: Pubkey = Pubkey::new_from_array([4; 32]);

    fn instruction(signer: Pubkey) -> Instruction {
        Instruction::new_with_bytes(
            PROGRAM,
            &[7, 8, 9],
            vec![
                AccountMeta::new_readonly(signer, true),
                AccountMeta::new(WRITTEN, false),
                AccountMeta::new_readonly(READ, false),
            ],
        )
    }

    #[test]
    fn compact_form_has_counts_keys_and_instructions() {
        let message = compile(&VAULT, &[instruction(VAULT)]).expect("the vault alone signs");
        let bytes = BASE64
            .decode(message.transaction_message_base64)
            .expect("base64");
        // one signer, writable as payer; one other writable key; four keys
        assert_eq!(bytes[..4], [1, 1, 1, 4]);
        let keys: Vec<&[u8]> = bytes[4..4 + 4 * 32].chunks(32).collect();
        assert_eq!(keys[0], VAULT.to_bytes());
        assert_eq!(keys[1], WRITTEN.to_bytes());
        let at = |key: Pubkey| {
            let place = keys.iter().position(|bytes| *bytes == key.to_bytes());
            u8::try_from(place.expect("the key is listed")).expect("few keys")
        };
        let expected = [1, at(PROGRAM), 3, 0, 1, at(READ), 3, 0, 7, 8, 9, 0];
        assert_eq!(bytes[4 + 4 * 32..], expected);
    }

    #[test]
    fn legacy_form_is_the_same_message() {
        let message = compile(&VAULT, &[instruction(VAULT)]).expect("the vault alone signs");
        let bytes = bs58::decode(message.message_base58)
            .into_vec()
            .expect("base58");
        assert_eq!(
            bytes,
            Message::new(&[instruction(VAULT)], Some(&VAULT)).serialize()
        );
    }

    #[test]
    fn other_signers_are_refused() {
        let other = Pubkey::new_from_array([9; 32]);
        let refused = compile(&VAULT, &[instruction(other)]).expect_err("the other must sign");
        assert!(refused.to_string().contains(&other.to_string()));
    }
}
