//! `fail_block` and `close_block`: blocks that nobody summarised, and rent.

use anchor_lang::error::ErrorCode;
use ion_client::{addresses, instructions::rewards as ix};
use ion_economics::{
    params::rewards::{BLOCK_DEADLINE, BLOCK_RENT_AFTER},
    units::DAY,
};
use ion_merkle::report::ReportKind;
use ion_program_tests::rewards_stage::Network;
use ion_program_tests::{expect_error, expect_framework_error};
use rewards::{
    error::RewardsError,
    events::{BlockClosed, BlockFailed},
};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    release_block::jump,
    stage::{with_account, with_extra},
};

const PARAMS: usize = 1;
const POLL: usize = 2;

fn fail(network: &Network, hour: u64) -> solana_instruction::Instruction {
    ix::fail_block(&network.crank().pubkey(), &network.mint(), hour)
}

#[test]
fn silence_of_the_verifiers_sends_the_worker_emission_to_the_reward_vault() {
    let network = Network::new();
    let world = &network.world;
    network.set_param(&ion_economics::params::rewards::SAFETY_MODULE_BPS, 500);
    let hour = network.release_next();
    world.warp(BLOCK_DEADLINE.default);
    expect_error(
        network.send(fail(&network, hour)),
        rewards::ID,
        RewardsError::DeadlineNotOver,
        0,
    );
    world.warp(1);
    let record = network
        .send(fail(&network, hour))
        .expect("the deadline is over");

    let block = network.block(hour);
    let worker = block.enterprise_io + block.community_io;
    assert_eq!(
        (block.state, block.settled_at, block.event_seq),
        (2, world.now(), 2)
    );
    assert_eq!(
        (block.unallocated_io, block.cumulative_allocated_io),
        (worker, 0)
    );
    assert_eq!((block.enterprise.paid_devices, block.report), (0, [0; 32]));
    let emission = network.emission();
    assert_eq!(
        (emission.next_final_hour, emission.pending_io),
        (hour + 1, 0)
    );
    assert_eq!(network.vaults().y1_io, worker);
    assert_eq!(network.distribution(), block.safety_io);
    network.assert_conserved();
    let event: BlockFailed = world.event(rewards::ID, &record);
    assert_eq!(
        (event.block, event.hour),
        (addresses::rewards::block(hour), hour)
    );
    assert_eq!(event.actor, network.crank().pubkey());
    assert_eq!(
        (event.unallocated_io, event.cumulative_allocated_io),
        (worker, 0)
    );
    assert_eq!(
        (event.seq, event.emission_seq, event.at),
        (2, emission.event_seq, world.now())
    );

    expect_error(
        network.send(fail(&network, hour)),
        rewards::ID,
        RewardsError::BlockNotProcessing,
        0,
    );
    // A summary attested afterwards comes too late.
    let summary = network.summary(hour, 1, 1);
    network.attest_summary(&summary);
    expect_error(
        network.complete(&summary),
        rewards::ID,
        RewardsError::BlockNotProcessing,
        0,
    );
}

#[test]
fn an_attested_hour_never_fails_and_an_open_poll_does_not_save_it() {
    let network = Network::new();
    let world = &network.world;
    let (first, second) = (network.release_next(), network.release_next());
    let summary = network.summary(first, 1, 1);
    network.attest_summary(&summary);
    use ion_client::instructions::registry as governance;
    let open = governance::open_poll(
        &world.authority.pubkey(),
        ReportKind::BlockSummary,
        &rewards::ID,
        second,
    );
    world.send(&world.authority, &[], &[open]).expect("opens");
    world.warp(BLOCK_DEADLINE.default + 1);
    expect_error(
        network.send(fail(&network, first)),
        rewards::ID,
        RewardsError::SummaryAttested,
        0,
    );
    expect_error(
        network.send(fail(&network, second)),
        rewards::ID,
        RewardsError::EarlierBlockOpen,
        0,
    );
    // Another account in place of the attested poll does not hide it.
    let hidden = with_account(
        fail(&network, first),
        POLL,
        addresses::registry::poll(ReportKind::BlockSummary, &rewards::ID, second),
    );
    expect_framework_error(
        network.send(hidden),
        rewards::ID,
        ErrorCode::ConstraintSeeds,
        0,
    );
    network.complete(&summary).expect("however late");
    network
        .send(fail(&network, second))
        .expect("only opened, never attested");
}

