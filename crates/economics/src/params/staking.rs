//! Parameters of stake, co-staking and slash cases (economics §3 to §5).

use super::{Effect, Param, Program::Staking, Step, Unit, Zero};
use crate::{governance::Harsher, units::DAY};

/// Base units of one IO.
const IO_UNITS: i64 = 100_000_000;

/// Stake per processor at multiplier 1.0 (economics §3.1).
pub const BASE_STAKE: Param = Param::new(
    Staking,
    0,
    "base_stake",
    Unit::Io,
    200 * IO_UNITS,
    (IO_UNITS, 10_000 * IO_UNITS),
)
.with_step(Step::Double)
.with_effect(Effect::AfterGrace(Harsher::Up));
/// Least deposit.
pub const MIN_TOPUP: Param = Param::new(
    Staking,
    1,
    "min_topup",
    Unit::Io,
    IO_UNITS,
    (IO_UNITS / 100, 100 * IO_UNITS),
);
/// Least amount of a co-staking offer.
pub const MIN_OFFER: Param = Param::new(
    Staking,
    2,
    "min_offer",
    Unit::Io,
    IO_UNITS,
    (IO_UNITS / 100, 1_000 * IO_UNITS),
);
/// Time from leaving to withdrawal.
pub const COOLDOWN: Param = Param::new(
    Staking,
    3,
    "cooldown",
    Unit::Seconds,
    14 * DAY,
    (DAY, 60 * DAY),
)
.with_step(Step::By(14 * DAY));
/// Time a leaving co-staker still counts before the cooldown.
pub const WAIT_PERIOD: Param = Param::new(
    Staking,
    4,
    "wait_period",
    Unit::Seconds,
    7 * DAY,
    (0, 30 * DAY),
);
/// Time below the requirement after which a co-staker leaves without wait.
pub const CURE_PERIOD: Param = Param::new(
    Staking,
    5,
    "cure_period",
    Unit::Seconds,
    7 * DAY,
    (0, 30 * DAY),
);
/// Cooldown when the class is withdrawn, if shorter than `cooldown`.
pub const WITHDRAWN_COOLDOWN: Param = Param::new(
    Staking,
    6,
    "withdrawn_cooldown",
    Unit::Seconds,
    7 * DAY,
    (0, 7 * DAY),
);
/// Largest co-stake as a share of the requirement.
pub const MAX_CO_PORTION_BPS: Param = Param::new(
    Staking,
    7,
    "max_co_portion_bps",
    Unit::Bps,
    5_000,
    (0, 5_000),
)
.with_step(Step::By(1_000))
.with_effect(Effect::AfterGrace(Harsher::Down));
/// Least co-staker share of block rewards.
pub const MIN_SHARE_BPS: Param =
    Param::new(Staking, 8, "min_share_bps", Unit::Bps, 500, (1, 10_000));
/// Greatest co-staker share of block rewards.
pub const MAX_SHARE_BPS: Param =
    Param::new(Staking, 9, "max_share_bps", Unit::Bps, 10_000, (1, 10_000));
/// Live positions of one co-staker wallet.
pub const MAX_POSITIONS_PER_COSTAKER: Param = Param::new(
    Staking,
    10,
    "max_positions_per_costaker",
    Unit::Count,
    2,
    (1, 64),
);
/// Lifetime of an offer; 0 is no end.
pub const OFFER_TTL: Param = Param::new(
    Staking,
    11,
    "offer_ttl",
    Unit::Seconds,
    30 * DAY,
    (DAY, 365 * DAY),
)
.with_zero(Zero::Off);
/// Charge of offence code 2 in bps of the requirement (economics §5.1).
pub const STAKE_BPS_2: Param =
    Param::new(Staking, 12, "stake_bps_2", Unit::Bps, 400, (0, 10_000)).with_step(Step::By(1_000));
/// Charge of offence code 3.
pub const STAKE_BPS_3: Param =
    Param::new(Staking, 13, "stake_bps_3", Unit::Bps, 3_000, (0, 10_000))
        .with_step(Step::By(1_000));
