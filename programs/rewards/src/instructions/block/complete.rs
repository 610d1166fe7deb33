//! Divides a block by the attested summary of its hour (economics §7.1, §7.4).

use anchor_lang::prelude::*;
use anchor_spl::token::Token;
use ide::RemainderKind;
use ion_economics::block::{check_counts, BlockInput};
use ion_merkle::{report::ReportKind, summary::BlockSummary};
use registry::state::Poll;

use crate::{
    checks,
    constants::*,
    error::RewardsError,
    events::{BlockCompleted, U64Change},
    remainder::RemainderCall,
    state::{Block, DeviceCounts, Emission, PoolTotals},
};

/// Arguments of `complete_block`: the summary that the verifiers attested for the block's hour.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CompleteBlockArgs {
    /// Devices of the hour.
    pub counts: DeviceCounts,
    /// The Enterprise pool.
    pub enterprise: PoolTotals,
    /// The Community pool.
    pub community: PoolTotals,
    /// Hash of the list of devices and their results.
    pub device_list: [u8; 32],
    /// Hash of the evidence bundle.
    pub bundle: [u8; 32],
}

/// Caller: anyone; the report fixes everything. What the pools leave over goes to the reward vault.
#[event_cpi]
#[derive(Accounts)]
pub struct CompleteBlock<'info> {
    pub cranker: Signer<'info>,

    /// The identity is compared in the handler; only `open_poll` makes accounts of this type, each at
    /// the address of its identity.
    pub poll: AccountLoader<'info, Poll>,

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

impl<'info> CompleteBlock<'info> {
    /// Checks order, report and counts; returns the attested hash.
    fn validate(&self, args: &CompleteBlockArgs) -> Result<[u8; 32]> {
        // block
        require!(
            self.block.block_state()? == ion_economics::block::BlockState::Processing,
            RewardsError::BlockNotProcessing
        );
        require_eq!(
            self.block.hour,
            self.emission.next_final_hour,
            RewardsError::EarlierBlockOpen
        );
        // poll
        let payload = BlockSummary {
            hour: self.block.hour,
            nominated: args.counts.nominated,
            succeeded: args.counts.succeeded,
            failed: args.counts.failed,
            verified_cpus: args.counts.verified_cpus,
            verified_gpus: args.counts.verified_gpus,
            enterprise: args.enterprise.to_summary(),
            community: args.community.to_summary(),
            device_list: args.device_list,
            bundle: args.bundle,
        }
        .encode();
        let (_, report) = checks::attested(
            &*self.poll.load()?,
            ReportKind::BlockSummary,
            &crate::ID,
            self.block.hour,
            &payload,
        )?;
        // args
        check_counts(
            args.counts.nominated,
            args.counts.succeeded,
            args.counts.failed,
            [args.enterprise.paid_devices, args.community.paid_devices],
        )
        .map_err(RewardsError::from)?;
        Ok(report)
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

/// Stores what the devices of the hour came to and moves what is not allocated to the reward vault.
/// A fixed sequence has no time limit: an attested summary is accepted however late.
///
/// Errors: `BlockNotProcessing`, `EarlierBlockOpen`, `WrongReport`, `ReportNotAttested`,
/// `WrongPayload`, `CountsContradict`, `AllocationAbovePool`, `AllocationBelowPool`,
/// `WrongEmission`, `WrongDistribution`, `WrongRewardVault`, `WrongCaller`, `CorruptBlock`,
/// `ArithmeticOverflow`, those of ide's `deposit_remainder`.
pub fn handle_complete_block(ctx: Context<CompleteBlock>, args: CompleteBlockArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let report = ctx.accounts.validate(&args)?;

    let accounts = &mut *ctx.accounts;
    let block = &mut accounts.block;
    let (allocated, left) = block.allocate(args.enterprise, args.community)?;
    block.apply(BlockInput::Summary, now)?;
    let old = accounts.emission.allocated_io;
    let new = accounts.emission.settle(block.worker_io()?, allocated)?;
    block.cumulative_allocated_io = new;
    block.counts = args.counts;
    block.device_list = args.device_list;
    block.bundle = args.bundle;
    block.report = report;
    let (hour, seq) = (block.hour, block.next_event()?);
    let emission_seq = accounts.emission.next_event()?;
    accounts
        .remainder()
        .deposit(left, RemainderKind::Block, hour)?;

    let block = &ctx.accounts.block;
    emit_cpi!(BlockCompleted {
        block: block.key(),
        actor: ctx.accounts.cranker.key(),
        poll: ctx.accounts.poll.key(),
        hour,
        counts: block.counts,
        enterprise: block.enterprise,
        community: block.community,
        unallocated_io: left,
        cumulative_allocated_io: U64Change { old, new },
        device_list: block.device_list,
        bundle: block.bundle,
        report,
        seq,
        emission_seq,
        at: now,
    });
    Ok(())
}
