//! How often a device that skips work gets through, against the formula.
//!
//! Openings are drawn with replacement, so a device whose product is wrong in a share ε of its
//! entries passes with probability `(1 − ε)^k` exactly. For each ε the number of passes in
//! 20,000 trials of the whole protocol must lie in the 99 % interval of that binomial distribution,
//! whose bounds are summed here from its exact terms.

use ion_challenge::{
    Challenge, ChallengeWork, EvidenceGrade, FailReason, Hash, Prover, ProverError, Verdict,
    generator::{self, Matrix},
    row_leaf, secret_hash, verify,
};

const TRIALS: u32 = 20_000;
const SIDE: u32 = 10;
const CELLS: usize = (SIDE * SIDE) as usize;
const OPENINGS: u16 = 64;

/// Small generator, so that the draws are fixed.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn hash(&mut self) -> Hash {
        std::array::from_fn(|_| self.below(256) as u8)
    }
}

/// A device that computes the product but for some entries, which it invents.
struct Skipping {
    invented: Vec<bool>,
}

impl Prover for Skipping {
    fn leaves(&self, seed: &Hash, n: u32) -> Result<Vec<Hash>, ProverError> {
        let all: Vec<u32> = (0..n).collect();
        let rows = self.rows(seed, n, &all)?;
        Ok((0..n)
            .zip(&rows)
            .map(|(row, entries)| row_leaf(row, entries))
            .collect())
    }

    fn rows(&self, seed: &Hash, n: u32, rows: &[u32]) -> Result<Vec<Vec<i32>>, ProverError> {
        let columns: Vec<Vec<i8>> = (0..n)
            .map(|column| generator::line(seed, Matrix::B, column, n))
            .collect();
        Ok(rows
            .iter()
            .map(|row| {
                let left = generator::line(seed, Matrix::A, *row, n);
                let first = (row * n) as usize;
                columns
                    .iter()
                    .zip(&self.invented[first..])
                    .map(|(right, is_invented)| {
                        generator::dot(&left, right) ^ i32::from(*is_invented)
                    })
                    .collect()
            })
            .collect())
    }

    fn grade(&self) -> EvidenceGrade {
        EvidenceGrade::SelfReported
    }
}

/// Passes among `trials` challenges, each with `wrong` entries at other places.
fn passes(wrong: usize, trials: u32, seed: u64) -> u32 {
    let mut draws = Draws(seed);
    let mut passed = 0;
    for _ in 0..trials {
        let mut cells: Vec<usize> = (0..CELLS).collect();
        let mut invented = vec![false; CELLS];
        for place in 0..wrong {
            let other = place + draws.below(CELLS - place);
            cells.swap(place, other);
            invented[cells[place]] = true;
        }
        let secret = draws.hash();
        let challenge = Challenge {
            genesis_hash: [1; 32],
            verifier: [2; 32],
            device: [3; 32],
            nonce: draws.hash(),
            blockhash: [5; 32],
            n: SIDE,
            rounds: 1,
            openings: OPENINGS,
            secret_hash: secret_hash(&secret),
        };
        let cheat = Skipping { invented };
        let work = ChallengeWork::commit(&cheat, challenge.clone()).unwrap();
        let answer = work.open(&cheat, &secret).unwrap();
        match verify(&challenge, &work.commitment(), &secret, &answer) {
            Verdict::Pass => passed += 1,
            Verdict::Fail(evidence) => {
                assert!(matches!(evidence.reason, FailReason::WrongEntry { .. }));
            }
            Verdict::Inconclusive(reason) => panic!("unexpected {reason:?}"),
        }
    }
    passed
}

/// Largest count with no more than 0.5 % of the distribution below it, and smallest with no more
/// than 0.5 % above it.
fn interval_of_99_percent(trials: u32, probability: f64) -> (u32, u32) {
    let odds = probability.ln() - (-probability).ln_1p();
    let mut term = f64::from(trials) * (-probability).ln_1p();
    let mut below = 0.0;
    let (mut low, mut high) = (0, None);
    for count in 0..=trials {
        if below <= 0.005 {
            low = count;
        }
        below += term.exp();
        if below >= 0.995 && high.is_none() {
            high = Some(count);
        }
        term += odds + f64::from(trials - count).ln() - f64::from(count + 1).ln();
    }
    (low, high.unwrap_or(trials))
}

fn check(wrong: usize, expected: (u32, u32)) {
    let epsilon = wrong as f64 / CELLS as f64;
    let share = (1.0 - epsilon).powi(i32::from(OPENINGS));
    let (low, high) = interval_of_99_percent(TRIALS, share);
    assert_eq!((low, high), expected, "bounds of the interval");
    let halves = [0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03];
    let passed: u32 = std::thread::scope(|scope| {
        let workers = halves.map(|seed| scope.spawn(move || passes(wrong, TRIALS / 2, seed)));
        workers.map(|worker| worker.join().unwrap()).iter().sum()
    });
    println!(
        "epsilon={epsilon} k={OPENINGS} trials={TRIALS} passed={passed} formula={:.1} interval={low}..={high}",
        share * f64::from(TRIALS)
    );
    assert!(
        (low..=high).contains(&passed),
        "ε = {epsilon}: {passed} of {TRIALS} passed, outside {low}..={high}"
    );
}

#[test]
fn half_of_the_work_skipped_never_passes() {
    check(50, (0, 0));
}

#[test]
fn a_tenth_of_the_work_skipped_passes_as_often_as_the_formula_says() {
    check(10, (12, 37));
}

#[test]
fn a_fiftieth_of_the_work_skipped_passes_as_often_as_the_formula_says() {
    check(2, (5_327, 5_652));
}

#[test]
fn interval_is_that_of_the_binomial_distribution() {
    // Ten tosses of a fair coin: 1 of 1,024 each for none and all, 10 for one and nine.
    assert_eq!(interval_of_99_percent(10, 0.5), (1, 9));
    assert_eq!(interval_of_99_percent(1, 0.5), (0, 1));
}
