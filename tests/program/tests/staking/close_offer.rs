//! `close_offer`: the crank for offers that can never be filled.

use ion_client::{addresses::staking as addr, instructions::staking as ix};
use ion_economics::{device::DeviceStatus, stake::offer::Invalidity, units::DAY};
use ion_program_tests::expect_error;
use solana_signer::Signer;
use staking::{error::StakingError, events::OfferClosed};

use crate::stage::{CO_CAP, REQUIRED, Stage, swap};

fn offered() -> Stage {
    let stage = Stage::staked(REQUIRED);
    stage.offer(CO_CAP, 500).expect("offers");
    stage
}

#[test]
fn good_offer_is_not_closed_by_others() {
    let stage = offered();
    expect_error(
        stage.close_offer(1),
        staking::ID,
        StakingError::OfferStillValid,
        0,
    );
    for status in [
        DeviceStatus::Down,
        DeviceStatus::Paused,
        DeviceStatus::Blocked,
    ] {
        stage.set_status(status);
        expect_error(
            stage.close_offer(1),
            staking::ID,
            StakingError::OfferStillValid,
            0,
        );
    }
    stage.set_status(DeviceStatus::Up);
    stage.world.warp(30 * DAY);
    expect_error(
        stage.close_offer(1),
        staking::ID,
        StakingError::OfferStillValid,
        0,
    );
}

#[test]
fn lastingly_invalid_offer_is_closed_by_anyone_with_the_rent_to_its_maker() {
    type Change = fn(&Stage);
    let cases: [(Change, Invalidity); 5] = [
        (|stage| stage.world.warp(30 * DAY + 1), Invalidity::Expired),
        (
            |stage| stage.set_status(DeviceStatus::Terminated),
            Invalidity::DeviceTerminated,
        ),
        (Stage::withdraw_class, Invalidity::ClassWithdrawn),
        (
            |stage| stage.edit_book(|book| book.active_io -= 1),
            Invalidity::BelowRequirement,
        ),
        (
            |stage| {
                let params = ion_client::addresses::registry::params(&staking::ID);
                crate::stage::edit::<registry::state::Params>(&stage.world, &params, |params| {
                    let slot = ion_economics::params::staking::MAX_CO_PORTION_BPS.slot;
                    params.values[usize::from(slot)] = 4_999;
                });
            },
            Invalidity::AboveCap,
        ),
    ];
    for (change, reason) in cases {
        let stage = offered();
        change(&stage);
        let key = addr::offer(&stage.device.device, 1);
        let rent = stage.world.raw(&key).lamports;
        let before = stage.world.raw(&stage.owner.pubkey()).lamports;
        let record = stage.close_offer(1).expect("closes");
        assert!(!stage.world.exists(&key));
        assert_eq!(
            stage.world.raw(&stage.owner.pubkey()).lamports,
            before + rent
        );
        assert_eq!(
            (stage.book().open_offer_seq, stage.book().offer_seq),
            (0, 1)
        );
        let event: OfferClosed = stage.world.event(staking::ID, &record);
        assert_eq!(
            (event.offer, event.stake, event.offer_seq),
            (key, stage.stake_key(), 1)
        );
        assert_eq!((event.reason, event.at), (reason.code(), stage.world.now()));
        assert_eq!(event.seq, stage.book().event_seq);
    }
}

#[test]
fn rent_of_a_closed_offer_goes_to_nobody_else() {
    let stage = offered();
    stage.set_status(DeviceStatus::Terminated);
    let close = ix::close_offer(&stage.device, 1, &stage.other.pubkey());
    expect_error(stage.crank(close), staking::ID, StakingError::WrongPayer, 0);
}

#[test]
fn offer_of_another_device_is_not_closed_by_this_ones_trouble() {
    let stage = offered();
    let bad = crate::stage::register(&stage.world, &stage.other);
    crate::stage::edit::<registry::state::Device>(&stage.world, &bad.device, |device| {
        device.status = DeviceStatus::Terminated.code();
    });
    let close = ix::close_offer(&bad, 1, &stage.owner.pubkey());
    let mixed = swap(
        &close,
        &addr::offer(&bad.device, 1),
        &addr::offer(&stage.device.device, 1),
    );
    expect_error(stage.crank(mixed), staking::ID, StakingError::WrongOffer, 0);
}
