//! What a command prints: one record, as aligned text or as one JSON object.
//!
//! Amounts are whole units with a symbol in text, and strings of base units with decimals in JSON, so
//! that no reader loses precision. Everything that is not the result goes to stderr.

use std::{fmt::Write as _, io::Write as _};

use comfy_table::{ContentArrangement, Table, presets::NOTHING};
use serde_json::{Map, Value, json};
use solana_pubkey::Pubkey;

use crate::{
    amount::Amount,
    time::{rfc3339, show_duration, show_time},
};

/// Form of the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Aligned text.
    #[default]
    Text,
    /// One JSON object over several lines.
    Json,
    /// One JSON object on one line.
    JsonCompact,
    /// The rows of the result with a header, amounts in base units.
    Csv,
}

/// One value of a record.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A public key.
    Key(Pubkey),
    /// An amount with its unit.
    Amount(Amount),
    /// A plain number.
    Count(u64),
    /// A point in time, Unix seconds.
    Time(i64),
    /// A duration in seconds.
    Duration(i64),
    /// Basis points.
    Bps(u64),
    /// Yes or no.
    Flag(bool),
    /// Not set.
    Nothing,
    /// A nested record.
    Record(Record),
    /// Several records of the same shape.
    List(Vec<Record>),
    /// Several plain texts.
    Texts(Vec<String>),
}

impl Cell {
    /// A time, or nothing where 0 stands for "not set".
    pub fn time_or_nothing(unix_seconds: i64) -> Self {
        if unix_seconds == 0 {
            Self::Nothing
        } else {
            Self::Time(unix_seconds)
        }
    }

    /// A key, or nothing where the zero key stands for "not set".
    pub fn key_or_nothing(key: Pubkey) -> Self {
        if key == Pubkey::default() {
            Self::Nothing
        } else {
            Self::Key(key)
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Key(key) => json!(key.to_string()),
            Self::Amount(amount) => json!({
                "amount": amount.base.to_string(),
                "decimals": amount.unit.decimals(),
                "unit": amount.unit.symbol(),
            }),
            Self::Count(count) => json!(count),
            Self::Time(at) => json!({ "unix": at, "utc": rfc3339(*at) }),
            Self::Duration(seconds) => json!({ "seconds": seconds }),
            Self::Bps(bps) => json!({ "bps": bps }),
            Self::Flag(flag) => json!(flag),
            Self::Nothing => Value::Null,
            Self::Record(record) => record.to_json(),
            Self::List(records) => records.iter().map(Record::to_json).collect(),
            Self::Texts(texts) => json!(texts),
        }
    }

