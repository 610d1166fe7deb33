use super::*;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn file() -> ObservationFile {
    let mut file = ObservationFile::new(
        [1; 32],
        [2; 32],
        key().verifying_key().to_bytes(),
        500_000,
        MinuteMap::ALL,
    );
    for device in [[3; 32], [4; 32]] {
        file.devices.push(DeviceObservation {
            device,
            fields: DeviceFields {
                status: 1,
                connectivity_tier: 2,
                supplier_tier: 0,
                readiness_flags: 1,
                reliability_bps: 9_000,
            },
            line_tier: None,
            reliability_bps: None,
            supplier_tier: None,
            up: MinuteMap::ALL,
            challenges: vec![],
        });
    }
    file.records.push(RecordObservation {
        booking: [5; 32],
        seq: 0,
        is_final: true,
        served: vec![Some(60)],
    });
    file
}

fn decode(signed: &SignedFile) -> Result<SignedFile, FileError> {
    SignedFile::decode(&borsh::to_vec(signed).unwrap())
}

#[test]
fn signed_file_round_trips() {
    let signed = SignedFile::new(&key(), file());
    assert_eq!(decode(&signed), Ok(signed));
}

#[test]
fn altered_or_foreign_file_is_refused() {
    let mut altered = SignedFile::new(&key(), file());
    altered.file.hour += 1;
    assert_eq!(decode(&altered), Err(FileError::BadSignature));
    let foreign = SignedFile::new(&SigningKey::from_bytes(&[8; 32]), file());
    assert_eq!(decode(&foreign), Err(FileError::BadSignature));
    let bytes = borsh::to_vec(&SignedFile::new(&key(), file())).unwrap();
    assert_eq!(SignedFile::decode(&bytes[1..]), Err(FileError::Undecodable));
}

fn job(order: u8) -> JobObservation {
    JobObservation {
        device: [3; 32],
        order: [order; 32],
        at: 5,
        outcome: JobOutcome::Completed,
        finding: JobFinding::Right,
        evidence: [0; 32],
    }
}

#[test]
fn jobs_are_kept_in_order_and_only_wrong_ones_with_evidence() {
    let mut with = file();
    with.jobs = vec![job(1), job(2)];
    with.jobs[1].finding = JobFinding::Wrong;
    with.jobs[1].evidence = [9; 32];
    let signed = SignedFile::new(&key(), with.clone());
    assert_eq!(decode(&signed), Ok(signed));
    let changes: [fn(&mut ObservationFile); 4] = [
        |file| file.jobs.reverse(),
        |file| file.jobs[1] = file.jobs[0],
        |file| file.jobs[0].evidence = [9; 32],
        |file| file.jobs[1].evidence = [0; 32],
    ];
    for change in changes {
        let mut file = with.clone();
        change(&mut file);
        let signed = SignedFile::new(&key(), file);
        assert_eq!(decode(&signed), Err(FileError::NotCanonical));
    }
}

#[test]
fn usage_says_something_within_bounds_and_in_order() {
    let usage = |device: u8, minutes: u64, load_percent| UsageObservation {
        device: [device; 32],
        hired: MinuteMap::from_bits(minutes).unwrap(),
        load_percent,
    };
    let mut with = file();
    with.usage = vec![usage(3, 7, None), usage(4, 0, Some(100))];
    let signed = SignedFile::new(&key(), with.clone());
    assert_eq!(decode(&signed), Ok(signed));
    for wrong in [
        vec![usage(4, 7, None), usage(3, 7, None)],
        vec![usage(3, 7, None), usage(3, 7, Some(1))],
        vec![usage(3, 0, None)],
        vec![usage(3, 7, Some(101))],
    ] {
        with.usage = wrong;
        let signed = SignedFile::new(&key(), with.clone());
        assert_eq!(decode(&signed), Err(FileError::NotCanonical));
    }
}

#[test]
fn file_of_the_layout_without_jobs_stays_readable_and_keeps_its_hash() {
    let mut old = file();
    old.version = WITHOUT_JOBS;
    let bytes = borsh::to_vec(&old).unwrap();
    // The layout of version 3: all fields up to `hours`.
    let fields = (
        (old.version, old.genesis_hash, old.registry, old.verifier),
        (old.hour, old.observed),
        (old.devices.clone(), old.records.clone(), old.hours.clone()),
    );
    assert_eq!(bytes, borsh::to_vec(&fields).unwrap());
    let signed = SignedFile::new(&key(), old.clone());
    assert_eq!(decode(&signed), Ok(signed));
    // Jobs would not be signed in it.
    old.jobs.push(job(1));
    let signed = SignedFile::new(&key(), old);
    assert!(!signed.file.is_canonical());
}

#[test]
fn second_encoding_of_the_same_observations_is_refused() {
    let changes: [fn(&mut ObservationFile); 6] = [
        |file| file.devices.reverse(),
        |file| file.devices.push(file.devices[1].clone()),
        |file| file.records.push(file.records[0].clone()),
        |file| file.records[0].served.clear(),
        |file| file.observed = MinuteMap::from_bits(1).unwrap(),
        |file| file.version = 1,
    ];
    for change in changes {
        let mut file = file();
        change(&mut file);
        assert_eq!(
            decode(&SignedFile::new(&key(), file)),
            Err(FileError::NotCanonical)
        );
    }
    let mut unsorted = file();
    unsorted.devices.reverse();
    unsorted.sort();
    assert_eq!(unsorted, file());
}
