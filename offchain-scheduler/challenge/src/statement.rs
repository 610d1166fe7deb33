//! What a verifier asks of a device.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::digest::{Hash, tagged};

/// Largest matrix side: `127 · 127 · 133,144 < 2³¹`, so no sum of a dot product overflows 32 bits.
pub const MAX_N: u32 = 133_144;
/// Largest number of chained rounds.
pub const MAX_ROUNDS: u8 = 64;
/// Largest number of opened entries.
pub const MAX_OPENINGS: u16 = 1_024;

const ID_TAG: &[u8] = b"ION_CHALLENGE_V1";
const SEED_TAG: &[u8] = b"ION_CHALLENGE_SEED_V1";
const NEXT_TAG: &[u8] = b"ION_CHALLENGE_NEXT_V1";
const SECRET_TAG: &[u8] = b"ION_CHALLENGE_SECRET_V1";

/// A challenge to one device. Canonical encoding: Borsh, fields in this order.
///
/// The identity of verifier and device is part of it, so the work for one device answers no other
/// device's challenge.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Genesis hash of the cluster.
    pub genesis_hash: Hash,
    /// Key of the verifier that asks.
    pub verifier: [u8; 32],
    /// Key of the device that is asked.
    pub device: [u8; 32],
    /// Fresh random value.
    pub nonce: Hash,
    /// Recent finalized blockhash: the work cannot have begun before that block.
    pub blockhash: Hash,
    /// Side of the matrices, 1 up to [`MAX_N`].
    pub n: u32,
    /// Chained rounds, 1 up to [`MAX_ROUNDS`].
    pub rounds: u8,
    /// Entries to open, 1 up to [`MAX_OPENINGS`].
    pub openings: u16,
    /// [`secret_hash`] of the secret that the verifier reveals after the commitment: neither side
    /// can choose the opened entries.
    pub secret_hash: Hash,
}

/// A challenge whose numbers are out of range.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeError {
    /// `n` is 0 or above [`MAX_N`].
    #[error("matrix side {0} is out of range")]
    Side(u32),
    /// `rounds` is 0 or above [`MAX_ROUNDS`].
    #[error("round count {0} is out of range")]
    Rounds(u8),
    /// `openings` is 0 or above [`MAX_OPENINGS`].
    #[error("opening count {0} is out of range")]
    Openings(u16),
}

impl Challenge {
    /// Checks the bounds of all numbers. Errors: `Side`, `Rounds`, `Openings`.
    pub fn validate(&self) -> Result<(), ChallengeError> {
        if self.n == 0 || self.n > MAX_N {
            return Err(ChallengeError::Side(self.n));
        }
        if self.rounds == 0 || self.rounds > MAX_ROUNDS {
            return Err(ChallengeError::Rounds(self.rounds));
        }
        if self.openings == 0 || self.openings > MAX_OPENINGS {
            return Err(ChallengeError::Openings(self.openings));
        }
        Ok(())
    }

    /// Identity of the challenge: hash of its canonical encoding.
    pub fn id(&self) -> Hash {
        tagged(
            ID_TAG,
            &[
                &self.genesis_hash,
                &self.verifier,
                &self.device,
                &self.nonce,
                &self.blockhash,
                &self.n.to_le_bytes(),
                &[self.rounds],
                &self.openings.to_le_bytes(),
                &self.secret_hash,
            ],
        )
    }

    /// Seed of round 0.
    pub fn first_seed(&self) -> Hash {
        tagged(SEED_TAG, &[&self.id()])
    }

    /// Seeds of all rounds that follow from committed `roots`: round `t + 1` is seeded by the root
    /// of round `t`. As many seeds as roots.
    pub fn seeds(&self, roots: &[Hash]) -> Vec<Hash> {
        std::iter::once(self.first_seed())
            .chain(roots.iter().map(next_seed))
            .take(roots.len())
            .collect()
    }
}

/// Seed of the round after the one with this root.
pub fn next_seed(root: &Hash) -> Hash {
    tagged(NEXT_TAG, &[root])
}

/// Hash by which a challenge binds the verifier to a secret.
pub fn secret_hash(secret: &Hash) -> Hash {
    tagged(SECRET_TAG, &[secret])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge() -> Challenge {
        Challenge {
            genesis_hash: [1; 32],
            verifier: [2; 32],
            device: [3; 32],
            nonce: [4; 32],
            blockhash: [5; 32],
            n: 8,
            rounds: 2,
            openings: 4,
            secret_hash: secret_hash(&[6; 32]),
        }
    }

    #[test]
    fn id_equals_hash_of_the_borsh_encoding() {
        let challenge = challenge();
        let bytes = borsh::to_vec(&challenge).unwrap();
        assert_eq!(challenge.id(), tagged(ID_TAG, &[&bytes]));
    }

    #[test]
    fn bounds_are_inclusive_and_have_own_errors() {
        let ok = challenge();
        assert_eq!(
            Challenge {
                n: MAX_N,
                rounds: MAX_ROUNDS,
                openings: MAX_OPENINGS,
                ..ok.clone()
            }
            .validate(),
            Ok(())
        );
        assert_eq!(
            Challenge { n: 0, ..ok.clone() }.validate(),
            Err(ChallengeError::Side(0))
        );
        assert_eq!(
            Challenge {
                n: MAX_N + 1,
                ..ok.clone()
            }
            .validate(),
            Err(ChallengeError::Side(MAX_N + 1))
        );
        assert_eq!(
            Challenge {
                rounds: 0,
                ..ok.clone()
            }
            .validate(),
            Err(ChallengeError::Rounds(0))
        );
        assert_eq!(
            Challenge {
                rounds: 65,
                ..ok.clone()
            }
            .validate(),
            Err(ChallengeError::Rounds(65))
        );
        assert_eq!(
            Challenge {
                openings: 0,
                ..ok.clone()
            }
            .validate(),
            Err(ChallengeError::Openings(0))
        );
        assert_eq!(
            Challenge {
                openings: 1_025,
                ..ok
            }
            .validate(),
            Err(ChallengeError::Openings(1_025))
        );
    }

    #[test]
    fn largest_side_cannot_overflow_and_the_next_one_could() {
        let worst = |n: u32| 127i64 * 127 * i64::from(n);
        assert!(worst(MAX_N) <= i64::from(i32::MAX));
        assert!(worst(MAX_N + 1) > i64::from(i32::MAX));
    }

    #[test]
    fn each_field_changes_the_seed() {
        let base = challenge();
        let variants = [
            Challenge {
                genesis_hash: [9; 32],
                ..base.clone()
            },
            Challenge {
                verifier: [9; 32],
                ..base.clone()
            },
            Challenge {
                device: [9; 32],
                ..base.clone()
            },
            Challenge {
                nonce: [9; 32],
                ..base.clone()
            },
            Challenge {
                blockhash: [9; 32],
                ..base.clone()
            },
            Challenge {
                n: 9,
                ..base.clone()
            },
            Challenge {
                rounds: 9,
                ..base.clone()
            },
            Challenge {
                openings: 9,
                ..base.clone()
            },
            Challenge {
                secret_hash: [9; 32],
                ..base.clone()
            },
        ];
        for variant in variants {
            assert_ne!(variant.first_seed(), base.first_seed());
        }
    }

    #[test]
    fn seeds_are_chained_by_roots() {
        let challenge = challenge();
        let roots = [[7; 32], [8; 32]];
        assert_eq!(
            challenge.seeds(&roots),
            vec![challenge.first_seed(), next_seed(&[7; 32])]
        );
        assert_eq!(challenge.seeds(&[]), Vec::<Hash>::new());
    }
}
