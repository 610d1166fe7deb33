//! Gives a class new rates from the next day on (economics §10.2, §10.7).

use anchor_lang::prelude::*;
use ion_economics::{ide::RateSet, params::ide::KNOB_STEP_BPS, units::UnixSeconds};
use registry::{
    cpi::{self, accounts as calls},
    state::ActionKind,
    ConsumeActionArgs,
};

use crate::{
    checks,
    constants::*,
    error::IdeError,
    events::{ClassRatesSet, RatesFrom},
    state::{ClassRates, Engine},
};

/// Caller: anyone, once governance's action is due.
#[event_cpi]
#[derive(Accounts)]
pub struct SetClassRates<'info> {
    /// CHECK: signs the call; a fixed address without data.
    #[account(address = CALLER @ IdeError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    #[account(mut, address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = PARAMS @ IdeError::WrongParams)]
    pub params: Box<Account<'info, registry::state::Params>>,

    /// The kind is read in the handler; the registry checks its address.
    #[account(mut)]
    pub action: Box<Account<'info, registry::state::Action>>,

    /// Compared with the action by the registry.
    #[account(mut)]
    pub class: Box<Account<'info, registry::state::ProcessorClass>>,

    #[account(address = ENGINE @ IdeError::WrongEngine)]
    pub engine: AccountLoader<'info, Engine>,

    /// The class is compared in the handler; only `open_class_rates` makes accounts of this type.
    #[account(mut)]
    pub rates: AccountLoader<'info, ClassRates>,

    /// CHECK: checked by the registry.
    pub registry_event_authority: UncheckedAccount<'info>,

    pub registry_program: Program<'info, registry::program::Registry>,
}

impl SetClassRates<'_> {
    /// Class and rates that the action decides, from `from_day` on.
    fn decided(&self, from_day: u64) -> Result<(u16, RateSet)> {
        match self.action.payload {
            ActionKind::SetClassRates {
                class,
                avail_rate_usd_micros,
                hire_rate_usd_micros,
                list_price_usd_micros,
                max_processors,
            } => Ok((
                class,
                RateSet {
                    from_day,
                    avail_usd_micros: avail_rate_usd_micros,
                    hire_usd_micros: hire_rate_usd_micros,
                    list_usd_micros: list_price_usd_micros,
                    max_processors,
                },
            )),
            _ => err!(IdeError::WrongAction),
        }
    }

    /// Oldest day that may still need rates: the first unreported day of mode `Ide`.
    fn needed_from(&self, from_day: u64) -> Result<u64> {
        if self.config.ide_from_hour == u64::MAX {
            return Ok(from_day);
        }
        let first = self
            .config
            .ide_from_hour
            .checked_div(HOURS_PER_DAY)
            .ok_or(IdeError::ArithmeticOverflow)?;
        Ok(self.engine.load()?.unreported_from(first))
    }

    #[inline(never)]
    fn consume(&self) -> Result<()> {
        let seeds: &[&[u8]] = &[CALLER_SEED, &[CALLER_BUMP]];
        cpi::consume_action(
            CpiContext::new_with_signer(
                self.registry_program.key(),
                calls::ConsumeAction {
                    caller: self.caller.to_account_info(),
                    config: self.config.to_account_info(),
                    action: self.action.to_account_info(),
                    class: Some(self.class.to_account_info()),
                    event_authority: self.registry_event_authority.to_account_info(),
                    program: self.registry_program.to_account_info(),
                },
                &[seeds],
            ),
            ConsumeActionArgs {
                payload: self.action.payload.clone(),
            },
        )
    }
}

fn dated(set: &RateSet) -> RatesFrom {
    RatesFrom {
        from_day: set.from_day,
        avail_rate_usd_micros: set.avail_usd_micros,
        hire_rate_usd_micros: set.hire_usd_micros,
        list_price_usd_micros: set.list_usd_micros,
        max_processors: set.max_processors,
    }
}

/// Consumes the queued decision and adds its rates from the next UTC day on. The first rates of a
/// class are free within the hard bounds; later ones move by steps in the directions that the status
/// allows, once in seven days.
///
/// Errors: `WrongCaller`, `WrongConfig`, `WrongParams`, `WrongAction`, `WrongEngine`, `WrongClass`,
/// `RatesOutOfBounds`, `RateStepTooLarge`, `RateChangeTooSoon`, `RatesInUse`, `CorruptState`,
/// `ArithmeticOverflow`; the registry's `WrongTarget`, `TimelockNotOver`, `ActionExpired`,
/// `ActionAlreadyExecuted`.
pub fn handle_set_class_rates(ctx: Context<SetClassRates>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = &ctx.accounts;
    let from_day = checks::day_of(UnixSeconds::new(now))?
        .checked_add(1)
        .ok_or(IdeError::ArithmeticOverflow)?;
    let (class, next) = accounts.decided(from_day)?;
    let needed_from = accounts.needed_from(from_day)?;
    let status = accounts.engine.load()?.health()?.status;
    let step = u16::try_from(accounts.params.value(&KNOB_STEP_BPS, now))
        .map_err(|_| IdeError::ArithmeticOverflow)?;
    let (old, seq) = {
        let mut rates = accounts.rates.load_mut()?;
        require_eq!(rates.class, class, IdeError::WrongClass);
        let history = rates.history();
        let changed = history
            .with(next, status, step, needed_from)
            .map_err(IdeError::from)?;
        rates.set_history(&changed);
        (history.last(), rates.next_event()?)
    };
    accounts.consume()?;

    emit_cpi!(ClassRatesSet {
        rates: ctx.accounts.rates.key(),
        class,
        action: ctx.accounts.action.key(),
        old: old.as_ref().map(dated),
        new: dated(&next),
        status: status.code(),
        seq,
        at: now,
    });
    Ok(())
}
