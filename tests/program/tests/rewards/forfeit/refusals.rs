//! Lists of records out of order or foreign, and foreign callers.

use super::*;

#[test]
fn lists_of_records_are_checked() {
    let case = Case::new();
    let network = &case.network;
    let world = &network.world;
    let caller = case.caller.pubkey();
    let record = key(&case.of[0]);
    expect_error(
        case.forfeit(&[]),
        rewards::ID,
        RewardsError::RecordCountOutOfBounds,
        0,
    );
    expect_error(
        case.forfeit(&[(record, 1); 2]),
        rewards::ID,
        RewardsError::DuplicateRecord,
        0,
    );
    expect_error(
        case.forfeit(&[(record, 0)]),
        rewards::ID,
        RewardsError::ZeroAmount,
        0,
    );
    expect_error(
        case.unforfeit(&[(record, 0)]),
        rewards::ID,
        RewardsError::ZeroAmount,
        0,
    );
    world.warp(REWARD_MATURITY.default);
    expect_error(
        case.burn(&[(record, case.hold(0))]),
        rewards::ID,
        RewardsError::ZeroAmount,
        0,
    );
    let six: Vec<_> = (0..6).map(|_| (copy(world, &record), 1)).collect();
    expect_error(
        case.forfeit(&six),
        rewards::ID,
        RewardsError::RecordCountOutOfBounds,
        0,
    );
    for fake in [
        foreign_copy(world, &record),
        addresses::rewards::emission(),
        addresses::rewards::block(network.emission().start_hour),
    ] {
        expect_error(
            case.forfeit(&[(fake, 1)]),
            rewards::ID,
            RewardsError::NotARecord,
            0,
        );
    }
    let mut read_only = ix::forfeit(&caller, &[(record, 1)]);
    read_only
        .accounts
        .last_mut()
        .expect("the record")
        .is_writable = false;
    expect_error(
        case.send(read_only),
        rewards::ID,
        RewardsError::NotARecord,
        0,
    );
    let mut surplus = ix::forfeit(&caller, &[(record, 1)]);
    surplus
        .accounts
        .push(AccountMeta::new(key(&case.of[1]), false));
    expect_error(
        case.send(surplus),
        rewards::ID,
        RewardsError::RecordCountOutOfBounds,
        0,
    );
    assert_eq!(network.record(&case.of[0]).ledger.forfeited_io, 0);
}

#[test]
fn only_the_staking_program_holds_restores_and_burns() {
    let case = Case::new();
    let network = &case.network;
    let world = &network.world;
    let record = key(&case.of[0]);
    let stranger = Keypair::new();
    let by = |caller: &Pubkey| {
        [
            ix::forfeit(caller, &[(record, 1)]),
            ix::unforfeit(caller, &[(record, 1)]),
            ix::burn_forfeited(caller, &network.mint(), &[(record, case.hold(1))]),
        ]
    };
    for instruction in by(&stranger.pubkey()) {
        let result = world.send(network.crank(), &[&stranger], &[instruction]);
        expect_error(result, rewards::ID, RewardsError::NotStakingCaller, 0);
    }
    for instruction in by(&case.caller.pubkey()) {
        let unsigned = without_signature(&instruction, 0);
        expect_framework_error(
            network.send(unsigned),
            rewards::ID,
            ErrorCode::AccountNotSigner,
            0,
        );
        let config = with_account(&instruction, 1, copy(world, &addresses::registry::config()));
        expect_error(case.send(config), rewards::ID, RewardsError::WrongConfig, 0);
    }
    let [forfeit, _, burn] = by(&case.caller.pubkey());
    let roots = copy(world, &addresses::rewards::roots());
    for instruction in [forfeit, burn.clone()] {
        expect_error(
            case.send(with_account(&instruction, 2, roots)),
            rewards::ID,
            RewardsError::WrongRoots,
            0,
        );
    }
    for (index, key, error) in [
        (
            3,
            copy(world, &addresses::rewards::emission()),
            RewardsError::WrongEmission,
        ),
        (
            4,
            addresses::ide::reward_vault(),
            RewardsError::WrongDistribution,
        ),
        (5, world.plan.usdc_mint, RewardsError::WrongMint),
    ] {
        expect_error(
            case.send(with_account(&burn, index, key)),
            rewards::ID,
            error,
            0,
        );
    }
}
