//! Vectors of an independent implementation (fixtures/generate_vectors.py).
#![cfg(feature = "host")]

use ion_merkle::{
    earnings::{EarningsLeaf, EarningsTree, PayoutRoot, RewardRoot},
    leaf::{DeviceLeaf, WorkLeaf},
    report::{payload_hash, ReportKind},
    summary::{BlockSummary, PoolSummary},
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

fn number<T: std::str::FromStr<Err = std::num::ParseIntError>>(text: &str) -> T {
    text.parse().unwrap()
}

#[test]
fn earnings_leaves_are_the_golden_ones() {
    let mut checked = 0;
    for row in rows(include_str!("../fixtures/earnings.csv")) {
        let tree = match row[0] {
            "REWARD_LEAF_V1" => EarningsTree::Reward,
            _ => EarningsTree::Payout,
        };
        let leaf = EarningsLeaf {
            device: hash(row[2]),
            party: hash(row[3]),
            lifetime_io: number(row[4]),
            lifetime_usdc: number(row[5]),
            arrears_usd_micros: number(row[6]),
        };
        let found = leaf.hash::<Sha256Hasher>(tree, &hash(row[1]));
        assert_eq!(found, hash(row[7]), "{row:?}");
        checked += 1;
    }
    assert_eq!(checked, 40);
}

#[test]
fn summaries_are_the_golden_ones() {
    let mut checked = 0;
    for row in rows(include_str!("../fixtures/summaries.csv")) {
        let pool = |at: usize| PoolSummary {
            base_sum: number(row[at]),
            paid_devices: number(row[at + 1]),
            allocated_io: number(row[at + 2]),
        };
        let summary = BlockSummary {
            hour: number(row[0]),
            nominated: number(row[1]),
            succeeded: number(row[2]),
            failed: number(row[3]),
            verified_cpus: number(row[4]),
            verified_gpus: number(row[5]),
            enterprise: pool(6),
            community: pool(9),
            device_list: hash(row[12]),
            bundle: hash(row[13]),
        };
        assert_eq!(summary.encode().as_slice(), bytes(row[14]), "{row:?}");
        assert_eq!(BlockSummary::decode(&bytes(row[14])), Some(summary));
        checked += 1;
    }
    assert_eq!(checked, 20);
}

#[test]
fn roots_are_the_golden_ones() {
    let mut checked = 0;
    for row in rows(include_str!("../fixtures/roots.csv")) {
        let reward = RewardRoot {
            root: hash(row[0]),
            leaf_count: number(row[1]),
            through_hour: number(row[2]),
            lifetime_io: number(row[3]),
            bundle: hash(row[6]),
        };
        let payout = PayoutRoot {
            root: hash(row[0]),
            leaf_count: number(row[1]),
            through_epoch: number(row[2]),
            lifetime_io: number(row[3]),
            lifetime_usdc: number(row[4]),
            arrears_usd_micros: number(row[5]),
            bundle: hash(row[6]),
        };
        assert_eq!(reward.encode().as_slice(), bytes(row[7]), "{row:?}");
        assert_eq!(payout.encode().as_slice(), bytes(row[8]), "{row:?}");
        assert_eq!(RewardRoot::decode(&bytes(row[7])), Some(reward));
        assert_eq!(PayoutRoot::decode(&bytes(row[8])), Some(payout));
        checked += 1;
    }
    assert_eq!(checked, 20);
}
