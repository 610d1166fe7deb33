//! `ion exemption grant`.

use clap::Args;
use ion_client::{accounts, addresses, instructions};
use ion_economics::{
    exemption::{GOVERNANCE_ONLY, NAMES},
    params::registry::{EXEMPTION_DELAY, EXEMPTION_MAX},
};
use registry::{GrantExemptionArgs, state::Params};

use super::show;
use crate::{
    commands::{device, gov::propose::parse_hash},
    context::Context,
    failure::{Failure, Outcome},
    output::Cell,
    write::{Write, deadline},
};

/// Arguments of `exemption grant`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion exemption grant 7Xw... --flag min_uptime --flag wallets --days 7 --reason $(sha256sum reason.md | cut -c1-64)\n\nFlags: min_uptime, staking, spl_address, wallets, status, connectivity_tier, reqc, sla, pow_no_tasks, pow_failed, block; staking, pow_failed and block are granted by governance alone."
)]
pub struct GrantArgs {
    /// Device id or address
    device: String,

    /// A rule that the device is exempt from; repeat for several
    #[arg(long = "flag", required = true, value_name = "NAME")]
    flags: Vec<String>,

    /// Days from the start to the end [default: as long as may be]
    #[arg(long)]
    days: Option<u32>,

    /// SHA-256 of the published reason, 64 hex digits
    #[arg(long, value_name = "HEX")]
    reason: String,
}

impl GrantArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let flags = self
            .flags
            .iter()
            .try_fold(0, |all, name| Ok::<u32, Failure>(all | parse_flag(name)?))?;
        let reason_hash = parse_hash(&self.reason)?;
        let (address, _) = device::show::find(ctx, &self.device)?;
        let now = ctx.now()?;
        let values: Params =
            accounts::fetch(&ctx.chain, &addresses::registry::params(&registry::ID))?;
        let window_seconds = self
            .days
            .map_or_else(|| values.value(&EXEMPTION_MAX, now), days_to_seconds);
        let starts_at = now.saturating_add(values.value(&EXEMPTION_DELAY, now));
        let args = GrantExemptionArgs {
            flags,
            window_seconds,
            reason_hash,
        };
        let instruction = instructions::registry::grant_exemption(
            &ctx.payer_wallet()?,
            &ctx.wallet()?,
            &address,
            args,
        );
        let mut write = Write::new(
            format!("Exempt device {address} from {}", self.flags.join(", ")),
            instruction,
        )
        .effect("starts_at", deadline(starts_at, now))
        .effect(
            "ends_at",
            deadline(starts_at.saturating_add(window_seconds), now),
        )
        .effect("window", Cell::Duration(window_seconds));
        if flags & GOVERNANCE_ONLY != 0 {
            write = write.warning("a flag is among these that only governance grants");
        }
        write.run(ctx, |ctx| show::state(ctx, &address))
    }
}

fn days_to_seconds(days: u32) -> i64 {
    i64::from(days).saturating_mul(86_400)
}

/// The bit of a flag by its name.
///
/// Errors: usage.
pub fn parse_flag(name: &str) -> Outcome<u32> {
    NAMES
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(flag, _)| *flag)
        .ok_or_else(|| {
            let names: Vec<_> = NAMES.iter().map(|(_, known)| *known).collect();
            Failure::usage(
                "the exemption flag is not known",
                format!("there is no flag \"{name}\""),
            )
            .next(format!("flags are {}", names.join(", ")))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_by_name() {
        for (flag, name) in NAMES {
            assert_eq!(parse_flag(name).ok(), Some(flag));
        }
        assert!(parse_flag("uptime").is_err());
    }

    #[test]
    fn days_become_seconds() {
        assert_eq!(days_to_seconds(30), 2_592_000);
    }
}
