//! Dated, public exemptions from eligibility rules (economics §2.2, §7.2, §13.7).
//!
//! Mechanism: a grant names a device, rules and a window; it is in force from a delay after the
//! grant to the end of its window unless it is cancelled. Place of use: the registry program grants,
//! cancels and closes with these rules; the verifiers ask [`Exemption::is_in_force`] for each hour.
//! Invariant: a device that is blocked or terminated is exempt from nothing (I37).

use crate::{device::DeviceStatus, math::MathError, units::UnixSeconds};

/// Rule 1: continuous uptime before the hour.
pub const MIN_UPTIME: u32 = 1 << 0;
/// Rule 2: the full stake.
pub const STAKING: u32 = 1 << 1;
/// Rule 3: a valid wallet.
pub const SPL_ADDRESS: u32 = 1 << 2;
/// Rule 3: linked wallets.
pub const WALLETS: u32 = 1 << 3;
/// Rule 4: status up; never for a blocked or terminated device.
pub const STATUS: u32 = 1 << 4;
/// Rule 6: an exempt tier 0 counts as tier 1.
pub const CONNECTIVITY_TIER: u32 = 1 << 5;
/// Rule 7: the cluster-creation test.
pub const REQC: u32 = 1 << 6;
/// Rule 8: the service agreement.
pub const SLA: u32 = 1 << 7;
/// Rule 9: no work proof was asked for.
pub const POW_NO_TASKS: u32 = 1 << 8;
/// Rule 9: a work proof failed.
pub const POW_FAILED: u32 = 1 << 9;
/// Every rule but 5; never for a blocked or terminated device.
pub const BLOCK: u32 = 1 << 10;

/// Every flag that exists.
pub const ALL: u32 = (1 << 11) - 1;
/// Flags that only governance grants (economics §2.2).
pub const GOVERNANCE_ONLY: u32 = STAKING | POW_FAILED | BLOCK;

/// Flags with their names in documents and on the command line.
pub const NAMES: [(u32, &str); 11] = [
    (MIN_UPTIME, "min_uptime"),
    (STAKING, "staking"),
    (SPL_ADDRESS, "spl_address"),
    (WALLETS, "wallets"),
    (STATUS, "status"),
    (CONNECTIVITY_TIER, "connectivity_tier"),
    (REQC, "reqc"),
    (SLA, "sla"),
    (POW_NO_TASKS, "pow_no_tasks"),
    (POW_FAILED, "pow_failed"),
    (BLOCK, "block"),
];

/// Who grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grantor {
    /// The exemption admin.
    Admin,
    /// Governance.
    Governance,
}

/// Why a step of an exemption is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExemptionError {
    /// No flag, or one that does not exist.
    InvalidFlags,
    /// A flag that only governance grants.
    GovernanceOnly,
    /// The window is empty or longer than the limit.
    WindowOutOfBounds,
    /// The device has more processors than one grant covers.
    TooManyProcessors,
    /// As many grants live as may.
    CapReached,
    /// The device is blocked or terminated.
    DeviceOut,
    /// The window is over, or the grant was cancelled before.
    Over,
    /// The window still runs.
    StillRuns,
    /// A time or count does not fit.
    Math(MathError),
}

impl From<MathError> for ExemptionError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// Limits of a grant, from the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest window, seconds.
    pub max_seconds: i64,
    /// Seconds between grant and start.
    pub delay_seconds: i64,
    /// Most live grants.
    pub cap: i64,
    /// Most processors of the device.
    pub max_qty: i64,
}

/// What a grant asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who grants.
    pub grantor: Grantor,
    /// Rules the device is exempt from.
    pub flags: u32,
    /// Seconds from the start to the end.
    pub window_seconds: i64,
    /// Status of the device.
    pub status: DeviceStatus,
    /// Processors of the device.
    pub qty: u8,
    /// Grants that live before this one.
    pub live: u32,
}

