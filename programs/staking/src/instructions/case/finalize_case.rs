//! Fixes the outcome of a case and burns what is to be burned of its stake legs (economics §5.4).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Burn, Mint, Token, TokenAccount};
use ion_economics::{
    math::mul_div_floor,
    slash::{CaseInput, CaseState},
    units::{UnixSeconds, BPS_ONE},
};
use registry::state::{Device, Roles, VerifierSet};

use super::{callee::*, leg};
use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, CaseFinalized, U8Change},
    state::{Case, CaseSeeds, DeviceStake},
};

/// Caller: anyone. No pause stops it. Remaining accounts: the `CoPosition` of every co-staker whose
/// stake leg is burned in full, in slot order, writable.
#[event_cpi]
#[derive(Accounts)]
pub struct FinalizeCase<'info> {
    /// CHECK: the registry's configuration, compared here; only the called programs read it.
    #[account(address = CONFIG_ADDRESS @ StakingError::WrongConfig)]
    pub config: UncheckedAccount<'info>,

    pub roles: Box<Account<'info, Roles>>,

    pub verifiers: Box<Account<'info, VerifierSet>>,

    #[account(mut, address = case_vault.mint @ StakingError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    #[account(mut)]
    pub case: Box<Account<'info, Case>>,

    /// Part 0 of the offence; none where the case is part 0.
    #[account(
        mut,
        constraint = first.is_first_of(&case) @ StakingError::WrongFirstPart,
    )]
    pub first: Option<Box<Account<'info, Case>>>,

    #[account(
        mut,
        seeds = [CASE_VAULT_SEED, case.key().as_ref()],
        bump = case.vault_bump,
    )]
    pub case_vault: Box<Account<'info, TokenAccount>>,

    #[account(mut, constraint = stake.device == case.device @ StakingError::WrongCase)]
    pub stake: Box<Account<'info, DeviceStake>>,

    /// Writable where the last case of code 6 ends.
    #[account(address = case.device @ StakingError::WrongDevice)]
    pub device: Box<Account<'info, Device>>,

    pub callees: Callees<'info>,

    pub token_program: Program<'info, Token>,
}

impl<'info> FinalizeCase<'info> {
    /// Whether the renter's wallet holds a role, ruled on the case or proposed it: then it gets
    /// nothing (economics §2.4 N4).
    fn is_renter_barred(&self) -> bool {
        let renter = self.case.renter;
        let roles = &self.roles;
        let held = [
            roles.governance,
            roles.guardian,
            roles.slasher,
            roles.arbiter,
            roles.scheduler,
            roles.exemption_admin,
        ];
        renter == Pubkey::default()
            || renter == self.case.proposer
            || renter == self.case.arbiter
            || held.iter().any(|role| role.current == renter)
            || self.verifiers.index_of(&renter).is_some()
    }

    /// Moves the state on; a case that was withdrawn or overturned has its outcome already and is
    /// settled here only.
    fn decide(&mut self, now: UnixSeconds) -> Result<U8Change> {
        let case = &mut self.case;
        let before = case.clock()?;
        require!(!case.is_settled, StakingError::CaseDecided);
        let after = if before.state == CaseState::Restored {
            before
        } else {
            before
                .transition(CaseInput::Finalize, now)
                .map_err(StakingError::from)?
        };
        case.set_clock(&after);
        if case.decided_at == 0 {
            case.decided_at = now.get();
        }
        Ok(U8Change {
            old: before.state.code(),
            new: after.state.code(),
        })
    }

    /// Writes what is burned of the stake legs and what of it is the renter's; returns the burn.
    fn burned(&mut self) -> Result<u64> {
        let gone = self
            .case
            .legs()?
            .stake_burned()
            .map_err(StakingError::from)?
            .base_units();
        let renter_io = if self.is_renter_barred() {
            0
        } else {
            let bps = u64::from(self.case.victim_bps);
            mul_div_floor(gone, bps, u64::from(BPS_ONE)).map_err(StakingError::from)?
        };
        let burned = gone
            .checked_sub(renter_io)
            .ok_or(StakingError::ArithmeticOverflow)?;
        self.case.burned_io = burned;
        self.case.renter_due_io = renter_io;
        Ok(burned)
    }

    fn burn(&self, amount: u64) -> Result<()> {
        let seeds = CaseSeeds::of(&self.case);
        token::burn(
            CpiContext::new_with_signer(
                self.token_program.key(),
                Burn {
                    mint: self.io_mint.to_account_info(),
                    from: self.case_vault.to_account_info(),
                    authority: self.case.to_account_info(),
                },
                &[&seeds.seeds(&self.case)],
            ),
            amount,
        )
    }
}

/// Fixes the outcome: no appeal in the window, the ruling, silence of the arbiter, or a withdrawal.
/// What is to be burned of all stake legs is burned in one step; the renter's part of it is credited
/// in the case and paid by `pay_renter`, so that no account of the renter holds the case up.
///
/// Errors: `CaseDecided`, `WindowNotOver`, `RulingPending`, `WrongFirstPart`, `WrongPosition`,
/// `UnexpectedAccounts`, `MissingProgram` where the last case of code 6 ends without the registry.
pub fn handle_finalize_case<'info>(ctx: Context<'info, FinalizeCase<'info>>) -> Result<()> {
    let now = checks::now()?;
    let positions = ctx.remaining_accounts;
    let accounts = &mut *ctx.accounts;
    let state = accounts.decide(now)?;
    leg::mark_won(
        &mut accounts.case,
        accounts.first.as_deref_mut().map(|first| &mut **first),
    )?;
    leg::settle(
        &mut accounts.case,
        accounts.first.as_deref_mut().map(|first| &mut **first),
        &mut accounts.stake,
    )?;
    let burned = accounts.burned()?;
    leg::close_burned_legs(positions, &accounts.case)?;
    let unblock = leg::finish(&mut accounts.case, &mut accounts.stake)?;
    let seq = accounts.case.next_event()?;
    if burned > 0 {
        accounts.burn(burned)?;
    }
    if let Some(unblock) = unblock {
        let case = accounts.case.key();
        accounts
            .callees
            .unblock_device(&accounts.config, &accounts.device, case, unblock)?;
    }

    let case = &ctx.accounts.case;
    emit(
        &ctx.accounts.event_authority,
        &CaseFinalized {
            case: case.key(),
            stake: ctx.accounts.stake.key(),
            state,
            uphold_bps: case.uphold_bps,
            burned_io: case.burned_io,
            renter_due_io: case.renter_due_io,
            is_finished: case.is_finished,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
