//! `ion gov propose`.

use super::{
    change, show,
    terms::{Terms, padded},
};
use crate::{
    amount::{Amount, Unit},
    commands::device,
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::Cell,
    write::{Write, deadline},
};
use clap::{Args, Subcommand, ValueEnum};
use ion_client::{accounts, addresses, instructions};
use ion_economics::params;
use registry::state::{ActionKind, Params, RoleKind, TneCounter, VerifierKeys};
use std::fmt::Write as _;

/// Arguments of `gov propose`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion gov propose set-param quote_ttl 90\n  ion gov propose set-role scheduler 7Xw...\n  ion gov propose set-class 12 --pool enterprise --multiplier 2.5 --floor-price 1.20\n  ion gov propose seal-genesis"
)]
pub struct ProposeArgs {
    #[command(subcommand)]
    decision: Decision,
}

/// The table of parameters, for the help text.
fn parameters() -> String {
    let mut text = String::from("Parameters (unit: least to greatest; step of one decision):\n");
    for param in params::Program::ALL
        .into_iter()
        .flat_map(|program| program.params())
    {
        let _ = writeln!(text, "  {}", change::bounds(param));
    }
    text
}

/// What can be decided.
#[derive(Debug, Subcommand)]
enum Decision {
    /// Sets a parameter within its bounds and its step
    #[command(after_help = parameters())]
    SetParam {
        /// Name as in ion config get params; program.name where two programs have it
        name: String,
        /// New value in the parameter's unit
        #[arg(allow_hyphen_values = true)]
        value: i64,
    },
    /// Makes a processor class
    CreateClass {
        /// Free number
        id: u16,
        /// Name, at most 32 bytes
        name: String,
        #[command(flatten)]
        terms: Terms,
    },
    /// Replaces the terms of a processor class
    SetClass {
        /// Number
        id: u16,
        #[command(flatten)]
        terms: Terms,
    },
    /// Proposes a key for a role; it takes over by ion gov accept-role
    SetRole {
        /// The role
        #[arg(value_enum)]
        role: Role,
        /// The key
        key: String,
    },
    /// Replaces the verifier set
    SetVerifierSet {
        /// Votes needed, above half
        #[arg(long)]
        threshold: u8,
        /// Keys of the members
        #[arg(required = true)]
        keys: Vec<String>,
    },
    /// Ends the genesis, one way
    SealGenesis,
    /// Blocks a device
    BlockDevice {
        /// Device id or address
        device: String,
    },
    /// Unblocks a device
    UnblockDevice {
        /// Device id or address
        device: String,
    },
    /// Ends a device
    TerminateDevice {
        /// Device id or address
        device: String,
    },
    /// Sets the engine's rates of a class
    SetClassRates {
        /// Number of the class
        class: u16,
        /// Rate of availability in USD per processor and hour
        #[arg(long, value_name = "USD")]
        avail: String,
        /// Rate of hire in USD per processor and hour; with the above at most the list price
        #[arg(long, value_name = "USD")]
        hire: String,
        /// List price in USD per processor and hour
        #[arg(long, value_name = "USD")]
        list: String,
        /// Most processors that are paid for availability
        #[arg(long)]
        max_processors: u32,
    },
    /// Fixes the hour from which the engine pays suppliers, one way
    ScheduleSwitch,
    /// Adjusts a counter of the public record
    AdjustTne {
        /// The counter
        #[arg(value_enum)]
        counter: Counter,
        /// Signed amount in IO base units
        #[arg(allow_hyphen_values = true)]
        amount: i64,
        /// SHA-256 of the published reason, 64 hex digits
        #[arg(long, value_name = "HEX")]
        reason: String,
    },
}

/// A counter of the public record.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Counter {
    /// Compute estimated
    Estimated,
    /// Compute settled
    Settled,
}

/// A role by name.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Role {
    /// Queues decisions
    Governance,
    /// Pauses entries, cancels decisions, vetoes roots
    Guardian,
    /// Proposes slash cases
    Slasher,
    /// Rules on appeals and challenged records
    Arbiter,
    /// Quotes and starts bookings
    Scheduler,
    /// Grants exemptions
    ExemptionAdmin,
}

impl Role {
    /// The role on chain.
    pub const fn kind(self) -> RoleKind {
        match self {
            Self::Governance => RoleKind::Governance,
            Self::Guardian => RoleKind::Guardian,
            Self::Slasher => RoleKind::Slasher,
            Self::Arbiter => RoleKind::Arbiter,
            Self::Scheduler => RoleKind::Scheduler,
            Self::ExemptionAdmin => RoleKind::ExemptionAdmin,
        }
    }
}

