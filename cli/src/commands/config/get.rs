//! `ion config get`.

use clap::{Args, ValueEnum};
use ion_client::{accounts, addresses};
use ion_economics::params::{self, Param};
use registry::state::{Config, Params, Role, Roles, VerifierSet};
use solana_pubkey::Pubkey;

use crate::{
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
    settings::{Origin, Setting},
};

/// What to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Topic {
    /// Settings of this command with their origin
    #[default]
    Settings,
    /// Mints, oracle, switch hour, pauses
    Chain,
    /// Parameters of all programs
    Params,
    /// Who holds which role
    Roles,
    /// Keys and threshold of the verifier set
    Verifiers,
}

/// Arguments of `config get`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ion config get\n  ion config get params -u l --output json")]
pub struct GetArgs {
    /// What to show
    #[arg(value_enum, default_value_t)]
    topic: Topic,
}

impl GetArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let record = match self.topic {
            Topic::Settings => settings(ctx),
            Topic::Chain => chain(ctx)?,
            Topic::Params => parameters(ctx)?,
            Topic::Roles => roles(ctx)?,
            Topic::Verifiers => verifiers(ctx)?,
        };
        ctx.print(&record);
        Ok(())
    }
}

fn settings(ctx: &Context) -> Record {
    let settings = &ctx.settings;
    let row = |name: &'static str, setting: Option<&Setting>| {
        Record::new()
            .with("setting", name)
            .with(
                "value",
                setting.map_or(Cell::Nothing, |setting| setting.value.as_str().into()),
            )
            .with(
                "origin",
                setting
                    .map_or(Origin::Default, |setting| setting.origin)
                    .name(),
            )
    };
    Record::new()
        .with("file", settings.file.to_string_lossy().into_owned())
        .with(
            "settings",
            vec![
                row("url", Some(&settings.url)),
                row("keypair", Some(&settings.keypair)),
                row("fee_payer", settings.fee_payer.as_ref()),
                row("commitment", Some(&settings.commitment)),
                row("compute_unit_price", settings.compute_unit_price.as_ref()),
            ],
        )
}

/// The bits of a pause, by name, in the order of `PauseBit`.
const PAUSES: [&str; 6] = [
    "register",
    "stake_in",
    "offers",
    "booking",
    "slash_propose",
    "auction",
];

fn chain(ctx: &Context) -> Outcome<Record> {
    let config: Config = accounts::fetch(&ctx.chain, &addresses::registry::config())?;
    let pauses: Vec<Record> = PAUSES
        .iter()
        .zip(&config.pauses)
        .map(|(name, pause)| {
            Record::new()
                .with("pause", *name)
                .with("paused_until", Cell::time_or_nothing(pause.paused_until))
                .with("rearm_at", Cell::time_or_nothing(pause.rearm_at))
        })
        .collect();
    Ok(Record::new()
        .with("io_mint", config.io_mint)
        .with("usdc_mint", config.usdc_mint)
        .with("price_receiver", config.price_receiver)
        .with("price_feed_id", hex::encode(config.price_feed_id))
        .with(
            "ide_from_hour",
            if config.ide_from_hour == u64::MAX {
                Cell::Nothing
            } else {
                config.ide_from_hour.into()
            },
        )
        .with("live_classes", config.live_classes)
        .with("next_action_id", config.next_action_id)
        .with(
            "genesis_sealed_at",
            Cell::time_or_nothing(config.genesis_sealed_at),
        )
        .with("pauses", pauses))
}

fn parameters(ctx: &Context) -> Outcome<Record> {
    let now = ctx.now()?;
    let programs: [(&'static str, Pubkey, &[Param]); 5] = [
        ("registry", registry::ID, params::registry::ALL),
        ("staking", staking::ID, params::staking::ALL),
        ("rewards", rewards::ID, params::rewards::ALL),
        ("ide", ide::ID, params::ide::ALL),
        ("booking", booking::ID, params::booking::ALL),
    ];
    let mut record = Record::new();
    for (name, program, all) in programs {
        let values: Option<Params> =
            accounts::find(&ctx.chain, &addresses::registry::params(&program))?;
        let rows: Vec<Record> = all
            .iter()
            .map(|param| {
                let number = |value: i64| value.to_string();
                Record::new()
                    .with("name", param.name)
                    .with(
                        "value",
                        values.as_ref().map_or(Cell::Nothing, |values| {
                            number(values.value(param, now)).into()
                        }),
                    )
                    .with("unit", format!("{:?}", param.unit))
                    .with("default", number(param.default))
                    .with("min", number(param.min))
                    .with("max", number(param.max))
            })
            .collect();
        record = record.with(name, rows);
    }
    Ok(record)
}

fn roles(ctx: &Context) -> Outcome<Record> {
    let roles: Roles = accounts::fetch(&ctx.chain, &addresses::registry::roles())?;
    let row = |name: &'static str, role: Role| {
        Record::new()
            .with("role", name)
            .with("holder", Cell::key_or_nothing(role.current))
            .with("proposed", Cell::key_or_nothing(role.proposed))
    };
    Ok(Record::new().with(
        "roles",
        vec![
            row("governance", roles.governance),
            row("guardian", roles.guardian),
            row("slasher", roles.slasher),
            row("arbiter", roles.arbiter),
            row("scheduler", roles.scheduler),
            row("exemption_admin", roles.exemption_admin),
        ],
    ))
}

fn verifiers(ctx: &Context) -> Outcome<Record> {
    let set: VerifierSet = accounts::fetch(&ctx.chain, &addresses::registry::verifier_set())?;
    let members: Vec<Record> = set
        .members()
        .iter()
        .enumerate()
        .map(|(slot, key)| Record::new().with("slot", slot as u64).with("key", *key))
        .collect();
    Ok(Record::new()
        .with("version", set.version)
        .with("threshold", set.threshold)
        .with("verifiers", members))
}
