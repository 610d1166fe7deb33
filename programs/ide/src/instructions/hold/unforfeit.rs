//! Drops holds of a slash case (economics §5.4).

use anchor_lang::prelude::*;

use super::records;
use crate::{constants::*, error::IdeError, events::HoldsReleased};

/// Arguments of `unforfeit`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct UnforfeitArgs {
    /// IO base units to drop per record, each above 0, in the order of the records.
    pub amounts_io: Vec<u64>,
}

/// Caller: the staking program. Further accounts: the claim records, writable.
#[event_cpi]
#[derive(Accounts)]
pub struct Unforfeit<'info> {
    #[account(address = config.staking_caller @ IdeError::NotStakingCaller)]
    pub caller: Signer<'info>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,
}

/// Lowers what is forfeited of each record by its amount; no token moves.
///
/// Errors: `NotStakingCaller`, `WrongConfig`, `RecordAccounts`, `ZeroAmount`, `AboveHeld`,
/// `ArithmeticOverflow`.
pub fn handle_unforfeit<'info>(
    ctx: Context<'info, Unforfeit<'info>>,
    args: UnforfeitArgs,
) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut accounts = records::load(ctx.remaining_accounts, args.amounts_io.len())?;
    let mut changes = Vec::with_capacity(accounts.len());
    for (record, amount) in accounts.iter_mut().zip(&args.amounts_io) {
        require!(*amount > 0, IdeError::ZeroAmount);
        changes.push(records::update(record, |record| {
            record.ledger.release(*amount).map_err(IdeError::from)
        })?);
    }

    emit_cpi!(HoldsReleased {
        records: changes,
        at: now,
    });
    Ok(())
}
