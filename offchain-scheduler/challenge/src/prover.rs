//! Back ends that compute the product of a round.

use std::num::NonZeroUsize;

use borsh::{BorshDeserialize, BorshSerialize};
use ndarray::{Array2, Axis, Slice, linalg::general_mat_mul};

use crate::{
    digest::Hash,
    generator::{self, Matrix},
    tree::row_leaf,
};

/// Largest side of the CPU back end: the right factor takes `n²` bytes, 256 MiB here.
pub const MAX_CPU_N: u32 = 16_384;

/// Rows of `A` multiplied with one panel of columns before the next panel is widened.
const ROW_BLOCK: usize = 128;
/// Columns of a panel: a panel is 1 MiB and stays in the second cache.
const COLUMN_BLOCK: usize = 256;
/// Terms of a sum that floating point holds exactly: `1,024 · 127² < 2²⁴`.
const DEPTH_BLOCK: usize = 1_024;

/// How much an answer of a back end can show, weakest first. The timed grades need a calibrated
/// time window of the processor class; a CPU answer never earns more than `SelfReported`.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceGrade {
    /// The device says so.
    SelfReported,
    /// Independent claims of the device agree.
    ConsistentClaims,
    /// The work was done within the time of the class.
    TimedCompute,
    /// The work was done within the time and needed the memory of the class.
    TimedComputeAndMemory,
    /// The hardware signed.
    HardwareAttestation,
}

/// Why a back end gave no result.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProverError {
    /// The side is 0 or above what the back end holds in memory.
    #[error("matrix side {0} is outside what this back end computes")]
    Side(u32),
    /// A row index is not below the side.
    #[error("row {0} does not exist")]
    Row(u32),
    /// A worker thread ended without a result.
    #[error("a worker thread failed")]
    Worker,
    /// The device that computes did not do a step.
    #[error("the accelerator did not {step}: code {code}")]
    Accelerator {
        /// What it was asked to do.
        step: &'static str,
        /// The driver's code.
        code: u32,
    },
    /// The challenge itself is out of range.
    #[error(transparent)]
    Challenge(#[from] crate::ChallengeError),
    /// The revealed secret is not the one that the challenge binds.
    #[error("the revealed secret is not the one of the challenge")]
    WrongSecret,
}

/// A back end. Every back end gives the same bits for the same seed and side.
pub trait Prover: Send + Sync {
    /// Leaves of all `n` rows of the product, in order of rows. Errors: `Side`, `Worker`.
    fn leaves(&self, seed: &Hash, n: u32) -> Result<Vec<Hash>, ProverError>;

    /// The named rows of the product, in the order asked. Errors: `Side`, `Row`, `Worker`.
    fn rows(&self, seed: &Hash, n: u32, rows: &[u32]) -> Result<Vec<Vec<i32>>, ProverError>;

    /// The best grade that answers of this back end can earn.
    fn grade(&self) -> EvidenceGrade;
}

/// Reference back end: blocked product on worker threads.
#[derive(Clone, Copy, Debug)]
pub struct CpuProver {
    threads: NonZeroUsize,
}

impl CpuProver {
    /// Back end on that many worker threads.
    pub fn new(threads: NonZeroUsize) -> Self {
        CpuProver { threads }
    }

    fn check_side(n: u32) -> Result<(), ProverError> {
        if n == 0 || n > MAX_CPU_N {
            Err(ProverError::Side(n))
        } else {
            Ok(())
        }
    }

    /// Items per worker so that all workers get almost equal parts.
    fn share(&self, items: usize) -> usize {
        items.div_ceil(self.threads.get()).max(1)
    }

    /// All columns of `B`, one after the other.
    fn columns(&self, seed: &Hash, n: u32) -> Result<Vec<i8>, ProverError> {
        let side = n as usize;
        let mut columns = vec![0i8; side * side];
        let share = self.share(side);
        run_parts(
            columns.chunks_mut(share * side).enumerate(),
            |(part, chunk)| {
                for (offset, column) in chunk.chunks_exact_mut(side).enumerate() {
                    let index = (part * share + offset) as u32;
                    generator::fill_line(seed, Matrix::B, index, column);
                }
            },
        )?;
        Ok(columns)
    }
}

