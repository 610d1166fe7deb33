//! What honest and dishonest answers are judged to be.

use std::num::NonZeroUsize;

use ion_challenge::{
    Answer, Challenge, ChallengeWork, Commitment, CpuProver, EvidenceGrade, FailReason, Hash,
    Opening, Prover, ProverError, RowTree, Verdict, positions, secret_hash, verify,
};
use proptest::prelude::*;

const SECRET: Hash = [6; 32];

fn challenge(n: u32, rounds: u8, openings: u16, device: u8) -> Challenge {
    Challenge {
        genesis_hash: [1; 32],
        verifier: [2; 32],
        device: [device; 32],
        nonce: [4; 32],
        blockhash: [5; 32],
        n,
        rounds,
        openings,
        secret_hash: secret_hash(&SECRET),
    }
}

fn prover() -> CpuProver {
    CpuProver::new(NonZeroUsize::new(2).unwrap())
}

fn honest(challenge: &Challenge) -> (Commitment, Answer) {
    let work = ChallengeWork::commit(&prover(), challenge.clone()).unwrap();
    (work.commitment(), work.open(&prover(), &SECRET).unwrap())
}

fn fail_reason(verdict: Verdict) -> FailReason {
    match verdict {
        Verdict::Fail(evidence) => {
            // Wrong counts of openings and a foreign answer show in the signed messages only.
            let in_commitment = evidence.commitment.challenge_id != evidence.challenge.id()
                || matches!(evidence.reason, FailReason::RootCount { .. });
            assert_eq!(
                evidence.is_confirmed(),
                evidence.opening.is_some() || in_commitment
            );
            evidence.reason
        }
        other => panic!("expected a contradiction, got {other:?}"),
    }
}

/// Small generator for tests, so that the draws are fixed.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

#[test]
fn honest_answer_passes_for_odd_sides_and_many_rounds() {
    for (n, rounds, openings) in [(1, 1, 1), (2, 3, 8), (17, 4, 64), (64, 2, 16)] {
        let challenge = challenge(n, rounds, openings, 3);
        let (commitment, answer) = honest(&challenge);
        assert_eq!(
            verify(&challenge, &commitment, &SECRET, &answer),
            Verdict::Pass
        );
    }
}

/// A device that computes only part of the product and invents the rest.
struct Skipping {
    wrong: Vec<(u32, u32)>,
}

impl Prover for Skipping {
    fn leaves(&self, seed: &Hash, n: u32) -> Result<Vec<Hash>, ProverError> {
        let rows = self.rows(seed, n, &(0..n).collect::<Vec<_>>())?;
        Ok(rows
            .iter()
            .zip(0u32..)
            .map(|(row, index)| leaf(index, row))
            .collect())
    }

    fn rows(&self, seed: &Hash, n: u32, rows: &[u32]) -> Result<Vec<Vec<i32>>, ProverError> {
        let mut products = CpuProver::new(NonZeroUsize::MIN).rows(seed, n, rows)?;
        for (row, product) in rows.iter().zip(&mut products) {
            for (_, column) in self.wrong.iter().filter(|at| at.0 == *row) {
                product[*column as usize] ^= 1;
            }
        }
        Ok(products)
    }

    fn grade(&self) -> EvidenceGrade {
        EvidenceGrade::SelfReported
    }
}

fn leaf(row: u32, entries: &[i32]) -> Hash {
    let bytes: Vec<u8> = entries
        .iter()
        .flat_map(|entry| entry.to_le_bytes())
        .collect();
    ion_merkle::leaf::<ion_merkle::Sha256Hasher, 2>(
        b"ION_CHALLENGE_ROW_V1",
        &[&row.to_le_bytes(), &bytes],
    )
}

/// Passes of `trials` with `wrong` of `n²` entries wrong, and the bounds of the 99.9 % interval
/// around `(1 − ε)^k`.
fn passes(n: u32, openings: u16, wrong: usize, trials: u32) -> (f64, f64, f64) {
    let mut draws = Draws(0x9E37_79B9_7F4A_7C15);
    let mut passed = 0u32;
    for trial in 0..trials {
        let mut cells: Vec<(u32, u32)> = (0..n)
            .flat_map(|row| (0..n).map(move |column| (row, column)))
            .collect();
        for place in 0..wrong {
            let other = place + draws.below((cells.len() - place) as u64) as usize;
            cells.swap(place, other);
        }
        cells.truncate(wrong);
        let mut challenge = challenge(n, 1, openings, 3);
        challenge.nonce[..4].copy_from_slice(&trial.to_le_bytes());
        let cheat = Skipping { wrong: cells };
        let work = ChallengeWork::commit(&cheat, challenge.clone()).unwrap();
        let answer = work.open(&cheat, &SECRET).unwrap();
        match verify(&challenge, &work.commitment(), &SECRET, &answer) {
            Verdict::Pass => passed += 1,
            Verdict::Fail(evidence) => {
                assert!(matches!(evidence.reason, FailReason::WrongEntry { .. }))
            }
            Verdict::Inconclusive(reason) => panic!("unexpected {reason:?}"),
        }
    }
    let epsilon = wrong as f64 / f64::from(n * n);
    let expected = f64::from(trials) * (1.0 - epsilon).powi(i32::from(openings));
    let sigma = (expected * (1.0 - expected / f64::from(trials))).sqrt();
    (
        f64::from(passed),
        expected - 3.29 * sigma,
        expected + 3.29 * sigma,
    )
}

