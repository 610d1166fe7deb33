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

use super::sealing::{add, Sealing};
use crate::{
    constants::*,
    error::IdeError,
    price::{self, Quote},
    state::{Currency, Engine, Epoch, EpochState, SealRules, Vaults},
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

/// A parameter in the width it is used in; its bounds fit.
fn narrow<T: TryFrom<i64>>(value: i64) -> Result<T> {
    T::try_from(value).map_err(|_| error!(IdeError::ArithmeticOverflow))
}
