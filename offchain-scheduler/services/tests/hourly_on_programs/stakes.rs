//! Exits, refreshes, offers and positions.

use ion_client::addresses::staking as addr;
use ion_economics::device::DeviceStatus;
use ion_program_tests::staking_stage::{CO_CAP, COOLDOWN, PURSE, REQUIRED, Stage, WAIT, edit};
use ion_store::outbox::State;
use solana_signer::Signer;
use staking::state::CoPosition;

use crate::desk::{DAY, Desk, HOUR};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn co_staker_who_leaves_is_paid_out_and_put_away() {
    let stage = Stage::co_staked();
    let (device, co) = (stage.device.device, stage.co.pubkey());
    stage.co_unstake(&stage.co, 1).unwrap();
    let mut desk = Desk::new(stage).await;
    let subject = format!("{device}/1");
    desk.pass_after(WAIT - HOUR).await;
    assert_eq!(desk.rows().await, 0, "the wait runs");

    desk.pass_after(HOUR).await;
    desk.assert_landed_once("advance_exit", &subject).await;
    assert_eq!(desk.state("refresh_stake", device).await, None);
    desk.pass_after(COOLDOWN - HOUR).await;
    assert_eq!(desk.state("withdraw_position", &subject).await, None);

    // An account that others can empty is no destination.
    let purse = desk.chain.with(|stage| stage.purse(&co));
    let good = desk.world(|world| world.raw(&purse));
    desk.world(|world| {
        let mut given = good.clone();
        given.data[72..76].copy_from_slice(&1u32.to_le_bytes());
        world.put(&purse, given);
    });
    desk.pass_after(HOUR).await;
    assert_eq!(desk.state("withdraw_position", &subject).await, None);
    desk.world(|world| world.put(&purse, good));
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("withdraw_position", &subject).await;
    assert_eq!(desk.world(|world| world.io_of(&co)), PURSE);

    desk.pass_after(HOUR).await;
    desk.assert_landed_once("close_position", &subject).await;
    let key = addr::co_position(&device, 1);
    assert!(!desk.world(|world| world.exists(&key)));
    let rows = desk.rows().await;
    desk.pass_after(DAY).await;
    assert_eq!(desk.rows().await, rows, "nothing is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn balance_restored_after_the_withdrawal_is_paid_out_before_the_account_closes() {
    let stage = Stage::co_staked();
    let (device, co) = (stage.device.device, stage.co.pubkey());
    stage.co_unstake(&stage.co, 1).unwrap();
    stage.world.warp(WAIT + COOLDOWN);
    stage.pay_out(&co, 1).unwrap();
    edit::<CoPosition>(&stage.world, &stage.position_key(1), |position| {
        position.open_legs = 1;
    });
    let mut desk = Desk::new(stage).await;
    let subject = format!("{device}/1");
    desk.pass_after(HOUR).await;
    assert_eq!(desk.rows().await, 0, "a case may still restore something");
    desk.chain.with(|stage| {
        edit::<CoPosition>(&stage.world, &stage.position_key(1), |position| {
            (position.open_legs, position.restored_io) = (0, 7);
        });
        stage.edit_book(|book| book.positions_restored_io = 7);
        stage.donate(7);
    });
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("withdraw_position", &subject).await;
    assert_eq!(desk.world(|world| world.io_of(&co)), PURSE + 7);
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("close_position", &subject).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stake_that_became_too_small_is_refreshed_once() {
    let stage = Stage::staked(REQUIRED);
    let (device, from) = (stage.device.device, stage.world.now() + DAY);
    stage.announce_multiplier(20_000, from);
    let mut desk = Desk::new(stage).await;
    desk.pass().await;
    assert_eq!(desk.state("refresh_stake", device).await, None);
    desk.pass_after(DAY + HOUR).await;
    let state = desk.state("refresh_stake", device).await;
    assert_eq!(state, Some(State::Finalized));
    let book = desk.chain.with(Stage::book);
    assert_eq!(book.underfunded_since, from);
    // A second one lands and writes nothing.
    assert_eq!(desk.again("refresh_stake", device).await, State::Finalized);
    let after = desk.chain.with(Stage::book);
    assert_eq!(
        (after.event_seq, after.touched_at),
        (book.event_seq, book.touched_at)
    );
    desk.pass_after(HOUR).await;
    assert_eq!(desk.state("refresh_stake", device).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offer_that_nobody_can_take_is_put_away() {
    let stage = Stage::staked(REQUIRED);
    let device = stage.device.device;
    stage.offer(CO_CAP, 4_000).unwrap();
    let mut desk = Desk::new(stage).await;
    let subject = format!("{device}/1");
    desk.chain
        .with(|stage| stage.set_status(DeviceStatus::Down));
    desk.pass().await;
    assert_eq!(desk.rows().await, 0, "a device that is down may come back");
    desk.chain
        .with(|stage| stage.set_status(DeviceStatus::Terminated));
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("close_offer", &subject).await;
    let key = addr::offer(&device, 1);
    assert!(!desk.world(|world| world.exists(&key)));
    desk.pass_after(HOUR).await;
    assert_eq!(desk.state("close_offer", &subject).await, None);
}
