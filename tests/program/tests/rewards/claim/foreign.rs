//! Foreign, closed and false accounts, donations.

use super::*;

#[test]
fn money_goes_to_the_partys_own_account_only() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    world.warp(REWARD_MATURITY.default);
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    let owner = earned.owner.pubkey();
    let thief = world.wallet(0, 0);
    let good = network.claim_instruction(&earned.of);
    let to = |key| with_account(&good, 6, key);
    let stolen = get_associated_token_address(&thief.pubkey(), &network.mint());
    expect_error(
        network.send(to(stolen)),
        rewards::ID,
        RewardsError::WrongDestination,
        0,
    );
    let usdc = get_associated_token_address(&owner, &world.plan.usdc_mint);
    expect_error(
        network.send(to(usdc)),
        rewards::ID,
        RewardsError::WrongTokenMint,
        0,
    );
    // Another account of the right wallet needs its signature.
    let second = second_account(&network, &owner);
    expect_error(
        network.send(to(second)),
        rewards::ID,
        RewardsError::WrongDestination,
        0,
    );
    let own = ix::claim(&owner, &earned.of, &second);
    world
        .send(&earned.owner, &[], &[own])
        .expect("the wallet chooses");
    assert_eq!(
        (world.token(&second), world.io_of(&owner)),
        (earned.allocated, 0)
    );
}

/// A further IO account of a wallet, as if the wallet had made it.
fn second_account(network: &Network, wallet: &Pubkey) -> Pubkey {
    let world = &network.world;
    let key = copy(
        world,
        &get_associated_token_address(wallet, &network.mint()),
    );
    assert_eq!(world.token(&key), 0);
    key
}

#[test]
fn a_closed_account_of_the_party_blocks_nothing_but_its_own_claim() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    world.warp(REWARD_MATURITY.default);
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    let key = network.destination(&earned.of);
    let account = world.raw(&key);
    world.put(&key, solana_account::Account::default());
    expect_framework_error(
        network.claim(&earned.of),
        rewards::ID,
        ErrorCode::AccountNotInitialized,
        0,
    );
    world.put(&key, account);
    network.claim(&earned.of).expect("reopened");
}

