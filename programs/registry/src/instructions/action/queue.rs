//! Queues a decision of governance (economics §2.2, §13.7).

use anchor_lang::prelude::*;
use ion_economics::{
    governance::{ActionStatus, ActionWindow},
    params::registry::{ACTION_GRACE, GOVERNANCE_TIMELOCK, MODE_TIMELOCK},
    units::UnixSeconds,
};

use crate::{
    constants::*,
    error::RegistryError,
    events::ActionQueued,
    state::{Action, ActionKind, Config, Params, Roles},
};

/// Arguments of `queue_action`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct QueueActionArgs {
    /// What the action does, with all its terms.
    pub payload: ActionKind,
}

/// Caller: the governance key.
#[event_cpi]
#[derive(Accounts)]
pub struct QueueAction<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    pub governance: Signer<'info>,

    #[account(
        seeds = [ROLES_SEED],
        bump = roles.bump,
        constraint = roles.governance.current == governance.key() @ RegistryError::NotGovernance,
    )]
    pub roles: Box<Account<'info, Roles>>,

    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,

    #[account(seeds = [PARAMS_SEED, crate::ID.as_ref()], bump = params.bump)]
    pub params: Box<Account<'info, Params>>,

    #[account(
        init,
        payer = payer,
        space = Action::SPACE,
        seeds = [ACTION_SEED, &config.next_action_id.to_le_bytes()],
        bump,
    )]
    pub action: Box<Account<'info, Action>>,

    pub system_program: Program<'info, System>,
}

/// Stores the payload and stamps the times of its execution. While genesis is open the timelock is
/// 0; afterwards it is `governance_timelock`, for the mode switch `mode_timelock` where that is
/// longer.
///
/// Errors: `NotGovernance`, the bounds of `ActionKind`, `GenesisSealed` for a second seal.
pub fn handle_queue_action(ctx: Context<QueueAction>, args: QueueActionArgs) -> Result<()> {
    args.payload.check()?;
    let now = Clock::get()?.unix_timestamp;
    let config = &mut ctx.accounts.config;
    let in_genesis = !config.is_genesis_sealed();
    require!(
        in_genesis || !matches!(args.payload, ActionKind::SealGenesis),
        RegistryError::GenesisSealed
    );

    let params = &ctx.accounts.params;
    let governance_timelock = params.value(&GOVERNANCE_TIMELOCK, now);
    let timelock = if in_genesis {
        0
    } else if args.payload.is_mode_switch() {
        governance_timelock.max(params.value(&MODE_TIMELOCK, now))
    } else {
        governance_timelock
    };
    let grace = params.value(&ACTION_GRACE, now);
    let window =
        ActionWindow::open(UnixSeconds::new(now), timelock, grace).map_err(RegistryError::from)?;
    let id = config.next_action_id;
    config.next_action_id = id.checked_add(1).ok_or(RegistryError::ArithmeticOverflow)?;

    let hash = args.payload.hash()?;
    ctx.accounts.action.set_inner(Action {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.action,
        id,
        payer: ctx.accounts.payer.key(),
        status: ActionStatus::Queued.code(),
        in_genesis,
        queued_at: now,
        eta: window.eta.get(),
        expires_at: window.expires_at.get(),
        hash,
        event_seq: 1,
        payload: args.payload,
        _reserved: [0; 32],
    });

    let action = &ctx.accounts.action;
    emit_cpi!(ActionQueued {
        action: action.key(),
        actor: ctx.accounts.governance.key(),
        payer: action.payer,
        id,
        payload: action.payload.clone(),
        hash,
        in_genesis,
        eta: action.eta,
        expires_at: action.expires_at,
        seq: action.event_seq,
        at: now,
    });
    Ok(())
}