#[test]
fn fail_with_false_accounts_is_refused() {
    let network = Network::new();
    let hour = network.release_next();
    network.world.warp(BLOCK_DEADLINE.default + 1);
    let good = fail(&network, hour);
    let params = with_account(&good, PARAMS, addresses::registry::params(&ide::ID));
    expect_error(
        network.send(params),
        rewards::ID,
        RewardsError::WrongParams,
        0,
    );
    expect_error(
        network.send(with_extra(&good)),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
    for (index, error) in [
        (4, RewardsError::WrongEmission),
        (5, RewardsError::WrongDistribution),
        (6, RewardsError::WrongRewardVault),
        (10, RewardsError::WrongCaller),
    ] {
        let key = match error {
            RewardsError::WrongEmission => {
                crate::stage::copy(&network.world, &addresses::rewards::emission())
            }
            _ => addresses::ide::pay_io(),
        };
        let forged = with_account(&good, index, key);
        expect_error(network.send(forged), rewards::ID, error, 0);
    }
}

#[test]
fn rent_of_a_block_comes_back_after_a_root_through_its_hour_is_old() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    let close = |hour| ix::close_block(&network.crank().pubkey(), &network.crank().pubkey(), hour);
    // Not before the root matures, not before the time after it.
    world.warp(6 * DAY);
    expect_error(
        network.send(close(earned.hour)),
        rewards::ID,
        RewardsError::BlockKept,
        0,
    );
    let later = network.release_next();
    expect_error(
        network.send(close(later)),
        rewards::ID,
        RewardsError::BlockNotFinal,
        0,
    );
    world.warp(DAY + BLOCK_RENT_AFTER.default - 60);
    expect_error(
        network.send(close(earned.hour)),
        rewards::ID,
        RewardsError::BlockKept,
        0,
    );
    world.warp(60);
    let key = addresses::rewards::block(earned.hour);
    let wrong = ix::close_block(
        &network.crank().pubkey(),
        &Pubkey::new_unique(),
        earned.hour,
    );
    expect_error(
        network.send(wrong),
        rewards::ID,
        RewardsError::WrongRentPayer,
        0,
    );
    expect_error(
        network.send(with_extra(close(earned.hour))),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );

    let payer = network.crank().pubkey();
    let rent = world.raw(&key).lamports;
    let before = world.raw(&payer).lamports;
    let record = world
        .send(
            &world.guardian,
            &[],
            &[ix::close_block(
                &world.guardian.pubkey(),
                &payer,
                earned.hour,
            )],
        )
        .expect("closes");
    assert!(!world.exists(&key));
    assert_eq!(world.raw(&payer).lamports, before + rent);
    let event: BlockClosed = world.event(rewards::ID, &record);
    assert_eq!(
        (event.block, event.hour, event.payer),
        (key, earned.hour, payer)
    );
    assert_eq!((event.actor, event.state), (world.guardian.pubkey(), 1));
    assert_eq!((event.seq, event.at), (3, world.now()));
    // Its hour is never released again.
    expect_error(
        network.release(earned.hour, false),
        rewards::ID,
        RewardsError::WrongHour,
        0,
    );
    // A claim needs no block.
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    network.claim(&earned.of).expect("claims");
}

#[test]
fn blocks_after_the_schedule_close_by_their_release() {
    let network = Network::new();
    jump(&network, 653_040);
    let hour = network.release_next();
    let close = ix::close_block(&network.crank().pubkey(), &network.crank().pubkey(), hour);
    network.world.warp(BLOCK_RENT_AFTER.default - 1);
    expect_error(
        network.send(close.clone()),
        rewards::ID,
        RewardsError::BlockKept,
        0,
    );
    network.world.warp(1);
    network.send(close).expect("closes");
}

#[test]
fn a_root_that_does_not_reach_the_hour_keeps_its_block() {
    let network = Network::new();
    let earned = network.earned();
    let (later, _) = network.paid_block(1, 1);
    network.world.warp(8 * DAY + BLOCK_RENT_AFTER.default);
    let close = |hour| ix::close_block(&network.crank().pubkey(), &network.crank().pubkey(), hour);
    expect_error(
        network.send(close(later)),
        rewards::ID,
        RewardsError::BlockKept,
        0,
    );
    network.send(close(earned.hour)).expect("closes");
}
