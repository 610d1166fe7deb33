//! What blocks leave over.

use anchor_spl::token;
use ide::{DepositRemainderArgs, accounts, instruction};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::{addresses, instructions::build};

/// Moves IO into the reward vault and its ledger. Signers: the rewards program's caller address and
/// the authority of the source, so that a transaction cannot hold it by itself.
pub fn deposit_remainder(
    caller: &Pubkey,
    source_authority: &Pubkey,
    source: &Pubkey,
    io_mint: &Pubkey,
    args: DepositRemainderArgs,
) -> Instruction {
    build(
        ide::ID,
        accounts::DepositRemainder {
            caller: *caller,
            source_authority: *source_authority,
            source: *source,
            reward_vault: addresses::ide::reward_vault(),
            io_mint: *io_mint,
            config: addresses::registry::config(),
            vaults: addresses::ide::vaults(),
            token_program: token::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::DepositRemainder { args },
    )
}
