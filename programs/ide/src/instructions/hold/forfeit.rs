//! Holds payouts for a slash case (economics §5.3).

use anchor_lang::prelude::*;

use super::records;
use crate::{constants::*, error::IdeError, events::PayoutsHeld, state::RootRing};

/// Arguments of `forfeit`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ForfeitArgs {
    /// IO base units to hold per record, each above 0, in the order of the records.
    pub amounts_io: Vec<u64>,
}

/// Caller: the staking program. Further accounts: the claim records, writable.
#[event_cpi]
#[derive(Accounts)]
pub struct Forfeit<'info> {
    #[account(address = config.staking_caller @ IdeError::NotStakingCaller)]
    pub caller: Signer<'info>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = ROOTS @ IdeError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,
}

/// Raises what is forfeited of each record by its amount; no token moves.
///
/// Errors: `NotStakingCaller`, `WrongConfig`, `WrongRoots`, `RecordAccounts`, `ZeroAmount`,
/// `HoldAboveUnclaimed`, `ArithmeticOverflow`.
pub fn handle_forfeit<'info>(ctx: Context<'info, Forfeit<'info>>, args: ForfeitArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut accounts = records::load(ctx.remaining_accounts, args.amounts_io.len())?;
    let mut changes = Vec::with_capacity(accounts.len());
    {
        let roots = ctx.accounts.roots.load()?;
        for (record, amount) in accounts.iter_mut().zip(&args.amounts_io) {
            require!(*amount > 0, IdeError::ZeroAmount);
            changes.push(records::update(record, |record| {
                record
                    .ledger
                    .hold(&roots.ring, *amount)
                    .map_err(IdeError::from)
            })?);
        }
    }

    emit_cpi!(PayoutsHeld {
        records: changes,
        at: now,
    });
    Ok(())
}
