//! Answers to a challenge: whatever a device sends is judged, and only work passes.

#![no_main]

use ion_challenge::{Challenge, Verdict, secret_hash, verify};
use ion_fuzz::canonical;
use ion_protocol::{CommitMessage, OpenMessage};
use libfuzzer_sys::fuzz_target;

const SECRET: [u8; 32] = [6; 32];

fuzz_target!(|bytes: &[u8]| {
    let challenge = Challenge {
        genesis_hash: [1; 32],
        verifier: [2; 32],
        device: [3; 32],
        nonce: [4; 32],
        blockhash: [5; 32],
        n: 4,
        rounds: 2,
        openings: 3,
        secret_hash: secret_hash(&SECRET),
    };
    let half = bytes.len() / 2;
    let mut commitment: CommitMessage = match canonical(&bytes[..half]) {
        Some(commitment) => commitment,
        None => return,
    };
    let mut answer: OpenMessage = match canonical(&bytes[half..]) {
        Some(answer) => answer,
        None => return,
    };
    assert!(!matches!(
        verify(&challenge, &commitment, &SECRET, &answer),
        Verdict::Pass
    ));
    // The same under the right name, so that the checks behind it are reached.
    commitment.challenge_id = challenge.id();
    answer.challenge_id = challenge.id();
    assert!(!matches!(
        verify(&challenge, &commitment, &SECRET, &answer),
        Verdict::Pass
    ));
});
