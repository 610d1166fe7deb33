//! Hours of mode `Ide`: the emission is an allowance of the engine.

mod allowance;

use anchor_lang::error::ErrorCode;
use anchor_spl::token::Mint;
use ide::{
    DepositRemainderArgs, RemainderKind,
    error::IdeError,
    events::AllowanceDeposited,
    state::{Epoch, EpochState, Vaults},
};
use ion_client::{
    addresses,
    instructions::{ide as engine, rewards as ix},
};
use ion_economics::emission::emission_of_hour;
use ion_program_tests::rewards_stage::Network;
use ion_program_tests::{expect_error, expect_framework_error};
use registry::state::Config;
use rewards::{error::RewardsError, events::BlockReleased};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    release_block::jump,
    stage::{copy, edit, edit_epoch, foreign_copy, with_account, with_extra, without_signature},
};

const DESTINATION: usize = 5;
const CALLER: usize = 9;
const VAULTS: usize = 10;
const EPOCH: usize = 11;

fn epoch(network: &Network, hour: u64) -> Epoch {
    let account = network.world.raw(&addresses::ide::epoch(hour / 24));
    bytemuck::pod_read_unaligned(&account.data[8..])
}

/// A network in which the first hour of the next day is the first of mode `Ide`, with all hours before
/// it released and that day's epoch open.
fn switched() -> (Network, u64) {
    let network = Network::new();
    let first = (network.emission().next_hour / 24 + 1) * 24;
    network.switch(first);
    while network.emission().next_hour < first {
        network.release_next();
    }
    network.open_epoch(first);
    (network, first)
}

#[test]
fn an_hour_of_the_engine_goes_whole_to_the_reward_vault_as_allowance() {
    let (network, hour) = switched();
    let world = &network.world;
    network.set_param(&ion_economics::params::rewards::SAFETY_MODULE_BPS, 2_000);
    let before = (network.emission(), network.distribution());
    network.after(hour);
    let supply = world.get::<Mint>(&network.mint()).supply;
    let record = network.release(hour, true).expect("due");

    let amount = emission_of_hour(hour).unwrap();
    let block = network.block(hour);
    assert_eq!(
        (block.state, block.emission_io, block.safety_io),
        (3, amount, 0)
    );
    assert_eq!((block.enterprise_io, block.community_io), (0, 0));
    let emission = network.emission();
    assert_eq!(emission.released_io, before.0.released_io + amount);
    assert_eq!(
        (
            emission.pending_io,
            emission.safety_io,
            emission.next_final_hour
        ),
        (
            before.0.pending_io,
            before.0.safety_io,
            before.0.next_final_hour
        )
    );
    assert_eq!(
        (network.distribution(), network.reward_vault()),
        (before.1, amount)
    );
    assert_eq!(world.get::<Mint>(&network.mint()).supply, supply + amount);
    let epoch = epoch(&network, hour);
    assert_eq!((epoch.emission_io, epoch.hours_deposited), (amount, 1));
    assert_eq!(
        (network.vaults().waiting_io, network.vaults().y1_io),
        (amount, 0)
    );
    network.assert_conserved();
    let event: BlockReleased = world.event(rewards::ID, &record);
    assert_eq!(
        (event.state, event.destination),
        (3, addresses::ide::reward_vault())
    );
    let event: AllowanceDeposited = world.event(ide::ID, &record);
    assert_eq!(
        (event.epoch, event.day),
        (addresses::ide::epoch(hour / 24), hour / 24)
    );
    assert_eq!(
        (event.hour, event.amount_io, event.hours_deposited),
        (hour, amount, 1)
    );
    assert_eq!((event.emission_io.old, event.emission_io.new), (0, amount));
    assert_eq!((event.waiting_io.old, event.waiting_io.new), (0, amount));
    assert_eq!((event.seq, event.at), (epoch.event_seq, world.now()));
}

