//! `initialize` and `init_params`.

use ion_client::{addresses::registry as addresses, instructions::registry as instructions};
use ion_economics::params::{Program as Consumer, registry::GOVERNANCE_TIMELOCK};
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::{
    InitializeArgs,
    error::RegistryError,
    events::{ConfigInitialized, ParamsInitialized, RolesInitialized, VerifierSetChanged},
    state::{ActionKind, Config, Params, Roles, VerifierKeys, VerifierSet},
};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

/// A world with both mints and nothing else.
fn world_with_mints() -> World {
    let world = World::before_genesis();
    for step in ion_migrations::genesis::steps(&world.plan).expect("the tables parse") {
        if step
            .instructions
            .iter()
            .any(|instruction| instruction.program_id == registry::ID)
        {
            return world;
        }
        send_as_signed(&world, &step.instructions).expect("the mints are made");
    }
    world
}

fn args(world: &World) -> InitializeArgs {
    InitializeArgs {
        price_receiver: world.plan.price_receiver,
        price_feed_id: world.plan.price_feed_id,
        staking_program: staking::ID,
        rewards_program: rewards::ID,
        ide_program: ide::ID,
        booking_program: booking::ID,
        roles: world.plan.roles.clone(),
        verifiers: VerifierKeys {
            keys: world.plan.verifiers.clone(),
            threshold: 2,
        },
        governance_timelock_seconds: GOVERNANCE_TIMELOCK.min,
    }
}

fn initialize(world: &World, args: InitializeArgs) -> Instruction {
    instructions::initialize(
        &world.authority.pubkey(),
        &world.plan.io_mint,
        &world.plan.usdc_mint,
        args,
    )
}

fn refused(world: &World, args: InitializeArgs, error: RegistryError) {
    let result = world.send(&world.authority, &[], &[initialize(world, args)]);
    expect_error(result, registry::ID, error, 0);
    assert!(!world.exists(&addresses::config()));
}

#[test]
fn initialize_by_upgrade_authority_creates_the_singletons() {
    let world = world_with_mints();
    let record = world
        .send(&world.authority, &[], &[initialize(&world, args(&world))])
        .expect("it succeeds");

    let config: Config = world.get(&addresses::config());
    assert_eq!(
        (config.io_mint, config.usdc_mint),
        (world.plan.io_mint, world.plan.usdc_mint)
    );
    assert_eq!(config.price_receiver, world.plan.price_receiver);
    assert_eq!(config.price_feed_id, world.plan.price_feed_id);
    assert_eq!(
        config.staking_caller,
        ion_client::addresses::caller(&staking::ID)
    );
    assert_eq!(
        config.rewards_caller,
        ion_client::addresses::caller(&rewards::ID)
    );
    assert_eq!(config.ide_caller, ion_client::addresses::caller(&ide::ID));
    assert_eq!(
        config.booking_caller,
        ion_client::addresses::caller(&booking::ID)
    );
    assert_eq!(
        (
            config.ide_from_hour,
            config.live_classes,
            config.live_exemptions
        ),
        (u64::MAX, 0, 0)
    );
    assert_eq!(
        (
            config.next_action_id,
            config.genesis_sealed_at,
            config.event_seq
        ),
        (0, 0, 1)
    );
    assert!(
        config
            .pauses
            .iter()
            .all(|pause| (pause.paused_until, pause.rearm_at) == (0, 0))
    );

    let roles: Roles = world.get(&addresses::roles());
    assert_eq!(roles.governance.current, world.plan.roles.governance);
    assert_eq!(roles.guardian.current, world.plan.roles.guardian);
    assert_eq!(roles.slasher.current, world.plan.roles.slasher);
    assert_eq!(roles.arbiter.current, world.plan.roles.arbiter);
    assert_eq!(roles.scheduler.current, world.plan.roles.scheduler);
    assert_eq!(
        roles.exemption_admin.current,
        world.plan.roles.exemption_admin
    );
    assert_eq!(roles.governance.proposed, Pubkey::default());

    let set: VerifierSet = world.get(&addresses::verifier_set());
    assert_eq!(set.members(), world.plan.verifiers);
    assert_eq!((set.threshold, set.version), (2, 1));

    let params: Params = world.get(&addresses::params(&registry::ID));
    assert_eq!(params.consumer, Consumer::Registry.to_u8());
    for param in Consumer::Registry.params() {
        let expected = if param.slot == GOVERNANCE_TIMELOCK.slot {
            param.min
        } else {
            param.default
        };
        assert_eq!(params.value(param, world.now()), expected, "{}", param.name);
    }

    let event: ConfigInitialized = world.event(registry::ID, &record);
    assert_eq!(
        (event.config, event.actor),
        (addresses::config(), world.authority.pubkey())
    );
    assert_eq!((event.seq, event.at), (1, world.now()));
    let event: RolesInitialized = world.event(registry::ID, &record);
    assert_eq!(event.arbiter, world.plan.roles.arbiter);
    let event: VerifierSetChanged = world.event(registry::ID, &record);
    assert_eq!(event.new_keys, world.plan.verifiers);
    let event: ParamsInitialized = world.event(registry::ID, &record);
    assert_eq!(event.values, params.values);
}

