//! The verifier's side: each opened entry is recomputed as one dot product.

use crate::{
    answer::{Answer, Commitment, Opening},
    digest::Hash,
    generator::{self, Matrix},
    opening::{Position, positions},
    statement::Challenge,
    tree::{is_member, row_leaf},
    verdict::{Evidence, FailReason, Verdict},
};

/// Checks openings one by one in memory of one row and two lines, `O(n)`.
#[derive(Clone, Debug)]
pub struct OpeningCheck {
    n: u32,
    seeds: Vec<Hash>,
    roots: Vec<Hash>,
    drawn: Vec<Position>,
}

impl OpeningCheck {
    /// Draws the positions. Errors: `OtherChallenge`, `RootCount`.
    pub fn new(
        challenge: &Challenge,
        commitment: &Commitment,
        secret: &Hash,
    ) -> Result<Self, FailReason> {
        if commitment.challenge_id != challenge.id() {
            return Err(FailReason::OtherChallenge);
        }
        if commitment.roots.len() != usize::from(challenge.rounds) {
            return Err(FailReason::RootCount {
                got: saturate(commitment.roots.len()),
            });
        }
        Ok(OpeningCheck {
            n: challenge.n,
            seeds: challenge.seeds(&commitment.roots),
            roots: commitment.roots.clone(),
            drawn: positions(challenge, &commitment.roots, secret),
        })
    }

    /// The drawn positions, in order.
    pub fn drawn(&self) -> &[Position] {
        &self.drawn
    }

    /// Checks opening number `index`. Errors: `OpeningCount` when no such position was drawn,
    /// `OtherPosition`, `RowLength`, `NotCommitted`, `WrongEntry`.
    pub fn check(&self, index: u16, opening: &Opening) -> Result<(), FailReason> {
        let drawn = *self
            .drawn
            .get(usize::from(index))
            .ok_or(FailReason::OpeningCount {
                got: u32::from(index) + 1,
            })?;
        if opening.position != drawn {
            return Err(FailReason::OtherPosition { drawn });
        }
        if opening.entries.len() != self.n as usize {
            return Err(FailReason::RowLength {
                got: saturate(opening.entries.len()),
            });
        }
        let round = usize::from(drawn.round);
        let (Some(root), Some(seed), Some(got)) = (
            self.roots.get(round),
            self.seeds.get(round),
            opening.entries.get(drawn.column as usize),
        ) else {
            return Err(FailReason::OtherPosition { drawn });
        };
        let leaf = row_leaf(drawn.row, &opening.entries);
        if !is_member(root, &leaf, drawn.row, self.n, &opening.siblings) {
            return Err(FailReason::NotCommitted);
        }
        let expected = generator::dot(
            &generator::line(seed, Matrix::A, drawn.row, self.n),
            &generator::line(seed, Matrix::B, drawn.column, self.n),
        );
        if *got != expected {
            return Err(FailReason::WrongEntry {
                expected,
                got: *got,
            });
        }
        Ok(())
    }
}

/// Judges a whole answer: `Pass`, or `Fail` with the first contradiction. Missing messages are the
/// caller's to judge as inconclusive. `challenge` and `secret` are the verifier's own.
pub fn verify(
    challenge: &Challenge,
    commitment: &Commitment,
    secret: &Hash,
    answer: &Answer,
) -> Verdict {
    let fail = |index: u16, opening: Option<&Opening>, reason: FailReason| {
        Verdict::Fail(Box::new(Evidence {
            challenge: challenge.clone(),
            commitment: commitment.clone(),
            secret: *secret,
            index,
            opening: opening.cloned(),
            reason,
        }))
    };
    let check = match OpeningCheck::new(challenge, commitment, secret) {
        Ok(check) => check,
        Err(reason) => return fail(0, None, reason),
    };
    if answer.challenge_id != commitment.challenge_id {
        return fail(0, None, FailReason::OtherChallenge);
    }
    if answer.openings.len() != check.drawn().len() {
        return fail(
            0,
            None,
            FailReason::OpeningCount {
                got: saturate(answer.openings.len()),
            },
        );
    }
    for (index, opening) in (0u16..).zip(&answer.openings) {
        if let Err(reason) = check.check(index, opening) {
            return fail(index, Some(opening), reason);
        }
    }
    Verdict::Pass
}

/// A count for a report: counts above u32 are shown as the largest one.
fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
