//! All tables as text.

use ion_indexer::{Index, schema};
use sqlx::Row;

/// Table, order of its rows, columns and whether they are text.
type Fixed = (&'static str, &'static str, &'static [(&'static str, bool)]);

/// Every row of every table in the order of its keys. What a check found is left out of a dump of
/// what the log says.
pub async fn dump(index: &Index) -> String {
    let fixed: [Fixed; 5] = [
        ("progress", "id", &[("slot", false), ("entries", false)]),
        (
            "transactions",
            "slot, place",
            &[
                ("slot", false),
                ("place", false),
                ("signature", true),
                ("entry", false),
                ("raw", true),
            ],
        ),
        (
            "touches",
            "address, slot, place",
            &[("address", true), ("slot", false), ("place", false)],
        ),
        (
            "subjects",
            "subject",
            &[("subject", true), ("seq", false), ("slot", false)],
        ),
        (
            "events",
            "ordinal",
            &[
                ("ordinal", false),
                ("slot", false),
                ("signature", true),
                ("program", true),
                ("name", true),
                ("subject", true),
                ("at", false),
                ("body", true),
            ],
        ),
    ];
    let mut text = String::new();
    for (table, order, columns) in fixed {
        text.push_str(&rows(index, table, order, columns).await);
    }
    for table in schema::TABLES {
        let mut columns: Vec<(&str, bool)> = table
            .all()
            .map(|column| (column.name, column.kind.is_text()))
            .collect();
        columns.extend(schema::COMMON.map(|name| (name, false)));
        let order: Vec<&str> = table.keys.iter().map(|key| key.name).collect();
        text.push_str(&rows(index, table.name, &order.join(", "), &columns).await);
    }
    text
}

async fn rows(index: &Index, table: &str, order: &str, columns: &[(&str, bool)]) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let sql = format!("SELECT {} FROM {table} ORDER BY {order}", names.join(", "));
    let mut text = format!("{table}\n");
    for row in sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_all(index.store().pool())
        .await
        .unwrap()
    {
        for (at, (name, is_text)) in columns.iter().enumerate() {
            let value = match is_text {
                true => row.get::<String, _>(at),
                false => row.get::<i64, _>(at).to_string(),
            };
            text.push_str(&format!(" {name}={value}"));
        }
        text.push('\n');
    }
    text
}

/// The first line in which two dumps differ.
pub fn difference(left: &str, right: &str) -> Option<String> {
    if left == right {
        return None;
    }
    let pair = left
        .lines()
        .zip(right.lines())
        .find(|(left, right)| left != right);
    Some(match pair {
        Some((left, right)) => format!("\n {left}\n {right}"),
        None => format!(
            "{} against {} lines",
            left.lines().count(),
            right.lines().count()
        ),
    })
}
