//! Reference of rewards that cases may hold, in plain integers, written from the rules and not from
//! the programs: lifetimes in roots, claims, holds and burns of both trees (economics §7.5, §16.5).

use std::{collections::BTreeMap, rc::Rc};

use ide::error::IdeError;
use ion_economics::units::DAY;
use rewards::error::RewardsError;

use crate::model::Outcome;

/// From acceptance of a root to its maturity.
pub const MATURITY: i64 = 7 * DAY;

/// Whose rewards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The owner of the device.
    Owner,
    /// A co-staker by its number.
    CoStaker(usize),
}

/// Device and party of a leaf.
pub type Key = (usize, Who);

/// A root with what its leaves say.
#[derive(Clone, Debug)]
pub struct Root {
    /// Sequence.
    pub seq: u64,
    /// When it was accepted.
    pub accepted: i64,
    /// Whether it was vetoed.
    pub vetoed: bool,
    /// Lifetime per leaf.
    pub leaves: Rc<BTreeMap<Key, u64>>,
}

/// The record of a leaf.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Sequence of the newest root it is proven at, and its lifetime there.
    pub newest: (u64, u64),
    /// The same of the newest matured root.
    pub matured: (u64, u64),
    /// Paid out.
    pub claimed: u64,
    /// Held, or burned.
    pub forfeited: u64,
    /// Burned of it.
    pub burned: u64,
}

/// One tree.
#[derive(Clone, Debug, Default)]
pub struct Earnings {
    /// What the next root will say of each leaf.
    pub lifetimes: BTreeMap<Key, u64>,
    /// Roots in the order of their acceptance.
    pub roots: Vec<Root>,
    /// Records.
    pub records: BTreeMap<Key, Record>,
    /// Tokens that came into the vault.
    pub funded: u64,
}

/// Codes of the refusals of a tree's program.
#[derive(Clone, Copy)]
pub struct Codes {
    /// No root has matured.
    pub no_matured_root: u32,
    /// No root that covers the hold has matured.
    pub hold_not_matured: u32,
    /// The leaf is not proven at the newest matured root.
    pub stale_proof: u32,
    /// Nothing is left to claim.
    pub nothing_to_claim: u32,
}

/// Refusals of the rewards program, and of the engine.
pub fn codes(tree: usize) -> Codes {
    if tree == 0 {
        Codes {
            no_matured_root: RewardsError::NoMaturedRoot.into(),
            hold_not_matured: RewardsError::HoldNotMatured.into(),
            stale_proof: RewardsError::StaleProof.into(),
            nothing_to_claim: RewardsError::NothingToClaim.into(),
        }
    } else {
        Codes {
            no_matured_root: IdeError::NoMaturedRoot.into(),
            hold_not_matured: IdeError::HoldNotMatured.into(),
            stale_proof: IdeError::StaleProof.into(),
            nothing_to_claim: IdeError::NothingToClaim.into(),
        }
    }
}

impl Earnings {
    fn is_matured(root: &Root, now: i64) -> bool {
        !root.vetoed && now >= root.accepted + MATURITY
    }

    /// The newest root that is not vetoed.
    pub fn newest(&self) -> Option<&Root> {
        self.roots.iter().rev().find(|root| !root.vetoed)
    }

    /// The newest matured root.
    pub fn newest_matured(&self, now: i64) -> Option<&Root> {
        let mut roots = self.roots.iter().rev();
        roots.find(|root| Self::is_matured(root, now))
    }

    /// A root with the lifetimes of now.
    pub fn accept(&mut self, now: i64) {
        let seq = self.roots.last().map_or(1, |root| root.seq + 1);
        self.roots.push(Root {
            seq,
            accepted: now,
            vetoed: false,
            leaves: Rc::new(self.lifetimes.clone()),
        });
    }

    /// The newest root, if it is pending, was wrong: what came before it holds again.
    pub fn veto(&mut self) {
        if let Some(root) = self.roots.last_mut() {
            root.vetoed = true;
        }
        let before = self.newest().map(|root| root.leaves.clone());
        let before = before.unwrap_or_default();
        for (key, lifetime) in &mut self.lifetimes {
            *lifetime = before.get(key).copied().unwrap_or(0);
        }
    }

