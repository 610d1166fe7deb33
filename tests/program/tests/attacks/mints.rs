//! Token-2022: mints of that program are refused where the two mints are pinned, whatever they carry.

use anchor_lang::error::ErrorCode;
use ion_client::instructions::registry as instructions;
use ion_economics::params::registry::GOVERNANCE_TIMELOCK;
use ion_program_tests::{World, expect_framework_error};
use registry::{InitializeArgs, state::VerifierKeys};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// The program of extended tokens.
const TOKEN_2022: Pubkey = solana_pubkey::pubkey!("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// Bytes of a classic mint, and of the base that extensions follow.
const MINT: usize = 82;
const BASE: usize = 165;
/// Mark of a mint behind the base.
const MINT_MARK: u8 = 1;
/// Extensions that let somebody take, stop or tax tokens, by number and bytes: transfer fee, close
/// authority, confidential transfers, frozen by default, not transferable, interest, permanent delegate,
/// transfer hook, pausable.
const DANGEROUS: [(u16, u16); 9] = [
    (1, 108),
    (3, 32),
    (4, 65),
    (6, 1),
    (9, 0),
    (10, 52),
    (12, 32),
    (14, 64),
    (26, 33),
];

fn initialize(world: &World) -> solana_instruction::Instruction {
    let args = InitializeArgs {
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
    };
    instructions::initialize(
        &world.authority.pubkey(),
        &world.plan.io_mint,
        &world.plan.usdc_mint,
        args,
    )
}

/// A world with both mints and nothing of the registry.
fn with_mints() -> World {
    let world = World::before_genesis();
    let keys = world.genesis_keys();
    for step in ion_migrations::genesis::steps(&world.plan).expect("the tables parse") {
        if step
            .instructions
            .iter()
            .any(|instruction| instruction.program_id == registry::ID)
        {
            break;
        }
        let signers: Vec<_> = keys
            .iter()
            .filter(|key| step.needs(&key.pubkey()))
            .collect();
        world
            .send(&world.authority, &signers, &step.instructions)
            .expect("the mints are made");
    }
    world
}

#[test]
fn mints_with_token_2022_extensions_are_refused_at_genesis() {
    let world = with_mints();
    for mint in [world.plan.io_mint, world.plan.usdc_mint] {
        let classic = world.raw(&mint);
        assert_eq!(classic.data.len(), MINT);
        let plain = std::iter::once(Vec::new());
        let extended = DANGEROUS.iter().map(|(kind, bytes)| {
            let mut data = vec![0; BASE - MINT];
            data.push(MINT_MARK);
            data.extend_from_slice(&kind.to_le_bytes());
            data.extend_from_slice(&bytes.to_le_bytes());
            data.resize(data.len() + usize::from(*bytes), 7);
            data
        });
        for behind in plain.chain(extended) {
            let mut foreign = classic.clone();
            foreign.owner = TOKEN_2022;
            foreign.data.extend_from_slice(&behind);
            foreign.lamports *= 4;
            world.put(&mint, foreign);
            expect_framework_error(
                world.send(&world.authority, &[], &[initialize(&world)]),
                registry::ID,
                ErrorCode::AccountOwnedByWrongProgram,
                0,
            );
        }
        world.put(&mint, classic);
    }
    world
        .send(&world.authority, &[], &[initialize(&world)])
        .expect("the classic mints are taken");
}
