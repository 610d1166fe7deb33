//! Which entries a device has to open (Fiat–Shamir).

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{
    digest::{Hash, tagged},
    statement::Challenge,
};

const DRAW_TAG: &[u8] = b"ION_CHALLENGE_DRAW_V1";
const POSITION_TAG: &[u8] = b"ION_CHALLENGE_POSITION_V1";

/// One entry of one round's product.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Round, from 0.
    pub round: u8,
    /// Row, from 0.
    pub row: u32,
    /// Column, from 0.
    pub column: u32,
}

/// The entries to open, drawn with replacement, uniform over rounds, rows and columns.
///
/// They follow from the challenge, all roots up to the last one and the verifier's secret, which
/// the device learns only after it has sent the roots. The remainder of a 64-bit draw by at most
/// 133,144 values is off uniform by less than 2⁻⁴⁶.
pub fn positions(challenge: &Challenge, roots: &[Hash], secret: &Hash) -> Vec<Position> {
    let count = (roots.len() as u64).to_le_bytes();
    let id = challenge.id();
    let mut parts: Vec<&[u8]> = vec![&id, &count];
    parts.extend(roots.iter().map(|root| root.as_slice()));
    parts.push(secret);
    let draw = tagged(DRAW_TAG, &parts);
    (0..challenge.openings)
        .map(|index| {
            let digest = tagged(POSITION_TAG, &[&draw, &index.to_le_bytes()]);
            Position {
                round: (word(&digest, 0) % u64::from(challenge.rounds.max(1))) as u8,
                row: (word(&digest, 1) % u64::from(challenge.n.max(1))) as u32,
                column: (word(&digest, 2) % u64::from(challenge.n.max(1))) as u32,
            }
        })
        .collect()
}

fn word(digest: &Hash, index: usize) -> u64 {
    digest
        .iter()
        .skip(index * 8)
        .take(8)
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_little_endian() {
        let mut digest = [0u8; 32];
        digest[8] = 1;
        digest[9] = 2;
        assert_eq!(word(&digest, 0), 0);
        assert_eq!(word(&digest, 1), 0x0201);
    }
}
