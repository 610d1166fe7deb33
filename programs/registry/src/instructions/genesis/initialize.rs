//! Creates the singletons of the registry (economics §1.6, §1.7 F2, §2).

use anchor_lang::prelude::*;
use anchor_spl::token::Mint;
use ion_economics::{
    params::{self as rules, Program as Consumer},
    units::{IO_DECIMALS, USDC_DECIMALS},
};

use crate::{
    checks,
    constants::*,
    error::RegistryError,
    events::{
        ConfigInitialized, ParamsInitialized, RolesInitialized, U32Change, U8Change,
        VerifierSetChanged,
    },
    state::{Config, Params, PauseState, PendingParam, Role, Roles, VerifierKeys, VerifierSet},
};

/// Holders of the roles at genesis.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RoleKeys {
    /// Multisig that queues actions.
    pub governance: Pubkey,
    /// Pauses entries, cancels actions, vetoes roots.
    pub guardian: Pubkey,
    /// Proposes slash cases.
    pub slasher: Pubkey,
    /// Rules on appeals; differs from the slasher.
    pub arbiter: Pubkey,
    /// Quotes and starts bookings.
    pub scheduler: Pubkey,
    /// Grants exemptions.
    pub exemption_admin: Pubkey,
}

/// Arguments of `initialize`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct InitializeArgs {
    /// Program that owns price accounts.
    pub price_receiver: Pubkey,
    /// Feed of IO in USD.
    pub price_feed_id: [u8; 32],
    /// Id of the staking program.
    pub staking_program: Pubkey,
    /// Id of the rewards program.
    pub rewards_program: Pubkey,
    /// Id of the engine program.
    pub ide_program: Pubkey,
    /// Id of the booking program.
    pub booking_program: Pubkey,
    /// Holders of the roles.
    pub roles: RoleKeys,
    /// The first verifier set.
    pub verifiers: VerifierKeys,
    /// Seconds between queueing and execution of an action after the seal, 24 h to 30 d.
    pub governance_timelock_seconds: i64,
}

/// Caller: the program's upgrade authority, once.
#[event_cpi]
#[derive(Accounts)]
pub struct Initialize<'info> {
    #[account(mut)]
    pub authority: Signer<'info>,

    #[account(
        address = checks::program_data_address() @ RegistryError::WrongProgramData,
        constraint = program_data.upgrade_authority_address == Some(authority.key())
            @ RegistryError::NotUpgradeAuthority,
    )]
    pub program_data: Box<Account<'info, ProgramData>>,

    #[account(
        constraint = io_mint.decimals == IO_DECIMALS && io_mint.freeze_authority.is_none()
            @ RegistryError::BadIoMint,
    )]
    pub io_mint: Box<Account<'info, Mint>>,

    #[account(constraint = usdc_mint.decimals == USDC_DECIMALS @ RegistryError::BadUsdcMint)]
    pub usdc_mint: Box<Account<'info, Mint>>,

    #[account(
        init,
        payer = authority,
        space = Config::SPACE,
        seeds = [CONFIG_SEED],
        bump,
    )]
    pub config: Box<Account<'info, Config>>,

    #[account(
        init,
        payer = authority,
        space = Roles::SPACE,
        seeds = [ROLES_SEED],
        bump,
    )]
    pub roles: Box<Account<'info, Roles>>,

    #[account(
        init,
        payer = authority,
        space = VerifierSet::SPACE,
        seeds = [VERIFIERS_SEED],
        bump,
    )]
    pub verifiers: Box<Account<'info, VerifierSet>>,

    #[account(
        init,
        payer = authority,
        space = Params::SPACE,
        seeds = [PARAMS_SEED, crate::ID.as_ref()],
        bump,
    )]
    pub params: Box<Account<'info, Params>>,

    pub system_program: Program<'info, System>,
}

/// Address with which a program signs its calls to the registry and its siblings.
fn caller_of(program: &Pubkey) -> Result<Pubkey> {
    require_keys_neq!(*program, Pubkey::default(), RegistryError::EmptyKey);
    Ok(Pubkey::find_program_address(&[CALLER_SEED], program).0)
}

/// Creates configuration, roles, verifier set and the registry's own parameters. Genesis stays open
/// until the action `SealGenesis`.
///
/// Errors: `NotUpgradeAuthority`, `WrongProgramData`, `BadIoMint`, `BadUsdcMint`, `EmptyKey`,
/// `SlasherIsArbiter`, `InvalidVerifierSet`, `DuplicateVerifier`, `ParamOutOfBounds`.
pub fn handle_initialize(ctx: Context<Initialize>, args: InitializeArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    write_config(&mut ctx.accounts.config, &args, ctx.bumps.config)?;
    ctx.accounts.config.io_mint = ctx.accounts.io_mint.key();
    ctx.accounts.config.usdc_mint = ctx.accounts.usdc_mint.key();
    write_roles(&mut ctx.accounts.roles, &args.roles, ctx.bumps.roles)?;
    write_verifiers(
        &mut ctx.accounts.verifiers,
        &args.verifiers,
        ctx.bumps.verifiers,
    )?;
    write_params(
        &mut ctx.accounts.params,
        Consumer::Registry,
        crate::ID,
        ctx.bumps.params,
    );
    ctx.accounts.params.set(
        &rules::registry::GOVERNANCE_TIMELOCK,
        args.governance_timelock_seconds,
        None,
        now,
    )?;
    emit_config_and_roles(&ctx, now)?;
    emit_verifiers_and_params(&ctx, now)
}

