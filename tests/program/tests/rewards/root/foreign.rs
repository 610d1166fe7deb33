//! Reports of another identity or payload, and false accounts.

use super::*;

#[test]
fn a_report_of_another_identity_or_payload_is_refused() {
    let network = Network::new();
    let world = &network.world;
    let root = root_of_next(&network);
    let good = accept(&network, 3, &root);
    network.attest_root(3, &root);
    let bytes = root.encode();
    // Another number, another tree, another cluster's ring, another kind.
    for poll in [
        network.attest_root(4, &root),
        world.attest(ReportKind::RewardRoot, &rewards::ID, 3, &bytes),
        world.attest(ReportKind::RewardRoot, &Pubkey::new_unique(), 3, &bytes),
        world.attest(
            ReportKind::PayoutRoot,
            &addresses::rewards::roots(),
            3,
            &bytes,
        ),
    ] {
        let wrong = with_account(&good, POLL, poll);
        expect_error(
            network.send(wrong),
            rewards::ID,
            RewardsError::WrongReport,
            0,
        );
    }
    type Change = fn(&mut RewardRoot);
    let changes: [Change; 5] = [
        |root| root.root[0] ^= 1,
        |root| root.leaf_count += 1,
        |root| root.lifetime_io += 1,
        |root| root.bundle[0] ^= 1,
        |root| root.through_hour += 1,
    ];
    let through = root.through_hour;
    for change in changes {
        let mut other = root;
        change(&mut other);
        let mut wrong = accept(&network, 3, &other);
        wrong.accounts[BLOCK].pubkey = addresses::rewards::block(through);
        expect_error(
            network.send(wrong),
            rewards::ID,
            RewardsError::WrongPayload,
            0,
        );
    }
    let unattested = with_account(&good, POLL, {
        use ion_client::instructions::registry as governance;
        let roots = addresses::rewards::roots();
        let open =
            governance::open_poll(&world.authority.pubkey(), ReportKind::RewardRoot, &roots, 9);
        world.send(&world.authority, &[], &[open]).expect("opens");
        addresses::registry::poll(ReportKind::RewardRoot, &roots, 9)
    });
    expect_error(
        network.send(unattested),
        rewards::ID,
        RewardsError::WrongReport,
        0,
    );
    let ninth = accept(&network, 9, &root);
    expect_error(
        network.send(ninth),
        rewards::ID,
        RewardsError::ReportNotAttested,
        0,
    );
    network.send(good).expect("its own poll");
}

#[test]
fn accept_and_veto_with_false_accounts_are_refused() {
    let network = Network::new();
    let world = &network.world;
    let root = root_of_next(&network);
    network.attest_root(1, &root);
    let good = accept(&network, 1, &root);
    let roots = addresses::rewards::roots();
    let own = [
        (
            PARAMS,
            addresses::registry::params(&ide::ID),
            RewardsError::WrongParams,
        ),
        (ROOTS, copy(world, &roots), RewardsError::WrongRoots),
    ];
    for (index, key, error) in own {
        expect_error(
            network.send(with_account(&good, index, key)),
            rewards::ID,
            error,
            0,
        );
    }
    let framework = [
        (
            POLL,
            foreign_copy(world, &good.accounts[POLL].pubkey),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (
            BLOCK,
            foreign_copy(world, &good.accounts[BLOCK].pubkey),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (
            BLOCK,
            addresses::rewards::emission(),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
        (
            ROOTS,
            foreign_copy(world, &roots),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
    ];
    for (index, key, error) in framework {
        expect_framework_error(
            network.send(with_account(&good, index, key)),
            rewards::ID,
            error,
            0,
        );
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
    network.send(good).expect("unchanged it is fine");

    let good = ix::veto_root(&world.guardian.pubkey(), 1);
    let send = |instruction| world.send(&world.guardian, &[], &[instruction]);
    for (index, key, error) in [
        (
            1,
            copy(world, &addresses::registry::roles()),
            RewardsError::WrongRoles,
        ),
        (
            2,
            addresses::registry::params(&ide::ID),
            RewardsError::WrongParams,
        ),
        (3, copy(world, &roots), RewardsError::WrongRoots),
    ] {
        expect_error(send(with_account(&good, index, key)), rewards::ID, error, 0);
    }
    let unsigned = without_signature(with_account(&good, 0, world.governance.pubkey()), 0);
    expect_framework_error(send(unsigned), rewards::ID, ErrorCode::AccountNotSigner, 0);
    expect_error(
        send(with_extra(&good)),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
}
