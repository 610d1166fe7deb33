//! `ion exemption show` and `ion exemption list`.

use clap::Args;
use ion_client::{accounts, addresses};
use ion_economics::{exemption::NAMES, units::UnixSeconds};
use registry::state::{Device, Exemption};
use solana_pubkey::Pubkey;

use crate::{
    commands::device,
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `exemption show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion exemption show 7Xw...")]
pub struct ShowArgs {
    /// Device id or address
    device: String,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, _) = device::show::find(ctx, &self.device)?;
        find(ctx, &address)?;
        ctx.print(&state(ctx, &address)?);
        Ok(())
    }
}

/// Arguments of `exemption list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion exemption list --live --output json")]
pub struct ListArgs {
    /// Only those that are in force or will be
    #[arg(long)]
    live: bool,
}

impl ListArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let now = ctx.now()?;
        let mut found: Vec<Exemption> = Vec::new();
        for (_, exemption) in accounts::all::<Exemption>(&ctx.chain)? {
            let is_over = exemption
                .to_rule()
                .check_closable(UnixSeconds::new(now))
                .is_ok();
            if !(self.live && is_over) {
                found.push(exemption);
            }
        }
        found.sort_by_key(|exemption| exemption.id);
        let rows: Vec<Record> = found
            .iter()
            .map(|exemption| {
                Record::new()
                    .with("id", exemption.id)
                    .with("device", exemption.target)
                    .with("phase", phase(exemption, now))
                    .with("flags", flag_names(exemption.flags))
                    .with("starts_at", Cell::Time(exemption.starts_at))
                    .with("ends_at", Cell::Time(exemption.ends_at))
            })
            .collect();
        ctx.print(
            &Record::new()
                .with("count", rows.len() as u64)
                .with("exemptions", rows),
        );
        Ok(())
    }
}

/// Reads the exemption of a device.
///
/// Errors: rpc; program when there is none.
pub fn find(ctx: &Context, device: &Pubkey) -> Outcome<Exemption> {
    accounts::find(&ctx.chain, &addresses::registry::exemption(device))?.ok_or_else(|| {
        Failure::chain(
            "the exemption was not found",
            format!("device {device} has none"),
        )
        .next("ion exemption list shows all exemptions")
    })
}

/// Names of flags.
pub fn flag_names(flags: u32) -> String {
    let names: Vec<&str> = NAMES
        .iter()
        .filter(|(flag, _)| flags & flag != 0)
        .map(|(_, name)| *name)
        .collect();
    names.join(", ")
}

fn phase(exemption: &Exemption, now: i64) -> &'static str {
    if exemption.cancelled_at != 0 {
        "cancelled"
    } else if now < exemption.starts_at {
        "queued"
    } else if now <= exemption.ends_at {
        "live"
    } else {
        "ended"
    }
}

/// The exemption of a device as a record; a note when it is closed.
///
/// Errors: rpc.
pub fn state(ctx: &Context, device: &Pubkey) -> Outcome<Record> {
    let found: Option<Exemption> =
        accounts::find(&ctx.chain, &addresses::registry::exemption(device))?;
    let Some(exemption) = found else {
        return Ok(Record::new()
            .with("device", *device)
            .with("phase", "closed"));
    };
    let now = ctx.now()?;
    let account: Device = accounts::fetch(&ctx.chain, device)?;
    let is_in_force = account.device_status().is_ok_and(|status| {
        exemption
            .to_rule()
            .is_in_force(status, exemption.flags, UnixSeconds::new(now))
    });
    Ok(Record::new()
        .with("id", exemption.id)
        .with("device", *device)
        .with("phase", phase(&exemption, now))
        .with("in_force", is_in_force)
        .with("flags", flag_names(exemption.flags))
        .with("granted_by", exemption.grantor)
        .with("granted_at", Cell::Time(exemption.granted_at))
        .with("starts_at", Cell::Time(exemption.starts_at))
        .with("ends_at", Cell::Time(exemption.ends_at))
        .with(
            "cancelled_at",
            Cell::time_or_nothing(exemption.cancelled_at),
        )
        .with("reason_hash", hex::encode(exemption.reason_hash))
        .with("payer", exemption.payer))
}

#[cfg(test)]
mod tests {
    use super::flag_names;

    #[test]
    fn flags_are_named_in_order() {
        assert_eq!(flag_names(0b1001), "min_uptime, wallets");
        assert_eq!(flag_names(0), "");
    }
}
