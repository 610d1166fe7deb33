//! Burns held rewards of a finished slash case (economics §5.4, §16.5).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Burn, Token};
use ion_claims::Hold;
use ion_economics::math;

use super::records::change_records;
use crate::{
    constants::*,
    error::RewardsError,
    events::RewardsBurned,
    state::{Emission, RootRing},
};

/// A hold of a slash case on one record.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurnHold {
    /// What is left of it after the restored part was given free, IO base units, above 0.
    pub amount_io: u64,
    /// Sequence of the root it was proven at.
    pub root_seq: u64,
    /// When the case was proposed, Unix seconds.
    pub proposed_at: i64,
}

/// Arguments of `burn_forfeited`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct BurnForfeitedArgs {
    /// The hold on each record in the order of the accounts.
    pub holds: Vec<BurnHold>,
}

/// Caller: the staking program. Remaining accounts: 1 to 5 different claim records, writable.
#[event_cpi]
#[derive(Accounts)]
pub struct BurnForfeited<'info> {
    #[account(address = config.staking_caller @ RewardsError::NotStakingCaller)]
    pub caller: Signer<'info>,

    #[account(address = CONFIG @ RewardsError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = ROOTS @ RewardsError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,

    #[account(mut, address = EMISSION @ RewardsError::WrongEmission)]
    pub emission: Box<Account<'info, Emission>>,

    /// CHECK: the vault stored in the schedule; the token program reads it.
    #[account(mut, address = emission.distribution @ RewardsError::WrongDistribution)]
    pub distribution: UncheckedAccount<'info>,

    /// CHECK: the mint of the configuration; the token program reads it.
    #[account(mut, address = config.io_mint @ RewardsError::WrongMint)]
    pub io_mint: UncheckedAccount<'info>,

    pub token_program: Program<'info, Token>,
}

impl BurnForfeited<'_> {
    fn burn(&self, amount_io: u64) -> Result<()> {
        if amount_io == 0 {
            return Ok(());
        }
        token::burn(
            CpiContext::new_with_signer(
                self.token_program.key(),
                Burn {
                    mint: self.io_mint.to_account_info(),
                    from: self.distribution.to_account_info(),
                    authority: self.emission.to_account_info(),
                },
                &[&[EMISSION_SEED, &[self.emission.bump]]],
            ),
            amount_io,
        )
    }
}

/// Burns of each hold what the newest matured root still covers and drops the rest of it.
///
/// Errors: `NotStakingCaller`, `WrongConfig`, `WrongRoots`, `WrongEmission`, `WrongDistribution`,
/// `WrongMint`, `RecordCountOutOfBounds`, `NotARecord`, `DuplicateRecord`, `ZeroAmount`,
/// `NoMaturedRoot`, `HoldNotMatured`, `StaleProof`, `AboveHeld`, `ClaimAboveLifetime`,
/// `ArithmeticOverflow`.
pub fn handle_burn_forfeited<'info>(
    ctx: Context<'info, BurnForfeited<'info>>,
    args: BurnForfeitedArgs,
) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut burned_io = 0_u64;
    let records = {
        let roots = ctx.accounts.roots.load()?;
        change_records(
            ctx.remaining_accounts,
            &args.holds,
            |hold| hold.amount_io,
            |record, hold| {
                require!(hold.amount_io > 0, RewardsError::ZeroAmount);
                let hold = Hold {
                    amount_io: hold.amount_io,
                    root_seq: hold.root_seq,
                    proposed_at: hold.proposed_at,
                };
                let burned = record
                    .ledger
                    .burn(&roots.ring, hold, now)
                    .map_err(RewardsError::from)?;
                record.invariant()?;
                burned_io = math::add(burned_io, burned).map_err(RewardsError::from)?;
                Ok(())
            },
        )?
    };
    let emission = &mut ctx.accounts.emission;
    emission.burned_io = math::add(emission.burned_io, burned_io).map_err(RewardsError::from)?;
    emission.owed_io()?;
    let emission_seq = emission.next_event()?;
    ctx.accounts.burn(burned_io)?;

    emit_cpi!(RewardsBurned {
        actor: ctx.accounts.caller.key(),
        records,
        burned_io,
        emission_seq,
        at: now,
    });
    Ok(())
}
