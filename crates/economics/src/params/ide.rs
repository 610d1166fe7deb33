//! Parameters of epochs, vaults and auctions (economics §10).

use super::{Param, Program::Ide, Step, Unit, Zero};
use crate::units::{DAY, HOUR};

/// Base units of one USDC.
const USDC_UNITS: i64 = 1_000_000;

/// Epochs that can be opened ahead of the running one.
pub const OPEN_AHEAD: Param = Param::new(Ide, 0, "open_ahead", Unit::Days, 7, (1, 30));
/// Guardian vetoes of payout roots in 30 d.
pub const GUARDIAN_VETO_MAX: Param =
    Param::new(Ide, 1, "guardian_veto_max", Unit::Count, 3, (0, 3));
/// Time from the acceptance of a payout root to its maturity.
pub const REWARD_MATURITY: Param = Param::new(
    Ide,
    2,
    "reward_maturity",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);
/// Least time between accepted payout roots.
pub const ROOT_INTERVAL: Param = Param::new(
    Ide,
    3,
    "root_interval",
    Unit::Seconds,
    24 * HOUR,
    (24 * HOUR, 168 * HOUR),
);
/// Oldest price at the fill of an auction.
pub const MAX_AGE: Param = Param::new(Ide, 4, "max_age", Unit::Seconds, 60, (10, 120));
/// Oldest price at sealing.
pub const MAX_AGE_SEAL: Param = Param::new(Ide, 5, "max_age_seal", Unit::Seconds, 300, (60, 600));
/// How far a price's publish time may lie ahead of the chain clock.
pub const MAX_FUTURE: Param = Param::new(Ide, 6, "max_future", Unit::Seconds, 30, (5, 120));
/// Time after which an epoch seals without price.
pub const ORACLE_SILENCE: Param = Param::new(
    Ide,
    7,
    "oracle_silence",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);
/// Widest confidence interval of a price.
pub const MAX_CONF_BPS: Param =
    Param::new(Ide, 8, "max_conf_bps", Unit::Bps, 200, (10, 1_000)).with_step(Step::By(200));
/// Confidence intervals between point and floor price.
pub const CONF_K: Param = Param::new(Ide, 9, "conf_k", Unit::Factor, 2, (1, 5));
/// Widest distance of a price from its average.
pub const MAX_EMA_DIV_BPS: Param =
    Param::new(Ide, 10, "max_ema_div_bps", Unit::Bps, 1_000, (100, 5_000)).with_step(Step::By(500));
/// Order in which the vaults pay (economics §10.3).
pub const ORDER: Param = Param::new(Ide, 11, "order", Unit::Order, 0, (0, 1));
/// Share of the surplus that buys back and burns.
pub const BURN_BPS: Param =
    Param::new(Ide, 12, "burn_bps", Unit::Bps, 5_000, (5_000, 10_000)).with_step(Step::By(1_000));
/// Share of unspent emission that is retired.
pub const UNEMITTED_BURN_BPS: Param = Param::new(
    Ide,
    13,
    "unemitted_burn_bps",
    Unit::Bps,
    5_000,
    (5_000, 10_000),
)
.with_step(Step::By(1_000));
/// Days of mean emission the reward vault carries.
pub const CARRY_DAYS: Param =
    Param::new(Ide, 14, "carry_days", Unit::Days, 30, (0, 90)).with_step(Step::By(15));
/// Runway below which the status is Critical.
pub const CRITICAL_DAYS: Param = Param::new(Ide, 15, "critical_days", Unit::Days, 30, (7, 180));
/// Runway aimed at.
pub const RESERVE_TARGET_DAYS: Param =
    Param::new(Ide, 16, "reserve_target_days", Unit::Days, 180, (30, 365));
/// Runway above which the excess is burned.
pub const RESERVE_MAX_DAYS: Param =
    Param::new(Ide, 17, "reserve_max_days", Unit::Days, 365, (180, 730));
/// Smoothed ratio below which the status is Deficit.
pub const PSI_DEFICIT: Param =
    Param::new(Ide, 18, "psi_deficit", Unit::Bps, 10_000, (9_000, 11_000));
