//! Records of real challenges, honest and false, and what tampering with them does.

use ed25519_dalek::SigningKey;
use ion_challenge::{
    Challenge, ChallengeWork, CpuProver, FailReason, InconclusiveReason, Verdict, secret_hash,
    verify,
};
use ion_evidence::{ChallengeRecord, Evidence, EvidenceError, Finding, RecordError, Statement};
use ion_protocol::{Domain, EnvelopeError, IssuedChallenge, Realm, seal};

const REALM: Realm = Realm {
    genesis_hash: [1; 32],
    program_id: [2; 32],
};
const NOW: i64 = 1_800_000_000;
const SECRET: [u8; 32] = [9; 32];

fn verifier() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn device() -> SigningKey {
    SigningKey::from_bytes(&[4; 32])
}

/// A record of a device that answers honestly, or with one wrong entry in its first opened row.
fn record(is_false: bool) -> ChallengeRecord {
    let challenge = Challenge {
        genesis_hash: REALM.genesis_hash,
        verifier: verifier().verifying_key().to_bytes(),
        device: device().verifying_key().to_bytes(),
        nonce: [5; 32],
        blockhash: [6; 32],
        n: 16,
        rounds: 2,
        openings: 4,
        secret_hash: secret_hash(&SECRET),
    };
    let prover = CpuProver::new(std::num::NonZeroUsize::MIN);
    let work = ChallengeWork::commit(&prover, challenge.clone()).unwrap();
    let commitment = work.commitment();
    let mut answer = work.open(&prover, &SECRET).unwrap();
    if is_false {
        let entry = answer.openings[0].position.column as usize;
        answer.openings[0].entries[entry] ^= 1;
    }
    let verdict = verify(&challenge, &commitment, &SECRET, &answer);
    ChallengeRecord {
        issued: IssuedChallenge::new(&verifier(), challenge, 1_000),
        secret: SECRET,
        commit: Some(
            seal(
                &device(),
                Domain::ChallengeCommit,
                &REALM,
                1,
                NOW,
                &commitment,
            )
            .unwrap(),
        ),
        answer: is_false
            .then(|| seal(&device(), Domain::ChallengeOpen, &REALM, 2, NOW, &answer).unwrap()),
        verdict,
    }
}

#[test]
fn false_answer_is_proven_and_an_honest_one_is_not() {
    assert_eq!(
        record(true).check(&REALM),
        Ok(Finding::Failed(FailReason::NotCommitted))
    );
    assert_eq!(record(false).check(&REALM), Ok(Finding::Passed));
    let mut silent = record(false);
    silent.commit = None;
    silent.verdict = Verdict::Inconclusive(InconclusiveReason::CommitTimeout);
    assert_eq!(
        silent.check(&REALM),
        Ok(Finding::Inconclusive(InconclusiveReason::CommitTimeout))
    );
}

#[test]
fn verifier_cannot_put_an_answer_into_the_devices_mouth() {
    let mut forged = record(true);
    let answer: ion_protocol::OpenMessage = forged.answer.as_ref().unwrap().message().unwrap();
    forged.answer =
        Some(seal(&verifier(), Domain::ChallengeOpen, &REALM, 2, NOW, &answer).unwrap());
    assert!(matches!(
        forged.check(&REALM),
        Err(RecordError::OtherDevice(_))
    ));
    forged.answer.as_mut().unwrap().subject = device().verifying_key().to_bytes();
    assert!(matches!(
        forged.check(&REALM),
        Err(RecordError::Message {
            source: EnvelopeError::BadSignature,
            ..
        })
    ));
    forged.answer = None;
    assert!(matches!(forged.check(&REALM), Err(RecordError::Missing(_))));
}

#[test]
fn honest_answer_recorded_as_false_is_refused() {
    let honest = record(false);
    let mut lie = record(true);
    let challenge = lie.issued.challenge.clone();
    let prover = CpuProver::new(std::num::NonZeroUsize::MIN);
    let answer = ChallengeWork::commit(&prover, challenge)
        .unwrap()
        .open(&prover, &SECRET)
        .unwrap();
    lie.answer = Some(seal(&device(), Domain::ChallengeOpen, &REALM, 2, NOW, &answer).unwrap());
    lie.commit = honest.commit;
    assert_eq!(lie.check(&REALM), Err(RecordError::OtherVerdict));
}

#[test]
fn each_binding_has_its_error() {
    let mut other = record(true);
    other.secret[0] ^= 1;
    assert_eq!(other.check(&REALM), Err(RecordError::OtherSecret));
    let mut other = record(true);
    other.issued.commit_within_ms += 1;
    assert_eq!(other.check(&REALM), Err(RecordError::NotIssued));
    let elsewhere = Realm {
        genesis_hash: [7; 32],
        ..REALM
    };
    assert_eq!(
        record(true).check(&elsewhere),
        Err(RecordError::OtherCluster)
    );
    let other_program = Realm {
        program_id: [7; 32],
        ..REALM
    };
    assert!(matches!(
        record(true).check(&other_program),
        Err(RecordError::Message {
            source: EnvelopeError::WrongProgram,
            ..
        })
    ));
    let mut empty = record(true);
    empty.issued.challenge.n = 0;
    assert!(matches!(
        empty.check(&REALM),
        Err(RecordError::Challenge(_))
    ));
}

#[test]
fn every_changed_byte_of_stored_evidence_is_seen() {
    let bytes = Evidence::Challenge(Box::new(record(true)))
        .encode()
        .unwrap();
    let hash = Evidence::hash(&bytes);
    assert!(matches!(
        Evidence::decode(&bytes, &hash),
        Ok(Evidence::Challenge(_))
    ));
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert_eq!(
            Evidence::decode(&changed, &hash),
            Err(EvidenceError::OtherHash)
        );
        // Stored under its own hash, it still proves nothing against the device.
        let own = Evidence::hash(&changed);
        if let Ok(Evidence::Challenge(record)) = Evidence::decode(&changed, &own) {
            assert!(
                !matches!(record.check(&REALM), Ok(Finding::Failed(_))),
                "byte {at}"
            );
        }
    }
    let junk = b"junk";
    assert_eq!(
        Evidence::decode(junk, &Evidence::hash(junk)),
        Err(EvidenceError::Undecodable)
    );
}

#[test]
fn statement_round_trips_under_its_hash() {
    let statement = Statement::new([1; 32], [2; 32], "power was out".to_owned(), vec![]).unwrap();
    let evidence = Evidence::Statement(statement);
    let bytes = evidence.encode().unwrap();
    let hash = Evidence::hash(&bytes);
    assert_eq!(Evidence::decode(&bytes, &hash), Ok(evidence));
    assert_eq!(
        Evidence::object_name(&hash),
        format!(
            "evidence/{}",
            hash.iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        )
    );
}
