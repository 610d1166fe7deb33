//! Reports from sets of files: order, liars, silent verifiers.

use ion_merkle::{
    Sha256Hasher,
    report::{LEAF_REPORT_BYTES, ReportKind},
};
use ion_observation::{
    Aggregate, Bundle, BundleError, ChallengeObservation, DeviceFields, DeviceObservation, Key,
    MinuteMap, ObservationFile, RecordObservation, Report, Rules, aggregate,
};
use ion_protocol::Outcome;
use proptest::prelude::*;

const HOUR: u64 = 500_000;
const UP: u8 = 1;
const DOWN: u8 = 2;

fn rules(members: u8, min_observations: usize) -> Rules {
    Rules {
        genesis_hash: [1; 32],
        registry: [2; 32],
        members: (0..members).map(|member| [100 + member; 32]).collect(),
        min_observations,
        down_after_minutes: 7,
    }
}

fn fields(status: u8) -> DeviceFields {
    DeviceFields {
        status,
        connectivity_tier: 3,
        supplier_tier: 0,
        readiness_flags: u32::from(status == UP),
        reliability_bps: 9_000,
    }
}

fn challenge(outcome: Outcome, at: i64) -> ChallengeObservation {
    ChallengeObservation {
        challenge: [at as u8; 32],
        at,
        outcome,
        evidence: [0; 32],
    }
}

fn device(device: u8, status: u8, up: MinuteMap, outcomes: &[Outcome]) -> DeviceObservation {
    let challenges = outcomes
        .iter()
        .zip(0..)
        .map(|(outcome, at)| challenge(*outcome, at))
        .collect();
    DeviceObservation {
        device: [device; 32],
        fields: fields(status),
        line_tier: None,
        reliability_bps: None,
        supplier_tier: None,
        up,
        challenges,
    }
}

fn record(booking: u8, seq: u32, is_final: bool, served: &[Option<u32>]) -> RecordObservation {
    RecordObservation {
        booking: [booking; 32],
        seq,
        is_final,
        served: served.to_vec(),
    }
}

fn file(
    member: u8,
    devices: Vec<DeviceObservation>,
    records: Vec<RecordObservation>,
) -> ObservationFile {
    let mut file = ObservationFile::new([1; 32], [2; 32], [100 + member; 32], HOUR, MinuteMap::ALL);
    file.devices = devices;
    file.records = records;
    file.sort();
    file
}

/// What an honest verifier sees: device 10 passes its first challenge, device 11 is silent.
fn honest(member: u8) -> ObservationFile {
    file(
        member,
        vec![
            device(10, 0, MinuteMap::ALL, &[Outcome::Pass]),
            device(11, UP, MinuteMap::default(), &[]),
            device(12, UP, MinuteMap::ALL, &[]),
        ],
        vec![record(20, 0, true, &[Some(60), Some(58)])],
    )
}

fn run(files: &[ObservationFile], rules: &Rules) -> Aggregate {
    aggregate(files, HOUR, rules)
}

#[test]
fn only_changed_devices_get_a_leaf() {
    let aggregate = run(&[honest(0), honest(1), honest(2)], &rules(3, 2));
    let leaves: Vec<(Key, u8, u32)> = aggregate
        .devices
        .iter()
        .map(|leaf| (leaf.device, leaf.status, leaf.readiness_flags))
        .collect();
    assert_eq!(leaves, [([10; 32], UP, 1), ([11; 32], DOWN, 1)]);
    assert_eq!(aggregate.devices[0].connectivity_tier, 3);
    assert_eq!(aggregate.devices[0].reliability_bps, 9_000);
    assert_eq!(aggregate.works.len(), 1);
    assert_eq!(
        aggregate.works[0].served_minutes,
        [60, 58, 0, 0, 0, 0, 0, 0]
    );
    assert!(aggregate.works[0].is_final);
}

