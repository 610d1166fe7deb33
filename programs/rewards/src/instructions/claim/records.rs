//! The records of one call of a slash case.

use anchor_lang::prelude::*;

use crate::{
    constants::MAX_CALL_RECORDS,
    error::RewardsError,
    events::{RecordHold, U64Change},
    state::ClaimRecord,
};

/// Loads the records of a call, changes each by its part of the arguments and writes it back.
/// `amount` names the part's amount for the event.
///
/// Errors: `RecordCountOutOfBounds`, `NotARecord`, `DuplicateRecord`, those of `change`.
pub(super) fn change_records<'info, T>(
    accounts: &'info [AccountInfo<'info>],
    parts: &[T],
    amount: impl Fn(&T) -> u64,
    mut change: impl FnMut(&mut ClaimRecord, &T) -> Result<()>,
) -> Result<Vec<RecordHold>> {
    require!(
        (1..=MAX_CALL_RECORDS).contains(&accounts.len()) && accounts.len() == parts.len(),
        RewardsError::RecordCountOutOfBounds
    );
    let mut changed: Vec<RecordHold> = Vec::with_capacity(accounts.len());
    for (info, part) in accounts.iter().zip(parts) {
        require!(
            changed.iter().all(|hold| hold.record != *info.key),
            RewardsError::DuplicateRecord
        );
        require!(info.is_writable, RewardsError::NotARecord);
        let mut record =
            Account::<ClaimRecord>::try_from(info).map_err(|_| RewardsError::NotARecord)?;
        let (forfeited, burned) = (record.ledger.forfeited_io, record.ledger.burned_io);
        change(&mut record, part)?;
        changed.push(RecordHold {
            record: *info.key,
            device: record.device,
            party: record.party,
            amount_io: amount(part),
            forfeited_io: U64Change {
                old: forfeited,
                new: record.ledger.forfeited_io,
            },
            burned_io: U64Change {
                old: burned,
                new: record.ledger.burned_io,
            },
            seq: record.next_event()?,
        });
        record.exit(&crate::ID)?;
    }
    Ok(changed)
}
