use super::*;

const START: i64 = 1_800_000_000;
const BOOKING: Key = [8; 32];

fn key(member: u8) -> SigningKey {
    SigningKey::from_bytes(&[member; 32])
}

fn rules() -> FaultRules {
    FaultRules {
        genesis_hash: [1; 32],
        members: (1..=5)
            .map(|member| key(member).verifying_key().to_bytes())
            .collect(),
        min_observations: 3,
    }
}

fn note(member: u8, minute: i64, served: u32) -> OutageNote {
    let facts = LineFacts {
        device: [3; 32],
        renter: [4; 32],
        booking_start: START,
        line_start: START,
        line_end: START + 180_000,
        hired: 3_000,
    };
    let mut note = OutageNote::new(
        [1; 32],
        key(member).verifying_key().to_bytes(),
        (BOOKING, 0),
        facts,
        START / 60 + minute,
    );
    note.served = Some(served);
    note.kept = Some(0);
    note
}

fn build(notes: &[OutageNote]) -> Option<Fault> {
    Fault::build(notes, &BOOKING, 0, &rules())
}

#[test]
fn minutes_are_medians_and_the_order_does_not_matter() {
    let mut notes = vec![
        note(1, 30, 30),
        note(2, 31, 31),
        note(3, 30, 30),
        note(4, 29, 29),
    ];
    let fault = build(&notes).unwrap();
    assert_eq!(
        (
            fault.report.fault_at,
            fault.report.served,
            fault.report.kept
        ),
        (START + 1_800, 30, 0)
    );
    notes.reverse();
    assert_eq!(build(&notes).unwrap(), fault);
    assert_eq!(
        Fault::rebuild(&fault.bundle, &notes, &rules()),
        Some(fault.clone())
    );
    // A later note changes the own view, not what a bundle gives.
    notes.push(note(5, 29, 0));
    assert_ne!(build(&notes).unwrap().bundle, fault.bundle);
    assert_eq!(
        Fault::rebuild(&fault.bundle, &notes, &rules()),
        Some(fault.clone())
    );
    assert_eq!(
        Fault::rebuild(&fault.bundle, &notes[..4], &rules()),
        Some(fault.clone())
    );
    assert_eq!(
        Fault::rebuild(&fault.bundle, &notes[1..], &rules()),
        None,
        "one is missing"
    );
}

#[test]
fn too_few_strangers_and_two_notes_of_one_verifier_do_not_count() {
    let good = [note(1, 30, 30), note(2, 30, 30)];
    assert_eq!(build(&good), None);
    let stranger = note(9, 30, 30);
    assert_eq!(build(&[good[0].clone(), good[1].clone(), stranger]), None);
    let twice = [note(3, 30, 30), note(3, 31, 30)];
    let all: Vec<_> = good.iter().chain(&twice).cloned().collect();
    assert_eq!(build(&all), None);
    let mut other = note(3, 30, 30);
    other.facts.device = [5; 32];
    assert_eq!(build(&[good[0].clone(), good[1].clone(), other]), None);
    let third: Vec<_> = good.iter().cloned().chain([note(4, 30, 30)]).collect();
    assert!(build(&third).is_some());
}

#[test]
fn one_liar_moves_neither_time_nor_minutes_past_the_honest_ones() {
    let honest = [
        note(1, 30, 30),
        note(2, 31, 30),
        note(3, 31, 31),
        note(4, 30, 31),
    ];
    for (minute, served) in [(0, 0), (2_900, 2_900)] {
        let mut all = honest.to_vec();
        all.push(note(5, minute, served));
        let report = build(&all).unwrap().report;
        assert!([START + 1_800, START + 1_860].contains(&report.fault_at));
        assert!((30..=31).contains(&report.served));
    }
}

#[test]
fn minutes_stand_within_the_bounds_of_the_program() {
    // On the second day: what was served on the first is kept at most.
    let mut notes: Vec<_> = (1..=3).map(|member| note(member, 1_500, 9_999)).collect();
    for note in &mut notes {
        note.kept = Some(9_999);
    }
    let report = build(&notes).unwrap().report;
    assert_eq!((report.served, report.kept), (1_500, 1_440));
    for note in &mut notes {
        (note.served, note.kept, note.recorded) = (Some(100), Some(90), 95);
    }
    let report = build(&notes).unwrap().report;
    assert_eq!((report.served, report.kept), (100, 95));
    // A fault before the line began is one at its start, one after its end is none.
    let early: Vec<_> = (1..=3).map(|member| note(member, -5, 0)).collect();
    assert_eq!(build(&early).unwrap().report.fault_at, START);
    let late: Vec<_> = (1..=3).map(|member| note(member, 3_000, 0)).collect();
    assert_eq!(build(&late), None);
}

#[test]
fn altered_note_is_refused() {
    let signed = SignedOutage::new(&key(1), note(1, 30, 30));
    let bytes = borsh::to_vec(&signed).unwrap();
    assert_eq!(SignedOutage::decode(&bytes), Ok(signed.clone()));
    let mut altered = signed.clone();
    altered.note.fault_minute += 1;
    let bytes = borsh::to_vec(&altered).unwrap();
    assert_eq!(SignedOutage::decode(&bytes), Err(FileError::BadSignature));
    let mut newer = signed;
    newer.note.version = 2;
    let bytes = borsh::to_vec(&newer).unwrap();
    assert_eq!(SignedOutage::decode(&bytes), Err(FileError::NotCanonical));
    assert_eq!(SignedOutage::decode(&[]), Err(FileError::Undecodable));
}
