//! `complete_block`: the attested summary divides a block.

mod foreign;

use anchor_lang::error::ErrorCode;
use anchor_spl::token_2022;
use ide::events::RemainderDeposited;
use ion_client::addresses;
use ion_economics::units::DAY;
use ion_merkle::report::ReportKind;
use ion_program_tests::rewards_stage::Network;
use ion_program_tests::{expect_error, expect_framework_error};
use rewards::{
    error::RewardsError,
    events::{BlockCompleted, U64Change},
    state::{Block, DeviceCounts, PoolTotals},
};
use solana_pubkey::Pubkey;

use crate::stage::{copy, edit, foreign_copy, with_account, with_extra, without_signature};

const CRANKER: usize = 0;
const POLL: usize = 1;
const BLOCK: usize = 2;
const EMISSION: usize = 3;
const DISTRIBUTION: usize = 4;
const REWARD_VAULT: usize = 5;
const CALLER: usize = 9;
const IDE_PROGRAM: usize = 11;
const TOKEN_PROGRAM: usize = 12;

#[test]
fn e45_complete_divides_the_block_and_sends_the_dust_to_the_reward_vault() {
    let network = Network::new();
    let world = &network.world;
    let (_, first) = network.paid_block(3, 2);
    let hour = network.release_next();
    let before = (network.emission(), network.vaults(), network.distribution());
    let released_at = world.now();
    world.warp(60);
    let summary = network.summary(hour, 3, 2);
    let poll = network.attest_summary(&summary);
    let record = network.complete(&summary).expect("completes");

    let block = network.block(hour);
    let counts = DeviceCounts {
        nominated: 7,
        succeeded: 5,
        failed: 2,
        verified_cpus: 3,
        verified_gpus: 8,
    };
    let totals = |base_sum, paid_devices, allocated_io| PoolTotals {
        base_sum,
        paid_devices,
        allocated_io,
    };
    let (enterprise, community) = (
        totals(3_000, 3, block.enterprise_io - 1),
        totals(2_000, 2, block.community_io - 1),
    );
    let allocated = block.emission_io - 2;
    assert_eq!((block.state, block.released_at), (1, released_at));
    assert_eq!(block.settled_at, world.now());
    assert_eq!(
        (block.counts, block.enterprise, block.community),
        (counts, enterprise, community)
    );
    assert_eq!(block.unallocated_io, 2);
    assert_eq!(block.cumulative_allocated_io, first + allocated);
    assert_eq!(
        (block.device_list, block.bundle, block.event_seq),
        ([4; 32], [5; 32], 2)
    );
    let report = ion_merkle::report::payload_hash::<ion_merkle::Sha256Hasher>(
        ReportKind::BlockSummary,
        &rewards::ID.to_bytes(),
        hour,
        &summary.encode(),
    );
    assert_eq!(block.report, report);

    let emission = network.emission();
    assert_eq!(
        (emission.pending_io, emission.next_final_hour),
        (0, hour + 1)
    );
    assert_eq!(emission.allocated_io, first + allocated);
    assert_eq!(emission.event_seq, before.0.event_seq + 1);
    assert_eq!(network.vaults().y1_io, before.1.y1_io + 2);
    assert_eq!(network.distribution(), before.2 - 2);
    network.assert_conserved();

    let event: BlockCompleted = world.event(rewards::ID, &record);
    assert_eq!(
        (event.block, event.poll, event.hour),
        (addresses::rewards::block(hour), poll, hour)
    );
    assert_eq!(
        (event.counts, event.enterprise, event.community),
        (counts, enterprise, community)
    );
    assert_eq!((event.unallocated_io, event.report), (2, report));
    assert_eq!(
        event.cumulative_allocated_io,
        U64Change {
            old: first,
            new: first + allocated
        }
    );
    assert_eq!((event.device_list, event.bundle), ([4; 32], [5; 32]));
    assert_eq!(
        (event.seq, event.emission_seq, event.at),
        (2, emission.event_seq, world.now())
    );
    let deposit: RemainderDeposited = world.event(ide::ID, &record);
    assert_eq!(
        (deposit.amount_io, deposit.kind, deposit.hour),
        (2, 0, hour)
    );
    assert_eq!(
        (deposit.source, deposit.vaults),
        (addresses::rewards::distribution(), addresses::ide::vaults())
    );
    assert_eq!(
        (deposit.y1_io.old, deposit.y1_io.new),
        (before.1.y1_io, before.1.y1_io + 2)
    );
}