#[test]
fn one_silent_and_one_lying_verifier_of_five_change_nothing() {
    let truth = run(&(0..5).map(honest).collect::<Vec<_>>(), &rules(5, 3));
    let lie = file(
        3,
        vec![
            device(10, 0, MinuteMap::default(), &[Outcome::Fail]),
            device(11, UP, MinuteMap::ALL, &[]),
            device(12, UP, MinuteMap::default(), &[]),
            device(13, 0, MinuteMap::ALL, &[Outcome::Pass]),
        ],
        vec![
            record(20, 0, true, &[Some(0), Some(60)]),
            record(21, 0, true, &[Some(60)]),
        ],
    );
    let seen = run(&[honest(0), honest(1), honest(2), lie], &rules(5, 3));
    assert_eq!(seen.devices, truth.devices);
    assert_eq!(seen.works, truth.works);
}

#[test]
fn too_few_observations_give_no_leaf() {
    let seen = run(&[honest(0)], &rules(3, 2));
    assert_eq!(
        (seen.devices.len(), seen.works.len(), seen.used.len()),
        (0, 0, 1)
    );
}

#[test]
fn doubts_go_against_paying() {
    let rules = rules(4, 2);
    let pass = |member| {
        file(
            member,
            vec![device(10, 0, MinuteMap::ALL, &[Outcome::Pass])],
            vec![],
        )
    };
    let none = |member| file(member, vec![device(10, 0, MinuteMap::ALL, &[])], vec![]);
    assert_eq!(
        run(&[pass(0), pass(1), none(2), none(3)], &rules)
            .devices
            .len(),
        0
    );
    assert_eq!(
        run(&[pass(0), pass(1), pass(2), none(3)], &rules)
            .devices
            .len(),
        1
    );

    let minutes =
        |member, minutes| file(member, vec![], vec![record(20, 0, true, &[Some(minutes)])]);
    let even = run(
        &[
            minutes(0, 10),
            minutes(1, 50),
            minutes(2, 30),
            minutes(3, 60),
        ],
        &rules,
    );
    assert_eq!(even.works[0].served_minutes[0], 30);
    let split = |member, is_final| file(member, vec![], vec![record(20, 0, is_final, &[Some(1)])]);
    assert_eq!(
        run(
            &[
                split(0, true),
                split(1, true),
                split(2, false),
                split(3, false)
            ],
            &rules
        )
        .works
        .len(),
        0
    );
}

#[test]
fn last_conclusive_challenge_decides() {
    let seen = |outcomes: &[Outcome]| {
        let files: Vec<_> = (0..3)
            .map(|member| {
                file(
                    member,
                    vec![device(10, DOWN, MinuteMap::ALL, outcomes)],
                    vec![],
                )
            })
            .collect();
        run(&files, &rules(3, 2)).devices.len()
    };
    assert_eq!(seen(&[Outcome::Fail, Outcome::Pass]), 1);
    assert_eq!(seen(&[Outcome::Pass, Outcome::Inconclusive]), 1);
    assert_eq!(seen(&[Outcome::Pass, Outcome::Fail]), 0);
    assert_eq!(seen(&[Outcome::Inconclusive]), 0);
}

#[test]
fn verifier_without_opinion_on_a_line_is_not_counted_as_zero() {
    let files = [
        file(0, vec![], vec![record(20, 0, true, &[Some(60)])]),
        file(1, vec![], vec![record(20, 0, true, &[Some(59)])]),
        file(2, vec![], vec![record(20, 0, true, &[None])]),
    ];
    assert_eq!(run(&files, &rules(3, 2)).works[0].served_minutes[0], 59);
    let alone = [
        files[0].clone(),
        files[2].clone(),
        file(1, vec![], vec![record(20, 0, true, &[None])]),
    ];
    assert_eq!(run(&alone, &rules(3, 2)).works.len(), 0);
}

#[test]
fn short_watch_makes_nobody_down() {
    let brief = |member| {
        let mut file = file(
            member,
            vec![device(11, UP, MinuteMap::default(), &[])],
            vec![],
        );
        file.observed = MinuteMap::from_bits(0b11_1111).unwrap();
        file
    };
    assert_eq!(
        run(&[brief(0), brief(1), brief(2)], &rules(3, 2))
            .devices
            .len(),
        0
    );
}

#[test]
fn two_different_files_exclude_their_author() {
    let mut other = honest(1);
    other.records.clear();
    let seen = run(&[honest(0), honest(1), other, honest(2)], &rules(3, 2));
    assert_eq!(seen.excluded, [[101; 32]]);
    assert_eq!(
        seen.used
            .iter()
            .map(|(author, _)| *author)
            .collect::<Vec<_>>(),
        [[100; 32], [102; 32]]
    );
    let twice = run(&[honest(0), honest(1), honest(1)], &rules(3, 2));
    assert_eq!((twice.excluded.len(), twice.used.len()), (0, 2));
}

