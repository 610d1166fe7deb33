//! Takes an immature root out of use (economics §2.2, §7.5).

use anchor_lang::prelude::*;
use ion_claims::Vetoer;
use ion_economics::params::ide::GUARDIAN_VETO_MAX;

use crate::{constants::*, error::IdeError, events::RootVetoed, state::RootRing};

/// Arguments of `veto_root`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct VetoRootArgs {
    /// Sequence of the root.
    pub seq: u64,
}

/// Caller: the guardian, a few times in 30 days, or governance. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct VetoRoot<'info> {
    #[account(
        constraint = roles.guardian.current == authority.key()
            || roles.governance.current == authority.key()
            @ IdeError::NotGuardianOrGovernance,
    )]
    pub authority: Signer<'info>,

    #[account(address = REGISTRY_ROLES @ IdeError::WrongRoles)]
    pub roles: Box<Account<'info, registry::state::Roles>>,

    #[account(address = PARAMS @ IdeError::WrongParams)]
    pub params: Box<Account<'info, registry::state::Params>>,

    #[account(mut, address = ROOTS @ IdeError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,
}

/// Vetoes a root before it matures; it counts nowhere from then on.
///
/// Errors: `NotGuardianOrGovernance`, `WrongRoles`, `WrongParams`, `WrongRoots`, `UnknownRoot`,
/// `RootMatured`, `RootVetoed`, `GuardianVetoesSpent`, `ArithmeticOverflow`.
pub fn handle_veto_root(ctx: Context<VetoRoot>, args: VetoRootArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let actor = ctx.accounts.authority.key();
    let by = if ctx.accounts.roles.governance.current == actor {
        Vetoer::Governance
    } else {
        let limit = ctx.accounts.params.value(&GUARDIAN_VETO_MAX, now);
        Vetoer::Guardian {
            limit: u8::try_from(limit).map_err(|_| IdeError::ArithmeticOverflow)?,
        }
    };
    let seq = {
        let mut roots = ctx.accounts.roots.load_mut()?;
        roots.ring.veto(args.seq, by, now).map_err(IdeError::from)?;
        roots.next_event()?
    };

    emit_cpi!(RootVetoed {
        roots: ctx.accounts.roots.key(),
        root_seq: args.seq,
        actor,
        seq,
        at: now,
    });
    Ok(())
}
