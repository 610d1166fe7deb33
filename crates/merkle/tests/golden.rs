//! Vectors of an independent implementation (fixtures/generate_vectors.py).
#![cfg(feature = "host")]

use ion_merkle::{
    leaf::{DeviceLeaf, WorkLeaf},
    report::{payload_hash, ReportKind},
    verify, Hash, Hasher, Sha256Hasher, Tree,
};

fn bytes(hex: &str) -> Vec<u8> {
    let hex = if hex == "-" { "" } else { hex };
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn hash(hex: &str) -> Hash {
    bytes(hex).try_into().unwrap()
}

fn rows(file: &str) -> impl Iterator<Item = Vec<&str>> {
    file.lines().skip(1).map(|line| line.split(',').collect())
}

#[test]
fn trees_and_proofs_are_the_golden_ones() {
    let mut checked = 0;
    for row in rows(include_str!("../fixtures/trees.csv")) {
        let count: u64 = row[0].parse().unwrap();
        let index: u64 = row[1].parse().unwrap();
        let leaf = |i: u64| Sha256Hasher::hash(&[b"leaf", &i.to_le_bytes()]);
        let tree = Tree::new((0..count).map(leaf).collect());
        let siblings: Vec<Hash> = bytes(row[3])
            .chunks(32)
            .map(|sibling| sibling.try_into().unwrap())
            .collect();
        assert_eq!(tree.root(), hash(row[2]), "count {count}");
        assert_eq!(
            tree.proof(usize::try_from(index).unwrap()),
            Some(siblings.clone())
        );
        assert!(verify::<Sha256Hasher>(
            &hash(row[2]),
            &leaf(index),
            index,
            count,
            &siblings
        ));
        checked += 1;
    }
    assert!(checked > 60, "{checked}");
}

#[test]
fn leaves_are_the_golden_ones() {
    let mut checked = 0;
    for row in rows(include_str!("../fixtures/leaves.csv")) {
        let body = bytes(row[1]);
        let key = |at: usize| -> [u8; 32] { body[at..at + 32].try_into().unwrap() };
        let word = |at: usize| u32::from_le_bytes(body[at..at + 4].try_into().unwrap());
        let found = if row[0] == "WORK_LEAF_V1" {
            WorkLeaf {
                booking: key(32),
                record_seq: word(64),
                is_final: body[68] == 1,
                served_minutes: std::array::from_fn(|line| word(69 + 4 * line)),
            }
            .hash::<Sha256Hasher>()
        } else {
            DeviceLeaf {
                registry: key(0),
                device: key(32),
                status: body[64],
                connectivity_tier: body[65],
                supplier_tier: body[66],
                readiness_flags: word(67),
                reliability_bps: u16::from_le_bytes([body[71], body[72]]),
            }
            .hash::<Sha256Hasher>()
        };
        assert_eq!(found, hash(row[2]), "{row:?}");
        checked += 1;
    }
    assert_eq!(checked, 40);
}

#[test]
fn payload_hashes_are_the_golden_ones() {
    let mut checked = 0;
    for row in rows(include_str!("../fixtures/payloads.csv")) {
        let kind = ReportKind::try_from(row[0].parse::<u8>().unwrap()).unwrap();
        let found = payload_hash::<Sha256Hasher>(
            kind,
            &hash(row[1]),
            row[2].parse().unwrap(),
            &bytes(row[3]),
        );
        assert_eq!(found, hash(row[4]), "{row:?}");
        checked += 1;
    }
    assert_eq!(checked, 28);
}
