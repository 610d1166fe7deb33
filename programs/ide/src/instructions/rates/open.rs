//! Creates the account of a class's rates (economics §1.7 F2).

use anchor_lang::prelude::*;

use crate::{constants::*, events::RatesOpened, state::ClassRates};

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct OpenClassRates<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    /// Only the registry makes accounts of this type, one a class.
    pub class: Box<Account<'info, registry::state::ProcessorClass>>,

    #[account(
        init,
        payer = payer,
        space = ClassRates::SPACE,
        seeds = [RATES_SEED, &class.id.to_le_bytes()],
        bump,
    )]
    pub rates: AccountLoader<'info, ClassRates>,

    pub system_program: Program<'info, System>,
}

/// Creates the account without rates; governance fills it.
///
/// Errors: those of the framework.
pub fn handle_open_class_rates(ctx: Context<OpenClassRates>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let class = ctx.accounts.class.id;
    let seq = {
        let mut rates = ctx.accounts.rates.load_init()?;
        rates.class = class;
        rates.version = ACCOUNT_VERSION;
        rates.bump = ctx.bumps.rates;
        rates.next_event()?
    };

    emit_cpi!(RatesOpened {
        rates: ctx.accounts.rates.key(),
        class,
        payer: ctx.accounts.payer.key(),
        seq,
        at: now,
    });
    Ok(())
}
