//! Appeals against a case (economics §5.4).

use anchor_lang::prelude::*;
use ion_economics::{params::staking as param, slash::CaseInput};
use registry::state::Params;

use crate::{
    checks,
    error::StakingError,
    events::{emit, CaseAppealed, U8Change},
    state::Case,
};

/// Arguments of `appeal`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct AppealArgs {
    /// Hash of the evidence bundle of the party; not zeros.
    pub evidence_hash: [u8; 32],
}

/// Caller: the owner, the stake wallet, or a co-staker with a leg in the case. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct Appeal<'info> {
    #[account(constraint = case.is_party(appellant.key) @ StakingError::NotAParty)]
    pub appellant: Signer<'info>,

    #[account(constraint = params.program == crate::ID @ StakingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut)]
    pub case: Box<Account<'info, Case>>,
}

/// Appeals for all legs, free of charge; starts the time for the ruling.
///
/// Errors: `NotAParty`, `EmptyEvidence`, `NotInWindow`, `WindowOver`.
pub fn handle_appeal(ctx: Context<Appeal>, args: AppealArgs) -> Result<()> {
    let now = checks::now()?;
    require!(args.evidence_hash != [0; 32], StakingError::EmptyEvidence);
    let ruling_deadline = ctx
        .accounts
        .params
        .value(&param::RULING_DEADLINE, now.get());

    let case = &mut ctx.accounts.case;
    let before = case.clock()?;
    let after = before
        .transition(CaseInput::Appeal { ruling_deadline }, now)
        .map_err(StakingError::from)?;
    case.set_clock(&after);
    case.appeal_hash = args.evidence_hash;
    let seq = case.next_event()?;

    emit(
        &ctx.accounts.event_authority,
        &CaseAppealed {
            case: ctx.accounts.case.key(),
            appellant: ctx.accounts.appellant.key(),
            evidence_hash: args.evidence_hash,
            state: U8Change {
                old: before.state.code(),
                new: after.state.code(),
            },
            ruling_end: after.ruling_end.get(),
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
