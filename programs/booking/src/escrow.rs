//! Movements out of a booking's escrow: to a token account, and to the fee vault through `ide`.

use anchor_lang::prelude::*;
use anchor_spl::token::{self, CloseAccount, Mint, TransferChecked};

use crate::{
    constants::{CALLER_BUMP, CALLER_SEED},
    state::{booking_seeds, Booking},
};

/// Accounts of a movement out of the escrow; the booking signs.
pub(crate) struct Escrow<'a, 'info> {
    /// The booking, authority of the escrow.
    pub booking: &'a Account<'info, Booking>,
    /// Its token account.
    pub escrow: AccountInfo<'info>,
    /// Mint of its currency.
    pub mint: &'a Account<'info, Mint>,
    /// The token program.
    pub token_program: Pubkey,
}

impl<'info> Escrow<'_, 'info> {
    /// Sends base units to a token account of the same mint; no call for 0.
    pub(crate) fn send(&self, to: AccountInfo<'info>, amount: u64) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        token::transfer_checked(
            CpiContext::new_with_signer(
                self.token_program,
                TransferChecked {
                    from: self.escrow.clone(),
                    mint: self.mint.to_account_info(),
                    to,
                    authority: self.booking.to_account_info(),
                },
                &[&booking_seeds(&self.booking.id, &[self.booking.bump])],
            ),
            amount,
            self.mint.decimals,
        )
    }

    /// Closes the empty escrow; its rent goes to `to`.
    pub(crate) fn close(&self, to: AccountInfo<'info>) -> Result<()> {
        token::close_account(CpiContext::new_with_signer(
            self.token_program,
            CloseAccount {
                account: self.escrow.clone(),
                destination: to,
                authority: self.booking.to_account_info(),
            },
            &[&booking_seeds(&self.booking.id, &[self.booking.bump])],
        ))
    }
}

/// Accounts of a call to `ide`.
pub(crate) struct RevenueCall<'info> {
    /// Token account of the booking.
    pub escrow: AccountInfo<'info>,
    /// Mint of its currency.
    pub mint: AccountInfo<'info>,
    /// Address with which this program signs.
    pub caller: AccountInfo<'info>,
    /// Fee vault of the currency.
    pub fee_vault: AccountInfo<'info>,
    /// Registry's Config.
    pub config: AccountInfo<'info>,
    /// Ledgers of the vaults.
    pub vaults: AccountInfo<'info>,
    /// Epoch of today.
    pub epoch: AccountInfo<'info>,
    /// The token program.
    pub token_program: AccountInfo<'info>,
    /// Event authority of ide.
    pub event_authority: AccountInfo<'info>,
    /// The ide program.
    pub program: AccountInfo<'info>,
}

/// Deposits earned money out of the booking's escrow as revenue of today; `ide` makes the transfer.
/// No call for 0.
pub(crate) fn deposit_revenue<'info>(
    booking: &Account<'info, Booking>,
    call: RevenueCall<'info>,
    args: ide::DepositRevenueArgs,
) -> Result<()> {
    if args.amount == 0 {
        return Ok(());
    }
    ide::cpi::deposit_revenue(
        CpiContext::new_with_signer(
            ide::ID,
            ide::cpi::accounts::DepositRevenue {
                caller: call.caller,
                source_authority: booking.to_account_info(),
                source: call.escrow,
                fee_vault: call.fee_vault,
                mint: call.mint,
                config: call.config,
                vaults: call.vaults,
                epoch: call.epoch,
                token_program: call.token_program,
                event_authority: call.event_authority,
                program: call.program,
            },
            &[
                &[CALLER_SEED, &[CALLER_BUMP]],
                &booking_seeds(&booking.id, &[booking.bump]),
            ],
        ),
        args,
    )
}
