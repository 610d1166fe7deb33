//! What a slash case does to the book: principal leaves for the case vault and comes back
//! (economics §5.3, §5.4, §13.2, §13.3).
//!
//! Mechanism: a seizure lowers each party's principal where it stands and touches no exit that runs;
//! a restore adds to the state the principal is in by then. Invariant: the book changes by exactly
//! the amount that the transfer moves.

use super::{Ledger, PositionInput, PositionState, StakeResult, View, CO_SLOTS};
use crate::units::{Io, UnixSeconds};

/// Where a restored amount goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoredTo {
    /// Into principal that is in the vault: active, or cooling with its end.
    Principal,
    /// Withdrawable at once by the recorded wallet.
    Balance,
}

impl Ledger {
    /// Takes `owner` from the owner's principal, active before cooling, and `positions[i]` from slot
    /// `i`. A position left with nothing is `Zeroed`; an owner's cooldown left with nothing ends.
    ///
    /// Errors: `Math` where a part is above what is there, `PositionNotFound`.
    #[inline(never)]
    pub fn seize(&self, owner: Io, positions: [Io; CO_SLOTS], view: &View) -> StakeResult<Self> {
        let mut next = self.caught_up(view)?;
        let from_active = owner.min(next.owner.active);
        next.owner.active = next.owner.active.checked_sub(from_active)?;
        let from_cooling = owner.checked_sub(from_active)?;
        if from_cooling > Io::ZERO {
            next.owner.cooling = next.owner.cooling.checked_sub(from_cooling)?;
            if next.owner.cooling == Io::ZERO {
                next.owner.cooldown_starts_at = UnixSeconds::new(0);
                next.owner.cooldown_ends_at = UnixSeconds::new(0);
            }
        }
        for (position, part) in next.positions.iter_mut().zip(positions) {
            if part > Io::ZERO {
                *position = position.transition(PositionInput::Seize(part), view.now)?;
            }
        }
        next.stamped(view)
    }

    /// Gives `amount` back to the owner: to the cooling tranche with its end, to the active one, or
    /// where there is neither to the restored balance.
    #[inline(never)]
    pub fn restore_owner(&self, amount: Io, view: &View) -> StakeResult<(Self, RestoredTo)> {
        let mut next = self.caught_up(view)?;
        let (place, to) = if next.owner.cooling > Io::ZERO {
            (&mut next.owner.cooling, RestoredTo::Principal)
        } else if next.owner.active > Io::ZERO {
            (&mut next.owner.active, RestoredTo::Principal)
        } else {
            (&mut next.owner.restored, RestoredTo::Balance)
        };
        *place = place.checked_add(amount)?;
        Ok((next.stamped(view)?, to))
    }

    /// Gives `amount` back to the position of offer `seq` where it still holds principal, else
    /// leaves it to the balance of the position's own account.
    #[inline(never)]
    pub fn restore_position(
        &self,
        seq: u64,
        amount: Io,
        view: &View,
    ) -> StakeResult<(Self, RestoredTo)> {
        let mut next = self.caught_up(view)?;
        let place = next.positions.iter_mut().find(|position| {
            position.seq == seq
                && !matches!(position.state, PositionState::Empty | PositionState::Zeroed)
        });
        let to = match place {
            Some(position) => {
                *position = position.transition(PositionInput::Restore(amount), view.now)?;
                RestoredTo::Principal
            }
            None => RestoredTo::Balance,
        };
        Ok((next.stamped(view)?, to))
    }
}