impl Prover for CpuProver {
    fn leaves(&self, seed: &Hash, n: u32) -> Result<Vec<Hash>, ProverError> {
        Self::check_side(n)?;
        let columns = self.columns(seed, n)?;
        let mut leaves = vec![[0u8; 32]; n as usize];
        let share = self.share(n as usize);
        run_parts(leaves.chunks_mut(share).enumerate(), |(part, chunk)| {
            for (block, leaves) in chunk.chunks_mut(ROW_BLOCK).enumerate() {
                let first = part * share + block * ROW_BLOCK;
                let indices: Vec<u32> = (first..first + leaves.len())
                    .map(|row| row as u32)
                    .collect();
                let rows = multiply(seed, n, &indices, &columns);
                for ((leaf, row), index) in leaves.iter_mut().zip(&rows).zip(&indices) {
                    *leaf = row_leaf(*index, row);
                }
            }
        })?;
        Ok(leaves)
    }

    fn rows(&self, seed: &Hash, n: u32, rows: &[u32]) -> Result<Vec<Vec<i32>>, ProverError> {
        Self::check_side(n)?;
        if let Some(row) = rows.iter().find(|row| **row >= n) {
            return Err(ProverError::Row(*row));
        }
        let columns = self.columns(seed, n)?;
        let mut products = vec![Vec::new(); rows.len()];
        let share = self.share(rows.len());
        run_parts(
            products.chunks_mut(share).zip(rows.chunks(share)),
            |(products, rows)| {
                for (products, rows) in products.chunks_mut(ROW_BLOCK).zip(rows.chunks(ROW_BLOCK)) {
                    products.clone_from_slice(&multiply(seed, n, rows, &columns));
                }
            },
        )?;
        Ok(products)
    }

    fn grade(&self) -> EvidenceGrade {
        EvidenceGrade::SelfReported
    }
}

/// Runs `work` on each part on its own thread. Error: `Worker` when one of them panics.
pub(crate) fn run_parts<P: Send>(
    parts: impl Iterator<Item = P>,
    work: impl Fn(P) + Copy + Send + Sync,
) -> Result<(), ProverError> {
    std::thread::scope(|scope| {
        let handles: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        let mut outcome = Ok(());
        for handle in handles {
            if handle.join().is_err() {
                outcome = Err(ProverError::Worker);
            }
        }
        outcome
    })
}

