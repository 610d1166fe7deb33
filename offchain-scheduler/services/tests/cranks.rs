//! What a verifier brings on chain because it is due.

mod support;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::addresses;
use ion_economics::booking::{RecordStatus, Stamp};
use ion_services::{
    chain_view::{EngineState, MemoryView, PollRent},
    verifier::{Bench, Verifier, VerifierSettings},
};
use ion_store::outbox::Key;
use solana_pubkey::Pubkey;
use support::{waiting::until, *};

const RUNNING: u8 = 4;
const CLOSING: u8 = 5;
const SETTLING: u8 = 6;
const EXPIRED: u8 = 9;
const DAY: i64 = 86_400;

struct Desk {
    chain: Arc<MemoryView>,
    verifier: Verifier,
    _dir: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let (chain, dir) = (memory_chain(), tempfile::tempdir().unwrap());
        let verifier =
            make_verifier(chain.clone(), 0, dir.path(), &dir.path().join("objects")).await;
        Desk {
            chain,
            verifier,
            _dir: dir,
        }
    }

    async fn crank(&self, now: i64) {
        self.chain.with(|chain| chain.now = now);
        self.verifier.refresh().await.unwrap();
        self.verifier.crank_bookings(now).await.unwrap();
    }

    /// Number of accounts and instructions of a row; `None` when there is none.
    async fn row(
        &self,
        kind: &str,
        subject: impl std::fmt::Display,
        period: u64,
    ) -> Option<Vec<Pubkey>> {
        let row = self
            .verifier
            .outbox
            .row(&Key::new(kind, subject, period))
            .await
            .unwrap()?;
        let work = ion_chain::decode_work(&row.work).unwrap();
        assert_eq!(work.len(), 1);
        Some(work[0].accounts.iter().map(|meta| meta.pubkey).collect())
    }

    fn usdc(&self) -> Pubkey {
        self.chain.with(|chain| chain.mints.1)
    }
}

/// A record of a settling booking whose challenge period is over, in an open epoch; the supplier has
/// no account.
async fn earnable(desk: &Desk, now: i64) -> (Pubkey, Pubkey) {
    let device = put_device(&desk.chain, [60; 32], 1);
    let booking = put_booking(&desk.chain, device, 60, SETTLING);
    let record = put_record(&desk.chain, booking, 0, START);
    desk.chain.with(|chain| {
        chain.bookings.get_mut(&booking).unwrap().open_records = 1;
        chain.others.insert(addresses::ide::epoch(day_of(now)));
    });
    (booking, record)
}

#[tokio::test]
async fn pay_without_an_account_is_credited_after_thirty_days() {
    let desk = Desk::new().await;
    let (last, next) = (START + 30 * DAY, START + 30 * DAY + 1);
    let (booking, _) = earnable(&desk, next).await;
    let subject = format!("{booking}/0/0");
    desk.crank(last).await;
    assert_eq!(desk.row("earn", &subject, day_of(last)).await, None);
    desk.crank(next).await;
    assert!(desk.row("earn", &subject, day_of(next)).await.is_some());
}

#[tokio::test]
async fn pay_that_is_revenue_needs_no_account_of_the_supplier() {
    let desk = Desk::new().await;
    let (booking, _) = earnable(&desk, START + 1).await;
    let subject = format!("{booking}/0/0");
    desk.crank(START + 1).await;
    assert_eq!(desk.row("earn", &subject, day_of(START)).await, None);
    desk.chain
        .with(|chain| chain.bookings.get_mut(&booking).unwrap().stamp = Stamp::Ide as u8);
    desk.crank(START + 1).await;
    assert!(desk.row("earn", &subject, day_of(START)).await.is_some());
}

#[tokio::test]
async fn challenged_record_is_earned_when_the_arbiter_stayed_silent() {
    let desk = Desk::new().await;
    let until = START + 5 * DAY;
    let (booking, record) = earnable(&desk, until + 1).await;
    let subject = format!("{booking}/0/0");
    desk.chain.with(|chain| {
        let record = chain.records.get_mut(&record).unwrap();
        record.status = RecordStatus::Challenged as u8;
        record.ruling_until = until;
        chain.bookings.get_mut(&booking).unwrap().stamp = Stamp::Ide as u8;
    });
    desk.crank(until).await;
    assert_eq!(desk.row("earn", &subject, day_of(until)).await, None);
    desk.crank(until + 1).await;
    assert!(
        desk.row("earn", &subject, day_of(until + 1))
            .await
            .is_some()
    );
}