    /// The record of a leaf, with a value whose root has matured in its place.
    fn settled(&self, key: Key, now: i64) -> Record {
        let mut record = self.records.get(&key).copied().unwrap_or_default();
        let has_matured = self
            .roots
            .iter()
            .any(|root| root.seq == record.newest.0 && Self::is_matured(root, now));
        if record.newest.0 > record.matured.0 && has_matured {
            record.matured = record.newest;
        }
        record
    }

    /// A leaf is proven at the newest root, or at the newest matured one; its root has the leaf.
    pub fn prove(&mut self, key: Key, at_matured: bool, now: i64) -> u64 {
        let mut record = self.settled(key, now);
        let root = if at_matured {
            self.newest_matured(now)
        } else {
            self.newest()
        };
        let root = root.expect("there is one");
        let value = (root.seq, root.leaves[&key]);
        let is_void = |seq: u64| {
            let mut roots = self.roots.iter();
            seq == 0 || roots.any(|root| root.seq == seq && root.vetoed)
        };
        if is_void(record.newest.0) || value.0 >= record.newest.0 {
            record.newest = value;
        }
        if Self::is_matured(root, now) {
            record.matured = value;
        }
        self.records.insert(key, record);
        value.0
    }

    /// What a case can hold of a leaf.
    pub fn unclaimed(&self, key: Key) -> u64 {
        let (Some(record), Some(root)) = (self.records.get(&key), self.newest()) else {
            return 0;
        };
        if record.newest.0 != root.seq {
            return 0;
        }
        (record.newest.1).saturating_sub(record.claimed + record.forfeited)
    }

    /// A case holds.
    pub fn hold(&mut self, key: Key, amount: u64) {
        if amount > 0 {
            let record = self.records.get_mut(&key).expect("it was shown");
            record.forfeited += amount;
        }
    }

    /// A case gives back.
    pub fn release(&mut self, key: Key, amount: u64) {
        let record = self.records.get_mut(&key).expect("it was held");
        record.forfeited -= amount;
        assert!(record.forfeited >= record.burned, "only what is held");
    }

    /// `claim` by anyone: what is paid.
    pub fn claim(&mut self, tree: usize, key: Key, now: i64) -> Result<u64, u32> {
        let codes = codes(tree);
        let seq = self
            .newest_matured(now)
            .map(|root| root.seq)
            .ok_or(codes.no_matured_root)?;
        let mut record = self.settled(key, now);
        if record.matured.0 != seq {
            return Err(codes.stale_proof);
        }
        let amount = (record.matured.1).saturating_sub(record.claimed + record.forfeited);
        if amount == 0 {
            return Err(codes.nothing_to_claim);
        }
        record.claimed += amount;
        self.records.insert(key, record);
        Ok(amount)
    }

    /// A case burns what is left of a hold: `(burned, dropped)`.
    pub fn burn(
        &mut self,
        tree: usize,
        key: Key,
        (amount, held_at, opened): (u64, u64, i64),
        now: i64,
    ) -> Result<(u64, u64), u32> {
        let codes = codes(tree);
        let root = self.newest_matured(now).ok_or(codes.no_matured_root)?;
        if root.seq < held_at && root.accepted < opened {
            return Err(codes.hold_not_matured);
        }
        let seq = root.seq;
        let mut record = self.settled(key, now);
        if record.matured.0 != seq {
            return Err(codes.stale_proof);
        }
        let others = record.forfeited - amount;
        let burned = amount.min((record.matured.1).saturating_sub(record.claimed + others));
        record.forfeited -= amount - burned;
        record.burned += burned;
        self.records.insert(key, record);
        Ok((burned, amount - burned))
    }

    /// Claimed and burned of all leaves.
    pub fn gone(&self) -> (u64, u64) {
        let claimed = self.records.values().map(|record| record.claimed).sum();
        let burned = self.records.values().map(|record| record.burned).sum();
        (claimed, burned)
    }

    /// Per leaf: what is paid and burned never exceeds the newest matured lifetime, and what is burned
    /// was held (I18).
    pub fn is_sound(&self) -> bool {
        self.records.values().all(|record| {
            let proven = record.matured.1.max(record.newest.1);
            record.claimed + record.burned <= proven && record.burned <= record.forfeited
        })
    }
}

/// A result without its value.
pub fn outcome<T>(result: &Result<T, u32>) -> Outcome {
    match result {
        Ok(_) => Ok(()),
        Err(code) => Err(*code),
    }
}
