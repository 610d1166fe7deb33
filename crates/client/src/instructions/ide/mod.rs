//! Instructions of the engine.

mod auction;
mod epoch;
mod hold;
mod payout;
mod rates;
mod remainder;
mod vaults;

pub use auction::*;
pub use epoch::*;
pub use hold::*;
pub use payout::*;
pub use rates::*;
pub use remainder::*;
pub use vaults::*;

use anchor_spl::token;
use ide::{DepositAllowanceArgs, DepositRevenueArgs, OpenEpochArgs, accounts, instruction};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::{addresses, instructions::build};

/// Creates the ledgers and vaults. Signer: the program's upgrade authority, which pays.
pub fn initialize(authority: &Pubkey, io_mint: &Pubkey, usdc_mint: &Pubkey) -> Instruction {
    build(
        ide::ID,
        accounts::Initialize {
            authority: *authority,
            this_program: ide::ID,
            program_data: addresses::program_data(&ide::ID),
            config: addresses::registry::config(),
            io_mint: *io_mint,
            usdc_mint: *usdc_mint,
            vaults: addresses::ide::vaults(),
            reward_vault: addresses::ide::reward_vault(),
            fee_usdc: addresses::ide::fee_usdc(),
            fee_io: addresses::ide::fee_io(),
            pay_io: addresses::ide::pay_io(),
            pay_usdc: addresses::ide::pay_usdc(),
            token_program: token::ID,
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::Initialize {},
    )
}

/// Creates the account of a UTC day. Signer: the payer of its rent, anyone.
pub fn open_epoch(payer: &Pubkey, day: u64) -> Instruction {
    build(
        ide::ID,
        accounts::OpenEpoch {
            payer: *payer,
            params: addresses::registry::params(&ide::ID),
            vaults: addresses::ide::vaults(),
            epoch: addresses::ide::epoch(day),
            system_program: anchor_lang::system_program::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::OpenEpoch {
            args: OpenEpochArgs { day },
        },
    )
}

/// Where revenue comes from and goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueRoute {
    /// Caller address of the booking program; signs.
    pub caller: Pubkey,
    /// Authority of the source; signs.
    pub source_authority: Pubkey,
    /// Token account that pays.
    pub source: Pubkey,
    /// Fee vault of the mint.
    pub fee_vault: Pubkey,
    /// USDC or IO.
    pub mint: Pubkey,
    /// UTC day index of now.
    pub day: u64,
}

/// Moves earned money into the fee vault. Signers: the booking program's caller address and the
/// authority of the source, so that a transaction cannot hold it by itself.
pub fn deposit_revenue(route: &RevenueRoute, args: DepositRevenueArgs) -> Instruction {
    build(
        ide::ID,
        accounts::DepositRevenue {
            caller: route.caller,
            source_authority: route.source_authority,
            source: route.source,
            fee_vault: route.fee_vault,
            mint: route.mint,
            config: addresses::registry::config(),
            vaults: addresses::ide::vaults(),
            epoch: addresses::ide::epoch(route.day),
            token_program: token::ID,
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::DepositRevenue { args },
    )
}

/// Counts the emission of an hour, which must lie in the reward vault already. Signer: the rewards
/// program's caller address, so that a transaction cannot hold it by itself.
pub fn deposit_allowance(caller: &Pubkey, hour: u64, amount_io: u64) -> Instruction {
    build(
        ide::ID,
        accounts::DepositAllowance {
            caller: *caller,
            config: addresses::registry::config(),
            vaults: addresses::ide::vaults(),
            reward_vault: addresses::ide::reward_vault(),
            epoch: addresses::ide::epoch(hour / 24),
            event_authority: addresses::event_authority(&ide::ID),
            program: ide::ID,
        },
        instruction::DepositAllowance {
            args: DepositAllowanceArgs { hour, amount_io },
        },
    )
}
