//! Vetoes and what replaces a vetoed root.

use super::*;

#[test]
fn e40_a_wrong_root_is_vetoed_and_a_later_number_takes_its_hours() {
    let network = Network::new();
    let world = &network.world;
    let (_, of) = network.supplier();
    let (_, other) = network.supplier();
    let (hour, allocated) = network.paid_block(1, 1);
    let wrong = Earnings::new(&[(other, allocated)]);
    network
        .accept(1, &wrong.root(hour))
        .expect("its sum is right");
    network.prove(1, &wrong, &other).expect("it is accepted");
    let record = world
        .send(
            &world.guardian,
            &[],
            &[ix::veto_root(&world.guardian.pubkey(), 1)],
        )
        .expect("in time");
    let event: RewardRootVetoed = world.event(rewards::ID, &record);
    assert_eq!(
        (event.roots, event.actor),
        (addresses::rewards::roots(), world.guardian.pubkey())
    );
    assert_eq!(
        (event.by_governance, event.root_seq, event.through_hour),
        (false, 1, hour)
    );
    assert_eq!((event.seq, event.at), (2, world.now()));
    assert_eq!(network.roots().ring.root(1).unwrap().vetoed_at, world.now());
    assert_eq!(network.roots().ring.guardian_vetoes, [world.now(), 0, 0]);

    // The replacement comes at once, through the same hour.
    let right = Earnings::new(&[(of, allocated)]);
    network
        .accept(2, &right.root(hour))
        .expect("the same hours are open again");
    world.warp(REWARD_MATURITY.default);
    expect_error(
        network.claim(&other),
        rewards::ID,
        RewardsError::StaleProof,
        0,
    );
    expect_error(
        network.prove(1, &wrong, &other),
        rewards::ID,
        RewardsError::RootVetoed,
        0,
    );
    network.prove(2, &right, &of).expect("proves");
    network.claim(&of).expect("claims");
    network.assert_conserved();
}

#[test]
fn e97_the_last_root_of_the_schedule_can_be_replaced_after_its_veto() {
    let network = Network::new();
    let world = &network.world;
    let (_, of) = network.supplier();
    let (hour, allocated) = network.paid_block(1, 1);
    // From here on the engine pays: no further hour will ever allocate.
    network.switch(hour + 1);
    let root = Earnings::new(&[(of, allocated)]).root(hour);
    network.accept(1, &root).expect("accepted");
    world.warp(60 * DAY - 1);
    let late = {
        // A second root through the same hour is refused while the first stands.
        network.attest_root(2, &root);
        network.send(accept(&network, 2, &root))
    };
    expect_error(late, rewards::ID, RewardsError::ThroughNotNewer, 0);
    network.edit_roots(|roots| roots.ring.roots[0].mature_at = world.now() + 1);
    veto(&network, &world.governance, 1).expect("still pending");
    network.attest_root(3, &root);
    network
        .send(accept(&network, 3, &root))
        .expect("same hour, later number");
}

#[test]
fn a_veto_ends_with_maturity_and_happens_once() {
    let network = Network::new();
    let world = &network.world;
    let root = root_of_next(&network);
    network.accept(1, &root).expect("accepted");
    let mature_at = network.roots().ring.root(1).unwrap().mature_at;
    expect_error(
        veto(&network, &world.guardian, 2),
        rewards::ID,
        RewardsError::UnknownRoot,
        0,
    );
    for stranger in [&world.slasher, &world.treasury, &world.verifiers[0]] {
        expect_error(
            veto(&network, stranger, 1),
            rewards::ID,
            RewardsError::NotVetoer,
            0,
        );
    }
    world.set_time(mature_at);
    for by in [&world.guardian, &world.governance] {
        expect_error(
            veto(&network, by, 1),
            rewards::ID,
            RewardsError::RootMatured,
            0,
        );
    }
    world.set_time(mature_at - 1);
    veto(&network, &world.governance, 1).expect("the last second");
    expect_error(
        veto(&network, &world.guardian, 1),
        rewards::ID,
        RewardsError::RootVetoed,
        0,
    );
    // Governance's vetoes do not count against the guardian.
    assert_eq!(network.roots().ring.guardian_vetoes, [0; 3]);
}

#[test]
fn the_guardian_has_three_vetoes_in_thirty_days_and_governance_any_number() {
    let network = Network::new();
    let world = &network.world;
    let root = root_of_next(&network);
    for seq in 1..=3 {
        network.accept(seq, &root).expect("the hours are open");
        veto(&network, &world.guardian, seq).expect("within its vetoes");
        world.warp(60);
    }
    let first_veto = world.now() - 180;
    network.accept(4, &root).expect("open");
    expect_error(
        veto(&network, &world.guardian, 4),
        rewards::ID,
        RewardsError::GuardianVetoesSpent,
        0,
    );
    veto(&network, &world.governance, 4).expect("without limit");
    world.set_time(first_veto + 30 * DAY);
    network.attest_root(5, &root);
    network.send(accept(&network, 5, &root)).expect("open");
    veto(&network, &world.guardian, 5).expect("one veto came back");
    network.accept(6, &root).expect("open");
    expect_error(
        veto(&network, &world.guardian, 6),
        rewards::ID,
        RewardsError::GuardianVetoesSpent,
        0,
    );
    network.set_param(&GUARDIAN_VETO_MAX, 0);
    world.warp(31 * DAY);
    network.edit_roots(|roots| {
        for root in &mut roots.ring.roots {
            root.mature_at = world.now() + 1;
        }
    });
    expect_error(
        veto(&network, &world.guardian, 6),
        rewards::ID,
        RewardsError::GuardianVetoesSpent,
        0,
    );
}
