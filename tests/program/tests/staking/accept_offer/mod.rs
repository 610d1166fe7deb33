//! `accept_offer`: exact terms, both parties' money, and every guard.

mod terms;

use anchor_lang::error::ErrorCode;
use ion_client::{addresses::staking as addr, instructions::staking as ix};
use ion_economics::{device::DeviceStatus, stake::PositionState, units::DAY};
use ion_program_tests::{expect_error, expect_framework_error};
use registry::state::PauseBit;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    error::StakingError,
    events::{OfferFilled, PositionOpened, U8Change, U64Change},
};

use crate::stage::{CO_CAP, COOLDOWN, PURSE, REQUIRED, Stage, WAIT, register, swap, unsigned};

fn offered() -> Stage {
    let stage = Stage::staked(REQUIRED);
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage
}

fn taken(
    stage: &Stage,
) -> Result<ion_client::history::TransactionRecord, ion_client::send::SendError> {
    stage.accept(&stage.co, 1, CO_CAP, 4_000)
}

#[test]
fn accepted_offer_becomes_a_position_with_the_whole_amount() {
    let stage = offered();
    let offer_key = addr::offer(&stage.device.device, 1);
    let record = taken(&stage).expect("accepts");
    let (co, now, book) = (stage.co.pubkey(), stage.world.now(), stage.book());

    let slot = book.positions[0];
    assert_eq!(
        (slot.seq, slot.wallet, slot.amount_io, slot.share_bps),
        (1, co, CO_CAP, 4_000)
    );
    assert_eq!(
        (slot.state, slot.accepted_at),
        (PositionState::Active.code(), now)
    );
    assert_eq!(
        (
            slot.cooldown_starts_at,
            slot.cooldown_ends_at,
            slot.has_restored
        ),
        (0, 0, false)
    );
    assert_eq!(
        (book.open_offer_seq, book.offer_seq, book.counted_io),
        (0, 1, REQUIRED + CO_CAP)
    );
    assert!(!stage.world.exists(&offer_key));
    let position = stage.position(1);
    assert_eq!(
        (position.version, position.device, position.wallet),
        (1, stage.device.device, co)
    );
    assert_eq!(
        (position.payer, position.seq, position.accepted_io),
        (co, 1, CO_CAP)
    );
    assert_eq!((position.share_bps, position.accepted_at), (4_000, now));
    assert_eq!((position.restored_io, position.open_legs), (0, 0));
    assert_eq!(
        (stage.live(&co), stage.balance(&stage.co)),
        (1, PURSE - CO_CAP)
    );
    stage.assert_true_books();

    let opened: PositionOpened = stage.world.event(staking::ID, &record);
    assert_eq!(
        (opened.position, opened.stake, opened.co_staker),
        (stage.position_key(1), stage.stake_key(), co)
    );
    assert_eq!(
        opened.change.state,
        U8Change {
            old: 0,
            new: PositionState::Active.code()
        }
    );
    assert_eq!(
        opened.change.amount_io,
        U64Change {
            old: 0,
            new: CO_CAP
        }
    );
    assert_eq!(
        opened.ledger.eligible_io,
        U64Change {
            old: REQUIRED,
            new: REQUIRED + CO_CAP
        }
    );
    let filled: OfferFilled = stage.world.event(staking::ID, &record);
    assert_eq!(
        (filled.offer, filled.stake, filled.co_staker),
        (offer_key, stage.stake_key(), co)
    );
    assert_eq!(
        (filled.position, filled.offer_seq),
        (stage.position_key(1), 1)
    );
    assert_eq!(
        (filled.amount_io, filled.share_bps, filled.at),
        (CO_CAP, 4_000, now)
    );
    assert_eq!(
        (opened.seq, filled.seq),
        (book.event_seq - 1, book.event_seq)
    );
}

