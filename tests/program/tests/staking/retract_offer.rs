//! `retract_offer`.

use anchor_lang::error::ErrorCode;
use ion_client::{addresses::staking as addr, instructions::staking as ix};
use ion_program_tests::{expect_error, expect_framework_error};
use registry::state::PauseBit;
use solana_signer::Signer;
use staking::{error::StakingError, events::OfferRetracted};

use crate::stage::{CO_CAP, REQUIRED, Stage, register, swap, unsigned};

#[test]
fn retracted_offer_is_gone_and_its_sequence_stays_used() {
    let stage = Stage::staked(REQUIRED);
    stage.offer(CO_CAP, 500).expect("offers");
    stage.pause(PauseBit::Offers);
    let key = addr::offer(&stage.device.device, 1);
    let rent = stage.world.raw(&key).lamports;
    let before = stage.world.raw(&stage.owner.pubkey()).lamports;
    let record = stage.retract(1).expect("retracts");
    assert!(!stage.world.exists(&key));
    let after = stage.world.raw(&stage.owner.pubkey()).lamports;
    assert_eq!(after, before + rent - record.fee_lamports);
    assert_eq!(
        (stage.book().open_offer_seq, stage.book().offer_seq),
        (0, 1)
    );
    let event: OfferRetracted = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.offer, event.stake, event.wallet),
        (key, stage.stake_key(), stage.owner.pubkey())
    );
    assert_eq!(
        (event.offer_seq, event.seq, event.at),
        (1, stage.book().event_seq, stage.world.now())
    );
}

#[test]
fn retraction_by_a_stranger_or_for_another_payer_is_refused() {
    let stage = Stage::staked(REQUIRED);
    stage.offer(CO_CAP, 500).expect("offers");
    let (owner, other) = (stage.owner.pubkey(), stage.other.pubkey());
    let foreign = ix::retract_offer(&other, &stage.device.device, 1, &owner);
    expect_error(
        stage.send(&stage.other, foreign),
        staking::ID,
        StakingError::WrongStakeWallet,
        0,
    );
    let thief = ix::retract_offer(&owner, &stage.device.device, 1, &other);
    expect_error(
        stage.send(&stage.owner, thief),
        staking::ID,
        StakingError::WrongPayer,
        0,
    );
    let silent = unsigned(
        &ix::retract_offer(&owner, &stage.device.device, 1, &owner),
        &owner,
    );
    expect_framework_error(
        stage.crank(silent),
        staking::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
}

#[test]
fn offer_of_another_device_is_refused() {
    let stage = Stage::staked(REQUIRED);
    stage.offer(CO_CAP, 500).expect("offers");
    let second = register(&stage.world, &stage.owner);
    let owner = stage.owner.pubkey();
    let purse = stage.purse(&owner);
    stage
        .send(
            &stage.owner,
            ix::stake(&owner, None, &stage.mint(), &purse, &second, REQUIRED),
        )
        .expect("stakes");
    let mixed = swap(
        &ix::retract_offer(&owner, &second.device, 1, &owner),
        &addr::offer(&second.device, 1),
        &addr::offer(&stage.device.device, 1),
    );
    expect_error(
        stage.send(&stage.owner, mixed),
        staking::ID,
        StakingError::WrongOffer,
        0,
    );
}

#[test]
fn e07_of_retraction_and_acceptance_exactly_one_succeeds() {
    let stage = Stage::staked(REQUIRED);
    stage.offer(CO_CAP, 500).expect("offers");
    stage.retract(1).expect("retracts");
    let late = stage.accept(&stage.co, 1, CO_CAP, 500);
    expect_framework_error(late, staking::ID, ErrorCode::AccountNotInitialized, 0);

    stage.offer(CO_CAP, 500).expect("offers");
    stage.accept(&stage.co, 2, CO_CAP, 500).expect("accepts");
    expect_framework_error(
        stage.retract(2),
        staking::ID,
        ErrorCode::AccountNotInitialized,
        0,
    );
    assert_eq!(stage.book().active_io, REQUIRED);
    stage.assert_true_books();
}
