//! Burns held rewards of a case that stands (economics §5.4).

use anchor_lang::prelude::*;
use anchor_spl::token::Token;
use ion_economics::slash::CaseState;
use registry::state::Device;

use super::{
    callee::*,
    hold::BurnAccounts,
    leg,
    restore_leg::{named, party, Named},
};
use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, HoldBurned},
    state::{Case, DeviceStake},
};

/// Arguments of `burn_forfeited`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct BurnForfeitedArgs {
    /// Number of the leg, 5 to 14.
    pub leg: u8,
}

/// Caller: anyone. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct BurnForfeited<'info> {
    /// CHECK: the registry's configuration, compared here; only the called programs read it.
    #[account(address = CONFIG_ADDRESS @ StakingError::WrongConfig)]
    pub config: UncheckedAccount<'info>,

    #[account(mut)]
    pub case: Box<Account<'info, Case>>,

    #[account(mut, constraint = stake.device == case.device @ StakingError::WrongCase)]
    pub stake: Box<Account<'info, DeviceStake>>,

    /// Writable where the last case of code 6 ends.
    #[account(address = case.device @ StakingError::WrongDevice)]
    pub device: Box<Account<'info, Device>>,

    /// CHECK: the claim record of the party; owner, type and party are compared before the call.
    #[account(mut)]
    pub record: UncheckedAccount<'info>,

    /// CHECK: the called program's own ledger account; that program checks it.
    #[account(mut)]
    pub tree_ledger: UncheckedAccount<'info>,

    /// CHECK: the called program's own vault; that program checks it.
    #[account(mut)]
    pub tree_vault: UncheckedAccount<'info>,

    /// CHECK: the IO mint; the called program checks it.
    #[account(mut)]
    pub io_mint: UncheckedAccount<'info>,

    pub callees: Callees<'info>,

    pub token_program: Program<'info, Token>,
}

/// Burns a hold, once, when a root that covers it has matured and the party is proven there. What the
/// root does not cover of it is dropped.
///
/// Errors: `CaseOpen`, `NoSuchLeg`, `LegDone`, `RestoreFirst`, `WrongRecord`, `MissingProgram`, those
/// of the tree's program.
pub fn handle_burn_forfeited(ctx: Context<BurnForfeited>, args: BurnForfeitedArgs) -> Result<()> {
    let now = checks::now()?;
    let accounts = &mut *ctx.accounts;
    require!(
        accounts.case.clock()?.state == CaseState::Burned,
        StakingError::CaseOpen
    );
    let Named::Hold(place, tree) = named(args.leg)? else {
        return Err(StakingError::NoSuchLeg.into());
    };
    let mut legs = accounts.case.legs()?;
    let amount = legs
        .burn_hold(usize::from(args.leg))
        .map_err(StakingError::from)?;
    accounts.case.set_legs(&legs);
    let unblock = leg::finish(&mut accounts.case, &mut accounts.stake)?;
    let seq = accounts.case.next_event()?;

    let (of, wallet) = party(&accounts.case, place)?;
    accounts.callees.burn(
        tree,
        rewards::BurnHold {
            amount_io: amount.base_units(),
            root_seq: tree.pick(&of.hold_roots),
            proposed_at: accounts.case.opened_at,
        },
        BurnAccounts {
            record: &accounts.record,
            device: &accounts.case.device,
            party: &wallet,
            tokens: [
                accounts.tree_ledger.to_account_info(),
                accounts.tree_vault.to_account_info(),
                accounts.io_mint.to_account_info(),
                accounts.token_program.to_account_info(),
            ],
        },
        &accounts.config,
    )?;
    if let Some(unblock) = unblock {
        let case = accounts.case.key();
        accounts
            .callees
            .unblock_device(&accounts.config, &accounts.device, case, unblock)?;
    }

    emit(
        &ctx.accounts.event_authority,
        &HoldBurned {
            case: ctx.accounts.case.key(),
            leg: args.leg,
            party: wallet,
            amount_io: amount.base_units(),
            is_finished: ctx.accounts.case.is_finished,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