#[test]
fn e10_third_position_of_a_wallet_is_refused_until_a_place_is_free() {
    let stage = offered();
    taken(&stage).expect("accepts");
    let fill_next = |seq: u64| {
        stage.co_unstake(&stage.co, seq - 1).expect("leaves");
        stage.offer(CO_CAP, 4_000).expect("offers");
        stage.accept(&stage.co, seq, CO_CAP, 4_000)
    };
    fill_next(2).expect("accepts the second");
    expect_error(fill_next(3), staking::ID, StakingError::TooManyPositions, 0);
    assert_eq!(stage.live(&stage.co.pubkey()), 2);
    stage.world.warp(WAIT + COOLDOWN);
    stage.pay_out(&stage.co.pubkey(), 1).expect("pays out");
    stage
        .accept(&stage.co, 3, CO_CAP, 4_000)
        .expect("accepts now");
    assert_eq!(stage.live(&stage.co.pubkey()), 2);
    stage.assert_true_books();
}

#[test]
fn fifth_position_finds_a_slot_only_after_a_payout() {
    let stage = offered();
    let wallets = [&stage.co, &stage.co, &stage.other, &stage.other];
    for (wallet, seq) in wallets.into_iter().zip(1..) {
        stage.accept(wallet, seq, CO_CAP, 4_000).expect("accepts");
        stage.co_unstake(wallet, seq).expect("leaves");
        stage.offer(CO_CAP, 4_000).expect("offers");
    }
    let third = stage.world.wallet(PURSE, 0);
    stage
        .send(&third, ix::open_costaker(&third.pubkey(), &third.pubkey()))
        .expect("opens");
    expect_error(
        stage.accept(&third, 5, CO_CAP, 4_000),
        staking::ID,
        StakingError::NoFreeSlot,
        0,
    );
    stage.world.warp(WAIT + COOLDOWN);
    stage.pay_out(&stage.co.pubkey(), 2).expect("pays out");
    stage.accept(&third, 5, CO_CAP, 4_000).expect("accepts");
    assert_eq!(stage.book().positions[1].seq, 5);
    stage.assert_true_books();
}

#[test]
fn own_wallets_of_the_device_cannot_co_stake() {
    // Owner, stake wallet and payout wallet are three wallets here.
    let stage = Stage::new();
    let (owner, wallet) = (stage.owner.pubkey(), stage.other.pubkey());
    stage.edit_device(|device| device.payout_wallet = stage.co.pubkey());
    let purse = stage.purse(&wallet);
    let stake = ix::stake(
        &wallet,
        Some(&owner),
        &stage.mint(),
        &purse,
        &stage.device,
        REQUIRED,
    );
    stage
        .world
        .send(&stage.other, &[&stage.owner], &[stake])
        .expect("stakes");
    stage
        .send(
            &stage.other,
            ix::create_offer(&wallet, &stage.device, 1, CO_CAP, 4_000),
        )
        .expect("offers");
    stage
        .send(&stage.owner, ix::open_costaker(&owner, &owner))
        .expect("opens");
    let terms = staking::AcceptOfferArgs {
        offer_seq: 1,
        amount_io: CO_CAP,
        share_bps: 4_000,
    };
    for own in [&stage.owner, &stage.other, &stage.co] {
        let key = own.pubkey();
        let accept = ix::accept_offer(
            &key,
            &stage.mint(),
            &stage.purse(&key),
            &stage.device,
            &wallet,
            terms.clone(),
        );
        expect_error(
            stage.send(own, accept),
            staking::ID,
            StakingError::SelfCoStake,
            0,
        );
    }
}

#[test]
fn acceptance_asks_of_the_device_what_creation_asks() {
    let stage = offered();
    for (status, error) in [
        (DeviceStatus::Down, StakingError::DeviceNotUp),
        (DeviceStatus::Blocked, StakingError::DeviceNotUp),
        (DeviceStatus::Terminated, StakingError::DeviceTerminated),
    ] {
        stage.set_status(status);
        expect_error(taken(&stage), staking::ID, error, 0);
    }
    stage.set_status(DeviceStatus::Up);
    stage.edit_device(|device| device.qty = 7); // cap 700 IO
    expect_error(taken(&stage), staking::ID, StakingError::OfferAboveCap, 0);
    stage.edit_device(|device| device.qty = 8);
    stage.withdraw_class();
    expect_error(taken(&stage), staking::ID, StakingError::ClassWithdrawn, 0);
}

#[test]
fn second_active_position_is_refused() {
    let stage = offered();
    stage.edit_book(|book| {
        let slot = &mut book.positions[3];
        (slot.seq, slot.amount_io, slot.state) = (9, 1, PositionState::Active.code());
    });
    expect_error(taken(&stage), staking::ID, StakingError::PositionActive, 0);
}