/// The times of an exemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// Rules the device is exempt from.
    pub flags: u32,
    /// First second.
    pub starts_at: UnixSeconds,
    /// Last second.
    pub ends_at: UnixSeconds,
    /// When it was cancelled; `None` = not.
    pub cancelled_at: Option<UnixSeconds>,
}

/// Whether a blocked or terminated device asks.
const fn is_out(status: DeviceStatus) -> bool {
    matches!(status, DeviceStatus::Blocked | DeviceStatus::Terminated)
}

impl Exemption {
    /// Grants a request at `now`.
    ///
    /// Errors: every [`ExemptionError`] but `Over` and `StillRuns`.
    pub fn grant(
        request: Request,
        limits: Limits,
        now: UnixSeconds,
    ) -> Result<Self, ExemptionError> {
        if request.flags == 0 || request.flags & !ALL != 0 {
            return Err(ExemptionError::InvalidFlags);
        }
        if request.grantor == Grantor::Admin && request.flags & GOVERNANCE_ONLY != 0 {
            return Err(ExemptionError::GovernanceOnly);
        }
        if request.window_seconds < 1 || request.window_seconds > limits.max_seconds {
            return Err(ExemptionError::WindowOutOfBounds);
        }
        if is_out(request.status) {
            return Err(ExemptionError::DeviceOut);
        }
        if i64::from(request.qty) > limits.max_qty {
            return Err(ExemptionError::TooManyProcessors);
        }
        if i64::from(request.live) >= limits.cap {
            return Err(ExemptionError::CapReached);
        }
        let starts_at = now.checked_add(limits.delay_seconds)?;
        Ok(Self {
            flags: request.flags,
            starts_at,
            ends_at: starts_at.checked_add(request.window_seconds)?,
            cancelled_at: None,
        })
    }

    /// Cancels it at `now`.
    ///
    /// Errors: [`ExemptionError::Over`].
    pub fn cancel(self, now: UnixSeconds) -> Result<Self, ExemptionError> {
        if self.cancelled_at.is_some() || now > self.ends_at {
            return Err(ExemptionError::Over);
        }
        Ok(Self {
            cancelled_at: Some(now),
            ..self
        })
    }

    /// Errors unless its account may be closed: cancelled, or `now` past its end.
    ///
    /// Errors: [`ExemptionError::StillRuns`].
    pub fn check_closable(self, now: UnixSeconds) -> Result<(), ExemptionError> {
        if self.cancelled_at.is_none() && now <= self.ends_at {
            return Err(ExemptionError::StillRuns);
        }
        Ok(())
    }

    /// Whether a device of this status is exempt at `now` from the rules of `flags`.
    pub fn is_in_force(self, status: DeviceStatus, flags: u32, now: UnixSeconds) -> bool {
        let cancelled = self.cancelled_at.is_some_and(|at| now >= at);
        !is_out(status)
            && !cancelled
            && now >= self.starts_at
            && now <= self.ends_at
            && self.flags & (flags | BLOCK) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        max_seconds: 1_000,
        delay_seconds: 100,
        cap: 50,
        max_qty: 8,
    };

    fn request() -> Request {
        Request {
            grantor: Grantor::Admin,
            flags: MIN_UPTIME | WALLETS,
            window_seconds: 1_000,
            status: DeviceStatus::Up,
            qty: 8,
            live: 49,
        }
    }

    const fn at(seconds: i64) -> UnixSeconds {
        UnixSeconds::new(seconds)
    }

    fn granted() -> Exemption {
        Exemption::grant(request(), LIMITS, at(10)).unwrap()
    }

    #[test]
    fn grant_starts_after_the_delay_and_lasts_its_window() {
        let exemption = granted();
        assert_eq!(exemption.starts_at, at(110));
        assert_eq!(exemption.ends_at, at(1_110));
        for (now, expected) in [(109, false), (110, true), (1_110, true), (1_111, false)] {
            let is = exemption.is_in_force(DeviceStatus::Up, MIN_UPTIME, at(now));
            assert_eq!(is, expected, "{now}");
        }
        assert!(!exemption.is_in_force(DeviceStatus::Up, STAKING, at(110)));
    }

