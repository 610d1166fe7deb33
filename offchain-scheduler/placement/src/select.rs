//! The cheapest whole set.

use crate::MAX_LINES;

/// A device that may be part of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Its number in the fleet, in order of ids.
    pub(crate) number: u32,
    /// Its processors.
    pub(crate) qty: u8,
    /// Its cost.
    pub(crate) cost: i64,
}

/// Of all sets of at most `lines`, and never more than [`MAX_LINES`], candidates with exactly `gpus` processors, one of lowest
/// cost; of equal ones the set found first in the order of the candidates, which is by cost and id.
/// The set comes in that order, too.
///
/// Only the [`MAX_LINES`] cheapest candidates of each size can be part of the result, so the work is
/// bounded by 64 sizes · 8 candidates · 8 lines · 512 sums whatever the size of the fleet.
pub(crate) fn cheapest_set(
    sorted: Vec<Candidate>,
    gpus: u16,
    lines: usize,
) -> Option<Vec<Candidate>> {
    let (gpus, most) = (usize::from(gpus), lines.min(MAX_LINES));
    if gpus == 0 || most == 0 {
        return None;
    }
    let mut taken_of_size = [0usize; 256];
    let candidates: Vec<Candidate> = sorted
        .into_iter()
        .filter(|candidate| {
            let taken = &mut taken_of_size[usize::from(candidate.qty)];
            *taken += 1;
            *taken <= most
        })
        .collect();
    let largest = candidates
        .iter()
        .map(|candidate| usize::from(candidate.qty))
        .max()?;
    if gpus > largest * most {
        return None;
    }

    // best[k][s]: after some candidates, the cheapest set of k of them with s processors. One layer
    // per candidate is kept, so that the set can be read back.
    let width = gpus + 1;
    let cell = |lines: usize, sum: usize| lines * width + sum;
    let mut cost: Vec<Option<i64>> = vec![None; (most + 1) * width];
    cost[cell(0, 0)] = Some(0);
    let mut taken: Vec<Vec<bool>> = Vec::with_capacity(candidates.len());
    for candidate in &candidates {
        let qty = usize::from(candidate.qty);
        let mut takes = vec![false; (most + 1) * width];
        // Downwards, so that a candidate is taken once.
        for lines in (1..=most).rev() {
            for sum in (qty..width).rev() {
                let Some(before) = cost[cell(lines - 1, sum - qty)] else {
                    continue;
                };
                let with = before.saturating_add(candidate.cost);
                if cost[cell(lines, sum)].is_none_or(|best| with < best) {
                    cost[cell(lines, sum)] = Some(with);
                    takes[cell(lines, sum)] = true;
                }
            }
        }
        taken.push(takes);
    }
    // Fewer lines first among equal costs.
    let (mut lines, _) = (1..=most)
        .filter_map(|lines| cost[cell(lines, gpus)].map(|cost| (lines, cost)))
        .min_by_key(|(lines, cost)| (*cost, *lines))?;
    let mut sum = gpus;
    let mut set = Vec::with_capacity(lines);
    for (candidate, takes) in candidates.into_iter().zip(taken).rev() {
        if lines > 0 && takes[cell(lines, sum)] {
            sum -= usize::from(candidate.qty);
            lines -= 1;
            set.push(candidate);
        }
    }
    set.reverse();
    Some(set)
}
