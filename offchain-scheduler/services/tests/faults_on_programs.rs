//! An outage of a hired device on the real programs, by the verifiers' own loops: from silence to
//! notes, votes and `report_fault`, to the end of the booking, its record and the renter's refund.

#[path = "support/machine.rs"]
mod machine;

use std::{sync::Arc, time::Duration};

use booking::events::{FaultReported, LineFailed};
use ed25519_dalek::SigningKey;
use ion_chain::{Outbox, Sender, SenderSettings, Signers};
use ion_client::history::History;
use ion_economics::{
    booking::{BookingStatus, LineStatus},
    units::HOUR,
};
use ion_merkle::{fault::FaultReport, report::ReportKind};
use ion_objects::{FolderStore, ObjectStore};
use ion_observation::FaultBundle;
use ion_program_tests::booking_stage::{
    COMPUTE, MINUTES, PAYMENT, PURSE_USDC, RESERVATION, Stage, TOTAL,
};
use ion_protocol::{Heartbeat, Realm};
use ion_services::verifier::{Bench, Journal, Parts, Verifier, VerifierSettings, benign, order};
use ion_store::{ManualClock, Store, outbox::SqlOutbox};
use machine::{GENESIS, StageChain};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// Account that the oracle's prices are written to.
const PRICE: Pubkey = Pubkey::new_from_array([55; 32]);
/// Minutes with heartbeats, and those of them that the renter pays: `fault_credit` is 60.
const SERVED: u32 = 150;
const PAID: u64 = 90;

struct Net {
    chain: StageChain<Stage>,
    verifiers: Vec<Verifier>,
    benches: Vec<Bench>,
    senders: Vec<Sender<StageChain<Stage>>>,
    objects: FolderStore,
    /// Of the outboxes: it moves a second with each round.
    clock: Arc<ManualClock>,
    sequence: u64,
    _dir: tempfile::TempDir,
}

