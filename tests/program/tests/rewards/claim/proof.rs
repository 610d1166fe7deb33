//! Proofs: of which leaf, at which root, of which tree.

use super::*;

#[test]
fn a_leaf_of_another_party_device_place_or_amount_is_refused() {
    let network = Network::new();
    let (_, of) = network.supplier();
    let (_, other) = network.supplier();
    let (_, third) = network.supplier();
    let (hour, allocated) = network.paid_block(1, 1);
    let earnings = Earnings::new(&[(of, allocated - 10), (other, 10), (third, 0)]);
    network.accept(1, &earnings.root(hour)).expect("accepted");
    let prover = network.crank().pubkey();
    let (index, leaf, proof) = earnings.of(&of);
    let good = ix::prove_leaf(&prover, 1, index, &leaf, proof.clone());
    // The same proof for the record of another beneficiary.
    for record in [&other, &third] {
        let key = addresses::rewards::claim_record(&record.device, &record.party);
        let stolen = with_account(&good, RECORD, key);
        expect_error(
            network.send(stolen),
            rewards::ID,
            RewardsError::InvalidProof,
            0,
        );
    }
    type Change = dyn Fn(&mut u64, &mut EarningsLeaf, &mut Vec<[u8; 32]>);
    let changed = |change: &Change| {
        let (mut index, mut leaf, mut proof) = (index, leaf, proof.clone());
        change(&mut index, &mut leaf, &mut proof);
        ix::prove_leaf(&prover, 1, index, &leaf, proof)
    };
    let changes: [&Change; 7] = [
        &|index, _, _| *index += 1,
        &|index, _, _| *index = u64::MAX,
        &|_, leaf, _| leaf.lifetime_io += 1,
        &|_, leaf, _| leaf.lifetime_io = 0,
        &|_, _, proof| proof.push([0; 32]),
        &|_, _, proof| proof.truncate(proof.len() - 1),
        &|_, _, proof| proof[0][0] ^= 1,
    ];
    for change in changes {
        expect_error(
            network.send(changed(change)),
            rewards::ID,
            RewardsError::InvalidProof,
            0,
        );
    }
    let unknown = ix::prove_leaf(&prover, 2, index, &leaf, proof.clone());
    expect_error(
        network.send(unknown),
        rewards::ID,
        RewardsError::UnknownRoot,
        0,
    );
    network.send(good).expect("its own");
    network
        .prove(1, &earnings, &third)
        .expect("a leaf of zero is a leaf");
    assert_eq!(network.record(&third).ledger.newest.lifetime_io, 0);
}

#[test]
fn a_proof_of_another_hours_root_is_refused() {
    let network = Network::new();
    let earned = network.earned();
    network.world.warp(DAY);
    let (hour, more) = network.paid_block(1, 1);
    let later = Earnings::new(&[(earned.of, earned.allocated + more)]);
    network.accept(2, &later.root(hour)).expect("accepted");
    // The lifetimes of one root do not stand in the other.
    expect_error(
        network.prove(1, &later, &earned.of),
        rewards::ID,
        RewardsError::InvalidProof,
        0,
    );
    expect_error(
        network.prove(2, &earned.earnings, &earned.of),
        rewards::ID,
        RewardsError::InvalidProof,
        0,
    );
    network.prove(2, &later, &earned.of).expect("proves");
    // An older root after a newer one.
    expect_error(
        network.prove(1, &earned.earnings, &earned.of),
        rewards::ID,
        RewardsError::StaleRoot,
        0,
    );
}

#[test]
fn a_claim_waits_for_a_proof_at_the_newest_matured_root() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    world.warp(DAY);
    let (hour, more) = network.paid_block(1, 1);
    let later = Earnings::new(&[(earned.of, earned.allocated + more)]);
    network.accept(2, &later.root(hour)).expect("accepted");
    world.warp(6 * DAY);
    network
        .claim(&earned.of)
        .expect("root 1 has matured, root 2 not");
    assert_eq!(world.io_of(&earned.owner.pubkey()), earned.allocated);
    // Proven while pending, the newer value does not push out what is payable.
    network.prove(2, &later, &earned.of).expect("proves");
    expect_error(
        network.claim(&earned.of),
        rewards::ID,
        RewardsError::NothingToClaim,
        0,
    );
    world.warp(2 * DAY);
    network.claim(&earned.of).expect("root 2 has matured");
    assert_eq!(world.io_of(&earned.owner.pubkey()), earned.allocated + more);

    let fresh = network.supplier().1;
    expect_error(
        network.claim(&fresh),
        rewards::ID,
        RewardsError::StaleProof,
        0,
    );
    network.assert_conserved();
}

#[test]
fn a_leaf_of_the_payout_tree_is_no_leaf_of_the_reward_tree() {
    let network = Network::new();
    let (_, of) = network.supplier();
    let (hour, allocated) = network.paid_block(1, 1);
    let leaf = EarningsLeaf {
        device: of.device.to_bytes(),
        party: of.party.to_bytes(),
        lifetime_io: allocated,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
    };
    // The same words under the other tree's tag, and under the right tag for another ring.
    let ring = addresses::rewards::roots().to_bytes();
    let hashes = [
        leaf.hash::<Sha256Hasher>(EarningsTree::Payout, &ring),
        leaf.hash::<Sha256Hasher>(EarningsTree::Reward, &[3; 32]),
    ];
    let tree = ion_merkle::Tree::new(hashes.to_vec());
    let root = RewardRoot {
        root: tree.root(),
        leaf_count: 2,
        through_hour: hour,
        lifetime_io: allocated,
        bundle: [6; 32],
    };
    network.accept(1, &root).expect("its total is right");
    for index in [0_u64, 1] {
        let siblings = tree.proof(index as usize).expect("in the tree");
        let prove = ix::prove_leaf(&network.crank().pubkey(), 1, index, &leaf, siblings);
        expect_error(
            network.send(prove),
            rewards::ID,
            RewardsError::InvalidProof,
            0,
        );
    }
}

#[test]
fn leaves_beyond_the_sum_of_their_root_draw_on_no_later_block() {
    let network = Network::new();
    let world = &network.world;
    let (_, honest) = network.supplier();
    let (_, inflated) = network.supplier();
    let (hour, allocated) = network.paid_block(1, 1);
    // The sum is the block's, as the program demands; a leaf beside the honest one says more.
    let earnings = Earnings::new(&[(honest, allocated), (inflated, allocated)]);
    let root = RewardRoot {
        lifetime_io: allocated,
        ..earnings.root(hour)
    };
    network.accept(1, &root).expect("accepted");
    world.warp(REWARD_MATURITY.default);
    // A later block is allocated, so the vault could pay; its root has not matured.
    let (_, later) = network.paid_block(1, 1);
    assert!(later > 0 && network.distribution() > allocated);
    for of in [&inflated, &honest] {
        network.prove(1, &earnings, of).expect("in the tree");
    }
    network.claim(&inflated).expect("the first takes the sum");
    expect_error(
        network.claim(&honest),
        rewards::ID,
        RewardsError::ClaimAboveLifetime,
        0,
    );
    assert_eq!(network.distribution(), later);
    network.assert_conserved();
}
