//! Payloads and polls of something else, summaries that contradict themselves, false accounts.

use super::*;

#[test]
fn a_payload_that_differs_in_any_field_is_refused() {
    let network = Network::new();
    let hour = network.release_next();
    let summary = network.summary(hour, 3, 2);
    network.attest_summary(&summary);
    type Change = fn(&mut ion_merkle::summary::BlockSummary);
    let changes: [Change; 13] = [
        |s| s.nominated += 1,
        |s| s.succeeded += 1,
        |s| s.failed += 1,
        |s| s.verified_cpus += 1,
        |s| s.verified_gpus += 1,
        |s| s.enterprise.base_sum += 1,
        |s| s.enterprise.paid_devices += 1,
        |s| s.enterprise.allocated_io -= 1,
        |s| s.community.base_sum += 1,
        |s| s.community.paid_devices += 1,
        |s| s.community.allocated_io -= 1,
        |s| s.device_list[0] ^= 1,
        |s| s.bundle[31] ^= 1,
    ];
    for change in changes {
        let mut other = summary;
        change(&mut other);
        expect_error(
            network.complete(&other),
            rewards::ID,
            RewardsError::WrongPayload,
            0,
        );
    }
}

#[test]
fn summaries_that_contradict_themselves_are_refused_even_when_attested() {
    type Change = fn(&mut ion_merkle::summary::BlockSummary);
    let cases: [(Change, RewardsError); 7] = [
        (
            |s| s.enterprise.allocated_io += 2,
            RewardsError::AllocationAbovePool,
        ),
        (
            |s| s.community.allocated_io += 2,
            RewardsError::AllocationAbovePool,
        ),
        (
            |s| s.enterprise.allocated_io -= 2,
            RewardsError::AllocationBelowPool,
        ),
        (
            |s| s.community.allocated_io -= 1,
            RewardsError::AllocationBelowPool,
        ),
        (
            |s| s.community.paid_devices = 0,
            RewardsError::AllocationAbovePool,
        ),
        (|s| s.nominated += 1, RewardsError::CountsContradict),
        (
            |s| s.enterprise.paid_devices = 4,
            RewardsError::CountsContradict,
        ),
    ];
    for (change, error) in cases {
        let network = Network::new();
        let hour = network.release_next();
        let mut summary = network.summary(hour, 3, 2);
        change(&mut summary);
        network.attest_summary(&summary);
        expect_error(network.complete(&summary), rewards::ID, error, 0);
        assert_eq!(network.block(hour).state, 0);
    }
}

#[test]
fn polls_of_other_reports_are_refused() {
    let network = Network::new();
    let world = &network.world;
    let (first, second) = (network.release_next(), network.release_next());
    let summary = network.summary(first, 1, 1);
    let other_hour = network.summary(second, 1, 1);
    network.attest_summary(&summary);
    network.attest_summary(&other_hour);
    let good = network.complete_instruction(&summary);
    let bytes = summary.encode();
    let cluster = Pubkey::new_unique();
    let foreign = [
        // another hour, another kind, the rewards program of another network
        addresses::registry::poll(ReportKind::BlockSummary, &rewards::ID, second),
        world.attest(ReportKind::EpochReport, &rewards::ID, first, &bytes),
        world.attest(ReportKind::BlockSummary, &cluster, first, &bytes),
    ];
    for poll in foreign {
        let wrong = with_account(&good, POLL, poll);
        expect_error(
            network.send(wrong),
            rewards::ID,
            RewardsError::WrongReport,
            0,
        );
    }
    let poll = good.accounts[POLL].pubkey;
    for (key, error) in [
        (
            foreign_copy(world, &poll),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (
            addresses::registry::config(),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
    ] {
        let wrong = with_account(&good, POLL, key);
        expect_framework_error(network.send(wrong), rewards::ID, error, 0);
    }
    network.send(good).expect("its own poll");
}

#[test]
fn complete_with_false_accounts_is_refused() {
    let network = Network::new();
    let world = &network.world;
    let hour = network.release_next();
    let summary = network.summary(hour, 3, 2);
    network.attest_summary(&summary);
    let good = network.complete_instruction(&summary);
    let own = [
        (
            EMISSION,
            copy(world, &addresses::rewards::emission()),
            RewardsError::WrongEmission,
        ),
        (
            DISTRIBUTION,
            addresses::ide::pay_io(),
            RewardsError::WrongDistribution,
        ),
        (
            REWARD_VAULT,
            addresses::ide::pay_io(),
            RewardsError::WrongRewardVault,
        ),
        (
            CALLER,
            addresses::rewards::emission(),
            RewardsError::WrongCaller,
        ),
    ];
    for (index, key, error) in own {
        let mut forged = with_account(&good, index, key);
        forged.accounts[index].is_writable = good.accounts[index].is_writable;
        expect_error(network.send(forged), rewards::ID, error, 0);
    }
    let framework = [
        (
            BLOCK,
            foreign_copy(world, &addresses::rewards::block(hour)),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (
            BLOCK,
            addresses::rewards::roots(),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
        (IDE_PROGRAM, rewards::ID, ErrorCode::InvalidProgramId),
        (TOKEN_PROGRAM, token_2022::ID, ErrorCode::InvalidProgramId),
    ];
    for (index, key, error) in framework {
        let forged = with_account(&good, index, key);
        expect_framework_error(network.send(forged), rewards::ID, error, 0);
    }
    let unsigned = without_signature(with_account(&good, CRANKER, Pubkey::new_unique()), CRANKER);
    expect_framework_error(
        network.send(unsigned),
        rewards::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    expect_error(
        network.send(with_extra(&good)),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
    edit::<Block>(world, &addresses::rewards::block(hour), |block| {
        block.state = 9
    });
    expect_error(
        network.send(good),
        rewards::ID,
        RewardsError::CorruptBlock,
        0,
    );
}
