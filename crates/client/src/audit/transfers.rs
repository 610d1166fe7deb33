//! Token movements inside a transaction, read from the calls to the token program.

use solana_pubkey::Pubkey;

use super::{AuditError, contradiction};
use crate::{
    addresses,
    history::{ExecutedInstruction, TransactionRecord},
};

/// First byte of a `TransferChecked`; its accounts are source, mint, destination, authority.
const TRANSFER_CHECKED: u8 = 12;

/// A `TransferChecked` as source, destination and base units.
fn transfer(call: &ExecutedInstruction) -> Option<(Pubkey, Pubkey, u64)> {
    if call.program != anchor_spl::token::ID || call.data.first() != Some(&TRANSFER_CHECKED) {
        return None;
    }
    let amount = call.data.get(1..9)?.try_into().ok()?;
    Some((
        *call.accounts.first()?,
        *call.accounts.get(2)?,
        u64::from_le_bytes(amount),
    ))
}

/// First byte of a `MintTo` and a `MintToChecked`; their accounts are mint, destination, authority.
const MINTS: [u8; 2] = [7, 14];

/// What the transaction minted with this authority: destinations and base units, in order.
pub(super) fn minted_by(record: &TransactionRecord, authority: &Pubkey) -> Vec<(Pubkey, u64)> {
    let all = record
        .instructions
        .iter()
        .flat_map(|top| std::iter::once(&top.instruction).chain(&top.inner));
    all.filter(|call| call.program == anchor_spl::token::ID)
        .filter(|call| call.accounts.get(2) == Some(authority))
        .filter_map(|call| {
            let (tag, rest) = call.data.split_first()?;
            let amount = rest.get(..8)?.try_into().ok()?;
            MINTS
                .contains(tag)
                .then_some((*call.accounts.get(1)?, u64::from_le_bytes(amount)))
        })
        .collect()
}

fn has(record: &TransactionRecord, is_it: impl Fn(&(Pubkey, Pubkey, u64)) -> bool) -> bool {
    record
        .inner_instructions()
        .filter_map(transfer)
        .any(|moved| is_it(&moved))
}

/// The transaction moved exactly this amount into the booking's escrow. Errors: `Contradiction`.
pub(super) fn into_escrow(
    record: &TransactionRecord,
    booking: &Pubkey,
    amount: u64,
) -> Result<(), AuditError> {
    let escrow = addresses::booking::escrow(booking);
    if amount == 0 || has(record, |(_, to, moved)| *to == escrow && *moved == amount) {
        return Ok(());
    }
    Err(contradiction(format!(
        "transaction {} moved no {amount} into the escrow",
        record.signature
    )))
}

/// The transaction moved exactly this amount from the booking's escrow to `to`. Errors:
/// `Contradiction`.
pub(super) fn out_of_escrow(
    record: &TransactionRecord,
    booking: &Pubkey,
    to: &Pubkey,
    amount: u64,
) -> Result<(), AuditError> {
    let escrow = addresses::booking::escrow(booking);
    if amount == 0
        || has(record, |(from, dest, moved)| {
            *from == escrow && dest == to && *moved == amount
        })
    {
        return Ok(());
    }
    Err(contradiction(format!(
        "transaction {} moved no {amount} out of the escrow",
        record.signature
    )))
}
