//! The waterfall (economics §10.3).

use super::{least, to_io_floor, to_usd_ceil};
use crate::math::{add, sub, MathResult};

/// What the vaults may spend: only money of sealed days, remainders, funding, swept excess and
/// reserve purchases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ledgers {
    /// `Y1`: IO of the reward vault, base units.
    pub reward_io: u64,
    /// `Yu`: USDC of the fee vault, base units.
    pub fee_usdc: u64,
    /// `Yi`: IO of the fee vault, base units.
    pub fee_io: u64,
}

/// Order in which the ledgers pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Reward vault, then USDC, then IO of the fee vault.
    RewardFirst,
    /// USDC, then IO of the fee vault, then the reward vault.
    FeesFirst,
}

impl Order {
    /// The order of the parameter `order`: 0 is rewards first, everything else fees first.
    pub const fn from_param(value: i64) -> Self {
        match value {
            0 => Self::RewardFirst,
            _ => Self::FeesFirst,
        }
    }

    const fn legs(self) -> [Leg; 3] {
        match self {
            Self::RewardFirst => [Leg::Reward, Leg::FeeUsdc, Leg::FeeIo],
            Self::FeesFirst => [Leg::FeeUsdc, Leg::FeeIo, Leg::Reward],
        }
    }
}

#[derive(Clone, Copy)]
enum Leg {
    Reward,
    FeeUsdc,
    FeeIo,
}

/// What one payment took from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Value credited, 1e-6 USD; never above what was due.
    pub usd_micros: u64,
    /// IO from the reward vault, base units.
    pub reward_io: u64,
    /// USDC from the fee vault, base units.
    pub usdc: u64,
    /// IO from the fee vault, base units.
    pub fee_io: u64,
}

impl Payment {
    /// Nothing paid.
    pub const NONE: Self = Self {
        usd_micros: 0,
        reward_io: 0,
        usdc: 0,
        fee_io: 0,
    };

    /// IO of both vaults, base units. Error: overflow.
    pub fn io(&self) -> MathResult<u64> {
        add(self.reward_io, self.fee_io)
    }
}

/// Pays `due` dollars out of the ledgers and returns them with what was taken. `p12` is the sealing
/// price; `None` pays in USDC only (economics §10.6, dead oracle).
///
/// IO released is rounded down (R15), dollars credited for it up, at most to what is due (R16).
/// Error: a price of zero.
pub fn pay(
    ledgers: Ledgers,
    due_usd_micros: u64,
    order: Order,
    p12: Option<u128>,
) -> MathResult<(Ledgers, Payment)> {
    let mut left = ledgers;
    let mut rem = due_usd_micros;
    let mut paid = Payment::NONE;
    for leg in order.legs() {
        match (leg, p12) {
            (Leg::FeeUsdc, _) => {
                let taken = rem.min(left.fee_usdc);
                left.fee_usdc = sub(left.fee_usdc, taken)?;
                paid.usdc = taken;
                rem = sub(rem, taken)?;
            }
            (Leg::Reward, Some(p12)) => {
                let taken = release(&mut left.reward_io, &mut rem, p12)?;
                paid.reward_io = taken;
            }
            (Leg::FeeIo, Some(p12)) => {
                let taken = release(&mut left.fee_io, &mut rem, p12)?;
                paid.fee_io = taken;
            }
            (Leg::Reward | Leg::FeeIo, None) => {}
        }
    }
    paid.usd_micros = sub(due_usd_micros, rem)?;
    Ok((left, paid))
}

/// Releases IO for the rest of a debt from one ledger.
fn release(ledger: &mut u64, rem: &mut u64, p12: u128) -> MathResult<u64> {
    let taken = least(*ledger, to_io_floor(u128::from(*rem), p12)?)?;
    let credited = least(*rem, to_usd_ceil(taken, p12)?)?;
    *ledger = sub(*ledger, taken)?;
    *rem = sub(*rem, credited)?;
    Ok(taken)
}
