//! Comparing accounts with histories that grow while they are read.
//!
//! Mechanism: the histories are read, then the accounts, then the histories again until each has a
//! beginning at which every figure equals what the accounts said. What was in a history before the
//! accounts were read belongs to that beginning, so that a last transaction cannot be left out. Place
//! of use: audits of accounts that other transactions change meanwhile. Invariant: a difference is
//! reported only after further readings of both, since a node may answer for accounts ahead of its
//! transactions or behind them; on a chain that stands still one reading decides.

use std::{thread, time::Duration};

use solana_pubkey::Pubkey;

use super::{AuditError, Figure};
use crate::{
    events::{EmittedEvent, events_of},
    history::{History, TransactionRecord},
};

/// Pauses before everything is read again, ms; together longer than a node needs to finalize. Tests
/// count readings and wait for nobody.
const PAUSES_MS: [u64; 4] = if cfg!(test) {
    [0; 4]
} else {
    [250, 500, 1_000, 2_500]
};

/// A fold of the transactions of one account, beside what accounts said.
pub(super) trait Fold {
    /// Folds the next transaction that succeeded. Errors: `Contradiction`.
    fn fold(
        &mut self,
        record: &TransactionRecord,
        events: &[EmittedEvent],
    ) -> Result<(), AuditError>;

    /// Puts what was folded beside the accounts. Errors: `Contradiction`.
    fn figures(&self) -> Result<Vec<Figure>, AuditError>;
}

/// Accounts as they were read once.
struct Reading<A> {
    accounts: A,
    /// Transactions of each history that were there before.
    from: Vec<usize>,
}

/// Folds that come closest to a reading.
struct Attempt<F> {
    folds: Vec<F>,
    differences: usize,
    reading: usize,
}

/// What `read` returned and, for each history, the fold of the beginning that equals it, or, when there
/// is none, those with the fewest differences.
///
/// `read` gets the histories of `keys` as they are before it reads its accounts, all in one call where
/// they depend on each other; `empty` makes the fold of one history that is compared with them.
///
/// Errors: `Chain`, `UnknownEvent`, `Contradiction`, those of `read`.
pub(super) fn compare<H: History, A, F: Fold>(
    chain: &H,
    keys: &[Pubkey],
    read: impl Fn(&[Vec<TransactionRecord>]) -> Result<A, AuditError>,
    empty: impl Fn(&A, usize) -> F,
) -> Result<(A, Vec<F>), AuditError> {
    let mut readings: Vec<Reading<A>> = Vec::new();
    let mut best: Result<Attempt<F>, AuditError> =
        Err(AuditError::Contradiction("nothing was read".to_owned()));
    let pauses = if chain.is_moving() {
        PAUSES_MS.as_slice()
    } else {
        &[]
    };
    for pause in std::iter::once(&0).chain(pauses) {
        thread::sleep(Duration::from_millis(*pause));
        let histories = keys
            .iter()
            .map(|key| chain.transactions(key))
            .collect::<Result<Vec<_>, _>>()?;
        readings.push(Reading {
            from: histories.iter().map(Vec::len).collect(),
            accounts: read(&histories)?,
        });
        // the older ones too: histories may have caught up with them
        for (number, reading) in readings.iter().enumerate() {
            let attempt = closest_of_all(&histories, number, reading, &empty);
            best = match (best, attempt) {
                (_, Err(error)) if !is_contradiction(&error) => return Err(error),
                (Ok(best), Ok(attempt)) if best.differences < attempt.differences => Ok(best),
                (Ok(best), Err(_)) => Ok(best),
                (_, attempt) => attempt,
            };
        }
        if best.as_ref().is_ok_and(|best| best.differences == 0) {
            break;
        }
    }
    let best = best?;
    let reading = readings.swap_remove(best.reading);
    Ok((reading.accounts, best.folds))
}

/// The figures of one history beside the accounts that `read` puts into an empty fold.
///
/// Errors: as [`compare`].
pub(super) fn figures<H: History, A, F: Fold>(
    chain: &H,
    key: &Pubkey,
    read: impl Fn() -> Result<A, AuditError>,
    empty: impl Fn(&A) -> F,
) -> Result<Vec<Figure>, AuditError> {
    let (_, folds) = compare(chain, &[*key], |_| read(), |accounts, _| empty(accounts))?;
    folds.first().map_or_else(|| Ok(Vec::new()), Fold::figures)
}

fn closest_of_all<A, F: Fold>(
    histories: &[Vec<TransactionRecord>],
    number: usize,
    reading: &Reading<A>,
    empty: impl Fn(&A, usize) -> F,
) -> Result<Attempt<F>, AuditError> {
    let mut attempt = Attempt {
        folds: Vec::with_capacity(histories.len()),
        differences: 0,
        reading: number,
    };
    for (place, (history, from)) in histories.iter().zip(&reading.from).enumerate() {
        let (differences, fold) = closest(history, *from, || empty(&reading.accounts, place))?;
        attempt.folds.push(fold);
        attempt.differences = attempt.differences.saturating_add(differences);
    }
    Ok(attempt)
}

/// The fold of the beginning of a history, of at least `from` transactions, that has the fewest
/// differences, and how many.
fn closest<F: Fold>(
    history: &[TransactionRecord],
    from: usize,
    empty: impl Fn() -> F,
) -> Result<(usize, F), AuditError> {
    let from = from.min(history.len());
    let (before, later) = history.split_at(from);
    let mut fold = folded(before, empty())?;
    let mut least = differences(&fold)?;
    if least == 0 {
        return Ok((0, fold));
    }
    let mut length = from;
    for (place, record) in (from..).zip(later) {
        // what came later says nothing about a reading that it contradicts
        match step(&mut fold, record).and_then(|()| differences(&fold)) {
            Ok(0) => return Ok((0, fold)),
            Ok(here) if here <= least => (least, length) = (here, place.saturating_add(1)),
            Ok(_) => {}
            Err(error) if is_contradiction(&error) => break,
            Err(error) => return Err(error),
        }
    }
    let beginning = history.get(..length).unwrap_or(history);
    Ok((least, folded(beginning, empty())?))
}

fn folded<F: Fold>(history: &[TransactionRecord], mut fold: F) -> Result<F, AuditError> {
    for record in history {
        step(&mut fold, record)?;
    }
    Ok(fold)
}

fn step<F: Fold>(fold: &mut F, record: &TransactionRecord) -> Result<(), AuditError> {
    if record.error.is_some() {
        return Ok(());
    }
    let events = events_of(record);
    if events.iter().any(|event| event.describe().is_none()) {
        return Err(AuditError::UnknownEvent(record.signature));
    }
    fold.fold(record, &events)
}

/// Figures that differ; accounts that contradict what was folded differ in all.
fn differences<F: Fold>(fold: &F) -> Result<usize, AuditError> {
    match fold.figures() {
        Ok(figures) => Ok(figures.iter().filter(|figure| !figure.is_equal()).count()),
        Err(error) if is_contradiction(&error) => Ok(usize::MAX),
        Err(error) => Err(error),
    }
}

const fn is_contradiction(error: &AuditError) -> bool {
    matches!(error, AuditError::Contradiction(_))
}

#[cfg(test)]
mod tests;
