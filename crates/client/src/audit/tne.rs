//! The totals of the public record, rebuilt from the transactions of the shards alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ::booking::{
    constants::TNE_SHARDS,
    events::TneDayFolded,
    state::{TneDay, TneTotals},
};
use anchor_lang::{AccountDeserialize, Owner};
use solana_account::Account;
use solana_pubkey::Pubkey;

use super::{
    AuditError, Figure, contradiction, prefix, replay::read, tne_figures, tne_shard::Shard,
};
use crate::{
    accounts, addresses,
    events::events_of,
    history::{History, TransactionRecord},
    send::Chain,
};

/// Totals of every shard and the days folded out of them.
pub(super) struct TneReplay {
    pub(super) shards: Vec<TneTotals>,
    pub(super) days: BTreeMap<u64, TneDay>,
}

/// Accounts at one slot.
pub(super) struct Recorded {
    pub(super) shards: Vec<TneTotals>,
    pub(super) days: BTreeMap<u64, TneDay>,
}

/// Days of an audit, by UTC day index, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRange {
    /// First day.
    pub from: u64,
    /// Last day.
    pub to: u64,
}

/// Rebuilds the totals of all shards, of their ring and of the folded days in the range from the
/// transactions that name a shard, checks each token movement an event speaks of, and compares with the
/// accounts to the unit.
///
/// Errors: `Account`, `UnknownEvent`, `Contradiction` when events and transfers do not fit together.
pub fn audit_tne<C: Chain + History>(
    chain: &C,
    range: DayRange,
) -> Result<Vec<Figure>, AuditError> {
    let shards: Vec<u8> = (0..TNE_SHARDS).collect();
    let keys: Vec<Pubkey> = shards
        .iter()
        .map(|shard| addresses::booking::tne_totals(*shard))
        .collect();
    let (recorded, folds) = prefix::compare(
        chain,
        &keys,
        |histories| Recorded::read(chain, &keys, folded_days(histories, range)).map(Arc::new),
        |recorded, place| {
            let shard = shards.get(place).copied().unwrap_or_default();
            Shard::new(shard, Arc::clone(recorded))
        },
    )?;
    let mut replay = TneReplay {
        shards: Vec::with_capacity(folds.len()),
        days: BTreeMap::new(),
    };
    for fold in folds {
        for (day, part) in &fold.parts {
            replay
                .days
                .entry(*day)
                .or_insert_with(|| TneDay::empty(0, *day))
                .add_shard(fold.shard, part)
                .map_err(contradiction)?;
        }
        replay.shards.push(fold.totals);
    }
    Ok(tne_figures::compare(
        &replay,
        &recorded.shards,
        &recorded.days,
        range,
    ))
}

/// Days in the range that the histories fold.
fn folded_days(histories: &[Vec<TransactionRecord>], range: DayRange) -> BTreeSet<u64> {
    histories
        .iter()
        .flatten()
        .flat_map(events_of)
        .filter_map(|event| read::<TneDayFolded>(&event))
        .map(|folded| folded.day)
        .filter(|day| (range.from..=range.to).contains(day))
        .collect()
}

impl Recorded {
    /// Shards and days in one call, so that they belong together.
    fn read<C: Chain>(
        chain: &C,
        shards: &[Pubkey],
        days: BTreeSet<u64>,
    ) -> Result<Self, AuditError> {
        let mut keys = shards.to_vec();
        keys.extend(days.iter().map(|day| addresses::booking::tne_day(*day)));
        let mut found = keys.iter().zip(chain.accounts(&keys)?);
        let shards = found
            .by_ref()
            .take(shards.len())
            .map(|(key, account)| decoded(key, account))
            .collect::<Result<_, _>>()?;
        let days = days
            .into_iter()
            .zip(found)
            .map(|(day, (key, account))| Ok((day, decoded(key, account)?)))
            .collect::<Result<_, AuditError>>()?;
        Ok(Self { shards, days })
    }
}

/// One shard of the totals.
///
/// Errors: `Account` when it is missing or of another type.
pub fn tne_totals<C: Chain>(chain: &C, shard: u8) -> Result<TneTotals, AuditError> {
    let key = addresses::booking::tne_totals(shard);
    Ok(accounts::fetch(chain, &key)?)
}

fn decoded<T: AccountDeserialize + Owner>(
    key: &Pubkey,
    account: Option<Account>,
) -> Result<T, AuditError> {
    let account = account.ok_or(accounts::AccountError::Missing(*key))?;
    Ok(accounts::decode(key, &account)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::booking::ID;
    use anchor_lang::Discriminator;

    #[test]
    fn shard_is_read_only_whole_and_from_the_booking_program() {
        let read = |len: usize, owner: Pubkey, discriminator: &[u8]| {
            let mut data = discriminator.to_vec();
            data.resize(len, 0);
            let account = Account {
                data,
                owner,
                ..Account::default()
            };
            decoded::<TneTotals>(&Pubkey::default(), Some(account))
        };
        let (len, right) = (TneTotals::SPACE, TneTotals::DISCRIMINATOR);
        assert!(read(len, ID, right).is_ok());
        for (len, owner, discriminator) in [
            (len - 1, ID, right),
            (len + 1, ID, right),
            (len, Pubkey::default(), right),
            (len, ID, TneDay::DISCRIMINATOR),
        ] {
            assert!(read(len, owner, discriminator).is_err(), "{len} {owner}");
        }
        let missing = decoded::<TneTotals>(&Pubkey::default(), None);
        assert!(missing.is_err());
    }
}
