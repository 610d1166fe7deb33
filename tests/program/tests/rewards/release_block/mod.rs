//! `release_block` in mode `Schedule`: the hour's emission is minted and divided.

mod bounds;

use anchor_lang::error::ErrorCode;
use anchor_spl::token::Mint;
use ion_client::{addresses, instructions::rewards as ix};
use ion_economics::{
    emission::{END_HOUR, TOTAL, emission_of_hour, pre_released},
    params::rewards::{POOL_ENTERPRISE_BPS, SAFETY_MODULE_BPS, W_HIRED},
    units::HOUR,
};
use ion_program_tests::rewards_stage::{Network, SLACK};
use ion_program_tests::{expect_error, expect_framework_error};
use rewards::{
    error::RewardsError,
    events::{BlockReleased, U64Change},
    state::{Block, Emission, ScoreWeights},
};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{copy, edit, foreign_copy, with_account, with_extra, without_signature};

const PAYER: usize = 0;
const CONFIG: usize = 1;
const PARAMS: usize = 2;
const EMISSION: usize = 3;
const IO_MINT: usize = 4;
const DESTINATION: usize = 5;
const BLOCK: usize = 6;
const TOKEN_PROGRAM: usize = 7;

/// Lets the schedule stand at an hour, as if all before it were out.
pub fn jump(network: &Network, hour: u64) {
    let world = &network.world;
    edit::<Emission>(world, &addresses::rewards::emission(), |emission| {
        emission.pre_released_io =
            pre_released(hour).expect("in the schedule") - emission.released_io;
        emission.next_hour = hour;
        emission.next_final_hour = hour;
    });
}

#[test]
fn release_mints_the_hour_and_divides_it() {
    let network = Network::new();
    let world = &network.world;
    network.set_param(&SAFETY_MODULE_BPS, 500);
    let hour = network.emission().next_hour;
    let supply = world.get::<Mint>(&network.mint()).supply;
    network.after(hour);
    let record = network.release(hour, false).expect("the hour is over");

    let emission = emission_of_hour(hour).unwrap();
    let safety = emission * 500 / 10_000;
    let worker = emission - safety;
    let enterprise = worker * 9_500 / 10_000;
    let block = network.block(hour);
    let (key, bump) = Pubkey::find_program_address(&[b"block", &hour.to_le_bytes()], &rewards::ID);
    assert_eq!((key, bump), (addresses::rewards::block(hour), block.bump));
    assert_eq!((block.version, block.state, block.hour), (1, 0, hour));
    assert_eq!((block.released_at, block.settled_at), (world.now(), 0));
    assert_eq!(
        (
            block.emission_io,
            block.safety_io,
            block.enterprise_io,
            block.community_io
        ),
        (emission, safety, enterprise, worker - enterprise)
    );
    let weights = ScoreWeights {
        tier: 50,
        hardware: 2,
        hired: 5,
    };
    assert_eq!(block.weights, weights);
    assert_eq!(
        (block.unallocated_io, block.cumulative_allocated_io),
        (0, 0)
    );
    assert_eq!(
        (block.report, block.device_list, block.bundle),
        ([0; 32], [0; 32], [0; 32])
    );
    assert_eq!(
        (block.payer, block.event_seq),
        (network.crank().pubkey(), 1)
    );
    assert_eq!(world.raw(&key).data.len(), Block::SPACE);

    let state = network.emission();
    assert_eq!((state.next_hour, state.next_final_hour), (hour + 1, hour));
    assert_eq!(
        (state.released_io, state.pending_io, state.safety_io),
        (emission, worker, safety)
    );
    assert_eq!(
        (state.allocated_io, state.claimed_io, state.burned_io),
        (0, 0, 0)
    );
    assert_eq!(state.event_seq, 2);
    assert_eq!(network.distribution(), emission);
    assert_eq!(world.get::<Mint>(&network.mint()).supply, supply + emission);
    network.assert_conserved();

    let event: BlockReleased = world.event(rewards::ID, &record);
    assert_eq!((event.block, event.payer), (key, network.crank().pubkey()));
    assert_eq!(
        (event.hour, event.state, event.emission_io),
        (hour, 0, emission)
    );
    assert_eq!(
        (event.safety_io, event.enterprise_io, event.community_io),
        (safety, enterprise, worker - enterprise)
    );
    assert_eq!(
        (event.weights, event.destination),
        (weights, addresses::rewards::distribution())
    );
    assert_eq!(
        event.released_io,
        U64Change {
            old: 0,
            new: emission
        }
    );
    assert_eq!(
        (event.seq, event.emission_seq, event.at),
        (1, 2, world.now())
    );
}

#[test]
fn e40_hours_come_in_order_and_none_before_its_slack_is_over() {
    let network = Network::new();
    let hour = network.emission().next_hour;
    let end = (i64::try_from(hour).unwrap() + 1) * HOUR;
    network.world.set_time(end + SLACK - 1);
    expect_error(
        network.release(hour, false),
        rewards::ID,
        RewardsError::BlockNotReleasable,
        0,
    );
    network.world.set_time(end + SLACK);
    for wrong in [hour - 1, hour + 1] {
        expect_error(
            network.release(wrong, false),
            rewards::ID,
            RewardsError::WrongHour,
            0,
        );
    }
    network.release(hour, false).expect("due");
    // The same hour again: its account exists.
    expect_error(network.release(hour, false), rewards::ID, 0_u32, 0);
    // A crank that comes late releases hour after hour with the amounts of each.
    network.world.warp(30 * HOUR);
    for late in hour + 1..hour + 31 {
        network.release(late, false).expect("late but due");
        assert_eq!(
            network.block(late).emission_io,
            emission_of_hour(late).unwrap()
        );
    }
    expect_error(
        network.release(hour + 31, false),
        rewards::ID,
        RewardsError::BlockNotReleasable,
        0,
    );
    network.assert_conserved();
}

