//! The cap of an hour, the cap of the supply, false accounts.

use super::*;

#[test]
fn e46_release_above_the_cap_is_refused_by_the_guard() {
    let network = Network::new();
    let hour = network.emission().next_hour;
    let amount = emission_of_hour(hour).unwrap();
    network.after(hour);
    // A schedule that claims to be nearly out: what the table says does not fit.
    for (room, fits) in [(amount - 1, false), (amount, true)] {
        edit::<Emission>(
            &network.world,
            &addresses::rewards::emission(),
            |emission| {
                emission.pre_released_io = TOTAL - room;
            },
        );
        match fits {
            false => expect_error(
                network.release(hour, false),
                rewards::ID,
                RewardsError::EmissionAboveCap,
                0,
            ),
            true => drop(network.release(hour, false).expect("fits to the unit")),
        }
    }
}

#[test]
fn release_above_the_supply_cap_is_refused() {
    let network = Network::new();
    let hour = network.emission().next_hour;
    network.after(hour);
    let mut mint = network.world.raw(&network.mint());
    let most = 80_000_000_000_000_000 - (TOTAL - pre_released(hour).unwrap());
    mint.data[36..44].copy_from_slice(&(most + 1).to_le_bytes());
    network.world.put(&network.mint(), mint);
    expect_error(
        network.release(hour, false),
        rewards::ID,
        RewardsError::SupplyAboveCap,
        0,
    );
}

#[test]
fn release_with_false_accounts_is_refused() {
    let network = Network::new();
    let world = &network.world;
    let hour = network.emission().next_hour;
    network.after(hour);
    let good = ix::release_block(&network.crank().pubkey(), &network.mint(), hour, false);
    let params = addresses::registry::params(&rewards::ID);
    let config = addresses::registry::config();
    let emission = addresses::rewards::emission();
    let own = [
        (CONFIG, copy(world, &config), RewardsError::WrongConfig),
        (PARAMS, copy(world, &params), RewardsError::WrongParams),
        (
            PARAMS,
            addresses::registry::params(&ide::ID),
            RewardsError::WrongParams,
        ),
        (
            EMISSION,
            copy(world, &emission),
            RewardsError::WrongEmission,
        ),
        (
            IO_MINT,
            copy(world, &network.mint()),
            RewardsError::WrongMint,
        ),
        (
            DESTINATION,
            addresses::ide::reward_vault(),
            RewardsError::WrongDistribution,
        ),
        (
            DESTINATION,
            copy(world, &addresses::rewards::distribution()),
            RewardsError::WrongDistribution,
        ),
    ];
    for (index, key, error) in own {
        let forged = with_account(&good, index, key);
        expect_error(network.send(forged), rewards::ID, error, 0);
    }
    let framework = [
        (
            CONFIG,
            foreign_copy(world, &config),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (PARAMS, config, ErrorCode::AccountDiscriminatorMismatch),
        (
            EMISSION,
            foreign_copy(world, &emission),
            ErrorCode::AccountOwnedByWrongProgram,
        ),
        (
            EMISSION,
            addresses::rewards::roots(),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
        (
            BLOCK,
            addresses::rewards::block(hour + 1),
            ErrorCode::ConstraintSeeds,
        ),
        (
            TOKEN_PROGRAM,
            anchor_spl::token_2022::ID,
            ErrorCode::InvalidProgramId,
        ),
    ];
    for (index, key, error) in framework {
        let forged = with_account(&good, index, key);
        expect_framework_error(network.send(forged), rewards::ID, error, 0);
    }
    let unsigned = without_signature(with_account(&good, PAYER, Pubkey::new_unique()), PAYER);
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
    assert_eq!(network.emission().next_hour, hour);
    assert!(!world.exists(&addresses::rewards::block(hour)));
    network.send(good).expect("unchanged it is fine");
}
