//! `ion explore show`.

use clap::Args;

use super::{ask::IndexerArgs, list::known, value};
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::Record,
};

/// Arguments of `explore show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion explore show devices 7Yk... --indexer http://127.0.0.1:7500\n  ion explore show blocks 494520\n  ion explore show checks tne tne"
)]
pub struct ShowArgs {
    /// Read model, see ion explore models
    model: String,

    /// Its keys in order
    #[arg(required = true)]
    keys: Vec<String>,

    #[command(flatten)]
    indexer: IndexerArgs,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let table = known(&self.model)?;
        if self.keys.len() != table.keys.len() {
            let names: Vec<&str> = table.keys.iter().map(|key| key.name).collect();
            return Err(Failure::usage(
                format!("a row of {} is named by {}", table.name, names.join(", ")),
                "another number of keys",
            )
            .next("ion explore models"));
        }
        let is_plain = |key: &String| {
            key.chars()
                .all(|one| one.is_ascii_alphanumeric() || "_-".contains(one))
        };
        if !self.keys.iter().all(is_plain) {
            return Err(
                Failure::usage("a key is no address, number or name", "other characters")
                    .next("ion explore list shows keys"),
            );
        }
        let path = format!("/v1/{}/{}", table.name, self.keys.join("/"));
        let answer = self.indexer.get(&path, &[])?;
        let columns: Vec<_> = table.all().collect();
        ctx.print(
            &Record::new()
                .with("slot", value::plain(&answer["slot"]))
                .with("row", value::record(table, &answer["row"], &columns)),
        );
        Ok(())
    }
}
