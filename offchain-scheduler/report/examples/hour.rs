//! Builds the report of one hour and the reward tree at full size, and prints time and memory.
//!
//! `hour make <folder> <devices> <verifiers>` writes signed observation files; `hour build <folder>`
//! does what a verifier does with them: decode and check, aggregate, judge, pay, hash the list, add
//! to the totals of all devices, build the tree, hash the evidence. One thread.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a measurement looks at the clock and may fail loudly"
)]

use std::{env, fs, path::Path, time::Instant};

use ed25519_dalek::SigningKey;
use ion_economics::reward::{eligibility::Limits, score::Weights};
use ion_observation::{
    ChallengeObservation, DeviceFields, DeviceObservation, HourFlags, HourObservation, HourSight,
    MinuteMap, ObservationFile, PositionObservation, ProofCode, SignedFile,
};
use ion_protocol::Outcome;
use ion_report::{
    BlockReport, BlockTerms, DeviceList, DeviceRow, Hash, Key, PartyAmount, RootBundle, RootReport,
    RowState, SourceFile, sources,
};
use sha2::{Digest, Sha256};

const HOUR: u64 = 494_520;
const GENESIS: Hash = [1; 32];
const REGISTRY: Key = [2; 32];
const RING: Key = [3; 32];

fn main() {
    let args: Vec<String> = env::args().collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        [_, "make", folder, devices, verifiers] => make(
            Path::new(folder),
            devices.parse().unwrap(),
            verifiers.parse().unwrap(),
        ),
        [_, "build", folder] => build(Path::new(folder)),
        _ => panic!("usage: hour make <folder> <devices> <verifiers> | hour build <folder>"),
    }
}

fn address(kind: &[u8], number: u64) -> Key {
    Sha256::new()
        .chain_update(kind)
        .chain_update(number.to_le_bytes())
        .finalize()
        .into()
}

fn member(number: u64) -> SigningKey {
    SigningKey::from_bytes(&address(b"verifier", number))
}

/// Files that agree in most and differ by a minute in a tenth of the devices; a fifth of the devices
/// has a co-staker, one in twenty fails.
fn make(folder: &Path, devices: u64, verifiers: u64) {
    fs::create_dir_all(folder).unwrap();
    let mut addresses: Vec<(Key, u64)> = (0..devices)
        .map(|number| (address(b"device", number), number))
        .collect();
    addresses.sort_unstable();
    for verifier in 0..verifiers {
        let key = member(verifier);
        let mut file = ObservationFile::new(
            GENESIS,
            REGISTRY,
            key.verifying_key().to_bytes(),
            HOUR,
            MinuteMap::ALL,
        );
        for (device, number) in &addresses {
            file.devices.push(DeviceObservation {
                device: *device,
                fields: DeviceFields {
                    status: 1,
                    connectivity_tier: 3,
                    supplier_tier: 0,
                    readiness_flags: 1,
                    reliability_bps: 9_000,
                },
                line_tier: Some(3),
                reliability_bps: None,
                supplier_tier: None,
                up: MinuteMap::ALL,
                challenges: vec![ChallengeObservation {
                    challenge: address(b"challenge", *number),
                    at: 1_780_272_000,
                    outcome: Outcome::Pass,
                    evidence: address(b"evidence", *number),
                }],
            });
            file.hours.push(observed(*device, *number, verifier));
        }
        let bytes = borsh::to_vec(&SignedFile::new(&key, file)).unwrap();
        fs::write(folder.join(format!("{verifier}.file")), bytes).unwrap();
    }
    // Totals from an hour before, so that the addition has something to add to.
    let rows = addresses
        .iter()
        .map(|(device, number)| {
            let one = observed(*device, *number, 0);
            DeviceRow {
                device: *device,
                owner: one.owner,
                state: RowState::Succeeded,
                reason: 0,
                failed_at_start: 0,
                failed_at_end: 0,
                pool: one.pool,
                base: 1,
                reward_io: 1_000_000,
                co_stakers: one
                    .positions
                    .iter()
                    .map(|position| PartyAmount {
                        wallet: position.wallet,
                        amount_io: 1_000,
                    })
                    .collect(),
            }
        })
        .collect();
    let list = DeviceList {
        hour: HOUR - 1,
        rows,
    };
    let bundle = RootBundle::build(None, &[list], HOUR - 1).unwrap();
    fs::write(folder.join("root"), borsh::to_vec(&bundle).unwrap()).unwrap();
}

