//! The report of the payout tree (economics §10.5).

use std::collections::BTreeMap;

use ion_economics::ide::divide;
use ion_merkle::{
    Hash, Sha256Hasher, Tree,
    earnings::{EarningsLeaf, EarningsTree, PayoutRoot},
};

use crate::{Key, ReportError, epoch::divided};

/// What one leaf of the payout tree says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Payout {
    /// All IO ever paid, base units.
    pub lifetime_io: u64,
    /// All USDC ever paid, base units.
    pub lifetime_usdc: u64,
    /// Unpaid obligations, 1e-6 USD.
    pub arrears_usd_micros: u64,
}

/// Totals of a sealing, as the Epoch account has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealedTotals {
    /// UTC day index.
    pub day: u64,
    /// IO paid for the obligations of the day, base units.
    pub obligation_io: u64,
    /// USDC paid for them, base units.
    pub obligation_usdc: u64,
    /// Obligations left unpaid, 1e-6 USD.
    pub short_usd_micros: u64,
    /// IO paid for arrears, base units.
    pub arrears_io: u64,
    /// USDC paid for arrears, base units.
    pub arrears_usdc: u64,
    /// Arrears paid, 1e-6 USD.
    pub arrears_paid_usd_micros: u64,
}

/// The leaves through an epoch, by device and party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payouts {
    /// Last epoch whose payments are contained; 0 = none.
    pub through_epoch: u64,
    /// The leaves; a pair that ever had one keeps it.
    pub leaves: BTreeMap<(Key, Key), Payout>,
}

impl Payouts {
    /// Adds a sealed day: payments and shortfall of the day by what each party is owed for it,
    /// payments of arrears by what each had in arrears before. `owed` holds availability and hire.
    ///
    /// Errors: `HoursOutOfOrder` for a day that is not after the last, `Overflow` for totals
    /// without anybody to give them to.
    pub fn add(
        &mut self,
        totals: &SealedTotals,
        owed: &BTreeMap<(Key, Key), u64>,
    ) -> Result<(), ReportError> {
        if totals.day <= self.through_epoch {
            return Err(ReportError::HoursOutOfOrder);
        }
        for pair in owed.keys() {
            self.leaves.entry(*pair).or_default();
        }
        let today: Vec<u64> = self
            .leaves
            .keys()
            .map(|pair| owed.get(pair).copied().unwrap_or(0))
            .collect();
        let arrears: Vec<u64> = self
            .leaves
            .values()
            .map(|leaf| leaf.arrears_usd_micros)
            .collect();
        let io = parts(totals.obligation_io, &today)?;
        let usdc = parts(totals.obligation_usdc, &today)?;
        let short = parts(totals.short_usd_micros, &today)?;
        let late_io = parts(totals.arrears_io, &arrears)?;
        let late_usdc = parts(totals.arrears_usdc, &arrears)?;
        // No part exceeds its weight: below the sum of the weights every floor is below its weight, so
        // that one unit more still fits; at the sum every floor is its weight and nothing is left.
        let settled = parts(totals.arrears_paid_usd_micros, &arrears)?;
        let sum = |values: [u64; 3]| {
            values
                .into_iter()
                .try_fold(0_u64, u64::checked_add)
                .ok_or(ReportError::Overflow)
        };
        for (place, leaf) in self.leaves.values_mut().enumerate() {
            leaf.lifetime_io = sum([leaf.lifetime_io, io[place], late_io[place]])?;
            leaf.lifetime_usdc = sum([leaf.lifetime_usdc, usdc[place], late_usdc[place]])?;
            let left = leaf
                .arrears_usd_micros
                .checked_sub(settled[place])
                .ok_or(ReportError::Overflow)?;
            leaf.arrears_usd_micros = sum([left, short[place], 0])?;
        }
        self.through_epoch = totals.day;
        Ok(())
    }

