//! Reference ledger of staking in plain integers, written from the rules and not from the program:
//! it predicts the outcome of every operation, errors included.

mod offers;
mod principal;

use std::collections::BTreeMap;

use anchor_lang::error::ErrorCode;
use ion_economics::units::DAY;
use staking::error::StakingError;

use crate::{
    model_cases::Case,
    model_rewards::Earnings,
    stage::{COOLDOWN, WAIT, io},
};

/// The token program's error for a transfer above the balance.
pub const INSUFFICIENT_FUNDS: u32 = 1;
/// Lifetime of an offer.
const TTL: i64 = 30 * DAY;
/// Cure period of the owner.
const CURE: i64 = 7 * DAY;
/// Cooldown on a withdrawn class.
const SHORT: i64 = 7 * DAY;

/// Outcome of an operation: what moved, or the error code.
pub type Outcome = Result<(), u32>;

/// State of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Earns.
    Active,
    /// Waits until the first time, then cools until the second.
    Wait(i64, i64),
    /// Cools until this time.
    Cool(i64),
    /// A case took all of it.
    Zeroed,
}

/// A position that holds a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Sequence of its offer.
    pub seq: u64,
    /// Number of its wallet.
    pub wallet: usize,
    /// Principal.
    pub amount: u64,
    /// State.
    pub state: State,
    /// When its offer was filled.
    pub accepted: i64,
    /// When its cooldown began or will; 0 = no exit runs.
    pub start: i64,
}

/// An open offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Sequence.
    pub seq: u64,
    /// Amount.
    pub amount: u64,
    /// Share.
    pub share: u16,
    /// Last second.
    pub until: i64,
}

/// Status of a device, as far as staking sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Up.
    Up,
    /// Down.
    Down,
    /// Blocked.
    Blocked,
    /// Terminated.
    Terminated,
}

/// One device with its stake.
#[derive(Clone, Debug)]
pub struct Device {
    /// Whether the stake wallet is recorded.
    pub bound: bool,
    /// Owner's active principal.
    pub active: u64,
    /// Owner's cooling principal.
    pub cooling: u64,
    /// End of the owner's cooldown.
    pub cool_until: i64,
    /// Start of the owner's cooldown.
    pub cool_start: i64,
    /// Owner's restored balance.
    pub restored: u64,
    /// Overflow taken out per day, net of later deposits.
    pub taken: BTreeMap<i64, u64>,
    /// Restored balances of positions, by sequence.
    pub restored_of: BTreeMap<u64, u64>,
    /// Stake legs of open cases, by position.
    pub legs_of: BTreeMap<u64, u64>,
    /// Charged per day in bps, net of restored.
    pub charged: BTreeMap<i64, u64>,
    /// Open cases.
    pub open_cases: usize,
    /// Of them, of code 6.
    pub open_code6: usize,
    /// Last offence of code 5 that was charged; 0 = none.
    pub low_at: i64,
    /// Whether a code-6 case ended with a burn while another was open.
    pub burned_code6: bool,
    /// Whether the registry keeps the device blocked for governance.
    pub left_to_governance: bool,
    /// Counted stake at the last operation.
    pub counted: u64,
    /// Slots.
    pub slots: [Option<Position>; 4],
    /// Last sequence.
    pub offer_seq: u64,
    /// Open offer.
    pub offer: Option<Offer>,
    /// Positions whose account exists: sequence and wallet.
    pub accounts: Vec<(u64, usize)>,
    /// Below the requirement since.
    pub since: Option<i64>,
    /// Last operation.
    pub touched: i64,
    /// Hired.
    pub hired: bool,
    /// Status.
    pub status: Status,
    /// Tokens that strangers sent to the vault.
    pub donated: u64,
}

/// All devices and wallets.
#[derive(Clone, Debug)]
pub struct Model {
    /// Devices; device `i` belongs to owner `i`.
    pub devices: Vec<Device>,
    /// Balances of the owners.
    pub owners: Vec<u64>,
    /// Balances of the co-stakers.
    pub co_stakers: Vec<u64>,
    /// When the announced raise is in force; `i64::MAX` = none announced.
    pub raise_at: i64,
    /// Whether the class is withdrawn.
    pub withdrawn: bool,
    /// Slash cases, in the order of their opening.
    pub cases: Vec<Case>,
    /// Counted stake of the network when today was opened, and taken of today.
    pub day: (i64, u64, u64),
    /// Principal burned by cases.
    pub burned: u64,
    /// Paid to each renter.
    pub renters: [u64; 3],
    /// The reward tree and the payout tree.
    pub earnings: [Earnings; 2],
    /// Held rewards burned.
    pub holds_burned: u64,
    /// Held rewards that no matured root covered, dropped by their burn.
    pub holds_dropped: u64,
    /// The chain's time.
    pub now: i64,
}

/// A refusal of the program.
pub fn refuse<T>(error: StakingError) -> Result<T, u32> {
    Err(u32::from(error))
}

