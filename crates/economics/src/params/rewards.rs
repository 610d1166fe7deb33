//! Parameters of block release and reward roots (economics §6, §7).

use super::{Param, Program::Rewards, Step, Unit};
use crate::units::{DAY, HOUR};

/// Time after the end of an hour before its block is released.
pub const RELEASE_SLACK: Param =
    Param::new(Rewards, 0, "release_slack", Unit::Seconds, 120, (0, 3_600));
/// Enterprise share of the worker emission; Community has the rest.
pub const POOL_ENTERPRISE_BPS: Param = Param::new(
    Rewards,
    1,
    "pool_enterprise_bps",
    Unit::Bps,
    9_500,
    (0, 10_000),
)
.with_step(Step::By(500));
/// Safety share of a block.
pub const SAFETY_MODULE_BPS: Param =
    Param::new(Rewards, 2, "safety_module_bps", Unit::Bps, 0, (0, 2_000)).with_step(Step::By(500));
/// Weight of the connectivity tier in the base score.
pub const W_TIER: Param = Param::new(Rewards, 3, "w_tier", Unit::Factor, 50, (0, 10_000));
/// Weight of the hardware in the base score.
pub const W_HW: Param = Param::new(Rewards, 4, "w_hw", Unit::Factor, 2, (1, 100));
/// Weight of being hired in the base score.
pub const W_HIRED: Param = Param::new(Rewards, 5, "w_hired", Unit::Factor, 5, (0, 10_000));
/// Time after release before a block without a summary fails.
pub const BLOCK_DEADLINE: Param = Param::new(
    Rewards,
    6,
    "block_deadline",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);
/// Time before a final block's account can be closed.
pub const BLOCK_RENT_AFTER: Param = Param::new(
    Rewards,
    7,
    "block_rent_after",
    Unit::Seconds,
    90 * DAY,
    (30 * DAY, 365 * DAY),
);
/// Guardian vetoes per tree in 30 d.
pub const GUARDIAN_VETO_MAX: Param =
    Param::new(Rewards, 8, "guardian_veto_max", Unit::Count, 3, (0, 3));
/// Time from the acceptance of a root to its maturity.
pub const REWARD_MATURITY: Param = Param::new(
    Rewards,
    9,
    "reward_maturity",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);
/// Least time between accepted roots.
pub const ROOT_INTERVAL: Param = Param::new(
    Rewards,
    10,
    "root_interval",
    Unit::Seconds,
    24 * HOUR,
    (24 * HOUR, 168 * HOUR),
);
/// Time after attestation in which a root is accepted.
pub const REPORT_TTL: Param = Param::new(
    Rewards,
    11,
    "report_ttl",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);

/// All, in slot order.
pub const ALL: &[Param] = &[
    RELEASE_SLACK,
    POOL_ENTERPRISE_BPS,
    SAFETY_MODULE_BPS,
    W_TIER,
    W_HW,
    W_HIRED,
    BLOCK_DEADLINE,
    BLOCK_RENT_AFTER,
    GUARDIAN_VETO_MAX,
    REWARD_MATURITY,
    ROOT_INTERVAL,
    REPORT_TTL,
];
