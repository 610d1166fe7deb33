//! Uses up a queued decision that another program applies (economics §1.7 F4, §13.7).

use anchor_lang::prelude::*;

use crate::{
    constants::*,
    error::RegistryError,
    events::{ActionExecuted, ClassRated, U8Change},
    state::{Action, ActionKind, Applier, Config, ProcessorClass},
};

/// Arguments of `consume_action`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ConsumeActionArgs {
    /// The whole payload that the caller is about to apply.
    pub payload: ActionKind,
}

/// Caller: the engine for its rates and the mode switch, the booking program for adjustments. The
/// class is given with `SetClassRates`, and only then.
#[event_cpi]
#[derive(Accounts)]
pub struct ConsumeAction<'info> {
    pub caller: Signer<'info>,

    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,

    #[account(mut, seeds = [ACTION_SEED, &action.id.to_le_bytes()], bump = action.bump)]
    pub action: Box<Account<'info, Action>>,

    #[account(mut, seeds = [CLASS_SEED, &class.id.to_le_bytes()], bump = class.bump)]
    pub class: Option<Box<Account<'info, ProcessorClass>>>,
}

impl ConsumeAction<'_> {
    fn validate(&self, args: &ConsumeActionArgs) -> Result<()> {
        // caller
        let consumer = match self.action.payload.applier() {
            Applier::Registry => return err!(RegistryError::NotActionConsumer),
            Applier::Ide => self.config.ide_caller,
            Applier::Booking => self.config.booking_caller,
        };
        require_keys_eq!(
            self.caller.key(),
            consumer,
            RegistryError::NotActionConsumer
        );
        // payload
        require!(
            args.payload == self.action.payload && args.payload.hash()? == self.action.hash,
            RegistryError::ActionPayloadMismatch
        );
        // class
        match (&self.action.payload, &self.class) {
            (ActionKind::SetClassRates { class, .. }, Some(given)) => {
                require!(given.id == *class, RegistryError::WrongTarget);
            }
            (ActionKind::SetClassRates { .. }, None) => {
                return err!(RegistryError::MissingTarget);
            }
            (_, Some(_)) => return err!(RegistryError::UnneededTarget),
            (_, None) => {}
        }
        Ok(())
    }
}

/// Marks the action as executed inside its window; the caller applies and bounds it in the same
/// instruction. The first rates of a class make it count as rated.
///
/// Errors: `NotActionConsumer`, `ActionPayloadMismatch`, `MissingTarget`, `WrongTarget`,
/// `UnneededTarget`, `QueuedBeforeSeal`, `TimelockNotOver`, `ActionExpired`,
/// `ActionAlreadyExecuted`, `ActionAlreadyCancelled`.
pub fn handle_consume_action(ctx: Context<ConsumeAction>, args: ConsumeActionArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let now = Clock::get()?.unix_timestamp;
    let is_sealed = ctx.accounts.config.is_genesis_sealed();
    let action = &mut ctx.accounts.action;
    let old = action.status;
    action.execute(is_sealed, now)?;
    let seq = action.next_event()?;
    emit_cpi!(ActionExecuted {
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.caller.key(),
        id: ctx.accounts.action.id,
        hash: ctx.accounts.action.hash,
        status: U8Change {
            old,
            new: ctx.accounts.action.status,
        },
        seq,
        at: now,
    });

    let Some(class) = ctx.accounts.class.as_mut() else {
        return Ok(());
    };
    if class.rates_set {
        return Ok(());
    }
    let counted = class.counted();
    class.rates_set = true;
    let recounted = class.counted();
    let seq = class.next_event()?;
    let key = class.key();
    ctx.accounts.config.count_class(counted, recounted)?;
    emit_cpi!(ClassRated {
        class: key,
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.caller.key(),
        live_classes: ctx.accounts.config.live_classes,
        rated_live_classes: ctx.accounts.config.rated_live_classes,
        seq,
        at: now,
    });
    Ok(())
}
