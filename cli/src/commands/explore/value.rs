//! Values of a row as the terminal shows them.

use ion_read_models::{Column, Kind, Table};
use serde_json::Value;

use crate::{
    amount::{Amount, Unit},
    output::{Cell, Record},
};

/// A row of a read model.
pub(super) fn record(table: &Table, row: &Value, columns: &[&Column]) -> Record {
    // amounts in the currency of a booking need it named by the row or are shown in base units
    let currency = table
        .column("currency")
        .and_then(|_| row.get("currency"))
        .and_then(Value::as_str);
    columns.iter().fold(Record::new(), |record, column| {
        let value = row.get(column.name).unwrap_or(&Value::Null);
        record.with(column.name, cell(column.kind, value, currency))
    })
}

fn cell(kind: Kind, value: &Value, currency: Option<&str>) -> Cell {
    let amount = |unit| {
        let base = value.as_str().and_then(|text| text.parse().ok());
        base.map_or_else(|| plain(value), |base| Cell::Amount(Amount { base, unit }))
    };
    match kind {
        Kind::Io => amount(Unit::Io),
        Kind::Usdc => amount(Unit::Usdc),
        Kind::UsdMicros => amount(Unit::Usd),
        Kind::Token => match currency {
            Some("usdc") => amount(Unit::Usdc),
            Some("io") => amount(Unit::Io),
            _ => plain(value),
        },
        Kind::Time => value.as_i64().map_or(Cell::Nothing, Cell::Time),
        Kind::Bps => value.as_u64().map_or(Cell::Nothing, Cell::Bps),
        Kind::Flag => value.as_bool().map_or(Cell::Nothing, Cell::Flag),
        Kind::Key | Kind::Text | Kind::Hex | Kind::Count | Kind::Signed | Kind::Code(_) => {
            plain(value)
        }
    }
}

/// A value as it is.
pub(super) fn plain(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Nothing,
        Value::String(text) => Cell::Text(text.clone()),
        Value::Bool(flag) => Cell::Flag(*flag),
        Value::Number(number) => number
            .as_u64()
            .map_or_else(|| Cell::Text(number.to_string()), Cell::Count),
        other => Cell::Text(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_follow_the_kind_of_their_column() {
        let bookings = ion_read_models::table("bookings").unwrap();
        let columns: Vec<&Column> = ["total", "started_at", "status", "is_closed"]
            .iter()
            .filter_map(|name| bookings.column(name))
            .collect();
        let row = json!({
            "currency": "io", "total": "150000000", "started_at": 1_800_000_000,
            "status": "running", "is_closed": false,
        });
        let shown = record(bookings, &row, &columns).to_json();
        assert_eq!(
            shown["total"],
            json!({"amount": "150000000", "decimals": 8, "unit": "IO"})
        );
        assert_eq!(shown["started_at"]["unix"], 1_800_000_000);
        assert_eq!(
            (&shown["status"], &shown["is_closed"]),
            (&json!("running"), &json!(false))
        );
        let unknown = record(bookings, &json!({}), &columns).to_json();
        assert_eq!(unknown["total"], Value::Null);
    }
}
