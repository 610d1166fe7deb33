//! Stake, co-staking and slash cases.

use super::column;
use crate::{Kind, Table, codes};

pub(super) const STAKES: Table = Table {
    name: "stakes",
    about: "Stake of devices, active, cooling and restored",
    keys: &[column("stake", Kind::Key)],
    columns: &[
        column("device", Kind::Key),
        column("vault", Kind::Key),
        column("wallet", Kind::Key),
        column("active_io", Kind::Io),
        column("cooling_io", Kind::Io),
        column("restored_io", Kind::Io),
        column("eligible_io", Kind::Io),
        column("cooldown_ends_at", Kind::Time),
        column("underfunded_since", Kind::Time),
        column("positions_restored_io", Kind::Io),
        column("required_io", Kind::Io),
        column("opened_at", Kind::Time),
    ],
    filters: &["device", "wallet"],
    pairs: &[],
};

pub(super) const OFFERS: Table = Table {
    name: "offers",
    about: "Co-staking offers",
    keys: &[column("offer", Kind::Key)],
    columns: &[
        column("stake", Kind::Key),
        column("wallet", Kind::Key),
        column("offer_seq", Kind::Count),
        column("amount_io", Kind::Io),
        column("share_bps", Kind::Bps),
        column("expires_at", Kind::Time),
        column("state", Kind::Text),
        column("co_staker", Kind::Key),
        column("position", Kind::Key),
        column("created_at", Kind::Time),
        column("ended_at", Kind::Time),
        column("close_reason", Kind::Count),
    ],
    filters: &["stake", "wallet", "state"],
    pairs: &[["stake", "state"], ["wallet", "state"]],
};

pub(super) const POSITIONS: Table = Table {
    name: "positions",
    about: "Co-staking positions with their unlock dates",
    keys: &[column("stake", Kind::Key), column("offer_seq", Kind::Count)],
    columns: &[
        column("position", Kind::Key),
        column("co_staker", Kind::Key),
        column("state", Kind::Code(codes::POSITION)),
        column("amount_io", Kind::Io),
        column("restored_io", Kind::Io),
        column("share_bps", Kind::Bps),
        column("cooldown_starts_at", Kind::Time),
        column("cooldown_ends_at", Kind::Time),
        column("opened_at", Kind::Time),
        column("withdrawn_io", Kind::Io),
        column("closed_at", Kind::Time),
    ],
    filters: &["stake", "co_staker", "state", "position"],
    pairs: &[["stake", "state"], ["co_staker", "state"]],
};

pub(super) const CASES: Table = Table {
    name: "cases",
    about: "Slash cases",
    keys: &[column("slash_case", Kind::Key)],
    columns: &[
        column("stake", Kind::Key),
        column("device", Kind::Key),
        column("proposer", Kind::Key),
        column("arbiter", Kind::Key),
        column("code", Kind::Count),
        column("offence_id", Kind::Hex),
        column("part", Kind::Count),
        column("evidence_hash", Kind::Hex),
        column("offence_at", Kind::Time),
        column("window_end", Kind::Time),
        column("ruling_end", Kind::Time),
        column("bps", Kind::Bps),
        column("window_io", Kind::Io),
        column("required_io", Kind::Io),
        column("charged_io", Kind::Io),
        column("seized_io", Kind::Io),
        column("uphold_bps", Kind::Bps),
        column("burned_io", Kind::Io),
        column("renter_due_io", Kind::Io),
        column("restored_io", Kind::Io),
        column("state", Kind::Code(codes::CASE)),
        column("is_finished", Kind::Flag),
        column("appellant", Kind::Key),
        column("opened_at", Kind::Time),
    ],
    filters: &["device", "stake", "state"],
    pairs: &[["device", "state"], ["stake", "state"]],
};

pub(super) const SLASH_DAYS: Table = Table {
    name: "slash_days",
    about: "Days of the network cap on slashing",
    keys: &[column("day", Kind::Signed)],
    columns: &[
        column("slash_day", Kind::Key),
        column("counted_io", Kind::Io),
        column("opened_at", Kind::Time),
    ],
    filters: &[],
    pairs: &[],
};
