//! Mints the emission of the next hour (economics §6.2, §6.3, §7.4).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, MintTo, Token};
use ide::program::Ide;
use ion_economics::{
    block::{check_release, BlockState},
    emission::{emission_of_hour, END_HOUR},
    params::{
        rewards::{POOL_ENTERPRISE_BPS, RELEASE_SLACK, SAFETY_MODULE_BPS, W_HIRED, W_HW, W_TIER},
        Param,
    },
    reward::Pools,
    units::{Bps, Io, UnixSeconds},
};
use registry::{
    constants::CALLER_SEED,
    state::{Config, Params},
};

use crate::{
    constants::*,
    error::RewardsError,
    events::{BlockReleased, U64Change},
    state::{Block, DeviceCounts, Emission, PoolTotals, ScoreWeights},
};

/// Arguments of `release_block`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ReleaseBlockArgs {
    /// Hour index: the next one of the schedule.
    pub hour: u64,
}

/// Caller: anyone; the payer is recorded for the return of the rent. Hour, amount and destination
/// follow from the schedule. An hour of mode `Ide` also names the accounts of the engine, whose epoch
/// must be open.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: ReleaseBlockArgs)]
pub struct ReleaseBlock<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(address = CONFIG @ RewardsError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ RewardsError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut, address = EMISSION @ RewardsError::WrongEmission)]
    pub emission: Box<Account<'info, Emission>>,

    #[account(mut, address = config.io_mint @ RewardsError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    /// CHECK: the distribution vault, in mode `Ide` the reward vault; address in `validate`.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,

    #[account(
        init,
        payer = payer,
        space = Block::SPACE,
        seeds = [BLOCK_SEED, &args.hour.to_le_bytes()],
        bump,
    )]
    pub block: Box<Account<'info, Block>>,

    pub token_program: Program<'info, Token>,
    pub system_program: Program<'info, System>,

    /// CHECK: mode `Ide`: the address with which this program signs.
    #[account(address = CALLER @ RewardsError::WrongCaller)]
    pub caller: Option<UncheckedAccount<'info>>,

    /// CHECK: mode `Ide`: ide itself checks its ledgers.
    #[account(mut)]
    pub vaults: Option<UncheckedAccount<'info>>,

    /// CHECK: mode `Ide`: ide itself checks the epoch of the hour.
    #[account(mut)]
    pub epoch: Option<UncheckedAccount<'info>>,

    /// CHECK: mode `Ide`: ide itself checks its event authority.
    pub ide_event_authority: Option<UncheckedAccount<'info>>,

    pub ide_program: Option<Program<'info, Ide>>,
}

impl<'info> ReleaseBlock<'info> {
    fn validate(&self, args: &ReleaseBlockArgs, now: UnixSeconds) -> Result<()> {
        // args
        require_eq!(args.hour, self.emission.next_hour, RewardsError::WrongHour);
        let slack = self.params.value(&RELEASE_SLACK, now.get());
        check_release(args.hour, slack, now).map_err(RewardsError::from)?;
        // destination
        if self.config.is_ide_hour(args.hour) {
            require_keys_eq!(
                self.destination.key(),
                REWARD_VAULT,
                RewardsError::WrongRewardVault
            );
        } else {
            require_keys_eq!(
                self.destination.key(),
                self.emission.distribution,
                RewardsError::WrongDistribution
            );
        }
        Ok(())
    }

    /// Safety share and pools by the parameters of now.
    fn pools(&self, emission_io: u64, now: i64) -> Result<Pools> {
        let bps = |param: &Param| {
            u16::try_from(self.params.value(param, now))
                .ok()
                .and_then(Bps::new)
                .ok_or(RewardsError::ArithmeticOverflow)
        };
        Ok(Pools::split(
            Io::from_base_units(emission_io),
            bps(&SAFETY_MODULE_BPS)?,
            bps(&POOL_ENTERPRISE_BPS)?,
        )
        .map_err(RewardsError::from)?)
    }

    fn weights(&self, now: i64) -> Result<ScoreWeights> {
        let weight = |param: &Param| {
            u32::try_from(self.params.value(param, now))
                .map_err(|_| RewardsError::ArithmeticOverflow)
        };
        Ok(ScoreWeights {
            tier: weight(&W_TIER)?,
            hardware: weight(&W_HW)?,
            hired: weight(&W_HIRED)?,
        })
    }

