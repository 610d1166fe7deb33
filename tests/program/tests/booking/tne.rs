//! The sharded totals and the permanent days.

use booking::error::BookingError as E;
use booking::{
    ID,
    events::TneDayFolded,
    state::{Booking, TneDay, TneRingDay, TneTotals},
};
use ion_client::{addresses, instructions::booking as ix};
use ion_economics::units::DAY;
use solana_signer::Signer;

use crate::stage::{COMPUTE, Stage, TOTAL, with_extra};

fn totals(stage: &Stage, shard: u8) -> TneTotals {
    let account = stage.world.raw(&addresses::booking::tne_totals(shard));
    *bytemuck::from_bytes(&account.data[8..])
}

fn ring_day(stage: &Stage, day: u64) -> TneRingDay {
    totals(stage, Booking::shard(&stage.key())).days[usize::try_from(day % 32).unwrap()]
}

#[test]
fn every_shard_exists_after_genesis_and_none_is_made_twice() {
    let stage = Stage::new();
    for shard in 0..16 {
        assert_eq!(totals(&stage, shard).shard, shard);
    }
    stage
        .crank(ix::init_shard(&stage.world.authority.pubkey(), 3))
        .unwrap_err();
    stage.crank_refused(
        ix::init_shard(&stage.world.authority.pubkey(), 16),
        E::UnknownShard,
    );
}

#[test]
fn counters_follow_a_booking_day_by_day() {
    let stage = Stage::funded();
    let first = stage.today();
    let day = ring_day(&stage, first);
    assert_eq!(
        (day.day, day.bookings, day.paid_usdc, day.paid_io),
        (first, 1, TOTAL, 0)
    );
    stage.lock_all();
    stage.start();
    stage.world.warp(2 * DAY);
    stage.crank(stage.end_ix()).unwrap();
    stage.record(0, false, &[1_440]).unwrap();
    stage.record(1, true, &[2_000]).unwrap();
    let day = ring_day(&stage, first + 2);
    let io = |usd: u64| usd * 100_000_000 / 150_000;
    assert_eq!(day.gpu_minutes, 2_000);
    assert_eq!(
        day.estimated_io,
        io(119_520_000) + io(166_000_000 - 119_520_000)
    );
    stage.crank(stage.refund_ix()).unwrap();
    assert_eq!(
        ring_day(&stage, first + 2).refunded_usdc,
        COMPUTE - 166_000_000
    );
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    stage.crank(stage.earn_ix(1, 0)).unwrap();
    let settled = ring_day(&stage, stage.today());
    assert_eq!(
        (settled.settled_io, settled.earn_count),
        (day.estimated_io, 2)
    );
    let shard = totals(&stage, Booking::shard(&stage.key()));
    assert_eq!(
        (shard.estimated_io, shard.settled_io),
        (day.estimated_io, day.estimated_io)
    );
}

#[test]
fn day_is_folded_once_per_shard_after_it_is_over() {
    let stage = Stage::funded();
    let by = stage.world.authority.pubkey();
    let day = stage.today();
    stage.crank_refused(ix::open_tne_day(&by, day), E::DayNotOver);
    stage.world.warp(DAY);
    stage.crank(ix::open_tne_day(&by, day)).unwrap();
    stage.crank_refused(ix::fold_tne_day(&by, day, &[]), E::ShardAccounts);
    let all: Vec<u8> = (0..16).collect();
    let record = stage.crank(ix::fold_tne_day(&by, day, &all)).unwrap();
    assert_eq!(
        stage.world.event::<TneDayFolded>(ID, &record).shards,
        u16::MAX
    );
    let folded: TneDay = stage.world.get(&addresses::booking::tne_day(day));
    assert_eq!(
        (folded.day, folded.bookings, folded.paid_usdc),
        (day, 1, TOTAL)
    );
    assert_eq!(ring_day(&stage, day).is_folded, 1);
    stage.crank_refused(ix::fold_tne_day(&by, day, &[3]), E::ShardFolded);
    stage
        .crank(with_extra(ix::fold_tne_day(&by, day, &[3])))
        .unwrap_err();
}

/// Nobody folded for 32 days: nothing waits for it, and no amount is lost.
#[test]
fn day_that_was_not_folded_takes_what_comes_and_blocks_nothing() {
    let stage = Stage::funded();
    let day = stage.today();
    let by = stage.world.authority.pubkey();
    stage.world.warp(32 * DAY);
    stage.crank(ix::expire(&by, &stage.key(), &[])).unwrap();
    stage.crank(stage.refund_ix()).unwrap();
    let slot = ring_day(&stage, day);
    assert_eq!(
        (slot.day, slot.bookings, slot.refunded_usdc),
        (day, 1, TOTAL)
    );
    assert_eq!((slot.has_later_days, slot.is_folded), (1, 0));
    let shard = Booking::shard(&stage.key());
    stage.crank(ix::open_tne_day(&by, day)).unwrap();
    let record = stage.crank(ix::fold_tne_day(&by, day, &[shard])).unwrap();
    let folded: TneDayFolded = stage.world.event(ID, &record);
    assert_eq!(folded.shards_with_later_days, 1 << shard);
    let folded: TneDay = stage.world.get(&addresses::booking::tne_day(day));
    assert_eq!(
        (
            folded.refunded_usdc,
            folded.paid_usdc,
            folded.shards_with_later_days
        ),
        (TOTAL, TOTAL, 1 << shard)
    );
    // from now on the slot is that of the present day
    let mut stage = stage;
    let mut nonce = 2;
    loop {
        stage.id = stage.fresh_id(nonce);
        if Booking::shard(&stage.key()) == shard {
            break;
        }
        nonce += 1;
    }
    stage.create_quote();
    stage.book();
    let slot = ring_day(&stage, day + 32);
    assert_eq!(
        (slot.day, slot.bookings, slot.has_later_days),
        (day + 32, 1, 0)
    );
}
