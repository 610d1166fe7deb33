//! Totals of days, and what was recomputed.

use super::column;
use crate::{Kind, Table};

pub(super) const DAYS: Table = Table {
    name: "days",
    about: "Totals of each UTC day",
    keys: &[column("day", Kind::Count)],
    columns: &[
        column("transactions", Kind::Count),
        column("bookings", Kind::Count),
        column("paid_usdc", Kind::Usdc),
        column("paid_io", Kind::Io),
        column("refunded_usdc", Kind::Usdc),
        column("refunded_io", Kind::Io),
        column("processor_minutes", Kind::Count),
        column("estimated_io", Kind::Io),
        column("settled_io", Kind::Io),
        column("adjusted_estimated_io", Kind::Signed),
        column("adjusted_settled_io", Kind::Signed),
        column("earn_count", Kind::Count),
        column("blocks", Kind::Count),
        column("device_rows", Kind::Count),
        column("released_io", Kind::Io),
        column("safety_io", Kind::Io),
        column("allocated_io", Kind::Io),
        column("claimed_io", Kind::Io),
        column("claimed_usdc", Kind::Usdc),
        column("burned_io", Kind::Io),
        column("repurchased_usdc", Kind::Usdc),
        column("repurchased_io", Kind::Io),
        column("retired_io", Kind::Io),
        column("slashed_io", Kind::Io),
        column("restored_io", Kind::Io),
    ],
    filters: &[],
    pairs: &[],
};

pub(super) const DAY_FOLDS: Table = Table {
    name: "day_folds",
    about: "Days folded into their permanent account",
    keys: &[column("day", Kind::Count)],
    columns: &[
        column("tne_day", Kind::Key),
        column("shards", Kind::Count),
        column("estimated_io", Kind::Io),
        column("settled_io", Kind::Io),
        column("folded_at", Kind::Time),
    ],
    filters: &[],
    pairs: &[],
};

pub(super) const DAY_TRANSACTIONS: Table = Table {
    name: "day_transactions",
    about: "Transactions of a UTC day by program and instruction",
    keys: &[
        column("day", Kind::Count),
        column("program", Kind::Text),
        column("instruction", Kind::Text),
    ],
    columns: &[column("count", Kind::Count)],
    filters: &["day", "program"],
    pairs: &[],
};

pub(super) const CHECKS: Table = Table {
    name: "checks",
    about: "Recomputed figures beside the recorded ones",
    keys: &[column("kind", Kind::Text), column("subject", Kind::Text)],
    columns: &[
        column("due", Kind::Count),
        column("done", Kind::Count),
        column("is_due", Kind::Flag),
        column("is_equal", Kind::Flag),
        column("outcome", Kind::Text),
        column("figures", Kind::Text),
    ],
    filters: &["is_due", "is_equal", "kind"],
    pairs: &[["kind", "is_due"], ["kind", "is_equal"]],
};

pub(super) const ALARMS: Table = Table {
    name: "alarms",
    about: "Mismatches between the record and what it should be",
    keys: &[column("kind", Kind::Text), column("subject", Kind::Text)],
    columns: &[column("is_open", Kind::Flag), column("detail", Kind::Text)],
    filters: &["is_open", "kind"],
    pairs: &[["kind", "is_open"]],
};
