//! `pause` and `unpause`.

use ion_client::{addresses::registry as addresses, instructions::registry as instructions};
use ion_economics::params::registry::{PAUSE_MAX, PAUSE_REARM};
use ion_program_tests::{World, expect_error};
use registry::{
    error::RegistryError,
    events::{EntryPaused, EntryUnpaused},
    state::{Config, PauseBit},
};
use solana_signer::Signer;

use crate::stage::*;

const BITS: [PauseBit; 6] = [
    PauseBit::Register,
    PauseBit::StakeIn,
    PauseBit::Offers,
    PauseBit::Booking,
    PauseBit::SlashPropose,
    PauseBit::Auction,
];

#[test]
fn pause_sets_one_bit_until_it_lapses() {
    let world = World::new();
    let guardian = world.guardian.pubkey();
    for bit in BITS {
        let now = world.now();
        let record = world
            .send(&world.guardian, &[], &[instructions::pause(&guardian, bit)])
            .expect("the guardian may");
        let config: Config = world.get(&addresses::config());
        let until = now + PAUSE_MAX.default;
        assert!(config.is_paused(bit, until));
        assert!(!config.is_paused(bit, until + 1));
        let event: EntryPaused = world.event(registry::ID, &record);
        assert_eq!((event.bit, event.actor), (bit as u8, guardian));
        assert_eq!((event.paused_until.old, event.paused_until.new), (0, until));
        assert_eq!(
            (event.rearm_at.old, event.rearm_at.new),
            (0, until + PAUSE_REARM.default)
        );
        assert_eq!((event.seq, event.at), (config.event_seq, now));
    }
}

#[test]
fn pause_again_before_the_rearm_time_is_refused() {
    let world = World::new();
    let pause = || instructions::pause(&world.guardian.pubkey(), PauseBit::Booking);
    world
        .send(&world.guardian, &[], &[pause()])
        .expect("the guardian may");
    world.warp(PAUSE_MAX.default + PAUSE_REARM.default - 1);
    let early = world.send(&world.guardian, &[], &[pause()]);
    expect_error(early, registry::ID, RegistryError::PauseNotRearmed, 0);
    world.warp(1);
    world
        .send(&world.guardian, &[], &[pause()])
        .expect("rearmed");
}

#[test]
fn pause_by_governance_or_a_stranger_is_refused() {
    let world = World::new();
    let stranger = stranger(&world);
    for key in [&world.governance, &stranger] {
        let result = world.send(
            key,
            &[],
            &[instructions::pause(&key.pubkey(), PauseBit::Register)],
        );
        expect_error(result, registry::ID, RegistryError::NotGuardian, 0);
    }
}

#[test]
fn unpause_by_guardian_or_governance_clears_the_bit_and_keeps_the_rearm_time() {
    for by_governance in [false, true] {
        let world = World::new();
        let bit = PauseBit::Offers;
        world
            .send(
                &world.guardian,
                &[],
                &[instructions::pause(&world.guardian.pubkey(), bit)],
            )
            .expect("paused");
        let before: Config = world.get(&addresses::config());
        let key = if by_governance {
            &world.governance
        } else {
            &world.guardian
        };
        let record = world
            .send(key, &[], &[instructions::unpause(&key.pubkey(), bit)])
            .expect("it may");
        let after: Config = world.get(&addresses::config());
        assert!(!after.is_paused(bit, world.now()));
        assert_eq!(after.pauses[2].rearm_at, before.pauses[2].rearm_at);
        let event: EntryUnpaused = world.event(registry::ID, &record);
        assert_eq!((event.bit, event.actor), (bit as u8, key.pubkey()));
        assert_eq!(
            (event.paused_until.old, event.paused_until.new),
            (before.pauses[2].paused_until, 0)
        );
    }
}

#[test]
fn unpause_of_what_is_not_paused_or_lapsed_is_refused() {
    let world = World::new();
    let guardian = world.guardian.pubkey();
    let unpause = || instructions::unpause(&guardian, PauseBit::Auction);
    let result = world.send(&world.guardian, &[], &[unpause()]);
    expect_error(result, registry::ID, RegistryError::NotPaused, 0);
    world
        .send(
            &world.guardian,
            &[],
            &[instructions::pause(&guardian, PauseBit::Auction)],
        )
        .expect("paused");
    world.warp(PAUSE_MAX.default + 1);
    let result = world.send(&world.guardian, &[], &[unpause()]);
    expect_error(result, registry::ID, RegistryError::NotPaused, 0);
}

#[test]
fn unpause_by_a_stranger_is_refused() {
    let world = World::new();
    let bit = PauseBit::StakeIn;
    world
        .send(
            &world.guardian,
            &[],
            &[instructions::pause(&world.guardian.pubkey(), bit)],
        )
        .expect("paused");
    let stranger = stranger(&world);
    let result = world.send(
        &stranger,
        &[],
        &[instructions::unpause(&stranger.pubkey(), bit)],
    );
    expect_error(
        result,
        registry::ID,
        RegistryError::NotGovernanceOrGuardian,
        0,
    );
}
