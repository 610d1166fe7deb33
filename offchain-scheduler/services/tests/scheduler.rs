//! The scheduler over HTTP, with a chain in memory behind it.

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
    fake::{FINALITY_DEPTH, FakeChain},
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

impl Ledger {
    fn new(devices: &[(u8, u8)], sent: Arc<FakeChain>) -> Self {
        let class = ProcessorClass {
            id: CLASS,
            pool: 1,
            mult_now: 10_000,
            last_nonzero_mult: 10_000,
            floor_price_usd_micros: ASK / 2,
            ..zeroed()
        };
        let stakes = devices.iter().map(|(byte, qty)| {
            let stake = DeviceStake {
                device: device_key(*byte),
                active_io: u64::from(*qty) * 200 * 100_000_000,
                ..zeroed()
            };
            (addresses::staking::device_stake(&device_key(*byte)), stake)
        });
        let facts = Facts {
            now: NOW,
            devices: devices
                .iter()
                .map(|(byte, qty)| (device_key(*byte), device(*qty)))
                .collect(),
            classes: vec![class],
            stakes: stakes.collect(),
            bookings: Vec::new(),
            booking_params: parameters(booking::ID, params::booking::ALL),
            staking_params: parameters(staking::ID, params::staking::ALL),
        };
        Self {
            facts: Mutex::new(facts),
            sent,
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Facts) -> T) -> T {
        change(&mut self.facts.lock().unwrap())
    }

    /// The quotes that the scheduler's transactions made.
    fn quotes(&self) -> Vec<CreateQuoteArgs> {
        let effects = self.sent.effects();
        effects
            .keys()
            .filter_map(|data| data.strip_prefix(booking::instruction::CreateQuote::DISCRIMINATOR))
            .map(|args| CreateQuoteArgs::try_from_slice(args).unwrap())
            .collect()
    }
}

impl SchedulerChain for Ledger {
    fn now(&self) -> Result<i64, ViewError> {
        Ok(self.with(|facts| facts.now))
    }

    fn facts(&self) -> Result<Facts, ViewError> {
        Ok(self.with(|facts| facts.clone()))
    }

    fn bookings(&self) -> Result<Vec<(Pubkey, Booking)>, ViewError> {
        Ok(self.with(|facts| facts.bookings.clone()))
    }

    fn booking(&self, address: &Pubkey) -> Result<Option<Booking>, ViewError> {
        let found = |facts: &mut Facts| {
            let at = facts.bookings.iter().find(|(key, _)| key == address);
            at.map(|(_, booking)| booking.clone())
        };
        Ok(self.with(found))
    }

    fn stamp(&self, _: i64) -> Result<Stamp, ViewError> {
        Ok(Stamp::Schedule)
    }

    fn quote(&self, address: &Pubkey) -> Result<Option<Quote>, ViewError> {
        let args = self
            .quotes()
            .into_iter()
            .find(|args| addresses::booking::quote(&args.id) == *address);
        Ok(args.map(|args| Quote {
            id: args.id,
            renter: args.renter,
            payer: args.payer,
            currency: args.currency,
            flags: args.flags,
            minutes: args.minutes,
            total: 4_090_000,
            expires_at: NOW + 60,
            lines: vec![
                QuoteLine {
                    device: device_key(1),
                    class: CLASS,
                    qty: 2,
                    rate_usd_micros: ASK,
                    hire_q_usd_micros: 0,
                    compute: 4_000_000,
                    reservation: 10_000,
                    payment: 80_000,
                };
                usize::from(args.lines)
            ],
            ..zeroed()
        }))
    }
}

struct Desk {
    ledger: Arc<Ledger>,
    sent: Arc<FakeChain>,
    url: String,
    store: Store,
    _trigger: ShutdownTrigger,
    _database: Database,
}

