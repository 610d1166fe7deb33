//! Rows of the read models as the checks read them.

use std::collections::BTreeMap;

use sqlx::Row;

use crate::{Index, IndexError, project::Field, schema};

/// Values of a row by column, numbers and texts alike as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowValues {
    values: BTreeMap<&'static str, String>,
    pub(crate) slot: i64,
}

impl RowValues {
    /// A value; empty for a column that the row has not.
    pub(crate) fn get(&self, column: &str) -> &str {
        self.values.get(column).map_or("", String::as_str)
    }

    /// A value as a number; 0 for none.
    pub(crate) fn number(&self, column: &str) -> u64 {
        self.get(column).parse().unwrap_or_default()
    }
}

/// One row by its keys.
pub(crate) async fn read(
    index: &Index,
    name: &str,
    keys: &[Field],
) -> Result<Option<RowValues>, IndexError> {
    Ok(read_all(index, name, keys).await?.pop())
}

/// All rows that begin with these keys, the newest last.
pub(crate) async fn read_all(
    index: &Index,
    name: &str,
    keys: &[Field],
) -> Result<Vec<RowValues>, IndexError> {
    let Some(table) = schema::table(name) else {
        return Ok(Vec::new());
    };
    let columns: Vec<&str> = table.all().map(|column| column.name).collect();
    let wanted: Vec<String> = table
        .keys
        .iter()
        .zip(1..)
        .take(keys.len())
        .map(|(key, place)| format!("{} = ${place}", key.name))
        .collect();
    let sql = format!(
        "SELECT {}, changed_slot FROM {name} WHERE {} ORDER BY ordinal",
        columns.join(", "),
        wanted.join(" AND ")
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
    for key in keys {
        query = match key {
            Field::Number(number) => query.bind(*number),
            Field::Text(text) => query.bind(text.clone()),
        };
    }
    let mut rows = Vec::new();
    for row in query.fetch_all(index.store().pool()).await? {
        let mut values = RowValues::default();
        for (at, column) in table.all().enumerate() {
            let value = if column.kind.is_text() {
                row.try_get::<String, _>(at)?
            } else {
                row.try_get::<i64, _>(at)?.to_string()
            };
            values.values.insert(column.name, value);
        }
        values.slot = row.try_get(columns.len())?;
        rows.push(values);
    }
    Ok(rows)
}