#[test]
fn skipped_share_passes_with_the_stated_probability() {
    // (side, openings, wrong entries): ε = 0.5, 0.1, 0.02.
    for (n, openings, wrong) in [(10, 2, 50), (10, 8, 10), (10, 64, 2)] {
        let (passed, low, high) = passes(n, openings, wrong, 1_500);
        assert!(
            low <= passed && passed <= high,
            "{passed} outside {low}..{high}"
        );
    }
    let (passed, _, high) = passes(10, 64, 50, 200);
    assert!(high < 1.0);
    assert_eq!(passed, 0.0);
}

#[test]
fn wrong_secret_is_refused_by_the_device() {
    let challenge = challenge(8, 1, 4, 3);
    let work = ChallengeWork::commit(&prover(), challenge).unwrap();
    assert_eq!(
        work.open(&prover(), &[7; 32]),
        Err(ProverError::WrongSecret)
    );
}

#[test]
fn answer_drawn_by_another_secret_fails() {
    let mine = challenge(32, 2, 8, 3);
    let (commitment, answer) = honest(&mine);
    let reason = fail_reason(verify(&mine, &commitment, &[7; 32], &answer));
    assert!(matches!(reason, FailReason::OtherPosition { .. }));
}

#[test]
fn replayed_commitment_fails() {
    let old = challenge(16, 2, 16, 3);
    let mut new = old.clone();
    new.nonce = [9; 32];
    let (old_commitment, old_answer) = honest(&old);
    assert_eq!(
        fail_reason(verify(&new, &old_commitment, &SECRET, &old_answer)),
        FailReason::OtherChallenge
    );

    // Old roots under the new identity, opened where the new challenge asks.
    let commitment = Commitment {
        challenge_id: new.id(),
        roots: old_commitment.roots.clone(),
    };
    let answer = opened_elsewhere(&new, &old, &commitment);
    assert!(matches!(
        fail_reason(verify(&new, &commitment, &SECRET, &answer)),
        FailReason::WrongEntry { .. }
    ));
}

/// Openings at the positions of `asked`, from the product of `worked`.
fn opened_elsewhere(asked: &Challenge, worked: &Challenge, commitment: &Commitment) -> Answer {
    let seeds = worked.seeds(&commitment.roots);
    let trees: Vec<RowTree> = seeds
        .iter()
        .map(|seed| RowTree::new(prover().leaves(seed, worked.n).unwrap()))
        .collect();
    let openings = positions(asked, &commitment.roots, &SECRET)
        .into_iter()
        .map(|position| Opening {
            position,
            entries: prover()
                .rows(
                    &seeds[usize::from(position.round)],
                    worked.n,
                    &[position.row],
                )
                .unwrap()
                .remove(0),
            siblings: trees[usize::from(position.round)]
                .proof(position.row)
                .unwrap(),
        })
        .collect();
    Answer {
        challenge_id: asked.id(),
        openings,
    }
}

#[test]
fn work_of_another_device_fails() {
    let mine = challenge(16, 1, 16, 3);
    let theirs = challenge(16, 1, 16, 4);
    let (their_commitment, _) = honest(&theirs);
    let commitment = Commitment {
        challenge_id: mine.id(),
        roots: their_commitment.roots,
    };
    let answer = opened_elsewhere(&mine, &theirs, &commitment);
    assert!(matches!(
        fail_reason(verify(&mine, &commitment, &SECRET, &answer)),
        FailReason::WrongEntry { .. }
    ));
}

