//! Singletons and parameters.

use crate::addresses;
use crate::instructions::build;
use ::registry::{InitParamsArgs, InitializeArgs, accounts, instruction};
use ion_economics::params::Program as Consumer;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// Creates configuration, roles, verifier set and the registry's own parameters. Signer: the
/// program's upgrade authority, which pays.
pub fn initialize(
    authority: &Pubkey,
    io_mint: &Pubkey,
    usdc_mint: &Pubkey,
    args: InitializeArgs,
) -> Instruction {
    build(
        registry::ID,
        accounts::Initialize {
            authority: *authority,
            program_data: addresses::program_data(&registry::ID),
            io_mint: *io_mint,
            usdc_mint: *usdc_mint,
            config: addresses::registry::config(),
            roles: addresses::registry::roles(),
            verifiers: addresses::registry::verifier_set(),
            params: addresses::registry::params(&registry::ID),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::Initialize { args },
    )
}

/// Creates the parameters of a consuming program other than the registry. Signer: the program's
/// upgrade authority, which pays.
pub fn init_params(authority: &Pubkey, consumer: Consumer, program: &Pubkey) -> Instruction {
    build(
        registry::ID,
        accounts::InitParams {
            authority: *authority,
            program_data: addresses::program_data(&registry::ID),
            config: addresses::registry::config(),
            params: addresses::registry::params(program),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::registry::event_authority(),
            program: registry::ID,
        },
        instruction::InitParams {
            args: InitParamsArgs {
                consumer: consumer.to_u8(),
                program: *program,
            },
        },
    )
}

/// Id of the program that a parameter's consumer is.
pub fn consumer_program(consumer: Consumer) -> Pubkey {
    match consumer {
        Consumer::Registry => registry::ID,
        Consumer::Staking => staking::ID,
        Consumer::Rewards => rewards::ID,
        Consumer::Ide => ide::ID,
        Consumer::Booking => booking::ID,
    }
}
