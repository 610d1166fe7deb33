//! Hours of devices as verifiers write them down.

use ed25519_dalek::SigningKey;
use ion_objects::{FolderStore, ObjectStore};
use ion_observation::{
    HourFlags, HourObservation, HourSight, MinuteMap, ObservationFile, PositionObservation,
    ProofCode, SignedFile,
};

/// An hour that passes, or fails for too few minutes.
pub fn sight(live_minutes: u8) -> HourSight {
    HourSight {
        proof: ProofCode::Passed,
        live_minutes,
        is_hired: false,
        passed_when_free: true,
        hours_since_pass: 0,
        uptime_minutes: 6_000,
    }
}

/// A device that meets every rule at the opening.
pub fn device_hour(
    device: [u8; 32],
    owner: [u8; 32],
    qty: u8,
    live_minutes: u8,
) -> HourObservation {
    HourObservation {
        device,
        owner,
        pool: 1,
        qty,
        status: 1,
        tier: 4,
        linked_wallets: 3,
        flags: HourFlags::from_bits(0b1111).unwrap(),
        exempt: 0,
        mult_fp: 50_000,
        before: sight(60),
        within: sight(live_minutes),
        positions: Vec::new(),
    }
}

/// A position that earned the whole hour.
pub fn position(wallet: [u8; 32], share_bps: u16) -> PositionObservation {
    PositionObservation {
        wallet,
        share_bps,
        is_earning: true,
    }
}

/// Stores the signed file of a member for an hour; returns its hash.
pub fn put_file(
    objects: &FolderStore,
    key: &SigningKey,
    genesis: [u8; 32],
    hour: u64,
    hours: Vec<HourObservation>,
) -> [u8; 32] {
    let mut file = ObservationFile::new(
        genesis,
        registry::ID.to_bytes(),
        key.verifying_key().to_bytes(),
        hour,
        MinuteMap::ALL,
    );
    file.hours = hours;
    file.sort();
    let hash = file.hash();
    let signed = borsh::to_vec(&SignedFile::new(key, file)).unwrap();
    let name = format!("observations/{hour}/{}", hex::encode(hash));
    objects.put(&name, &signed).unwrap();
    hash
}
