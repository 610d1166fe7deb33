//! Division of a charge over the parties (economics §5.3).

use super::{SlashResult, PARTIES, TREES};
use crate::{
    math::{mul_div_floor, MathResult},
    units::Io,
};

/// One party as the division sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartyFacts {
    /// `w`.
    pub weight: Io,
    /// What of its principal can be seized.
    pub available: Io,
    /// Rewards proven and neither claimed nor forfeited, per tree; 0 where nothing is shown.
    pub unclaimed: [Io; TREES],
}

impl PartyFacts {
    /// A party that does not exist.
    pub const NONE: Self = Self {
        weight: Io::ZERO,
        available: Io::ZERO,
        unclaimed: [Io::ZERO; TREES],
    };

    fn rewards(&self) -> MathResult<Io> {
        let [reward, payout] = self.unclaimed;
        reward.checked_add(payout)
    }
}

/// What a case charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    /// Codes 2 to 5: an amount by table and caps, and rewards of a window on top (code 4).
    Table {
        /// [`super::target`].
        amount: Io,
        /// Rewards of the breach window not held yet; 0 for other codes.
        window: Io,
    },
    /// Code 6: all principal at risk and all unclaimed rewards.
    Everything,
}

/// What a case takes from one party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartyPart {
    /// Seized principal.
    pub stake: Io,
    /// Held rewards per tree.
    pub holds: [Io; TREES],
    /// Part of its share that it has nothing for; never shifted to another party.
    pub shortfall: Io,
}

impl PartyPart {
    /// Nothing.
    pub const NONE: Self = Self {
        stake: Io::ZERO,
        holds: [Io::ZERO; TREES],
        shortfall: Io::ZERO,
    };
}

/// What a case takes from all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    /// The owner, then the slots in order.
    pub parts: [PartyPart; PARTIES],
    /// Stake legs, reward legs of the charge and shortfalls.
    pub charged: Io,
    /// Of the window: what is held on top of the charge, and what a party has no rewards for. Further
    /// parts divide only the rest, so that no party's part of the window falls on another.
    pub window_counted: Io,
    /// Stake legs and all holds: what counts against the day.
    pub taken: Io,
    /// Whether the day had less left than the case would take.
    pub is_clamped: bool,
}

/// Shares of a party before the day's clamp.
#[derive(Clone, Copy)]
struct Cut {
    rewards: Io,
    stake: Io,
    window: Io,
    /// Part of its window share that it has no rewards for.
    window_missing: Io,
    shortfall: Io,
}

fn part(total: Io, weight: Io, weights: Io) -> MathResult<Io> {
    mul_div_floor(
        total.base_units(),
        weight.base_units(),
        weights.base_units(),
    )
    .map(Io::from_base_units)
}

/// Splits `total` by weight: positions round down, the owner takes the rest (R08).
fn split(total: Io, parties: &[PartyFacts; PARTIES], weights: Io) -> MathResult<[Io; PARTIES]> {
    let mut shares = [Io::ZERO; PARTIES];
    if weights == Io::ZERO || total == Io::ZERO {
        return Ok(shares);
    }
    let mut rest = total;
    for (share, party) in shares.iter_mut().zip(parties).skip(1) {
        if party.weight > Io::ZERO {
            *share = part(total, party.weight, weights)?;
            rest = rest.checked_sub(*share)?;
        }
    }
    if let Some(owner) = shares.first_mut() {
        *owner = rest;
    }
    Ok(shares)
}

#[inline(never)]
fn cuts(parties: &[PartyFacts; PARTIES], charge: Charge) -> MathResult<[Cut; PARTIES]> {
    let weights = parties
        .iter()
        .try_fold(Io::ZERO, |sum, party| sum.checked_add(party.weight))?;
    let (amount, window) = match charge {
        Charge::Table { amount, window } => (amount.min(weights), window),
        Charge::Everything => (weights, Io::ZERO),
    };
    let shares = match charge {
        Charge::Table { .. } => split(amount, parties, weights)?,
        Charge::Everything => parties.map(|party| party.weight),
    };
    let windows = split(window, parties, weights)?;
    let mut cuts = [Cut {
        rewards: Io::ZERO,
        stake: Io::ZERO,
        window: Io::ZERO,
        window_missing: Io::ZERO,
        shortfall: Io::ZERO,
    }; PARTIES];
    for (place, (((cut, party), share), window)) in cuts
        .iter_mut()
        .zip(parties)
        .zip(shares)
        .zip(windows)
        .enumerate()
    {
        let unclaimed = party.rewards()?;
        // a co-staker that was not behind the device at the offence loses nothing
        let is_reached = place == 0 || party.weight > Io::ZERO;
        *cut = match charge {
            Charge::Everything => Cut {
                rewards: if is_reached { unclaimed } else { Io::ZERO },
                stake: party.available,
                window: Io::ZERO,
                window_missing: Io::ZERO,
                shortfall: share.checked_sub(party.available)?,
            },
            Charge::Table { .. } => {
                let rewards = share.min(unclaimed);
                let own = share.checked_sub(rewards)?;
                let stake = own.min(party.available);
                let held = window.min(unclaimed.checked_sub(rewards)?);
                Cut {
                    rewards,
                    stake,
                    window: held,
                    window_missing: window.checked_sub(held)?,
                    shortfall: own.checked_sub(stake)?,
                }
            }
        };
    }
    Ok(cuts)
}

/// Divides a charge over the parties by weight and clamps it to what the day has left.
///
/// Each party's own part comes first from its unclaimed rewards (block rewards, then payouts), then
/// from its stake; what it has nothing for is its shortfall. When all of it is above `left`, every
/// part becomes `fl(part·left, total)`.
#[inline(never)]
pub fn divide(parties: &[PartyFacts; PARTIES], charge: Charge, left: Io) -> SlashResult<Division> {
    let mut cuts = cuts(parties, charge)?;
    let mut total = Io::ZERO;
    for cut in &cuts {
        total = total
            .checked_add(cut.rewards)?
            .checked_add(cut.stake)?
            .checked_add(cut.window)?;
    }
    let is_clamped = total > left;
    let mut division = Division {
        parts: [PartyPart::NONE; PARTIES],
        charged: Io::ZERO,
        window_counted: Io::ZERO,
        taken: Io::ZERO,
        is_clamped,
    };
    for ((cut, party), into) in cuts.iter_mut().zip(parties).zip(&mut division.parts) {
        if is_clamped {
            for amount in [&mut cut.rewards, &mut cut.stake, &mut cut.window] {
                if *amount > Io::ZERO {
                    *amount = part(*amount, left, total)?;
                }
            }
        }
        let [reward, _] = party.unclaimed;
        let held = cut.rewards.checked_add(cut.window)?;
        let first = held.min(reward);
        *into = PartyPart {
            stake: cut.stake,
            holds: [first, held.checked_sub(first)?],
            shortfall: cut.shortfall,
        };
        division.charged = division
            .charged
            .checked_add(cut.rewards)?
            .checked_add(cut.stake)?
            .checked_add(cut.shortfall)?;
        division.window_counted = division
            .window_counted
            .checked_add(cut.window)?
            .checked_add(cut.window_missing)?;
        division.taken = division.taken.checked_add(held)?.checked_add(cut.stake)?;
    }
    Ok(division)
}