#[test]
fn initialize_by_a_stranger_is_refused() {
    let world = world_with_mints();
    let stranger = stranger(&world);
    let instruction = instructions::initialize(
        &stranger.pubkey(),
        &world.plan.io_mint,
        &world.plan.usdc_mint,
        args(&world),
    );
    expect_error(
        world.send(&stranger, &[], &[instruction]),
        registry::ID,
        RegistryError::NotUpgradeAuthority,
        0,
    );
}

#[test]
fn initialize_with_data_of_another_program_is_refused() {
    let world = world_with_mints();
    let other = ion_client::addresses::program_data(&staking::ID);
    let instruction = with_account(initialize(&world, args(&world)), 1, other);
    let result = world.send(&world.authority, &[], &[instruction]);
    expect_error(result, registry::ID, RegistryError::WrongProgramData, 0);
}

#[test]
fn initialize_with_swapped_or_freezable_mints_is_refused() {
    let world = world_with_mints();
    let (io, usdc) = (world.plan.io_mint, world.plan.usdc_mint);
    let authority = world.authority.pubkey();
    let wrong_io = instructions::initialize(&authority, &usdc, &usdc, args(&world));
    expect_error(
        world.send(&world.authority, &[], &[wrong_io]),
        registry::ID,
        RegistryError::BadIoMint,
        0,
    );
    let wrong_usdc = instructions::initialize(&authority, &io, &io, args(&world));
    expect_error(
        world.send(&world.authority, &[], &[wrong_usdc]),
        registry::ID,
        RegistryError::BadUsdcMint,
        0,
    );

    let mut freezable = world.raw(&io);
    freezable.data[46] = 1; // tag of the freeze authority in a classic mint
    world.put(&io, freezable);
    refused(&world, args(&world), RegistryError::BadIoMint);
}

#[test]
fn initialize_with_bad_keys_or_timelock_is_refused() {
    let world = world_with_mints();
    let good = args(&world);
    let mut bad = good.clone();
    bad.roles.guardian = Pubkey::default();
    refused(&world, bad, RegistryError::EmptyKey);
    let mut bad = good.clone();
    bad.booking_program = Pubkey::default();
    refused(&world, bad, RegistryError::EmptyKey);
    let mut bad = good.clone();
    bad.price_receiver = Pubkey::default();
    refused(&world, bad, RegistryError::EmptyKey);
    let mut bad = good.clone();
    bad.roles.arbiter = bad.roles.slasher;
    refused(&world, bad, RegistryError::SlasherIsArbiter);
    let mut bad = good.clone();
    bad.verifiers.threshold = 1;
    refused(&world, bad, RegistryError::InvalidVerifierSet);
    let mut bad = good.clone();
    bad.verifiers.keys[1] = bad.verifiers.keys[0];
    refused(&world, bad, RegistryError::DuplicateVerifier);
    let mut bad = good.clone();
    bad.verifiers.keys[1] = Pubkey::default();
    refused(&world, bad, RegistryError::EmptyKey);
    let mut bad = good.clone();
    bad.governance_timelock_seconds = GOVERNANCE_TIMELOCK.min - 1;
    refused(&world, bad, RegistryError::ParamOutOfBounds);
    let mut bad = good;
    bad.governance_timelock_seconds = GOVERNANCE_TIMELOCK.max + 1;
    refused(&world, bad, RegistryError::ParamOutOfBounds);
}

