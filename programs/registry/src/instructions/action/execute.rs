//! Carries out a queued decision (economics §2.2, §3.1, §12, §13.7).

use anchor_lang::prelude::*;
use ion_economics::{device::DeviceInput, params::registry::MULTIPLIER_GRACE};

use crate::{
    constants::*,
    error::RegistryError,
    events::{
        ActionExecuted, ClassChanged, DeviceStatusChanged, GenesisSealed, I64Change, KeyChange,
        ParamChanged, RoleProposed, StatusReason, U32Change, U64Change, U8Change,
        VerifierSetChanged,
    },
    state::{
        find_param, Action, ActionKind, ClassTerms, Config, Device, Params, ProcessorClass,
        RoleKind, Roles, VerifierKeys, VerifierSet,
    },
};

/// Caller: anyone; the action fixes everything. Exactly the target that the action changes is
/// given: `params` for a parameter, `class` for terms of a class, `roles` for a role, `verifiers`
/// for the set, `device` for a device, none for the seal.
#[event_cpi]
#[derive(Accounts)]
pub struct ExecuteAction<'info> {
    pub executor: Signer<'info>,

    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,

    /// Parameters of the registry itself: the notice of changes.
    #[account(seeds = [PARAMS_SEED, crate::ID.as_ref()], bump = registry_params.bump)]
    pub registry_params: Box<Account<'info, Params>>,

    #[account(mut, seeds = [ACTION_SEED, &action.id.to_le_bytes()], bump = action.bump)]
    pub action: Box<Account<'info, Action>>,

    #[account(mut, seeds = [PARAMS_SEED, params.program.as_ref()], bump = params.bump)]
    pub params: Option<Box<Account<'info, Params>>>,

    #[account(mut, seeds = [CLASS_SEED, &class.id.to_le_bytes()], bump = class.bump)]
    pub class: Option<Box<Account<'info, ProcessorClass>>>,

    #[account(mut, seeds = [ROLES_SEED], bump = roles.bump)]
    pub roles: Option<Box<Account<'info, Roles>>>,

    #[account(mut, seeds = [VERIFIERS_SEED], bump = verifiers.bump)]
    pub verifiers: Option<Box<Account<'info, VerifierSet>>>,

    #[account(mut, seeds = [DEVICE_SEED, device.id.as_ref()], bump = device.bump)]
    pub device: Option<Box<Account<'info, Device>>>,
}

impl ExecuteAction<'_> {
    fn validate(&self) -> Result<()> {
        let targets = [
            self.params.is_some(),
            self.class.is_some(),
            self.roles.is_some(),
            self.verifiers.is_some(),
            self.device.is_some(),
        ];
        let given = targets.into_iter().filter(|given| *given).count();
        let wanted = usize::from(!matches!(
            self.action.payload,
            ActionKind::SealGenesis
                | ActionKind::CreateClass { .. }
                | ActionKind::SetClassRates { .. }
                | ActionKind::ScheduleSwitch
                | ActionKind::AdjustTne { .. }
        ));
        require!(given <= wanted, RegistryError::UnneededTarget);
        Ok(())
    }
}

