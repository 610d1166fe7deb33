//! Instructions on the vaults and on what carries over from epoch to epoch.

use anchor_spl::token;
use ide::{FundArgs, accounts, instruction};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::{
    addresses,
    instructions::{build, with_remaining},
};

/// Creates the engine and the ring of payout roots. Signer: the program's upgrade authority, which
/// pays.
pub fn initialize_engine(authority: &Pubkey) -> Instruction {
    build(
        ide::ID,
        accounts::InitializeEngine {
            authority: *authority,
            this_program: ide::ID,
            program_data: addresses::program_data(&ide::ID),
            vaults: addresses::ide::vaults(),
            engine: addresses::ide::engine(),
            roots: addresses::ide::roots(),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::InitializeEngine {},
    )
}

/// The engine's vault that takes a mint from the outside: the fee vault for USDC, else the reward
/// vault.
fn entry(mint: &Pubkey, usdc_mint: &Pubkey) -> Pubkey {
    if mint == usdc_mint {
        addresses::ide::fee_usdc()
    } else {
        addresses::ide::reward_vault()
    }
}

/// Gives the engine tokens. Signer: the funder, authority of `source`.
pub fn fund(
    funder: &Pubkey,
    source: &Pubkey,
    mint: &Pubkey,
    usdc_mint: &Pubkey,
    amount: u64,
) -> Instruction {
    build(
        ide::ID,
        accounts::Fund {
            funder: *funder,
            config: addresses::registry::config(),
            vaults: addresses::ide::vaults(),
            source: *source,
            vault: entry(mint, usdc_mint),
            mint: *mint,
            token_program: token::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::Fund {
            args: FundArgs { amount },
        },
    )
}

/// Takes tokens above a vault's ledger into the ledgers. Signer: none. `unsealed` are all days from
/// the next to seal up to today.
pub fn sweep_excess(
    vault: &Pubkey,
    mint: &Pubkey,
    usdc_mint: &Pubkey,
    unsealed: impl IntoIterator<Item = u64>,
) -> Instruction {
    with_remaining(
        build(
            ide::ID,
            accounts::SweepExcess {
                config: addresses::registry::config(),
                vaults: addresses::ide::vaults(),
                engine: addresses::ide::engine(),
                vault: *vault,
                destination: entry(mint, usdc_mint),
                mint: *mint,
                token_program: token::ID,
                event_authority: addresses::event_authority(&ide::ID),
                program: ide::ID,
            },
            instruction::SweepExcess {},
        ),
        unsealed
            .into_iter()
            .map(|day| AccountMeta::new_readonly(addresses::ide::epoch(day), false)),
    )
}
