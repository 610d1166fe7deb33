//! Legs of a case: what of each is burned, what goes back, and what is done (economics §5.4).

use super::{SlashResult, SlashRuleError, PARTIES, TREES};
use crate::{
    math::mul_div_floor,
    units::{Bps, Io, BPS_ONE},
};

/// Legs of a case: a stake leg per party, then a hold per party and tree.
pub const LEGS: usize = PARTIES * (1 + TREES);

/// Number of the hold of a party in a tree.
pub const fn hold_leg(party: usize, tree: usize) -> usize {
    party
        .saturating_mul(TREES)
        .saturating_add(tree)
        .saturating_add(PARTIES)
}

/// `(burned, restored)` of a leg: `fl(leg·uphold, 10000)` is burned, the rest goes back (R09).
pub fn split_leg(leg: Io, uphold: Bps) -> SlashResult<(Io, Io)> {
    let burned = match uphold.get() {
        0 => 0,
        BPS_ONE => leg.base_units(),
        part => mul_div_floor(leg.base_units(), u64::from(part), u64::from(BPS_ONE))?,
    };
    let burned = Io::from_base_units(burned);
    Ok((burned, leg.checked_sub(burned)?))
}

/// Amounts of a decided case and what of them is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseLegs {
    /// Amount per leg, in the order of [`LEGS`].
    pub amounts: [Io; LEGS],
    /// Part of each leg that is burned.
    pub uphold: Bps,
    /// One bit per leg: given back.
    pub restored: u16,
    /// One bit per leg: burned, or dropped by the burn.
    pub burned: u16,
}

impl CaseLegs {
    fn bit(leg: usize) -> SlashResult<u16> {
        if leg >= LEGS {
            return Err(SlashRuleError::NoSuchLeg);
        }
        let shift = u32::try_from(leg).map_err(|_| SlashRuleError::NoSuchLeg)?;
        1_u16.checked_shl(shift).ok_or(SlashRuleError::NoSuchLeg)
    }

    fn amount(&self, leg: usize) -> SlashResult<Io> {
        self.amounts
            .get(leg)
            .copied()
            .ok_or(SlashRuleError::NoSuchLeg)
    }

    /// Gives a leg back: the amount that returns.
    ///
    /// Errors: `NoSuchLeg` where nothing of it returns, `LegDone`.
    pub fn restore(&mut self, leg: usize) -> SlashResult<Io> {
        let bit = Self::bit(leg)?;
        let (_, back) = split_leg(self.amount(leg)?, self.uphold)?;
        if back == Io::ZERO {
            return Err(SlashRuleError::NoSuchLeg);
        }
        if self.restored & bit != 0 {
            return Err(SlashRuleError::LegDone);
        }
        self.restored |= bit;
        Ok(back)
    }

    /// Burns what is to be burned of a hold: the amount still held.
    ///
    /// Errors: `NoSuchLeg` for a stake leg or where nothing is to be burned, `LegDone`,
    /// `RestoreFirst`.
    pub fn burn_hold(&mut self, leg: usize) -> SlashResult<Io> {
        let bit = Self::bit(leg)?;
        let (burned, back) = split_leg(self.amount(leg)?, self.uphold)?;
        if leg < PARTIES || burned == Io::ZERO {
            return Err(SlashRuleError::NoSuchLeg);
        }
        if self.burned & bit != 0 {
            return Err(SlashRuleError::LegDone);
        }
        if back > Io::ZERO && self.restored & bit == 0 {
            return Err(SlashRuleError::RestoreFirst);
        }
        self.burned |= bit;
        Ok(burned)
    }

    /// Burned of all stake legs together, each rounded down on its own.
    pub fn stake_burned(&self) -> SlashResult<Io> {
        let mut sum = Io::ZERO;
        for leg in self.amounts.iter().take(PARTIES) {
            sum = sum.checked_add(split_leg(*leg, self.uphold)?.0)?;
        }
        Ok(sum)
    }

    /// Whether nothing is left to be given back or burned of a decided case.
    pub fn is_finished(&self) -> SlashResult<bool> {
        for (leg, amount) in self.amounts.iter().enumerate() {
            if *amount == Io::ZERO {
                continue;
            }
            let bit = Self::bit(leg)?;
            let (burned, back) = split_leg(*amount, self.uphold)?;
            let owes_back = back > Io::ZERO && self.restored & bit == 0;
            // stake legs burn in one step when the outcome is fixed
            let owes_burn = leg >= PARTIES && burned > Io::ZERO && self.burned & bit == 0;
            if owes_back || owes_burn {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
