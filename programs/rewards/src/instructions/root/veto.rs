//! Vetoes a root before it pays (economics §2.2, §7.5).

use anchor_lang::prelude::*;
use ion_claims::Vetoer;
use ion_economics::params::rewards::GUARDIAN_VETO_MAX;
use registry::state::{Params, Roles};

use crate::{constants::*, error::RewardsError, events::RewardRootVetoed, state::RootRing};

/// Arguments of `veto_root`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct VetoRootArgs {
    /// Sequence of the root.
    pub seq: u64,
}

/// Caller: the guardian or governance. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct VetoRoot<'info> {
    /// Guardian or governance, compared in `vetoer`.
    pub authority: Signer<'info>,

    #[account(address = ROLES @ RewardsError::WrongRoles)]
    pub roles: Box<Account<'info, Roles>>,

    #[account(address = PARAMS @ RewardsError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut, address = ROOTS @ RewardsError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,
}

impl VetoRoot<'_> {
    /// Errors: `NotVetoer`.
    fn vetoer(&self, now: i64) -> Result<Vetoer> {
        let key = self.authority.key();
        if key == self.roles.governance.current {
            return Ok(Vetoer::Governance);
        }
        require_keys_eq!(key, self.roles.guardian.current, RewardsError::NotVetoer);
        let limit = u8::try_from(self.params.value(&GUARDIAN_VETO_MAX, now))
            .map_err(|_| RewardsError::ArithmeticOverflow)?;
        Ok(Vetoer::Guardian { limit })
    }
}

/// Vetoes a pending root, while `now < mature_at`: it pays nobody, and its hours are open for a later
/// root. The guardian has `guardian_veto_max` vetoes in 30 days.
///
/// Errors: `NotVetoer`, `UnknownRoot`, `RootVetoed`, `RootMatured`, `GuardianVetoesSpent`,
/// `WrongRoles`, `WrongParams`, `WrongRoots`, `ArithmeticOverflow`.
pub fn handle_veto_root(ctx: Context<VetoRoot>, args: VetoRootArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let vetoer = ctx.accounts.vetoer(now)?;
    let (through_hour, seq) = {
        let mut roots = ctx.accounts.roots.load_mut()?;
        let root = roots
            .ring
            .veto(args.seq, vetoer, now)
            .map_err(RewardsError::from)?;
        (root.through, roots.next_event()?)
    };

    emit_cpi!(RewardRootVetoed {
        roots: ctx.accounts.roots.key(),
        actor: ctx.accounts.authority.key(),
        by_governance: vetoer == Vetoer::Governance,
        root_seq: args.seq,
        through_hour,
        seq,
        at: now,
    });
    Ok(())
}