#[test]
fn strangers_and_foreign_files_are_left_out() {
    let mut other_hour = honest(1);
    other_hour.hour += 1;
    let mut other_cluster = honest(2);
    other_cluster.genesis_hash = [9; 32];
    let seen = run(
        &[honest(0), honest(7), other_hour, other_cluster],
        &rules(3, 2),
    );
    assert_eq!(seen.used.len(), 1);
}

#[test]
fn report_is_recomputed_from_its_bundle() {
    let rules = rules(3, 2);
    let files = [honest(0), honest(1), honest(2)];
    let reports = Report::all(&run(&files, &rules), HOUR, &rules);
    assert_eq!(
        reports.iter().map(Report::kind).collect::<Vec<_>>(),
        [ReportKind::DeviceReport, ReportKind::WorkReport]
    );
    for report in &reports {
        assert_eq!(report.payload.encode().len(), LEAF_REPORT_BYTES);
        let stored = Bundle::decode(&borsh::to_vec(&report.bundle).unwrap()).unwrap();
        let again = Report::recompute(&stored, &files, &rules).unwrap();
        assert_eq!(again.payload, report.payload);
        assert_eq!(again.vote(&[5; 32]), report.vote(&[5; 32]));
        for (index, leaf) in report.leaves.hashes().iter().enumerate() {
            assert!(ion_merkle::verify::<Sha256Hasher>(
                &report.payload.root,
                leaf,
                index as u64,
                report.payload.leaf_count,
                &report.proof(index).unwrap()
            ));
        }
        assert!(matches!(
            Report::recompute(&stored, &files[..2], &rules),
            Err(BundleError::MissingFile)
        ));
        let mut forged = stored.clone();
        forged.leaves[0][0] ^= 1;
        assert!(matches!(
            Report::recompute(&forged, &files, &rules),
            Err(BundleError::OtherLeaves)
        ));
        let mut other = stored.clone();
        other.min_observations = 1;
        assert!(matches!(
            Report::recompute(&other, &files, &rules),
            Err(BundleError::OtherRules)
        ));
    }
}

#[test]
fn nothing_to_say_is_no_report() {
    let quiet = |member| file(member, vec![device(12, UP, MinuteMap::ALL, &[])], vec![]);
    let rules = rules(3, 2);
    assert_eq!(
        Report::all(&run(&[quiet(0), quiet(1)], &rules), HOUR, &rules).len(),
        0
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_of_files_does_not_matter(
        served in prop::collection::vec(prop::option::of(0u32..61), 5),
        status in prop::collection::vec(0u8..4, 5),
        passed in prop::collection::vec(any::<bool>(), 5),
        order in Just((0usize..5).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let files: Vec<ObservationFile> = (0..5u8).map(|member| {
            let at = usize::from(member);
            let outcome = if passed[at] { Outcome::Pass } else { Outcome::Fail };
            file(
                member,
                vec![device(10, status[at], MinuteMap::ALL, &[outcome])],
                vec![record(20, 0, true, &[served[at]])],
            )
        }).collect();
        let shuffled: Vec<ObservationFile> = order.iter().map(|at| files[*at].clone()).collect();
        prop_assert_eq!(run(&files, &rules(5, 3)), run(&shuffled, &rules(5, 3)));
    }

    #[test]
    fn minority_moves_no_median_out_of_the_honest_range(
        honest in prop::collection::vec(0u32..1_000, 3),
        lies in prop::collection::vec(any::<u32>(), 2),
    ) {
        let files: Vec<ObservationFile> = honest.iter().chain(&lies).zip(0u8..)
            .map(|(minutes, member)| file(member, vec![], vec![record(20, 0, true, &[Some(*minutes)])]))
            .collect();
        let minutes = run(&files, &rules(5, 3)).works[0].served_minutes[0];
        prop_assert!(honest.iter().min() <= Some(&minutes) && Some(&minutes) <= honest.iter().max());
    }
}
