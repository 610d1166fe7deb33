//! Columns of the read models, and what each of them holds.

mod bookings;
mod engine;
mod network;
mod rewards;
mod stake;
mod totals;

use crate::{Column, Kind, Table};

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

/// Every read model, in the order of the documentation.
pub const TABLES: &[Table] = &[
    network::DEVICES,
    network::CLASSES,
    network::EXEMPTIONS,
    network::ACTIONS,
    network::PARAMS,
    network::POLLS,
    stake::STAKES,
    stake::OFFERS,
    stake::POSITIONS,
    stake::CASES,
    stake::SLASH_DAYS,
    rewards::BLOCKS,
    rewards::ROOTS,
    rewards::CLAIMS,
    engine::EPOCHS,
    engine::AUCTIONS,
    engine::FILLS,
    bookings::QUOTES,
    bookings::BOOKINGS,
    bookings::LINES,
    bookings::RECORDS,
    totals::DAYS,
    totals::DAY_FOLDS,
    totals::DAY_TRANSACTIONS,
    totals::CHECKS,
    totals::ALARMS,
];
