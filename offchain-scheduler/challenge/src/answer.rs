//! What a device sends: roots first, openings later.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{
    digest::Hash,
    opening::{Position, positions},
    prover::{Prover, ProverError},
    statement::{Challenge, next_seed, secret_hash},
    tree::RowTree,
};

/// Roots of all rounds, sent before the verifier reveals its secret.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// [`Challenge::id`] of the challenge that is answered.
    pub challenge_id: Hash,
    /// One root per round, in order.
    pub roots: Vec<Hash>,
}

/// One opened entry with the row that holds it.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The opened entry.
    pub position: Position,
    /// All entries of the row.
    pub entries: Vec<i32>,
    /// Sibling hashes of the row's leaf, from the leaf upwards.
    pub siblings: Vec<Hash>,
}

/// Openings in the order of [`positions`].
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// [`Challenge::id`] of the challenge that is answered.
    pub challenge_id: Hash,
    /// One opening per drawn position.
    pub openings: Vec<Opening>,
}

/// The device's side of one challenge: between commitment and answer it keeps the trees only and
/// computes the opened rows again, which costs `k·n²` beside the `rounds·n³` of the work.
#[derive(Clone, Debug)]
pub struct ChallengeWork {
    challenge: Challenge,
    seeds: Vec<Hash>,
    trees: Vec<RowTree>,
    roots: Vec<Hash>,
}

impl ChallengeWork {
    /// Does the work of all rounds. Errors: those of [`Challenge::validate`] and of the back end.
    pub fn commit(prover: &dyn Prover, challenge: Challenge) -> Result<Self, ProverError> {
        challenge.validate()?;
        let mut work = ChallengeWork {
            seeds: Vec::new(),
            trees: Vec::new(),
            roots: Vec::new(),
            challenge,
        };
        let mut seed = work.challenge.first_seed();
        for _ in 0..work.challenge.rounds {
            let tree = RowTree::new(prover.leaves(&seed, work.challenge.n)?);
            let root = tree.root();
            work.seeds.push(seed);
            work.trees.push(tree);
            work.roots.push(root);
            seed = next_seed(&root);
        }
        Ok(work)
    }

    /// The challenge that is answered.
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The roots to send first.
    pub fn commitment(&self) -> Commitment {
        Commitment {
            challenge_id: self.challenge.id(),
            roots: self.roots.clone(),
        }
    }

    /// Opens the entries that the revealed secret draws. Errors: `WrongSecret`, those of the back
    /// end.
    pub fn open(&self, prover: &dyn Prover, secret: &Hash) -> Result<Answer, ProverError> {
        if secret_hash(secret) != self.challenge.secret_hash {
            return Err(ProverError::WrongSecret);
        }
        let drawn = positions(&self.challenge, &self.roots, secret);
        let mut rows: BTreeMap<(u8, u32), Vec<i32>> = BTreeMap::new();
        for (round, seed) in (0u8..).zip(&self.seeds) {
            let mut wanted: Vec<u32> = drawn
                .iter()
                .filter(|at| at.round == round)
                .map(|at| at.row)
                .collect();
            wanted.sort_unstable();
            wanted.dedup();
            let products = prover.rows(seed, self.challenge.n, &wanted)?;
            rows.extend(wanted.iter().map(|row| (round, *row)).zip(products));
        }
        let openings = drawn
            .into_iter()
            .map(|position| {
                let entries = rows.get(&(position.round, position.row)).cloned();
                let tree = self.trees.get(usize::from(position.round));
                let siblings = tree.and_then(|tree| tree.proof(position.row));
                match (entries, siblings) {
                    (Some(entries), Some(siblings)) => Ok(Opening {
                        position,
                        entries,
                        siblings,
                    }),
                    _ => Err(ProverError::Row(position.row)),
                }
            })
            .collect::<Result<_, _>>()?;
        Ok(Answer {
            challenge_id: self.challenge.id(),
            openings,
        })
    }
}