#[test]
fn paused_offers_are_not_accepted() {
    let stage = offered();
    stage.pause(PauseBit::Offers);
    expect_error(taken(&stage), staking::ID, StakingError::Paused, 0);
}

#[test]
fn e18_replacement_during_the_wait_counts_for_eligibility_and_not_for_overflow() {
    let stage = Stage::lean();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.offer(CO_CAP, 500).expect("offers");
    stage.accept(&stage.other, 2, CO_CAP, 500).expect("accepts");
    assert_eq!(stage.book().counted_io, REQUIRED + CO_CAP);
    expect_error(
        stage.overflow(1),
        staking::ID,
        StakingError::ExceedsOverflow,
        0,
    );
    stage.world.warp(30 * DAY);
    stage.refresh().expect("refreshes");
    assert_eq!(
        (stage.book().underfunded_since, stage.book().counted_io),
        (0, REQUIRED)
    );
}

#[test]
fn acceptance_with_foreign_accounts_is_refused() {
    let stage = offered();
    let (co, other) = (stage.co.pubkey(), stage.other.pubkey());
    let accept = stage.accept_ix(&co, 1, CO_CAP, 4_000);
    let send = |changed| stage.send(&stage.co, changed);
    let theirs = swap(&accept, &stage.purse(&co), &stage.purse(&other));
    expect_error(
        send(theirs),
        staking::ID,
        StakingError::WrongTokenAccount,
        0,
    );
    let holder = swap(&accept, &addr::co_staker(&co), &addr::co_staker(&other));
    expect_error(send(holder), staking::ID, StakingError::WrongCoStaker, 0);
    let payer = swap(&accept, &stage.owner.pubkey(), &other);
    expect_error(send(payer), staking::ID, StakingError::WrongPayer, 0);
    let mint = swap(&accept, &stage.mint(), &stage.world.plan.usdc_mint);
    expect_error(send(mint), staking::ID, StakingError::WrongMint, 0);
    let silent = unsigned(&accept, &co);
    expect_framework_error(
        stage.crank(silent),
        staking::ID,
        ErrorCode::AccountNotSigner,
        0,
    );

    let second = register(&stage.world, &stage.owner);
    let mixed = swap(
        &accept,
        &stage.stake_key(),
        &addr::device_stake(&second.device),
    );
    expect_error(send(mixed), staking::ID, StakingError::WrongDevice, 0);
    let elsewhere = ix::accept_offer(
        &co,
        &stage.mint(),
        &stage.purse(&co),
        &second,
        &stage.owner.pubkey(),
        staking::AcceptOfferArgs {
            offer_seq: 1,
            amount_io: CO_CAP,
            share_bps: 4_000,
        },
    );
    let elsewhere = swap(
        &elsewhere,
        &addr::offer(&second.device, 1),
        &addr::offer(&stage.device.device, 1),
    );
    expect_error(send(elsewhere), staking::ID, StakingError::WrongOffer, 0);
    let nobody = swap(&accept, &addr::co_staker(&co), &Pubkey::new_unique());
    expect_framework_error(
        send(nobody),
        staking::ID,
        ErrorCode::AccountNotInitialized,
        0,
    );
    stage.assert_true_books();
    assert_eq!(stage.balance(&stage.co), PURSE);
}

/// A second wallet of the owner is a stranger to the chain: the offer is filled like anybody's, and
/// nothing but the owner's own money is at stake.
#[test]
fn e09_own_offer_taken_through_a_second_wallet_is_filled_like_any_other() {
    let stage = offered();
    let second = stage.world.wallet(0, 0);
    stage.world.give(&second.pubkey(), CO_CAP, 0);
    let open = ix::open_costaker(&second.pubkey(), &second.pubkey());
    stage.send(&second, open).expect("opens a co-staker");
    stage
        .accept(&second, 1, CO_CAP, 4_000)
        .expect("the chain cannot tell");
    assert_eq!(stage.book().positions[0].wallet, second.pubkey());
    assert_eq!(stage.book().counted_io, REQUIRED + CO_CAP);
}
