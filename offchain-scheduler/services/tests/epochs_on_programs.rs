//! A day of the engine on the real programs, by the verifiers' own loops: emission released as
//! allowance, a booking's pay earned as revenue with its hire, the day reported, sealed, paid out,
//! and claimed.

#[path = "support/days.rs"]
mod days;

#[path = "support/machine.rs"]
mod machine;

use std::{sync::Arc, time::Duration};

use anchor_lang::Discriminator;
use anchor_spl::associated_token::get_associated_token_address;
use days::{device_hour, position, put_file};
use ed25519_dalek::SigningKey;
use ide::state::{ClassRates, Epoch, EpochState, RootRing};
use ion_chain::{Outbox, Sender, SenderSettings, Signers};
use ion_client::{
    accounts, addresses,
    instructions::{
        booking as booking_ix,
        ide::{self as ix, PayoutRoute},
    },
};
use ion_economics::{
    booking::{BookingStatus, Currency, Stamp},
    params::ide as param,
    units::{DAY, HOUR},
};
use ion_merkle::earnings::PayoutRoot;
use ion_objects::{FolderStore, ObjectStore};
use ion_program_tests::booking_stage::{CLASS, Stage, edit};
use ion_protocol::Realm;
use ion_report::{PayoutBundle, PayoutReport};
use ion_services::{
    chain_view::EngineReader,
    verifier::{Bench, Journal, Parts, Verifier, VerifierSettings, benign, order},
};
use ion_store::{ManualClock, Store, outbox::SqlOutbox};
use machine::{GENESIS, StageChain};
use registry::state::{Config, Params};
use solana_account::Account;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

const AVAIL: u64 = 50_000;
const HIRE: u64 = 300_000;
const LIST: u64 = 1_000_000;
/// Account that the oracle's prices are written to.
const PRICE: Pubkey = Pubkey::new_from_array([55; 32]);
const CO_STAKER_BPS: u16 = 2_500;

struct Net {
    chain: StageChain<Stage>,
    keys: Vec<Keypair>,
    verifiers: Vec<Verifier>,
    benches: Vec<Bench>,
    senders: Vec<Sender<StageChain<Stage>>>,
    objects: FolderStore,
    /// Of the outboxes: rows that wait are due in the next round, however fast the machine is.
    clock: Arc<ManualClock>,
    _dir: tempfile::TempDir,
}

impl Net {
    /// The engine pays from tomorrow on.
    async fn new() -> (Self, u64) {
        let stage = Stage {
            currency: Currency::Usdc,
            ..Stage::new()
        };
        let first = stage.today() + 1;
        edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
            config.ide_from_hour = first * 24;
        });
        edit::<Params>(
            &stage.world,
            &addresses::registry::params(&ide::ID),
            |params| {
                params.values[usize::from(param::MAX_EPOCH_OBLIGATION.slot)] = 1_000_000_000;
            },
        );
        set_rates(&stage, first);
        let keys: Vec<Keypair> = stage
            .world
            .verifiers
            .iter()
            .map(Keypair::insecure_clone)
            .collect();
        let chain = StageChain::new(stage);
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("objects");
        let mut net = Self {
            chain,
            verifiers: Vec::new(),
            benches: Vec::new(),
            senders: Vec::new(),
            objects: FolderStore::open(&folder).unwrap(),
            keys,
            clock: Arc::new(ManualClock::new(1_000)),
            _dir: dir,
        };
        for member in 0..net.keys.len() {
            let database = net._dir.path().join(format!("v{member}.db"));
            let store = Store::open(database.to_str().unwrap()).await.unwrap();
            let outbox = Outbox::new(
                SqlOutbox::open(store.clone()).await.unwrap(),
                net.clock.clone(),
            );
            let mut settings = VerifierSettings::default();
            settings.loops.stagger = Duration::ZERO;
            settings.report.settle = Duration::ZERO;
            settings.report.price_account = PRICE.to_string();
            let key = net.keys[member].insecure_clone();
            net.verifiers.push(Verifier::new(Parts {
                settings,
                key: SigningKey::from_keypair_bytes(&key.to_bytes()).unwrap(),
                realm: Realm {
                    genesis_hash: GENESIS,
                    program_id: registry::ID.to_bytes(),
                },
                ledger: Arc::new(net.chain.view()),
                journal: Journal::open(store).await.unwrap(),
                objects: Arc::new(FolderStore::open(&folder).unwrap()),
                outbox: outbox.clone(),
            }));
            net.benches.push(Bench::default());
            let sender = Sender::new(
                outbox,
                Arc::new(net.chain.clone()),
                Signers::new(key),
                SenderSettings::default(),
                benign(),
            );
            net.senders.push(sender.in_order(order()));
        }
        (net, first)
    }

    /// Sets the clock with a fresh price and lets the verifiers work until `is_done`.
    async fn drive(&mut self, at: i64, what: &str, is_done: impl Fn(&Stage) -> bool) {
        self.chain.with(|stage| {
            let world = &stage.world;
            if at > world.now() {
                world.set_time(at);
            }
            let posted = world.post_price(world.price_now());
            world.put(&PRICE, world.raw(&posted));
        });
        for _ in 0..60 {
            self.clock.advance(1_000);
            for member in 0..self.verifiers.len() {
                let verifier = &self.verifiers[member];
                let now = verifier.tick().await.unwrap();
                verifier.refresh().await.unwrap();
                verifier
                    .round(&mut self.benches[member], now)
                    .await
                    .unwrap();
                for _ in 0..4 {
                    self.senders[member].tick().await.unwrap();
                }
            }
            if self.chain.with(&is_done) {
                return;
            }
        }
        panic!("{what} was not reached");
    }
}