fn observed(device: Key, number: u64, verifier: u64) -> HourObservation {
    let is_late = number % 10 == verifier;
    let sight = HourSight {
        proof: if number.is_multiple_of(20) {
            ProofCode::Failed
        } else {
            ProofCode::Passed
        },
        live_minutes: 60 - u8::from(is_late),
        is_hired: number.is_multiple_of(3),
        passed_when_free: true,
        hours_since_pass: 0,
        uptime_minutes: 10_000,
    };
    HourObservation {
        device,
        owner: address(b"owner", number / 7),
        pool: if number.is_multiple_of(4) { 1 } else { 2 },
        qty: u8::try_from(number % 8 + 1).unwrap(),
        status: 1,
        tier: u8::try_from(number % 4 + 1).unwrap(),
        linked_wallets: 3,
        flags: HourFlags::from_bits(0b1111).unwrap(),
        exempt: 0,
        mult_fp: 10_000,
        before: HourSight {
            proof: ProofCode::Passed,
            ..sight
        },
        within: sight,
        positions: if number.is_multiple_of(5) {
            vec![PositionObservation {
                wallet: address(b"wallet", number),
                share_bps: 2_500,
                is_earning: true,
            }]
        } else {
            Vec::new()
        },
    }
}

fn build(folder: &Path) {
    let start = Instant::now();
    let step = |name: &str, since: Instant| {
        println!("{name:<42}{:>8.3} s", since.elapsed().as_secs_f64());
        Instant::now()
    };
    let mut files: Vec<(Hash, ObservationFile)> = Vec::new();
    while let Ok(bytes) = fs::read(folder.join(format!("{}.file", files.len()))) {
        let signed = SignedFile::decode(&bytes).unwrap();
        files.push((signed.file.hash(), signed.file));
    }
    let since = step("files read, decoded, signatures checked", start);
    let members: Vec<Key> = files.iter().map(|(_, file)| file.verifier).collect();
    let given: Vec<SourceFile<'_>> = files
        .iter()
        .map(|(hash, file)| SourceFile { hash: *hash, file })
        .collect();
    let used = sources(&given, HOUR, &GENESIS, &REGISTRY, &members);
    let terms = BlockTerms {
        hour: HOUR,
        enterprise_io: 347_820_519_071,
        community_io: 18_306_343_110,
        weights: Weights::DEFAULT,
        limits: Limits::read(|param| param.default).unwrap(),
    };
    let threshold = u8::try_from(members.len() / 2 + 1).unwrap();
    let report = BlockReport::build(&used, &terms, threshold).unwrap();
    let bytes = borsh::to_vec(&report.list).unwrap().len();
    let since = step("aggregated, judged, paid, list hashed", since);
    drop(files);
    let previous = RootBundle::decode(&fs::read(folder.join("root")).unwrap()).unwrap();
    let summary = report.summary;
    let bundle = RootBundle::build(Some(&previous), &[report.list], HOUR).unwrap();
    drop(previous);
    let root = RootReport::new(bundle, &RING).unwrap();
    step("totals added, tree built, evidence hashed", since);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} nominated, {} succeeded, {} failed; list {bytes} bytes; tree of {} leaves",
        summary.nominated, summary.succeeded, summary.failed, root.payload.leaf_count
    );
    println!("total_seconds={seconds:.3}");
    println!("peak_rss_bytes={}", peak_rss());
}

/// Largest resident size so far, from the kernel.
fn peak_rss() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or_default()
        * 1_024
}
