//! Short ways of these tests.

use ion_client::{
    addresses::registry as addresses, history::TransactionRecord, instructions::registry as ix,
    send::SendError,
};
use ion_migrations::wallets::Wallets;
use ion_program_tests::World;
use registry::state::{ActionKind, Config};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A development key by its name, with lamports.
pub fn key(world: &World, name: &str) -> Keypair {
    let key = Wallets::Development
        .key(name)
        .expect("development keys are derived");
    world.fund(&key.pubkey());
    key
}

/// A wallet with lamports and no role.
pub fn stranger(world: &World) -> Keypair {
    let key = Keypair::new();
    world.fund(&key.pubkey());
    key
}

/// Sends one instruction that `by` pays and signs.
pub fn send(
    world: &World,
    by: &Keypair,
    instruction: Instruction,
) -> Result<TransactionRecord, SendError> {
    world.send(by, &[], &[instruction])
}

/// Number of the next action.
pub fn next_action(world: &World) -> u64 {
    world.get::<Config>(&addresses::config()).next_action_id
}

/// Queues an action with the governance key.
pub fn queue(world: &World, payload: &ActionKind) -> u64 {
    let id = next_action(world);
    let governance = world.governance.pubkey();
    let queue = ix::queue_action(&governance, &governance, id, payload.clone());
    send(world, &world.governance, queue).expect("the key queues");
    id
}

/// Executes an action as anybody.
pub fn execute(
    world: &World,
    id: u64,
    payload: &ActionKind,
) -> Result<TransactionRecord, SendError> {
    let by = &world.authority;
    send(world, by, ix::execute_action(&by.pubkey(), id, payload))
}

/// Cancels an action as the guardian.
pub fn cancel(world: &World, id: u64) -> Result<TransactionRecord, SendError> {
    let guardian = &world.guardian;
    send(world, guardian, ix::cancel_action(&guardian.pubkey(), id))
}
