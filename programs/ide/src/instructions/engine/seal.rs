//! Seals a day: payments, arrears, surplus, burns, earmark and retirement in one step
//! (economics §10.4, §10.6).

use anchor_lang::prelude::*;
use anchor_spl::token::Token;
use ion_economics::{
    ide::{self as rules, DayMoney, EpochInput, EpochOutput, Ledgers, Mode, SealPrice},
    math,
    params::ide as params,
    units::DAY,
};

use crate::{
    constants::*,
    error::IdeError,
    events::{change, EpochSealed, U64Change},
    price::{self, Quote},
    state::{Currency, Engine, Epoch, EpochState, Payment, SealRules, Vaults},
    tokens::VaultSigner,
};

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct SealEpoch<'info> {
    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = PARAMS @ IdeError::WrongParams)]
    pub params: Box<Account<'info, registry::state::Params>>,

    #[account(mut, address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    #[account(mut, address = ENGINE @ IdeError::WrongEngine)]
    pub engine: AccountLoader<'info, Engine>,

    /// The day is compared in the handler; only `open_epoch` makes accounts of this type, one a day.
    #[account(mut)]
    pub epoch: AccountLoader<'info, Epoch>,

    /// CHECK: owner, type and feed in `price::read`; none stands for a silent oracle.
    pub price: Option<UncheckedAccount<'info>>,

    /// CHECK: the mint of the configuration, by address.
    #[account(mut, address = config.io_mint @ IdeError::WrongMint)]
    pub io_mint: UncheckedAccount<'info>,

    /// CHECK: the mint of the configuration, by address.
    #[account(address = config.usdc_mint @ IdeError::WrongMint)]
    pub usdc_mint: UncheckedAccount<'info>,

    /// CHECK: a vault of the ledger, by address.
    #[account(mut, address = vaults.reward_vault @ IdeError::WrongVaultAccount)]
    pub reward_vault: UncheckedAccount<'info>,

    /// CHECK: a vault of the ledger, by address.
    #[account(mut, address = vaults.fee_usdc @ IdeError::WrongVaultAccount)]
    pub fee_usdc: UncheckedAccount<'info>,

    /// CHECK: a vault of the ledger, by address.
    #[account(mut, address = vaults.fee_io @ IdeError::WrongVaultAccount)]
    pub fee_io: UncheckedAccount<'info>,

    /// CHECK: a vault of the ledger, by address.
    #[account(mut, address = vaults.pay_io @ IdeError::WrongVaultAccount)]
    pub pay_io: UncheckedAccount<'info>,

    /// CHECK: a vault of the ledger, by address.
    #[account(mut, address = vaults.pay_usdc @ IdeError::WrongVaultAccount)]
    pub pay_usdc: UncheckedAccount<'info>,

    pub token_program: Program<'info, Token>,
}

/// What the sealing was computed from and what came out.
struct Sealing {
    input: EpochInput,
    output: EpochOutput,
    rules: SealRules,
    price_p12: u64,
    floor_p12: u64,
}

/// What the event says of before, besides the input.
struct Before {
    buyback_usdc: u64,
    cumulative_io: u64,
    cumulative_usdc: u64,
    carried_io: u64,
    revenue_io: u64,
}

