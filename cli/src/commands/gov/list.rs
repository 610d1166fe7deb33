//! `ion gov list`.

use clap::Args;
use ion_client::accounts;
use registry::state::Action;

use super::show;
use crate::{
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
};

/// Arguments of `gov list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion gov list --output json")]
pub struct ListArgs {
    /// Only decisions that can still be executed
    #[arg(long)]
    open: bool,
}

impl ListArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let now = ctx.now()?;
        let mut actions: Vec<Action> = Vec::new();
        for (_, action) in accounts::all::<Action>(&ctx.chain)? {
            if !self.open || (action.status == 0 && now <= action.expires_at) {
                actions.push(action);
            }
        }
        actions.sort_by_key(|action| action.id);
        let rows: Vec<Record> = actions
            .iter()
            .map(|action| {
                Record::new()
                    .with("id", action.id)
                    .with("status", show::status_name(action, now))
                    .with("executable_from", Cell::Time(action.eta))
                    .with("executable_until", Cell::Time(action.expires_at))
                    .with("decision", show::describe(&action.payload))
            })
            .collect();
        ctx.print(
            &Record::new()
                .with("count", rows.len() as u64)
                .with("decisions", rows),
        );
        Ok(())
    }
}
