//! Vaults that cannot take money, and tokens that strangers send.

use booking::error::BookingError as E;
use booking::{
    ID,
    events::{BookingSettled, EscrowSwept, LineEarned},
};
use ion_client::{addresses, instructions::booking as ix};
use ion_economics::booking::BookingStatus;
use solana_signer::Signer;

use crate::stage::{PAYMENT, RESERVATION, Stage, TOTAL, with_account, with_extra};

const GROSS: u64 = 119_520_000;
const FEE: u64 = 2_689_200;

fn set_frozen(stage: &Stage, is_frozen: bool) {
    let vault = stage.fee_vault();
    let mut account = stage.world.raw(&vault);
    account.data[108] = if is_frozen { 2 } else { 1 };
    stage.world.put(&vault, account);
}

#[test]
fn frozen_fee_vault_holds_up_no_supplier_and_gets_its_fees_at_the_settling() {
    let stage = Stage::earnable();
    set_frozen(&stage, true);
    for seq in 0..2 {
        let record = stage.crank(stage.earn_ix(seq, 0)).unwrap();
        let earned: LineEarned = stage.world.event(ID, &record);
        assert_eq!(
            (earned.amount, earned.fee, earned.is_fee_waiting),
            (GROSS, FEE, true)
        );
    }
    let payout = stage.purse(&stage.payout.pubkey());
    assert_eq!(stage.world.token(&payout), 2 * (GROSS - FEE));
    assert_eq!(stage.booking().fees_due, 2 * FEE);
    assert_eq!(
        stage.world.token(&stage.escrow()),
        2 * FEE + RESERVATION + PAYMENT
    );
    assert!(stage.crank(stage.settle_ix()).is_err());
    assert_eq!(stage.status(), BookingStatus::Settling);
    set_frozen(&stage, false);
    let record = stage.crank(stage.settle_ix()).unwrap();
    let settled: BookingSettled = stage.world.event(ID, &record);
    assert_eq!(settled.deposited, 2 * FEE + RESERVATION + PAYMENT);
    let booking = stage.booking();
    assert_eq!(
        (booking.fees_due, booking.fees_deposited),
        (0, RESERVATION + PAYMENT)
    );
    assert_eq!(booking.escrow_ledger().unwrap(), 0);
    assert_eq!(stage.world.token(&stage.fee_vault()), settled.deposited);
}

#[test]
fn fee_vault_frozen_for_one_record_only_gets_each_fee_once() {
    let stage = Stage::earnable();
    set_frozen(&stage, true);
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    set_frozen(&stage, false);
    let record = stage.crank(stage.earn_ix(1, 0)).unwrap();
    assert!(!stage.world.event::<LineEarned>(ID, &record).is_fee_waiting);
    assert_eq!(stage.world.token(&stage.fee_vault()), FEE);
    stage.crank(stage.settle_ix()).unwrap();
    assert_eq!(
        stage.world.token(&stage.fee_vault()),
        2 * FEE + RESERVATION + PAYMENT
    );
}

#[test]
fn gift_to_an_escrow_goes_to_the_vault_and_nothing_else_does() {
    let stage = Stage::running();
    let by = stage.world.authority.pubkey();
    let sweep = ix::sweep_excess(&by, &stage.key(), stage.currency, &stage.mint());
    stage.crank_refused(sweep.clone(), E::NothingToPull);
    let escrow = stage.escrow();
    let mut account = stage.world.raw(&escrow);
    account.data[64..72].copy_from_slice(&(TOTAL + 5).to_le_bytes());
    stage.world.put(&escrow, account);
    stage.crank_refused(with_extra(&sweep), E::ExtraAccounts);
    stage.crank_refused(
        with_account(&sweep, 4, addresses::ide::fee_io()),
        E::WrongExcessVault,
    );
    let own = stage.token_account(&by, &stage.mint());
    stage.crank_refused(with_account(&sweep, 4, own), E::WrongExcessVault);
    stage.crank_refused(with_account(&sweep, 3, stage.other_mint()), E::WrongMint);
    let fake = stage.token_account(&stage.key(), &stage.mint());
    stage.crank_refused(with_account(&sweep, 2, fake), E::WrongEscrow);
    let record = stage.crank(sweep.clone()).unwrap();
    let swept: EscrowSwept = stage.world.event(ID, &record);
    assert_eq!((swept.amount, swept.vault), (5, stage.fee_vault()));
    assert_eq!(stage.world.token(&stage.fee_vault()), 5);
    assert_eq!(stage.world.token(&escrow), TOTAL);
    stage.crank_refused(sweep, E::NothingToPull);
}

#[test]
fn gift_of_io_goes_to_the_reward_vault() {
    let stage = Stage::in_io();
    stage.create_quote();
    stage.book();
    let by = stage.world.authority.pubkey();
    let escrow = stage.escrow();
    let mut account = stage.world.raw(&escrow);
    account.data[64..72].copy_from_slice(&9u64.to_le_bytes());
    stage.world.put(&escrow, account);
    let vault = addresses::ide::reward_vault();
    let before = stage.world.token(&vault);
    stage
        .crank(ix::sweep_excess(
            &by,
            &stage.key(),
            stage.currency,
            &stage.mint(),
        ))
        .unwrap();
    assert_eq!(stage.world.token(&vault), before + 9);
}
