//! Hourly blocks, roots and claims.

use super::column;
use crate::{Kind, Table, codes};

pub(super) const BLOCKS: Table = Table {
    name: "blocks",
    about: "Hourly blocks",
    keys: &[column("hour", Kind::Count)],
    columns: &[
        column("block", Kind::Key),
        column("state", Kind::Code(codes::BLOCK)),
        column("emission_io", Kind::Io),
        column("safety_io", Kind::Io),
        column("enterprise_io", Kind::Io),
        column("community_io", Kind::Io),
        column("tier_weight", Kind::Count),
        column("hardware_weight", Kind::Count),
        column("hired_weight", Kind::Count),
        column("nominated", Kind::Count),
        column("succeeded", Kind::Count),
        column("failed", Kind::Count),
        column("verified_cpus", Kind::Count),
        column("verified_gpus", Kind::Count),
        column("enterprise_base_sum", Kind::Count),
        column("enterprise_devices", Kind::Count),
        column("enterprise_allocated_io", Kind::Io),
        column("community_base_sum", Kind::Count),
        column("community_devices", Kind::Count),
        column("community_allocated_io", Kind::Io),
        column("unallocated_io", Kind::Io),
        column("device_list", Kind::Hex),
        column("bundle", Kind::Hex),
        column("report", Kind::Hex),
        column("released_at", Kind::Time),
        column("settled_at", Kind::Time),
        column("is_closed", Kind::Flag),
    ],
    filters: &["state"],
    pairs: &[],
};

pub(super) const ROOTS: Table = Table {
    name: "roots",
    about: "Accepted roots of rewards and payouts",
    keys: &[column("tree", Kind::Text), column("root_seq", Kind::Count)],
    columns: &[
        column("through", Kind::Count),
        column("root", Kind::Hex),
        column("leaf_count", Kind::Count),
        column("lifetime_io", Kind::Io),
        column("lifetime_usdc", Kind::Usdc),
        column("arrears_usd_micros", Kind::UsdMicros),
        column("bundle", Kind::Hex),
        column("mature_at", Kind::Time),
        column("is_vetoed", Kind::Flag),
        column("accepted_at", Kind::Time),
    ],
    filters: &["tree"],
    pairs: &[],
};

pub(super) const CLAIMS: Table = Table {
    name: "claims",
    about: "Claims on rewards and payouts",
    keys: &[column("record", Kind::Key)],
    columns: &[
        column("tree", Kind::Text),
        column("device", Kind::Key),
        column("party", Kind::Key),
        column("claimed_io", Kind::Io),
        column("claimed_usdc", Kind::Usdc),
        column("forfeited_io", Kind::Io),
        column("burned_io", Kind::Io),
        column("lifetime_io", Kind::Io),
        column("newest_seq", Kind::Count),
        column("matured_seq", Kind::Count),
        column("opened_at", Kind::Time),
    ],
    filters: &["device", "party"],
    pairs: &[],
};
