//! Instructions of the five programs.
pub mod booking;
pub mod ide;
pub mod registry;
pub mod rewards;
pub mod staking;

use anchor_lang::{InstructionData, ToAccountMetas};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

fn build(
    program: Pubkey,
    accounts: impl ToAccountMetas,
    data: impl InstructionData,
) -> Instruction {
    Instruction {
        program_id: program,
        accounts: accounts.to_account_metas(None),
        data: data.data(),
    }
}

fn with_remaining(
    mut instruction: Instruction,
    metas: impl IntoIterator<Item = AccountMeta>,
) -> Instruction {
    instruction.accounts.extend(metas);
    instruction
}

fn writable(keys: &[Pubkey]) -> impl Iterator<Item = AccountMeta> {
    keys.iter().map(|key| AccountMeta::new(*key, false))
}
