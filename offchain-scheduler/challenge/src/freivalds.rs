//! Check of a matrix product whose result is there in full (Freivalds).
//!
//! Mechanism: for a vector `r` of random elements of the field of `p = 2⁶¹ − 1` elements, `A·(B·r)`
//! and `C·r` are compared, which takes three matrix-vector products instead of one matrix product.
//! Place of use: results of customers' jobs. It says whether `C` is right, never who computed it or
//! that somebody did: `C·r` alone is cheap, so this is no proof of work.
//!
//! Soundness: entries of a right result are below `p / 2` in size, and others are refused at once;
//! so a wrong result differs modulo `p`, and passes one round with probability at most `1 / p`.

use crate::digest::{Hash, tagged};

const TAG: &[u8] = b"ION_FREIVALDS_V1";
/// The prime `2⁶¹ − 1`.
const P: u64 = (1 << 61) - 1;
/// Largest inner dimension: `2²⁹ · 2¹⁵ · 2¹⁵ < p / 2`.
pub const MAX_INNER: usize = 1 << 29;

/// A product `C = A·B`, all matrices by rows.
#[derive(Clone, Copy, Debug)]
pub struct Product<'a> {
    /// Rows of `A` and `C`.
    pub rows: usize,
    /// Columns of `A`, rows of `B`.
    pub inner: usize,
    /// Columns of `B` and `C`.
    pub columns: usize,
    /// `A`, `rows · inner` entries.
    pub left: &'a [i16],
    /// `B`, `inner · columns` entries.
    pub right: &'a [i16],
    /// `C`, `rows · columns` entries.
    pub result: &'a [i64],
}

/// Shapes that are no product.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapeError {
    /// The inner dimension is above [`MAX_INNER`].
    #[error("inner dimension {0} is above {MAX_INNER}")]
    Inner(usize),
    /// A side is 0, so that no entry bounds the others.
    #[error("a side is 0")]
    Empty,
    /// A matrix has another number of entries than its shape says.
    #[error("{matrix} has {got} entries, not {expected}")]
    Entries {
        /// Which matrix.
        matrix: &'static str,
        /// Entries of its shape.
        expected: usize,
        /// Entries there.
        got: usize,
    },
}

impl Product<'_> {
    /// Whether the result is right, up to an error of `2^(−61 · rounds)`. The seed must be unknown to
    /// whoever made the result. 0 rounds check the range of the entries only.
    ///
    /// Errors: `Inner`, `Empty`, `Entries`.
    pub fn is_right(&self, seed: &Hash, rounds: u8) -> Result<bool, ShapeError> {
        self.check_shape()?;
        let bound = (self.inner as u64) << 30;
        if self.result.iter().any(|entry| entry.unsigned_abs() > bound) {
            return Ok(false);
        }
        Ok((0..rounds).all(|round| self.agrees_on(&vector(seed, round, self.columns))))
    }

    /// Whether `A·(B·r) = C·r`.
    fn agrees_on(&self, r: &[u64]) -> bool {
        let inner = times(self.right, self.inner, r, |entry| {
            residue(i64::from(*entry))
        });
        let ours = times(self.left, self.rows, &inner, |entry| {
            residue(i64::from(*entry))
        });
        ours == times(self.result, self.rows, r, |entry| residue(*entry))
    }

    fn check_shape(&self) -> Result<(), ShapeError> {
        if self.inner > MAX_INNER {
            return Err(ShapeError::Inner(self.inner));
        }
        if [self.rows, self.inner, self.columns].contains(&0) {
            return Err(ShapeError::Empty);
        }
        let shapes = [
            ("the left factor", self.rows, self.inner, self.left.len()),
            (
                "the right factor",
                self.inner,
                self.columns,
                self.right.len(),
            ),
            ("the result", self.rows, self.columns, self.result.len()),
        ];
        for (matrix, height, width, got) in shapes {
            let expected = height.saturating_mul(width);
            if got != expected {
                return Err(ShapeError::Entries {
                    matrix,
                    expected,
                    got,
                });
            }
        }
        Ok(())
    }
}

/// A matrix of `rows` rows times a vector, modulo `p`.
fn times<T>(matrix: &[T], rows: usize, vector: &[u64], residue: impl Fn(&T) -> u64) -> Vec<u64> {
    if vector.is_empty() {
        return vec![0; rows];
    }
    matrix
        .chunks_exact(vector.len())
        .map(|row| {
            row.iter().zip(vector).fold(0, |sum, (entry, factor)| {
                let product = u128::from(residue(entry)) * u128::from(*factor);
                let folded = (product >> 61) as u64 + (product as u64 & P);
                (sum + folded % P) % P
            })
        })
        .collect()
}

