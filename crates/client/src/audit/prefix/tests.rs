use std::sync::atomic::{AtomicUsize, Ordering};

use anchor_lang::event::EVENT_IX_TAG_LE;
use solana_signature::Signature;

use super::*;
use crate::{
    events::event_authority,
    history::{ExecutedInstruction, TopInstruction},
    send::ChainError,
};

const KEY: Pubkey = Pubkey::new_from_array([1; 32]);
const OTHER: Pubkey = Pubkey::new_from_array([2; 32]);
/// Readings of a chain that never agrees.
const READINGS: usize = PAUSES_MS.len() + 1;

/// A history that shows more of its transactions with every answer, and counts them.
struct Growing {
    amounts: Vec<u64>,
    /// Transactions that the first answer shows.
    first: usize,
    /// Transactions by which every further answer is longer.
    step: usize,
    is_moving: bool,
    answers: AtomicUsize,
}

impl Growing {
    fn new(amounts: &[u64], first: usize, step: usize) -> Self {
        Self {
            amounts: amounts.to_vec(),
            first,
            step,
            is_moving: true,
            answers: AtomicUsize::new(0),
        }
    }

    fn answers(&self) -> usize {
        self.answers.load(Ordering::SeqCst)
    }
}

fn record(amount: u64) -> TransactionRecord {
    TransactionRecord {
        signature: Signature::default(),
        slot: 0,
        block_time: None,
        error: None,
        compute_units: amount,
        fee_lamports: 0,
        instructions: Vec::new(),
    }
}

impl History for Growing {
    fn transactions(&self, _: &Pubkey) -> Result<Vec<TransactionRecord>, ChainError> {
        let answer = self.answers.fetch_add(1, Ordering::SeqCst);
        let shown = self.first + answer * self.step;
        Ok(self
            .amounts
            .iter()
            .take(shown)
            .copied()
            .map(record)
            .collect())
    }

    fn transaction(&self, _: &Signature) -> Result<Option<TransactionRecord>, ChainError> {
        Ok(None)
    }

    fn is_moving(&self) -> bool {
        self.is_moving
    }
}

/// How many transactions there were and what they carried.
#[derive(Clone, Copy)]
struct Sum {
    count: u64,
    sum: u64,
    account: (u64, u64),
    /// An amount that no transaction may carry.
    refused: u64,
    /// Sum below which the accounts contradict what was folded.
    least: u64,
}

impl Sum {
    fn beside(account: &(u64, u64)) -> Self {
        Self {
            count: 0,
            sum: 0,
            account: *account,
            refused: u64::MAX,
            least: 0,
        }
    }
}

impl Fold for Sum {
    fn fold(&mut self, record: &TransactionRecord, _: &[EmittedEvent]) -> Result<(), AuditError> {
        if record.compute_units == self.refused {
            return Err(AuditError::Contradiction("refused".to_owned()));
        }
        self.count += 1;
        self.sum += record.compute_units;
        Ok(())
    }

    fn figures(&self) -> Result<Vec<Figure>, AuditError> {
        if self.sum < self.least {
            return Err(AuditError::Contradiction("too little".to_owned()));
        }
        let figure = |name: &str, recomputed, recorded| Figure {
            name: name.to_owned(),
            unit: "",
            recomputed,
            recorded,
        };
        Ok(vec![
            figure("count", self.count, self.account.0),
            figure("sum", self.sum, self.account.1),
        ])
    }
}

fn of(chain: &Growing, account: (u64, u64)) -> Vec<Figure> {
    figures(chain, &KEY, || Ok(account), Sum::beside).expect("the fold takes everything")
}

fn differing(figures: &[Figure]) -> Vec<(&str, u64, u64)> {
    figures
        .iter()
        .filter(|figure| !figure.is_equal())
        .map(|figure| (figure.name.as_str(), figure.recomputed, figure.recorded))
        .collect()
}

#[test]
fn chain_that_rests_is_read_once() {
    let chain = Growing::new(&[5, 6, 7], 3, 0);
    assert_eq!(differing(&of(&chain, (3, 18))), []);
    assert_eq!(chain.answers(), 1);
}

#[test]
fn history_that_lags_behind_the_accounts_is_waited_for() {
    let chain = Growing::new(&[5, 6, 7], 1, 1);
    assert_eq!(differing(&of(&chain, (3, 18))), []);
    assert_eq!(chain.answers(), 3);
}

#[test]
fn history_that_grows_on_is_compared_at_the_beginning_that_the_accounts_saw() {
    // two more transactions between the accounts and the history after them, and again each time
    let chain = Growing::new(&[5, 6, 7, 8, 9, 10, 11], 2, 2);
    let seen = of(&chain, (3, 18));
    assert_eq!(differing(&seen), []);
    assert_eq!((seen[0].recomputed, seen[1].recomputed), (3, 18));
    assert_eq!(chain.answers(), 2);
}

#[test]
fn accounts_that_lag_behind_the_history_are_read_again() {
    let chain = Growing::new(&[5, 6, 7], 3, 0);
    let reads = AtomicUsize::new(0);
    let read = || {
        let number = reads.fetch_add(1, Ordering::SeqCst);
        Ok(if number < 2 { (2, 11) } else { (3, 18) })
    };
    let seen = figures(&chain, &KEY, read, Sum::beside).expect("the fold takes everything");
    assert_eq!(differing(&seen), []);
    assert_eq!(reads.load(Ordering::SeqCst), 3);
}

