//! Read models as data: tables, and what their columns hold.
//!
//! Place of use: the indexer's projection, reconciliation, read API and its document, and `ion
//! explore`, all follow this one list. Invariant: every column is in the indexer's migration (a test of
//! the indexer reads every table).
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod codes;
mod tables;

pub use tables::TABLES;

/// Columns that every read model has beside its own.
pub const COMMON: [&str; 3] = ["ordinal", "changed", "changed_slot"];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Address in base58; empty: none.
    Key,
    /// Words; empty: none.
    Text,
    /// Bytes in hex; empty: none.
    Hex,
    /// Number from 0 up.
    Count,
    /// Number of either sign.
    Signed,
    /// Basis points.
    Bps,
    /// Unix seconds; 0: none.
    Time,
    /// IO, 1e-8.
    Io,
    /// USDC, 1e-6.
    Usdc,
    /// Accounting dollars, 1e-6.
    UsdMicros,
    /// Base units of the row's currency.
    Token,
    /// 0 or 1.
    Flag,
    /// A stored number with a name.
    Code(&'static [&'static str]),
}

impl Kind {
    /// Whether the database keeps it as text.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Key | Self::Text | Self::Hex)
    }

    /// Whether JSON shows it as a string of base units.
    pub const fn is_amount(self) -> bool {
        matches!(self, Self::Io | Self::Usdc | Self::UsdMicros | Self::Token)
    }
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the database, in JSON and in CSV.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// A read model.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name in the database and in the API.
    pub name: &'static str,
    /// What it lists.
    pub about: &'static str,
    /// Columns that name a row.
    pub keys: &'static [Column],
    /// The other columns.
    pub columns: &'static [Column],
    /// Columns that a list can be narrowed by, each with an index.
    pub filters: &'static [&'static str],
    /// Two filters that have an index of their own when they come together.
    pub pairs: &'static [[&'static str; 2]],
}

impl Table {
    /// A column by its name, keys included.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.keys
            .iter()
            .chain(self.columns)
            .find(|column| column.name == name)
    }

    /// Keys and other columns in order.
    pub fn all(&self) -> impl Iterator<Item = &'static Column> {
        self.keys.iter().chain(self.columns)
    }
}

/// A read model by its name.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}
