//! `ion status`.

use ion_client::{accounts, addresses, send::Chain};
use ion_migrations::keys::PROGRAMS;
use registry::state::{Config, VerifierSet};

use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Shows the cluster and what is set up on it.
///
/// Errors: rpc.
pub fn run(ctx: &Context) -> Outcome<()> {
    let client = ctx.chain.client();
    let version = client.get_version().map_err(|error| {
        Failure::rpc(
            format!("the node {} does not answer", ctx.settings.url.value),
            error,
        )
        .next("start a local chain with cargo xtask localnet, or name another node with --url")
    })?;
    let slot = client
        .get_slot()
        .map_err(|error| Failure::rpc("the slot cannot be read", error))?;
    let genesis = ctx.chain.genesis_hash()?;
    let now = ctx.now()?;

    let keys: Vec<_> = PROGRAMS.iter().map(|(_, program)| *program).collect();
    let programs: Vec<Record> = PROGRAMS
        .iter()
        .zip(ctx.chain.accounts(&keys)?)
        .map(|((name, program), account)| {
            Record::new()
                .with("program", *name)
                .with("address", *program)
                .with(
                    "deployed",
                    account.is_some_and(|account| account.executable),
                )
        })
        .collect();

    let config: Option<Config> = accounts::find(&ctx.chain, &addresses::registry::config())?;
    let verifiers: Option<VerifierSet> =
        accounts::find(&ctx.chain, &addresses::registry::verifier_set())?;
    let mut record = Record::new()
        .with("url", ctx.settings.url.value.as_str())
        .with("node_version", version.solana_core)
        .with("genesis_hash", genesis.to_string())
        .with("slot", slot)
        .with("time", Cell::Time(now))
        .with("programs", programs)
        .with("initialized", config.is_some());
    if let Some(config) = config {
        let hour = u64::try_from(now.div_euclid(ion_economics::units::HOUR)).unwrap_or_default();
        let names = [
            "register",
            "stake in",
            "offers",
            "booking",
            "slash propose",
            "auction",
        ];
        let paused: Vec<String> = names
            .iter()
            .zip(&config.pauses)
            .filter(|(_, pause)| pause.paused_until > now)
            .map(|(name, _)| (*name).to_owned())
            .collect();
        record = record
            .with(
                "genesis_sealed_at",
                Cell::time_or_nothing(config.genesis_sealed_at),
            )
            .with(
                "mode",
                if config.is_ide_hour(hour) {
                    "Ide"
                } else {
                    "Schedule"
                },
            )
            .with("live_classes", config.live_classes)
            .with(
                "paused",
                if paused.is_empty() {
                    Cell::Nothing
                } else {
                    Cell::Texts(paused)
                },
            )
            .with("io_mint", config.io_mint)
            .with("usdc_mint", config.usdc_mint);
    }
    if let Some(verifiers) = verifiers {
        record = record
            .with("verifiers", verifiers.count)
            .with("verifier_threshold", verifiers.threshold);
    }
    ctx.print(&record);
    Ok(())
}
