//! Which devices an hour pays (economics §7.2).
//!
//! Mechanism: ten rules are judged at the start of the hour from what stood then and from the hour
//! before it, and rules 1, 9 and 10 again at its end from the hour itself. A device that passes at
//! the start is nominated; one that also passes at the end has succeeded and is paid. Place of use:
//! the hourly summary, the read models, an audit. Invariant: the judgement is a total function of
//! the device's own facts; every device-hour that is not paid has a named reason.

use crate::{
    device::{DeviceStatus, MAX_CONNECTIVITY_TIER},
    exemption,
    math::MathResult,
    params::registry as param,
    units::HOUR,
};

/// Number of rules.
pub const RULES: usize = 10;

/// Whether a set of exemption flags waives the rule of `flag`, or every rule.
const fn waives(exempt: u32, flag: u32) -> bool {
    exempt & (flag | exemption::BLOCK) != 0
}

/// Result of an hour's work proof or light probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// None came to a result.
    Missing,
    /// Shown wrong.
    Failed,
    /// Passed.
    Passed,
}

/// How a device was held in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hire {
    /// Not at all: the full proof decides.
    Free,
    /// By a booking, head nodes included: the light probe decides.
    Hired {
        /// Whether the last hour in which it was not hired passed rule 9.
        passed_when_free: bool,
        /// Whole hours since the last pass, to the end of the hour judged; `u32::MAX` = none.
        hours_since_pass: u32,
    },
    /// By a booking of the machine itself: rules 9 and 10 do not apply.
    BareMetal,
    /// Back from such a booking.
    Wiping {
        /// Seconds since its return.
        seconds: i64,
    },
}

/// What was seen of a device in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourSeen {
    /// The hour's proof.
    pub proof: Proof,
    /// Minutes with a sign of life, 0 to 60.
    pub live_minutes: u32,
    /// How it was held.
    pub hire: Hire,
    /// Seconds of continuous uptime before the end of this hour; a restart resets it.
    pub uptime_seconds: i64,
}

/// Facts of a device in an hour. Each one that is not known is given as the value that does not pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceHour {
    /// Whether counted stake met the requirement at the start of the hour.
    pub is_staked: bool,
    /// Whether earnings go to a valid wallet whose key a person holds.
    pub has_wallet: bool,
    /// Wallets that the supplier has linked, its own included.
    pub linked_wallets: u8,
    /// Status at the start.
    pub status: DeviceStatus,
    /// Reward multiplier of the class at the start, 1e-4.
    pub mult_fp: u32,
    /// Connectivity tier at the start, 0 to 4.
    pub tier: u8,
    /// Whether the cluster-creation test was passed by the start.
    pub has_cluster_test: bool,
    /// Whether the service agreement was signed by the start.
    pub has_agreement: bool,
    /// Flags of [`crate::exemption`] in force at the start.
    pub exempt: u32,
    /// The hour before.
    pub before: HourSeen,
    /// The hour itself.
    pub within: HourSeen,
}

/// Parameters of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `min_uptime_hours`, in seconds.
    pub min_uptime: i64,
    /// `potl_min_minutes`.
    pub min_minutes: u32,
    /// `min_linked_wallets`.
    pub min_wallets: u8,
    /// `exempt_hours`.
    pub exempt_hours: u32,
    /// `baremetal_wipe_window`, seconds.
    pub wipe_window: i64,
}

impl Limits {
    /// From the registry's parameter values by slot, in the unit of their parameter; values that
    /// do not fit count as the greatest, which pays less.
    ///
    /// Errors: [`crate::math::MathError::Overflow`].
    pub fn read(value: impl Fn(&crate::params::Param) -> i64) -> MathResult<Self> {
        use crate::math::MathError::Overflow;
        Ok(Self {
            min_uptime: value(&param::MIN_UPTIME_HOURS)
                .checked_mul(HOUR)
                .ok_or(Overflow)?,
            min_minutes: u32::try_from(value(&param::POTL_MIN_MINUTES)).map_err(|_| Overflow)?,
            min_wallets: u8::try_from(value(&param::MIN_LINKED_WALLETS)).map_err(|_| Overflow)?,
            exempt_hours: u32::try_from(value(&param::EXEMPT_HOURS)).map_err(|_| Overflow)?,
            wipe_window: value(&param::BAREMETAL_WIPE_WINDOW),
        })
    }
}

