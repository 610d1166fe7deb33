//! What an hour's block reward depends on, as one verifier saw it (economics §7.2, §4.3).
//!
//! Facts of the chain are those of the hour's opening; facts of the device those of the hour and of
//! the one before it.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::Key;

/// Most co-staking positions of a device (economics §12).
const MAX_POSITIONS: usize = 4;

/// Result of an hour's work proof or light probe.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum ProofCode {
    /// None came to a result.
    Missing = 0,
    /// Shown wrong.
    Failed = 1,
    /// Passed.
    Passed = 2,
}

/// Yes-or-no facts, a bit each.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourFlags(u16);

impl HourFlags {
    /// Counted stake met the requirement at the opening.
    pub const STAKED: Self = Self(1);
    /// Earnings go to a wallet whose key a person can hold.
    pub const WALLET: Self = Self(1 << 1);
    /// The service agreement was signed.
    pub const AGREEMENT: Self = Self(1 << 2);
    /// The cluster test was passed.
    pub const CLUSTER_TEST: Self = Self(1 << 3);
    /// Processors of the class count as CPUs.
    pub const IS_CPU: Self = Self(1 << 4);
    /// Number of flags.
    pub const COUNT: u32 = 5;

    /// No flag.
    pub const NONE: Self = Self(0);

    /// From the bits as stored; `None` when a bit without a meaning is set.
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits < 1 << Self::COUNT {
            Some(Self(bits))
        } else {
            None
        }
    }

    /// The bits.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Adds a flag where `is_set`.
    #[must_use]
    pub const fn with(self, flag: Self, is_set: bool) -> Self {
        if is_set { Self(self.0 | flag.0) } else { self }
    }

    /// Whether a flag is set.
    pub const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 == flag.0
    }
}

/// One hour of a device.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourSight {
    /// Work proof, or light probe while hired.
    pub proof: ProofCode,
    /// Minutes with a sign of life, 0 to 60.
    pub live_minutes: u8,
    /// Whether a booking held the device.
    pub is_hired: bool,
    /// Whether the last hour before this one in which no booking held it passed its proof.
    pub passed_when_free: bool,
    /// Whole hours from the last pass to the end of the hour; `u16::MAX` = none known.
    pub hours_since_pass: u16,
    /// Continuous uptime before the end of the hour, minutes; a restart resets it.
    pub uptime_minutes: u32,
}

/// A co-staking position that stands in a slot of the device's stake.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionObservation {
    /// The co-staker's wallet.
    pub wallet: Key,
    /// Share of the device's rewards, bps.
    pub share_bps: u16,
    /// Whether it was active at the opening and at the close of the hour.
    pub is_earning: bool,
}

/// One device in one hour, for the block reward.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct HourObservation {
    /// Address of the device account.
    pub device: Key,
    /// Owner at registration.
    pub owner: Key,
    /// Reward pool of the class at the opening; 0 = none.
    pub pool: u8,
    /// Processors.
    pub qty: u8,
    /// Status at the opening.
    pub status: u8,
    /// Connectivity tier at the opening.
    pub tier: u8,
    /// Wallets that the supplier has linked.
    pub linked_wallets: u8,
    /// Further facts of the opening.
    pub flags: HourFlags,
    /// Exemption flags in force at the opening.
    pub exempt: u32,
    /// Reward multiplier at the opening, 1e-4.
    pub mult_fp: u32,
    /// The hour before.
    pub before: HourSight,
    /// The hour.
    pub within: HourSight,
    /// Positions in order of wallet, one per wallet.
    pub positions: Vec<PositionObservation>,
}

impl HourObservation {
    /// Whether lists are sorted without repetition and numbers are in range.
    pub(crate) fn is_canonical(&self) -> bool {
        HourFlags::from_bits(self.flags.bits()).is_some()
            && self.before.live_minutes <= 60
            && self.within.live_minutes <= 60
            && self.positions.len() <= MAX_POSITIONS
            && self.positions.is_sorted_by(|a, b| a.wallet < b.wallet)
            && self
                .positions
                .iter()
                .all(|position| position.wallet != self.owner)
            && self.positions.iter().filter(|one| one.is_earning).count() <= 1
    }
}
