//! Parameters of the registry and of the verifiers' rules, whose off-chain reading is pinned here.

use super::{Param, Program::Registry, Unit};
use crate::units::{DAY, HOUR};

/// Time between queueing an action and its execution.
pub const GOVERNANCE_TIMELOCK: Param = Param::new(
    Registry,
    0,
    "governance_timelock",
    Unit::Seconds,
    48 * HOUR,
    (24 * HOUR, 30 * DAY),
);
/// The same for the mode switch.
pub const MODE_TIMELOCK: Param = Param::new(
    Registry,
    1,
    "mode_timelock",
    Unit::Seconds,
    14 * DAY,
    (7 * DAY, 90 * DAY),
);
/// Time after its timelock in which an action can be executed.
pub const ACTION_GRACE: Param = Param::new(
    Registry,
    2,
    "action_grace",
    Unit::Seconds,
    14 * DAY,
    (DAY, 30 * DAY),
);
/// Longest pause; a bit lapses after it.
pub const PAUSE_MAX: Param = Param::new(
    Registry,
    3,
    "pause_max",
    Unit::Seconds,
    72 * HOUR,
    (HOUR, 72 * HOUR),
);
/// Time after a pause before the same bit can be set again.
pub const PAUSE_REARM: Param = Param::new(
    Registry,
    4,
    "pause_rearm",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);
/// Time before a raised requirement reaches the stake side (economics §3.1).
pub const MULTIPLIER_GRACE: Param = Param::new(
    Registry,
    5,
    "multiplier_grace",
    Unit::Seconds,
    30 * DAY,
    (7 * DAY, 180 * DAY),
);
/// Time before a poll can be closed; never below the greatest `max_offence_age`.
pub const POLL_KEEP: Param = Param::new(
    Registry,
    6,
    "poll_keep",
    Unit::Seconds,
    35 * DAY,
    (31 * DAY, 90 * DAY),
);
/// Time after attestation in which a report with a free sequence is usable.
pub const REPORT_TTL: Param = Param::new(
    Registry,
    7,
    "report_ttl",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);
/// Longest window of an exemption.
pub const EXEMPTION_MAX: Param = Param::new(
    Registry,
    8,
    "exemption_max",
    Unit::Seconds,
    30 * DAY,
    (DAY, 90 * DAY),
);
/// Time between the grant of an exemption and its start.
pub const EXEMPTION_DELAY: Param = Param::new(
    Registry,
    9,
    "exemption_delay",
    Unit::Seconds,
    24 * HOUR,
    (HOUR, 168 * HOUR),
);
/// Most live exemptions.
pub const EXEMPTION_CAP: Param =
    Param::new(Registry, 10, "exemption_cap", Unit::Count, 50, (0, 1_000));
/// Most processors of one exemption.
pub const EXEMPTION_MAX_QTY: Param =
    Param::new(Registry, 11, "exemption_max_qty", Unit::Count, 8, (1, 64));
/// Interval of signed heartbeats.
pub const HEARTBEAT: Param = Param::new(Registry, 12, "heartbeat", Unit::Seconds, 60, (10, 300));
/// Missed heartbeats after which minutes are degraded.
pub const DEGRADED_AFTER: Param =
    Param::new(Registry, 13, "degraded_after", Unit::Count, 3, (1, 10));
/// Silence after which a hired line is at fault.
pub const FAULT_AFTER: Param =
    Param::new(Registry, 14, "fault_after", Unit::Seconds, 420, (60, 3_600));
/// Absence after which a device is inactive.
pub const INACTIVE_AFTER: Param = Param::new(
    Registry,
    15,
    "inactive_after",
    Unit::Seconds,
    5 * DAY,
    (DAY, 30 * DAY),
);
/// Continuous uptime before an hour to be eligible in it.
pub const MIN_UPTIME_HOURS: Param =
    Param::new(Registry, 16, "min_uptime_hours", Unit::Hours, 5, (0, 24));
/// Least liveness minutes of an eligible hour.
pub const POTL_MIN_MINUTES: Param =
    Param::new(Registry, 17, "potl_min_minutes", Unit::Minutes, 50, (1, 60));
/// Most load of work proofs per hour.
pub const POW_MAX_LOAD_MINUTES: Param = Param::new(
    Registry,
    18,
    "pow_max_load_minutes",
    Unit::Minutes,
    15,
    (1, 60),
);
/// Longest exemption of a hired device without a probe result.
pub const EXEMPT_HOURS: Param = Param::new(Registry, 19, "exempt_hours", Unit::Hours, 24, (1, 168));
/// Most load of the light probe per hour.
pub const LIGHT_PROBE_MAX: Param =
    Param::new(Registry, 20, "light_probe_max", Unit::Seconds, 60, (1, 300));
/// Least linked wallets of a supplier.
pub const MIN_LINKED_WALLETS: Param =
    Param::new(Registry, 21, "min_linked_wallets", Unit::Count, 3, (1, 10));
/// Time to wipe a bare-metal device after its hire.
pub const BAREMETAL_WIPE_WINDOW: Param = Param::new(
    Registry,
    22,
    "baremetal_wipe_window",
    Unit::Seconds,
    24 * HOUR,
    (HOUR, 168 * HOUR),
);
/// Reliability below which offence code 5 counts (economics §5.1).
pub const RELIABILITY_FLOOR: Param = Param::new(
    Registry,
    23,
    "reliability_floor",
    Unit::Bps,
    5_000,
    (0, 9_000),
);
/// Weight of work proofs in the reliability; uptime has what the four weights leave of 10,000.
pub const WEIGHT_WORK_PROOF: Param = Param::new(
    Registry,
    24,
    "weight_work_proof",
    Unit::Bps,
    2_000,
    (0, 2_500),
);
/// Weight of cluster tests in the reliability.
pub const WEIGHT_CLUSTER_TEST: Param = Param::new(
    Registry,
    25,
    "weight_cluster_test",
    Unit::Bps,
    1_500,
    (0, 2_500),
);
/// Weight of stability in the reliability.
pub const WEIGHT_STABILITY: Param = Param::new(
    Registry,
    26,
    "weight_stability",
    Unit::Bps,
    1_500,
    (0, 2_500),
);
/// Weight of stake compliance in the reliability.
pub const WEIGHT_COMPLIANCE: Param = Param::new(
    Registry,
    27,
    "weight_compliance",
    Unit::Bps,
    1_000,
    (0, 2_500),
);

/// All, in slot order.
pub const ALL: &[Param] = &[
    GOVERNANCE_TIMELOCK,
    MODE_TIMELOCK,
    ACTION_GRACE,
    PAUSE_MAX,
    PAUSE_REARM,
    MULTIPLIER_GRACE,
    POLL_KEEP,
    REPORT_TTL,
    EXEMPTION_MAX,
    EXEMPTION_DELAY,
    EXEMPTION_CAP,
    EXEMPTION_MAX_QTY,
    HEARTBEAT,
    DEGRADED_AFTER,
    FAULT_AFTER,
    INACTIVE_AFTER,
    MIN_UPTIME_HOURS,
    POTL_MIN_MINUTES,
    POW_MAX_LOAD_MINUTES,
    EXEMPT_HOURS,
    LIGHT_PROBE_MAX,
    MIN_LINKED_WALLETS,
    BAREMETAL_WIPE_WINDOW,
    RELIABILITY_FLOOR,
    WEIGHT_WORK_PROOF,
    WEIGHT_CLUSTER_TEST,
    WEIGHT_STABILITY,
    WEIGHT_COMPLIANCE,
];