#[test]
fn claim_and_prove_with_false_accounts_are_refused() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    let (_, other) = network.supplier();
    world.warp(REWARD_MATURITY.default);
    let (index, leaf, proof) = earned.earnings.of(&earned.of);
    let prove = ix::prove_leaf(&network.crank().pubkey(), 1, index, &leaf, proof);
    let roots = addresses::rewards::roots();
    expect_error(
        network.send(with_account(&prove, 1, copy(world, &roots))),
        rewards::ID,
        RewardsError::WrongRoots,
        0,
    );
    let record = prove.accounts[RECORD].pubkey;
    for (key, error) in [
        (
            foreign_copy(world, &record),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (
            addresses::rewards::emission(),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
    ] {
        expect_framework_error(
            network.send(with_account(&prove, RECORD, key)),
            rewards::ID,
            error,
            0,
        );
    }
    expect_error(
        network.send(with_extra(&prove)),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
    let unsigned = without_signature(with_account(&prove, 0, Pubkey::new_unique()), 0);
    expect_framework_error(
        network.send(unsigned),
        rewards::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    network.send(prove).expect("proves");

    let good = network.claim_instruction(&earned.of);
    let own = [
        (1, copy(world, &roots), RewardsError::WrongRoots),
        (3, other.device, RewardsError::WrongDevice),
        (
            4,
            copy(world, &addresses::rewards::emission()),
            RewardsError::WrongEmission,
        ),
        (
            5,
            addresses::ide::reward_vault(),
            RewardsError::WrongDistribution,
        ),
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
            2,
            foreign_copy(world, &record),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (
            2,
            addresses::rewards::emission(),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
        (7, anchor_spl::token_2022::ID, ErrorCode::InvalidProgramId),
    ];
    for (index, key, error) in framework {
        expect_framework_error(
            network.send(with_account(&good, index, key)),
            rewards::ID,
            error,
            0,
        );
    }
    let alias = with_account(&good, 6, addresses::rewards::distribution());
    expect_framework_error(
        network.send(alias),
        rewards::ID,
        ErrorCode::ConstraintDuplicateMutableAccount,
        0,
    );
    expect_error(
        network.send(with_extra(&good)),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
    let unsigned = without_signature(with_account(&good, 0, Pubkey::new_unique()), 0);
    expect_framework_error(
        network.send(unsigned),
        rewards::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    // A ledger that claims more than the lifetime is stopped before any token moves.
    edit::<Emission>(world, &addresses::rewards::emission(), |emission| {
        emission.claimed_io = 1
    });
    expect_error(
        network.send(good.clone()),
        rewards::ID,
        RewardsError::ClaimAboveLifetime,
        0,
    );
    edit::<Emission>(world, &addresses::rewards::emission(), |emission| {
        emission.claimed_io = 0
    });
    edit::<ClaimRecord>(world, &record, |record| record.ledger.burned_io = 1);
    expect_error(
        network.send(good.clone()),
        rewards::ID,
        RewardsError::ClaimAboveLifetime,
        0,
    );
    edit::<ClaimRecord>(world, &record, |record| record.ledger.burned_io = 0);
    network.send(good).expect("unchanged it is fine");
}

#[test]
fn a_donation_to_the_vault_makes_nobody_richer() {
    let network = Network::new();
    let world = &network.world;
    let earned = network.earned();
    let donor = world.wallet(500, 0);
    let gift = anchor_spl::token::spl_token::instruction::transfer(
        &anchor_spl::token::ID,
        &get_associated_token_address(&donor.pubkey(), &network.mint()),
        &addresses::rewards::distribution(),
        &donor.pubkey(),
        &[],
        500,
    )
    .expect("classic token");
    world.send(&donor, &[], &[gift]).expect("anyone can send");
    world.warp(REWARD_MATURITY.default);
    network
        .prove(1, &earned.earnings, &earned.of)
        .expect("proves");
    network.claim(&earned.of).expect("claims");
    assert_eq!(world.io_of(&earned.owner.pubkey()), earned.allocated);

    let sweep = || ix::sweep_excess(&network.crank().pubkey(), &network.mint());
    let y1 = network.vaults().y1_io;
    let record = network.send(sweep()).expect("sweeps");
    assert_eq!(network.vaults().y1_io, y1 + 500);
    network.assert_conserved();
    let event: rewards::events::ExcessSwept = world.event(rewards::ID, &record);
    assert_eq!((event.amount_io, event.owed_io), (500, 0));
    assert_eq!(
        (event.emission, event.actor),
        (addresses::rewards::emission(), network.crank().pubkey())
    );
    assert_eq!(
        (event.seq, event.at),
        (network.emission().event_seq, world.now())
    );
    let deposit: ide::events::RemainderDeposited = world.event(ide::ID, &record);
    assert_eq!((deposit.amount_io, deposit.kind, deposit.hour), (500, 1, 0));
    expect_error(
        network.send(sweep()),
        rewards::ID,
        RewardsError::NothingToSweep,
        0,
    );
    for (index, key, error) in [
        (
            1,
            copy(world, &addresses::rewards::emission()),
            RewardsError::WrongEmission,
        ),
        (2, addresses::ide::pay_io(), RewardsError::WrongDistribution),
        (3, addresses::ide::pay_io(), RewardsError::WrongRewardVault),
        (7, addresses::rewards::emission(), RewardsError::WrongCaller),
    ] {
        expect_error(
            network.send(with_account(sweep(), index, key)),
            rewards::ID,
            error,
            0,
        );
    }
    expect_error(
        network.send(with_extra(sweep())),
        rewards::ID,
        RewardsError::UnexpectedAccounts,
        0,
    );
}
