//! Refusals that mean that an earlier row must land first.

use std::collections::{BTreeMap, BTreeSet};

use solana_instruction_error::InstructionError;
use solana_transaction_error::TransactionError;

/// Program error codes by kind of row that say "not yet": the row stays as it is, uncounted, and is
/// simulated again in the next pass. So rows that only work one after the other, by their period,
/// can be in the outbox together.
#[derive(Clone, Debug, Default)]
pub struct Order {
    codes: BTreeSet<(&'static str, u32)>,
}

impl Order {
    /// Adds a code.
    pub fn add(mut self, kind: &'static str, code: u32) -> Self {
        self.codes.insert((kind, code));
        self
    }

    /// Whether this refusal of a row of this kind only says that its turn has not come.
    pub fn is_early(&self, kind: &str, error: &TransactionError) -> bool {
        let TransactionError::InstructionError(_, InstructionError::Custom(code)) = error else {
            return false;
        };
        self.codes
            .iter()
            .any(|(known, number)| *known == kind && number == code)
    }
}

/// Rows found early in one pass, by kind: what comes after them is early, too, and is not simulated.
#[derive(Default)]
pub(crate) struct Early(BTreeMap<String, u64>);

impl Early {
    /// Whether a row of this kind and period comes after one that is early.
    pub(crate) fn covers(&self, kind: &str, period: u64) -> bool {
        self.0.get(kind).is_some_and(|first| period > *first)
    }

    /// Notes an early row.
    pub(crate) fn note(&mut self, kind: &str, period: u64) {
        self.0
            .entry(kind.to_owned())
            .and_modify(|first| *first = period.min(*first))
            .or_insert(period);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_early_for_its_kind_only() {
        let order = Order::default().add("fail", 7);
        let refused = |code| TransactionError::InstructionError(2, InstructionError::Custom(code));
        assert!(order.is_early("fail", &refused(7)));
        assert!(!order.is_early("fail", &refused(8)));
        assert!(!order.is_early("complete", &refused(7)));
        assert!(!order.is_early("fail", &TransactionError::AccountNotFound));
    }

    #[test]
    fn later_periods_of_an_early_kind_are_covered() {
        let mut early = Early::default();
        early.note("fail", 40);
        assert!(early.covers("fail", 41));
        assert!(!early.covers("fail", 40));
        assert!(!early.covers("fail", 10));
        assert!(!early.covers("complete", 41));
        early.note("fail", 10);
        assert!(early.covers("fail", 40));
    }
}