impl ProposeArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let payload = self.payload(ctx)?;
        let config = ctx.config()?;
        let id = config.next_action_id;
        let now = ctx.now()?;
        let values: Params =
            accounts::fetch(&ctx.chain, &addresses::registry::params(&registry::ID))?;
        let timelock = if !config.is_genesis_sealed() {
            0
        } else {
            let ordinary = values.value(&params::registry::GOVERNANCE_TIMELOCK, now);
            if payload.is_mode_switch() {
                ordinary.max(values.value(&params::registry::MODE_TIMELOCK, now))
            } else {
                ordinary
            }
        };
        let text = show::describe(&payload);
        let changes = change::changes(ctx, &payload)?;
        let instruction =
            instructions::registry::queue_action(&ctx.payer_wallet()?, &ctx.wallet()?, id, payload);
        Write::new(format!("Queue decision {id}: {text}"), instruction)
            .effect("id", id)
            .effect(
                "executable_from",
                deadline(now.saturating_add(timelock), now),
            )
            .effect("timelock", Cell::Duration(timelock))
            .effect("changes", changes)
            .run(ctx, |ctx| show::state(ctx, id))
    }

    fn payload(&self, ctx: &Context) -> Outcome<ActionKind> {
        let device_of = |text: &str| device::show::find(ctx, text).map(|(address, _)| address);
        Ok(match &self.decision {
            Decision::SetParam { name, value } => {
                let param = params::by_name(&name.to_lowercase()).ok_or_else(|| {
                    Failure::usage(
                        "the parameter is not known",
                        format!("there is no parameter \"{name}\""),
                    )
                    .next("ion config get params lists all names")
                })?;
                param.check(*value).map_err(|_| {
                    Failure::usage(
                        "the value is out of bounds",
                        format!("{} is {} to {}", param.name, param.min, param.max),
                    )
                })?;
                ActionKind::SetParam {
                    program: param.program as u8,
                    slot: param.slot,
                    value: *value,
                }
            }
            Decision::CreateClass { id, name, terms } => ActionKind::CreateClass {
                id: *id,
                name: padded(name)?,
                terms: terms.read(ctx.args.raw)?,
            },
            Decision::SetClass { id, terms } => ActionKind::SetClass {
                id: *id,
                terms: terms.read(ctx.args.raw)?,
            },
            Decision::SetRole { role, key } => ActionKind::SetRole {
                role: role.kind(),
                key: parse_key(key, "key of the role")?,
            },
            Decision::SetVerifierSet { threshold, keys } => ActionKind::SetVerifierSet {
                set: VerifierKeys {
                    keys: keys
                        .iter()
                        .map(|key| parse_key(key, "key of a verifier"))
                        .collect::<Outcome<_>>()?,
                    threshold: *threshold,
                },
            },
            Decision::SealGenesis => ActionKind::SealGenesis,
            Decision::BlockDevice { device } => ActionKind::BlockDevice {
                device: device_of(device)?,
            },
            Decision::UnblockDevice { device } => ActionKind::UnblockDevice {
                device: device_of(device)?,
            },
            Decision::TerminateDevice { device } => ActionKind::TerminateDevice {
                device: device_of(device)?,
            },
            Decision::SetClassRates {
                class,
                avail,
                hire,
                list,
                max_processors,
            } => {
                let usd = |text: &str| -> Outcome<u64> {
                    Ok(Amount::parse(text, Unit::Usd, ctx.args.raw)?.base)
                };
                ActionKind::SetClassRates {
                    class: *class,
                    avail_rate_usd_micros: usd(avail)?,
                    hire_rate_usd_micros: usd(hire)?,
                    list_price_usd_micros: usd(list)?,
                    max_processors: *max_processors,
                }
            }
            Decision::ScheduleSwitch => ActionKind::ScheduleSwitch,
            Decision::AdjustTne {
                counter,
                amount,
                reason,
            } => ActionKind::AdjustTne {
                counter: match counter {
                    Counter::Estimated => TneCounter::Estimated,
                    Counter::Settled => TneCounter::Settled,
                },
                amount_io: *amount,
                reason_hash: parse_hash(reason)?,
            },
        })
    }
}

/// A SHA-256 in hex.
///
/// Errors: usage.
pub fn parse_hash(text: &str) -> Outcome<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).map_err(|_| {
        Failure::usage(
            "the hash is not understood",
            format!("\"{text}\" is no SHA-256 in hex"),
        )
        .next("give 64 hex digits: sha256sum prints them for a file")
    })?;
    Ok(hash)
}