/// Why a device-hour is not paid. The number names it in stored lists, never changes, and its tens
/// are the rule of economics §7.2.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exclusion {
    /// Rule 1: up for too short a time before the hour, or restarted in it.
    UptimeShort = 10,
    /// Rule 2: counted stake below the requirement.
    StakeShort = 20,
    /// Rule 3: no valid self-custodial wallet.
    NoWallet = 30,
    /// Rule 3: too few linked wallets.
    TooFewWallets = 31,
    /// Rule 4: never came up.
    Pending = 40,
    /// Rule 4: down.
    Down = 41,
    /// Rule 4: waits for a restart.
    RestartRequired = 42,
    /// Rule 4: not seen for longer than `inactive_after`.
    Inactive = 43,
    /// Rule 4: unsupported hardware.
    Unsupported = 44,
    /// Rule 4: paused by its owner.
    Paused = 45,
    /// Rule 4: blocked.
    Blocked = 46,
    /// Rule 4: terminated.
    Terminated = 47,
    /// Rule 5: the class is withdrawn.
    ClassWithdrawn = 50,
    /// Rule 6: line below tier 1.
    NoConnectivity = 60,
    /// Rule 7: no cluster test passed.
    NoClusterTest = 70,
    /// Rule 8: no service agreement.
    NoAgreement = 80,
    /// Rule 9: no work proof came to a result.
    ProofMissing = 90,
    /// Rule 9: the work proof failed.
    ProofFailed = 91,
    /// Rule 9 while hired: the light probe failed.
    ProbeFailed = 92,
    /// Rule 9 while hired: no probe result for longer than `exempt_hours`.
    ProbeMissing = 93,
    /// Rule 9 while hired: the last hour before the hire had not passed.
    FreeHourFailed = 94,
    /// Rules 9 and 10: back from a bare-metal booking and not reinstalled in time.
    WipeOverdue = 95,
    /// Rule 10: too few minutes with a sign of life.
    TooFewMinutes = 100,
}

impl Exclusion {
    /// The stored byte; 0 stands for none.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The rule of economics §7.2, 1 to 10.
    pub const fn rule(self) -> u8 {
        self.code() / 10
    }

    /// What is said to people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::UptimeShort => "continuous uptime too short",
            Self::StakeShort => "stake below the requirement",
            Self::NoWallet => "no valid self-custodial wallet",
            Self::TooFewWallets => "too few linked wallets",
            Self::Pending => "never came up",
            Self::Down => "down",
            Self::RestartRequired => "waits for a restart",
            Self::Inactive => "inactive",
            Self::Unsupported => "hardware not supported",
            Self::Paused => "paused",
            Self::Blocked => "blocked",
            Self::Terminated => "terminated",
            Self::ClassWithdrawn => "class withdrawn",
            Self::NoConnectivity => "connectivity below tier 1",
            Self::NoClusterTest => "cluster test not passed",
            Self::NoAgreement => "service agreement not signed",
            Self::ProofMissing => "no work proof",
            Self::ProofFailed => "work proof failed",
            Self::ProbeFailed => "light probe failed",
            Self::ProbeMissing => "no light probe for too long",
            Self::FreeHourFailed => "last hour before the hire had no proof",
            Self::WipeOverdue => "not reinstalled after a bare-metal booking",
            Self::TooFewMinutes => "too few live minutes",
        }
    }

    /// Every reason, in order.
    pub const ALL: [Self; 23] = [
        Self::UptimeShort,
        Self::StakeShort,
        Self::NoWallet,
        Self::TooFewWallets,
        Self::Pending,
        Self::Down,
        Self::RestartRequired,
        Self::Inactive,
        Self::Unsupported,
        Self::Paused,
        Self::Blocked,
        Self::Terminated,
        Self::ClassWithdrawn,
        Self::NoConnectivity,
        Self::NoClusterTest,
        Self::NoAgreement,
        Self::ProofMissing,
        Self::ProofFailed,
        Self::ProbeFailed,
        Self::ProbeMissing,
        Self::FreeHourFailed,
        Self::WipeOverdue,
        Self::TooFewMinutes,
    ];

    /// From the stored byte; `None` for 0 and for a byte that names none.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// Results of the rules in order, `None` where a rule is met.
pub type Results = [Option<Exclusion>; RULES];

/// How a device-hour was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not nominated: the first rule not met at the start.
    NotNominated(Exclusion),
    /// Nominated and failed: the first rule not met at the end.
    Failed(Exclusion),
    /// Paid, with the connectivity tier that counts.
    Succeeded {
        /// 1 to 4.
        tier: u8,
    },
}

/// Judges a device-hour.
pub fn judge(hour: &DeviceHour, limits: &Limits) -> Verdict {
    let first = |results: Results| results.into_iter().flatten().next();
    if let Some(reason) = first(at_start(hour, limits)) {
        return Verdict::NotNominated(reason);
    }
    if let Some(reason) = first(at_end(hour, limits)) {
        return Verdict::Failed(reason);
    }
    Verdict::Succeeded {
        // An exempt tier 0 counts as tier 1.
        tier: hour.tier.clamp(1, MAX_CONNECTIVITY_TIER),
    }
}

