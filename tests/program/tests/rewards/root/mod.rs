//! `accept_root` and `veto_root`: the roots of the reward tree.

mod foreign;
mod vetoes;

use anchor_lang::error::ErrorCode;
use ion_claims::{RING_ROOTS, Root};
use ion_client::{addresses, instructions::rewards as ix};
use ion_economics::{
    params::rewards::{GUARDIAN_VETO_MAX, REPORT_TTL, REWARD_MATURITY, ROOT_INTERVAL},
    units::DAY,
};
use ion_merkle::{earnings::RewardRoot, report::ReportKind};
use ion_program_tests::rewards_stage::{Earnings, Network};
use ion_program_tests::{expect_error, expect_framework_error};
use rewards::{
    error::RewardsError,
    events::{RewardRootAccepted, RewardRootVetoed},
    state::Block,
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{copy, edit, foreign_copy, with_account, with_extra, without_signature};

const CRANKER: usize = 0;
const PARAMS: usize = 1;
const POLL: usize = 2;
const BLOCK: usize = 3;
const ROOTS: usize = 4;

fn accept(network: &Network, seq: u64, root: &RewardRoot) -> Instruction {
    ix::accept_root(&network.crank().pubkey(), seq, root)
}

/// A completed hour and a root through it.
fn root_of_next(network: &Network) -> RewardRoot {
    let (hour, _) = network.paid_block(0, 0);
    Earnings::new(&[]).root(hour)
}

fn veto(network: &Network, by: &Keypair, seq: u64) -> Result<(), ion_client::send::SendError> {
    let instruction = ix::veto_root(&by.pubkey(), seq);
    network.world.send(by, &[], &[instruction]).map(|_| ())
}

#[test]
fn accept_stores_the_root_with_its_totals() {
    let network = Network::new();
    let world = &network.world;
    let (_, of) = network.supplier();
    let (_, first) = network.paid_block(1, 1);
    let (hour, second) = network.paid_block(3, 1);
    let root = Earnings::new(&[(of, first + second)]).root(hour);
    let poll = network.attest_root(7, &root);
    world.warp(100);
    let record = network.send(accept(&network, 7, &root)).expect("accepted");

    let roots = network.roots();
    let now = world.now();
    let stored = Root {
        seq: 7,
        through: hour,
        leaf_count: 1,
        lifetime_io: first + second,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
        accepted_at: now,
        mature_at: now + REWARD_MATURITY.default,
        vetoed_at: 0,
        hash: root.root,
    };
    assert_eq!((roots.ring.head_seq, roots.event_seq), (7, 1));
    assert_eq!(roots.ring.root(7), Ok(&stored));
    assert_eq!(
        roots.ring.roots.iter().filter(|root| root.seq != 0).count(),
        1
    );
    let event: RewardRootAccepted = world.event(rewards::ID, &record);
    assert_eq!(
        (event.roots, event.poll),
        (addresses::rewards::roots(), poll)
    );
    assert_eq!(event.actor, network.crank().pubkey());
    assert_eq!(
        (event.root_seq, event.through_hour, event.leaf_count),
        (7, hour, 1)
    );
    assert_eq!((event.lifetime_io, event.root), (first + second, root.root));
    assert_eq!(
        (event.bundle, event.mature_at),
        (root.bundle, stored.mature_at)
    );
    assert_eq!((event.dropped_seq, event.seq, event.at), (0, 1, now));
}

#[test]
fn a_root_whose_total_is_not_what_the_blocks_allocated_is_refused() {
    let network = Network::new();
    let (_, of) = network.supplier();
    let (hour, allocated) = network.paid_block(1, 1);
    for (seq, total) in [(1, allocated - 1), (2, allocated + 1), (3, 0)] {
        let root = Earnings::new(&[(of, total)]).root(hour);
        expect_error(
            network.accept(seq, &root),
            rewards::ID,
            RewardsError::TotalNotAllocated,
            0,
        );
    }
    // Neither the total of another hour.
    let (later, more) = network.paid_block(1, 1);
    let mut mixed = Earnings::new(&[(of, allocated + more)]).root(hour);
    expect_error(
        network.accept(4, &mixed),
        rewards::ID,
        RewardsError::TotalNotAllocated,
        0,
    );
    mixed.through_hour = later;
    network.accept(5, &mixed).expect("both agree");
}

#[test]
fn a_root_needs_a_block_with_a_final_share() {
    let network = Network::new();
    let hour = network.release_next();
    let root = Earnings::new(&[]).root(hour);
    expect_error(
        network.accept(1, &root),
        rewards::ID,
        RewardsError::BlockNotFinal,
        0,
    );
    let (next, _) = {
        let summary = network.summary(hour, 0, 0);
        network.attest_summary(&summary);
        network.complete(&summary).expect("completes");
        network.paid_block(0, 0)
    };
    // The block shown is the one the payload names.
    let shown = with_account(
        accept(&network, 1, &root),
        BLOCK,
        addresses::rewards::block(next),
    );
    expect_error(
        network.send(shown),
        rewards::ID,
        RewardsError::WrongThroughBlock,
        0,
    );
    for code in [3, 4] {
        edit::<Block>(&network.world, &addresses::rewards::block(hour), |block| {
            block.state = code
        });
        expect_error(
            network.send(accept(&network, 1, &root)),
            rewards::ID,
            RewardsError::BlockNotFinal,
            0,
        );
    }
    edit::<Block>(&network.world, &addresses::rewards::block(hour), |block| {
        block.state = 2
    });
    network
        .send(accept(&network, 1, &root))
        .expect("failed blocks have a share too: none");
}

#[test]
fn a_root_report_is_usable_up_to_its_ttl() {
    let network = Network::new();
    let root = root_of_next(&network);
    network.attest_root(1, &root);
    network.world.warp(REPORT_TTL.default + 1);
    expect_error(
        network.send(accept(&network, 1, &root)),
        rewards::ID,
        RewardsError::ReportExpired,
        0,
    );
    network.attest_root(2, &root);
    network.world.warp(REPORT_TTL.default);
    network
        .send(accept(&network, 2, &root))
        .expect("in time; the lost number is skipped");
}

#[test]
fn roots_keep_sequence_reach_and_interval() {
    let network = Network::new();
    let first = root_of_next(&network);
    let second = root_of_next(&network);
    network.accept(5, &second).expect("accepted");
    expect_error(
        network.send(accept(&network, 5, &second)),
        rewards::ID,
        RewardsError::SeqNotNewer,
        0,
    );
    network.attest_root(4, &second);
    expect_error(
        network.send(accept(&network, 4, &second)),
        rewards::ID,
        RewardsError::SeqNotNewer,
        0,
    );
    let third = root_of_next(&network);
    let accepted_at = network.roots().ring.root(5).unwrap().accepted_at;
    network.attest_root(6, &third);
    network
        .world
        .set_time(accepted_at + ROOT_INTERVAL.default - 1);
    expect_error(
        network.send(accept(&network, 6, &third)),
        rewards::ID,
        RewardsError::RootTooSoon,
        0,
    );
    network.world.set_time(accepted_at + ROOT_INTERVAL.default);
    for (seq, root) in [(7, &first), (8, &second)] {
        expect_error(
            network.accept(seq, root),
            rewards::ID,
            RewardsError::ThroughNotNewer,
            0,
        );
    }
    network.send(accept(&network, 6, &third)).expect("in order");
}

#[test]
fn a_full_ring_waits_for_a_maturity() {
    let network = Network::new();
    let world = &network.world;
    let root = root_of_next(&network);
    let now = world.now();
    network.edit_roots(|roots| {
        for (place, slot) in (1..).zip(&mut roots.ring.roots) {
            slot.seq = place;
            slot.through = 1;
            slot.accepted_at = now - ROOT_INTERVAL.default;
            slot.mature_at = now + 1_000;
        }
        roots.ring.head_seq = RING_ROOTS as u64;
    });
    expect_error(
        network.accept(40, &root),
        rewards::ID,
        RewardsError::RingFull,
        0,
    );
    network.edit_roots(|roots| roots.ring.roots[0].mature_at = now);
    expect_error(
        network.send(accept(&network, 40, &root)),
        rewards::ID,
        RewardsError::RingFull,
        0,
    );
    network.edit_roots(|roots| roots.ring.roots[1].mature_at = now);
    let record = network
        .send(accept(&network, 40, &root))
        .expect("the older one goes");
    let event: RewardRootAccepted = world.event(rewards::ID, &record);
    assert_eq!(event.dropped_seq, 1);
    let roots = network.roots();
    assert_eq!((roots.ring.head_seq, roots.ring.roots[0].seq), (40, 40));
    // The newest matured root became a checkpoint for the closing of blocks.
    assert_eq!(
        roots.checkpoints.map(|kept| kept.mature_at).iter().max(),
        Some(&now)
    );
}
