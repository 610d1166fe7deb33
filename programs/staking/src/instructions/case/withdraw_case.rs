//! The slasher takes a case back (economics §5.4).

use anchor_lang::prelude::*;
use ion_economics::slash::CaseInput;
use registry::state::Roles;

use crate::{
    checks,
    error::StakingError,
    events::{emit, CaseWithdrawn, U8Change},
    state::Case,
};

/// Caller: the slasher of now, also for a case of an earlier key. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct WithdrawCase<'info> {
    #[account(address = roles.slasher.current @ StakingError::NotSlasher)]
    pub slasher: Signer<'info>,

    pub roles: Box<Account<'info, Roles>>,

    #[account(mut)]
    pub case: Box<Account<'info, Case>>,
}

/// Ends a case that nobody has appealed against; all of it goes back.
///
/// Errors: `NotSlasher`, `NotInWindow`.
pub fn handle_withdraw_case(ctx: Context<WithdrawCase>) -> Result<()> {
    let now = checks::now()?;

    let case = &mut ctx.accounts.case;
    let before = case.clock()?;
    let after = before
        .transition(CaseInput::Withdraw, now)
        .map_err(StakingError::from)?;
    case.set_clock(&after);
    case.decided_at = now.get();
    let seq = case.next_event()?;

    emit(
        &ctx.accounts.event_authority,
        &CaseWithdrawn {
            case: ctx.accounts.case.key(),
            slasher: ctx.accounts.slasher.key(),
            state: U8Change {
                old: before.state.code(),
                new: after.state.code(),
            },
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
