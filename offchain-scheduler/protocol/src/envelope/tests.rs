use super::*;

const NOW: i64 = 1_800_000_000;
const REALM: Realm = Realm {
    genesis_hash: [1; 32],
    program_id: [2; 32],
};

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn sealed() -> Envelope {
    seal(&key(), Domain::Heartbeat, &REALM, 5, NOW, &77u32).unwrap()
}

fn open_at(envelope: &Envelope, now: i64) -> Result<Opened<u32>, EnvelopeError> {
    open(
        &borsh::to_vec(envelope).unwrap(),
        1_024,
        Domain::Heartbeat,
        &REALM,
        now,
    )
}

#[test]
fn sealed_request_opens_to_its_message() {
    let opened = open_at(&sealed(), NOW).unwrap();
    assert_eq!(
        opened,
        Opened {
            subject: key().verifying_key().to_bytes(),
            sequence: 5,
            made_at: NOW,
            message: 77,
            envelope: sealed()
        }
    );
}

#[test]
fn time_bounds_are_inclusive_on_both_sides() {
    assert!(open_at(&sealed(), NOW + 30).is_ok());
    assert!(open_at(&sealed(), NOW - 30).is_ok());
    assert_eq!(
        open_at(&sealed(), NOW + 31),
        Err(EnvelopeError::ClockSkew {
            made_at: NOW,
            now: NOW + 31
        })
    );
    assert_eq!(
        open_at(&sealed(), NOW - 31),
        Err(EnvelopeError::ClockSkew {
            made_at: NOW,
            now: NOW - 31
        })
    );
    assert_eq!(
        open_at(&sealed(), NOW + 60),
        Err(EnvelopeError::ClockSkew {
            made_at: NOW,
            now: NOW + 60
        })
    );
    assert_eq!(
        open_at(&sealed(), NOW + 61),
        Err(EnvelopeError::Expired {
            expires_at: NOW + 60,
            now: NOW + 61
        })
    );
}

#[test]
fn each_cause_has_its_own_error() {
    let bytes = borsh::to_vec(&sealed()).unwrap();
    let open =
        |bytes: &[u8], max, domain, realm: &Realm| open::<u32>(bytes, max, domain, realm, NOW);
    assert_eq!(
        open(&bytes, bytes.len() - 1, Domain::Heartbeat, &REALM),
        Err(EnvelopeError::BodyTooLarge {
            got: bytes.len(),
            max: bytes.len() - 1
        })
    );
    assert!(open(&bytes, bytes.len(), Domain::Heartbeat, &REALM).is_ok());
    assert_eq!(
        open(&bytes[..9], 1_024, Domain::Heartbeat, &REALM),
        Err(EnvelopeError::Malformed)
    );
    assert_eq!(
        open(&bytes, 1_024, Domain::ChallengeOpen, &REALM),
        Err(EnvelopeError::WrongDomain)
    );
    let cluster = Realm {
        genesis_hash: [9; 32],
        ..REALM
    };
    assert_eq!(
        open(&bytes, 1_024, Domain::Heartbeat, &cluster),
        Err(EnvelopeError::WrongCluster)
    );
    let program = Realm {
        program_id: [9; 32],
        ..REALM
    };
    assert_eq!(
        open(&bytes, 1_024, Domain::Heartbeat, &program),
        Err(EnvelopeError::WrongProgram)
    );

    let mut payload = sealed();
    payload.payload[0] ^= 1;
    assert_eq!(open_at(&payload, NOW), Err(EnvelopeError::PayloadMismatch));
    let other = seal(&key(), Domain::Heartbeat, &REALM, 5, NOW, &77u64).unwrap();
    assert_eq!(open_at(&other, NOW), Err(EnvelopeError::Malformed));
}

#[test]
fn signature_of_another_key_is_refused() {
    let mut envelope = sealed();
    envelope.subject = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
    assert_eq!(open_at(&envelope, NOW), Err(EnvelopeError::BadSignature));
}

#[test]
fn every_signed_field_is_bound() {
    let change: [fn(&mut Envelope); 3] = [
        |envelope| envelope.sequence += 1,
        |envelope| envelope.expires_at += 1,
        |envelope| envelope.signature[0] ^= 1,
    ];
    for change in change {
        let mut envelope = sealed();
        change(&mut envelope);
        assert_eq!(open_at(&envelope, NOW), Err(EnvelopeError::BadSignature));
    }
    let mut moved = sealed();
    moved.domain = Domain::ChallengeOpen;
    let bytes = borsh::to_vec(&moved).unwrap();
    assert_eq!(
        open::<u32>(&bytes, 1_024, Domain::ChallengeOpen, &REALM, NOW),
        Err(EnvelopeError::BadSignature)
    );
}

#[test]
fn sequence_must_grow() {
    assert_eq!(check_sequence(None, 0), Ok(()));
    assert_eq!(check_sequence(Some(5), 6), Ok(()));
    assert_eq!(check_sequence(Some(5), 5), Err(EnvelopeError::Replayed(5)));
    assert_eq!(
        check_sequence(Some(5), 4),
        Err(EnvelopeError::OldSequence { got: 4, last: 5 })
    );
}
