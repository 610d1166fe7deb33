//! Rulings of the arbiter (economics §5.4).

use anchor_lang::prelude::*;
use ion_economics::{slash::CaseInput, units::Bps};

use super::leg;
use crate::{
    checks,
    error::StakingError,
    events::{emit, CaseRuled, U8Change},
    state::Case,
};

/// Arguments of `rule`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RuleArgs {
    /// Part of each leg that is burned, bps: 10,000 upholds, 0 overturns.
    pub uphold_bps: u16,
    /// Hash of the reasons.
    pub reason_hash: [u8; 32],
}

/// Caller: the arbiter that was recorded when the case was opened. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct Rule<'info> {
    #[account(
        address = case.arbiter @ StakingError::NotArbiter,
        constraint = arbiter.key() != case.proposer @ StakingError::SlasherIsArbiter,
    )]
    pub arbiter: Signer<'info>,

    #[account(mut)]
    pub case: Box<Account<'info, Case>>,

    /// Part 0 of the offence; none where the case is part 0.
    #[account(
        mut,
        constraint = first.is_first_of(&case) @ StakingError::WrongFirstPart,
    )]
    pub first: Option<Box<Account<'info, Case>>>,
}

/// Decides an appeal: the arbiter sets which part of each leg is burned and nothing else.
///
/// Errors: `NotArbiter`, `SlasherIsArbiter`, `WrongFirstPart`, `NotAppealed`, `RulingTooLate`,
/// `ShareOutOfRange` above 10,000 bps.
pub fn handle_rule(ctx: Context<Rule>, args: RuleArgs) -> Result<()> {
    let now = checks::now()?;
    let uphold = Bps::new(args.uphold_bps).ok_or(StakingError::ShareOutOfRange)?;

    let accounts = &mut *ctx.accounts;
    let case = &mut accounts.case;
    let before = case.clock()?;
    let after = before
        .transition(CaseInput::Rule(uphold), now)
        .map_err(StakingError::from)?;
    case.set_clock(&after);
    if !case.is_standing()? {
        case.decided_at = now.get();
    }
    leg::mark_won(
        case,
        accounts.first.as_deref_mut().map(|first| &mut **first),
    )?;
    let seq = case.next_event()?;

    emit(
        &ctx.accounts.event_authority,
        &CaseRuled {
            case: ctx.accounts.case.key(),
            arbiter: ctx.accounts.arbiter.key(),
            state: U8Change {
                old: before.state.code(),
                new: after.state.code(),
            },
            uphold_bps: after.uphold_bps,
            reason_hash: args.reason_hash,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
