//! What every party ever earned with every device (economics §7.5).

use borsh::{BorshDeserialize, BorshSerialize};
use ion_merkle::{
    Hash, Sha256Hasher, Tree,
    earnings::{EarningsLeaf, EarningsTree},
};

use crate::{DeviceList, Key, ReportError};

/// One party of one device.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Address of the device account.
    pub device: Key,
    /// Owner at registration, or the wallet of a position.
    pub party: Key,
    /// All it ever earned, IO base units.
    pub earned_io: u64,
}

/// The totals of all parties through an hour, sorted by device and party. A party that ever stood in
/// a list keeps its row, zero included.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifetimes {
    rows: Vec<Lifetime>,
}

impl Lifetimes {
    /// The rows in order.
    pub fn rows(&self) -> &[Lifetime] {
        &self.rows
    }

    /// Whether rows are in order, each once.
    pub(crate) fn is_canonical(&self) -> bool {
        self.rows
            .is_sorted_by(|a, b| (a.device, a.party) < (b.device, b.party))
    }

    /// Adds the rewards of a block. Both sides are sorted by device, so one pass is enough.
    ///
    /// Error: `Overflow`.
    pub fn add(&mut self, list: &DeviceList) -> Result<(), ReportError> {
        let old = std::mem::take(&mut self.rows);
        // Usually nothing is new: then the old room is enough and a little is left.
        let mut merged = Vec::with_capacity(old.len().max(list.rows.len()) + list.rows.len() / 8);
        let mut old = old.into_iter().peekable();
        let mut parties: Vec<(Key, u64)> = Vec::new();
        for row in &list.rows {
            while let Some(before) = old.next_if(|one| one.device < row.device) {
                merged.push(before);
            }
            parties.clear();
            parties.push((row.owner, row.owner_io()));
            parties.extend(row.co_stakers.iter().map(|one| (one.wallet, one.amount_io)));
            parties.sort_unstable();
            let mut parties = parties.iter().peekable();
            loop {
                let next_old = old.peek().filter(|one| one.device == row.device);
                let (party, earned) = match (next_old, parties.peek()) {
                    (Some(known), Some((party, _))) if known.party < *party => {
                        (known.party, known.earned_io)
                    }
                    (Some(known), Some((party, amount))) if known.party == *party => (
                        *party,
                        known
                            .earned_io
                            .checked_add(*amount)
                            .ok_or(ReportError::Overflow)?,
                    ),
                    (_, Some((party, amount))) => (*party, *amount),
                    (Some(known), None) => (known.party, known.earned_io),
                    (None, None) => break,
                };
                old.next_if(|one| one.device == row.device && one.party == party);
                parties.next_if(|(one, _)| *one == party);
                merged.push(Lifetime {
                    device: row.device,
                    party,
                    earned_io: earned,
                });
            }
        }
        merged.extend(old);
        self.rows = merged;
        Ok(())
    }

    /// Sum of all totals, IO base units. Error: `Overflow`.
    pub fn total_io(&self) -> Result<u64, ReportError> {
        self.rows
            .iter()
            .try_fold(0_u64, |sum, row| sum.checked_add(row.earned_io))
            .ok_or(ReportError::Overflow)
    }

    /// The reward tree; `ring` is the RootRing account of the rewards program.
    pub fn tree(&self, ring: &Key) -> Tree {
        Tree::new(
            self.rows
                .iter()
                .map(|row| row.leaf().hash::<Sha256Hasher>(EarningsTree::Reward, ring))
                .collect::<Vec<Hash>>(),
        )
    }

    /// Place of a party in the tree and what it earned; `None` when it has no row.
    pub fn find(&self, device: &Key, party: &Key) -> Option<(usize, Lifetime)> {
        let at = self
            .rows
            .binary_search_by(|row| (&row.device, &row.party).cmp(&(device, party)))
            .ok()?;
        self.rows.get(at).map(|row| (at, *row))
    }
}

impl Lifetime {
    /// The leaf of this row.
    pub fn leaf(&self) -> EarningsLeaf {
        EarningsLeaf {
            device: self.device,
            party: self.party,
            lifetime_io: self.earned_io,
            lifetime_usdc: 0,
            arrears_usd_micros: 0,
        }
    }
}
