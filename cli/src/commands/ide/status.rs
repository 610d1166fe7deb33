//! `ion ide status`.

use ide::state::Vaults;
use ion_client::{accounts, addresses};
use ion_economics::units::DAY;

use super::{engine, status_name};
use crate::{
    amount::Amount,
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
};

/// Runs the verb.
pub fn run(ctx: &Context) -> Outcome<()> {
    let vaults: Vaults = accounts::fetch(&ctx.chain, &addresses::ide::vaults())?;
    let engine = engine(ctx)?;
    let config = ctx.config()?;
    let switch = if config.ide_from_hour == u64::MAX {
        Cell::Nothing
    } else {
        Cell::Time(
            i64::try_from(config.ide_from_hour)
                .unwrap_or(i64::MAX)
                .saturating_mul(3_600),
        )
    };
    let ema = engine
        .health()
        .ok()
        .and_then(|health| health.ema_bps())
        .map_or(Cell::Nothing, Cell::Bps);
    let mean = engine.history().mean_obligation().unwrap_or_default();
    let next_ends = i64::try_from(engine.next_day)
        .unwrap_or(i64::MAX)
        .saturating_add(1)
        .saturating_mul(DAY);
    ctx.print(
        &Record::new()
            .with("status", status_name(engine.status))
            .with("pays_since", switch)
            .with("average_ratio", ema)
            .with("next_day_to_seal", engine.next_day)
            .with("that_day_ends_at", Cell::Time(next_ends))
            .with("mean_obligation", Amount::usd(mean))
            .with("arrears", Amount::usd(engine.arrears_usd_micros))
            .with("reward_vault", Amount::io(vaults.y1_io))
            .with("emission_waiting", Amount::io(vaults.waiting_io))
            .with("fee_vault_usdc", Amount::usdc(vaults.yu_usdc))
            .with("fee_vault_io", Amount::io(vaults.yi_io))
            .with("earmarked", Amount::usdc(vaults.buyback_usdc))
            .with("in_open_lot", Amount::usdc(vaults.lot_usdc))
            .with("burn_carried_over", Amount::usd(engine.burn_due_usd_micros))
            .with("claimable_io", Amount::io(vaults.payable_io))
            .with("claimable_usdc", Amount::usdc(vaults.payable_usdc))
            .with("paid_io", Amount::io(engine.cumulative_io))
            .with("paid_usdc", Amount::usdc(engine.cumulative_usdc))
            .with("burned", Amount::io(vaults.burned_io))
            .with("retired", Amount::io(vaults.retired_io))
            .with("bought_back", Amount::io(vaults.bought_io))
            .with("spent_on_it", Amount::usdc(vaults.spent_usdc)),
    );
    Ok(())
}