    #[test]
    fn blocked_and_terminated_devices_are_exempt_from_nothing() {
        for status in [DeviceStatus::Blocked, DeviceStatus::Terminated] {
            let refused = Exemption::grant(
                Request {
                    status,
                    ..request()
                },
                LIMITS,
                at(10),
            );
            assert_eq!(refused, Err(ExemptionError::DeviceOut));
            assert!(!granted().is_in_force(status, MIN_UPTIME, at(110)));
        }
    }

    #[test]
    fn block_covers_every_flag() {
        let exemption = Exemption {
            flags: BLOCK,
            ..granted()
        };
        for (flag, _) in NAMES {
            assert!(exemption.is_in_force(DeviceStatus::Down, flag, at(110)));
        }
    }

    #[test]
    fn each_limit_holds_on_both_sides() {
        let grant = |change: fn(&mut Request)| {
            let mut asked = request();
            change(&mut asked);
            Exemption::grant(asked, LIMITS, at(10)).map(|_| ())
        };
        assert_eq!(
            grant(|asked| asked.flags = 0),
            Err(ExemptionError::InvalidFlags)
        );
        assert_eq!(
            grant(|asked| asked.flags = ALL + 1),
            Err(ExemptionError::InvalidFlags)
        );
        assert_eq!(
            grant(|asked| asked.window_seconds = 0),
            Err(ExemptionError::WindowOutOfBounds)
        );
        assert_eq!(grant(|asked| asked.window_seconds = 1), Ok(()));
        assert_eq!(
            grant(|asked| asked.window_seconds = 1_001),
            Err(ExemptionError::WindowOutOfBounds)
        );
        assert_eq!(
            grant(|asked| asked.qty = 9),
            Err(ExemptionError::TooManyProcessors)
        );
        assert_eq!(
            grant(|asked| asked.live = 50),
            Err(ExemptionError::CapReached)
        );
        for (flag, name) in NAMES {
            let mut asked = Request {
                flags: flag,
                ..request()
            };
            let reserved = ["staking", "pow_failed", "block"].contains(&name);
            let expected = if reserved {
                Err(ExemptionError::GovernanceOnly)
            } else {
                Ok(())
            };
            let by_admin = Exemption::grant(asked, LIMITS, at(10)).map(|_| ());
            assert_eq!(by_admin, expected, "{name}");
            asked.grantor = Grantor::Governance;
            assert!(Exemption::grant(asked, LIMITS, at(10)).is_ok(), "{name}");
        }
    }

    #[test]
    fn cancel_ends_it_at_once_and_once() {
        let exemption = granted();
        let cancelled = exemption.cancel(at(500)).unwrap();
        assert!(cancelled.is_in_force(DeviceStatus::Up, MIN_UPTIME, at(499)));
        assert!(!cancelled.is_in_force(DeviceStatus::Up, MIN_UPTIME, at(500)));
        assert_eq!(cancelled.cancel(at(501)), Err(ExemptionError::Over));
        assert!(exemption.cancel(at(1_110)).is_ok());
        assert_eq!(exemption.cancel(at(1_111)), Err(ExemptionError::Over));
    }

    #[test]
    fn account_closes_after_the_end_or_the_cancellation() {
        let exemption = granted();
        assert_eq!(
            exemption.check_closable(at(1_110)),
            Err(ExemptionError::StillRuns)
        );
        assert_eq!(exemption.check_closable(at(1_111)), Ok(()));
        let cancelled = exemption.cancel(at(11)).unwrap();
        assert_eq!(cancelled.check_closable(at(11)), Ok(()));
    }

    #[test]
    fn overflowing_times_are_refused() {
        let refused = Exemption::grant(request(), LIMITS, at(i64::MAX - 1_099));
        assert_eq!(refused, Err(ExemptionError::Math(MathError::Overflow)));
    }

    #[test]
    fn names_cover_every_flag_once() {
        let union = NAMES.iter().fold(0, |all, (flag, _)| all | flag);
        assert_eq!(union, ALL);
    }
}