#[test]
fn initialize_twice_is_refused() {
    let world = world_with_mints();
    world
        .send(&world.authority, &[], &[initialize(&world, args(&world))])
        .expect("it succeeds");
    world.warp(1);
    let again = world.send(&world.authority, &[], &[initialize(&world, args(&world))]);
    expect_error(again, registry::ID, 0u32, 0); // the system program: the address is in use
}

fn initialized() -> World {
    let world = world_with_mints();
    world
        .send(&world.authority, &[], &[initialize(&world, args(&world))])
        .expect("it succeeds");
    world
}

#[test]
fn init_params_creates_the_defaults_of_the_program() {
    let world = initialized();
    let authority = world.authority.pubkey();
    for consumer in [
        Consumer::Staking,
        Consumer::Rewards,
        Consumer::Ide,
        Consumer::Booking,
    ] {
        let program = instructions::consumer_program(consumer);
        let instruction = instructions::init_params(&authority, consumer, &program);
        let record = world
            .send(&world.authority, &[], &[instruction])
            .expect("it succeeds");
        let params: Params = world.get(&addresses::params(&program));
        assert_eq!(
            (params.consumer, params.program, params.event_seq),
            (consumer.to_u8(), program, 1)
        );
        for param in consumer.params() {
            assert_eq!(
                params.value(param, world.now()),
                param.default,
                "{}",
                param.name
            );
        }
        let event: ParamsInitialized = world.event(registry::ID, &record);
        assert_eq!(
            (event.consumer, event.program, event.values),
            (consumer.to_u8(), program, params.values)
        );
    }
}

#[test]
fn init_params_for_a_wrong_program_is_refused() {
    let world = initialized();
    let authority = world.authority.pubkey();
    for (consumer, program) in [
        (Consumer::Staking, booking::ID),
        (Consumer::Booking, Pubkey::new_unique()),
        (Consumer::Registry, ide::ID),
    ] {
        let instruction = instructions::init_params(&authority, consumer, &program);
        expect_error(
            world.send(&world.authority, &[], &[instruction]),
            registry::ID,
            RegistryError::WrongConsumer,
            0,
        );
    }
}

#[test]
fn init_params_by_a_stranger_or_with_other_data_is_refused() {
    let world = initialized();
    let stranger = stranger(&world);
    let instruction = instructions::init_params(&stranger.pubkey(), Consumer::Ide, &ide::ID);
    expect_error(
        world.send(&stranger, &[], &[instruction]),
        registry::ID,
        RegistryError::NotUpgradeAuthority,
        0,
    );
    let instruction = instructions::init_params(&world.authority.pubkey(), Consumer::Ide, &ide::ID);
    let instruction = with_account(
        instruction,
        1,
        ion_client::addresses::program_data(&ide::ID),
    );
    expect_error(
        world.send(&world.authority, &[], &[instruction]),
        registry::ID,
        RegistryError::WrongProgramData,
        0,
    );
}

#[test]
fn init_params_with_another_config_is_refused() {
    let world = initialized();
    let clone = Pubkey::new_unique();
    world.put(&clone, world.raw(&addresses::config()));
    let instruction = instructions::init_params(&world.authority.pubkey(), Consumer::Ide, &ide::ID);
    let result = world.send(
        &world.authority,
        &[],
        &[with_account(instruction, 2, clone)],
    );
    expect_framework_error(
        result,
        registry::ID,
        anchor_lang::error::ErrorCode::ConstraintSeeds,
        0,
    );
}

#[test]
fn seal_needs_parameters_of_every_program_and_a_live_class() {
    let seal = ActionKind::SealGenesis;
    let world = unsealed();
    let id = queue(&world, &seal);
    let whole: Config = world.get(&addresses::config());
    assert_eq!(whole.params_made, 0b11111);
    for (made, live) in [(0b01111, 1), (0b10111, 1), (0b11110, 1), (0b11111, 0)] {
        rewrite::<Config>(&world, &addresses::config(), |config| {
            (config.params_made, config.live_classes) = (made, live)
        });
        expect_error(
            execute(&world, id, &seal),
            registry::ID,
            RegistryError::GenesisIncomplete,
            0,
        );
    }
    rewrite::<Config>(&world, &addresses::config(), |config| {
        (config.params_made, config.live_classes) = (0b11111, 1)
    });
    execute(&world, id, &seal).expect("genesis is complete");
}
