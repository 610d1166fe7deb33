//! Holds rewards for a slash case (economics §5.3).

use anchor_lang::prelude::*;

use super::records::change_records;
use crate::{constants::*, error::RewardsError, events::RewardsHeld, state::RootRing};

/// Arguments of `forfeit`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ForfeitArgs {
    /// Amount to hold of each record in the order of the accounts, IO base units, above 0.
    pub amounts_io: Vec<u64>,
}

/// Caller: the staking program. Remaining accounts: 1 to 5 different claim records, writable.
#[event_cpi]
#[derive(Accounts)]
pub struct Forfeit<'info> {
    #[account(address = config.staking_caller @ RewardsError::NotStakingCaller)]
    pub caller: Signer<'info>,

    #[account(address = CONFIG @ RewardsError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = ROOTS @ RewardsError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,
}

/// Raises `forfeited` of each record by at most what is unclaimed at the newest accepted root, where
/// it must be proven. No token moves.
///
/// Errors: `NotStakingCaller`, `WrongConfig`, `WrongRoots`, `RecordCountOutOfBounds`, `NotARecord`,
/// `DuplicateRecord`, `ZeroAmount`, `HoldAboveUnclaimed`, `ArithmeticOverflow`.
pub fn handle_forfeit<'info>(ctx: Context<'info, Forfeit<'info>>, args: ForfeitArgs) -> Result<()> {
    let records = {
        let roots = ctx.accounts.roots.load()?;
        change_records(
            ctx.remaining_accounts,
            &args.amounts_io,
            |amount| *amount,
            |record, amount| {
                require!(*amount > 0, RewardsError::ZeroAmount);
                record
                    .ledger
                    .hold(&roots.ring, *amount)
                    .map_err(RewardsError::from)?;
                Ok(())
            },
        )?
    };
    emit_cpi!(RewardsHeld {
        actor: ctx.accounts.caller.key(),
        records,
        at: Clock::get()?.unix_timestamp,
    });
    Ok(())
}
