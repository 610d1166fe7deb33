//! Statements over many rows at a time.

use std::collections::BTreeSet;

use sqlx::{Any, AssertSqlSafe, Transaction, any::AnyRow};

use super::{JournalError, Key};

/// Most rows of one statement; a power of two.
const LARGEST: usize = 64;

/// A value of a row.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// `TEXT`.
    Text(String),
    /// `BIGINT`.
    Int(i64),
}

impl Cell {
    /// A key as hex.
    pub(super) fn key(key: &Key) -> Self {
        Cell::Text(hex::encode(key))
    }
}

/// Parts whose lengths are powers of two: so there are few different statements, and each stays
/// prepared.
fn parts<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = LARGEST.min(1 << rows.len().checked_ilog2()?);
        let (part, rest) = rows.split_at_checked(length)?;
        rows = rest;
        Some(part)
    })
}

/// Inserts rows of equal length and returns how many were written. `into` names table and columns,
/// `conflict` says what happens to rows that exist. No two rows may have the same key.
pub(super) async fn insert(
    transaction: &mut Transaction<'static, Any>,
    into: &str,
    conflict: &str,
    rows: &[Vec<Cell>],
) -> Result<u64, JournalError> {
    let mut written = 0;
    for part in parts(rows) {
        let mut sql = format!("INSERT INTO {into} VALUES ");
        let mut number = 0;
        for (index, row) in part.iter().enumerate() {
            sql.push_str(if index == 0 { "(" } else { ", (" });
            for column in 0..row.len() {
                number += 1;
                if column > 0 {
                    sql.push_str(", ");
                }
                sql.push_str(&format!("${number}"));
            }
            sql.push(')');
        }
        sql.push(' ');
        sql.push_str(conflict);
        // Only names from this program and numbered places stand in the text.
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for cell in part.iter().flatten() {
            query = match cell {
                Cell::Text(text) => query.bind(text.clone()),
                Cell::Int(value) => query.bind(*value),
            };
        }
        written += query.execute(&mut **transaction).await?.rows_affected();
    }
    Ok(written)
}

/// Rows of a statement that ends in a column of keys, for all of the keys.
pub(super) async fn select(
    transaction: &mut Transaction<'static, Any>,
    head: &str,
    keys: &BTreeSet<String>,
) -> Result<Vec<AnyRow>, JournalError> {
    let keys: Vec<&String> = keys.iter().collect();
    let mut rows = Vec::with_capacity(keys.len());
    for part in parts(&keys) {
        let places: Vec<String> = (1..=part.len()).map(|place| format!("${place}")).collect();
        let sql = format!("{head} IN ({})", places.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for key in part {
            query = query.bind((*key).clone());
        }
        rows.extend(query.fetch_all(&mut **transaction).await?);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_powers_of_two_and_leave_nothing_out() {
        for length in [0_usize, 1, 2, 3, 64, 65, 127, 200] {
            let rows: Vec<usize> = (0..length).collect();
            let cut: Vec<&[usize]> = parts(&rows).collect();
            assert_eq!(cut.concat(), rows);
            assert!(
                cut.iter()
                    .all(|part| part.len().is_power_of_two() && part.len() <= LARGEST)
            );
        }
    }
}