impl SealEpoch<'_> {
    /// Order, completeness and price; then the rule.
    #[inline(never)]
    fn decide(&self, now: i64) -> Result<Box<Sealing>> {
        let engine = self.engine.load()?;
        let epoch = self.epoch.load()?;
        require_eq!(epoch.day, engine.next_day, IdeError::SealOutOfOrder);
        let (start, end) = day_bounds(epoch.day)?;
        let mode = if self.config.is_ide_hour(first_hour(epoch.day)?) {
            Mode::Ide
        } else {
            Mode::Schedule
        };
        let wanted = match mode {
            Mode::Ide => EpochState::Reported,
            Mode::Schedule => EpochState::Ended,
        };
        require!(epoch.state == wanted.code(), IdeError::EpochNotReported);
        require!(
            mode == Mode::Schedule || epoch.hours_deposited == ALL_HOURS,
            IdeError::AllowanceIncomplete
        );
        let price = self.price(&epoch, &engine, mode, end, now)?;
        let (price_p12, floor_p12) = match &price {
            Some(price) => (
                price::stored(price.release12)?,
                price::stored(price.floor12)?,
            ),
            None => (0, 0),
        };
        // The values in force on the day itself: a later change reaches later days only.
        let in_force = end.checked_sub(1).unwrap_or(start);
        let rules = self.rules(in_force)?;
        let input = EpochInput {
            mode,
            rules: rules.to_rule(),
            price,
            ledgers: Ledgers {
                reward_io: self.vaults.y1_io,
                fee_usdc: self.vaults.yu_usdc,
                fee_io: self.vaults.yi_io,
            },
            money: DayMoney {
                emission_io: epoch.emission_io,
                revenue_usdc: epoch.revenue_usdc,
                revenue_io: math::add(epoch.revenue_io, engine.carried_revenue_io)
                    .map_err(IdeError::from)?,
            },
            obligation_usd_micros: match mode {
                Mode::Schedule => 0,
                Mode::Ide => math::add(epoch.hire_due_usd_micros, epoch.avail_usd_micros)
                    .map_err(IdeError::from)?,
            },
            arrears_usd_micros: engine.arrears_usd_micros,
            burn_due_usd_micros: engine.burn_due_usd_micros,
            history: engine.history(),
            health: engine.health()?,
        };
        let output = rules::seal(&input).map_err(IdeError::from)?;
        Ok(Box::new(Sealing {
            input,
            output,
            rules,
            price_p12,
            floor_p12,
        }))
    }

    /// The price of one usable update of after the day; `None` once the oracle was silent too long.
    fn price(
        &self,
        epoch: &Epoch,
        engine: &Engine,
        mode: Mode,
        end: i64,
        now: i64,
    ) -> Result<Option<SealPrice>> {
        let max_age = self.params.value(&params::MAX_AGE_SEAL, now);
        let quote = match &self.price {
            Some(account) => price::read(account, &self.config, &self.params, max_age, now)?,
            None => None,
        };
        match quote {
            Some(Quote {
                price,
                publish_time,
            }) if publish_time >= end => Ok(Some(rules::seal_price(&price))),
            _ => {
                let known_at = match mode {
                    Mode::Ide => epoch.reported_at,
                    Mode::Schedule => epoch.ended_at,
                };
                let silent_until = known_at
                    .max(engine.sealed_at)
                    .checked_add(self.params.value(&params::ORACLE_SILENCE, now))
                    .ok_or(IdeError::ArithmeticOverflow)?;
                require_gt!(now, silent_until, IdeError::OracleUnusable);
                Ok(None)
            }
        }
    }

    #[inline(never)]
    fn rules(&self, at: i64) -> Result<SealRules> {
        let value = |param| self.params.value(param, at);
        Ok(SealRules {
            psi_deficit_bps: narrow(value(&params::PSI_DEFICIT))?,
            psi_critical_bps: narrow(value(&params::PSI_CRITICAL))?,
            psi_normal_bps: narrow(value(&params::PSI_NORMAL))?,
            psi_cap_bps: narrow(value(&params::PSI_EMA_CAP))?,
            burn_bps: narrow(value(&params::BURN_BPS))?,
            unemitted_burn_bps: narrow(value(&params::UNEMITTED_BURN_BPS))?,
            carry_days: narrow(value(&params::CARRY_DAYS))?,
            reserve_max_days: narrow(value(&params::RESERVE_MAX_DAYS))?,
            critical_days: narrow(value(&params::CRITICAL_DAYS))?,
            order: narrow(value(&params::ORDER))?,
            psi_epochs: narrow(value(&params::PSI_EPOCHS))?,
        })
    }

    /// Writes ledgers, engine and epoch; returns what stood there before.
    #[inline(never)]
    fn book(&mut self, sealing: &Sealing, now: i64) -> Result<Before> {
        let (input, output) = (&sealing.input, &sealing.output);
        let mut engine = self.engine.load_mut()?;
        let mut epoch = self.epoch.load_mut()?;
        let vaults = &mut self.vaults;
        let before = Before {
            buyback_usdc: vaults.buyback_usdc,
            cumulative_io: engine.cumulative_io,
            cumulative_usdc: engine.cumulative_usdc,
            carried_io: engine.carried_revenue_io,
            revenue_io: epoch.revenue_io,
        };
        let (io, usdc) = paid(output)?;
        vaults.y1_io = output.ledgers.reward_io;
        vaults.yu_usdc = output.ledgers.fee_usdc;
        vaults.yi_io = output.ledgers.fee_io;
        vaults.waiting_io = sub(vaults.waiting_io, input.money.emission_io)?;
        vaults.payable_io = add(vaults.payable_io, io)?;
        vaults.payable_usdc = add(vaults.payable_usdc, usdc)?;
        vaults.buyback_usdc = add(vaults.buyback_usdc, output.earmarked_usdc)?;
        vaults.burned_io = add(vaults.burned_io, output.burned_io)?;
        vaults.retired_io = add(vaults.retired_io, output.retired_io)?;

        engine.next_day = add(engine.next_day, 1)?;
        engine.sealed_at = now;
        engine.cumulative_io = add(engine.cumulative_io, io)?;
        engine.cumulative_usdc = add(engine.cumulative_usdc, usdc)?;
        engine.arrears_usd_micros = output.arrears_usd_micros;
        engine.burn_due_usd_micros = output.burn_due_usd_micros;
        engine.carried_revenue_io = output.carried_revenue_io;
        engine.set_history(&output.history);
        engine.set_health(&output.health);

        epoch.obligation_usd_micros = input.obligation_usd_micros;
        epoch.price_p12 = sealing.price_p12;
        epoch.floor_p12 = sealing.floor_p12;
        epoch.paid_obligation = Payment::from_rule(&output.paid_obligation);
        epoch.paid_arrears = Payment::from_rule(&output.paid_arrears);
        epoch.short_usd_micros = output.short_usd_micros;
        epoch.arrears_usd_micros = output.arrears_usd_micros;
        epoch.surplus_usd_micros = output.surplus_usd_micros;
        epoch.burn_usd_micros = output.burn_usd_micros;
        epoch.burn_due_usd_micros = output.burn_due_usd_micros;
        epoch.burned_io = output.burned_io;
        epoch.earmarked_usdc = output.earmarked_usdc;
        epoch.retired_io = output.retired_io;
        epoch.cumulative_io = engine.cumulative_io;
        epoch.cumulative_usdc = engine.cumulative_usdc;
        epoch.y1_io = output.ledgers.reward_io;
        epoch.yu_usdc = output.ledgers.fee_usdc;
        epoch.yi_io = output.ledgers.fee_io;
        epoch.carried_in_io = before.carried_io;
        epoch.revenue_usd_micros = output.revenue_usd_micros;
        epoch.ema_fp = output.health.ema_fp.unwrap_or(0);
        epoch.reserve_usd_micros = output.reserve_usd_micros;
        epoch.mean_obligation_usd_micros =
            output.history.mean_obligation().map_err(IdeError::from)?;
        epoch.psi_bps = output.ratio_bps.unwrap_or(0);
        epoch.rules = sealing.rules;
        epoch.mode = mode_code(input.mode);
        epoch.status = output.health.status.code();
        epoch.sealed_at = now;
        // without payouts nothing depends on the day any more
        epoch.state = match input.mode {
            Mode::Schedule => EpochState::Closed.code(),
            Mode::Ide => EpochState::Sealed.code(),
        };
        Ok(before)
    }

    #[inline(never)]
    fn move_tokens(&self, output: &EpochOutput) -> Result<()> {
        let signer = VaultSigner {
            vaults: self.vaults.to_account_info(),
            bump: self.vaults.bump,
            token_program: self.token_program.key(),
        };
        let (a, b) = (&output.paid_obligation, &output.paid_arrears);
        let io = add(a.reward_io, b.reward_io)?;
        signer.send(
            Currency::Io,
            &self.io_mint,
            &self.reward_vault,
            &self.pay_io,
            io,
        )?;
        let usdc = add(a.usdc, b.usdc)?;
        signer.send(
            Currency::Usdc,
            &self.usdc_mint,
            &self.fee_usdc,
            &self.pay_usdc,
            usdc,
        )?;
        let fee_io = add(a.fee_io, b.fee_io)?;
        signer.send(
            Currency::Io,
            &self.io_mint,
            &self.fee_io,
            &self.pay_io,
            fee_io,
        )?;
        signer.burn(&self.io_mint, &self.fee_io, output.burned_io)?;
        signer.burn(&self.io_mint, &self.reward_vault, output.retired_io)
    }

    #[inline(never)]
    fn event(&self, sealing: &Sealing, before: &Before, now: i64) -> Result<Box<EpochSealed>> {
        let (input, output) = (&sealing.input, &sealing.output);
        let mut epoch = self.epoch.load_mut()?;
        let seq = epoch.next_event()?;
        let ema = |health: &rules::Health| health.ema_fp.unwrap_or(0);
        let ledgers = &input.ledgers;
        let cumulative = |old, new| U64Change { old, new };
        Ok(Box::new(EpochSealed {
            epoch: self.epoch.key(),
            day: epoch.day,
            mode: epoch.mode,
            rules: (&sealing.rules).into(),
            price_p12: sealing.price_p12,
            floor_p12: sealing.floor_p12,
            emission_io: input.money.emission_io,
            revenue_usdc: input.money.revenue_usdc,
            revenue_io: before.revenue_io,
            carried_revenue_io: change(before.carried_io, output.carried_revenue_io),
            obligation_usd_micros: input.obligation_usd_micros,
            revenue_usd_micros: output.revenue_usd_micros,
            paid_obligation: (&epoch.paid_obligation).into(),
            paid_arrears: (&epoch.paid_arrears).into(),
            short_usd_micros: output.short_usd_micros,
            arrears_usd_micros: change(input.arrears_usd_micros, output.arrears_usd_micros),
            surplus_usd_micros: output.surplus_usd_micros,
            burn_usd_micros: output.burn_usd_micros,
            burn_due_usd_micros: change(input.burn_due_usd_micros, output.burn_due_usd_micros),
            burned_io: output.burned_io,
            earmarked_usdc: output.earmarked_usdc,
            retired_io: output.retired_io,
            y1_io: change(ledgers.reward_io, output.ledgers.reward_io),
            yu_usdc: change(ledgers.fee_usdc, output.ledgers.fee_usdc),
            yi_io: change(ledgers.fee_io, output.ledgers.fee_io),
            buyback_usdc: change(before.buyback_usdc, self.vaults.buyback_usdc),
            cumulative_io: cumulative(before.cumulative_io, epoch.cumulative_io),
            cumulative_usdc: cumulative(before.cumulative_usdc, epoch.cumulative_usdc),
            psi_bps: epoch.psi_bps,
            ema_fp: change(ema(&input.health), ema(&output.health)),
            reserve_usd_micros: output.reserve_usd_micros,
            mean_obligation_usd_micros: epoch.mean_obligation_usd_micros,
            old_status: input.health.status.code(),
            new_status: output.health.status.code(),
            seq,
            at: now,
        }))
    }
}

