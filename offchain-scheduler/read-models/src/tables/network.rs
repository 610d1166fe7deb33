//! Devices, their classes, and what governance and verifiers decided.

use super::column;
use crate::{Kind, Table, codes};

pub(super) const DEVICES: Table = Table {
    name: "devices",
    about: "Devices",
    keys: &[column("device", Kind::Key)],
    columns: &[
        column("owner", Kind::Key),
        column("payout_wallet", Kind::Key),
        column("device_key", Kind::Key),
        column("class", Kind::Count),
        column("qty", Kind::Count),
        column("status", Kind::Code(codes::DEVICE)),
        column("connectivity_tier", Kind::Count),
        column("supplier_tier", Kind::Count),
        column("readiness_flags", Kind::Count),
        column("reliability_bps", Kind::Bps),
        column("onboarded_at", Kind::Time),
        column("ask_usd_micros", Kind::UsdMicros),
        column("open_until", Kind::Time),
        column("hired_by", Kind::Key),
        column("last_leaf_hour", Kind::Count),
        column("registered_at", Kind::Time),
    ],
    filters: &["owner", "class", "status", "hired_by"],
    pairs: &[
        ["owner", "class"],
        ["owner", "status"],
        ["class", "status"],
        ["class", "hired_by"],
        ["status", "hired_by"],
    ],
};

pub(super) const CLASSES: Table = Table {
    name: "classes",
    about: "Processor classes",
    keys: &[column("class", Kind::Key)],
    columns: &[
        column("id", Kind::Count),
        column("name", Kind::Text),
        column("pool", Kind::Code(codes::POOL)),
        column("reward_multiplier_fp", Kind::Count),
        column("reward_multiplier_before_fp", Kind::Count),
        column("reward_multiplier_at", Kind::Time),
        column("stake_multiplier_fp", Kind::Count),
        column("stake_multiplier_at", Kind::Time),
        column("max_cpu_pct", Kind::Count),
        column("max_gpu_pct", Kind::Count),
        column("floor_price_usd_micros", Kind::UsdMicros),
        column("is_rated", Kind::Flag),
    ],
    filters: &[],
    pairs: &[],
};

pub(super) const EXEMPTIONS: Table = Table {
    name: "exemptions",
    about: "Exemptions from eligibility rules",
    keys: &[column("exemption", Kind::Key)],
    columns: &[
        column("id", Kind::Count),
        column("target", Kind::Key),
        column("qty", Kind::Count),
        column("flags", Kind::Count),
        column("starts_at", Kind::Time),
        column("ends_at", Kind::Time),
        column("reason_hash", Kind::Hex),
        column("cancelled_at", Kind::Time),
        column("is_closed", Kind::Flag),
    ],
    filters: &["target"],
    pairs: &[],
};

pub(super) const ACTIONS: Table = Table {
    name: "actions",
    about: "Decisions of governance",
    keys: &[column("action", Kind::Key)],
    columns: &[
        column("id", Kind::Count),
        column("payload", Kind::Text),
        column("payload_hash", Kind::Hex),
        column("status", Kind::Count),
        column("eta", Kind::Time),
        column("expires_at", Kind::Time),
        column("queued_at", Kind::Time),
        column("is_closed", Kind::Flag),
    ],
    filters: &[],
    pairs: &[],
};

pub(super) const PARAMS: Table = Table {
    name: "params",
    about: "Parameters by consumer and slot; ion gov show gives their names",
    keys: &[column("consumer", Kind::Count), column("slot", Kind::Count)],
    columns: &[
        column("value", Kind::Signed),
        column("effective_at", Kind::Time),
    ],
    filters: &[],
    pairs: &[],
};

pub(super) const POLLS: Table = Table {
    name: "polls",
    about: "Votes of the verifiers on reports",
    keys: &[column("poll", Kind::Key)],
    columns: &[
        column("kind", Kind::Count),
        column("subject", Kind::Key),
        column("report_seq", Kind::Count),
        column("votes", Kind::Count),
        column("threshold", Kind::Count),
        column("attested_at", Kind::Time),
        column("is_closed", Kind::Flag),
    ],
    filters: &["subject"],
    pairs: &[],
};
