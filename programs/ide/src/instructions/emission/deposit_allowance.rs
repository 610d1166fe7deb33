//! Counts the emission of an hour as allowance of its epoch (economics §1.7 F1, §6.3, §10.2).

use anchor_lang::prelude::*;
use anchor_spl::token::TokenAccount;

use crate::{
    constants::*,
    error::IdeError,
    events::{AllowanceDeposited, U64Change},
    state::{Epoch, Vaults},
};

/// Hours of an epoch.
const HOURS_PER_DAY: u64 = 24;

/// Arguments of `deposit_allowance`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct DepositAllowanceArgs {
    /// Hour index of the block.
    pub hour: u64,
    /// IO base units that were minted into the reward vault before the call; 0 once the schedule is
    /// exhausted.
    pub amount_io: u64,
}

/// Caller: the rewards program, in the instruction that mints the amount.
#[event_cpi]
#[derive(Accounts)]
pub struct DepositAllowance<'info> {
    #[account(address = config.rewards_caller @ IdeError::NotRewardsCaller)]
    pub caller: Signer<'info>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(mut, address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    #[account(address = vaults.reward_vault @ IdeError::WrongRewardVault)]
    pub reward_vault: Box<Account<'info, TokenAccount>>,

    /// The day is compared in the handler; only `open_epoch` makes accounts of this type, one a day.
    #[account(mut)]
    pub epoch: AccountLoader<'info, Epoch>,
}

/// Adds the emission of an hour to its epoch, each hour once and in any state before sealing. The
/// vault must hold the ledger and all waiting emission, so that nothing is counted without tokens.
///
/// Errors: `NotRewardsCaller`, `WrongConfig`, `WrongVaults`, `WrongRewardVault`,
/// `AllowanceBeforeSwitch`, `WrongAllowanceDay`, `EpochSealed`, `HourAlreadyDeposited`,
/// `VaultBelowLedger`, `ArithmeticOverflow`.
pub fn handle_deposit_allowance(
    ctx: Context<DepositAllowance>,
    args: DepositAllowanceArgs,
) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = &mut *ctx.accounts;
    require!(
        accounts.config.is_ide_hour(args.hour),
        IdeError::AllowanceBeforeSwitch
    );
    let (day, hour) = (
        args.hour.div_euclid(HOURS_PER_DAY),
        args.hour.rem_euclid(HOURS_PER_DAY),
    );
    let (emission_io, hours_deposited, seq) = {
        let mut epoch = accounts.epoch.load_mut()?;
        require_eq!(epoch.day, day, IdeError::WrongAllowanceDay);
        let old = epoch.emission_io;
        epoch.add_emission(hour, args.amount_io)?;
        let new = epoch.emission_io;
        (
            U64Change { old, new },
            epoch.hours_deposited,
            epoch.next_event()?,
        )
    };
    let vaults = &mut accounts.vaults;
    let waiting_io = vaults.add_waiting(args.amount_io)?;
    vaults.check_reward_vault(accounts.reward_vault.amount)?;

    emit_cpi!(AllowanceDeposited {
        epoch: ctx.accounts.epoch.key(),
        day,
        hour: args.hour,
        amount_io: args.amount_io,
        emission_io,
        hours_deposited,
        waiting_io,
        seq,
        at: now,
    });
    Ok(())
}