/// Executes an action inside its window and changes its target.
///
/// Errors: `TimelockNotOver`, `ActionExpired`, `ActionAlreadyExecuted`, `ActionAlreadyCancelled`,
/// `QueuedBeforeSeal`, `MissingTarget`, `WrongTarget`, `UnneededTarget`, `UseCreateClass`,
/// `UseConsumer`, `ClassRatesMissing`, `CaseOpen`, `ParamOutOfBounds`, `ParamStepTooLarge`, `ParamsOutOfOrder`, `RaiseInsideGrace`,
/// `PendingParamsFull`,
/// `SlasherIsArbiter`, `GenesisSealed`, `GenesisIncomplete`, and those of the device's state.
pub fn handle_execute_action(mut ctx: Context<ExecuteAction>) -> Result<()> {
    ctx.accounts.validate()?;
    let now = Clock::get()?.unix_timestamp;
    let is_sealed = ctx.accounts.config.is_genesis_sealed();
    let action = &mut ctx.accounts.action;
    let old = action.status;
    action.execute(is_sealed, now)?;
    let seq = action.next_event()?;
    emit_cpi!(ActionExecuted {
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.executor.key(),
        id: ctx.accounts.action.id,
        hash: ctx.accounts.action.hash,
        status: U8Change {
            old,
            new: ctx.accounts.action.status,
        },
        seq,
        at: now,
    });

    match ctx.accounts.action.payload.clone() {
        ActionKind::SetParam {
            program,
            slot,
            value,
        } => set_param(&mut ctx, program, slot, value, now),
        ActionKind::CreateClass { .. } => err!(RegistryError::UseCreateClass),
        ActionKind::SetClass { id, terms } => set_class(&mut ctx, id, &terms, now),
        ActionKind::SetRole { role, key } => set_role(&mut ctx, role, key, now),
        ActionKind::SetVerifierSet { set } => set_verifiers(&mut ctx, &set, now),
        ActionKind::SealGenesis => seal_genesis(&mut ctx, now),
        ActionKind::BlockDevice { device } => set_device(
            &mut ctx,
            device,
            DeviceInput::Block,
            StatusReason::BlockedByGovernance,
            now,
        ),
        ActionKind::UnblockDevice { device } => set_device(
            &mut ctx,
            device,
            DeviceInput::Unblock,
            StatusReason::UnblockedByGovernance,
            now,
        ),
        ActionKind::TerminateDevice { device } => set_device(
            &mut ctx,
            device,
            DeviceInput::TerminateByGovernance,
            StatusReason::TerminatedByGovernance,
            now,
        ),
        ActionKind::SetClassRates { .. }
        | ActionKind::ScheduleSwitch
        | ActionKind::AdjustTne { .. } => err!(RegistryError::UseConsumer),
    }
}

fn set_param(
    ctx: &mut Context<ExecuteAction>,
    program: u8,
    slot: u8,
    value: i64,
    now: i64,
) -> Result<()> {
    let param = find_param(program, slot)?;
    let grace = ctx
        .accounts
        .config
        .is_genesis_sealed()
        .then(|| ctx.accounts.registry_params.value(&MULTIPLIER_GRACE, now));
    let params = ctx
        .accounts
        .params
        .as_mut()
        .ok_or(RegistryError::MissingTarget)?;
    require!(params.consumer == program, RegistryError::WrongTarget);
    let old = params.value(param, now);
    params.set(param, value, grace, now)?;
    let effective_at = params
        .pending_of(param)
        .map_or(now, |pending| pending.effective_at);
    let seq = params.next_event()?;
    let key = params.key();
    emit_cpi!(ParamChanged {
        params: key,
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.executor.key(),
        consumer: program,
        slot,
        value: I64Change { old, new: value },
        effective_at,
        seq,
        at: now,
    });
    Ok(())
}