#[tokio::test]
async fn hourly_crank_is_sent_by_one_member_and_by_another_one_in_another_hour() {
    let (chain, dir) = (memory_chain(), tempfile::tempdir().unwrap());
    let poll = Pubkey::new_from_array([44; 32]);
    chain.with(|chain| {
        chain.leftovers.polls = vec![PollRent {
            address: poll,
            payer: Pubkey::new_from_array([45; 32]),
            kept_since: 0,
        }];
    });
    let mut members = Vec::new();
    for member in 0..3 {
        let own = dir.path().join(format!("v{member}"));
        std::fs::create_dir_all(&own).unwrap();
        let objects = dir.path().join("objects");
        let waiting = |settings: &mut VerifierSettings| {
            settings.loops.stagger = Duration::from_secs(3_600);
        };
        let chain = chain.clone();
        members.push(make_verifier_with(chain, member, &own, &objects, waiting).await);
    }
    let mut senders = BTreeSet::new();
    for hour in 0..24 {
        let now = START + hour * 3_600;
        chain.with(|chain| chain.now = now);
        let mut sent = 0;
        for (place, member) in members.iter().enumerate() {
            member.refresh().await.unwrap();
            let mut bench = Bench::default();
            member.crank_leftovers(&mut bench, now).await.unwrap();
            let key = Key::new("close_poll", poll, hour_of(now));
            if member.outbox.row(&key).await.unwrap().is_some() {
                sent += 1;
                senders.insert(place);
            }
        }
        assert_eq!(sent, 1, "hour {hour}");
    }
    assert!(
        senders.len() > 1,
        "a member that is dead delays hours, not all"
    );
}

#[tokio::test]
async fn hourly_crank_of_dead_members_is_sent_by_the_living_in_the_same_hour() {
    let (chain, dir) = (memory_chain(), tempfile::tempdir().unwrap());
    let poll = Pubkey::new_from_array([44; 32]);
    chain.with(|chain| {
        chain.leftovers.polls = vec![PollRent {
            address: poll,
            payer: Pubkey::new_from_array([45; 32]),
            kept_since: 0,
        }];
    });
    let key = Key::new("close_poll", poll, hour_of(START));
    // Each member in turn is the only one that lives.
    for member in 0..3 {
        let own = dir.path().join(format!("v{member}"));
        std::fs::create_dir_all(&own).unwrap();
        let objects = dir.path().join("objects");
        let waiting = |settings: &mut VerifierSettings| {
            settings.loops.stagger = Duration::from_millis(20);
        };
        let living = make_verifier_with(chain.clone(), member, &own, &objects, waiting).await;
        living.refresh().await.unwrap();
        let mut bench = Bench::default();
        until("the living one sends it", async || {
            living.crank_leftovers(&mut bench, START).await.unwrap();
            living.outbox.row(&key).await.unwrap()
        })
        .await;
    }
}

#[tokio::test]
async fn kind_that_cannot_be_read_stops_neither_the_others_nor_the_engine() {
    const SETTLED: u8 = 7;
    let desk = Desk::new().await;
    let device = put_device(&desk.chain, [60; 32], 1);
    put_booking(&desk.chain, device, 60, SETTLED);
    let mut decision: registry::state::Action = zeroed();
    decision.id = 7;
    decision.status = 2;
    desk.chain.with(|chain| {
        chain.unanswered.insert("tokens");
        chain.leftovers.actions = vec![decision];
        chain.engine = Some(EngineState {
            engine: bytemuck::Zeroable::zeroed(),
            vaults: zeroed(),
            ide_from_hour: u64::MAX,
        });
    });
    let mut bench = Bench::default();
    let now = desk.verifier.tick().await.unwrap();
    desk.verifier.refresh().await.unwrap();
    assert!(desk.verifier.round(&mut bench, now).await.is_err());
    let hour = hour_of(START);
    assert!(desk.row("close_action", 7, hour).await.is_some());
    assert!(desk.row("open_epoch", "ide", day_of(now)).await.is_some());

    // The pass is not made again at once; the rounds are whole meanwhile.
    let asked = |desk: &Desk| desk.chain.with(|chain| chain.asked["tokens"]);
    let before = asked(&desk);
    desk.verifier.round(&mut bench, now).await.unwrap();
    assert_eq!(asked(&desk), before);
}

fn day_of(now: i64) -> u64 {
    u64::try_from(now.div_euclid(DAY)).unwrap()
}

#[tokio::test]
async fn running_booking_ends_at_its_end_and_not_before() {
    let desk = Desk::new().await;
    let device = put_device(&desk.chain, [60; 32], 1);
    let booking = put_booking(&desk.chain, device, 60, RUNNING);
    desk.crank(START + 3_599).await;
    assert_eq!(desk.row("end", booking, 4).await, None);
    desk.crank(START + 3_600).await;
    let accounts = desk.row("end", booking, 4).await.unwrap();
    assert!(accounts.contains(&device));
}

#[tokio::test]
async fn closing_booking_without_a_final_record_ends_after_its_deadline() {
    let desk = Desk::new().await;
    let device = put_device(&desk.chain, [60; 32], 1);
    let booking = put_booking(&desk.chain, device, 60, CLOSING);
    desk.crank(START + 604_800).await;
    assert_eq!(desk.row("end", booking, 5).await, None);
    desk.crank(START + 604_801).await;
    assert!(desk.row("end", booking, 5).await.is_some());
}

