//! Genesis up to the initialisation of one program, and accounts written by hand.

use ide::state::Epoch;
use ion_client::{history::TransactionRecord, send::SendError};
use ion_migrations::genesis;
use ion_program_tests::World;
pub use ion_program_tests::edits::{
    copy, edit, foreign_copy, with_account, with_extra, without_signature,
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// A world in which genesis has run up to the first instruction of `program`, with that instruction.
pub fn world_before(program: Pubkey) -> (World, Instruction) {
    let world = World::before_genesis();
    for step in genesis::steps(&world.plan).expect("the tables parse") {
        let found = step
            .instructions
            .iter()
            .position(|instruction| instruction.program_id == program);
        let earlier = &step.instructions[..found.unwrap_or(step.instructions.len())];
        if !earlier.is_empty() {
            send_as_signed(&world, earlier)
                .unwrap_or_else(|error| panic!("genesis step {}: {error}", step.name));
        }
        if let Some(found) = found {
            let instruction = step.instructions[found].clone();
            return (world, instruction);
        }
    }
    panic!("genesis has no instruction of {program}");
}

/// Sends instructions signed by the genesis keys that they name as signers.
pub fn send_as_signed(
    world: &World,
    instructions: &[Instruction],
) -> Result<TransactionRecord, SendError> {
    let keys = world.genesis_keys();
    let signs = |key: &&Keypair| {
        let metas = instructions
            .iter()
            .flat_map(|instruction| &instruction.accounts);
        metas
            .into_iter()
            .any(|meta| meta.is_signer && meta.pubkey == key.pubkey())
    };
    let signers: Vec<&Keypair> = keys.iter().filter(signs).collect();
    world.send(&world.authority, &signers, instructions)
}

/// Rewrites an epoch, for a state that no transaction of this test can reach.
pub fn edit_epoch(world: &World, key: &Pubkey, change: impl FnOnce(&mut Epoch)) {
    let mut account = world.raw(key);
    let mut epoch: Epoch = bytemuck::pod_read_unaligned(&account.data[8..]);
    change(&mut epoch);
    account.data[8..].copy_from_slice(bytemuck::bytes_of(&epoch));
    world.put(key, account);
}
