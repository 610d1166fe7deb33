//! The parameters governance can set, with default and hard bounds (economics §12).
//!
//! Mechanism: each program keeps its values in one account of [`SLOTS`] integers; a [`Param`] says
//! which slot of which program holds a value, what it means and what it may be. Place of use: the
//! registry checks every queued change against the bounds and the step, the programs read by slot.
//! Invariant: a slot never changes its meaning, and from every value a chain of lawful changes leads
//! to every lawful one. A value that several programs read has a slot in each of them.

pub mod booking;
pub mod ide;
pub mod registry;
pub mod rewards;
pub mod staking;

use crate::governance::Harsher;

/// Slots of one program's parameter account.
pub const SLOTS: usize = 36;

/// The programs that consume parameters; stored on chain, so the numbers never change.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// Devices, governance, reports.
    Registry = 0,
    /// Stake, offers, slash cases.
    Staking = 1,
    /// Emission and block rewards.
    Rewards = 2,
    /// Epochs, vaults, auctions.
    Ide = 3,
    /// Quotes, escrow, work records.
    Booking = 4,
}

impl Program {
    /// Every program, in order.
    pub const ALL: [Self; 5] = [
        Self::Registry,
        Self::Staking,
        Self::Rewards,
        Self::Ide,
        Self::Booking,
    ];

    /// The name used in documents and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Staking => "staking",
            Self::Rewards => "rewards",
            Self::Ide => "ide",
            Self::Booking => "booking",
        }
    }

    /// The number stored on chain.
    pub const fn to_u8(self) -> u8 {
        match self {
            Self::Registry => 0,
            Self::Staking => 1,
            Self::Rewards => 2,
            Self::Ide => 3,
            Self::Booking => 4,
        }
    }

    /// The program with this number.
    pub fn from_u8(byte: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|program| program.to_u8() == byte)
    }

    /// All parameters of this program, in slot order.
    pub const fn params(self) -> &'static [Param] {
        match self {
            Self::Registry => registry::ALL,
            Self::Staking => staking::ALL,
            Self::Rewards => rewards::ALL,
            Self::Ide => ide::ALL,
            Self::Booking => booking::ALL,
        }
    }
}

/// What one unit of a parameter's integer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 1e-8 IO.
    Io,
    /// 1e-6 USDC.
    Usdc,
    /// 1e-6 accounting dollars.
    UsdMicros,
    /// Basis points.
    Bps,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// UTC days, which are epochs.
    Days,
    /// A number of things.
    Count,
    /// A factor of a formula.
    Factor,
    /// 0 is no, 1 is yes.
    Flag,
    /// 0 is rewards first, 1 is fees first (economics §10.3).
    Order,
}

impl Unit {
    /// The name used in documents and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Io => "1e-8 IO",
            Self::Usdc => "1e-6 USDC",
            Self::UsdMicros => "1e-6 USD",
            Self::Bps => "bps",
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Hours => "h",
            Self::Days => "d",
            Self::Count => "count",
            Self::Factor => "factor",
            Self::Flag => "0 no, 1 yes",
            Self::Order => "0 rewards first, 1 fees first",
        }
    }
}

/// What the value 0 means where the bounds exclude it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zero {
    /// Nothing special: the bounds alone decide.
    ByBounds,
    /// 0 may be set and switches the rule off.
    Off,
    /// 0 stands for "not yet set" and cannot be set again.
    Unset,
}

/// How far one decision may move a value; genesis is bound by the hard bounds alone. `chosen`: the
/// specification names no steps but that of class rates, and a jump of what follows would hurt
/// somebody before the next decision could mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// As far as the hard bounds.
    Free,
    /// By at most this much, up or down.
    By(i64),
    /// To at most the double and at least the half, rounded up.
    Double,
}

/// From when a change is in force (economics §3.1, §12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// From the next hourly block.
    NextBlock,
    /// From the next epoch, which is a UTC day.
    NextEpoch,
    /// After `multiplier_grace` in the direction that makes devices short, else from the next block.
    AfterGrace(Harsher),
}

