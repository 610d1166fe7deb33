//! `ion explore list`, `ion explore models`.

use clap::Args;
use ion_read_models::{Column, TABLES, Table, table};
use serde_json::Value;

use super::{ask::IndexerArgs, value::record};
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Columns of a table in the terminal unless told.
const SHOWN: usize = 8;

/// Arguments of `explore list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion explore list devices --indexer http://127.0.0.1:7500\n  ion explore list devices --where class=5 --where status=up\n  ion explore list positions --where co_staker=7Yk... --columns state,amount_io,cooldown_ends_at\n  ion explore list blocks --limit 168 --all-columns --output csv"
)]
pub struct ListArgs {
    /// Read model, see ion explore models
    model: String,

    /// Only rows with this value; several together narrow further
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    filters: Vec<String>,

    /// Rows at most
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,

    /// Rows older than this: `next` of the page before
    #[arg(long)]
    before: Option<u64>,

    /// Columns, separated by commas [default: the first of the read model]
    #[arg(long, value_delimiter = ',')]
    columns: Vec<String>,

    /// All columns
    #[arg(long, conflicts_with = "columns")]
    all_columns: bool,

    #[command(flatten)]
    indexer: IndexerArgs,
}

impl ListArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let table = known(&self.model)?;
        let columns = self.columns(table)?;
        let mut query = vec![("limit".to_owned(), self.limit.to_string())];
        if let Some(before) = self.before {
            query.push(("before".to_owned(), before.to_string()));
        }
        for filter in &self.filters {
            let (column, value) = filter.split_once('=').ok_or_else(|| {
                Failure::usage("--where is not COLUMN=VALUE", filter)
                    .next("for example --where status=up")
            })?;
            query.push((column.to_owned(), value.to_owned()));
        }
        let page = self.indexer.get(&format!("/v1/{}", table.name), &query)?;
        let rows: Vec<Record> = page
            .get("rows")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|row| record(table, row, &columns))
            .collect();
        let next = page.get("next").and_then(Value::as_u64);
        ctx.print(
            &Record::new()
                .with("slot", super::value::plain(&page["slot"]))
                .with("next", next.map_or(Cell::Nothing, Cell::Count))
                .with("rows", rows),
        );
        Ok(())
    }

    fn columns(&self, table: &'static Table) -> Outcome<Vec<&'static Column>> {
        if self.all_columns {
            return Ok(table.all().collect());
        }
        if self.columns.is_empty() {
            return Ok(table.all().take(SHOWN).collect());
        }
        self.columns
            .iter()
            .map(|name| {
                table.column(name).ok_or_else(|| {
                    Failure::usage(
                        format!("{} has no column {name}", table.name),
                        "unknown column",
                    )
                    .next("ion explore models")
                })
            })
            .collect()
    }
}

/// A read model by its name.
pub(super) fn known(name: &str) -> Outcome<&'static Table> {
    table(name).ok_or_else(|| {
        Failure::usage(
            format!("there is no read model {name}"),
            "unknown read model",
        )
        .next("ion explore models")
    })
}

/// Prints every read model.
pub(super) fn models(ctx: &Context) {
    let rows: Vec<Record> = TABLES
        .iter()
        .map(|table| {
            let names = |columns: &[Column]| {
                columns
                    .iter()
                    .map(|column| column.name.to_owned())
                    .collect::<Vec<_>>()
            };
            Record::new()
                .with("model", table.name)
                .with("keys", Cell::Texts(names(table.keys)))
                .with(
                    "filters",
                    Cell::Texts(
                        table
                            .filters
                            .iter()
                            .map(|name| (*name).to_owned())
                            .collect(),
                    ),
                )
                .with("about", table.about)
                .with("columns", Cell::Texts(names(table.columns)))
        })
        .collect();
    ctx.print(&Record::new().with("models", rows));
}