/// Charge of offence code 3b.
pub const STAKE_BPS_3B: Param =
    Param::new(Staking, 14, "stake_bps_3b", Unit::Bps, 5_000, (0, 10_000))
        .with_step(Step::By(1_000));
/// Charge of the first offence of code 4.
pub const STAKE_BPS_4: Param =
    Param::new(Staking, 15, "stake_bps_4", Unit::Bps, 0, (0, 10_000)).with_step(Step::By(1_000));
/// Charge of a repeat of code 4 within 30 d.
pub const STAKE_BPS_4_REPEAT: Param = Param::new(
    Staking,
    16,
    "stake_bps_4_repeat",
    Unit::Bps,
    500,
    (0, 10_000),
)
.with_step(Step::By(1_000));
/// Charge of offence code 5.
pub const STAKE_BPS_5: Param =
    Param::new(Staking, 17, "stake_bps_5", Unit::Bps, 200, (0, 10_000)).with_step(Step::By(1_000));
/// Most charged to a device in 30 d, codes 2 to 5.
pub const SLASH_ROLL_CAP_BPS: Param = Param::new(
    Staking,
    18,
    "slash_roll_cap_bps",
    Unit::Bps,
    5_000,
    (0, 10_000),
)
.with_step(Step::By(1_000));
/// Most seized per UTC day as a share of the counted stake.
pub const SLASH_DAILY_CAP_BPS: Param = Param::new(
    Staking,
    19,
    "slash_daily_cap_bps",
    Unit::Bps,
    1_000,
    (100, 5_000),
)
.with_step(Step::By(500));
/// Daily limit when the share of the counted stake is below it.
pub const SLASH_DAILY_FLOOR: Param = Param::new(
    Staking,
    20,
    "slash_daily_floor",
    Unit::Io,
    100_000 * IO_UNITS,
    (0, 1_000_000 * IO_UNITS),
);
/// Oldest offence that can be charged.
pub const MAX_OFFENCE_AGE: Param = Param::new(
    Staking,
    21,
    "max_offence_age",
    Unit::Seconds,
    30 * DAY,
    (DAY, 31 * DAY),
);
/// Renter part of burned stake legs.
pub const VICTIM_BPS: Param =
    Param::new(Staking, 22, "victim_bps", Unit::Bps, 0, (0, 1_000)).with_step(Step::By(250));
/// Time to appeal.
pub const RECONSIDERATION_WINDOW: Param = Param::new(
    Staking,
    23,
    "reconsideration_window",
    Unit::Seconds,
    30 * DAY,
    (7 * DAY, 90 * DAY),
);
/// Time to rule on an appeal.
pub const RULING_DEADLINE: Param = Param::new(
    Staking,
    24,
    "ruling_deadline",
    Unit::Seconds,
    30 * DAY,
    (7 * DAY, 90 * DAY),
);

/// All, in slot order.
pub const ALL: &[Param] = &[
    BASE_STAKE,
    MIN_TOPUP,
    MIN_OFFER,
    COOLDOWN,
    WAIT_PERIOD,
    CURE_PERIOD,
    WITHDRAWN_COOLDOWN,
    MAX_CO_PORTION_BPS,
    MIN_SHARE_BPS,
    MAX_SHARE_BPS,
    MAX_POSITIONS_PER_COSTAKER,
    OFFER_TTL,
    STAKE_BPS_2,
    STAKE_BPS_3,
    STAKE_BPS_3B,
    STAKE_BPS_4,
    STAKE_BPS_4_REPEAT,
    STAKE_BPS_5,
    SLASH_ROLL_CAP_BPS,
    SLASH_DAILY_CAP_BPS,
    SLASH_DAILY_FLOOR,
    MAX_OFFENCE_AGE,
    VICTIM_BPS,
    RECONSIDERATION_WINDOW,
    RULING_DEADLINE,
];
