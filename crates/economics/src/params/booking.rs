//! Parameters of quotes, escrow and work records (economics §8, §9).

use super::{Param, Program::Booking, Step, Unit};
use crate::units::{DAY, HOUR};

/// Reservation fee of each side (economics §8.2, §8.3).
pub const RESERVATION_FEE_BPS: Param =
    Param::new(Booking, 0, "reservation_fee_bps", Unit::Bps, 25, (0, 100)).with_step(Step::By(25));
/// Payment fee of each side of a USDC booking.
pub const USDC_FEE_BPS: Param =
    Param::new(Booking, 1, "usdc_fee_bps", Unit::Bps, 200, (0, 500)).with_step(Step::By(100));
/// Lifetime of a quote.
pub const QUOTE_TTL: Param = Param::new(Booking, 2, "quote_ttl", Unit::Seconds, 60, (10, 300));
/// Time to pay a booking.
pub const UNPAID_TIMEOUT: Param = Param::new(
    Booking,
    3,
    "unpaid_timeout",
    Unit::Seconds,
    1_200,
    (300, 7_200),
);
/// Time to lock the lines of a funded booking.
pub const LOCK_TIMEOUT: Param =
    Param::new(Booking, 4, "lock_timeout", Unit::Seconds, 120, (60, 600));
/// Time to start a paid booking.
pub const START_TIMEOUT: Param = Param::new(
    Booking,
    5,
    "start_timeout",
    Unit::Seconds,
    1_800,
    (300, 86_400),
);
/// Least extension.
pub const MIN_EXTENSION: Param =
    Param::new(Booking, 6, "min_extension", Unit::Minutes, 60, (1, 1_440));
/// Least hire.
pub const MIN_MINUTES: Param = Param::new(Booking, 7, "min_minutes", Unit::Minutes, 60, (1, 1_440));
/// Longest hire.
pub const MAX_MINUTES: Param = Param::new(
    Booking,
    8,
    "max_minutes",
    Unit::Minutes,
    525_600,
    (60, 525_600),
);
/// Longest hire paid in IO in the `Ide` mode.
pub const MAX_MINUTES_IO: Param = Param::new(
    Booking,
    9,
    "max_minutes_io",
    Unit::Minutes,
    10_080,
    (60, 525_600),
);
/// Minutes billed at least (economics §8.5).
pub const NONREFUNDABLE_MINUTES: Param = Param::new(
    Booking,
    10,
    "nonrefundable_minutes",
    Unit::Minutes,
    60,
    (0, 60),
);
/// Time to challenge a work record.
pub const CHALLENGE_PERIOD: Param = Param::new(
    Booking,
    11,
    "challenge_period",
    Unit::Seconds,
    24 * HOUR,
    (HOUR, 168 * HOUR),
);
/// Time to rule on a challenged record.
pub const CHALLENGE_RULING: Param = Param::new(
    Booking,
    12,
    "challenge_ruling",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);
/// Lost challenges that end the right to challenge.
pub const MAX_LOST_CHALLENGES: Param =
    Param::new(Booking, 13, "max_lost_challenges", Unit::Count, 2, (1, 20));
/// Served minutes not billed after a supplier fault.
pub const FAULT_CREDIT: Param =
    Param::new(Booking, 14, "fault_credit", Unit::Minutes, 60, (0, 1_440)).with_step(Step::By(240));
/// Time after the end before a booking settles without a final record.
pub const FINAL_RECORD_DEADLINE: Param = Param::new(
    Booking,
    15,
    "final_record_deadline",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);
/// Time after which undeliverable pay is credited to be pulled.
pub const PAY_DUE_AFTER: Param = Param::new(
    Booking,
    16,
    "pay_due_after",
    Unit::Seconds,
    30 * DAY,
    (0, 90 * DAY),
);
/// Replacements per booking.
pub const MAX_FAILOVER: Param = Param::new(Booking, 17, "max_failover", Unit::Count, 3, (0, 10));
/// Time to replace a failed line.
pub const FAILOVER_GRACE: Param = Param::new(
    Booking,
    18,
    "failover_grace",
    Unit::Seconds,
    600,
    (60, 3_600),
);
/// Time from onboarding to the first hire.
pub const ONBOARDING_HOURS: Param =
    Param::new(Booking, 19, "onboarding_hours", Unit::Hours, 12, (0, 72));
/// Oldest price of an IO quote or a work record.
pub const MAX_AGE: Param = Param::new(Booking, 20, "max_age", Unit::Seconds, 60, (10, 120));
/// How far a price's publish time may lie ahead of the chain clock.
pub const MAX_FUTURE: Param = Param::new(Booking, 21, "max_future", Unit::Seconds, 30, (5, 120));
/// Widest confidence interval of a price.
pub const MAX_CONF_BPS: Param =
    Param::new(Booking, 22, "max_conf_bps", Unit::Bps, 200, (10, 1_000));
/// Confidence intervals between point and floor price.
pub const CONF_K: Param = Param::new(Booking, 23, "conf_k", Unit::Factor, 2, (1, 5));
/// Time after attestation in which a work or fault report is usable.
pub const REPORT_TTL: Param = Param::new(
    Booking,
    24,
    "report_ttl",
    Unit::Seconds,
    7 * DAY,
    (DAY, 30 * DAY),
);

/// All, in slot order.
pub const ALL: &[Param] = &[
    RESERVATION_FEE_BPS,
    USDC_FEE_BPS,
    QUOTE_TTL,
    UNPAID_TIMEOUT,
    LOCK_TIMEOUT,
    START_TIMEOUT,
    MIN_EXTENSION,
    MIN_MINUTES,
    MAX_MINUTES,
    MAX_MINUTES_IO,
    NONREFUNDABLE_MINUTES,
    CHALLENGE_PERIOD,
    CHALLENGE_RULING,
    MAX_LOST_CHALLENGES,
    FAULT_CREDIT,
    FINAL_RECORD_DEADLINE,
    PAY_DUE_AFTER,
    MAX_FAILOVER,
    FAILOVER_GRACE,
    ONBOARDING_HOURS,
    MAX_AGE,
    MAX_FUTURE,
    MAX_CONF_BPS,
    CONF_K,
    REPORT_TTL,
];
