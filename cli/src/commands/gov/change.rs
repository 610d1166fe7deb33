//! What a decision would change, old and new, read from the chain before anybody signs.

use ide::state::{ClassRates, DayRates};
use ion_client::{accounts, addresses, instructions::registry::consumer_program};
use ion_economics::params::{self, Effect, Param, Step, Unit as ParamUnit};
use registry::state::{
    ActionKind, ClassTerms, Device, Params, ProcessorClass, RoleKind, Roles, VerifierSet,
};

use crate::{
    amount::Amount,
    commands::{
        class::show::{multiplier, pool_name},
        device::show::status_name,
    },
    context::Context,
    failure::Outcome,
    output::Record,
    time::{show_duration, show_time},
};

/// One line of a change.
fn line(what: impl Into<String>, old: impl ToString, new: impl ToString) -> Record {
    Record::new()
        .with("what", what.into())
        .with("old", old.to_string())
        .with("new", new.to_string())
}

/// Name, unit, bounds and step of a parameter in one line.
pub fn bounds(param: &Param) -> String {
    let step = match param.step {
        Step::Free => "any step".to_owned(),
        Step::By(most) => format!("by at most {}", show_value(param, most)),
        Step::Double => "half to double".to_owned(),
    };
    format!(
        "{}.{}: {} to {}; {step}",
        param.program.name(),
        param.name,
        show_value(param, param.min),
        show_value(param, param.max)
    )
}

/// A value of a parameter with its unit.
pub fn show_value(param: &Param, value: i64) -> String {
    let amount = |show: fn(u64) -> Amount| {
        u64::try_from(value).map_or_else(|_| value.to_string(), |base| show(base).to_string())
    };
    match param.unit {
        ParamUnit::Io => amount(Amount::io),
        ParamUnit::Usdc => amount(Amount::usdc),
        ParamUnit::UsdMicros => amount(Amount::usd),
        ParamUnit::Seconds => format!("{value} s ({})", show_duration(value)),
        ParamUnit::Flag => if value == 0 { "no" } else { "yes" }.to_owned(),
        ParamUnit::Order => if value == 0 {
            "rewards first"
        } else {
            "fees first"
        }
        .to_owned(),
        unit => format!("{value} {}", unit.name()),
    }
}

/// What the decision changes, line by line, against the state of now.
///
/// Errors: rpc; program when what it changes does not exist.
pub fn changes(ctx: &Context, payload: &ActionKind) -> Outcome<Vec<Record>> {
    match payload {
        ActionKind::SetParam {
            program,
            slot,
            value,
        } => set_param(ctx, *program, *slot, *value),
        ActionKind::CreateClass { id, terms, .. } => Ok(terms_lines(&format!("class {id}"), terms)),
        ActionKind::SetClass { id, terms } => set_class(ctx, *id, terms),
        ActionKind::SetRole { role, key } => {
            let roles: Roles = accounts::fetch(&ctx.chain, &addresses::registry::roles())?;
            Ok(vec![line(
                format!("{role:?}, when the key accepts"),
                roles.role(*role).current,
                key,
            )])
        }
        ActionKind::SetVerifierSet { set } => {
            let old: VerifierSet =
                accounts::fetch(&ctx.chain, &addresses::registry::verifier_set())?;
            let mut lines = vec![
                line("threshold", old.threshold, set.threshold),
                line("members", old.members().len(), set.keys.len()),
            ];
            for key in old.members().iter().filter(|key| !set.keys.contains(key)) {
                lines.push(line("member leaves", key, "-"));
            }
            for key in set.keys.iter().filter(|key| !old.members().contains(key)) {
                lines.push(line("member joins", "-", key));
            }
            Ok(lines)
        }
        ActionKind::SealGenesis => Ok(vec![line("genesis", "open", "sealed for ever")]),
        ActionKind::BlockDevice { device } => set_device(ctx, device, "Blocked"),
        ActionKind::UnblockDevice { device } => set_device(ctx, device, "Down"),
        ActionKind::TerminateDevice { device } => set_device(ctx, device, "Terminated for ever"),
        ActionKind::SetClassRates {
            class,
            avail_rate_usd_micros,
            hire_rate_usd_micros,
            list_price_usd_micros,
            max_processors,
        } => {
            let old = latest_rates(ctx, *class)?;
            let usd = |old: Option<u64>| {
                old.map_or_else(|| "-".to_owned(), |usd| Amount::usd(usd).to_string())
            };
            let rate = |what: &str, old: Option<u64>, new: u64| {
                line(
                    format!("class {class} {what} per processor and hour"),
                    usd(old),
                    Amount::usd(new),
                )
            };
            Ok(vec![
                rate(
                    "availability",
                    old.map(|old| old.avail_rate_usd_micros),
                    *avail_rate_usd_micros,
                ),
                rate(
                    "hire",
                    old.map(|old| old.hire_rate_usd_micros),
                    *hire_rate_usd_micros,
                ),
                rate(
                    "list price",
                    old.map(|old| old.list_price_usd_micros),
                    *list_price_usd_micros,
                ),
                line(
                    format!("class {class} processors paid at most"),
                    old.map_or_else(|| "-".to_owned(), |old| old.max_processors.to_string()),
                    max_processors,
                ),
                line("in force", "-", "from the UTC day after its execution"),
            ])
        }
        ActionKind::ScheduleSwitch => {
            let config = ctx.config()?;
            let old = if config.is_switch_set() {
                format!("hour {}", config.ide_from_hour)
            } else {
                "never".to_owned()
            };
            Ok(vec![line(
                "suppliers are paid by the engine from",
                old,
                "the first hour of the UTC day after its execution, for ever",
            )])
        }
        ActionKind::AdjustTne {
            counter,
            amount_io,
            reason_hash,
        } => Ok(vec![line(
            format!("adjustment of {counter:?}"),
            "the present sum",
            format!(
                "{amount_io:+} base units of IO; reason {}",
                hex::encode(reason_hash)
            ),
        )]),
    }
}