fn missing<T>() -> Result<T, u32> {
    Err(u32::from(ErrorCode::AccountNotInitialized))
}

impl Device {
    /// A device nobody has staked on.
    pub fn new() -> Self {
        Self {
            bound: false,
            active: 0,
            cooling: 0,
            cool_until: 0,
            cool_start: 0,
            restored: 0,
            taken: BTreeMap::new(),
            restored_of: BTreeMap::new(),
            legs_of: BTreeMap::new(),
            charged: BTreeMap::new(),
            open_cases: 0,
            open_code6: 0,
            low_at: 0,
            burned_code6: false,
            left_to_governance: false,
            counted: 0,
            slots: [None; 4],
            offer_seq: 0,
            offer: None,
            accounts: Vec::new(),
            since: None,
            touched: 0,
            hired: false,
            status: Status::Up,
            donated: 0,
        }
    }

    fn positions(&self) -> impl Iterator<Item = &Position> {
        self.slots.iter().flatten()
    }

    /// Counted stake at a time.
    pub fn eligible(&self, at: i64) -> u64 {
        let counted = |position: &&Position| match position.state {
            State::Active => true,
            State::Wait(until, _) => at < until,
            State::Cool(_) | State::Zeroed => false,
        };
        self.active
            + self
                .positions()
                .filter(counted)
                .map(|position| position.amount)
                .sum::<u64>()
    }

    /// Tokens the vault must hold.
    pub fn held(&self) -> u64 {
        let positions: u64 = self.positions().map(|position| position.amount).sum();
        let restored: u64 = self.restored_of.values().sum();
        self.active + self.cooling + self.restored + positions + restored + self.donated
    }

    fn co_active(&self) -> u64 {
        self.positions()
            .filter(|position| position.state == State::Active)
            .map(|position| position.amount)
            .sum()
    }

    /// Whether nothing of the owner is in the vault.
    pub fn is_owner_gone(&self) -> bool {
        self.active == 0 && self.cooling == 0 && self.restored == 0
    }

    /// Place of the position of a sequence.
    pub fn slot(&self, seq: u64) -> Option<usize> {
        self.slots
            .iter()
            .position(|slot| slot.is_some_and(|position| position.seq == seq))
    }
}

impl Model {
    /// Requirement at a time: 8 processors at 200 IO, 15 % more from the raise on.
    pub fn required(&self, at: i64) -> u64 {
        if at >= self.raise_at {
            io(1_840)
        } else {
            io(1_600)
        }
    }

    /// Half of the requirement of now.
    pub fn cap(&self) -> u64 {
        self.required(self.now) / 2
    }

    /// What the owner may take at once.
    pub fn overflow(&self, device: usize) -> u64 {
        let (required, own) = (self.required(self.now), &self.devices[device]);
        let free = (own.active + own.co_active()).saturating_sub(required);
        free.min(own.active.saturating_sub(required - self.cap()))
    }

    fn is_short(&self, device: usize, at: i64) -> bool {
        let counted = self.devices[device].eligible(at);
        counted > 0 && counted < self.required(at)
    }

    /// Since when the device has been short, walking forward over what ended since the last touch.
    pub fn since(&self, device: usize) -> Option<i64> {
        let own = &self.devices[device];
        let waits = own.positions().filter_map(|position| match position.state {
            State::Wait(until, _) => Some(until),
            State::Active | State::Cool(_) | State::Zeroed => None,
        });
        let mut ends: Vec<i64> = waits
            .chain([self.raise_at])
            .filter(|end| *end > own.touched && *end <= self.now)
            .collect();
        ends.sort_unstable();
        let mut since = own.since;
        for end in ends {
            since = if self.is_short(device, end) {
                since.or(Some(end))
            } else {
                None
            };
        }
        if self.is_short(device, self.now) {
            since.or(Some(self.now))
        } else {
            None
        }
    }

    /// Applies an effect between the two stampings of every operation on the book.
    pub fn touch(&mut self, device: usize, effect: impl FnOnce(&mut Device)) {
        let since = self.since(device);
        let own = &mut self.devices[device];
        own.since = since;
        own.touched = self.now;
        effect(own);
        self.devices[device].since = self.since(device);
        let counted = self.devices[device].eligible(self.now);
        self.devices[device].counted = counted;
    }

    fn cooldown(&self) -> i64 {
        if self.withdrawn { SHORT } else { COOLDOWN }
    }

    fn offerable(&self, device: usize) -> Outcome {
        let own = &self.devices[device];
        match own.status {
            Status::Terminated => return refuse(StakingError::DeviceTerminated),
            Status::Down | Status::Blocked => return refuse(StakingError::DeviceNotUp),
            Status::Up => {}
        }
        if self.withdrawn {
            return refuse(StakingError::ClassWithdrawn);
        }
        if own.eligible(self.now) < self.required(self.now) {
            return refuse(StakingError::BelowRequirement);
        }
        if own.co_active() > 0 {
            return refuse(StakingError::PositionActive);
        }
        Ok(())
    }
}