#[test]
fn a_day_of_the_engine_deposits_its_24_hours_five_per_transaction() {
    let (network, first) = switched();
    network.after(first + 23);
    let payer = network.crank().pubkey();
    let hours: Vec<u64> = (first..first + 24).collect();
    for chunk in hours.chunks(5) {
        let releases: Vec<_> = chunk
            .iter()
            .map(|hour| ix::release_block(&payer, &network.mint(), *hour, true))
            .collect();
        network
            .world
            .send(network.crank(), &[], &releases)
            .expect("fits");
    }
    let epoch = epoch(&network, first);
    assert_eq!(epoch.hours_deposited, 0xff_ffff);
    let sum: u64 = hours
        .iter()
        .map(|hour| emission_of_hour(*hour).unwrap())
        .sum();
    assert_eq!((epoch.emission_io, network.vaults().waiting_io), (sum, sum));
    network.assert_conserved();
}

#[test]
fn late_hours_keep_the_mode_and_epoch_of_their_time() {
    let network = Network::new();
    let first = (network.emission().next_hour / 24 + 1) * 24;
    network.switch(first);
    network.open_epoch(first);
    // Nobody released anything until a day after the switch.
    network.after(first + 24);
    let start = network.emission().next_hour;
    for hour in start..first {
        expect_error(
            network.release(hour, true),
            rewards::ID,
            RewardsError::WrongDistribution,
            0,
        );
        network
            .release(hour, false)
            .expect("still pays by the tree");
    }
    expect_error(
        network.release(first, false),
        rewards::ID,
        RewardsError::WrongRewardVault,
        0,
    );
    edit_epoch(
        &network.world,
        &addresses::ide::epoch(first / 24),
        |epoch| {
            epoch.state = EpochState::Reported.code();
        },
    );
    network
        .release(first, true)
        .expect("its epoch takes it until it is sealed");
    // Summaries of the earlier hours still come in order.
    let summary = network.summary(start, 1, 1);
    network.attest_summary(&summary);
    network.complete(&summary).expect("completes");
    let of_the_engine = ion_merkle::summary::BlockSummary {
        hour: first,
        ..summary
    };
    network.attest_summary(&of_the_engine);
    expect_error(
        network.complete(&of_the_engine),
        rewards::ID,
        RewardsError::BlockNotProcessing,
        0,
    );
    network.assert_conserved();
}

#[test]
fn hours_of_the_engine_after_the_schedule_deposit_nothing_but_count() {
    let network = Network::new();
    jump(&network, 653_040);
    network.switch(653_040);
    network.world.set_time(653_040 * 3_600);
    network.open_epoch(653_040);
    network.after(653_040);
    network.release(653_040, true).expect("due");
    let block = network.block(653_040);
    assert_eq!((block.state, block.emission_io), (4, 0));
    assert_eq!(epoch(&network, 653_040).hours_deposited, 1);
    assert_eq!(network.reward_vault(), 0);
}

#[test]
fn release_for_the_engine_with_missing_or_false_accounts_is_refused() {
    let (network, hour) = switched();
    let world = &network.world;
    network.after(hour);
    let good = ix::release_block(&network.crank().pubkey(), &network.mint(), hour, true);
    for index in CALLER..CALLER + 5 {
        let missing = with_account(&good, index, rewards::ID);
        expect_error(
            network.send(missing),
            rewards::ID,
            RewardsError::EngineAccountsMissing,
            0,
        );
    }
    for (index, key, error) in [
        (
            CALLER,
            addresses::rewards::emission(),
            RewardsError::WrongCaller,
        ),
        (
            DESTINATION,
            addresses::ide::pay_io(),
            RewardsError::WrongRewardVault,
        ),
    ] {
        expect_error(
            network.send(with_account(&good, index, key)),
            rewards::ID,
            error,
            0,
        );
    }
    // What the engine itself refuses comes back under its own codes.
    network.open_epoch(hour + 24);
    for (index, key, error) in [
        (
            VAULTS,
            copy(world, &addresses::ide::vaults()),
            IdeError::WrongVaults,
        ),
        (
            EPOCH,
            addresses::ide::epoch(hour / 24 + 1),
            IdeError::WrongAllowanceDay,
        ),
    ] {
        let forged = with_account(&good, index, key);
        expect_error(network.send(forged), rewards::ID, error, 0);
    }
    edit_epoch(world, &addresses::ide::epoch(hour / 24), |epoch| {
        epoch.state = EpochState::Sealed.code();
    });
    expect_error(network.send(good), rewards::ID, IdeError::EpochSealed, 0);
    assert_eq!(network.emission().next_hour, hour);
}