impl Desk {
    /// A scheduler over devices (byte of the address, processors) on a chain that makes blocks.
    async fn open(
        database: Database,
        devices: &[(u8, u8)],
        change: impl FnOnce(&mut SchedulerSettings),
    ) -> Self {
        let store = database.store.clone();
        let sent = Arc::new(FakeChain::new());
        let ledger = Arc::new(Ledger::new(devices, sent.clone()));
        let mut settings = SchedulerSettings::default();
        settings.chain.poll = Duration::from_millis(10);
        settings.quotes.poll = Duration::from_millis(5);
        settings.sender.poll = Duration::from_millis(5);
        settings.scheduler.fleet_refresh = Duration::from_millis(10);
        change(&mut settings);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (trigger, token) = shutdown::channel();
        let parts = Parts {
            settings,
            key: Keypair::new(),
            reader: ledger.clone() as Arc<dyn SchedulerChain>,
            sending: sent.clone(),
            genesis_hash: GENESIS,
            store: store.clone(),
        };
        let (own, stop) = shutdown::channel();
        let tasks = scheduler::start(parts, listener, token).await.unwrap();
        tokio::spawn(tasks.run(trigger, Duration::from_secs(1)));
        let blocks = sent.clone();
        tokio::spawn(async move {
            while stop.pause(Duration::from_millis(2)).await {
                blocks.advance(1);
            }
        });
        Self {
            ledger,
            sent,
            url,
            store,
            _trigger: own,
            _database: database,
        }
    }

    async fn post(
        &self,
        renter: u8,
        sequence: u64,
        request: &QuoteRequest,
    ) -> Result<QuoteAnswer, (u16, ErrorBody)> {
        let realm = Realm {
            genesis_hash: GENESIS,
            program_id: booking::ID.to_bytes(),
        };
        let key = SigningKey::from_bytes(&[renter; 32]);
        let now = self.ledger.with(|facts| facts.now);
        let envelope = seal(&key, Domain::QuoteRequest, &realm, sequence, now, request).unwrap();
        self.post_bytes(borsh::to_vec(&envelope).unwrap()).await
    }