fn set_class(
    ctx: &mut Context<ExecuteAction>,
    id: u16,
    terms: &ClassTerms,
    now: i64,
) -> Result<()> {
    let grace = ctx.accounts.registry_params.value(&MULTIPLIER_GRACE, now);
    let class = ctx
        .accounts
        .class
        .as_mut()
        .ok_or(RegistryError::MissingTarget)?;
    require!(class.id == id, RegistryError::WrongTarget);
    let counted = class.counted();
    let old_pool = class.pool;
    let old_reward = class.reward_multiplier(now);
    let old_stake = class.stake_multiplier(now);
    let old_stake_at = class.mult_next_at;
    let old_ceilings = (class.max_cpu_pct, class.max_gpu_pct);
    let old_floor = class.floor_price_usd_micros;
    class.set_terms(terms, grace, now)?;
    let seq = class.next_event()?;
    let recounted = class.counted();
    let event = ClassChanged {
        class: class.key(),
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.executor.key(),
        pool: U8Change {
            old: old_pool,
            new: class.pool,
        },
        reward_multiplier_fp: U32Change {
            old: old_reward,
            new: class.mult_now,
        },
        reward_multiplier_at: class.mult_now_at,
        stake_multiplier_fp: U32Change {
            old: old_stake,
            new: class.stake_multiplier(i64::MAX),
        },
        stake_multiplier_at: I64Change {
            old: old_stake_at,
            new: class.mult_next_at,
        },
        max_cpu_pct: U8Change {
            old: old_ceilings.0,
            new: class.max_cpu_pct,
        },
        max_gpu_pct: U8Change {
            old: old_ceilings.1,
            new: class.max_gpu_pct,
        },
        floor_price_usd_micros: U64Change {
            old: old_floor,
            new: class.floor_price_usd_micros,
        },
        seq,
        at: now,
    };
    ctx.accounts.config.check_rated(recounted)?;
    ctx.accounts.config.count_class(counted, recounted)?;
    emit_cpi!(event);
    Ok(())
}

fn set_role(ctx: &mut Context<ExecuteAction>, role: RoleKind, key: Pubkey, now: i64) -> Result<()> {
    let roles = ctx
        .accounts
        .roles
        .as_mut()
        .ok_or(RegistryError::MissingTarget)?;
    let before = roles.role(role);
    roles.propose(role, key)?;
    let seq = roles.next_event()?;
    let account = roles.key();
    emit_cpi!(RoleProposed {
        roles: account,
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.executor.key(),
        role,
        current: before.current,
        proposed: KeyChange {
            old: before.proposed,
            new: key,
        },
        seq,
        at: now,
    });
    Ok(())
}

fn set_verifiers(ctx: &mut Context<ExecuteAction>, set: &VerifierKeys, now: i64) -> Result<()> {
    let verifiers = ctx
        .accounts
        .verifiers
        .as_mut()
        .ok_or(RegistryError::MissingTarget)?;
    let old_keys = verifiers.members().to_vec();
    let (old_threshold, old_version) = (verifiers.threshold, verifiers.version);
    verifiers.replace(&set.keys, set.threshold)?;
    let seq = verifiers.next_event()?;
    let event = VerifierSetChanged {
        verifiers: verifiers.key(),
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.executor.key(),
        old_keys,
        new_keys: verifiers.members().to_vec(),
        threshold: U8Change {
            old: old_threshold,
            new: verifiers.threshold,
        },
        version: U32Change {
            old: old_version,
            new: verifiers.version,
        },
        seq,
        at: now,
    };
    emit_cpi!(event);
    Ok(())
}

fn seal_genesis(ctx: &mut Context<ExecuteAction>, now: i64) -> Result<()> {
    let config = &mut ctx.accounts.config;
    require!(!config.is_genesis_sealed(), RegistryError::GenesisSealed);
    config.check_complete()?;
    config.genesis_sealed_at = now;
    let seq = config.next_event()?;
    let key = config.key();
    emit_cpi!(GenesisSealed {
        config: key,
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.executor.key(),
        genesis_sealed_at: I64Change { old: 0, new: now },
        seq,
        at: now,
    });
    Ok(())
}

fn set_device(
    ctx: &mut Context<ExecuteAction>,
    target: Pubkey,
    input: DeviceInput,
    reason: StatusReason,
    now: i64,
) -> Result<()> {
    let device = ctx
        .accounts
        .device
        .as_mut()
        .ok_or(RegistryError::MissingTarget)?;
    require_keys_eq!(device.key(), target, RegistryError::WrongTarget);
    let old = device.status;
    device.apply(input, now)?;
    device.invariant()?;
    let new = device.status;
    let seq = device.next_event()?;
    emit_cpi!(DeviceStatusChanged {
        device: target,
        actor: ctx.accounts.executor.key(),
        action: ctx.accounts.action.key(),
        reason,
        status: U8Change { old, new },
        seq,
        at: now,
    });
    Ok(())
}