#[test]
fn account_that_is_wrong_is_named_after_bounded_readings_of_a_growing_chain() {
    let amounts: Vec<u64> = (1..100).collect();
    let chain = Growing::new(&amounts, 10, 1);
    // ten transactions carry 55
    assert_eq!(differing(&of(&chain, (10, 56))), [("sum", 55, 56)]);
    assert_eq!(chain.answers(), READINGS);
}

#[test]
fn account_that_is_wrong_is_named_while_the_history_lags() {
    let chain = Growing::new(&[5, 6, 7], 1, 1);
    assert_eq!(differing(&of(&chain, (3, 17))), [("sum", 18, 17)]);
    assert_eq!(chain.answers(), READINGS);
}

#[test]
fn last_transaction_that_the_accounts_do_not_show_is_not_left_out() {
    let chain = Growing::new(&[5, 6, 7], 3, 0);
    assert_eq!(
        differing(&of(&chain, (2, 11))),
        [("count", 3, 2), ("sum", 18, 11)]
    );
    assert_eq!(chain.answers(), READINGS);
}

#[test]
fn log_that_stands_still_is_read_once_whatever_it_says() {
    let mut chain = Growing::new(&[5, 6, 7], 3, 0);
    chain.is_moving = false;
    assert_eq!(differing(&of(&chain, (3, 19))), [("sum", 18, 19)]);
    assert_eq!(chain.answers(), 1);
}

#[test]
fn contradiction_after_the_reading_is_not_its_business_and_one_before_is_an_error() {
    let empty = |account: &(u64, u64)| Sum {
        refused: 7,
        ..Sum::beside(account)
    };
    // the third transaction came after the accounts, which miss a unit
    let mut later = Growing::new(&[5, 6, 7], 2, 1);
    let seen = figures(&later, &KEY, || Ok((2, 12)), empty).expect("the rest fits");
    assert_eq!(differing(&seen), [("sum", 11, 12)]);
    later.first = 3;
    let refused = figures(&later, &KEY, || Ok((3, 18)), empty);
    assert!(matches!(refused, Err(AuditError::Contradiction(_))));
}

#[test]
fn accounts_that_contradict_a_history_that_lags_are_tried_again_and_reported_if_they_stay() {
    let empty = |account: &(u64, u64)| Sum {
        least: 12,
        ..Sum::beside(account)
    };
    let chain = Growing::new(&[5, 6, 7], 1, 1);
    let seen = figures(&chain, &KEY, || Ok((3, 18)), empty).expect("it catches up");
    assert_eq!(differing(&seen), []);
    let chain = Growing::new(&[5, 6], 2, 0);
    let refused = figures(&chain, &KEY, || Ok((2, 11)), empty);
    assert!(matches!(refused, Err(AuditError::Contradiction(_))));
    assert_eq!(chain.answers(), READINGS);
}

#[test]
fn two_histories_are_compared_with_one_reading_at_lengths_of_their_own() {
    // answers alternate between the two keys: 1, 3, then 5, 7 transactions
    let chain = Growing::new(&[1, 1, 1, 1, 1, 1, 1], 1, 2);
    let (accounts, folds) = compare(
        &chain,
        &[KEY, OTHER],
        |histories| {
            assert_eq!(histories.len(), 2);
            Ok([(2, 2), (4, 4)])
        },
        |accounts: &[(u64, u64); 2], place| Sum::beside(&accounts[place]),
    )
    .expect("the fold takes everything");
    assert_eq!(accounts, [(2, 2), (4, 4)]);
    assert_eq!(
        folds.iter().map(|fold| fold.count).collect::<Vec<_>>(),
        [2, 4]
    );
    assert_eq!(chain.answers(), 4);
}

#[test]
fn account_that_cannot_be_read_and_event_that_is_not_known_end_at_once() {
    let chain = Growing::new(&[5], 1, 0);
    let missing = || Err::<(u64, u64), _>(crate::accounts::AccountError::Missing(KEY).into());
    let refused = figures(&chain, &KEY, missing, Sum::beside);
    assert!(matches!(refused, Err(AuditError::Account(_))));
    assert_eq!(chain.answers(), 1);

    struct Strange;
    impl History for Strange {
        fn transactions(&self, _: &Pubkey) -> Result<Vec<TransactionRecord>, ChainError> {
            let event = ExecutedInstruction {
                program: staking::ID,
                accounts: vec![event_authority(&staking::ID)],
                data: [EVENT_IX_TAG_LE, &[0; 8]].concat(),
            };
            let mut strange = record(1);
            strange.instructions = vec![TopInstruction {
                instruction: event.clone(),
                inner: vec![event],
            }];
            Ok(vec![strange])
        }

        fn transaction(&self, _: &Signature) -> Result<Option<TransactionRecord>, ChainError> {
            Ok(None)
        }
    }
    let refused = figures(&Strange, &KEY, || Ok((1, 1)), Sum::beside);
    assert!(matches!(refused, Err(AuditError::UnknownEvent(_))));
}
