//! Principal at risk at the time of an offence (economics §5.2).

use super::{SlashResult, PARTIES};
use crate::{
    stake::{Ledger, Position, PositionState},
    units::{Io, UnixSeconds},
};

/// What a case reaches of one party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Weight of its share: what it had at the offence and has, or took out as overflow since.
    pub weight: Io,
    /// What is in the vault and can be seized.
    pub available: Io,
}

const NOTHING: Reach = Reach {
    weight: Io::ZERO,
    available: Io::ZERO,
};

/// A position is reached if it was there at the offence and its cooldown began at or after it.
fn position(position: &Position, offence_at: UnixSeconds) -> Reach {
    let was_there = position.accepted_at <= offence_at;
    let reached = match position.state {
        PositionState::Active => was_there,
        PositionState::Wait | PositionState::Cooldown => {
            was_there && position.cooldown_starts_at >= offence_at
        }
        PositionState::Empty | PositionState::Zeroed => false,
    };
    if reached {
        Reach {
            weight: position.amount,
            available: position.amount,
        }
    } else {
        NOTHING
    }
}

/// The parties behind a device at `offence_at`, as the book of `now` lets it be known: the owner,
/// then the slots in order.
///
/// The owner's later deposits count, later co-positions do not. Principal whose cooldown began at or
/// after the offence is reached, earlier leavers are not. Overflow withdrawn on or after the UTC day
/// of the offence weighs and is not available. Balances that a case restored are out of reach.
#[inline(never)]
pub fn snapshot(
    ledger: &Ledger,
    offence_at: UnixSeconds,
    now: UnixSeconds,
) -> SlashResult<[Reach; PARTIES]> {
    let cooling = if ledger.owner.cooldown_starts_at >= offence_at {
        ledger.owner.cooling
    } else {
        Io::ZERO
    };
    let available = ledger.owner.active.checked_add(cooling)?;
    let gone = ledger.buckets.since(offence_at, now)?;
    let owner = Reach {
        weight: available.checked_add(gone)?,
        available,
    };
    let [a, b, c, d] = &ledger.positions;
    let of = |slot| position(slot, offence_at);
    Ok([owner, of(a), of(b), of(c), of(d)])
}

/// Which parties' claim records a case reads. A wallet has one record of a device, whatever it holds
/// there: it counts for the owner, else for its first position that the offence reaches, else for its
/// first position.
pub fn record_holders<W: PartialEq>(
    wallets: &[W; PARTIES],
    reach: &[Reach; PARTIES],
) -> [bool; PARTIES] {
    let mut holds = [true; PARTIES];
    let ranks = |place: usize, reach: &Reach| (place > 0 && reach.weight == Io::ZERO, place);
    for (place, ((hold, wallet), own)) in holds.iter_mut().zip(wallets).zip(reach).enumerate() {
        let mut others = wallets.iter().zip(reach).enumerate();
        *hold = !others.any(|(other, (other_wallet, reach))| {
            other_wallet == wallet && ranks(other, reach) < ranks(place, own)
        });
    }
    holds
}