#[test]
fn eight_hours_fit_one_transaction() {
    let network = Network::new();
    let first = network.emission().next_hour;
    network.after(first + 7);
    let payer = network.crank().pubkey();
    let eight: Vec<_> = (first..first + 8)
        .map(|hour| ix::release_block(&payer, &network.mint(), hour, false))
        .collect();
    network
        .world
        .send(network.crank(), &[], &eight)
        .expect("fits");
    assert_eq!(network.emission().next_hour, first + 8);
    let sum: u64 = (first..first + 8)
        .map(|hour| emission_of_hour(hour).unwrap())
        .sum();
    assert_eq!(network.emission().released_io, sum);
}

#[test]
fn e39_months_end_by_the_calendar_and_nothing_comes_after_the_schedule() {
    let network = Network::new();
    // End of leap February 2028, then of the whole schedule.
    for (first, blocks) in [
        (
            509_855,
            vec![308_839_905_611, emission_of_hour(509_856).unwrap()],
        ),
        (653_039, vec![40_412_903_008, 0, 0]),
    ] {
        jump(&network, first);
        for (hour, amount) in (first..).zip(blocks) {
            network.after(hour);
            network.release(hour, false).expect("due");
            let block = network.block(hour);
            assert_eq!(block.emission_io, amount, "hour {hour}");
            assert_eq!(block.state, if hour < END_HOUR { 0 } else { 4 });
        }
    }
    let emission = network.emission();
    assert_eq!(emission.pre_released_io + emission.released_io, TOTAL);
    // Only the last hour of the schedule waits for a summary.
    assert_eq!(emission.next_final_hour, 653_039);
}

#[test]
fn parameters_of_an_hour_are_those_of_its_release() {
    let network = Network::new();
    let first = network.release_next();
    network.set_param(&POOL_ENTERPRISE_BPS, 10_000);
    network.set_param(&W_HIRED, 7);
    let second = network.release_next();
    let (before, after) = (network.block(first), network.block(second));
    assert!(before.community_io > 0);
    assert_eq!(
        (after.enterprise_io, after.community_io),
        (after.emission_io, 0)
    );
    assert_eq!((before.weights.hired, after.weights.hired), (5, 7));
}

#[test]
fn release_into_a_prefunded_address_works() {
    let network = Network::new();
    let hour = network.emission().next_hour;
    network.world.fund(&addresses::rewards::block(hour));
    network.release_next();
    assert_eq!(network.block(hour).state, 0);
}

/// Windows of consecutive hours that together are 2,000: the first and the last of the schedule, the
/// ends of months of every length and of every leap February.
fn windows() -> Vec<(u64, u64)> {
    let ends = [
        478_464, 492_312, 493_056, 493_776, 509_856, 544_920, 579_984, 615_048, 650_112, 501_072,
        530_304, 566_856, 601_920, 636_984,
    ];
    let mut windows = vec![(477_720, 160)];
    windows.extend(ends.map(|end| (end - 60, 120)));
    windows.push((652_960, 160));
    windows.sort_unstable();
    windows
}

#[test]
fn two_thousand_hours_through_the_program_never_exceed_the_schedule() {
    let network = Network::new();
    let world = &network.world;
    let payer = network.crank().pubkey();
    // All of the schedule is still to come, and the supply leaves room for it.
    let mut mint = world.raw(&network.mint());
    mint.data[36..44].copy_from_slice(&50_000_000_000_000_000_u64.to_le_bytes());
    world.put(&network.mint(), mint);
    edit::<Emission>(world, &addresses::rewards::emission(), |emission| {
        emission.start_hour = 477_720;
    });
    let (mut sampled, mut minted) = (0, 0);
    for (first, count) in windows() {
        jump(&network, first);
        let before = network.emission().released_io;
        let hours: Vec<u64> = (first..first + count).collect();
        for chunk in hours.chunks(8) {
            network.after(*chunk.last().unwrap());
            let releases: Vec<_> = chunk
                .iter()
                .map(|hour| ix::release_block(&payer, &network.mint(), *hour, false))
                .collect();
            world.send(network.crank(), &[], &releases).expect("due");
            let state = network.emission();
            let through = chunk.last().unwrap() + 1;
            // Exactly the schedule at every prefix, so never above it.
            assert_eq!(
                state.pre_released_io + state.released_io,
                pre_released(through).unwrap(),
                "through hour {through}"
            );
        }
        for hour in hours {
            let block = network.block(hour);
            assert_eq!(
                block.emission_io,
                emission_of_hour(hour).unwrap(),
                "hour {hour}"
            );
            assert_eq!(
                block.safety_io + block.enterprise_io + block.community_io,
                block.emission_io
            );
        }
        minted += network.emission().released_io - before;
        sampled += count;
    }
    assert_eq!(sampled, 2_000);
    let state = network.emission();
    assert_eq!(state.released_io, minted);
    assert_eq!(state.pre_released_io + state.released_io, TOTAL);
    assert_eq!(
        world.get::<Mint>(&network.mint()).supply,
        50_000_000_000_000_000 + minted
    );
    assert_eq!(network.distribution(), minted);
}
