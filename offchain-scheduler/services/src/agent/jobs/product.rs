//! The matrix product as a job.

use std::{
    num::NonZeroUsize,
    sync::atomic::{AtomicBool, Ordering},
};

use ion_protocol::ProductJob;

/// `C` by rows, exact; `None` when `stop` was set before the end. The job's shape is checked.
pub(super) fn multiply(
    job: &ProductJob,
    threads: NonZeroUsize,
    stop: &AtomicBool,
) -> Option<Vec<i64>> {
    let [rows, inner, columns] = [job.rows, job.inner, job.columns].map(|side| side as usize);
    let mut turned = vec![0i16; job.right.len()];
    for (k, row) in job.right.chunks_exact(columns).enumerate() {
        for (j, entry) in row.iter().enumerate() {
            turned[j * inner + k] = *entry;
        }
    }
    let mut result = vec![0i64; rows * columns];
    let share = rows.div_ceil(threads.get()).max(1);
    std::thread::scope(|scope| {
        let parts = result
            .chunks_mut(share * columns)
            .zip(job.left.chunks(share * inner));
        for (result, left) in parts {
            let turned = &turned;
            scope.spawn(move || {
                let lines = result.chunks_exact_mut(columns);
                for (sums, line) in lines.zip(left.chunks_exact(inner)) {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    for (sum, column) in sums.iter_mut().zip(turned.chunks_exact(inner)) {
                        *sum = dot(line, column);
                    }
                }
            });
        }
    });
    (!stop.load(Ordering::Relaxed)).then_some(result)
}

/// At most 2²⁹ products of at most 2³⁰: below 2⁶³.
fn dot(left: &[i16], right: &[i16]) -> i64 {
    left.iter()
        .zip(right)
        .map(|(a, b)| i64::from(*a) * i64::from(*b))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> ProductJob {
        ProductJob {
            rows: 3,
            inner: 2,
            columns: 2,
            left: vec![1, 2, 3, 4, i16::MIN, i16::MIN],
            right: vec![5, i16::MIN, 7, i16::MIN],
        }
    }

    #[test]
    fn product_is_exact_on_any_number_of_threads() {
        let expected = vec![19, -98_304, 43, -229_376, -393_216, 1 << 31];
        for threads in [1, 2, 3, 8] {
            let threads = NonZeroUsize::new(threads).unwrap();
            assert_eq!(
                multiply(&job(), threads, &AtomicBool::new(false)),
                Some(expected.clone())
            );
        }
    }

    #[test]
    fn stopped_work_has_no_result() {
        let threads = NonZeroUsize::MIN;
        assert_eq!(multiply(&job(), threads, &AtomicBool::new(true)), None);
    }
}
