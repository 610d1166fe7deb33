//! Events that the programs emit by self-CPI, with their origin checked.

use anchor_lang::{AnchorDeserialize, Discriminator};
use serde_json::Value;
use solana_pubkey::Pubkey;
use solana_signature::Signature;

use crate::{history::TransactionRecord, idl};

/// Seed of a program's event authority.
const EVENT_AUTHORITY_SEED: &[u8] = b"__event_authority";

/// One event as found in a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmittedEvent {
    /// The program that emitted it.
    pub program: Pubkey,
    /// The transaction it was emitted in.
    pub signature: Signature,
    /// Slot of the transaction.
    pub slot: u64,
    /// Position among the events of the transaction.
    pub index: usize,
    /// Discriminator and Borsh body.
    pub data: Vec<u8>,
}

impl EmittedEvent {
    /// The event as `T`, if it is one, from the program that declares `T`.
    pub fn decode<T: AnchorDeserialize + Discriminator>(&self, program: &Pubkey) -> Option<T> {
        if self.program != *program {
            return None;
        }
        let body = self.data.strip_prefix(T::DISCRIMINATOR)?;
        T::try_from_slice(body).ok()
    }

    /// Name and fields from the program's published interface; `None` for an unknown event, which a
    /// follower must report and never skip.
    pub fn describe(&self) -> Option<(&'static str, Value)> {
        idl::event(&self.program, &self.data)
    }
}

/// The events of the five programs in a successful transaction, in order.
///
/// An instruction counts as an event only if it is an inner one, of the program itself, with the
/// event tag, and its first account is that program's event authority, which only the program can
/// sign for. A failed transaction has none.
pub fn events_of(record: &TransactionRecord) -> Vec<EmittedEvent> {
    if record.error.is_some() {
        return Vec::new();
    }
    record
        .inner_instructions()
        .filter(|inner| idl::program_name(&inner.program).is_some())
        .filter(|inner| inner.accounts.first() == Some(&event_authority(&inner.program)))
        .filter_map(|inner| {
            let data = inner
                .data
                .strip_prefix(anchor_lang::event::EVENT_IX_TAG_LE)?;
            Some((inner.program, data.to_vec()))
        })
        .enumerate()
        .map(|(index, (program, data))| EmittedEvent {
            program,
            signature: record.signature,
            slot: record.slot,
            index,
            data,
        })
        .collect()
}

/// The event authority of a program.
pub fn event_authority(program: &Pubkey) -> Pubkey {
    Pubkey::find_program_address(&[EVENT_AUTHORITY_SEED], program).0
}