/// Rows of the product for the given rows of `A`, at most [`ROW_BLOCK`], and all columns of `B`.
///
/// The product is taken in floating point, [`DEPTH_BLOCK`] terms at a time, and is exact: every
/// partial sum is an integer of at most `1,024 · 127² < 2²⁴`, so neither the order of additions nor
/// a fused multiplication can change a bit.
fn multiply(seed: &Hash, n: u32, indices: &[u32], columns: &[i8]) -> Vec<Vec<i32>> {
    let side = n as usize;
    let mut line = vec![0i8; side];
    let mut left = Array2::<f32>::zeros((indices.len(), side));
    for (mut row, index) in left.outer_iter_mut().zip(indices) {
        generator::fill_line(seed, Matrix::A, *index, &mut line);
        for (wide, entry) in row.iter_mut().zip(&line) {
            *wide = f32::from(*entry);
        }
    }
    let mut rows = vec![vec![0i32; side]; indices.len()];
    let mut panel = Array2::<f32>::zeros((COLUMN_BLOCK, DEPTH_BLOCK));
    let mut partial = Array2::<f32>::zeros((indices.len(), COLUMN_BLOCK));
    for first in (0..side).step_by(COLUMN_BLOCK) {
        let width = COLUMN_BLOCK.min(side - first);
        let block = &columns[first * side..(first + width) * side];
        for from in (0..side).step_by(DEPTH_BLOCK) {
            let depth = DEPTH_BLOCK.min(side - from);
            for (mut wide, column) in panel.outer_iter_mut().zip(block.chunks_exact(side)) {
                for (wide, entry) in wide.iter_mut().zip(&column[from..from + depth]) {
                    *wide = f32::from(*entry);
                }
            }
            let filled = panel.slice_axis(Axis(0), Slice::from(..width));
            let filled = filled.slice_axis(Axis(1), Slice::from(..depth));
            let mut partial = partial.slice_axis_mut(Axis(1), Slice::from(..width));
            general_mat_mul(
                1.0,
                &left.slice_axis(Axis(1), Slice::from(from..from + depth)),
                &filled.t(),
                0.0,
                &mut partial,
            );
            for (row, sums) in rows.iter_mut().zip(partial.outer_iter()) {
                for (entry, sum) in row[first..first + width].iter_mut().zip(sums) {
                    *entry += *sum as i32;
                }
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prover(threads: usize) -> CpuProver {
        CpuProver::new(NonZeroUsize::new(threads).unwrap())
    }

    /// Triple loop straight from the definition.
    fn slow_row(seed: &Hash, n: u32, row: u32) -> Vec<i32> {
        let a = generator::line(seed, Matrix::A, row, n);
        (0..n)
            .map(|j| generator::dot(&a, &generator::line(seed, Matrix::B, j, n)))
            .collect()
    }

    #[test]
    fn product_equals_the_definition_around_block_bounds() {
        let seed = [3; 32];
        for n in [1u32, 2, 17, 127, 128, 129, 255, 256, 257] {
            let rows: Vec<u32> = (0..n).collect();
            let expected: Vec<Vec<i32>> = rows.iter().map(|row| slow_row(&seed, n, *row)).collect();
            assert_eq!(prover(2).rows(&seed, n, &rows).unwrap(), expected);
            let leaves: Vec<Hash> = (0..n)
                .zip(&expected)
                .map(|(row, entries)| row_leaf(row, entries))
                .collect();
            assert_eq!(prover(2).leaves(&seed, n).unwrap(), leaves);
        }
    }

    #[test]
    fn sums_above_the_exact_range_of_one_block_are_exact() {
        let seed = [5; 32];
        let n = 2 * DEPTH_BLOCK as u32 + 3;
        let rows = [0, n / 2, n - 1];
        let expected: Vec<Vec<i32>> = rows.iter().map(|row| slow_row(&seed, n, *row)).collect();
        assert_eq!(prover(2).rows(&seed, n, &rows).unwrap(), expected);
        // The largest sum of a block, which no seed reaches.
        let most = DEPTH_BLOCK as f32 * 127.0 * 127.0;
        assert_eq!((most as i32, most - 1.0), (16_516_096, 16_516_095.0));
    }

    #[test]
    fn thread_count_does_not_change_a_bit() {
        let seed = [4; 32];
        let single = prover(1).leaves(&seed, 70).unwrap();
        for threads in [2, 3, 7, 64, 100] {
            assert_eq!(prover(threads).leaves(&seed, 70).unwrap(), single);
            assert_eq!(
                prover(threads).rows(&seed, 70, &[69, 0, 69]).unwrap(),
                prover(1).rows(&seed, 70, &[69, 0, 69]).unwrap()
            );
        }
    }

    #[test]
    fn sides_and_rows_out_of_range_are_refused() {
        assert_eq!(prover(1).leaves(&[0; 32], 0), Err(ProverError::Side(0)));
        assert_eq!(
            prover(1).leaves(&[0; 32], MAX_CPU_N + 1),
            Err(ProverError::Side(MAX_CPU_N + 1))
        );
        assert_eq!(
            prover(1).rows(&[0; 32], 4, &[3, 4]),
            Err(ProverError::Row(4))
        );
        assert_eq!(prover(1).rows(&[0; 32], 4, &[]), Ok(vec![]));
    }

    #[test]
    fn cpu_answers_stay_self_reported() {
        assert_eq!(prover(1).grade(), EvidenceGrade::SelfReported);
        assert!(EvidenceGrade::SelfReported < EvidenceGrade::TimedCompute);
    }
}
