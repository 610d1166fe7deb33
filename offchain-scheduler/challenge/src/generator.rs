//! Entries of the two matrices of a round, by counter mode over SHA-256.
//!
//! Entry number `x` of a matrix is byte `x mod 32` of `sha256(tag ‖ seed ‖ matrix ‖ (x / 32) u64)`,
//! read as a signed byte; −128 becomes 0, so entries are in −127..=127. `A` is numbered by rows,
//! `x = i·n + j`; `B` by columns, `x = j·n + i`: both numberings are injective, and the row and the
//! column of one dot product are contiguous, so a verifier needs `n/32` hashes for each.
//!
//! The value 0 comes twice as often as another one. That skips less than 1 % of the
//! multiplications and touches no check, since results are compared exactly.

use crate::digest::{Hash, tagged};

/// 14 bytes at most, so that one block of input is one compression: 13 + 32 + 1 + 8 = 54 ≤ 55.
const TAG: &[u8] = b"ION_MATRIX_V1";
const BLOCK: u64 = 32;

/// Which factor of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matrix {
    /// Left factor, numbered by rows.
    A,
    /// Right factor, numbered by columns.
    B,
}

impl Matrix {
    fn code(self) -> u8 {
        match self {
            Matrix::A => 0,
            Matrix::B => 1,
        }
    }
}

/// Fills `line` with row `index` of `A` or column `index` of `B`; `line.len()` is the side `n`.
pub fn fill_line(seed: &Hash, matrix: Matrix, index: u32, line: &mut [i8]) {
    let n = line.len() as u64;
    fill(seed, matrix, u64::from(index) * n, line);
}

/// Row `index` of `A` or column `index` of `B` of side `n`.
pub fn line(seed: &Hash, matrix: Matrix, index: u32, n: u32) -> Vec<i8> {
    let mut line = vec![0; n as usize];
    fill_line(seed, matrix, index, &mut line);
    line
}

/// Exact dot product of two lines of equal length of at most [`crate::MAX_N`] entries.
pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter()
        .zip(b)
        .map(|(x, y)| i32::from(*x) * i32::from(*y))
        .sum()
}

/// The block of input that is hashed for block 0 of entries, with its padding, as big-endian words;
/// the number of another block goes into bytes 46 to 53, little-endian.
#[cfg(feature = "cuda")]
pub(crate) fn first_block(seed: &Hash, matrix: Matrix) -> [u32; 16] {
    let message = [TAG, seed, &[matrix.code()], &[0; 8]].concat();
    let mut block = [0u8; 64];
    block[..message.len()].copy_from_slice(&message);
    block[message.len()] = 0x80;
    block[56..].copy_from_slice(&(8 * message.len() as u64).to_be_bytes());
    let mut words = [0u32; 16];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes
            .iter()
            .fold(0, |word, byte| word << 8 | u32::from(*byte));
    }
    words
}

fn fill(seed: &Hash, matrix: Matrix, start: u64, out: &mut [i8]) {
    let mut at = start;
    let mut rest = out;
    while !rest.is_empty() {
        let block = tagged(TAG, &[seed, &[matrix.code()], &(at / BLOCK).to_le_bytes()]);
        let skip = (at % BLOCK) as usize;
        let take = rest.len().min(block.len() - skip);
        let (head, tail) = rest.split_at_mut(take);
        for (entry, byte) in head.iter_mut().zip(&block[skip..]) {
            *entry = from_byte(*byte);
        }
        at += take as u64;
        rest = tail;
    }
}

fn from_byte(byte: u8) -> i8 {
    match i8::from_le_bytes([byte]) {
        i8::MIN => 0,
        entry => entry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_map_into_the_open_range() {
        assert_eq!(from_byte(0), 0);
        assert_eq!(from_byte(127), 127);
        assert_eq!(from_byte(128), 0);
        assert_eq!(from_byte(129), -127);
        assert_eq!(from_byte(255), -1);
    }

    #[test]
    fn lines_are_slices_of_one_numbering() {
        let seed = [7; 32];
        for n in [1u32, 31, 32, 33, 50] {
            let mut whole = vec![0i8; (n * n) as usize];
            fill(&seed, Matrix::A, 0, &mut whole);
            for i in 0..n {
                let from = (i * n) as usize;
                assert_eq!(line(&seed, Matrix::A, i, n), whole[from..from + n as usize]);
            }
        }
    }

    #[test]
    fn matrices_and_seeds_give_different_lines() {
        assert_ne!(
            line(&[7; 32], Matrix::A, 0, 32),
            line(&[7; 32], Matrix::B, 0, 32)
        );
        assert_ne!(
            line(&[7; 32], Matrix::A, 0, 32),
            line(&[8; 32], Matrix::A, 0, 32)
        );
        assert_ne!(
            line(&[7; 32], Matrix::A, 0, 32),
            line(&[7; 32], Matrix::A, 1, 32)
        );
    }

    #[test]
    fn dot_of_extreme_lines_is_exact() {
        let n = 4_096;
        assert_eq!(dot(&vec![-127; n], &vec![127; n]), -127 * 127 * 4_096);
        assert_eq!(dot(&[], &[]), 0);
    }
}