    async fn post_bytes(&self, body: Vec<u8>) -> Result<QuoteAnswer, (u16, ErrorBody)> {
        let response = reqwest::Client::new()
            .post(format!("{}{QUOTE_PATH}", self.url))
            .body(body)
            .send()
            .await
            .unwrap();
        match response.status().as_u16() {
            200 => Ok(response.json().await.unwrap()),
            status => Err((status, response.json().await.unwrap())),
        }
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        reqwest::get(format!("{}{path}", self.url)).await.unwrap()
    }
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
async fn unacceptable_requests_are_refused_by_their_own_codes() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2)], |_| {}).await;
        let cases: [(QuoteRequest, u16, &str); 7] = [
            (request(0), 400, "bad_request"),
            (request(513), 400, "bad_request"),
            (
                QuoteRequest {
                    minutes: 59,
                    ..request(2)
                },
                400,
                "bad_request",
            ),
            (
                QuoteRequest {
                    currency: 2,
                    ..request(2)
                },
                400,
                "bad_request",
            ),
            (
                QuoteRequest {
                    currency: 1,
                    ..request(2)
                },
                400,
                "no_io_quotes",
            ),
            (
                QuoteRequest {
                    payer: [0; 32],
                    ..request(2)
                },
                400,
                "bad_request",
            ),
            (request(1), 409, "no_fit"),
        ];
        for (sequence, (request, status, code)) in (1..).zip(cases) {
            assert_eq!(
                refusal(desk.post(9, sequence, &request).await),
                (status, code.to_owned()),
                "case {sequence}"
            );
        }
        desk.post(9, 50, &request(2)).await.unwrap();
        assert_eq!(
            refusal(desk.post(9, 50, &request(2)).await),
            (409, "replayed".into())
        );
        assert_eq!(
            refusal(desk.post(9, 49, &request(2)).await),
            (409, "old_sequence".into())
        );
        assert_eq!(
            refusal(desk.post_bytes(vec![1, 2, 3]).await),
            (400, "malformed".into())
        );
        assert_eq!(
            refusal(desk.post_bytes(vec![0; 1_025]).await),
            (413, "body_too_large".into())
        );

        let key = SigningKey::from_bytes(&[9; 32]);
        let realm = Realm {
            genesis_hash: GENESIS,
            program_id: booking::ID.to_bytes(),
        };
        let other = Realm {
            genesis_hash: [4; 32],
            ..realm
        };
        let foreign = seal(&key, Domain::QuoteRequest, &other, 60, NOW, &request(2)).unwrap();
        assert_eq!(
            refusal(desk.post_bytes(borsh::to_vec(&foreign).unwrap()).await),
            (400, "wrong_cluster".into())
        );
        let mut forged = seal(&key, Domain::QuoteRequest, &realm, 61, NOW, &request(2)).unwrap();
        forged.subject = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
        assert_eq!(
            refusal(desk.post_bytes(borsh::to_vec(&forged).unwrap()).await),
            (401, "bad_signature".into())
        );
        assert_eq!(desk.ledger.quotes().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renter_with_an_unpaid_booking_gets_no_further_quote() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2)], |_| {}).await;
        let renter =
            Pubkey::new_from_array(SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes());
        let unpaid = Booking {
            renter,
            status: BookingStatus::Booked as u8,
            deadline: NOW,
            ..zeroed()
        };
        desk.ledger
            .with(|facts| facts.bookings.push((device_key(77), unpaid)));
        assert_eq!(
            refusal(desk.post(9, 1, &request(2)).await),
            (409, "open_booking".into())
        );
        desk.post(8, 1, &request(2)).await.expect("another renter");
        desk.ledger
            .with(|facts| facts.bookings[0].1.status = BookingStatus::Paid as u8);
        assert_eq!(
            refusal(desk.post(9, 2, &request(2)).await),
            (409, "no_fit".into()),
            "paid, but all is reserved"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quote_that_does_not_land_in_time_is_late_and_keeps_its_reservation() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2)], |settings| {
            settings.quotes.wait = Duration::from_millis(300)
        })
        .await;
        desk.sent
            .plan_submissions([ion_chain::fake::SubmitFault::Delay(1_000_000)]);
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
        let fleet = loop {
            let fleet: serde_json::Value = desk.get("/v1/fleet").await.json().await.unwrap();
            if fleet["classes"]["7"]["hired_gpus"] == 4 {
                break fleet;
            }
        };
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

fn paid_booking() -> Booking {
    let line = Line {
        device: device_key(1),
        class: CLASS,
        qty: 2,
        status: LineStatus::Hired as u8,
        ..zeroed()
    };
    Booking {
        status: BookingStatus::Paid as u8,
        deadline: NOW + 1_800,
        op_seq: 3,
        event_seq: 5,
        minutes: 60,
        lines: vec![line],
        ..zeroed()
    }
}

