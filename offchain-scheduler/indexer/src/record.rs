//! A transaction as one text column.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use borsh::{BorshDeserialize, BorshSerialize};
use ion_client::history::{ExecutedInstruction, TopInstruction, TransactionRecord};
use solana_pubkey::Pubkey;
use solana_signature::Signature;

/// Account keys once, instructions by number.
#[derive(BorshSerialize, BorshDeserialize)]
struct Packed {
    signature: [u8; 64],
    slot: u64,
    block_time: Option<i64>,
    error: Option<String>,
    compute_units: u64,
    fee_lamports: u64,
    keys: Vec<[u8; 32]>,
    instructions: Vec<(PackedInstruction, Vec<PackedInstruction>)>,
}

#[derive(BorshSerialize, BorshDeserialize)]
struct PackedInstruction {
    program: u16,
    accounts: Vec<u16>,
    data: Vec<u8>,
}

/// A record that cannot be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// More keys than a transaction can have.
    #[error("a transaction names more than 65,535 keys")]
    TooManyKeys,
    /// The stored text is damaged.
    #[error("a stored transaction is damaged")]
    Damaged,
    /// It cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The record as text.
///
/// Errors: `TooManyKeys`, `Io`.
pub fn pack(record: &TransactionRecord) -> Result<String, PackError> {
    let mut keys: Vec<[u8; 32]> = Vec::new();
    let mut instructions = Vec::with_capacity(record.instructions.len());
    for top in &record.instructions {
        let outer = pack_one(&top.instruction, &mut keys)?;
        let inner = top
            .inner
            .iter()
            .map(|inner| pack_one(inner, &mut keys))
            .collect::<Result<_, _>>()?;
        instructions.push((outer, inner));
    }
    let packed = Packed {
        signature: record.signature.into(),
        slot: record.slot,
        block_time: record.block_time,
        error: record.error.clone(),
        compute_units: record.compute_units,
        fee_lamports: record.fee_lamports,
        keys,
        instructions,
    };
    Ok(STANDARD_NO_PAD.encode(borsh::to_vec(&packed)?))
}

fn pack_one(
    instruction: &ExecutedInstruction,
    keys: &mut Vec<[u8; 32]>,
) -> Result<PackedInstruction, PackError> {
    let mut number = |key: &Pubkey| {
        let key = key.to_bytes();
        let at = keys
            .iter()
            .position(|known| *known == key)
            .unwrap_or_else(|| {
                keys.push(key);
                keys.len() - 1
            });
        u16::try_from(at).map_err(|_| PackError::TooManyKeys)
    };
    Ok(PackedInstruction {
        program: number(&instruction.program)?,
        accounts: instruction
            .accounts
            .iter()
            .map(&mut number)
            .collect::<Result<_, _>>()?,
        data: instruction.data.clone(),
    })
}

/// The record of a text.
///
/// Errors: `Damaged`.
pub fn unpack(text: &str) -> Result<TransactionRecord, PackError> {
    let bytes = STANDARD_NO_PAD
        .decode(text)
        .map_err(|_| PackError::Damaged)?;
    let packed = Packed::try_from_slice(&bytes).map_err(|_| PackError::Damaged)?;
    let key = |at: u16| {
        packed
            .keys
            .get(usize::from(at))
            .map(|key| Pubkey::new_from_array(*key))
            .ok_or(PackError::Damaged)
    };
    let one = |instruction: &PackedInstruction| {
        Ok::<_, PackError>(ExecutedInstruction {
            program: key(instruction.program)?,
            accounts: instruction
                .accounts
                .iter()
                .map(|account| key(*account))
                .collect::<Result<_, _>>()?,
            data: instruction.data.clone(),
        })
    };
    let instructions = packed
        .instructions
        .iter()
        .map(|(outer, inner)| {
            Ok::<_, PackError>(TopInstruction {
                instruction: one(outer)?,
                inner: inner.iter().map(&one).collect::<Result<_, _>>()?,
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(TransactionRecord {
        signature: Signature::from(packed.signature),
        slot: packed.slot,
        block_time: packed.block_time,
        error: packed.error,
        compute_units: packed.compute_units,
        fee_lamports: packed.fee_lamports,
        instructions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_comes_back_as_it_was_and_damage_is_seen() {
        let call = |name: u8| ExecutedInstruction {
            program: Pubkey::new_from_array([name; 32]),
            accounts: vec![
                Pubkey::new_from_array([9; 32]),
                Pubkey::new_from_array([name; 32]),
            ],
            data: vec![name, 2, 3],
        };
        let record = TransactionRecord {
            signature: Signature::from([5; 64]),
            slot: 77,
            block_time: Some(1_769_905_800),
            error: Some("refused".to_owned()),
            compute_units: 3,
            fee_lamports: 5_000,
            instructions: vec![TopInstruction {
                instruction: call(1),
                inner: vec![call(2), call(1)],
            }],
        };
        let text = pack(&record).unwrap();
        assert_eq!(unpack(&text).unwrap(), record);
        assert!(unpack(&text[1..]).is_err());
    }
}
