//! JSON of a row, made by the database itself: a page of a list is one value.

use std::fmt::Write;

use ion_store::Engine;

use super::{Kind, Table};

/// SQL of the JSON object of a row of `table`; amounts are strings of base units, times Unix seconds,
/// absent values null.
pub fn row_json(table: &Table, engine: Engine) -> String {
    let mut fields = String::new();
    for column in table.all() {
        let separator = if fields.is_empty() { "" } else { ", " };
        // writing to a String does not fail
        let _ = write!(
            fields,
            "{separator}'{}', {}",
            column.name,
            value(column.name, column.kind, engine)
        );
    }
    match engine {
        Engine::Sqlite => format!("json_object({fields})"),
        Engine::Postgres => format!("json_build_object({fields})"),
    }
}

fn value(name: &str, kind: Kind, engine: Engine) -> String {
    match kind {
        Kind::Key | Kind::Text | Kind::Hex => format!("NULLIF({name}, '')"),
        Kind::Count | Kind::Signed | Kind::Bps => name.to_owned(),
        Kind::Time => format!("NULLIF({name}, 0)"),
        Kind::Io | Kind::Usdc | Kind::UsdMicros | Kind::Token => format!("CAST({name} AS TEXT)"),
        Kind::Flag => match engine {
            Engine::Sqlite => {
                format!("json(CASE {name} WHEN 0 THEN 'false' ELSE 'true' END)")
            }
            Engine::Postgres => format!("({name} <> 0)"),
        },
        Kind::Code(names) => {
            let mut cases = format!("CASE {name}");
            for (code, label) in names.iter().enumerate() {
                let _ = write!(cases, " WHEN {code} THEN '{label}'");
            }
            cases.push_str(" ELSE 'unknown' END");
            cases
        }
    }
}
