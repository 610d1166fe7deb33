//! Chain in memory and verifiers over it.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod panel;
pub mod waiting;

use std::{path::Path, sync::Arc, time::Duration};

use anchor_lang::AnchorDeserialize;
use ed25519_dalek::SigningKey;
use ion_chain::Outbox;
use ion_objects::FolderStore;
use ion_protocol::Realm;
use ion_services::{
    chain_view::{MemoryView, VerifierSetView},
    verifier::{Journal, Parts, Verifier, VerifierSettings},
};
use ion_store::{Store, SystemClock, outbox::SqlOutbox};
use solana_pubkey::Pubkey;

/// First minute of an hour.
pub const START: i64 = 1_800_000_000;
pub const GENESIS: [u8; 32] = [1; 32];

pub fn hour_of(now: i64) -> u64 {
    u64::try_from(now.div_euclid(3_600)).unwrap()
}

pub fn member_key(member: u8) -> SigningKey {
    SigningKey::from_bytes(&[100 + member; 32])
}

/// Three members, threshold two.
pub fn memory_chain() -> Arc<MemoryView> {
    let keys = (0..3)
        .map(|member| member_key(member).verifying_key().to_bytes())
        .collect();
    Arc::new(MemoryView::new(
        START,
        VerifierSetView {
            keys,
            threshold: 2,
            version: 0,
        },
    ))
}

pub async fn make_verifier(
    chain: Arc<MemoryView>,
    member: u8,
    dir: &Path,
    objects: &Path,
) -> Verifier {
    make_verifier_with(chain, member, dir, objects, |_| {}).await
}

pub async fn make_verifier_with(
    chain: Arc<MemoryView>,
    member: u8,
    dir: &Path,
    objects: &Path,
    change: impl FnOnce(&mut VerifierSettings),
) -> Verifier {
    let store = Store::open(dir.join("verifier.db").to_str().unwrap())
        .await
        .unwrap();
    make_verifier_on(store, chain, member, objects, change).await
}

/// A verifier on an open database.
pub async fn make_verifier_on(
    store: Store,
    chain: Arc<MemoryView>,
    member: u8,
    objects: &Path,
    change: impl FnOnce(&mut VerifierSettings),
) -> Verifier {
    let mut settings = VerifierSettings::default();
    // The chain's minutes pass faster than the machine's.
    settings.http.device_requests_per_minute = 60_000;
    settings.http.device_burst = 1_000;
    settings.http.batch_pause = Duration::from_millis(1);
    settings.chain.poll = Duration::from_millis(10);
    settings.challenge.n = 32;
    settings.challenge.rounds = 2;
    settings.challenge.openings = 8;
    settings.loops.ledger = Duration::from_millis(10);
    settings.loops.report = Duration::from_millis(10);
    settings.loops.stagger = Duration::ZERO;
    settings.report.settle = Duration::ZERO;
    settings.challenge.gather = Duration::from_millis(200);
    settings.report.fault_settle = Duration::ZERO;
    change(&mut settings);
    let outbox = Outbox::new(
        SqlOutbox::open(store.clone()).await.unwrap(),
        Arc::new(SystemClock),
    );
    Verifier::new(Parts {
        settings,
        key: member_key(member),
        realm: Realm {
            genesis_hash: GENESIS,
            program_id: registry::ID.to_bytes(),
        },
        ledger: chain,
        journal: Journal::open(store).await.unwrap(),
        objects: Arc::new(FolderStore::open(objects).unwrap()),
        outbox,
    })
}

/// Account address that the tests give to a device key.
pub fn address_of(device_key: [u8; 32]) -> [u8; 32] {
    let mut address = device_key;
    address[0] ^= 0xFF;
    address
}

/// A state struct with every field zero: fields that a test does not name mean nothing to it.
pub fn zeroed<T: AnchorDeserialize>() -> T {
    T::deserialize(&mut [0u8; 2_048].as_slice()).unwrap()
}

pub fn put_device(chain: &MemoryView, device_key: [u8; 32], status: u8) -> Pubkey {
    let address = Pubkey::new_from_array(address_of(device_key));
    let mut device: registry::state::Device = zeroed();
    device.id = Pubkey::new_from_array(device_key);
    device.device_key = Pubkey::new_from_array(device_key);
    device.owner = Pubkey::new_from_array([70; 32]);
    device.payout_wallet = Pubkey::new_from_array([71; 32]);
    device.qty = 1;
    device.status = status;
    chain.with(|chain| chain.devices.insert(address, device));
    address
}

/// A booking of one device for some minutes, started at [`START`].
pub fn put_booking(chain: &MemoryView, device: Pubkey, minutes: u32, status: u8) -> Pubkey {
    let address = Pubkey::new_from_array([80; 32]);
    let mut line: booking::state::Line = zeroed();
    line.device = device;
    line.qty = 1;
    line.status = 1;
    line.segments = vec![booking::state::Segment {
        minutes,
        amount: 10_000,
        hire_q_usd_micros: 0,
    }];
    let mut booking: booking::state::Booking = zeroed();
    booking.payer = Pubkey::new_from_array([82; 32]);
    booking.status = status;
    booking.minutes = minutes;
    booking.started_at = START;
    booking.ends_at = START + i64::from(minutes) * 60;
    booking.deadline = START + 604_800;
    booking.lines = vec![line];
    chain.with(|chain| chain.bookings.insert(address, booking));
    address
}

/// A record of a booking of one line, accepted and not earned.
pub fn put_record(chain: &MemoryView, booking: Pubkey, seq: u32, challenge_until: i64) -> Pubkey {
    let address = Pubkey::new_from_array([90; 32]);
    let mut record: booking::state::WorkRecord = zeroed();
    record.booking = booking;
    record.seq = seq;
    record.challenge_until = challenge_until;
    record.is_priced = true;
    record.lines = vec![zeroed()];
    chain.with(|chain| chain.records.insert(address, record));
    address
}
