//! The whole protocol against values computed by `fixtures/make_vectors.py`.

use std::{collections::BTreeMap, num::NonZeroUsize};

use ion_challenge::{
    Challenge, ChallengeWork, CpuProver, Position, Prover, Verdict, positions, secret_hash,
    transcript_hash, verify,
};

fn vectors() -> BTreeMap<&'static str, &'static str> {
    include_str!("../fixtures/vectors.txt")
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .collect()
}

#[test]
fn protocol_reproduces_the_independent_vectors() {
    let vectors = vectors();
    let secret = [6; 32];
    let challenge = Challenge {
        genesis_hash: [1; 32],
        verifier: [2; 32],
        device: [3; 32],
        nonce: [4; 32],
        blockhash: [5; 32],
        n: 21,
        rounds: 3,
        openings: 6,
        secret_hash: secret_hash(&secret),
    };
    assert_eq!(hex::encode(challenge.id()), vectors["id"]);

    let prover = CpuProver::new(NonZeroUsize::new(2).unwrap());
    let work = ChallengeWork::commit(&prover, challenge.clone()).unwrap();
    let commitment = work.commitment();
    let seeds = challenge.seeds(&commitment.roots);
    for round in 0..3 {
        assert_eq!(
            hex::encode(seeds[round]),
            vectors[format!("seed{round}").as_str()]
        );
        assert_eq!(
            hex::encode(commitment.roots[round]),
            vectors[format!("root{round}").as_str()]
        );
        let corner = prover.rows(&seeds[round], 21, &[20]).unwrap()[0][0];
        assert_eq!(
            corner.to_string(),
            vectors[format!("corner{round}").as_str()]
        );
    }

    let answer = work.open(&prover, &secret).unwrap();
    for (index, Position { round, row, column }) in
        positions(&challenge, &commitment.roots, &secret)
            .into_iter()
            .enumerate()
    {
        let value = answer.openings[index].entries[column as usize];
        assert_eq!(
            format!("{round},{row},{column},{value}"),
            vectors[format!("opening{index}").as_str()]
        );
    }
    assert_eq!(
        verify(&challenge, &commitment, &secret, &answer),
        Verdict::Pass
    );
    assert_eq!(
        hex::encode(transcript_hash(&challenge, &commitment, &secret)),
        vectors["transcript"]
    );
}