    fn to_csv(&self) -> String {
        match self {
            Self::Amount(amount) => amount.base.to_string(),
            Self::Time(at) => rfc3339(*at).unwrap_or_else(|| at.to_string()),
            Self::Duration(seconds) => seconds.to_string(),
            Self::Bps(bps) => bps.to_string(),
            Self::Nothing => String::new(),
            other => other.to_text(),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Key(key) => key.to_string(),
            Self::Amount(amount) => amount.to_string(),
            Self::Count(count) => count.to_string(),
            Self::Time(at) => show_time(*at),
            Self::Duration(seconds) => show_duration(*seconds),
            Self::Bps(bps) => format!("{}.{:02} %", bps / 100, bps % 100),
            Self::Flag(true) => "yes".to_owned(),
            Self::Flag(false) => "no".to_owned(),
            Self::Nothing => "-".to_owned(),
            Self::Record(record) => record.inline(),
            Self::List(records) => format!("{} entries", records.len()),
            Self::Texts(texts) => texts.join(", "),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Pubkey> for Cell {
    fn from(key: Pubkey) -> Self {
        Self::Key(key)
    }
}

impl From<Amount> for Cell {
    fn from(amount: Amount) -> Self {
        Self::Amount(amount)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Record> for Cell {
    fn from(record: Record) -> Self {
        Self::Record(record)
    }
}

impl From<Vec<Record>> for Cell {
    fn from(records: Vec<Record>) -> Self {
        Self::List(records)
    }
}

impl From<u8> for Cell {
    fn from(count: u8) -> Self {
        Self::Count(count.into())
    }
}

impl From<u16> for Cell {
    fn from(count: u16) -> Self {
        Self::Count(count.into())
    }
}

impl From<u32> for Cell {
    fn from(count: u32) -> Self {
        Self::Count(count.into())
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

/// Named values in order. Names are the keys of the JSON form; text shows them with spaces.
#[derive(Clone, Debug, Default)]
pub struct Record {
    fields: Vec<(&'static str, Cell)>,
}

impl Record {
    /// An empty record.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    pub fn with(mut self, name: &'static str, value: impl Into<Cell>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// The record as a JSON object.
    pub fn to_json(&self) -> Value {
        let fields: Map<String, Value> = self
            .fields
            .iter()
            .map(|(name, cell)| ((*name).to_owned(), cell.to_json()))
            .collect();
        Value::Object(fields)
    }

    /// Aligned lines, nested records indented, lists as tables.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write_text(&mut text, "");
        text
    }

    fn write_text(&self, into: &mut String, indent: &str) {
        let is_line = |cell: &Cell| !matches!(cell, Cell::Record(_) | Cell::List(_));
        let lines = self.fields.iter().filter(|(_, cell)| is_line(cell));
        let width = lines.map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, cell) in &self.fields {
            let label = name.replace('_', " ");
            // Writing into a String cannot fail.
            let _ = match cell {
                Cell::Record(record) => {
                    let _ = writeln!(into, "{indent}{label}:");
                    record.write_text(into, &format!("{indent}  "));
                    Ok(())
                }
                Cell::List(records) if records.is_empty() => {
                    writeln!(into, "{indent}{label}: none")
                }
                Cell::List(records) => {
                    let _ = writeln!(into, "{indent}{label}:");
                    table(records)
                        .lines()
                        .try_for_each(|line| writeln!(into, "{indent}  {line}"))
                }
                other => writeln!(into, "{indent}{label:width$}  {}", other.to_text()),
            };
        }
    }

    /// The rows of the first list, or the record itself as the only row, with a header.
    pub fn to_csv(&self) -> String {
        let rows = self.fields.iter().find_map(|(_, cell)| match cell {
            Cell::List(rows) => Some(rows.as_slice()),
            _ => None,
        });
        let only = std::slice::from_ref(self);
        let rows = rows.unwrap_or(only);
        let Some(first) = rows.first() else {
            return String::new();
        };
        let header: Vec<String> = first
            .fields
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        let mut text = csv_line(&header);
        for row in rows {
            let cells: Vec<String> = row.fields.iter().map(|(_, cell)| cell.to_csv()).collect();
            text.push_str(&csv_line(&cells));
        }
        text
    }

    fn inline(&self) -> String {
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|(name, cell)| format!("{} {}", name.replace('_', " "), cell.to_text()))
            .collect();
        fields.join(", ")
    }
}

/// Records of the same shape as a table; the first one names the columns.
fn table(records: &[Record]) -> String {
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    if let Some(first) = records.first() {
        table.set_header(first.fields.iter().map(|(name, _)| name.replace('_', " ")));
    }
    for record in records {
        table.add_row(record.fields.iter().map(|(_, cell)| cell.to_text()));
    }
    table.to_string()
}

/// One line of CSV; a field with a comma, a quote or a line break is quoted.
fn csv_line(fields: &[String]) -> String {
    let quoted: Vec<String> = fields
        .iter()
        .map(|field| {
            if field.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", field.replace('"', "\"\""))
            } else {
                field.clone()
            }
        })
        .collect();
    format!("{}\r\n", quoted.join(","))
}

/// Prints the result of a command to stdout.
pub fn print(format: Format, record: &Record) {
    match format {
        Format::Text => emit(&record.to_text()),
        Format::Json | Format::JsonCompact => print_json(format, &record.to_json()),
        Format::Csv => emit(&record.to_csv()),
    }
}

/// Prints a JSON value to stdout: one object per command.
pub fn print_json(format: Format, value: &Value) {
    match format {
        Format::JsonCompact => emit(&format!("{value}\n")),
        Format::Text | Format::Json | Format::Csv => emit(&format!("{value:#}\n")),
    }
}

/// Writes to stdout. A reader that went away, such as `head`, has all it wanted.
pub fn emit(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Record {
        Record::new()
            .with("name", "a")
            .with("staked_io", Amount::io(150_000_000))
            .with("hired", false)
            .with("share", Cell::Bps(125))
            .with("ends_at", Cell::Time(1_800_000_000))
            .with("nothing", Cell::Nothing)
            .with(
                "lines",
                vec![Record::new().with("line", 0_u8).with("minutes", 60_u32)],
            )
    }

    #[test]
    fn json_amounts_are_strings_of_base_units() {
        let value = sample().to_json();
        assert_eq!(
            value["staked_io"],
            json!({ "amount": "150000000", "decimals": 8, "unit": "IO" })
        );
        assert_eq!(
            value["ends_at"],
            json!({ "unix": 1_800_000_000, "utc": "2027-01-15T08:00:00Z" })
        );
        assert_eq!(value["share"], json!({ "bps": 125 }));
        assert_eq!(value["nothing"], Value::Null);
        assert_eq!(value["lines"], json!([{ "line": 0, "minutes": 60 }]));
    }

    #[test]
    fn csv_has_the_rows_of_the_list_or_the_record_itself() {
        assert_eq!(sample().to_csv(), "line,minutes\r\n0,60\r\n");
        let one = Record::new()
            .with("paid", Amount::io(150_000_000))
            .with("note", "a, \"b\"")
            .with("ends_at", Cell::Time(1_800_000_000))
            .with("nothing", Cell::Nothing);
        assert_eq!(
            one.to_csv(),
            "paid,note,ends_at,nothing\r\n150000000,\"a, \"\"b\"\"\",2027-01-15T08:00:00Z,\r\n"
        );
    }

    #[test]
    fn text_shows_whole_units_and_tables() {
        let text = sample().to_text();
        assert!(text.contains("staked io  1.5 IO"), "{text}");
        assert!(text.contains("share      1.25 %"), "{text}");
        assert!(text.contains("minutes"), "{text}");
    }
}
