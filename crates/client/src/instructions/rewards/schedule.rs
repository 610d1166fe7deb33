//! Instructions on the schedule.

use anchor_spl::token;
use rewards::{InitializeArgs, accounts, instruction};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::{addresses, instructions::build};

/// Hands the IO mint over and fixes the start of the schedule. Signers: the program's upgrade
/// authority, which pays, and the present mint authority of IO.
pub fn initialize(
    authority: &Pubkey,
    mint_authority: &Pubkey,
    io_mint: &Pubkey,
    usdc_mint: &Pubkey,
    start_hour: u64,
) -> Instruction {
    build(
        rewards::ID,
        accounts::Initialize {
            authority: *authority,
            mint_authority: *mint_authority,
            this_program: rewards::ID,
            program_data: addresses::program_data(&rewards::ID),
            config: addresses::registry::config(),
            io_mint: *io_mint,
            usdc_mint: *usdc_mint,
            emission: addresses::rewards::emission(),
            distribution: addresses::rewards::distribution(),
            roots: addresses::rewards::roots(),
            token_program: token::ID,
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::Initialize {
            args: InitializeArgs { start_hour },
        },
    )
}

/// Moves tokens that strangers sent to the distribution vault to the reward vault. Signer: anyone.
pub fn sweep_excess(cranker: &Pubkey, io_mint: &Pubkey) -> Instruction {
    build(
        rewards::ID,
        accounts::SweepExcess {
            cranker: *cranker,
            emission: addresses::rewards::emission(),
            distribution: addresses::rewards::distribution(),
            reward_vault: addresses::ide::reward_vault(),
            io_mint: *io_mint,
            config: addresses::registry::config(),
            vaults: addresses::ide::vaults(),
            caller: addresses::rewards::caller(),
            ide_event_authority: addresses::event_authority(&ide::ID),
            ide_program: ide::ID,
            token_program: token::ID,
            event_authority: addresses::event_authority(&rewards::ID),
            program: rewards::ID,
        },
        instruction::SweepExcess {},
    )
}
