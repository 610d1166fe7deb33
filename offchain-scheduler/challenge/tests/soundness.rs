//! What honest and dishonest answers are judged to be.

use std::num::NonZeroUsize;

use ion_challenge::{
    Answer, Challenge, ChallengeWork, Commitment, CpuProver, FailReason, Hash, Opening, Prover,
    ProverError, RowTree, Verdict, positions, secret_hash, verify,
};

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

/// Every single-bit change and the full inversion of every byte.
fn altered(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len()).flat_map(move |at| {
        (0..8).map(|bit| 1u8 << bit).chain([0xFF]).map(move |mask| {
            let mut altered = bytes.to_vec();
            altered[at] ^= mask;
            altered
        })
    })
}

#[test]
fn every_changed_byte_of_an_answer_is_caught() {
    let challenge = challenge(8, 2, 16, 3);
    let (commitment, answer) = honest(&challenge);
    let bytes = borsh::to_vec(&answer).unwrap();
    let (mut unreadable, mut failed) = (0, 0);
    for altered in altered(&bytes) {
        match borsh::from_slice::<Answer>(&altered) {
            Err(_) => unreadable += 1,
            Ok(altered) => {
                fail_reason(verify(&challenge, &commitment, &SECRET, &altered));
                failed += 1;
            }
        }
    }
    assert_eq!(unreadable + failed, 9 * bytes.len());
    // Lengths alone can make it unreadable: those of the openings, of each row and of each proof.
    assert!(unreadable <= 9 * 4 * (1 + 2 * 16));
}

#[test]
fn every_changed_byte_of_a_commitment_is_caught() {
    let challenge = challenge(8, 3, 4, 3);
    let (commitment, answer) = honest(&challenge);
    for altered in altered(&borsh::to_vec(&commitment).unwrap()) {
        if let Ok(altered) = borsh::from_slice::<Commitment>(&altered) {
            fail_reason(verify(&challenge, &altered, &SECRET, &answer));
        }
    }
}
