//! Ends the wait for a summary that does not come (economics §7.1).

use anchor_lang::prelude::*;
use anchor_spl::token::Token;
use ide::RemainderKind;
use ion_economics::{
    block::{check_fail, BlockInput, BlockState},
    params::rewards::BLOCK_DEADLINE,
    units::UnixSeconds,
};
use registry::{
    constants::POLL_SEED,
    state::{Params, Poll},
};

use crate::{
    constants::*,
    error::RewardsError,
    events::BlockFailed,
    remainder::RemainderCall,
    state::{Block, Emission},
};

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct FailBlock<'info> {
    pub cranker: Signer<'info>,

    #[account(address = PARAMS @ RewardsError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    /// CHECK: the poll of the hour at its only address; it may not exist. Read in `attested_at`.
    #[account(
        seeds = [POLL_SEED, BLOCK_SUMMARY_KIND, crate::ID.as_ref(), &block.hour.to_le_bytes()],
        bump,
        seeds::program = registry::ID,
    )]
    pub poll: UncheckedAccount<'info>,

    /// Its hour is compared in the handler; only `release_block` makes accounts of this type.
    #[account(mut)]
    pub block: Box<Account<'info, Block>>,

    #[account(mut, address = EMISSION @ RewardsError::WrongEmission)]
    pub emission: Box<Account<'info, Emission>>,

    /// CHECK: the vault stored in the schedule; the token program reads it.
    #[account(mut, address = emission.distribution @ RewardsError::WrongDistribution)]
    pub distribution: UncheckedAccount<'info>,

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

impl<'info> FailBlock<'info> {
    fn validate(&self, now: i64) -> Result<()> {
        // block
        require!(
            self.block.block_state()? == BlockState::Processing,
            RewardsError::BlockNotProcessing
        );
        require_eq!(
            self.block.hour,
            self.emission.next_final_hour,
            RewardsError::EarlierBlockOpen
        );
        check_fail(
            UnixSeconds::new(self.block.released_at),
            self.params.value(&BLOCK_DEADLINE, now),
            UnixSeconds::new(now),
        )
        .map_err(RewardsError::from)?;
        // poll
        require!(!self.is_attested()?, RewardsError::SummaryAttested);
        Ok(())
    }

    /// Whether the poll of the hour has an attested payload. Its address is fixed, so an account that
    /// the registry does not own was never opened or is closed.
    fn is_attested(&self) -> Result<bool> {
        if *self.poll.owner != registry::ID {
            return Ok(false);
        }
        let data = self.poll.try_borrow_data()?;
        let poll = data
            .get(Poll::DISCRIMINATOR.len()..)
            .and_then(|bytes| bytemuck::try_from_bytes::<Poll>(bytes).ok())
            .ok_or(RewardsError::WrongReport)?;
        Ok(poll.attested_at != 0)
    }

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

/// Fails a block whose hour has no attested summary after the deadline: its worker emission goes to
/// the reward vault and is never paid as block rewards.
///
/// Errors: `BlockNotProcessing`, `EarlierBlockOpen`, `DeadlineNotOver`, `SummaryAttested`,
/// `WrongParams`, `WrongEmission`, `WrongDistribution`, `WrongRewardVault`, `WrongCaller`,
/// `CorruptBlock`, `ArithmeticOverflow`, those of ide's `deposit_remainder`.
pub fn handle_fail_block(ctx: Context<FailBlock>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(now)?;

    let accounts = &mut *ctx.accounts;
    let block = &mut accounts.block;
    let worker = block.worker_io()?;
    block.apply(BlockInput::Silence, now)?;
    block.unallocated_io = worker;
    block.cumulative_allocated_io = accounts.emission.settle(worker, 0)?;
    let (hour, seq) = (block.hour, block.next_event()?);
    let emission_seq = accounts.emission.next_event()?;
    accounts
        .remainder()
        .deposit(worker, RemainderKind::Block, hour)?;

    let block = &ctx.accounts.block;
    emit_cpi!(BlockFailed {
        block: block.key(),
        actor: ctx.accounts.cranker.key(),
        hour,
        unallocated_io: worker,
        cumulative_allocated_io: block.cumulative_allocated_io,
        seq,
        emission_seq,
        at: now,
    });
    Ok(())
}
