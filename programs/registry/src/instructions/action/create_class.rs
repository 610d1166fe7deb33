//! Executes the creation of a processor class (economics §12, §13.7).

use anchor_lang::prelude::*;

use crate::{
    constants::*,
    error::RegistryError,
    events::{ActionExecuted, ClassCreated, U8Change},
    state::{Action, ActionKind, ClassCounted, Config, ProcessorClass},
};

/// Caller: anyone; the action fixes everything.
#[event_cpi]
#[derive(Accounts)]
pub struct CreateClass<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,

    #[account(mut, seeds = [ACTION_SEED, &action.id.to_le_bytes()], bump = action.bump)]
    pub action: Box<Account<'info, Action>>,

    #[account(
        init,
        payer = payer,
        space = ProcessorClass::SPACE,
        seeds = [CLASS_SEED, &class_seed(&action)?],
        bump,
    )]
    pub class: Box<Account<'info, ProcessorClass>>,

    pub system_program: Program<'info, System>,
}

/// Seed of the class that the action creates.
fn class_seed(action: &Action) -> Result<[u8; 2]> {
    match action.payload {
        ActionKind::CreateClass { id, .. } => Ok(id.to_le_bytes()),
        _ => err!(RegistryError::NotCreateClass),
    }
}

/// Creates the class with terms in force at once, since no device of it exists.
///
/// Errors: `NotCreateClass`, `ClassRatesMissing`, `QueuedBeforeSeal`, `TimelockNotOver`, `ActionExpired`,
/// `ActionAlreadyExecuted`, `ActionAlreadyCancelled`.
pub fn handle_create_class(ctx: Context<CreateClass>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let ActionKind::CreateClass { id, name, terms } = ctx.accounts.action.payload else {
        return err!(RegistryError::NotCreateClass);
    };
    let is_sealed = ctx.accounts.config.is_genesis_sealed();
    let old_status = ctx.accounts.action.status;
    ctx.accounts.action.execute(is_sealed, now)?;
    let action_seq = ctx.accounts.action.next_event()?;

    terms.check()?;
    ctx.accounts
        .class
        .set_inner(ProcessorClass::new(ctx.bumps.class, id, name, &terms, now));
    let absent = ClassCounted {
        live: false,
        rated: false,
    };
    let counted = ctx.accounts.class.counted();
    ctx.accounts.config.check_rated(counted)?;
    ctx.accounts.config.count_class(absent, counted)?;

    emit_cpi!(ActionExecuted {
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.payer.key(),
        id: ctx.accounts.action.id,
        hash: ctx.accounts.action.hash,
        status: U8Change {
            old: old_status,
            new: ctx.accounts.action.status,
        },
        seq: action_seq,
        at: now,
    });
    emit_cpi!(ClassCreated {
        class: ctx.accounts.class.key(),
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.payer.key(),
        id,
        name,
        terms,
        seq: ctx.accounts.class.event_seq,
        at: now,
    });
    Ok(())
}
