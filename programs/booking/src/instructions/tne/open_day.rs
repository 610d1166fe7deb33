//! Creates the permanent account of a day that is over (economics §9.3).

use anchor_lang::prelude::*;
use ion_economics::units::UnixSeconds;

use crate::{checks, constants::*, error::BookingError, state::TneDay};

/// Arguments of `open_tne_day`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct OpenTneDayArgs {
    /// UTC day, `floor(t/86400)`.
    pub day: u64,
}

/// Caller: anyone; pays the rent, which stays.
#[derive(Accounts)]
#[instruction(args: OpenTneDayArgs)]
pub struct OpenTneDay<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(
        init,
        payer = payer,
        space = TneDay::SPACE,
        seeds = [TNE_DAY_SEED, &args.day.to_le_bytes()],
        bump,
    )]
    pub tne_day: Box<Account<'info, TneDay>>,

    pub system_program: Program<'info, System>,
}

/// Creates the empty account of a past day; `fold_tne_day` fills it.
///
/// Errors: `DayNotOver`.
pub fn handle_open_tne_day(ctx: Context<OpenTneDay>, args: OpenTneDayArgs) -> Result<()> {
    let today = u64::try_from(UnixSeconds::new(checks::now()?).day_index())
        .map_err(|_| BookingError::CorruptState)?;
    require!(args.day < today, BookingError::DayNotOver);
    ctx.accounts
        .tne_day
        .set_inner(TneDay::empty(ctx.bumps.tne_day, args.day));
    Ok(())
}
