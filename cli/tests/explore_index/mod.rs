//! An indexer's read API on a port of this machine, over a log of registrations.

use std::{sync::mpsc, thread};

use anchor_lang::{Event, event::EVENT_IX_TAG_LE};
use ion_client::{
    addresses,
    history::{ExecutedInstruction, TopInstruction, TransactionRecord},
};
use ion_indexer::{
    Index,
    api::{self, Api},
};
use ion_runtime::{health::Health, metrics::Metrics, shutdown};
use ion_store::Store;
use registry::events::DeviceRegistered;
use solana_pubkey::Pubkey;
use solana_signature::Signature;

/// Devices of the log: of two owners by turns, and of two classes by pairs.
pub const DEVICES: usize = 8;
/// The first class.
pub const CLASS: u16 = 5;

/// A served index; it ends with the process.
pub struct Indexer {
    pub url: String,
    pub slot: u64,
    /// Addresses in the order of their registration.
    pub devices: Vec<String>,
    pub owners: [String; 2],
    _folder: tempfile::TempDir,
}

fn key(kind: u8, number: usize) -> Pubkey {
    let mut bytes = [kind; 32];
    bytes[31] = u8::try_from(number).unwrap();
    Pubkey::new_from_array(bytes)
}

/// The transaction in which the registry reported a registration.
fn registered(number: usize) -> TransactionRecord {
    let event = DeviceRegistered {
        device: key(1, number),
        owner: key(2, number % 2),
        payer: key(2, number % 2),
        device_key: key(3, number),
        payout_wallet: key(4, number),
        class: CLASS + u16::try_from(number / 2 % 2).unwrap(),
        qty: 1,
        status: 0,
        ask_usd_micros: 1_250_000,
        open_until: 0,
        seq: 1,
        at: 1_800_000_000,
    };
    let emitted = ExecutedInstruction {
        program: registry::ID,
        accounts: vec![addresses::event_authority(&registry::ID)],
        data: [EVENT_IX_TAG_LE, &event.data()].concat(),
    };
    let mut signature = [9; 64];
    signature[0] = u8::try_from(number).unwrap();
    TransactionRecord {
        signature: Signature::from(signature),
        slot: 100 + u64::try_from(number).unwrap(),
        block_time: Some(1_800_000_000),
        error: None,
        compute_units: 1,
        fee_lamports: 5_000,
        instructions: vec![TopInstruction {
            instruction: ExecutedInstruction {
                program: registry::ID,
                accounts: Vec::new(),
                data: Vec::new(),
            },
            inner: vec![emitted],
        }],
    }
}

impl Indexer {
    /// Indexes the log and serves it from a thread of its own.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.db").display().to_string();
        let records: Vec<TransactionRecord> = (0..DEVICES).map(registered).collect();
        let slot = records.last().unwrap().slot;
        let (ready, url) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let index = Index::open(Store::open(&path).await.unwrap())
                    .await
                    .unwrap();
                index.apply(&records, slot).await.unwrap();
                let (_trigger, token) = shutdown::channel();
                let api = Api::new(index, Metrics::default(), 1, token);
                let listener = api::listen("127.0.0.1:0").await.unwrap();
                ready.send(listener.local_addr().unwrap()).unwrap();
                axum::serve(listener, api::router(api, Health::default()))
                    .await
                    .unwrap();
            });
        });
        Self {
            url: format!("http://{}", url.recv().unwrap()),
            slot,
            devices: (0..DEVICES)
                .map(|number| key(1, number).to_string())
                .collect(),
            owners: [0, 1].map(|owner| key(2, owner).to_string()),
            _folder: folder,
        }
    }
}
