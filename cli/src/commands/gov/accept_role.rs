//! `ion gov accept-role`.

use clap::Args;
use ion_client::{accounts, addresses, instructions};
use registry::state::Roles;

use super::queue::Role;
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

impl AcceptRoleArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let kind = self.role.kind();
        let wallet = ctx.wallet()?;
        Write::new(
            format!("Take over the role of {kind:?}"),
            instructions::registry::accept_role(&wallet, kind),
        )
        .effect("holder", wallet)
        .warning("the present holder loses the role at once")
        .run(ctx, |ctx| {
            let roles: Roles = accounts::fetch(&ctx.chain, &addresses::registry::roles())?;
            let role = roles.role(kind);
            Ok(Record::new()
                .with("role", format!("{kind:?}"))
                .with("holder", role.current)
                .with("proposed", Cell::key_or_nothing(role.proposed)))
        })
    }
}
