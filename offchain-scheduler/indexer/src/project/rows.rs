//! Changes of rows, gathered over a batch and written once per row.

use std::{collections::BTreeMap, fmt::Write};

use sqlx::{Any, Transaction};

use super::Operation;
use crate::schema::Table;

/// Rows that one event may make at most; their ordinals follow the event's number.
pub const ROWS_PER_ENTRY: i64 = 1_024;

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

/// A change of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The table.
    pub table: &'static Table,
    /// The row.
    pub keys: Vec<Field>,
    /// Its columns.
    pub fields: Vec<(&'static str, Operation, Field)>,
}

/// What a column becomes.
#[derive(Clone, Debug)]
enum Pending {
    Set(Field),
    Add(i64),
}

#[derive(Debug)]
struct Row {
    table: &'static Table,
    ordinal: i64,
    changed: i64,
    slot: i64,
    fields: BTreeMap<&'static str, Pending>,
}

/// Changes of a batch, one entry per row.
#[derive(Debug, Default)]
pub struct Changes(BTreeMap<(&'static str, Vec<Field>), Row>);

/// A sum that leaves 64 bits.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("column {0} leaves its range")]
pub struct Overflow(pub &'static str);

impl Changes {
    /// Takes up a change of the event `entry` in `slot`; `place` is its number among that event's
    /// changes.
    ///
    /// Errors: a sum leaves its range.
    pub fn push(
        &mut self,
        change: Change,
        entry: i64,
        place: i64,
        slot: u64,
    ) -> Result<(), Overflow> {
        let slot = i64::try_from(slot).map_err(|_| Overflow("changed_slot"))?;
        let ordinal = entry
            .checked_mul(ROWS_PER_ENTRY)
            .and_then(|first| first.checked_add(place))
            .ok_or(Overflow("ordinal"))?;
        let row = self
            .0
            .entry((change.table.name, change.keys))
            .or_insert_with(|| Row {
                table: change.table,
                ordinal,
                changed: entry,
                slot,
                fields: BTreeMap::new(),
            });
        // what a transaction counts for comes before the events of the whole batch
        row.ordinal = row.ordinal.min(ordinal);
        row.changed = row.changed.max(entry);
        row.slot = row.slot.max(slot);
        for (name, operation, field) in change.fields {
            let pending = match (operation, field) {
                (Operation::Set, field) => Pending::Set(field),
                (_, Field::Text(_)) => return Err(Overflow(name)),
                (operation, Field::Number(amount)) => {
                    let amount = match operation {
                        Operation::Subtract => amount.checked_neg().ok_or(Overflow(name))?,
                        Operation::Set | Operation::Add => amount,
                    };
                    match row.fields.get(name) {
                        None => Pending::Add(amount),
                        Some(Pending::Add(sum)) => {
                            Pending::Add(sum.checked_add(amount).ok_or(Overflow(name))?)
                        }
                        Some(Pending::Set(Field::Number(value))) => Pending::Set(Field::Number(
                            value.checked_add(amount).ok_or(Overflow(name))?,
                        )),
                        Some(Pending::Set(Field::Text(_))) => return Err(Overflow(name)),
                    }
                }
            };
            row.fields.insert(name, pending);
        }
        Ok(())
    }

    /// Writes every row.
    pub async fn write(
        self,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<(), sqlx::Error> {
        for ((name, keys), row) in self.0 {
            let sql = statement(name, &row);
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for key in keys {
                query = bind(query, key);
            }
            query = query.bind(row.ordinal).bind(row.changed).bind(row.slot);
            for pending in row.fields.into_values() {
                query = match pending {
                    Pending::Set(field) => bind(query, field),
                    Pending::Add(amount) => query.bind(amount),
                };
            }
            query.execute(&mut **transaction).await?;
        }
        Ok(())
    }
}

type Query<'q> = sqlx::query::Query<'q, Any, sqlx::any::AnyArguments>;

fn bind(query: Query<'_>, field: Field) -> Query<'_> {
    match field {
        Field::Number(number) => query.bind(number),
        Field::Text(text) => query.bind(text),
    }
}

/// Makes the row or changes its columns; the ordinal stays that of its first event.
fn statement(name: &str, row: &Row) -> String {
    let columns: Vec<&str> = row
        .table
        .keys
        .iter()
        .map(|key| key.name)
        .chain(crate::schema::COMMON)
        .chain(row.fields.keys().copied())
        .collect();
    let places: Vec<String> = (1..=columns.len())
        .map(|place| format!("${place}"))
        .collect();
    let keys: Vec<&str> = row.table.keys.iter().map(|key| key.name).collect();
    let mut sql = format!(
        "INSERT INTO {name} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET \
         changed = excluded.changed, changed_slot = excluded.changed_slot",
        columns.join(", "),
        places.join(", "),
        keys.join(", "),
    );
    for (column, pending) in &row.fields {
        // writing to a String does not fail
        let _ = match pending {
            Pending::Set(_) => write!(sql, ", {column} = excluded.{column}"),
            Pending::Add(_) => write!(sql, ", {column} = {name}.{column} + excluded.{column}"),
        };
    }
    sql
}
