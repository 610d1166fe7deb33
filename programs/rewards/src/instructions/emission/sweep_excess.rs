//! Moves tokens that strangers sent to the distribution vault (economics §1.6).

use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};
use ide::RemainderKind;

use crate::{
    constants::*, error::RewardsError, events::ExcessSwept, remainder::RemainderCall,
    state::Emission,
};

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct SweepExcess<'info> {
    pub cranker: Signer<'info>,

    #[account(mut, address = EMISSION @ RewardsError::WrongEmission)]
    pub emission: Box<Account<'info, Emission>>,

    #[account(mut, address = emission.distribution @ RewardsError::WrongDistribution)]
    pub distribution: Box<Account<'info, TokenAccount>>,

    /// CHECK: the reward vault of `ide`, by its fixed address.
    #[account(mut, address = REWARD_VAULT @ RewardsError::WrongRewardVault)]
    pub reward_vault: UncheckedAccount<'info>,

    /// CHECK: ide itself checks the mint.
    pub io_mint: UncheckedAccount<'info>,

    /// CHECK: ide itself checks the registry's configuration.
    pub config: UncheckedAccount<'info>,

    /// CHECK: ide itself checks its ledgers.
    #[account(mut)]
    pub vaults: UncheckedAccount<'info>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ RewardsError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: ide itself checks its event authority.
    pub ide_event_authority: UncheckedAccount<'info>,

    pub ide_program: Program<'info, ide::program::Ide>,
    pub token_program: Program<'info, Token>,
}

impl<'info> SweepExcess<'info> {
    fn remainder(&self) -> RemainderCall<'info> {
        RemainderCall {
            caller: self.caller.to_account_info(),
            emission: self.emission.to_account_info(),
            emission_bump: self.emission.bump,
            distribution: self.distribution.to_account_info(),
            reward_vault: self.reward_vault.to_account_info(),
            io_mint: self.io_mint.to_account_info(),
            config: self.config.to_account_info(),
            vaults: self.vaults.to_account_info(),
            token_program: self.token_program.to_account_info(),
            event_authority: self.ide_event_authority.to_account_info(),
            program: self.ide_program.to_account_info(),
        }
    }
}

/// Moves what the distribution vault holds beyond its ledger to the reward vault.
///
/// Errors: `NothingToSweep`, `WrongEmission`, `WrongDistribution`, `WrongRewardVault`,
/// `WrongCaller`, `ArithmeticOverflow`, those of ide's `deposit_remainder`.
pub fn handle_sweep_excess(ctx: Context<SweepExcess>) -> Result<()> {
    let accounts = &mut *ctx.accounts;
    let owed_io = accounts.emission.owed_io()?;
    let amount_io = accounts
        .distribution
        .amount
        .checked_sub(owed_io)
        .ok_or(RewardsError::ArithmeticOverflow)?;
    require!(amount_io > 0, RewardsError::NothingToSweep);
    let seq = accounts.emission.next_event()?;
    accounts
        .remainder()
        .deposit(amount_io, RemainderKind::Excess, 0)?;

    emit_cpi!(ExcessSwept {
        emission: ctx.accounts.emission.key(),
        actor: ctx.accounts.cranker.key(),
        amount_io,
        owed_io,
        seq,
        at: Clock::get()?.unix_timestamp,
    });
    Ok(())
}
