//! Gives held rewards free (economics §5.4).

use anchor_lang::prelude::*;

use super::records::change_records;
use crate::{constants::*, error::RewardsError, events::RewardsRestored};

/// Arguments of `unforfeit`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct UnforfeitArgs {
    /// Amount to give free of each record in the order of the accounts, IO base units, above 0.
    pub amounts_io: Vec<u64>,
}

/// Caller: the staking program. Remaining accounts: 1 to 5 different claim records, writable.
#[event_cpi]
#[derive(Accounts)]
pub struct Unforfeit<'info> {
    #[account(address = config.staking_caller @ RewardsError::NotStakingCaller)]
    pub caller: Signer<'info>,

    #[account(address = CONFIG @ RewardsError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,
}

/// Lowers `forfeited` of each record; the amount is claimable again under the newest matured root. No
/// token moves.
///
/// Errors: `NotStakingCaller`, `WrongConfig`, `RecordCountOutOfBounds`, `NotARecord`,
/// `DuplicateRecord`, `ZeroAmount`, `AboveHeld`, `ArithmeticOverflow`.
pub fn handle_unforfeit<'info>(
    ctx: Context<'info, Unforfeit<'info>>,
    args: UnforfeitArgs,
) -> Result<()> {
    let records = change_records(
        ctx.remaining_accounts,
        &args.amounts_io,
        |amount| *amount,
        |record, amount| {
            require!(*amount > 0, RewardsError::ZeroAmount);
            record.ledger.release(*amount).map_err(RewardsError::from)?;
            Ok(())
        },
    )?;
    emit_cpi!(RewardsRestored {
        actor: ctx.accounts.caller.key(),
        records,
        at: Clock::get()?.unix_timestamp,
    });
    Ok(())
}
