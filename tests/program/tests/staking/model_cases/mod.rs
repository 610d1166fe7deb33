//! Reference of slash cases in plain integers, written from the rules and not from the program.

mod ending;
mod proposal;

use ion_economics::units::{DAY, HOUR};
use staking::error::StakingError;

use crate::{
    model::{Model, Outcome, State, Status, refuse},
    model_rewards::{Key, Who, outcome},
};

/// Least limit of a day in the histories.
pub const DAY_FLOOR: u64 = 150_000_000_000;
/// Time to appeal and time to rule.
const MONTH: i64 = 30 * DAY;
/// Most charged in 30 d, bps.
const ROLLING_CAP: u64 = 5_000;
/// The renter's part of a burn, bps.
pub const VICTIM: u64 = 1_000;
/// Legs: five of stake, then per party the holds on block rewards and on payouts.
pub const LEGS: usize = 15;
/// The renter whose wallet holds a role.
pub const BARRED: usize = 2;

/// State of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Appeal window.
    Window,
    /// Appealed.
    Appealed,
    /// Ruled, not finalised: part that is burned.
    Ruled,
    /// All goes back.
    Restored,
    /// Burned as far as upheld.
    Burned,
}

/// A slash case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Device.
    pub device: usize,
    /// Index of part 0.
    pub first: usize,
    /// Number of the part.
    pub part: u16,
    /// Code as stored: 2, 3, 4, 5, 6, and 7 for 3b.
    pub code: u8,
    /// Time of the offence.
    pub offence_at: i64,
    /// When it was opened.
    pub opened: i64,
    /// When it was appealed; 0 = not.
    pub appealed: i64,
    /// State.
    pub stand: Stand,
    /// Burned part of each leg.
    pub uphold: u64,
    /// What was taken, per leg.
    pub amounts: [u64; LEGS],
    /// Sequences of the positions.
    pub seqs: [u64; 5],
    /// Whose rewards a party's holds are on.
    pub who: [Option<Who>; 5],
    /// Roots that the holds were proven at.
    pub roots: [[u64; 2]; 5],
    /// Charged.
    pub charged: u64,
    /// Added to the rolling charges.
    pub rolling: u64,
    /// Legs given back.
    pub back: [bool; LEGS],
    /// Holds burned.
    pub burned: [bool; LEGS],
    /// The renter of the fault report.
    pub renter: Option<usize>,
    /// Credited to the renter.
    pub renter_due: u64,
    /// Whether the charge follows the outcome.
    pub settled: bool,
    /// Whether nothing is left to be done.
    pub finished: bool,
    /// Part 0: parts so far.
    pub parts: u16,
    /// Part 0: charged by all parts, net of restored.
    pub offence_charged: u64,
    /// Part 0: of the window, held or not there to be held, by all parts.
    pub window_counted: u64,
    /// Part 0: highest severity that a party has won against.
    pub won: u8,
    /// Tokens in its vault.
    pub vault: u64,
}

fn severity(code: u8) -> u8 {
    match code {
        3 => 2,
        7 => 3,
        _ => 1,
    }
}

/// Number of the hold of a party in a tree.
pub fn hold_leg(party: usize, tree: usize) -> usize {
    5 + 2 * party + tree
}

/// Floor of `a · b / c`.
fn part(a: u64, b: u64, c: u64) -> u64 {
    u64::try_from(u128::from(a) * u128::from(b) / u128::from(c)).expect("a part")
}

/// Splits by weight: positions round down, the owner takes the rest.
fn split(total: u64, reach: &[(u64, u64); 5], weights: u64) -> [u64; 5] {
    let mut shares = [0; 5];
    if weights > 0 {
        for (share, (weight, _)) in shares.iter_mut().zip(reach).skip(1) {
            *share = part(total, *weight, weights);
        }
        shares[0] = total - shares.iter().sum::<u64>();
    }
    shares
}

impl Case {
    /// `(burned, back)` of a leg.
    pub fn split(&self, leg: usize) -> (u64, u64) {
        let amount = self.amounts[leg];
        let burned = part(amount, self.uphold, 10_000);
        (burned, amount - burned)
    }

    fn is_leg_done(&self, leg: usize) -> bool {
        let (burned, back) = self.split(leg);
        (back == 0 || self.back[leg]) && (leg < 5 || burned == 0 || self.burned[leg])
    }

    fn is_done(&self) -> bool {
        matches!(self.stand, Stand::Restored | Stand::Burned)
            && (0..LEGS).all(|leg| self.is_leg_done(leg))
    }

    /// The leaf that a hold is on, with its tree.
    pub fn leaf(&self, leg: usize) -> Option<(usize, Key)> {
        let hold = leg.checked_sub(5)?;
        Some((hold % 2, (self.device, self.who[hold / 2]?)))
    }
}

/// What a proposal names.
#[derive(Clone, Debug)]
pub struct Filing {
    /// Device.
    pub device: usize,
    /// Code as stored: 2, 3, 4, 5, 6, and 7 for 3b.
    pub code: u8,
    /// Time of the offence.
    pub offence_at: i64,
    /// Charge.
    pub bps: u64,
    /// Rewards of the breach window.
    pub window: u64,
    /// Index of part 0 for a further part.
    pub first: Option<usize>,
    /// Index of the case that makes a breach a repeat.
    pub earlier: Option<usize>,
    /// The renter of the fault report.
    pub renter: Option<usize>,
    /// Parties whose records are shown, per tree.
    pub shown: [Vec<usize>; 2],
}

/// What a case takes of a party before the day's limit.
#[derive(Clone, Copy, Default)]
struct Cut {
    rewards: u64,
    stake: u64,
    window: u64,
    missing: u64,
    shortfall: u64,
}

impl Model {
    /// `open_slash_day`, once a day.
    pub fn open_day(&mut self) {
        let today = self.now.div_euclid(DAY);
        if self.day.0 != today {
            let counted = self.devices.iter().map(|device| device.counted).sum();
            self.day = (today, counted, 0);
        }
    }

    /// Tokens in all case vaults.
    pub fn in_cases(&self) -> u64 {
        self.cases.iter().map(|case| case.vault).sum()
    }
}