/// Smoothed ratio below which the status is Critical.
pub const PSI_CRITICAL: Param =
    Param::new(Ide, 19, "psi_critical", Unit::Bps, 8_000, (5_000, 9_500));
/// Smoothed ratio from which the status is Normal again.
pub const PSI_NORMAL: Param =
    Param::new(Ide, 20, "psi_normal", Unit::Bps, 10_500, (10_000, 12_000));
/// Epochs a line must be crossed before the status moves.
pub const PSI_EPOCHS: Param = Param::new(Ide, 21, "psi_epochs", Unit::Count, 7, (1, 30));
/// Greatest ratio of one epoch in the average.
pub const PSI_EMA_CAP: Param =
    Param::new(Ide, 22, "psi_ema_cap", Unit::Bps, 20_000, (10_500, 100_000));
/// Largest step of a class rate in 7 d.
pub const KNOB_STEP_BPS: Param =
    Param::new(Ide, 23, "knob_step_bps", Unit::Bps, 500, (0, 1_000)).with_step(Step::By(250));
/// Most availability obligations of an epoch; must be set before the mode switch.
pub const MAX_EPOCH_OBLIGATION: Param = Param::new(
    Ide,
    24,
    "max_epoch_obligation",
    Unit::UsdMicros,
    0,
    (1, i64::MAX),
)
.with_zero(Zero::Unset);
/// Opening bid of an auction against the floor price.
pub const START_BPS: Param =
    Param::new(Ide, 25, "start_bps", Unit::Bps, -200, (-1_000, 0)).with_step(Step::By(200));
/// Closing bid of an auction against the point price.
pub const END_BPS: Param =
    Param::new(Ide, 26, "end_bps", Unit::Bps, 100, (0, 500)).with_step(Step::By(100));
/// Time from the opening to the closing bid.
pub const AUCTION_DURATION: Param = Param::new(
    Ide,
    27,
    "auction_duration",
    Unit::Seconds,
    3_600,
    (300, 86_400),
);
/// Largest lot.
pub const AUCTION_CAP: Param = Param::new(
    Ide,
    28,
    "auction_cap",
    Unit::Usdc,
    5_000 * USDC_UNITS,
    (10 * USDC_UNITS, 1_000_000 * USDC_UNITS),
)
.with_step(Step::Double);
/// Least lot while more remains.
pub const AUCTION_MIN: Param = Param::new(
    Ide,
    29,
    "auction_min",
    Unit::Usdc,
    10 * USDC_UNITS,
    (USDC_UNITS, 10_000 * USDC_UNITS),
);
/// Whether lots for the reserve may be opened.
pub const RESERVE_BUY_ENABLED: Param =
    Param::new(Ide, 30, "reserve_buy_enabled", Unit::Flag, 0, (0, 1));
/// Time after attestation in which a payout root is accepted, and in which an epoch report must be
/// completed before it can be voided.
pub const REPORT_TTL: Param = Param::new(
    Ide,
    31,
    "report_ttl",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);

/// All, in slot order.
pub const ALL: &[Param] = &[
    OPEN_AHEAD,
    GUARDIAN_VETO_MAX,
    REWARD_MATURITY,
    ROOT_INTERVAL,
    MAX_AGE,
    MAX_AGE_SEAL,
    MAX_FUTURE,
    ORACLE_SILENCE,
    MAX_CONF_BPS,
    CONF_K,
    MAX_EMA_DIV_BPS,
    ORDER,
    BURN_BPS,
    UNEMITTED_BURN_BPS,
    CARRY_DAYS,
    CRITICAL_DAYS,
    RESERVE_TARGET_DAYS,
    RESERVE_MAX_DAYS,
    PSI_DEFICIT,
    PSI_CRITICAL,
    PSI_NORMAL,
    PSI_EPOCHS,
    PSI_EMA_CAP,
    KNOB_STEP_BPS,
    MAX_EPOCH_OBLIGATION,
    START_BPS,
    END_BPS,
    AUCTION_DURATION,
    AUCTION_CAP,
    AUCTION_MIN,
    RESERVE_BUY_ENABLED,
    REPORT_TTL,
];