#[test]
fn truncated_tree_fails() {
    let challenge = challenge(16, 1, 32, 3);
    let leaves = prover().leaves(&challenge.first_seed(), 16).unwrap();
    let tree = RowTree::new(leaves[..8].to_vec());
    let commitment = Commitment {
        challenge_id: challenge.id(),
        roots: vec![tree.root()],
    };
    let openings = positions(&challenge, &commitment.roots, &SECRET)
        .into_iter()
        .map(|position| Opening {
            position,
            entries: prover()
                .rows(&challenge.first_seed(), 16, &[position.row])
                .unwrap()
                .remove(0),
            siblings: tree.proof(position.row % 8).unwrap(),
        })
        .collect();
    let answer = Answer {
        challenge_id: challenge.id(),
        openings,
    };
    assert_eq!(
        fail_reason(verify(&challenge, &commitment, &SECRET, &answer)),
        FailReason::NotCommitted
    );
}

#[test]
fn reordered_rows_fail() {
    let challenge = challenge(16, 1, 32, 3);
    let mut leaves = prover().leaves(&challenge.first_seed(), 16).unwrap();
    leaves.reverse();
    let tree = RowTree::new(leaves);
    let commitment = Commitment {
        challenge_id: challenge.id(),
        roots: vec![tree.root()],
    };
    let openings = positions(&challenge, &commitment.roots, &SECRET)
        .into_iter()
        .map(|position| Opening {
            position,
            entries: prover()
                .rows(&challenge.first_seed(), 16, &[position.row])
                .unwrap()
                .remove(0),
            siblings: tree.proof(position.row).unwrap(),
        })
        .collect();
    let answer = Answer {
        challenge_id: challenge.id(),
        openings,
    };
    assert_eq!(
        fail_reason(verify(&challenge, &commitment, &SECRET, &answer)),
        FailReason::NotCommitted
    );
}

#[test]
fn altered_answers_fail_with_their_own_reason() {
    let challenge = challenge(16, 2, 8, 3);
    let (commitment, answer) = honest(&challenge);
    let judge = |commitment: &Commitment, answer: &Answer| {
        fail_reason(verify(&challenge, commitment, &SECRET, answer))
    };

    let mut wrong_row = answer.clone();
    wrong_row.openings[3].position.row = (wrong_row.openings[3].position.row + 1) % 16;
    assert_eq!(
        judge(&commitment, &wrong_row),
        FailReason::OtherPosition {
            drawn: answer.openings[3].position
        }
    );

    let mut wrong_entry = answer.clone();
    wrong_entry.openings[0].entries[0] ^= 1;
    assert_eq!(judge(&commitment, &wrong_entry), FailReason::NotCommitted);

    let mut short_row = answer.clone();
    short_row.openings[0].entries.pop();
    assert_eq!(
        judge(&commitment, &short_row),
        FailReason::RowLength { got: 15 }
    );

    let mut short_proof = answer.clone();
    short_proof.openings[0].siblings.pop();
    assert_eq!(judge(&commitment, &short_proof), FailReason::NotCommitted);

    let mut fewer = answer.clone();
    fewer.openings.pop();
    assert_eq!(
        judge(&commitment, &fewer),
        FailReason::OpeningCount { got: 7 }
    );

    let mut one_root = commitment.clone();
    one_root.roots.pop();
    assert_eq!(judge(&one_root, &answer), FailReason::RootCount { got: 1 });

    let mut other = answer.clone();
    other.challenge_id = [0; 32];
    assert_eq!(judge(&commitment, &other), FailReason::OtherChallenge);
}

#[test]
fn evidence_of_a_correct_opening_is_not_confirmed() {
    let challenge = challenge(16, 1, 4, 3);
    let (commitment, answer) = honest(&challenge);
    let evidence = ion_challenge::Evidence {
        challenge,
        commitment,
        secret: SECRET,
        index: 0,
        opening: Some(answer.openings[0].clone()),
        reason: FailReason::NotCommitted,
    };
    assert!(!evidence.is_confirmed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_flipped_bit_of_an_answer_is_caught(byte in any::<prop::sample::Index>(), bit in 0u8..8) {
        let challenge = challenge(8, 2, 4, 3);
        let (commitment, answer) = honest(&challenge);
        let mut bytes = borsh::to_vec(&answer).unwrap();
        let at = byte.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(altered) = borsh::from_slice::<Answer>(&bytes) {
            prop_assert!(matches!(verify(&challenge, &commitment, &SECRET, &altered), Verdict::Fail(_)));
        }
    }

    #[test]
    fn any_flipped_bit_of_a_commitment_is_caught(byte in any::<prop::sample::Index>(), bit in 0u8..8) {
        let challenge = challenge(8, 2, 4, 3);
        let (commitment, answer) = honest(&challenge);
        let mut bytes = borsh::to_vec(&commitment).unwrap();
        let at = byte.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(altered) = borsh::from_slice::<Commitment>(&bytes) {
            prop_assert!(matches!(verify(&challenge, &altered, &SECRET, &answer), Verdict::Fail(_)));
        }
    }
}