fn write_config(config: &mut Account<Config>, args: &InitializeArgs, bump: u8) -> Result<()> {
    require_keys_neq!(
        args.price_receiver,
        Pubkey::default(),
        RegistryError::EmptyKey
    );
    config.set_inner(Config {
        version: ACCOUNT_VERSION,
        bump,
        io_mint: Pubkey::default(),
        usdc_mint: Pubkey::default(),
        price_receiver: args.price_receiver,
        price_feed_id: args.price_feed_id,
        staking_caller: caller_of(&args.staking_program)?,
        rewards_caller: caller_of(&args.rewards_program)?,
        ide_caller: caller_of(&args.ide_program)?,
        booking_caller: caller_of(&args.booking_program)?,
        ide_from_hour: NEVER,
        live_classes: 0,
        live_exemptions: 0,
        pauses: [PauseState {
            paused_until: 0,
            rearm_at: 0,
        }; PAUSE_BITS],
        next_action_id: 0,
        genesis_sealed_at: 0,
        event_seq: 1,
        rated_live_classes: 0,
        exemptions_granted: 0,
        params_made: Config::params_bit(Consumer::Registry),
        _reserved: [0; 51],
    });
    Ok(())
}

fn write_roles(roles: &mut Account<Roles>, keys: &RoleKeys, bump: u8) -> Result<()> {
    roles.set_inner(Roles {
        version: ACCOUNT_VERSION,
        bump,
        governance: Role::held_by(keys.governance),
        guardian: Role::held_by(keys.guardian),
        slasher: Role::held_by(keys.slasher),
        arbiter: Role::held_by(keys.arbiter),
        scheduler: Role::held_by(keys.scheduler),
        exemption_admin: Role::held_by(keys.exemption_admin),
        event_seq: 1,
        _reserved: [0; 64],
    });
    roles.invariant()
}

fn write_verifiers(set: &mut Account<VerifierSet>, keys: &VerifierKeys, bump: u8) -> Result<()> {
    VerifierSet::check(&keys.keys, keys.threshold)?;
    set.set_inner(VerifierSet {
        version_of_layout: ACCOUNT_VERSION,
        bump,
        keys: VerifierSet::pad(&keys.keys),
        count: u8::try_from(keys.keys.len()).map_err(|_| RegistryError::InvalidVerifierSet)?,
        threshold: keys.threshold,
        version: 1,
        event_seq: 1,
        _reserved: [0; 32],
    });
    Ok(())
}

/// Fills a new parameter account with the defaults of its program.
pub(crate) fn write_params(
    params: &mut Account<Params>,
    consumer: Consumer,
    program: Pubkey,
    bump: u8,
) {
    params.set_inner(Params {
        version: ACCOUNT_VERSION,
        bump,
        consumer: consumer.to_u8(),
        program,
        values: Params::defaults(consumer),
        pending: [PendingParam::NONE; PENDING_PARAMS],
        event_seq: 1,
        _reserved: [0; 10],
    });
}

fn emit_config_and_roles(ctx: &Context<Initialize>, now: i64) -> Result<()> {
    let config = &ctx.accounts.config;
    emit_cpi!(ConfigInitialized {
        config: config.key(),
        actor: ctx.accounts.authority.key(),
        io_mint: config.io_mint,
        usdc_mint: config.usdc_mint,
        price_receiver: config.price_receiver,
        price_feed_id: config.price_feed_id,
        staking_caller: config.staking_caller,
        rewards_caller: config.rewards_caller,
        ide_caller: config.ide_caller,
        booking_caller: config.booking_caller,
        seq: config.event_seq,
        at: now,
    });
    let roles = &ctx.accounts.roles;
    emit_cpi!(RolesInitialized {
        roles: roles.key(),
        actor: ctx.accounts.authority.key(),
        governance: roles.governance.current,
        guardian: roles.guardian.current,
        slasher: roles.slasher.current,
        arbiter: roles.arbiter.current,
        scheduler: roles.scheduler.current,
        exemption_admin: roles.exemption_admin.current,
        seq: roles.event_seq,
        at: now,
    });
    Ok(())
}

fn emit_verifiers_and_params(ctx: &Context<Initialize>, now: i64) -> Result<()> {
    let set = &ctx.accounts.verifiers;
    emit_cpi!(VerifierSetChanged {
        verifiers: set.key(),
        action: Pubkey::default(),
        actor: ctx.accounts.authority.key(),
        old_keys: Vec::new(),
        new_keys: set.members().to_vec(),
        threshold: U8Change {
            old: 0,
            new: set.threshold,
        },
        version: U32Change {
            old: 0,
            new: set.version,
        },
        seq: set.event_seq,
        at: now,
    });
    let params = &ctx.accounts.params;
    emit_cpi!(ParamsInitialized {
        params: params.key(),
        actor: ctx.accounts.authority.key(),
        consumer: params.consumer,
        program: params.program,
        values: params.values,
        seq: params.event_seq,
        at: now,
    });
    Ok(())
}
