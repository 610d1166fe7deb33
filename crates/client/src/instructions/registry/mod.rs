//! Instructions of the registry.

mod called;
mod device;
mod exemption;
mod genesis;
mod governance;
mod poll;

pub use called::*;
pub use device::*;
pub use exemption::*;
pub use genesis::*;
pub use governance::*;
pub use poll::*;

use anchor_lang::{InstructionData, ToAccountMetas};
use solana_instruction::Instruction;

fn build(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    Instruction {
        program_id: registry::ID,
        accounts: accounts.to_account_metas(None),
        data: data.data(),
    }
}
