//! The scheduler over HTTP, with a chain in memory behind it.

#[path = "../support/waiting.rs"]
mod waiting;

mod desk;
mod follow;
mod ledger;
mod refusals;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use anchor_lang::{AnchorDeserialize, Discriminator};
use booking::{
    CreateQuoteArgs,
    error::BookingError,
    state::{Booking, Line, Quote, QuoteLine},
};
use ed25519_dalek::SigningKey;
use ion_chain::{
    Outbox,
    fake::{FINALITY_DEPTH, FakeChain, SubmitFault},
};
use ion_client::addresses;
use ion_economics::{
    booking::{BookingStatus, LineStatus, Stamp},
    device::DeviceStatus,
    params::{self, Param},
};
use ion_protocol::{Domain, ErrorBody, QUOTE_PATH, QuoteAnswer, QuoteRequest, Realm, seal};
use ion_services::{
    chain_view::ViewError,
    scheduler::{self, Facts, Follow, Parts, Round, SchedulerChain, SchedulerSettings},
    shutdown::{self, ShutdownTrigger},
};
use ion_store::{
    Store, SystemClock,
    outbox::{Key, SqlOutbox, State},
};
use ion_test_postgres::{Database, databases};
use registry::state::{Device, Params, ProcessorClass};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::state::DeviceStake;
use tokio::sync::Notify;
use waiting::until;

const NOW: i64 = 1_770_000_000;
const GENESIS: [u8; 32] = [3; 32];
const CLASS: u16 = 7;
const ASK: u64 = 2_000_000;

/// An account whose fields are all zero.
fn zeroed<T: AnchorDeserialize>() -> T {
    T::deserialize(&mut &[0u8; 8_192][..]).unwrap()
}

fn parameters(program: Pubkey, all: &[Param]) -> Params {
    let mut params = Params {
        program,
        ..zeroed()
    };
    for param in all {
        params.values[usize::from(param.slot)] = param.default;
    }
    params
}

fn device_key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

fn device(qty: u8) -> Device {
    Device {
        class: CLASS,
        qty,
        status: DeviceStatus::Up.code(),
        connectivity_tier: 2,
        reliability_bps: 9_000,
        onboarded_at: NOW - 13 * 3_600,
        ask_usd_micros: ASK,
        ..zeroed()
    }
}

/// The reading side: accounts in memory, quotes from the effects of the sending side.
struct Ledger {
    facts: Mutex<Facts>,
    sent: Arc<FakeChain>,
}

struct Desk {
    ledger: Arc<Ledger>,
    sent: Arc<FakeChain>,
    url: String,
    store: Store,
    _trigger: ShutdownTrigger,
    _database: Database,
}

fn request(gpus: u16) -> QuoteRequest {
    QuoteRequest::new([44; 32], CLASS, gpus, 60)
}

