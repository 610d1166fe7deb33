//! Bundles, trees and device lists: what anybody rebuilds and proves.

use super::*;

#[test]
fn bundle_rebuilds_exactly_and_says_what_is_different() {
    let files: Vec<ObservationFile> = (0..4).map(|member| file(member, fleet())).collect();
    let report = build(&files[..3]).unwrap();
    let given = given(&files);
    let rebuild = |bundle: &BlockBundle, given: &[SourceFile<'_>], terms: &BlockTerms, least| {
        BlockReport::rebuild(bundle, given, terms, least)
    };
    assert_eq!(
        rebuild(&report.bundle, &given, &terms(), 3).unwrap(),
        report
    );
    let decoded = BlockBundle::decode(&borsh::to_vec(&report.bundle).unwrap()).unwrap();
    assert_eq!(decoded, report.bundle);
    assert_eq!(
        rebuild(&report.bundle, &given[1..], &terms(), 3),
        Err(ReportError::MissingFile)
    );
    assert_eq!(
        rebuild(&report.bundle, &given, &terms(), 2),
        Err(ReportError::OtherTerms)
    );
    let mut other = terms();
    other.enterprise_io += 1;
    assert_eq!(
        rebuild(&report.bundle, &given, &other, 3),
        Err(ReportError::OtherTerms)
    );
    let mut forged = report.bundle.clone();
    forged.device_list = [7; 32];
    assert_eq!(
        rebuild(&forged, &given, &terms(), 3),
        Err(ReportError::OtherResult)
    );
    let mut foreign = report.bundle.clone();
    foreign.rules_version += 1;
    assert_eq!(
        rebuild(&foreign, &given, &terms(), 3),
        Err(ReportError::OtherRules)
    );
    assert_ne!(report.vote(&REWARDS), report.vote(&RING));
}

#[test]
fn tree_of_three_hours_proves_every_total_and_survives_a_failed_hour() {
    let mut lists = Vec::new();
    for hour in 0..3 {
        let mut list = agreed(&fleet()).list;
        list.hour = HOUR + hour;
        lists.push(list);
    }
    let first = RootBundle::build(None, &lists[..1], HOUR).unwrap();
    // Hour + 1 failed: no list of it.
    let second = RootBundle::build(Some(&first), &lists[2..], HOUR + 2).unwrap();
    assert_eq!(second.previous, Some(first.hash()));
    let report = RootReport::new(second.clone(), &RING).unwrap();
    assert_eq!(report.payload.through_hour, HOUR + 2);
    assert_eq!(
        report.payload.lifetime_io,
        2 * (347_820_519_070 + 18_306_343_109)
    );
    for (index, lifetime) in second.lifetimes.rows().iter().enumerate() {
        let leaf = lifetime
            .leaf()
            .hash::<Sha256Hasher>(EarningsTree::Reward, &RING);
        let proof = report.proof(index).unwrap();
        assert!(verify::<Sha256Hasher>(
            &report.payload.root,
            &leaf,
            index as u64,
            report.payload.leaf_count,
            &proof
        ));
    }
    let bytes = borsh::to_vec(&second).unwrap();
    assert_eq!(RootBundle::decode(&bytes).unwrap(), second);
    assert_eq!(
        RootBundle::decode(&bytes[1..]),
        Err(ReportError::Undecodable)
    );
    // An hour twice, an hour before, an hour beyond the end.
    for (lists, through) in [(&lists[..1], HOUR + 1), (&lists[2..], HOUR + 1)] {
        assert_eq!(
            RootBundle::build(Some(&first), lists, through),
            Err(ReportError::HoursOutOfOrder)
        );
    }
    assert_ne!(report.vote(&RING, 1), report.vote(&RING, 2));
}

#[test]
fn party_that_left_keeps_its_row() {
    let with = agreed(&fleet());
    let mut hours = fleet();
    hours[0].positions.clear();
    let without = agreed(&hours);
    let mut lifetimes = Lifetimes::default();
    lifetimes.add(&with.list).unwrap();
    lifetimes.add(&without.list).unwrap();
    // A device that no verifier saw keeps its rows too.
    lifetimes.add(&agreed(&fleet()[1..]).list).unwrap();
    assert_eq!(
        lifetimes.find(&[1; 32], &[9; 32]).unwrap().1.earned_io,
        4_208_207_376
    );
    assert_eq!(lifetimes.rows().len(), 6);
}

#[test]
fn device_list_decodes_only_in_order() {
    let mut list = agreed(&fleet()).list;
    let bytes = borsh::to_vec(&list).unwrap();
    assert_eq!(DeviceList::decode(&bytes).unwrap(), list);
    list.rows.reverse();
    let bytes = borsh::to_vec(&list).unwrap();
    assert_eq!(DeviceList::decode(&bytes), Err(ReportError::Undecodable));
}