#[test]
fn e35_without_a_device_the_whole_block_goes_to_the_reward_vault() {
    let network = Network::new();
    let (hour, allocated) = network.paid_block(0, 0);
    let block = network.block(hour);
    assert_eq!((allocated, block.unallocated_io), (0, block.emission_io));
    assert_eq!(network.vaults().y1_io, block.emission_io);
    assert_eq!(
        (network.distribution(), block.cumulative_allocated_io),
        (0, 0)
    );
    network.assert_conserved();
}

#[test]
fn e36_an_empty_pool_goes_to_the_reward_vault_and_not_to_the_other_pool() {
    let network = Network::new();
    let (hour, allocated) = network.paid_block(1, 0);
    let block = network.block(hour);
    assert_eq!(
        (allocated, block.unallocated_io),
        (block.enterprise_io, block.community_io)
    );
    assert_eq!(network.vaults().y1_io, block.community_io);
    assert_eq!(network.distribution(), block.enterprise_io);
    network.assert_conserved();
}

#[test]
fn a_block_without_remainder_calls_nobody() {
    let network = Network::new();
    let hour = network.release_next();
    let summary = network.summary(hour, 1, 1);
    network.attest_summary(&summary);
    network.complete(&summary).expect("completes");
    assert_eq!(network.vaults().y1_io, 0);
    assert_eq!(network.distribution(), network.block(hour).emission_io);
}

#[test]
fn safety_shares_stay_in_the_distribution_vault() {
    let network = Network::new();
    network.set_param(&ion_economics::params::rewards::SAFETY_MODULE_BPS, 2_000);
    let (hour, _) = network.paid_block(0, 0);
    let block = network.block(hour);
    assert_eq!(block.safety_io, block.emission_io / 5);
    assert_eq!(network.distribution(), block.safety_io);
    assert_eq!(block.unallocated_io, block.emission_io - block.safety_io);
    network.assert_conserved();
}

#[test]
fn e40_a_second_summary_of_an_hour_is_refused() {
    let network = Network::new();
    let (hour, _) = network.paid_block(1, 1);
    let again = network.summary(hour, 1, 1);
    expect_error(
        network.complete(&again),
        rewards::ID,
        RewardsError::BlockNotProcessing,
        0,
    );
}

#[test]
fn e81_the_summary_of_the_next_hour_waits_for_the_hour_before() {
    let network = Network::new();
    let (first, second) = (network.release_next(), network.release_next());
    let summaries = [first, second].map(|hour| network.summary(hour, 1, 1));
    for summary in &summaries {
        network.attest_summary(summary);
    }
    expect_error(
        network.complete(&summaries[1]),
        rewards::ID,
        RewardsError::EarlierBlockOpen,
        0,
    );
    network.complete(&summaries[0]).expect("in order");
    network.complete(&summaries[1]).expect("nothing was lost");
    network.assert_conserved();
}

#[test]
fn e82_a_summary_is_accepted_however_long_after_its_attestation() {
    let network = Network::new();
    let hour = network.release_next();
    let summary = network.summary(hour, 2, 2);
    network.attest_summary(&summary);
    network.world.warp(8 * DAY);
    network
        .complete(&summary)
        .expect("a fixed sequence has no time limit");
}

#[test]
fn e82_votes_that_differ_attest_nothing_until_they_agree() {
    let network = Network::new();
    let world = &network.world;
    let hour = network.release_next();
    let right = network.summary(hour, 2, 2);
    let wrong = network.summary(hour, 1, 1);
    let hash = |summary: &ion_merkle::summary::BlockSummary| {
        ion_merkle::report::payload_hash::<ion_merkle::Sha256Hasher>(
            ReportKind::BlockSummary,
            &rewards::ID.to_bytes(),
            hour,
            &summary.encode(),
        )
    };
    use ion_client::instructions::registry as governance;
    use solana_signer::Signer;
    let poll = addresses::registry::poll(ReportKind::BlockSummary, &rewards::ID, hour);
    let open = governance::open_poll(
        &world.authority.pubkey(),
        ReportKind::BlockSummary,
        &rewards::ID,
        hour,
    );
    world.send(&world.authority, &[], &[open]).expect("opens");
    let vote = |verifier: usize, hash| {
        let key = &world.verifiers[verifier];
        world.send(
            key,
            &[],
            &[governance::vote_report(&key.pubkey(), &poll, hash)],
        )
    };
    vote(0, hash(&right)).expect("counts");
    vote(1, hash(&wrong)).expect("counts");
    expect_error(
        network.complete(&right),
        rewards::ID,
        RewardsError::ReportNotAttested,
        0,
    );
    vote(1, hash(&right)).expect("a vote may move");
    expect_error(
        network.complete(&wrong),
        rewards::ID,
        RewardsError::WrongPayload,
        0,
    );
    network.complete(&right).expect("attested");
}
