//! Claim records that an instruction takes after its declared accounts.

use anchor_lang::prelude::*;

use crate::{
    constants::MAX_HOLDS,
    error::IdeError,
    events::{change, RecordChange},
    state::ClaimRecord,
};

/// The given records, 1 to 5, writable, each once, one per amount.
///
/// Errors: `RecordAccounts`; the framework's for an account of another program or type.
pub(super) fn load<'info>(
    accounts: &'info [AccountInfo<'info>],
    count: usize,
) -> Result<Vec<Account<'info, ClaimRecord>>> {
    require!(
        (1..=MAX_HOLDS).contains(&count) && accounts.len() == count,
        IdeError::RecordAccounts
    );
    let mut records = Vec::with_capacity(count);
    for (place, account) in accounts.iter().enumerate() {
        require!(account.is_writable, IdeError::RecordAccounts);
        require!(
            accounts
                .iter()
                .take(place)
                .all(|earlier| earlier.key != account.key),
            IdeError::RecordAccounts
        );
        records.push(Account::<ClaimRecord>::try_from(account)?);
    }
    Ok(records)
}

/// Changes a record and writes it back; returns the change for the event.
pub(super) fn update(
    record: &mut Account<ClaimRecord>,
    step: impl FnOnce(&mut ClaimRecord) -> core::result::Result<(), IdeError>,
) -> Result<RecordChange> {
    let before = record.ledger;
    step(record)?;
    let seq = record.next_event()?;
    record.exit(&crate::ID)?;
    Ok(RecordChange {
        record: record.key(),
        forfeited_io: change(before.forfeited_io, record.ledger.forfeited_io),
        burned_io: change(before.burned_io, record.ledger.burned_io),
        seq,
    })
}
