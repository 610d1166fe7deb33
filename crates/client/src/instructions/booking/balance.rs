//! Balances that are pulled.

use super::excess_vault;
use crate::addresses;
use crate::instructions::build;
use ::booking::{ID, PullPayDueArgs, accounts, instruction};
use ion_economics::booking::Currency;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// Sends the payer's balance. Signer: the payer, to any token account of it; anyone, to its
/// associated account.
pub fn pull_refund(
    by: &Pubkey,
    booking: &Pubkey,
    mint: &Pubkey,
    destination: &Pubkey,
) -> Instruction {
    build(
        ::booking::ID,
        accounts::PullRefund {
            by: *by,
            booking: *booking,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            destination: *destination,
            tne: addresses::booking::tne_totals_of(booking),
            token_program: anchor_spl::token::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::PullRefund {},
    )
}

/// Sends the undelivered pay of a line. Signer: the payout wallet of its device, to any token account
/// of it, or anyone, to the wallet's associated account.
pub fn pull_pay_due(
    by: &Pubkey,
    booking: &Pubkey,
    line: u8,
    device: &Pubkey,
    mint: &Pubkey,
    destination: &Pubkey,
) -> Instruction {
    build(
        ::booking::ID,
        accounts::PullPayDue {
            by: *by,
            booking: *booking,
            device: *device,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            destination: *destination,
            token_program: anchor_spl::token::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::PullPayDue {
            args: PullPayDueArgs { line },
        },
    )
}

/// Moves what strangers sent to the escrow into the vault that keeps it. Signer: anyone.
pub fn sweep_excess(
    by: &Pubkey,
    booking: &Pubkey,
    currency: Currency,
    mint: &Pubkey,
) -> Instruction {
    build(
        ::booking::ID,
        accounts::SweepExcess {
            by: *by,
            booking: *booking,
            escrow: addresses::booking::escrow(booking),
            mint: *mint,
            excess_vault: excess_vault(currency),
            token_program: anchor_spl::token::ID,
            event_authority: addresses::event_authority(&ID),
            program: ID,
        },
        instruction::SweepExcess {},
    )
}
