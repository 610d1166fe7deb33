//! The parameters governance can set, with default and hard bounds (economics §12).
//!
//! Mechanism: each program keeps its values in one account of [`SLOTS`] integers; a [`Param`] says
//! which slot of which program holds a value, what it means and what it may be. Place of use: the
//! registry checks every queued change against the bounds, the programs read by slot. Invariant:
//! a slot never changes its meaning, and a valid value can always replace any other. A value that
//! several programs read has a slot in each of them.

pub mod booking;
pub mod ide;
pub mod registry;
pub mod rewards;
pub mod staking;

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
}

/// Why a parameter cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamError {
    /// The program has no parameter in this slot.
    UnknownSlot,
    /// The value is outside the hard bounds.
    OutOfBounds,
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
        }
    }

    /// The same parameter with a meaning of 0.
    pub(crate) const fn with_zero(mut self, zero: Zero) -> Self {
        self.zero = zero;
        self
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
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = &'static Param> {
        Program::ALL
            .into_iter()
            .flat_map(|program| program.params())
    }

    #[test]
    fn slots_are_consecutive_unique_and_fit_the_account() {
        for program in Program::ALL {
            for (index, param) in program.params().iter().enumerate() {
                assert_eq!(param.program, program, "{}", param.name);
                assert_eq!(usize::from(param.slot), index, "{}", param.name);
                assert!(index < SLOTS, "{}", param.name);
                assert_eq!(find(program, param.slot), Some(param));
            }
            assert_eq!(find(program, 35), None);
            assert_eq!(Program::from_u8(program.to_u8()), Some(program));
            assert_eq!(program as u8, program.to_u8());
        }
        assert_eq!(Program::from_u8(5), None);
    }

    #[test]
    fn defaults_are_allowed_values_and_bounds_are_exact() {
        for param in all() {
            match param.zero {
                Zero::Unset => assert_eq!((param.default, param.check(0).is_err()), (0, true)),
                Zero::ByBounds | Zero::Off => {
                    assert_eq!(param.check(param.default), Ok(()), "{}", param.name);
                }
            }
            assert!(param.min <= param.max);
            assert_eq!(param.check(param.min), Ok(()));
            assert_eq!(param.check(param.max), Ok(()));
            for outside in [param.min - 1, param.max.saturating_add(1)] {
                let allowed = outside == 0 && param.zero == Zero::Off || outside == param.max;
                assert_eq!(param.check(outside).is_ok(), allowed, "{}", param.name);
            }
        }
    }

    #[test]
    fn off_value_of_an_offer_lifetime_is_zero_only() {
        assert_eq!(staking::OFFER_TTL.check(0), Ok(()));
        assert_eq!(staking::OFFER_TTL.check(1), Err(ParamError::OutOfBounds));
        assert_eq!(
            staking::OFFER_TTL.check(86_399),
            Err(ParamError::OutOfBounds)
        );
        assert_eq!(staking::OFFER_TTL.check(86_400), Ok(()));
    }

    #[test]
    fn names_are_unique_per_program_and_found() {
        for param in all() {
            let same = param
                .program
                .params()
                .iter()
                .filter(|other| other.name == param.name);
            assert_eq!(same.count(), 1, "{}", param.name);
            let shared = all().filter(|other| other.name == param.name).count() > 1;
            assert_eq!(by_name(param.name), (!shared).then_some(param));
        }
        assert_eq!(by_name("base_stake"), Some(&staking::BASE_STAKE));
        assert_eq!(by_name("ide.max_age"), Some(&ide::MAX_AGE));
        assert_eq!(by_name("booking.max_age"), Some(&booking::MAX_AGE));
        assert_eq!(by_name("staking.max_age"), None);
        assert_eq!(by_name("max_age"), None);
        assert_eq!(by_name("nothing"), None);
    }

    #[test]
    fn copies_of_one_value_agree_in_unit_and_bounds() {
        for param in all() {
            for other in all().filter(|other| other.name == param.name) {
                assert_eq!(
                    (param.unit, param.default, param.min, param.max),
                    (other.unit, other.default, other.min, other.max),
                    "{}",
                    param.name
                );
            }
        }
    }

    #[test]
    fn bounds_that_tie_two_parameters_hold_for_every_pair_of_values() {
        // poll_keep ≥ max_offence_age; burn floors; reliability weights leave room for uptime.
        const { assert!(registry::POLL_KEEP.min >= staking::MAX_OFFENCE_AGE.max) };
        assert_eq!(
            (ide::BURN_BPS.min, ide::UNEMITTED_BURN_BPS.min),
            (5_000, 5_000)
        );
        let weights = [
            registry::WEIGHT_WORK_PROOF,
            registry::WEIGHT_CLUSTER_TEST,
            registry::WEIGHT_STABILITY,
            registry::WEIGHT_COMPLIANCE,
        ];
        assert!(weights.iter().map(|weight| weight.max).sum::<i64>() <= 10_000);
        assert_eq!(
            10_000 - weights.iter().map(|weight| weight.default).sum::<i64>(),
            4_000
        );
    }
}