/// The rates of a class that were set last.
fn latest_rates(ctx: &Context, class: u16) -> Outcome<Option<DayRates>> {
    let rates: Option<ClassRates> = accounts::find(&ctx.chain, &addresses::ide::rates(class))?;
    Ok(rates.and_then(|rates| rates.rates_of(u64::MAX)))
}

fn set_param(ctx: &Context, program: u8, slot: u8, value: i64) -> Outcome<Vec<Record>> {
    let Some(param) =
        params::Program::from_u8(program).and_then(|program| params::find(program, slot))
    else {
        return Ok(vec![line(
            format!("parameter {program}.{slot}"),
            "?",
            value,
        )]);
    };
    let account = addresses::registry::params(&consumer_program(param.program));
    let values: Params = accounts::fetch(&ctx.chain, &account)?;
    let now = ctx.now()?;
    let old = values.value(param, now);
    let name = format!("{}.{}", param.program.name(), param.name);
    let when = match param.effect {
        Effect::NextBlock => "from the hour after its execution",
        Effect::NextEpoch => "from the UTC day after its execution",
        Effect::AfterGrace(_) => "where it makes devices short after multiplier_grace",
    };
    let mut lines = vec![
        line(&name, show_value(param, old), show_value(param, value)),
        line("in force", "-", when),
    ];
    if let Some(pending) = values
        .pending_of(param)
        .filter(|next| now < next.effective_at)
    {
        lines.push(line(
            format!("{name}, announced for {}", show_time(pending.effective_at)),
            show_value(param, pending.value),
            "replaced",
        ));
    }
    if ctx.config()?.is_genesis_sealed() && param.check_step(old, value).is_err() {
        let (low, high) = param.reach(old);
        lines.push(line(
            "refused at execution: one decision reaches",
            show_value(param, low.max(param.min)),
            show_value(param, high.min(param.max)),
        ));
    }
    Ok(lines)
}

fn terms_lines(name: &str, terms: &ClassTerms) -> Vec<Record> {
    vec![
        line(name, "does not exist", "exists"),
        line("pool", "-", format!("{:?}", terms.pool)),
        line("multiplier", "-", multiplier(terms.multiplier_fp)),
        line(
            "floor price",
            "-",
            Amount::usd(terms.floor_price_usd_micros),
        ),
        line("idle processor ceiling", "-", ceiling(terms.max_cpu_pct)),
        line("idle GPU ceiling", "-", ceiling(terms.max_gpu_pct)),
    ]
}

fn set_class(ctx: &Context, id: u16, terms: &ClassTerms) -> Outcome<Vec<Record>> {
    let class: ProcessorClass = accounts::fetch(&ctx.chain, &addresses::registry::class(id))?;
    let now = ctx.now()?;
    let old = class.terms_at(now);
    let stake = if terms.multiplier_fp == 0 {
        "unchanged; short exits".to_owned()
    } else {
        multiplier(terms.multiplier_fp)
    };
    Ok(vec![
        line("pool", pool_name(old.pool), pool_name(terms.pool as u8)),
        line(
            "multiplier of rewards, from the next hour",
            multiplier(class.reward_multiplier(now)),
            multiplier(terms.multiplier_fp),
        ),
        line(
            "multiplier of stake, a raise after multiplier_grace",
            multiplier(class.stake_multiplier(now)),
            stake,
        ),
        line(
            "floor price",
            Amount::usd(old.floor_price_usd_micros),
            Amount::usd(terms.floor_price_usd_micros),
        ),
        line(
            "idle processor ceiling",
            ceiling(old.max_cpu_pct),
            ceiling(terms.max_cpu_pct),
        ),
        line(
            "idle GPU ceiling",
            ceiling(old.max_gpu_pct),
            ceiling(terms.max_gpu_pct),
        ),
    ])
}

fn ceiling(percent: u8) -> String {
    if percent == u8::MAX {
        "none".to_owned()
    } else {
        format!("{percent} %")
    }
}

fn set_device(ctx: &Context, device: &solana_pubkey::Pubkey, new: &str) -> Outcome<Vec<Record>> {
    let account: Device = accounts::fetch(&ctx.chain, device)?;
    let mut lines = vec![line(
        format!("status of {device}"),
        status_name(account.status),
        new,
    )];
    if account.is_case_held() {
        lines.push(line(
            "slash case",
            "open",
            "an unblock is refused while it is",
        ));
    }
    if account.is_hired() {
        lines.push(line("running booking", account.hired_by, "goes on"));
    }
    Ok(lines)
}

/// The role by its kind, in words.
pub fn role_name(kind: RoleKind) -> String {
    format!("{kind:?}")
}
