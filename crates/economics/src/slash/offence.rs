//! The offence table (economics §5.1).

use super::{SlashResult, SlashRuleError};
use crate::units::{UnixSeconds, DAY, HOUR};

/// Seconds an outage lasts at least to be charged as [`Offence::LongOutage`].
pub const LONG_OUTAGE: i64 = 48 * HOUR;
/// Seconds an outage lasts at least to be charged as [`Offence::LastingOutage`].
pub const LASTING_OUTAGE: i64 = 120 * HOUR;
/// Seconds within which an earlier breach makes [`Offence::Overuse`] a repeat.
pub const REPEAT_WINDOW: i64 = 30 * DAY;
/// Seconds between two charges of [`Offence::LowReliability`]: three epochs.
pub const LOW_RELIABILITY_GAP: i64 = 3 * DAY;

/// What a case can be about. Code 1 is no case. The stored byte is the code; 3b is stored as 7.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offence {
    /// 2: offline while hired, at most 48 h.
    Outage = 2,
    /// 3: the same for more than 48 h.
    LongOutage = 3,
    /// 4: above the idle utilisation ceiling while not hired.
    Overuse = 4,
    /// 5: reliability below the floor for three epochs.
    LowReliability = 5,
    /// 6: spoofed or fake hardware, data compromise.
    Spoofing = 6,
    /// 3b: offline while hired for more than 120 h.
    LastingOutage = 7,
}

/// Largest charge per offence, bps of the requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffenceTable {
    /// Code 2.
    pub outage: u16,
    /// Code 3.
    pub long_outage: u16,
    /// Code 3b.
    pub lasting_outage: u16,
    /// Code 4, first breach.
    pub overuse: u16,
    /// Code 4, repeat within [`REPEAT_WINDOW`].
    pub overuse_repeat: u16,
    /// Code 5.
    pub low_reliability: u16,
}

impl Offence {
    /// The stored byte.
    pub const fn code(self) -> u8 {
        match self {
            Self::Outage => 2,
            Self::LongOutage => 3,
            Self::Overuse => 4,
            Self::LowReliability => 5,
            Self::Spoofing => 6,
            Self::LastingOutage => 7,
        }
    }

    /// From the stored byte. Errors: `UnknownOffence`.
    pub const fn from_code(code: u8) -> SlashResult<Self> {
        Ok(match code {
            2 => Self::Outage,
            3 => Self::LongOutage,
            4 => Self::Overuse,
            5 => Self::LowReliability,
            6 => Self::Spoofing,
            7 => Self::LastingOutage,
            _ => return Err(SlashRuleError::UnknownOffence),
        })
    }

    /// Whether it is shown by a fault report.
    pub const fn is_outage(self) -> bool {
        matches!(self, Self::Outage | Self::LongOutage | Self::LastingOutage)
    }

    /// Whether it is shown by a leaf of a device report.
    pub const fn is_shown_by_leaf(self) -> bool {
        matches!(self, Self::Overuse | Self::LowReliability)
    }

    /// Whether a case of this offence may continue a case of `first`: the outage codes escalate,
    /// the others continue themselves.
    pub fn continues(self, first: Self) -> bool {
        self == first || (self.is_outage() && first.is_outage())
    }

    /// Rank among the codes that one offence may be charged under, from 1: a won dispute ends every
    /// charge of its rank and below.
    pub const fn severity(self) -> u8 {
        match self {
            Self::LongOutage => 2,
            Self::LastingOutage => 3,
            Self::Outage | Self::Overuse | Self::LowReliability | Self::Spoofing => 1,
        }
    }

    /// Checks a charge against the table; code 6 has none, it takes all.
    ///
    /// Errors: `AboveTable`.
    pub fn check_bps(self, bps: u16, table: &OffenceTable, is_repeat: bool) -> SlashResult<()> {
        let most = match self {
            Self::Outage => table.outage,
            Self::LongOutage => table.long_outage,
            Self::LastingOutage => table.lasting_outage,
            Self::Overuse if is_repeat => table.overuse_repeat,
            Self::Overuse => table.overuse,
            Self::LowReliability => table.low_reliability,
            Self::Spoofing => 0,
        };
        if bps <= most {
            Ok(())
        } else {
            Err(SlashRuleError::AboveTable)
        }
    }

    /// Seconds that must have passed since the offence for it to be possible.
    const fn least_age(self) -> i64 {
        match self {
            Self::LongOutage => LONG_OUTAGE,
            Self::LastingOutage => LASTING_OUTAGE,
            Self::Outage | Self::Overuse | Self::LowReliability | Self::Spoofing => 0,
        }
    }
}

/// Checks the time of an offence: `now − max_age ≤ offence_at ≤ now`, and an outage that is charged
/// for its length must have had the time to last.
///
/// Errors: `OffenceInFuture`, `OffenceTooOld`, `OutageTooShort`.
pub fn check_time(
    offence: Offence,
    offence_at: UnixSeconds,
    now: UnixSeconds,
    max_age: i64,
) -> SlashResult<()> {
    if offence_at > now {
        return Err(SlashRuleError::OffenceInFuture);
    }
    if now > offence_at.checked_add(max_age)? {
        return Err(SlashRuleError::OffenceTooOld);
    }
    if offence.least_age() > 0 && now <= offence_at.checked_add(offence.least_age())? {
        return Err(SlashRuleError::OutageTooShort);
    }
    Ok(())
}
