//! `settle`, `close` and `close_record`.

use booking::error::BookingError as E;
use ide::state::Epoch;
use ion_client::{addresses, instructions::booking as ix};
use ion_economics::{
    booking::{BookingStatus, Currency},
    units::DAY,
};
use solana_signer::Signer;

use crate::stage::{PAYMENT, RESERVATION, Stage, with_account, with_extra};

#[test]
fn settled_fees_are_revenue_of_the_day() {
    let stage = Stage::earned();
    stage.crank(stage.settle_ix()).unwrap();
    let epoch: Epoch = stage.world.get(&addresses::ide::epoch(stage.today()));
    assert_eq!(
        epoch.revenue_usdc,
        2 * (RESERVATION + PAYMENT),
        "both sides pay the same fees"
    );
    assert_eq!(epoch.revenue_io, 0);
    assert_eq!(stage.booking().fees_deposited, RESERVATION + PAYMENT);
    stage.crank_refused(stage.settle_ix(), E::WrongState);
}

#[test]
fn settling_before_all_lines_are_earned_is_refused() {
    let stage = Stage::earnable();
    stage.crank_refused(stage.settle_ix(), E::PayOpen);
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    stage.crank_refused(stage.settle_ix(), E::PayOpen);
    stage.crank(stage.earn_ix(1, 0)).unwrap();
    stage.crank(stage.settle_ix()).unwrap();
    assert_eq!(stage.status(), BookingStatus::Settled);
}

#[test]
fn settling_a_running_booking_is_refused() {
    let stage = Stage::running();
    stage.open_epoch();
    stage.crank_refused(stage.settle_ix(), E::WrongState);
}

#[test]
fn settling_with_foreign_accounts_is_refused() {
    let stage = Stage::earned();
    let settle = stage.settle_ix();
    let fake = stage.token_account(&stage.key(), &stage.mint());
    stage.crank_refused(with_account(&settle, 3, fake), E::WrongEscrow);
    stage.crank_refused(
        with_account(&settle, 5, addresses::ide::fee_io()),
        E::WrongFeeVault,
    );
    stage.crank_refused(
        with_account(&settle, 8, stage.renter.pubkey()),
        E::WrongCaller,
    );
    stage.crank_refused(with_extra(&settle), E::ExtraAccounts);
}

#[test]
fn booking_closes_when_its_id_and_its_last_report_are_stale() {
    let stage = Stage::earned();
    stage.crank_refused(stage.close_ix(), E::WrongState);
    stage.crank(stage.settle_ix()).unwrap();
    stage.crank_refused(stage.close_ix(), E::CloseEarly);
    let attested = stage.booking().last_report_at;
    stage.world.set_time(attested + 7 * DAY);
    stage.crank_refused(stage.close_ix(), E::CloseEarly);
    stage.world.warp(1);
    stage.crank_refused(
        with_account(stage.close_ix(), 5, stage.payer.pubkey()),
        E::WrongRentReceiver,
    );
    stage.crank_refused(with_extra(stage.close_ix()), E::ExtraAccounts);
    // tokens that a stranger sent need their vault, the right one
    let gift = ion_migrations::tokens::transfer(
        ion_migrations::tokens::Mint::Usdc,
        &stage.mint(),
        &stage.payer.pubkey(),
        &stage.payer.pubkey(),
        7,
    )
    .unwrap();
    let gift = with_account(&gift, 2, stage.escrow());
    stage.send(&stage.payer, gift).unwrap();
    let close = |excess| {
        ix::close(
            &stage.world.authority.pubkey(),
            &stage.key(),
            &stage.mint(),
            &stage.renter.pubkey(),
            &ix::CloseExtras {
                excess,
                scheduler: None,
            },
        )
    };
    stage.crank_refused(close(None), E::WrongExcessVault);
    stage.crank_refused(close(Some(Currency::Io)), E::WrongExcessVault);
    stage.crank(stage.close_ix()).unwrap();
}

#[test]
fn booking_with_a_refund_to_pull_stays() {
    let stage = Stage::paid();
    let cancel = ix::cancel(
        &stage.renter.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &stage.devices,
    );
    stage.send(&stage.renter, cancel).unwrap();
    stage.crank(stage.settle_ix_opened()).unwrap();
    stage.world.warp(DAY);
    stage.crank_refused(stage.close_ix(), E::BalancesOpen);
    stage.crank(stage.refund_ix()).unwrap();
    stage.crank(stage.close_ix()).unwrap();
}

#[test]
fn tokens_sent_by_a_stranger_block_nothing_and_go_to_the_fee_vault() {
    let stage = Stage::booked();
    stage
        .send(
            &stage.renter,
            ix::cancel(&stage.renter.pubkey(), &stage.key(), 1, &[]),
        )
        .unwrap();
    stage.crank(stage.settle_ix_opened()).unwrap();
    let mut escrow = stage.world.raw(&stage.escrow());
    escrow.data[64..72].copy_from_slice(&777u64.to_le_bytes());
    stage.world.put(&stage.escrow(), escrow);
    stage.crank_refused(stage.refund_ix(), E::NothingToPull);
    stage.world.warp(121);
    stage.crank(stage.close_ix()).unwrap();
    assert_eq!(stage.world.token(&stage.fee_vault()), 777);
    assert!(!stage.world.exists(&stage.key()));
}

#[test]
fn record_closes_when_earned_and_priced_and_pays_its_payer_only() {
    let stage = Stage::earnable();
    let by = stage.world.authority.pubkey();
    let close = ix::close_record(&by, &stage.key(), 0, &by);
    stage.crank_refused(close.clone(), E::RecordOpen);
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    stage.crank_refused(
        with_account(&close, 2, stage.renter.pubkey()),
        E::WrongRentReceiver,
    );
    stage.crank(close).unwrap();
    assert!(
        !stage
            .world
            .exists(&addresses::booking::work_record(&stage.key(), 0))
    );
}