fn refusal(result: Result<QuoteAnswer, (u16, ErrorBody)>) -> (u16, String) {
    let (status, body) = result.unwrap_err();
    (status, body.error)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signed_request_is_answered_with_a_quote_on_chain() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2), (2, 4)], |_| {}).await;
        let wanted = QuoteRequest {
            gang: true,
            failover: true,
            ..request(6)
        };
        let answer = desk.post(9, 1, &wanted).await.unwrap();
        let made = desk.ledger.quotes();
        assert_eq!(made.len(), 1);
        let args = &made[0];
        assert_eq!(answer.id, hex::encode(args.id));
        assert_eq!(
            answer.quote,
            addresses::booking::quote(&args.id).to_string()
        );
        assert_eq!(
            answer.booking,
            addresses::booking::booking(&args.id).to_string()
        );
        assert_eq!(args.id[..8], NOW.to_le_bytes());
        let renter = SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes();
        assert_eq!(
            (args.renter.to_bytes(), args.payer.to_bytes()),
            (renter, [44; 32])
        );
        assert_eq!(
            (args.currency, args.flags, args.minutes, args.lines),
            (0, 3, 60, 2)
        );
        assert_eq!(
            (
                answer.total.as_str(),
                answer.currency.as_str(),
                answer.expires_at
            ),
            ("4090000", "usdc", NOW + 60)
        );

        let explained: serde_json::Value = desk
            .get(&format!("{QUOTE_PATH}/{}/explanation", answer.id))
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(explained["state"], "open");
        assert_eq!(
            explained["decision"]["outcome"]["placed"]["devices"]
                .as_array()
                .unwrap()
                .len(),
            2
        );
        assert!(desk.sent.effects().values().all(|times| *times == 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reserved_devices_go_to_nobody_else_while_the_quote_lives() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2)], |_| {}).await;
        desk.post(9, 1, &request(2)).await.unwrap();
        let (status, body) = desk.post(8, 1, &request(2)).await.unwrap_err();
        assert_eq!((status, body.error.as_str()), (409, "no_fit"));
        assert!(body.message.contains("1 by reserved"), "{}", body.message);
        desk.post(9, 2, &request(2))
            .await
            .expect("the renter's own reservation is replaced");
        desk.ledger.with(|facts| facts.now = NOW + 61);
        desk.post(8, 2, &request(2))
            .await
            .expect("the quote is over");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quote_that_does_not_land_in_time_is_late_and_keeps_its_reservation() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2)], |settings| {
            settings.quotes.wait = Duration::from_millis(300)
        })
        .await;
        // However often it is signed again: none lands.
        desk.sent
            .plan_submissions([SubmitFault::Delay(1_000_000); 1_000]);
        assert_eq!(
            refusal(desk.post(9, 1, &request(2)).await),
            (504, "late".into())
        );
        assert_eq!(
            refusal(desk.post(8, 1, &request(2)).await),
            (409, "no_fit".into())
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fleet_and_metrics_show_what_is_free() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2), (2, 4), (3, 1)], |_| {}).await;
        desk.ledger.with(|facts| {
            facts.devices[1].1.hired_by = device_key(50);
            facts.stakes[2].1.active_io -= 1;
        });
        let fleet = until("the hired device is shown", async || {
            let fleet: serde_json::Value = desk.get("/v1/fleet").await.json().await.unwrap();
            (fleet["classes"]["7"]["hired_gpus"] == 4).then_some(fleet)
        })
        .await;
        let class = &fleet["classes"]["7"];
        assert_eq!(
            (&class["gpus"], &class["free_gpus"], &class["devices"]),
            (&7.into(), &2.into(), &3.into())
        );
        let states: Vec<&str> = fleet["devices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|device| device["state"].as_str().unwrap())
            .collect();
        assert_eq!(states, ["free", "hired", "out"]);
        assert_eq!(desk.get("/healthz").await.status(), 200);
        let metrics = desk.get("/metrics").await.text().await.unwrap();
        assert!(
            metrics.contains("scheduler_fleet_gpus{state=\"hired\"} 4"),
            "{metrics}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overdue_quote_is_closed_on_chain() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2)], |_| {}).await;
        let answer = desk.post(9, 1, &request(2)).await.unwrap();
        let outbox = Outbox::new(
            SqlOutbox::open(desk.store.clone()).await.unwrap(),
            Arc::new(SystemClock),
        );
        let key = Key::new("close_quote", &answer.quote, 0);
        assert_eq!(outbox.row(&key).await.unwrap(), None);
        desk.ledger.with(|facts| facts.now = NOW + 301);
        let closed = until("the quote is closed", async || {
            let row = outbox.row(&key).await.unwrap();
            row.filter(|row| row.state.is_closed())
        })
        .await;
        assert_eq!(closed.state, State::Finalized);
        assert!(
            desk.sent.submissions() >= 2,
            "{FINALITY_DEPTH} blocks passed"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusal_of_the_chain_is_named_and_frees_the_devices() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2)], |_| {}).await;
        desk.sent.refuse_all(BookingError::Paused.into(), 1);
        let (status, body) = desk.post(9, 1, &request(2)).await.unwrap_err();
        assert_eq!((status, body.error.as_str()), (409, "refused"));
        assert!(body.message.contains("Paused"), "{}", body.message);
        desk.post(8, 1, &request(2))
            .await
            .expect("the devices are free again");
    }
}