/// The residue of an integer modulo `p`, in `0..p`.
fn residue(value: i64) -> u64 {
    value.rem_euclid(P as i64) as u64
}

/// Vector of round `round`: elements of the field from 64-bit draws, off uniform by less than `2⁻⁶⁰`.
fn vector(seed: &Hash, round: u8, len: usize) -> Vec<u64> {
    (0u64..)
        .flat_map(|block| {
            let digest = tagged(TAG, &[seed, &[round], &block.to_le_bytes()]);
            let mut words = [0u64; 4];
            for (word, bytes) in words.iter_mut().zip(digest.chunks_exact(8)) {
                *word = bytes
                    .iter()
                    .rev()
                    .fold(0, |word, byte| word << 8 | u64::from(*byte));
            }
            words
        })
        .map(|word| word % P)
        .take(len)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn product(rows: usize, inner: usize, columns: usize, left: &[i16], right: &[i16]) -> Vec<i64> {
        let mut result = vec![0; rows * columns];
        for i in 0..rows {
            for j in 0..columns {
                for k in 0..inner {
                    result[i * columns + j] +=
                        i64::from(left[i * inner + k]) * i64::from(right[k * columns + j]);
                }
            }
        }
        result
    }

    proptest! {
        #[test]
        fn right_results_pass_and_one_changed_entry_fails(
            (rows, inner, columns) in (1usize..9, 1usize..9, 1usize..9),
            entries in proptest::collection::vec(any::<i16>(), 128),
            at in any::<prop::sample::Index>(),
            change in prop_oneof![Just(1i64), Just(-1), any::<i32>().prop_map(i64::from), Just(P as i64), Just(-(P as i64))],
            seed in any::<[u8; 32]>(),
        ) {
            let left = &entries[..rows * inner];
            let right = &entries[64..64 + inner * columns];
            let mut result = product(rows, inner, columns, left, right);
            let check = |result: &[i64]| {
                Product { rows, inner, columns, left, right, result }.is_right(&seed, 1)
            };
            prop_assert_eq!(check(&result), Ok(true));
            let at = at.index(result.len());
            result[at] = result[at].saturating_add(change);
            prop_assert_eq!(check(&result), Ok(change == 0));
        }
    }

    #[test]
    fn extreme_entries_are_exact() {
        let left = [i16::MIN; 3];
        let right = [i16::MIN; 3];
        let ours = |result: &[i64]| {
            Product {
                rows: 1,
                inner: 3,
                columns: 1,
                left: &left,
                right: &right,
                result,
            }
            .is_right(&[1; 32], 2)
        };
        assert_eq!(ours(&[3 << 30]), Ok(true));
        // Out of range, though equal modulo p.
        assert_eq!(ours(&[(3 << 30) - P as i64]), Ok(false));
        assert_eq!(ours(&[i64::MIN]), Ok(false));
    }

    #[test]
    fn exchanged_entries_are_seen() {
        let left = [1, 2, 3, 4];
        let right = [5, 6, 7, 8];
        let mut result = product(2, 2, 2, &left, &right);
        result.swap(0, 3);
        let product = Product {
            rows: 2,
            inner: 2,
            columns: 2,
            left: &left,
            right: &right,
            result: &result,
        };
        assert_eq!(product.is_right(&[2; 32], 1), Ok(false));
    }

    #[test]
    fn wrong_shapes_are_named() {
        let product = Product {
            rows: 2,
            inner: 1,
            columns: 1,
            left: &[1],
            right: &[1],
            result: &[1, 1],
        };
        assert_eq!(
            product.is_right(&[0; 32], 1),
            Err(ShapeError::Entries {
                matrix: "the left factor",
                expected: 2,
                got: 1
            })
        );
        let empty = Product {
            rows: 0,
            inner: 0,
            columns: 0,
            left: &[],
            right: &[],
            result: &[],
        };
        for (rows, inner, columns) in [(0, 0, 0), (usize::MAX, 0, 0), (0, 0, usize::MAX)] {
            let product = Product {
                rows,
                inner,
                columns,
                ..empty
            };
            assert_eq!(product.is_right(&[0; 32], 1), Err(ShapeError::Empty));
        }
        let wide = Product {
            inner: MAX_INNER + 1,
            ..empty
        };
        assert_eq!(
            wide.is_right(&[0; 32], 1),
            Err(ShapeError::Inner(MAX_INNER + 1))
        );
    }
}
