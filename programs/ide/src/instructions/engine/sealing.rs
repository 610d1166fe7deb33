//! What a sealing writes: ledgers, engine, epoch and event (economics §10.4).

use anchor_lang::prelude::*;
use ion_economics::{
    ide::{self as rules, EpochInput, EpochOutput, Mode},
    math,
};

use super::seal::SealEpoch;
use crate::{
    error::IdeError,
    events::{change, EpochSealed, U64Change},
    state::{EpochState, Payment, SealRules},
};

/// What the sealing was computed from and what came out.
pub(super) struct Sealing {
    pub input: EpochInput,
    pub output: EpochOutput,
    pub rules: SealRules,
    pub price_p12: u64,
    pub floor_p12: u64,
}

/// What the event says of before, besides the input.
pub(super) struct Before {
    pub buyback_usdc: u64,
    pub cumulative_io: u64,
    pub cumulative_usdc: u64,
    pub carried_io: u64,
    pub revenue_io: u64,
}

impl SealEpoch<'_> {
    /// Writes ledgers, engine and epoch; returns what stood there before.
    #[inline(never)]
    pub(super) fn book(&mut self, sealing: &Sealing, now: i64) -> Result<Before> {
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
    pub(super) fn event(
        &self,
        sealing: &Sealing,
        before: &Before,
        now: i64,
    ) -> Result<Box<EpochSealed>> {
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

pub(super) fn add(a: u64, b: u64) -> Result<u64> {
    Ok(math::add(a, b).map_err(IdeError::from)?)
}

fn sub(a: u64, b: u64) -> Result<u64> {
    Ok(math::sub(a, b).map_err(IdeError::from)?)
}
