//! The scheduler against the real programs: from a renter's request to the end of the booking.

#[path = "support/machine.rs"]
mod machine;

use std::{sync::Arc, time::Duration};

use anchor_spl::associated_token::get_associated_token_address;
use booking::state::Booking;
use ed25519_dalek::SigningKey;
use ion_client::instructions::booking as instructions;
use ion_economics::booking::BookingStatus;
use ion_program_tests::{World, flows::H100};
use ion_protocol::{
    Domain, EXTENSION_PATH, ExtensionRequest, QUOTE_PATH, QuoteAnswer, QuoteRequest, Realm, seal,
};
use ion_services::{
    scheduler::{self, Parts, SchedulerChain, SchedulerSettings},
    shutdown,
};
use ion_store::Store;
use machine::{GENESIS, StageChain};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

const ASK: u64 = 2_000_000;
const USDC: u64 = 1_000_000_000;

struct Network {
    chain: StageChain<World>,
    url: String,
    usdc: Pubkey,
    class: u16,
    _trigger: shutdown::ShutdownTrigger,
    _dir: tempfile::TempDir,
}

impl Network {
    /// Two devices of 2 and 4 processors, and a scheduler.
    async fn start() -> Self {
        let world = World::new();
        let small = world.ready_device(H100, 2, ASK);
        world.ready_device(H100, 4, ASK);
        let price = world.post_price(world.price_now());
        let (key, usdc) = (world.scheduler.insecure_clone(), world.plan.usdc_mint);
        let chain = StageChain::new(world);
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("scheduler.db").to_str().unwrap())
            .await
            .unwrap();
        let mut settings = SchedulerSettings::default();
        settings.chain.poll = Duration::from_millis(20);
        settings.quotes.poll = Duration::from_millis(5);
        settings.sender.poll = Duration::from_millis(10);
        settings.scheduler.price_account = price.to_string();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (trigger, token) = shutdown::channel();
        let (own, _) = shutdown::channel();
        let parts = Parts {
            settings,
            key,
            reader: Arc::new(chain.view()) as Arc<dyn SchedulerChain>,
            sending: Arc::new(chain.clone()),
            genesis_hash: GENESIS,
            store,
        };
        let tasks = scheduler::start(parts, listener, token).await.unwrap();
        tokio::spawn(tasks.run(trigger, Duration::from_secs(1)));
        Self {
            chain,
            url,
            usdc,
            class: small.class,
            _trigger: own,
            _dir: dir,
        }
    }

    fn renter(&self) -> Keypair {
        self.chain.with(|world| world.wallet(0, USDC))
    }

    async fn quote(&self, renter: &Keypair, request: &QuoteRequest) -> Result<QuoteAnswer, String> {
        self.ask(renter, 1, QUOTE_PATH, Domain::QuoteRequest, request)
            .await
    }

    /// Asks for more minutes with the given number of the renter's requests.
    async fn extension(
        &self,
        renter: &Keypair,
        sequence: u64,
        booking: &Pubkey,
        minutes: u32,
    ) -> Result<QuoteAnswer, String> {
        let request = ExtensionRequest {
            booking: booking.to_bytes(),
            minutes,
        };
        let domain = Domain::ExtensionRequest;
        self.ask(renter, sequence, EXTENSION_PATH, domain, &request)
            .await
    }

    async fn ask<T: borsh::BorshSerialize>(
        &self,
        renter: &Keypair,
        sequence: u64,
        path: &str,
        domain: Domain,
        request: &T,
    ) -> Result<QuoteAnswer, String> {
        let key = SigningKey::from_keypair_bytes(&renter.to_bytes()).unwrap();
        let realm = Realm {
            genesis_hash: GENESIS,
            program_id: booking::ID.to_bytes(),
        };
        let now = self.chain.with(World::now);
        let envelope = seal(&key, domain, &realm, sequence, now, request).unwrap();
        let body = borsh::to_vec(&envelope).unwrap();
        let sent = reqwest::Client::new()
            .post(format!("{}{path}", self.url))
            .body(body)
            .send()
            .await;
        let response = sent.unwrap();
        match response.status().as_u16() {
            200 => Ok(response.json().await.unwrap()),
            _ => Err(response.text().await.unwrap()),
        }
    }

    fn book(&self, renter: &Keypair, answer: &QuoteAnswer) -> Pubkey {
        let id: [u8; 16] = hex::decode(&answer.id).unwrap().try_into().unwrap();
        let book = instructions::book(
            &renter.pubkey(),
            &self.usdc,
            &id,
            answer.total.parse().unwrap(),
        );
        self.chain
            .with(|world| world.send(renter, &[], &[book]).unwrap());
        answer.booking.parse().unwrap()
    }

    fn pay(&self, renter: &Keypair, booking: &Pubkey) {
        let account: Booking = self.booking(booking);
        let source = get_associated_token_address(&renter.pubkey(), &self.usdc);
        let pay = instructions::pay(
            &renter.pubkey(),
            &self.usdc,
            booking,
            &source,
            account.total,
            account.op_seq,
        );
        self.chain
            .with(|world| world.send(renter, &[], &[pay]).unwrap());
    }

    fn booking(&self, key: &Pubkey) -> Booking {
        self.chain.with(|world| world.get(key))
    }

    /// Waits until the scheduler has brought the booking into a state.
    async fn await_status(&self, key: &Pubkey, status: BookingStatus) -> Booking {
        for _ in 0..2_000 {
            let booking = self.booking(key);
            if booking.status == status as u8 {
                return booking;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{status:?} was not reached: {:?}", self.booking(key));
    }

    fn device(&self, key: &Pubkey) -> registry::state::Device {
        self.chain.with(|world| world.get(key))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paid_booking_is_locked_started_and_ended_at_its_time() {
    let network = Network::start().await;
    let renter = network.renter();
    let wanted = QuoteRequest {
        gang: true,
        ..QuoteRequest::new(renter.pubkey().to_bytes(), network.class, 6, 60)
    };
    let answer = network.quote(&renter, &wanted).await.unwrap();
    // 6 processors for an hour at 2 dollars: 12 dollars, per line 0.25 % and 2 % on top
    assert_eq!(
        (
            answer.total.as_str(),
            answer.currency.as_str(),
            answer.lines.len()
        ),
        ("12270000", "usdc", 2)
    );
    let booking = network.book(&renter, &answer);
    network.pay(&renter, &booking);
    let running = network.await_status(&booking, BookingStatus::Running).await;
    assert_eq!(running.ends_at - running.started_at, 3_600);
    for line in &running.lines {
        assert_eq!(network.device(&line.device).hired_by, booking);
    }

    network.chain.with(|world| world.warp(3_599));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(
        network.booking(&booking).status,
        BookingStatus::Running as u8,
        "one second is left"
    );
    network.chain.with(|world| world.warp(1));
    let closing = network.await_status(&booking, BookingStatus::Closing).await;
    for line in &closing.lines {
        assert_eq!(network.device(&line.device).hired_by, Pubkey::default());
    }
    let quote: Pubkey = answer.quote.parse().unwrap();
    while network.chain.with(|world| world.exists(&quote)) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unpaid_booking_is_expired_and_its_devices_are_quoted_again() {
    let network = Network::start().await;
    let renter = network.renter();
    let wanted = QuoteRequest::new(renter.pubkey().to_bytes(), network.class, 4, 60);
    let answer = network.quote(&renter, &wanted).await.unwrap();
    let booking = network.book(&renter, &answer);
    network.chain.with(|world| world.warp(1_200));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(
        network.booking(&booking).status,
        BookingStatus::Booked as u8,
        "the last second to pay"
    );
    network.chain.with(|world| world.warp(1));
    network.await_status(&booking, BookingStatus::Expired).await;
    let other = network.renter();
    let again = QuoteRequest::new(other.pubkey().to_bytes(), network.class, 4, 60);
    assert_eq!(
        network.quote(&other, &again).await.unwrap().lines[0].device,
        answer.lines[0].device
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quote_in_io_is_made_at_the_price_of_the_oracle_account() {
    let network = Network::start().await;
    let renter = network.renter();
    let wanted = QuoteRequest {
        currency: 1,
        ..QuoteRequest::new(renter.pubkey().to_bytes(), network.class, 2, 60)
    };
    let answer = network.quote(&renter, &wanted).await.unwrap();
    let price: u128 = answer.price_p12.parse().unwrap();
    // 4 dollars at that price, rounded up, and 0.25 %, rounded up; no payment fee in IO
    let compute = (4_000_000u128 * 100_000_000_000_000).div_ceil(price);
    let total = compute + (compute * 25).div_ceil(10_000);
    assert_eq!(
        (answer.currency.as_str(), answer.decimals, answer.total),
        ("io", 8, total.to_string())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stale_oracle_refuses_the_quote_by_name() {
    let network = Network::start().await;
    let renter = network.renter();
    network.chain.with(|world| world.warp(61));
    let wanted = QuoteRequest {
        currency: 1,
        ..QuoteRequest::new(renter.pubkey().to_bytes(), network.class, 2, 60)
    };
    let error = network.quote(&renter, &wanted).await.unwrap_err();
    assert!(error.contains("OracleUnusable"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn extension_is_quoted_to_the_renter_of_a_running_booking_and_closed_after_its_time() {
    let network = Network::start().await;
    let renter = network.renter();
    let wanted = QuoteRequest::new(renter.pubkey().to_bytes(), network.class, 2, 60);
    let booking = network.book(&renter, &network.quote(&renter, &wanted).await.unwrap());
    let refused = network.extension(&renter, 2, &booking, 60).await;
    assert!(refused.unwrap_err().contains("it is not running"));
    network.pay(&renter, &booking);
    network.await_status(&booking, BookingStatus::Running).await;

    let stranger = network.renter();
    for (key, sequence, booking, minutes, why) in [
        (&stranger, 1, booking, 60, "not_renter"),
        (&renter, 3, renter.pubkey(), 60, "unknown_booking"),
        (&renter, 4, booking, 59, "MinutesOutOfRange"),
        (&renter, 4, booking, 60, "replayed"),
    ] {
        let refused = network.extension(key, sequence, &booking, minutes).await;
        let error = refused.unwrap_err();
        assert!(error.contains(why), "{why}: {error}");
    }

    let answer = network.extension(&renter, 5, &booking, 90).await.unwrap();
    // 2 processors for an hour and a half at 2 dollars: 6 dollars, 0.25 % and 2 % on top
    assert_eq!(
        (answer.total.as_str(), answer.minutes, answer.booking),
        ("6135000", 90, booking.to_string())
    );
    let quote: Pubkey = answer.quote.parse().unwrap();
    let id: [u8; 16] = hex::decode(&answer.id).unwrap().try_into().unwrap();
    let before = network.booking(&booking);
    let extend = instructions::extend(
        &renter.pubkey(),
        &renter.pubkey(),
        &booking,
        &network.usdc,
        &get_associated_token_address(&renter.pubkey(), &network.usdc),
        &instructions::Extension {
            quote_id: id,
            max_total: 6_135_000,
            op_seq: before.op_seq,
        },
        &[before.lines[0].device],
    );
    network
        .chain
        .with(|world| world.send(&renter, &[], &[extend]).unwrap());
    let after = network.booking(&booking);
    assert_eq!(after.ends_at - before.ends_at, 90 * 60);
    network.chain.with(|world| world.warp(181));
    while network.chain.with(|world| world.exists(&quote)) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
