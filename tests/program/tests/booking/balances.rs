//! `pull_refund`.

use booking::error::BookingError as E;
use booking::{ID, events::RefundPulled};
use ion_client::{addresses, instructions::booking as ix};
use solana_signer::Signer;

use crate::stage::{COMPUTE, PAYMENT, PURSE_USDC, RESERVATION, Stage, with_account, with_extra};

/// A paid booking that its renter cancelled.
fn cancelled() -> Stage {
    let stage = Stage::paid();
    let cancel = ix::cancel(
        &stage.renter.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &stage.devices,
    );
    stage.send(&stage.renter, cancel).unwrap();
    stage
}

#[test]
fn refund_is_pushed_once_to_the_associated_account() {
    let stage = cancelled();
    let record = stage.crank(stage.refund_ix()).unwrap();
    let event: RefundPulled = stage.world.event(ID, &record);
    assert_eq!(
        (event.amount, event.refunds_pulled.new),
        (COMPUTE + PAYMENT, COMPUTE + PAYMENT)
    );
    assert_eq!(
        stage.world.usdc_of(&stage.payer.pubkey()),
        PURSE_USDC - RESERVATION
    );
    assert_eq!(
        (
            stage.booking().refund_due,
            stage.booking().escrow_ledger().unwrap()
        ),
        (0, RESERVATION)
    );
    stage.crank_refused(stage.refund_ix(), E::NothingToPull);
}

#[test]
fn refund_of_a_running_booking_is_refused() {
    let stage = Stage::running();
    stage.crank_refused(stage.refund_ix(), E::NothingToPull);
}

#[test]
fn refund_goes_to_no_account_of_another_wallet() {
    let stage = cancelled();
    let refund = |by: &solana_keypair::Keypair, to| {
        ix::pull_refund(&by.pubkey(), &stage.key(), &stage.mint(), &to)
    };
    let renter = stage.purse(&stage.renter.pubkey());
    stage.refused(
        &stage.renter,
        refund(&stage.renter, renter),
        E::WrongRefundDestination,
    );
    stage.refused(
        &stage.payer,
        refund(&stage.payer, renter),
        E::WrongRefundDestination,
    );
    let second = stage.token_account(&stage.payer.pubkey(), &stage.mint());
    stage.refused(
        &stage.renter,
        refund(&stage.renter, second),
        E::WrongRefundDestination,
    );
    stage
        .send(&stage.payer, refund(&stage.payer, second))
        .unwrap();
    assert_eq!(stage.world.token(&second), COMPUTE + PAYMENT);
}

#[test]
fn refund_in_the_other_mint_is_refused() {
    let stage = cancelled();
    let payer = stage.payer.pubkey();
    let other = stage.token_account(&payer, &stage.other_mint());
    stage.refused(
        &stage.payer,
        ix::pull_refund(&payer, &stage.key(), &stage.mint(), &other),
        E::WrongMint,
    );
    stage.refused(
        &stage.payer,
        ix::pull_refund(&payer, &stage.key(), &stage.other_mint(), &other),
        E::WrongMint,
    );
}

#[test]
fn refund_waits_for_a_frozen_payer_and_blocks_nobody() {
    let stage = cancelled();
    let purse = stage.purse(&stage.payer.pubkey());
    let mut account = stage.world.raw(&purse);
    account.data[108] = 2; // frozen
    stage.world.put(&purse, account);
    stage.crank(stage.refund_ix()).unwrap_err();
    stage.crank(stage.settle_ix_opened()).unwrap();
    assert_eq!(stage.booking().refund_due, COMPUTE + PAYMENT);
    let second = stage.token_account(&stage.payer.pubkey(), &stage.mint());
    let mut account = stage.world.raw(&second);
    account.data[108] = 1; // written from the frozen one
    stage.world.put(&second, account);
    let payer = stage.payer.pubkey();
    stage
        .send(
            &stage.payer,
            ix::pull_refund(&payer, &stage.key(), &stage.mint(), &second),
        )
        .unwrap();
    assert_eq!(stage.world.token(&second), COMPUTE + PAYMENT);
}

#[test]
fn refund_out_of_another_escrow_or_shard_is_refused() {
    let stage = cancelled();
    let refund = stage.refund_ix();
    let fake = stage.token_account(&stage.key(), &stage.mint());
    stage.crank_refused(with_account(&refund, 2, fake), E::WrongEscrow);
    let own = booking::state::Booking::shard(&stage.key());
    stage.crank_refused(
        with_account(&refund, 5, addresses::booking::tne_totals((own + 1) % 16)),
        E::WrongShard,
    );
    stage.crank_refused(with_extra(&refund), E::ExtraAccounts);
}
