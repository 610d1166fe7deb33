//! The audit of the schedule against a network in which everything happened.

use ion_client::{
    addresses,
    audit::{AuditError, audit_schedule},
    instructions::rewards as ix,
};
use ion_economics::params::rewards::{BLOCK_DEADLINE, REWARD_MATURITY, SAFETY_MODULE_BPS};
use ion_program_tests::rewards_stage::Network;
use rewards::{BurnHold, state::Emission};
use solana_signer::Signer;

use crate::stage::edit;

#[test]
fn the_audit_recomputes_every_figure_from_events() {
    let network = Network::new();
    let world = &network.world;
    network.set_param(&SAFETY_MODULE_BPS, 700);
    let caller = network.staking_caller();
    let earned = network.earned();
    let failing = network.release_next();
    world.warp(BLOCK_DEADLINE.default + 1);
    let fail = ix::fail_block(&network.crank().pubkey(), &network.mint(), failing);
    network.send(fail).expect("fails");
    network.release_next();
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    let record = addresses::rewards::claim_record(&earned.of.device, &earned.of.party);
    let send = |instruction| {
        world
            .send(network.crank(), &[&caller], &[instruction])
            .expect("the case goes on");
    };
    send(ix::forfeit(&caller.pubkey(), &[(record, 500)]));
    let hold = BurnHold {
        amount_io: 500,
        root_seq: 1,
        proposed_at: world.now(),
    };
    world.warp(REWARD_MATURITY.default);
    network.claim(&earned.of).expect("claims");
    send(ix::burn_forfeited(
        &caller.pubkey(),
        &network.mint(),
        &[(record, hold)],
    ));

    let figures = audit_schedule(&world.chain).expect("the events fit together");
    assert_eq!(figures.len(), 11);
    for figure in &figures {
        assert!(figure.is_equal() && figure.recomputed > 0, "{figure:?}");
    }
    let named = |name: &str| {
        let mut found = figures.iter().filter(|figure| figure.name == name);
        found.next().expect("the figure exists").recomputed
    };
    assert_eq!(named("burned"), 500);
    assert_eq!(named("hours released"), 3);
    assert_eq!(named("minted"), named("released"));
    assert_eq!(
        named("due by the 240 months so far"),
        named("before this chain's first hour") + named("released")
    );
    assert_eq!(named("claimed"), earned.allocated - 500);
    assert_eq!(
        named("owed by the distribution vault"),
        network.distribution()
    );

    // A ledger that says something else stands out.
    edit::<Emission>(world, &addresses::rewards::emission(), |emission| {
        emission.safety_io += 1;
    });
    let figures = audit_schedule(&world.chain).expect("the events fit together");
    let wrong: Vec<_> = figures.iter().filter(|figure| !figure.is_equal()).collect();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

#[test]
fn a_vault_below_what_it_owes_is_no_result() {
    let network = Network::new();
    network.release_next();
    let key = addresses::rewards::distribution();
    let mut vault = network.world.raw(&key);
    vault.data[64..72].copy_from_slice(&(network.distribution() - 1).to_le_bytes());
    network.world.put(&key, vault);
    assert!(matches!(
        audit_schedule(&network.world.chain),
        Err(AuditError::Contradiction(_))
    ));
}