impl Net {
    /// Three verifiers, two of whom attest, over a running booking of one device.
    async fn new() -> Self {
        let stage = Stage::running();
        let keys: Vec<Keypair> = stage
            .world
            .verifiers
            .iter()
            .map(Keypair::insecure_clone)
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("objects");
        let mut net = Self {
            chain: StageChain::new(stage),
            verifiers: Vec::new(),
            benches: Vec::new(),
            senders: Vec::new(),
            objects: FolderStore::open(&folder).unwrap(),
            clock: Arc::new(ManualClock::new(0)),
            sequence: 0,
            _dir: dir,
        };
        for (member, key) in keys.into_iter().enumerate() {
            let database = net._dir.path().join(format!("v{member}.db"));
            let store = Store::open(database.to_str().unwrap()).await.unwrap();
            let outbox = Outbox::new(
                SqlOutbox::open(store.clone()).await.unwrap(),
                net.clock.clone(),
            );
            let mut settings = VerifierSettings::default();
            settings.loops.stagger = Duration::ZERO;
            settings.report.settle = Duration::ZERO;
            settings.report.fault_settle = Duration::ZERO;
            settings.report.price_account = PRICE.to_string();
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
        net
    }

    /// Moves the clock; every verifier sees it.
    async fn tick(&self, at: i64) {
        self.chain.with(|stage| {
            if at > stage.world.now() {
                stage.world.set_time(at);
            }
        });
        for verifier in &self.verifiers {
            verifier.tick().await.unwrap();
        }
    }

    /// A heartbeat of the device to every verifier.
    async fn beat(&mut self) {
        self.sequence += 1;
        let message = Heartbeat {
            boot: [1; 16],
            draining: false,
            claims: vec![],
        };
        let (key, address, now) = self.chain.with(|stage| {
            let device = stage.device(0);
            (
                device.device_key.to_bytes(),
                stage.devices[0].to_bytes(),
                stage.world.now(),
            )
        });
        for verifier in &self.verifiers {
            verifier
                .count_heartbeat(&key, &address, self.sequence, now, &message)
                .await
                .unwrap();
        }
    }

    /// Sets the clock with a fresh price and lets the verifiers work until `is_done`.
    async fn drive(&mut self, at: i64, what: &str, is_done: impl Fn(&Stage) -> bool) {
        self.tick(at).await;
        self.chain.with(|stage| {
            let posted = stage.world.post_price(stage.world.price_now());
            stage.world.put(&PRICE, stage.world.raw(&posted));
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

/// Price of the first minutes: compute less that of the rest, rounded down.
fn billed(minutes: u64) -> u64 {
    let all = u64::from(MINUTES);
    COMPUTE - COMPUTE * (all - minutes) / all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_goes_from_silence_to_the_renters_refund() {
    let mut net = Net::new().await;
    let (start, key) = net
        .chain
        .with(|stage| (stage.booking().started_at, stage.key()));
    for verifier in &net.verifiers {
        verifier.refresh().await.unwrap();
    }
    for minute in 0..i64::from(SERVED) + 8 {
        net.tick(start + 60 * minute).await;
        if minute < i64::from(SERVED) {
            net.beat().await;
        }
    }

    // Two of three attest what they saw, and anybody brings it into the booking.
    let lost_at = start + 60 * i64::from(SERVED);
    net.drive(lost_at + 7 * 60 + 1, "the fault is reported", |stage| {
        stage.booking().last_fault_seq == 1
    })
    .await;
    let (line, holder) = net
        .chain
        .with(|stage| (stage.line(0), stage.device(0).hired_by));
    assert!(LineStatus::from_u8(line.status).is_some_and(LineStatus::is_faulty));
    assert_eq!(i64::from(line.fault_offset_s), lost_at - start);
    assert_eq!((line.served_minutes, line.kept_minutes), (SERVED, 0));
    assert_eq!(holder, Pubkey::default());
    let reported: FaultReported = event(&net, &key);
    assert_eq!((reported.line, reported.kind), (0, 1));
    assert_eq!(
        (reported.fault_at, reported.served_minutes),
        (lost_at, SERVED)
    );

    // The attested payload is the one that follows from the stored evidence of the two.
    let folder = format!("reports/{}/1", ReportKind::FaultReport.to_u8());
    let name = net.objects.list(&folder).unwrap().remove(0);
    let report = FaultReport::decode(&net.objects.get(&name).unwrap().unwrap()).unwrap();
    assert_eq!(
        (report.fault_at, report.served, report.renter),
        (
            lost_at,
            SERVED,
            net.chain.with(|stage| stage.renter.pubkey().to_bytes())
        )
    );
    let bundle = format!("bundles/{}", hex::encode(report.bundle));
    let bundle: FaultBundle =
        borsh::from_slice(&net.objects.get(&bundle).unwrap().unwrap()).unwrap();
    assert!(bundle.notes.len() >= 2, "{bundle:?}");

    // Nobody replaces the device within the grace: the line fails, and the booking with it.
    net.drive(lost_at + 601, "the line fails", |stage| {
        stage.status() != BookingStatus::Running
    })
    .await;
    assert_eq!(
        net.chain.with(|stage| stage.line(0).status),
        LineStatus::Failed as u8
    );
    let failed: LineFailed = event(&net, &key);
    assert_eq!(failed.line, 0);

    // The final record comes with the hour's work report.
    let close = (net.chain.with(|stage| stage.world.now()) / HOUR + 1) * HOUR;
    net.tick(close + 61).await;
    for member in 0..net.verifiers.len() {
        net.verifiers[member].refresh().await.unwrap();
        net.verifiers[member]
            .round(&mut net.benches[member], close + 61)
            .await
            .unwrap();
    }
    net.drive(close + 361, "the booking is settled", |stage| {
        stage.status() == BookingStatus::Settled
    })
    .await;
    let (booking, record) = net
        .chain
        .with(|stage| (stage.booking(), stage.work_record(0)));
    assert!(record.is_final && booking.is_fault_ended);
    assert_eq!((record.billed, booking.finished_records), (0, 1));

    // 90 of 150 minutes are paid, and none of them to the supplier, whose day was not complete.
    let (renter_pays, back) = (billed(PAID), COMPUTE - billed(PAID));
    let reservation_back = RESERVATION * back / COMPUTE;
    let line = &booking.lines[0];
    assert_eq!((line.served_minutes, line.kept_minutes), (SERVED, 0));
    assert_eq!((line.billed, line.vault_part), (renter_pays, renter_pays));
    net.chain.with(|stage| {
        let purse = |wallet: Pubkey| stage.world.token(&stage.purse(&wallet));
        assert_eq!(
            purse(stage.payer.pubkey()),
            PURSE_USDC - TOTAL + back + reservation_back
        );
        assert_eq!(purse(stage.payout.pubkey()), 0);
        assert_eq!(stage.world.token(&stage.escrow()), 0);
        assert_eq!(
            stage.world.token(&stage.fee_vault()),
            renter_pays + RESERVATION - reservation_back + PAYMENT
        );
    });
}

/// The newest event of a kind among a booking's transactions.
fn event<T: anchor_lang::AnchorDeserialize + anchor_lang::Discriminator>(
    net: &Net,
    booking: &Pubkey,
) -> T {
    net.chain
        .transactions(booking)
        .unwrap()
        .iter()
        .rev()
        .flat_map(ion_client::events::events_of)
        .find_map(|event| event.decode::<T>(&booking::ID))
        .expect("such an event")
}
