//! What a verifier brings on chain because it is due.

mod support;

use std::sync::Arc;

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::addresses;
use ion_services::{
    chain_view::MemoryView,
    verifier::{Bench, Verifier},
};
use ion_store::outbox::Key;
use solana_pubkey::Pubkey;
use support::*;

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
