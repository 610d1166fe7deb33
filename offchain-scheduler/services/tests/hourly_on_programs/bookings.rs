//! Bookings that are over.

use booking::{constants::FLAG_FAILOVER, state::WorkRecord};
use ion_client::addresses::booking as addr;
use ion_program_tests::booking_stage::{Stage, edit};
use solana_signer::Signer;

use crate::desk::{DAY, Desk, HOUR};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn booking_with_a_replaced_line_closes_and_the_scheduler_gets_its_rent() {
    let (stage, spares) = Stage::running_with(1, 1, FLAG_FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    stage
        .send(&stage.world.scheduler, stage.failover_ix(0, &spares[0]))
        .unwrap();
    stage.world.warp(2_833 * 60);
    stage.crank(stage.end_hired_ix()).unwrap();
    stage.record(0, false, &[40, 1_390]).unwrap();
    stage.record(1, true, &[40, 2_800]).unwrap();
    stage.crank(stage.refund_ix()).unwrap();
    stage.earn_all_and_settle();
    let (key, rent) = (stage.key(), stage.booking().failover_rent);
    let scheduler = stage.world.scheduler.pubkey();
    assert!(rent > 0);
    let mut desk = Desk::new(stage).await;
    desk.pass().await;
    assert_eq!(
        desk.state("close", key).await,
        None,
        "its reports are fresh"
    );

    let before = desk.world(|world| world.raw(&scheduler).lamports);
    desk.pass_after(8 * DAY).await;
    desk.assert_landed_once("close", key).await;
    let after = desk.world(|world| world.raw(&scheduler).lamports);
    assert_eq!(after - before, rent);
    assert!(!desk.world(|world| world.exists(&key)));
    desk.pass_after(HOUR).await;
    assert_eq!(desk.state("close", key).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gift_in_the_escrow_of_a_settled_booking_does_not_keep_it_open() {
    let stage = Stage::booked();
    let cancel =
        ion_client::instructions::booking::cancel(&stage.renter.pubkey(), &stage.key(), 1, &[]);
    stage.send(&stage.renter, cancel).unwrap();
    stage.crank(stage.settle_ix_opened()).unwrap();
    let (key, escrow, vault) = (stage.key(), stage.escrow(), stage.fee_vault());
    let mut given = stage.world.raw(&escrow);
    given.data[64..72].copy_from_slice(&777u64.to_le_bytes());
    stage.world.put(&escrow, given);
    let mut desk = Desk::with(stage, |settings| {
        settings.cranks.sweep_min_usdc = u64::MAX;
    })
    .await;
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("close", key).await;
    assert_eq!(desk.world(|world| world.token(&vault)), 777);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undelivered_pay_is_pushed_once_the_supplier_can_take_it() {
    let stage = Stage::earnable();
    let purse = stage.purse(&stage.payout.pubkey());
    let healthy = stage.world.raw(&purse);
    let mut frozen = healthy.clone();
    frozen.data[108] = 2;
    stage.world.put(&purse, frozen);
    stage.world.warp(30 * DAY);
    stage.open_epoch();
    for seq in 0..2 {
        stage.crank(stage.earn_ix(seq, 0)).unwrap();
    }
    stage.crank(stage.settle_ix()).unwrap();
    let subject = format!("{}/0", stage.key());
    let due = stage.booking().lines[0].pay_due;
    assert!(due > 0);
    let mut desk = Desk::new(stage).await;
    desk.pass().await;
    assert_eq!(desk.state("pull_pay_due", &subject).await, None, "frozen");
    desk.world(|world| world.put(&purse, healthy));
    let before = desk.world(|world| world.token(&purse));
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("pull_pay_due", &subject).await;
    assert_eq!(desk.world(|world| world.token(&purse)), before + due);
    desk.pass_after(HOUR).await;
    assert_eq!(desk.state("pull_pay_due", &subject).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn record_that_is_earned_and_priced_returns_its_rent() {
    let stage = Stage::earned();
    let record = addr::work_record(&stage.key(), 0);
    edit::<WorkRecord>(&stage.world, &record, |one| one.is_priced = false);
    let mut desk = Desk::new(stage).await;
    desk.pass().await;
    assert_eq!(desk.state("close_record", record).await, None);
    desk.world(|world| edit::<WorkRecord>(world, &record, |one| one.is_priced = true));
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("close_record", record).await;
    assert!(!desk.world(|world| world.exists(&record)));
}