/// Seals the next day: its money joins the ledgers, obligations and arrears are paid into the payout
/// vaults, the burn share of the surplus is burned or earmarked, unspent emission is retired.
///
/// Errors: `WrongConfig`, `WrongParams`, `WrongVaults`, `WrongEngine`, `SealOutOfOrder`,
/// `EpochNotReported`, `AllowanceIncomplete`, `BadOracleAccount`, `OracleUnusable`, `WrongMint`,
/// `WrongVaultAccount`, `CorruptState`, `ArithmeticOverflow`.
pub fn handle_seal_epoch(ctx: Context<SealEpoch>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let sealing = ctx.accounts.decide(now)?;
    let before = ctx.accounts.book(&sealing, now)?;
    ctx.accounts.move_tokens(&sealing.output)?;
    let event = ctx.accounts.event(&sealing, &before, now)?;
    emit_cpi!(*event);
    Ok(())
}

/// First hour index of a day.
fn first_hour(day: u64) -> Result<u64> {
    day.checked_mul(HOURS_PER_DAY)
        .ok_or_else(|| error!(IdeError::ArithmeticOverflow))
}

/// First second of a day and of the next one, Unix seconds.
pub(crate) fn day_bounds(day: u64) -> Result<(i64, i64)> {
    i64::try_from(day)
        .ok()
        .and_then(|day| day.checked_mul(DAY))
        .and_then(|start| start.checked_add(DAY).map(|end| (start, end)))
        .ok_or_else(|| error!(IdeError::ArithmeticOverflow))
}

fn mode_code(mode: Mode) -> u8 {
    match mode {
        Mode::Schedule => 0,
        Mode::Ide => 1,
    }
}

/// IO and USDC of both payments.
fn paid(output: &EpochOutput) -> Result<(u64, u64)> {
    let (a, b) = (&output.paid_obligation, &output.paid_arrears);
    let io = add(
        a.io().map_err(IdeError::from)?,
        b.io().map_err(IdeError::from)?,
    )?;
    Ok((io, add(a.usdc, b.usdc)?))
}

fn add(a: u64, b: u64) -> Result<u64> {
    Ok(math::add(a, b).map_err(IdeError::from)?)
}

fn sub(a: u64, b: u64) -> Result<u64> {
    Ok(math::sub(a, b).map_err(IdeError::from)?)
}

/// A parameter in the width it is used in; its bounds fit.
fn narrow<T: TryFrom<i64>>(value: i64) -> Result<T> {
    T::try_from(value).map_err(|_| error!(IdeError::ArithmeticOverflow))
}
