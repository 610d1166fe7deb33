//! The schedule: blocks, roots, records and what slash cases do to them.

use ::ide::{DepositRemainderArgs, RemainderKind};
use ion_client::{
    addresses,
    instructions::{ide, rewards as ix, rewards::ClaimOf},
};
use ion_economics::{
    params::rewards::{BLOCK_DEADLINE, BLOCK_RENT_AFTER, REWARD_MATURITY},
    units::DAY,
};
use ion_merkle::{
    Hash, Sha256Hasher,
    earnings::{EarningsLeaf, EarningsTree},
    node, root,
};
use ion_program_tests::rewards_stage::{Earnings, Network};
use rewards::BurnHold;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    measure::{Sample, samples},
    tries::Known,
};

/// Leaves of a large network: devices with an owner's leaf each.
const LEAVES: u64 = 350_000;
/// Most records of one call of a slash case.
const MOST_RECORDS: usize = 5;

/// A leaf at a place of a tree of this many leaves, with siblings that nobody computed the leaves
/// of; returns the root.
pub(super) fn deep_root(leaf: &Hash, index: u64, count: u64) -> (Hash, Vec<Hash>) {
    let (mut top, mut siblings) = (*leaf, Vec::new());
    let (mut position, mut last) = (index, count - 1);
    while last > 0 {
        if position & 1 == 1 || position != last {
            let sibling = [siblings.len() as u8 + 1; 32];
            top = if position & 1 == 1 {
                node::<Sha256Hasher>(&sibling, &top)
            } else {
                node::<Sha256Hasher>(&top, &sibling)
            };
            siblings.push(sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    (root::<Sha256Hasher>(count, &top), siblings)
}

/// Fills every place of the ring with matured roots that reach nowhere.
fn fill_ring(network: &Network, below: u64) {
    let now = network.world.now();
    network.edit_roots(|roots| {
        let free = roots.ring.roots.iter_mut().filter(|root| root.seq == 0);
        for (seq, root) in (1..below).zip(free) {
            root.seq = seq;
            root.accepted_at = now - 30 * DAY;
            root.mature_at = now - 20 * DAY;
        }
    });
}

/// Blocks, roots and claims of mode `Schedule`, with a full ring and a proof among 350,000 leaves.
pub fn schedule() -> Vec<Sample> {
    let network = Network::new();
    let world = &network.world;
    let crank = network.crank().pubkey();
    let (owner, of) = network.supplier();
    let failing = network.release_next();
    world.warp(BLOCK_DEADLINE.default + 1);
    network
        .send(ix::fail_block(&crank, &network.mint(), failing))
        .expect("fails");
    let (hour, allocated) = network.paid_block(9, 9);
    fill_ring(&network, 32);
    let earnings = Earnings::new(&[(of, allocated)]);
    network.accept(40, &earnings.root(hour)).expect("accepted");

    // The same root as if the leaf stood in a tree of a large network.
    let leaf = EarningsLeaf {
        device: of.device.to_bytes(),
        party: of.party.to_bytes(),
        lifetime_io: allocated,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
    };
    let ring = addresses::rewards::roots().to_bytes();
    let hash = leaf.hash::<Sha256Hasher>(EarningsTree::Reward, &ring);
    let index = 123_456;
    let (root, siblings) = deep_root(&hash, index, LEAVES);
    network.edit_roots(|roots| {
        for place in roots.ring.roots.iter_mut().filter(|place| place.seq == 40) {
            (place.hash, place.leaf_count) = (root, LEAVES);
        }
    });
    let prove = || ix::prove_leaf(&crank, 40, index, &leaf, siblings.clone());
    network.send(prove()).expect("pending");
    world.warp(REWARD_MATURITY.default);
    network.send(prove()).expect("matured");
    network.claim(&of).expect("claims");
    world.warp(DAY);
    let (later, more) = network.paid_block(3, 3);
    let next = Earnings::new(&[(of, allocated + more)]).root(later);
    network.accept(41, &next).expect("accepted");
    let veto = ix::veto_root(&world.guardian.pubkey(), 41);
    world.send(&world.guardian, &[], &[veto]).expect("vetoed");
    world.warp(BLOCK_RENT_AFTER.default);
    network
        .send(ix::close_block(&crank, &crank, hour))
        .expect("closes");
    let donor = world.wallet(5, 0);
    let gift = anchor_spl::token::spl_token::instruction::transfer(
        &anchor_spl::token::ID,
        &anchor_spl::associated_token::get_associated_token_address(
            &donor.pubkey(),
            &network.mint(),
        ),
        &addresses::rewards::distribution(),
        &donor.pubkey(),
        &[],
        5,
    )
    .expect("classic token");
    world.send(&donor, &[], &[gift]).expect("anyone may send");
    network
        .send(ix::sweep_excess(&crank, &network.mint()))
        .expect("sweeps");
    let known = Known {
        ids: Vec::new(),
        wallets: vec![owner.pubkey()],
        mints: vec![network.mint()],
    };
    samples(world, 1, &known)
}

/// An hour of mode `Ide`, and the engine's side of it alone.
pub fn engine() -> Vec<Sample> {
    let network = Network::new();
    let world = &network.world;
    let hour = network.emission().next_hour.next_multiple_of(24);
    network.switch(hour);
    while network.emission().next_hour < hour {
        network.release_next();
    }
    network.open_epoch(hour);
    network.after(hour);
    network.release(hour, true).expect("due");
    let caller = Keypair::new();
    network.rewards_caller(&caller.pubkey());
    let allowance = ide::deposit_allowance(&caller.pubkey(), hour + 1, 0);
    world
        .send(network.crank(), &[&caller], &[allowance])
        .expect("counts");
    let owner = world.wallet(10, 0);
    let source = anchor_spl::associated_token::get_associated_token_address(
        &owner.pubkey(),
        &network.mint(),
    );
    let remainder = ide::deposit_remainder(
        &caller.pubkey(),
        &owner.pubkey(),
        &source,
        &network.mint(),
        DepositRemainderArgs {
            amount_io: 10,
            kind: RemainderKind::Block,
            hour,
        },
    );
    world
        .send(network.crank(), &[&caller, &owner], &[remainder])
        .expect("deposits");
    samples(world, 1, &Known::default())
}

/// Holds on one record and on as many as a call takes.
pub fn holds(records: usize) -> Vec<Sample> {
    assert!(records <= MOST_RECORDS);
    let network = Network::new();
    let world = &network.world;
    let caller = network.staking_caller();
    let parties: Vec<ClaimOf> = (0..records).map(|_| network.supplier().1).collect();
    let (hour, allocated) = network.paid_block(1, 1);
    let share = allocated / records as u64;
    let mut lifetimes: Vec<_> = parties.iter().map(|of| (*of, share)).collect();
    lifetimes[0].1 = allocated - share * (records as u64 - 1);
    let earnings = Earnings::new(&lifetimes);
    fill_ring(&network, 32);
    network.accept(40, &earnings.root(hour)).expect("accepted");
    for of in &parties {
        network.prove(40, &earnings, of).expect("proves");
    }
    let keys: Vec<Pubkey> = parties
        .iter()
        .map(|of| addresses::rewards::claim_record(&of.device, &of.party))
        .collect();
    let amounts: Vec<(Pubkey, u64)> = keys.iter().map(|key| (*key, 10)).collect();
    let hold = BurnHold {
        amount_io: 9,
        root_seq: 40,
        proposed_at: world.now(),
    };
    let by = caller.pubkey();
    let send = |instruction| {
        world
            .send(network.crank(), &[&caller], &[instruction])
            .expect("a step of the flow");
    };
    send(ix::forfeit(&by, &amounts));
    world.warp(REWARD_MATURITY.default);
    let one: Vec<(Pubkey, u64)> = keys.iter().map(|key| (*key, 1)).collect();
    send(ix::unforfeit(&by, &one));
    let burns: Vec<_> = keys.iter().map(|key| (*key, hold)).collect();
    send(ix::burn_forfeited(&by, &network.mint(), &burns));
    let mut samples = samples(world, records as u64, &Known::default());
    samples.retain(|sample| sample.instruction.contains("forfeit"));
    samples
}