/// Pairs of which the first value never exceeds the second, whatever is decided.
pub const ORDERED: [(Param, Param); 7] = [
    (staking::MIN_SHARE_BPS, staking::MAX_SHARE_BPS),
    (booking::MIN_MINUTES, booking::MAX_MINUTES),
    (booking::MIN_MINUTES, booking::MAX_MINUTES_IO),
    (ide::PSI_CRITICAL, ide::PSI_DEFICIT),
    (ide::PSI_DEFICIT, ide::PSI_NORMAL),
    (ide::RESERVE_TARGET_DAYS, ide::RESERVE_MAX_DAYS),
    (ide::AUCTION_MIN, ide::AUCTION_CAP),
];

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// The program that consumes it.
    pub program: Program,
    /// Its index in that program's parameter account.
    pub slot: u8,
    /// Its name in the specification.
    pub name: &'static str,
    /// What one unit of the integer is.
    pub unit: Unit,
    /// Value at genesis.
    pub default: i64,
    /// Least value that may be set.
    pub min: i64,
    /// Greatest value that may be set.
    pub max: i64,
    /// What 0 means.
    pub zero: Zero,
    /// How far one decision may move it.
    pub step: Step,
    /// From when a change is in force.
    pub effect: Effect,
}

/// Why a parameter cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamError {
    /// The program has no parameter in this slot.
    UnknownSlot,
    /// The value is outside the hard bounds.
    OutOfBounds,
    /// The value is further from the one in force than one decision may move it.
    StepTooLarge,
}

impl Param {
    /// A parameter whose bounds alone decide what is allowed.
    pub(crate) const fn new(
        program: Program,
        slot: u8,
        name: &'static str,
        unit: Unit,
        default: i64,
        bounds: (i64, i64),
    ) -> Self {
        Self {
            program,
            slot,
            name,
            unit,
            default,
            min: bounds.0,
            max: bounds.1,
            zero: Zero::ByBounds,
            step: Step::Free,
            effect: match program {
                Program::Ide => Effect::NextEpoch,
                Program::Registry | Program::Staking | Program::Rewards | Program::Booking => {
                    Effect::NextBlock
                }
            },
        }
    }

    /// The same parameter with a meaning of 0.
    pub(crate) const fn with_zero(mut self, zero: Zero) -> Self {
        self.zero = zero;
        self
    }

    /// The same parameter with a limit of one change.
    pub(crate) const fn with_step(mut self, step: Step) -> Self {
        self.step = step;
        self
    }

    /// The same parameter with another time of effect.
    pub(crate) const fn with_effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Whether one decision may move the value from `old`, in force, to `new`. A value that is not
    /// lawful itself, as "not yet set" is, may be replaced by any lawful one.
    ///
    /// Errors: [`ParamError::OutOfBounds`], [`ParamError::StepTooLarge`].
    pub const fn check_step(&self, old: i64, new: i64) -> Result<(), ParamError> {
        if let Err(error) = self.check(new) {
            return Err(error);
        }
        if self.check(old).is_err() {
            return Ok(());
        }
        let (low, high) = self.reach(old);
        if new < low || new > high {
            return Err(ParamError::StepTooLarge);
        }
        Ok(())
    }

    /// Least and greatest value that one decision reaches from `old`, before the hard bounds.
    pub const fn reach(&self, old: i64) -> (i64, i64) {
        // saturating: a limit beyond the integers is no limit
        match self.step {
            Step::Free => (i64::MIN, i64::MAX),
            Step::By(most) => (old.saturating_sub(most), old.saturating_add(most)),
            Step::Double => (
                old.saturating_add(1).div_euclid(2), // half, rounded up
                old.saturating_mul(2),
            ),
        }
    }

    /// Whether this value may be set. Error: [`ParamError::OutOfBounds`].
    pub const fn check(&self, value: i64) -> Result<(), ParamError> {
        if value >= self.min && value <= self.max {
            return Ok(());
        }
        match self.zero {
            Zero::Off if value == 0 => Ok(()),
            Zero::Off | Zero::Unset | Zero::ByBounds => Err(ParamError::OutOfBounds),
        }
    }
}

/// The parameter in a slot of a program; `None` for a slot without one.
pub fn find(program: Program, slot: u8) -> Option<&'static Param> {
    program.params().iter().find(|param| param.slot == slot)
}

/// The parameter of this name: `name` where one program has it, `program.name` always. `None` for
/// an unknown name, and for a plain name that several programs have.
pub fn by_name(name: &str) -> Option<&'static Param> {
    let (program, plain) = match name.split_once('.') {
        Some((program, plain)) => (Some(program), plain),
        None => (None, name),
    };
    let mut matching = Program::ALL
        .into_iter()
        .filter(|candidate| program.is_none_or(|wanted| wanted == candidate.name()))
        .flat_map(|candidate| candidate.params())
        .filter(|param| param.name == plain);
    let found = matching.next();
    if matching.next().is_some() {
        return None;
    }
    found
}

#[cfg(test)]
mod tests;
