//! Corrects a total by a decision of governance (economics §9.1, §9.2).

use anchor_lang::prelude::*;
use registry::{
    program::Registry,
    state::{Action, ActionKind, Config},
    ConsumeActionArgs,
};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, I64Change, TneAdjusted},
    state::TneTotals,
};

/// Caller: anyone, once the queued action may be executed. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct Adjust<'info> {
    pub by: Signer<'info>,

    #[account(mut, address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(mut)]
    pub action: Box<Account<'info, Action>>,

    #[account(mut)]
    pub tne: AccountLoader<'info, TneTotals>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ BookingError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: registry itself checks its event authority.
    pub registry_event_authority: UncheckedAccount<'info>,

    pub registry_program: Program<'info, Registry>,
}

impl Adjust<'_> {
    /// Registry checks payload, window and state of the action and marks it executed.
    fn consume(&self) -> Result<()> {
        registry::cpi::consume_action(
            CpiContext::new_with_signer(
                registry::ID,
                registry::cpi::accounts::ConsumeAction {
                    caller: self.caller.to_account_info(),
                    config: self.config.to_account_info(),
                    action: self.action.to_account_info(),
                    class: None,
                    event_authority: self.registry_event_authority.to_account_info(),
                    program: self.registry_program.to_account_info(),
                },
                &[&[CALLER_SEED, &[CALLER_BUMP]]],
            ),
            ConsumeActionArgs {
                payload: self.action.payload.clone(),
            },
        )
    }
}

/// Adds the decided amount to the correction counters of the first shard; the counters of events are
/// never edited.
///
/// Errors: `WrongAction`, `WrongAdjustmentShard`, `AdjustmentTooLarge`, and those of registry's
/// `consume_action`.
pub fn handle_adjust(ctx: Context<Adjust>) -> Result<()> {
    let now = checks::now()?;
    let ActionKind::AdjustTne {
        counter,
        amount_io,
        reason_hash,
    } = ctx.accounts.action.payload
    else {
        return err!(BookingError::WrongAction);
    };
    require!(
        amount_io.unsigned_abs() <= MAX_ADJUSTMENT_IO,
        BookingError::AdjustmentTooLarge
    );
    let (before, after, seq) = {
        let mut tne = ctx.accounts.tne.load_mut()?;
        require!(
            tne.shard == ADJUSTMENT_SHARD,
            BookingError::WrongAdjustmentShard
        );
        let before = tne.adjusted(counter);
        tne.adjust(counter, amount_io, now)?;
        (before, tne.adjusted(counter), tne.next_adjustment()?)
    };
    ctx.accounts.consume()?;

    emit(
        &ctx.accounts.event_authority,
        &TneAdjusted {
            tne: ctx.accounts.tne.key(),
            action: ctx.accounts.action.key(),
            counter: counter as u8,
            amount_io,
            reason_hash,
            adjusted: I64Change {
                old: before,
                new: after,
            },
            by: ctx.accounts.by.key(),
            seq,
            at: now,
        },
    )?;
    Ok(())
}