    /// The tree over the leaves in order; `ring` is the RootRing account of the ide program.
    pub fn tree(&self, ring: &Key) -> Tree {
        let leaves = self.leaves.iter().map(|((device, party), leaf)| {
            EarningsLeaf {
                device: *device,
                party: *party,
                lifetime_io: leaf.lifetime_io,
                lifetime_usdc: leaf.lifetime_usdc,
                arrears_usd_micros: leaf.arrears_usd_micros,
            }
            .hash::<Sha256Hasher>(EarningsTree::Payout, ring)
        });
        Tree::new(leaves.collect())
    }

    /// The payload that is voted for; `bundle` is the hash of the evidence. Error: `Overflow`.
    pub fn payload(&self, ring: &Key, bundle: Hash) -> Result<PayoutRoot, ReportError> {
        let tree = self.tree(ring);
        let sum = |value: fn(&Payout) -> u64| {
            self.leaves
                .values()
                .map(value)
                .try_fold(0_u64, u64::checked_add)
                .ok_or(ReportError::Overflow)
        };
        Ok(PayoutRoot {
            root: tree.root(),
            leaf_count: tree.count(),
            through_epoch: self.through_epoch,
            lifetime_io: sum(|leaf| leaf.lifetime_io)?,
            lifetime_usdc: sum(|leaf| leaf.lifetime_usdc)?,
            arrears_usd_micros: sum(|leaf| leaf.arrears_usd_micros)?,
            bundle,
        })
    }
}

fn parts(total: u64, weights: &[u64]) -> Result<Vec<u64>, ReportError> {
    let mut parts = vec![0; weights.len()];
    divide(total, weights, &mut parts).map_err(divided)?;
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(key: u8) -> (Key, Key) {
        ([key; 32], [200; 32])
    }

    proptest! {
        /// Σ of every column equals the sealed totals after any run of days.
        #[test]
        fn columns_sum_to_the_sealed_totals(
            days in prop::collection::vec(
                (prop::collection::vec(1_u64..1_000_000, 1..6), 0_u64..=100, 0_u64..=100, any::<u32>()),
                1..12,
            ),
        ) {
            let mut payouts = Payouts::default();
            let (mut io, mut usdc, mut arrears) = (0_u64, 0_u64, 0_u64);
            for (day, (owed, paid, late, amount)) in (1..).zip(days) {
                let owed: BTreeMap<(Key, Key), u64> = (0..).map(pair).zip(owed).collect();
                let due: u64 = owed.values().sum();
                let short = due - due * paid / 100;
                let settled = arrears * late / 100;
                let totals = SealedTotals {
                    day,
                    obligation_io: u64::from(amount),
                    obligation_usdc: u64::from(amount) / 3,
                    short_usd_micros: short,
                    arrears_io: if settled > 0 { 17 } else { 0 },
                    arrears_usdc: settled,
                    arrears_paid_usd_micros: settled,
                };
                payouts.add(&totals, &owed).unwrap();
                io += totals.obligation_io + totals.arrears_io;
                usdc += totals.obligation_usdc + totals.arrears_usdc;
                arrears = arrears - settled + short;
                let root = payouts.payload(&[9; 32], [0; 32]).unwrap();
                prop_assert_eq!(root.lifetime_io, io);
                prop_assert_eq!(root.lifetime_usdc, usdc);
                prop_assert_eq!(root.arrears_usd_micros, arrears);
                prop_assert_eq!(root.through_epoch, day);
            }
        }
    }

    #[test]
    fn days_are_added_in_order() {
        let mut payouts = Payouts::default();
        let totals = SealedTotals {
            day: 5,
            ..SealedTotals::default()
        };
        payouts.add(&totals, &BTreeMap::new()).unwrap();
        assert_eq!(
            payouts.add(&totals, &BTreeMap::new()),
            Err(ReportError::HoursOutOfOrder)
        );
    }

    #[test]
    fn total_without_anybody_is_refused() {
        let totals = SealedTotals {
            day: 5,
            obligation_io: 1,
            ..SealedTotals::default()
        };
        assert_eq!(
            Payouts::default().add(&totals, &BTreeMap::new()),
            Err(ReportError::Overflow)
        );
    }
}
