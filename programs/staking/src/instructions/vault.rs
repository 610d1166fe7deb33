//! Transfers into and out of a device's vault.

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, Token, TokenAccount, TransferChecked};
use ion_economics::units::Io;

use crate::{constants::STAKE_SEED, state::DeviceStake};

/// Takes `amount` from a signer's token account into the vault.
pub(crate) fn take<'info>(
    amount: Io,
    source: &Account<'info, TokenAccount>,
    authority: &Signer<'info>,
    vault: &Account<'info, TokenAccount>,
    mint: &Account<'info, Mint>,
    token_program: &Program<'info, Token>,
) -> Result<()> {
    token::transfer_checked(
        CpiContext::new(
            token_program.key(),
            TransferChecked {
                from: source.to_account_info(),
                mint: mint.to_account_info(),
                to: vault.to_account_info(),
                authority: authority.to_account_info(),
            },
        ),
        amount.base_units(),
        mint.decimals,
    )
}

/// Pays `amount` out of the vault; the device's stake account signs.
pub(crate) fn pay<'info>(
    amount: Io,
    stake: &Account<'info, DeviceStake>,
    vault: &Account<'info, TokenAccount>,
    destination: &Account<'info, TokenAccount>,
    mint: &Account<'info, Mint>,
    token_program: &Program<'info, Token>,
) -> Result<()> {
    let seeds: &[&[u8]] = &[STAKE_SEED, stake.device.as_ref(), &[stake.bump]];
    token::transfer_checked(
        CpiContext::new_with_signer(
            token_program.key(),
            TransferChecked {
                from: vault.to_account_info(),
                mint: mint.to_account_info(),
                to: destination.to_account_info(),
                authority: stake.to_account_info(),
            },
            &[seeds],
        ),
        amount.base_units(),
        mint.decimals,
    )
}
