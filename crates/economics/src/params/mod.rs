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
    fn steps_hold_on_both_sides_of_every_value() {
        for param in all() {
            let middle = param.min + (param.max / 2 - param.min / 2);
            for old in [param.default, param.min, middle, param.max] {
                if param.check(old).is_err() {
                    assert_eq!(param.check_step(old, param.max), Ok(()), "{}", param.name);
                    continue;
                }
                let (low, high) = param.reach(old);
                assert!(low <= old && old <= high, "{}", param.name);
                for (new, lawful) in [
                    (low, true),
                    (high, true),
                    (low.saturating_sub(1), low == i64::MIN),
                    (high.saturating_add(1), high == i64::MAX),
                ] {
                    let expected = if param.check(new).is_err() {
                        Err(ParamError::OutOfBounds)
                    } else if lawful {
                        Ok(())
                    } else {
                        Err(ParamError::StepTooLarge)
                    };
                    assert_eq!(param.check_step(old, new), expected, "{}", param.name);
                }
            }
        }
    }

    #[test]
    fn doubling_reaches_half_rounded_up_and_double() {
        assert_eq!(staking::BASE_STAKE.step, Step::Double);
        assert_eq!(staking::BASE_STAKE.reach(7), (4, 14));
        assert_eq!(staking::BASE_STAKE.reach(8), (4, 16));
        assert_eq!(staking::VICTIM_BPS.reach(100), (-150, 350));
    }

    #[test]
    fn a_chain_of_lawful_changes_leads_from_every_bound_to_the_other() {
        for param in all() {
            for (from, to) in [(param.min, param.max), (param.max, param.min)] {
                let mut value = from;
                let mut changes = 0;
                while value != to {
                    let (low, high) = param.reach(value);
                    let next = to.clamp(low, high);
                    assert_eq!(param.check_step(value, next), Ok(()), "{}", param.name);
                    assert_ne!(next, value, "{} is stuck at {value}", param.name);
                    value = next;
                    changes += 1;
                }
                assert!(changes <= 20, "{} takes {changes} changes", param.name);
            }
        }
    }

    #[test]
    fn a_value_that_is_not_lawful_may_be_replaced_by_any_lawful_one() {
        let stake = staking::BASE_STAKE;
        for broken in [i64::MIN, 0, stake.min - 1, stake.max + 1, i64::MAX] {
            assert_eq!(stake.check_step(broken, stake.min), Ok(()));
            assert_eq!(stake.check_step(broken, stake.max), Ok(()));
        }
    }

    #[test]
    fn ordered_pairs_are_of_one_program_and_hold_at_genesis() {
        for (low, high) in ORDERED {
            assert_eq!(low.program, high.program);
            assert!(low.default <= high.default, "{} {}", low.name, high.name);
        }
    }

    #[test]
    fn changes_wait_for_the_block_the_epoch_or_the_grace() {
        for param in all() {
            let expected = match (param.program, param.name) {
                (Program::Staking, "base_stake") => Effect::AfterGrace(Harsher::Up),
                (Program::Staking, "max_co_portion_bps") => Effect::AfterGrace(Harsher::Down),
                (Program::Ide, _) => Effect::NextEpoch,
                _ => Effect::NextBlock,
            };
            assert_eq!(param.effect, expected, "{}", param.name);
        }
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
