//! `ion gov accept-role` and `ion gov retract-role`.

use clap::Args;
use ion_client::{accounts, addresses, instructions};
use registry::state::{RoleKind, Roles};

use super::{change::role_name, propose::Role};
use crate::{
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
    write::Write,
};

/// Arguments of `gov accept-role`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion gov accept-role scheduler -k scheduler.json")]
pub struct AcceptRoleArgs {
    /// The role
    #[arg(value_enum)]
    role: Role,
}

/// Arguments of `gov retract-role`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion gov retract-role scheduler -k guardian.json")]
pub struct RetractRoleArgs {
    /// The role
    #[arg(value_enum)]
    role: Role,
}

impl RetractRoleArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let kind = self.role.kind();
        let roles: Roles = accounts::fetch(&ctx.chain, &addresses::registry::roles())?;
        Write::new(
            format!("Take back the proposal of the next {}", role_name(kind)),
            instructions::registry::retract_role(&ctx.wallet()?, kind),
        )
        .effect("holder_stays", roles.role(kind).current)
        .effect(
            "proposed_before",
            Cell::key_or_nothing(roles.role(kind).proposed),
        )
        .run(ctx, |ctx| state(ctx, kind))
    }
}

fn state(ctx: &Context, kind: RoleKind) -> Outcome<Record> {
    let roles: Roles = accounts::fetch(&ctx.chain, &addresses::registry::roles())?;
    let role = roles.role(kind);
    Ok(Record::new()
        .with("role", role_name(kind))
        .with("holder", role.current)
        .with("proposed", Cell::key_or_nothing(role.proposed)))
}

impl AcceptRoleArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let kind = self.role.kind();
        let wallet = ctx.wallet()?;
        Write::new(
            format!("Take over the role of {}", role_name(kind)),
            instructions::registry::accept_role(&wallet, kind),
        )
        .effect("holder", wallet)
        .warning("the present holder loses the role at once")
        .run(ctx, |ctx| state(ctx, kind))
    }
}