#[tokio::test]
async fn refund_is_pushed_only_to_an_account_that_exists() {
    let desk = Desk::new().await;
    let device = put_device(&desk.chain, [60; 32], 1);
    let booking = put_booking(&desk.chain, device, 60, EXPIRED);
    let payer = desk.chain.with(|chain| {
        let booking = chain.bookings.get_mut(&booking).unwrap();
        booking.refund_due = 5;
        booking.payer
    });
    let destination = get_associated_token_address(&payer, &desk.usdc());
    desk.crank(START).await;
    assert_eq!(desk.row("pull_refund", booking, 0).await, None);
    desk.chain.with(|chain| chain.others.insert(destination));
    desk.crank(START).await;
    assert!(
        desk.row("pull_refund", booking, 0)
            .await
            .unwrap()
            .contains(&destination)
    );
    assert!(desk.row("settle", booking, day_of(START)).await.is_some());
}

#[tokio::test]
async fn record_is_earned_after_its_challenge_period_into_an_open_epoch() {
    let desk = Desk::new().await;
    let device = put_device(&desk.chain, [60; 32], 1);
    let booking = put_booking(&desk.chain, device, 60, SETTLING);
    let key = put_record(&desk.chain, booking, 0, START + DAY);
    desk.chain
        .with(|chain| chain.bookings.get_mut(&booking).unwrap().open_records = 1);
    let payout = Pubkey::new_from_array([71; 32]);
    let destination = get_associated_token_address(&payout, &desk.usdc());
    desk.chain.with(|chain| chain.others.insert(destination));
    let (last, next) = (START + DAY, START + DAY + 1);
    let subject = format!("{booking}/0/0");

    desk.crank(last).await;
    assert_eq!(desk.row("open_epoch", "ide", day_of(last)).await, None);
    desk.crank(next).await;
    assert!(desk.row("open_epoch", "ide", day_of(next)).await.is_some());
    assert_eq!(desk.row("earn", &subject, day_of(next)).await, None);
    desk.chain
        .with(|chain| chain.others.insert(addresses::ide::epoch(day_of(next))));
    desk.crank(next).await;
    let accounts = desk.row("earn", &subject, day_of(next)).await.unwrap();
    assert!(
        accounts.contains(&destination)
            && accounts.contains(&addresses::booking::work_record(&booking, 0))
    );
    assert_eq!(desk.row("settle", booking, day_of(next)).await, None);

    // Earned: the fees follow.
    desk.chain.with(|chain| {
        chain.records.remove(&key);
        let booking = chain.bookings.get_mut(&booking).unwrap();
        (booking.open_records, booking.fees_kept) = (0, 225);
    });
    desk.crank(next).await;
    assert!(desk.row("settle", booking, day_of(next)).await.is_some());
}

#[tokio::test]
async fn lines_without_an_account_cost_two_readings_a_round_however_many_they_are() {
    let desk = Desk::new().await;
    let now = START + DAY + 1;
    earnable(&desk, now).await;
    let asked = |desk: &Desk, reading| {
        let asked = desk.chain.with(|chain| chain.asked.get(reading).copied());
        asked.unwrap_or_default()
    };
    let mut costs = Vec::new();
    for lines in [1, 9] {
        desk.chain.with(|chain| {
            let booking = chain.bookings.values_mut().next().unwrap();
            booking.lines.resize(lines, booking.lines[0].clone());
            let record = chain.records.values_mut().next().unwrap();
            record.lines.resize(lines, record.lines[0]);
        });
        let before = (asked(&desk, "exist"), asked(&desk, "params"));
        desk.crank(now).await;
        let after = (asked(&desk, "exist"), asked(&desk, "params"));
        costs.push((after.0 - before.0, after.1 - before.1));
    }
    assert_eq!(costs, [(1, 1), (1, 1)]);
}

#[tokio::test]
async fn past_days_are_folded_and_today_is_not() {
    let desk = Desk::new().await;
    let today = day_of(START);
    desk.chain.with(|chain| {
        chain.unfolded_days.insert(today - 1, vec![0, 3]);
        chain.unfolded_days.insert(today, vec![1]);
    });
    desk.verifier.refresh().await.unwrap();
    let mut bench = Bench::default();
    desk.verifier.fold_days(&mut bench, START).await.unwrap();
    assert!(desk.row("open_tne_day", "tne", today - 1).await.is_some());
    desk.chain
        .with(|chain| chain.others.insert(addresses::booking::tne_day(today - 1)));
    desk.verifier.fold_days(&mut bench, START).await.unwrap();
    let accounts = desk.row("fold_tne_day", "0009", today - 1).await.unwrap();
    assert!(accounts.contains(&addresses::booking::tne_totals(3)));
    assert_eq!(desk.row("open_tne_day", "tne", today).await, None);

    // Nothing left: the shards are read again on the next day only.
    desk.chain
        .with(|chain| chain.unfolded_days.remove(&(today - 1)));
    desk.verifier.fold_days(&mut bench, START).await.unwrap();
    desk.chain
        .with(|chain| chain.unfolded_days.insert(today - 2, vec![1]));
    desk.verifier.fold_days(&mut bench, START).await.unwrap();
    assert_eq!(desk.row("open_tne_day", "tne", today - 2).await, None);
    desk.verifier
        .fold_days(&mut bench, START + DAY)
        .await
        .unwrap();
    assert!(desk.row("open_tne_day", "tne", today - 2).await.is_some());
}