/// Rates of the stage's class from a day on.
fn set_rates(stage: &Stage, from_day: u64) {
    let mut rates: ClassRates = bytemuck::Zeroable::zeroed();
    (rates.class, rates.version) = (CLASS, 1);
    let set = &mut rates.sets[0];
    set.from_day = from_day;
    set.avail_rate_usd_micros = AVAIL;
    set.hire_rate_usd_micros = HIRE;
    set.list_price_usd_micros = LIST;
    set.max_processors = 1_000;
    let mut data = ClassRates::DISCRIMINATOR.to_vec();
    data.extend_from_slice(bytemuck::bytes_of(&rates));
    stage.world.put(
        &addresses::ide::rates(CLASS),
        Account {
            lamports: 10_000_000,
            data,
            owner: ide::ID,
            ..Account::default()
        },
    );
}

fn epoch(stage: &Stage, day: u64) -> Option<Epoch> {
    accounts::find(&stage.world.chain, &addresses::ide::epoch(day)).unwrap()
}

fn is_sealed(stage: &Stage, day: u64) -> bool {
    epoch(stage, day).is_some_and(|epoch| epoch.sealed_at != 0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn day_goes_from_a_booking_and_emission_to_paid_claims() {
    let (mut net, first) = Net::new().await;
    let start = first as i64 * DAY;
    let chain = net.chain.clone();

    // A booking of an hour on the engine's first day, quoted with its rates.
    net.drive(
        start + 1_000,
        "hours of the schedule are released",
        |stage| {
            let emission: ::rewards::state::Emission =
                stage.world.get(&addresses::rewards::emission());
            emission.next_hour >= first * 24
        },
    )
    .await;
    {
        let stage = &mut chain.lock().stage;
        stage.id = stage.fresh_id(9);
        let mut args = stage.quote_args();
        args.minutes = 60;
        let quote = booking_ix::create_quote_in(
            Stamp::Ide,
            &stage.world.scheduler.pubkey(),
            None,
            &stage.lines(),
            args,
        );
        stage.send(&stage.world.scheduler, quote).unwrap();
        stage.book();
        stage.pay_all();
        stage.lock_all();
        stage.start();
    }
    net.drive(start + 1_000 + HOUR, "the booking ends", |stage| {
        stage.status() == BookingStatus::Closing
    })
    .await;
    chain.with(|stage| stage.record(0, true, &[60]).unwrap());

    // Hours of the second day, as all three verifiers saw them, with a co-staker.
    let second = first + 1;
    let (key, device) = chain.with(|stage| (stage.devices[0], stage.device(0)));
    let wallet = chain.with(|stage| stage.world.wallet(0, 0)).pubkey();
    for hour in [3, 4] {
        for verifier in &net.keys {
            let signing = SigningKey::from_keypair_bytes(&verifier.to_bytes()).unwrap();
            let mut seen = device_hour(key.to_bytes(), device.owner.to_bytes(), device.qty, 60);
            seen.positions
                .push(position(wallet.to_bytes(), CO_STAKER_BPS));
            put_file(
                &net.objects,
                &signing,
                GENESIS,
                second * 24 + hour,
                vec![seen],
            );
        }
    }
    net.drive(start + DAY + 30_000, "the record is earned", |stage| {
        epoch(stage, second).is_some_and(|epoch| epoch.hire_due_usd_micros > 0)
    })
    .await;
    let hire = HIRE * u64::from(device.qty);
    let avail = 2 * AVAIL * u64::from(device.qty);

    // Both days are ended, their emission released, reported, sealed.
    net.drive(start + DAY * 2 + 400, "the second day is sealed", |stage| {
        is_sealed(stage, second)
    })
    .await;
    let sealed = chain.with(|stage| epoch(stage, second)).unwrap();
    assert_eq!(sealed.state, EpochState::Sealed.code());
    assert_eq!(
        (sealed.hire_due_usd_micros, sealed.avail_usd_micros),
        (hire, avail)
    );
    assert_eq!(sealed.paid_obligation.paid_usd_micros, hire + avail);
    let released: u64 = (second * 24..second * 24 + 24)
        .map(|hour| ion_economics::emission::emission_of_hour(hour).unwrap())
        .sum();
    assert_eq!(sealed.emission_io, released);
    // 0.15 dollars per IO, from the reward vault, rounded down
    assert_eq!(sealed.cumulative_io, (hire + avail) * 100_000_000 / 150_000);
    assert!(sealed.revenue_usdc > hire && sealed.retired_io > 0);
    let yesterday = chain.with(|stage| epoch(stage, first)).unwrap();
    assert_eq!(yesterday.obligation_usd_micros, 0);

    // The payout root is voted for, accepted, matures; leaves are proven from the stored evidence.
    let ring = addresses::ide::roots();
    let newest = |stage: &Stage| {
        let roots: RootRing = stage.world.get(&ring);
        roots.ring.newest_accepted().copied()
    };
    net.drive(
        start + DAY * 2 + 800,
        "a payout root is accepted",
        |stage| newest(stage).is_some_and(|root| root.through == second),
    )
    .await;
    let root = chain.with(newest).unwrap();
    let folder = format!("reports/4/{}", root.seq);
    let payload = net
        .objects
        .list(&folder)
        .unwrap()
        .into_iter()
        .map(|name| PayoutRoot::decode(&net.objects.get(&name).unwrap().unwrap()).unwrap())
        .find(|payload| payload.root == root.hash)
        .unwrap();
    let name = format!("bundles/{}", hex::encode(payload.bundle));
    let bundle = PayoutBundle::decode(&net.objects.get(&name).unwrap().unwrap()).unwrap();
    let report = PayoutReport::new(bundle, &ring.to_bytes()).unwrap();
    chain.with(|stage| stage.world.set_time(root.mature_at));
    let mut claimed = 0;
    for (party, payee) in [(device.owner, device.payout_wallet), (wallet, wallet)] {
        let (index, row, siblings) = report.proof(&key.to_bytes(), &party.to_bytes()).unwrap();
        chain.with(|stage| {
            let world = &stage.world;
            let by = &world.authority;
            let open = ix::open_claim(&by.pubkey(), &key, &party);
            let prove = ix::prove_leaf(
                &key,
                &party,
                ide::ProveLeafArgs {
                    root_seq: root.seq,
                    index,
                    lifetime_io: row.lifetime_io,
                    lifetime_usdc: row.lifetime_usdc,
                    arrears_usd_micros: row.arrears_usd_micros,
                    siblings,
                },
            );
            let (io_mint, usdc_mint) = (world.plan.io_mint, world.plan.usdc_mint);
            let claim = ix::claim(&PayoutRoute {
                wallet: None,
                device: key,
                party,
                to_io: Some(get_associated_token_address(&payee, &io_mint)),
                to_usdc: Some(get_associated_token_address(&payee, &usdc_mint)),
                io_mint,
                usdc_mint,
            });
            let before = world.io_of(&payee);
            for instruction in [open, prove, claim] {
                world.send(by, &[], &[instruction]).unwrap();
            }
            assert_eq!(world.io_of(&payee) - before, row.lifetime_io);
        });
        claimed += row.lifetime_io;
    }
    assert_eq!(claimed, sealed.cumulative_io, "nothing is left over");
    let vaults = chain.view().engine().unwrap().unwrap().vaults;
    assert_eq!((vaults.payable_io, vaults.payable_usdc), (0, 0));
    // a quarter of the availability, to the unit that rounding leaves
    let co = report.proof(&key.to_bytes(), &wallet.to_bytes()).unwrap().1;
    let share = u128::from(sealed.cumulative_io) * u128::from(avail / 4) / u128::from(hire + avail);
    assert!(u128::from(co.lifetime_io).abs_diff(share) <= 1);
    let figures = chain
        .with(|stage| ion_client::audit::audit_engine(&stage.world.chain))
        .unwrap();
    assert!(figures.iter().all(|figure| figure.is_equal()));
}
