//! Creates the account of a UTC day (economics §1.7 F2, §13.7).

use anchor_lang::prelude::*;
use ion_economics::{
    params::ide::{MAX_EPOCH_OBLIGATION, OPEN_AHEAD},
    units::UnixSeconds,
};

use crate::{
    checks,
    constants::*,
    error::IdeError,
    events::EpochOpened,
    state::{Epoch, Vaults},
};

/// Arguments of `open_epoch`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct OpenEpochArgs {
    /// UTC day index: from the engine's first day to `open_ahead` days after today.
    pub day: u64,
}

/// Caller: anyone; the payer is recorded for the return of the rent.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: OpenEpochArgs)]
pub struct OpenEpoch<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(address = PARAMS @ IdeError::WrongParams)]
    pub params: Box<Account<'info, registry::state::Params>>,

    #[account(address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    #[account(
        init,
        payer = payer,
        space = Epoch::SPACE,
        seeds = [EPOCH_SEED, &args.day.to_le_bytes()],
        bump,
    )]
    pub epoch: AccountLoader<'info, Epoch>,

    pub system_program: Program<'info, System>,
}

impl OpenEpoch<'_> {
    /// The day is one that exists and is near enough.
    fn validate(&self, args: &OpenEpochArgs, now: UnixSeconds) -> Result<()> {
        // args
        require_gte!(args.day, self.vaults.first_day, IdeError::EpochBeforeStart);
        let ahead = u64::try_from(self.params.value(&OPEN_AHEAD, now.get()))
            .map_err(|_| IdeError::ArithmeticOverflow)?;
        let last = checks::day_of(now)?
            .checked_add(ahead)
            .ok_or(IdeError::ArithmeticOverflow)?;
        require_gte!(last, args.day, IdeError::EpochTooFarAhead);
        Ok(())
    }
}

/// Creates an epoch that takes money of its day, with the obligation limit of now.
///
/// Errors: `WrongParams`, `WrongVaults`, `EpochBeforeStart`, `EpochTooFarAhead`,
/// `ArithmeticOverflow`.
pub fn handle_open_epoch(ctx: Context<OpenEpoch>, args: OpenEpochArgs) -> Result<()> {
    let now = UnixSeconds::new(Clock::get()?.unix_timestamp);
    ctx.accounts.validate(&args, now)?;

    let limit = ctx.accounts.params.value(&MAX_EPOCH_OBLIGATION, now.get());
    let limit = u64::try_from(limit).map_err(|_| IdeError::ArithmeticOverflow)?;
    let payer = ctx.accounts.payer.key();
    let seq = {
        let mut epoch = ctx.accounts.epoch.load_init()?;
        *epoch = Epoch::open(ctx.bumps.epoch, args.day, payer, limit, now.get());
        epoch.next_event()?
    };

    emit_cpi!(EpochOpened {
        epoch: ctx.accounts.epoch.key(),
        payer,
        day: args.day,
        max_obligation_usd_micros: limit,
        seq,
        at: now.get(),
    });
    Ok(())
}
