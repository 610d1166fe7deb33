//! The two mints and the token accounts of wallets.

use anchor_spl::{associated_token, token};
use anyhow::Result;
use ion_economics::units::{IO_DECIMALS, USDC_DECIMALS};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use solana_system_interface::instruction as system;
use spl_token_interface::instruction as spl;

use crate::rent::Rent;

/// Bytes of a mint account.
const MINT_BYTES: usize = 82;
/// The instruction of the associated-token program that creates an account unless it exists.
const CREATE_IDEMPOTENT: u8 = 1;

/// One of the two pinned mints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mint {
    /// The IO token.
    Io,
    /// The dollar token.
    Usdc,
}

impl Mint {
    /// Decimals of the mint.
    pub const fn decimals(self) -> u8 {
        match self {
            Self::Io => IO_DECIMALS,
            Self::Usdc => USDC_DECIMALS,
        }
    }
}

/// Creates a mint of the classic token program without freeze authority; `mint` signs too.
pub fn create_mint(
    kind: Mint,
    mint: &Pubkey,
    authority: &Pubkey,
    payer: &Pubkey,
    rent: Rent,
) -> Result<[Instruction; 2]> {
    Ok([
        system::create_account(
            payer,
            mint,
            rent.minimum_balance(MINT_BYTES),
            MINT_BYTES as u64,
            &token::ID,
        ),
        spl::initialize_mint2(&token::ID, mint, authority, None, kind.decimals())?,
    ])
}

/// Mints `amount` base units to a wallet's associated account, which is created if need be.
pub fn mint_to_wallet(
    mint: &Pubkey,
    authority: &Pubkey,
    payer: &Pubkey,
    wallet: &Pubkey,
    amount: u64,
) -> Result<[Instruction; 2]> {
    let account = associated_token::get_associated_token_address(wallet, mint);
    Ok([
        create_associated_account(payer, wallet, mint),
        spl::mint_to(&token::ID, mint, &account, authority, &[], amount)?,
    ])
}

/// Moves `amount` base units between the associated accounts of two wallets; `from` signs.
pub fn transfer(
    kind: Mint,
    mint: &Pubkey,
    from: &Pubkey,
    to: &Pubkey,
    amount: u64,
) -> Result<Instruction> {
    let account = |wallet| associated_token::get_associated_token_address(wallet, mint);
    Ok(spl::transfer_checked(
        &token::ID,
        &account(from),
        mint,
        &account(to),
        from,
        &[],
        amount,
        kind.decimals(),
    )?)
}

/// Creates a wallet's associated token account unless it exists.
pub fn create_associated_account(payer: &Pubkey, wallet: &Pubkey, mint: &Pubkey) -> Instruction {
    let account = associated_token::get_associated_token_address(wallet, mint);
    Instruction {
        program_id: associated_token::ID,
        accounts: vec![
            AccountMeta::new(*payer, true),
            AccountMeta::new(account, false),
            AccountMeta::new_readonly(*wallet, false),
            AccountMeta::new_readonly(*mint, false),
            AccountMeta::new_readonly(solana_sdk_ids::system_program::ID, false),
            AccountMeta::new_readonly(token::ID, false),
        ],
        data: vec![CREATE_IDEMPOTENT],
    }
}