/// Every rule at the start of the hour; rules 9 and 10 over the hour before.
pub fn at_start(hour: &DeviceHour, limits: &Limits) -> Results {
    let exempt = hour.exempt;
    let unless =
        |is_met: bool, flag: u32, reason| (!is_met && !waives(exempt, flag)).then_some(reason);
    let wallet = unless(hour.has_wallet, exemption::SPL_ADDRESS, Exclusion::NoWallet).or(unless(
        hour.linked_wallets >= limits.min_wallets,
        exemption::WALLETS,
        Exclusion::TooFewWallets,
    ));
    [
        uptime(&hour.before, exempt, limits),
        unless(hour.is_staked, exemption::STAKING, Exclusion::StakeShort),
        wallet,
        status(hour.status, exempt),
        (hour.mult_fp == 0).then_some(Exclusion::ClassWithdrawn),
        unless(
            hour.tier > 0 && hour.tier <= MAX_CONNECTIVITY_TIER,
            exemption::CONNECTIVITY_TIER,
            Exclusion::NoConnectivity,
        ),
        unless(
            hour.has_cluster_test,
            exemption::REQC,
            Exclusion::NoClusterTest,
        ),
        unless(hour.has_agreement, exemption::SLA, Exclusion::NoAgreement),
        proof(&hour.before, exempt, limits),
        liveness(&hour.before, exempt, limits),
    ]
}

/// Rules 1, 9 and 10 at the end of the hour, over the hour itself; the others are `None`.
pub fn at_end(hour: &DeviceHour, limits: &Limits) -> Results {
    let exempt = hour.exempt;
    let [one, nine, ten] = [
        uptime(&hour.within, exempt, limits),
        proof(&hour.within, exempt, limits),
        liveness(&hour.within, exempt, limits),
    ];
    [one, None, None, None, None, None, None, None, nine, ten]
}

/// Rule 1.
fn uptime(seen: &HourSeen, exempt: u32, limits: &Limits) -> Option<Exclusion> {
    let is_met = seen.uptime_seconds >= limits.min_uptime || waives(exempt, exemption::MIN_UPTIME);
    (!is_met).then_some(Exclusion::UptimeShort)
}

/// Rule 4.
fn status(status: DeviceStatus, exempt: u32) -> Option<Exclusion> {
    let reason = match status {
        DeviceStatus::Up => return None,
        DeviceStatus::Blocked => return Some(Exclusion::Blocked),
        DeviceStatus::Terminated => return Some(Exclusion::Terminated),
        DeviceStatus::Pending => Exclusion::Pending,
        DeviceStatus::Down => Exclusion::Down,
        DeviceStatus::RestartRequired => Exclusion::RestartRequired,
        DeviceStatus::Inactive => Exclusion::Inactive,
        DeviceStatus::Unsupported => Exclusion::Unsupported,
        DeviceStatus::Paused => Exclusion::Paused,
    };
    (!waives(exempt, exemption::STATUS)).then_some(reason)
}

/// Rule 9 with its variants for hired devices.
fn proof(seen: &HourSeen, exempt: u32, limits: &Limits) -> Option<Exclusion> {
    let unless = |flag, reason| (!waives(exempt, flag)).then_some(reason);
    match seen.hire {
        Hire::BareMetal => None,
        Hire::Wiping { seconds } if seconds <= limits.wipe_window => None,
        Hire::Wiping { .. } => match seen.proof {
            Proof::Passed => None,
            Proof::Missing => unless(exemption::POW_NO_TASKS, Exclusion::WipeOverdue),
            Proof::Failed => unless(exemption::POW_FAILED, Exclusion::ProofFailed),
        },
        Hire::Free => match seen.proof {
            Proof::Passed => None,
            Proof::Missing => unless(exemption::POW_NO_TASKS, Exclusion::ProofMissing),
            Proof::Failed => unless(exemption::POW_FAILED, Exclusion::ProofFailed),
        },
        Hire::Hired {
            passed_when_free: false,
            ..
        } => unless(exemption::POW_FAILED, Exclusion::FreeHourFailed),
        Hire::Hired {
            hours_since_pass, ..
        } => match seen.proof {
            Proof::Passed => None,
            Proof::Failed => unless(exemption::POW_FAILED, Exclusion::ProbeFailed),
            Proof::Missing if hours_since_pass <= limits.exempt_hours => None,
            Proof::Missing => unless(exemption::POW_NO_TASKS, Exclusion::ProbeMissing),
        },
    }
}

/// Rule 10.
fn liveness(seen: &HourSeen, exempt: u32, limits: &Limits) -> Option<Exclusion> {
    let is_away = match seen.hire {
        Hire::BareMetal => true,
        Hire::Wiping { seconds } => seconds <= limits.wipe_window,
        Hire::Free | Hire::Hired { .. } => false,
    };
    // No flag of its own waives rule 10; only the one for all rules does.
    let is_met =
        is_away || seen.live_minutes >= limits.min_minutes || waives(exempt, exemption::BLOCK);
    (!is_met).then_some(Exclusion::TooFewMinutes)
}
