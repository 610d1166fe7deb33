//! `ion gov show`.

use clap::Args;
use ion_client::{accounts, addresses};
use ion_economics::{governance::ActionStatus, params};
use registry::state::{Action, ActionKind};

use super::change;
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `gov show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion gov show 17")]
pub struct ShowArgs {
    /// Number of the decision
    id: u64,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let action = find(ctx, self.id)?;
        let shown = record(&action, ctx.now()?);
        let shown = if action.status == ActionStatus::Queued.code() {
            shown.with("changes", change::changes(ctx, &action.payload)?)
        } else {
            shown
        };
        ctx.print(&shown);
        Ok(())
    }
}

/// Reads a decision.
///
/// Errors: rpc; program when there is none.
pub fn find(ctx: &Context, id: u64) -> Outcome<Action> {
    accounts::find(&ctx.chain, &addresses::registry::action(id))?.ok_or_else(|| {
        Failure::chain(
            "the decision was not found",
            format!("there is no queued decision {id}"),
        )
        .next("it may be closed; ion config get chain shows the next number")
    })
}

/// The state of a decision after a write; a note when it is closed.
///
/// Errors: rpc.
pub fn state(ctx: &Context, id: u64) -> Outcome<Record> {
    let action: Option<Action> = accounts::find(&ctx.chain, &addresses::registry::action(id))?;
    Ok(match action {
        Some(action) => record(&action, ctx.now()?),
        None => Record::new().with("id", id).with("status", "closed"),
    })
}

/// A payload in words.
pub fn describe(payload: &ActionKind) -> String {
    match payload {
        ActionKind::SetParam {
            program,
            slot,
            value,
        } => {
            let param =
                params::Program::from_u8(*program).and_then(|program| params::find(program, *slot));
            match param {
                Some(param) => format!(
                    "set {} of {} to {}",
                    param.name,
                    param.program.name(),
                    change::show_value(param, *value)
                ),
                None => format!("set parameter {slot} of program {program} to {value}"),
            }
        }
        ActionKind::CreateClass { id, name, terms } => {
            let name = String::from_utf8_lossy(name);
            format!(
                "create class {id} \"{}\" with {}",
                name.trim_end_matches('\0'),
                describe_terms(terms)
            )
        }
        ActionKind::SetClass { id, terms } => {
            format!("set class {id} to {}", describe_terms(terms))
        }
        ActionKind::SetRole { role, key } => format!("propose {key} as {role:?}"),
        ActionKind::SetVerifierSet { set } => {
            format!(
                "replace the verifier set by {} keys with threshold {}",
                set.keys.len(),
                set.threshold
            )
        }
        ActionKind::SealGenesis => {
            "seal the genesis: from then on every decision waits for the timelock".to_owned()
        }
        ActionKind::BlockDevice { device } => format!("block device {device}"),
        ActionKind::UnblockDevice { device } => format!("unblock device {device}"),
        ActionKind::TerminateDevice { device } => format!("terminate device {device}"),
        ActionKind::SetClassRates { class, .. } => {
            format!("set the engine's rates of class {class}")
        }
        ActionKind::ScheduleSwitch => {
            "let the engine pay suppliers from the next day on, one way".to_owned()
        }
        ActionKind::AdjustTne {
            counter, amount_io, ..
        } => format!("adjust the counter {counter:?} by {amount_io} base units of IO"),
    }
}

fn describe_terms(terms: &registry::state::ClassTerms) -> String {
    format!(
        "pool {:?}, multiplier {}, floor price {}",
        terms.pool,
        crate::commands::class::show::multiplier(terms.multiplier_fp),
        crate::amount::Amount::usd(terms.floor_price_usd_micros)
    )
}

/// Status of a decision in words.
pub fn status_name(action: &Action, now: i64) -> String {
    match ActionStatus::from_code(action.status) {
        Some(ActionStatus::Queued) if now > action.expires_at => "Expired".to_owned(),
        Some(status) => format!("{status:?}"),
        None => format!("unknown ({})", action.status),
    }
}

/// A decision as a record.
fn record(action: &Action, now: i64) -> Record {
    Record::new()
        .with("id", action.id)
        .with("status", status_name(action, now))
        .with("decision", describe(&action.payload))
        .with("queued_at", Cell::Time(action.queued_at))
        .with("executable_from", Cell::Time(action.eta))
        .with("executable_until", Cell::Time(action.expires_at))
        .with("hash", hex::encode(action.hash))
        .with("payer", action.payer)
}
