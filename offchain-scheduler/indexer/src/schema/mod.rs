//! Read models in the database: migrations, and how a row becomes JSON.

mod json;

pub use ion_read_models::{COMMON, Column, Kind, TABLES, Table, codes, table};
pub use json::row_json;

use ion_store::Migration;

/// Owner of the tables.
pub const MIGRATION_SET: &str = "indexer";

/// Schema changes in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: include_str!("../../migrations/index_1.sql"),
    },
    Migration {
        version: 2,
        sql: include_str!("../../migrations/index_2.sql"),
    },
    Migration {
        version: 3,
        sql: include_str!("../../migrations/index_3.sql"),
    },
];
