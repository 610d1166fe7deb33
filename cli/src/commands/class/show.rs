//! `ion class show`.

use clap::Args;
use ion_client::{accounts, addresses};
use ion_economics::{math, params};
use registry::state::{Params, ProcessorClass};

use crate::{
    amount::Amount,
    commands::device::show::class_name,
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `class show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion class show 12")]
pub struct ShowArgs {
    /// Number of the class
    class: u16,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let address = addresses::registry::class(self.class);
        let class: ProcessorClass = accounts::find(&ctx.chain, &address)?.ok_or_else(|| {
            Failure::chain(
                "the class was not found",
                format!("there is no class {}", self.class),
            )
            .next("ion class list shows all classes")
        })?;
        let now = ctx.now()?;
        let staking: Params =
            accounts::fetch(&ctx.chain, &addresses::registry::params(&staking::ID))?;
        let base =
            u64::try_from(staking.value(&params::staking::BASE_STAKE, now)).unwrap_or_default();
        ctx.print(&record(&class, now).with(
            "stake_per_processor",
            stake_per_processor(&class, base, now),
        ));
        Ok(())
    }
}

/// Name of a stored pool.
pub fn pool_name(code: u8) -> &'static str {
    match code {
        1 => "Enterprise",
        2 => "Community",
        _ => "unsupported",
    }
}

/// A multiplier in 1e-4 as a decimal.
pub fn multiplier(fp: u32) -> String {
    let text = format!("{}.{:04}", fp / 10_000, fp % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A ceiling in percent; 255 = none.
fn ceiling(percent: u8) -> Cell {
    if percent == u8::MAX {
        Cell::Nothing
    } else {
        Cell::Count(percent.into())
    }
}

/// Stake that one processor of the class needs: `ceil(base · max(1.0, multiplier))` (economics §3.1).
fn stake_per_processor(class: &ProcessorClass, base: u64, now: i64) -> Cell {
    const ONE: u64 = 10_000;
    let multiplier = u64::from(class.stake_multiplier(now)).max(ONE);
    math::mul_div_ceil(base, multiplier, ONE)
        .map_or(Cell::Nothing, |amount| Amount::io(amount).into())
}

/// A class as a record.
pub fn record(class: &ProcessorClass, now: i64) -> Record {
    let terms = class.terms_at(now);
    Record::new()
        .with("class", class.id)
        .with("name", class_name(class))
        .with("pool", pool_name(terms.pool))
        .with(
            "reward_multiplier",
            multiplier(class.reward_multiplier(now)),
        )
        .with("stake_multiplier", multiplier(class.stake_multiplier(now)))
        .with(
            "floor_price_per_hour",
            Amount::usd(terms.floor_price_usd_micros),
        )
        .with("max_cpu_percent", ceiling(terms.max_cpu_pct))
        .with("max_gpu_percent", ceiling(terms.max_gpu_pct))
        .with("engine_rates_set", class.rates_set)
}

#[cfg(test)]
mod tests {
    use super::multiplier;

    #[test]
    fn multiplier_is_shown_without_trailing_zeros() {
        assert_eq!(multiplier(10_000), "1");
        assert_eq!(multiplier(12_500), "1.25");
        assert_eq!(multiplier(300_000), "30");
        assert_eq!(multiplier(0), "0");
        assert_eq!(multiplier(1), "0.0001");
    }
}