    fn mint(&self, amount_io: u64) -> Result<()> {
        if amount_io == 0 {
            return Ok(());
        }
        token::mint_to(
            CpiContext::new_with_signer(
                self.token_program.key(),
                MintTo {
                    mint: self.io_mint.to_account_info(),
                    to: self.destination.to_account_info(),
                    authority: self.emission.to_account_info(),
                },
                &[&[EMISSION_SEED, &[self.emission.bump]]],
            ),
            amount_io,
        )
    }

    /// Tells the engine what was minted into its vault.
    fn deposit_allowance(&self, hour: u64, amount_io: u64) -> Result<()> {
        let (Some(caller), Some(vaults), Some(epoch), Some(event_authority), Some(program)) = (
            &self.caller,
            &self.vaults,
            &self.epoch,
            &self.ide_event_authority,
            &self.ide_program,
        ) else {
            return err!(RewardsError::EngineAccountsMissing);
        };
        ide::cpi::deposit_allowance(
            CpiContext::new_with_signer(
                ide::ID,
                ide::cpi::accounts::DepositAllowance {
                    caller: caller.to_account_info(),
                    config: self.config.to_account_info(),
                    vaults: vaults.to_account_info(),
                    reward_vault: self.destination.to_account_info(),
                    epoch: epoch.to_account_info(),
                    event_authority: event_authority.to_account_info(),
                    program: program.to_account_info(),
                },
                &[&[CALLER_SEED, &[CALLER_BUMP]]],
            ),
            ide::DepositAllowanceArgs { hour, amount_io },
        )
    }
}

/// Mints the emission of the next hour and opens its block. In mode `Schedule` it goes to the
/// distribution vault and is divided into safety share and pools; in mode `Ide` it goes whole to the
/// reward vault as allowance of the hour's epoch. After the schedule the amount is 0.
///
/// Errors: `WrongConfig`, `WrongParams`, `WrongEmission`, `WrongMint`, `WrongHour`,
/// `BlockNotReleasable`, `WrongDistribution`, `WrongRewardVault`, `EngineAccountsMissing`,
/// `EmissionAboveCap`, `SupplyAboveCap`, `ArithmeticOverflow`, those of ide's `deposit_allowance`.
pub fn handle_release_block(ctx: Context<ReleaseBlock>, args: ReleaseBlockArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(&args, UnixSeconds::new(now))?;
    let emission_io = emission_of_hour(args.hour).map_err(RewardsError::from)?;
    let is_ide = ctx.accounts.config.is_ide_hour(args.hour);
    let state = BlockState::released(is_ide, args.hour >= END_HOUR);
    let weights = ctx.accounts.weights(now)?;
    let parts = if state == BlockState::Processing {
        Some(ctx.accounts.pools(emission_io, now)?)
    } else {
        None
    };

    let accounts = &mut *ctx.accounts;
    accounts.block.set_inner(Block {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.block,
        state: state.code(),
        hour: args.hour,
        released_at: now,
        settled_at: 0,
        emission_io,
        safety_io: 0,
        enterprise_io: 0,
        community_io: 0,
        weights,
        counts: DeviceCounts::default(),
        enterprise: PoolTotals::default(),
        community: PoolTotals::default(),
        unallocated_io: 0,
        cumulative_allocated_io: 0,
        report: [0; 32],
        device_list: [0; 32],
        bundle: [0; 32],
        payer: accounts.payer.key(),
        event_seq: 1,
        _reserved: [0; 32],
    });
    if let Some(parts) = &parts {
        accounts.block.set_pools(parts);
    }
    let old = accounts.emission.released_io;
    // Supply before the mint and what was still to come: both sides of the mint at once.
    accounts.emission.invariant(accounts.io_mint.supply)?;
    accounts.emission.release(emission_io, parts.as_ref())?;
    let emission_seq = accounts.emission.next_event()?;
    let released_io = U64Change {
        old,
        new: accounts.emission.released_io,
    };
    accounts.mint(emission_io)?;
    if is_ide {
        accounts.deposit_allowance(args.hour, emission_io)?;
    }

    let block = &ctx.accounts.block;
    emit_cpi!(BlockReleased {
        block: block.key(),
        payer: block.payer,
        hour: block.hour,
        state: block.state,
        emission_io,
        safety_io: block.safety_io,
        enterprise_io: block.enterprise_io,
        community_io: block.community_io,
        weights,
        destination: ctx.accounts.destination.key(),
        released_io,
        seq: block.event_seq,
        emission_seq,
        at: now,
    });
    Ok(())
}