#[tokio::test]
async fn due_steps_become_rows_once_per_state_of_the_booking() {
    for database in databases().await {
        let store = database.store.clone();
        let ledger = Arc::new(Ledger::new(&[(1, 2)], Arc::new(FakeChain::new())));
        let outbox = Outbox::new(
            SqlOutbox::open(store.clone()).await.unwrap(),
            Arc::new(SystemClock),
        );
        let follow = Follow {
            chain: ledger.clone(),
            desk: scheduler::Desk::open(store).await.unwrap(),
            outbox: outbox.clone(),
            nudge: Arc::new(Notify::new()),
            scheduler: Keypair::new().pubkey(),
            planner: Arc::new(scheduler::Planner::new(
                SchedulerSettings::default().placement,
            )),
        };
        let booking = device_key(60);
        assert_eq!(follow.round().await.unwrap(), Round { now: NOW, new: 0 });
        ledger.with(|facts| facts.bookings.push((booking, paid_booking())));
        assert_eq!(follow.round().await.unwrap().new, 1);
        assert_eq!(follow.round().await.unwrap().new, 0);
        let row = outbox
            .row(&Key::new("start", booking, 5))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.state, State::Ready);

        ledger.with(|facts| {
            facts.bookings[0].1 = Booking {
                status: BookingStatus::Running as u8,
                event_seq: 6,
                ends_at: NOW + 3_600,
                ..paid_booking()
            };
        });
        assert_eq!(follow.round().await.unwrap().new, 0, "not over yet");
        ledger.with(|facts| facts.now = NOW + 3_600);
        assert_eq!(follow.round().await.unwrap().new, 1);
        assert!(
            outbox
                .row(&Key::new("end", booking, 6))
                .await
                .unwrap()
                .is_some()
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
        let closed = loop {
            match outbox.row(&key).await.unwrap() {
                Some(row) if row.state.is_closed() => break row,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
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

/// A follower with its own connections to a database.
async fn follower(ledger: &Arc<Ledger>, url: &str) -> (Follow, Outbox) {
    let store = Store::open(url).await.unwrap();
    let outbox = Outbox::new(
        SqlOutbox::open(store.clone()).await.unwrap(),
        Arc::new(SystemClock),
    );
    let follow = Follow {
        chain: ledger.clone(),
        desk: scheduler::Desk::open(store).await.unwrap(),
        outbox: outbox.clone(),
        nudge: Arc::new(Notify::new()),
        scheduler: Keypair::new().pubkey(),
        planner: Arc::new(scheduler::Planner::new(
            SchedulerSettings::default().placement,
        )),
    };
    (follow, outbox)
}

/// A running booking of devices 1 and 2 whose second line is faulty since `NOW`.
fn faulty_booking() -> Booking {
    let line = |byte, status| Line {
        device: device_key(byte),
        class: CLASS,
        qty: 2,
        status: status as u8,
        rate_usd_micros: ASK,
        fault_offset_s: 600,
        segments: vec![booking::state::Segment {
            minutes: 120,
            ..zeroed()
        }],
        ..zeroed()
    };
    Booking {
        status: BookingStatus::Running as u8,
        flags: booking::constants::FLAG_FAILOVER,
        started_at: NOW - 600,
        ends_at: NOW + 6_600,
        failover_grace_s: 900,
        event_seq: 7,
        op_seq: 4,
        lines: vec![line(1, LineStatus::Hired), line(2, LineStatus::Failing)],
        ..zeroed()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faulty_line_alone_is_replaced_once_by_all_replicas() {
    for database in databases().await {
        let devices = [(1, 2), (2, 2), (3, 1), (4, 2), (5, 4)];
        let ledger = Arc::new(Ledger::new(&devices, Arc::new(FakeChain::new())));
        let booking = device_key(60);
        ledger.with(|facts| {
            for (key, device) in &mut facts.devices {
                if [device_key(1), device_key(2)].contains(key) {
                    device.hired_by = booking;
                }
            }
            facts.bookings.push((booking, faulty_booking()));
        });
        let (one, outbox) = follower(&ledger, &database.url).await;
        let (other, _) = follower(&ledger, &database.url).await;
        assert_eq!(one.round().await.unwrap().new, 1);
        assert_eq!(other.round().await.unwrap().new, 0, "on its way");
        assert_eq!(one.round().await.unwrap().new, 0);
        let row = outbox
            .row(&Key::new("failover", booking, 7 * 8))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.state, State::Ready);
        // Device 4 is the only free one of that size; neither replica gives it to a renter now.
        for follow in [&one, &other] {
            let reserved = follow.desk.reserved(None, NOW).await.unwrap();
            assert_eq!(reserved, [device_key(4)].into());
        }
        // Past the grace the line ends, and the booking runs on with the other.
        ledger.with(|facts| {
            facts.now = NOW + 901;
            facts.bookings[0].1.event_seq = 8;
        });
        assert_eq!(other.round().await.unwrap().new, 1);
        let ended = outbox.row(&Key::new("fail_line", booking, 8)).await;
        assert!(ended.unwrap().is_some());
    }
}
