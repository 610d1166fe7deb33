//! The roots of the reward tree (economics §1.6, §7.5).

use anchor_lang::prelude::*;
use ion_claims::{Ring, RootState};
use ion_economics::math;

use crate::{constants::CHECKPOINTS, error::RewardsError};

/// A root that had matured, kept after the ring dropped it so that old blocks can be closed.
#[zero_copy]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Last hour index of the root.
    pub through: u64,
    /// When it matured, Unix seconds; 0 = no checkpoint.
    pub mature_at: i64,
}

/// Singleton at `["roots"]`; its address is the key of the tree's leaves. Zero-copy, fields in the
/// order of their alignment.
#[account(zero_copy)]
#[derive(InitSpace, Debug)]
#[repr(C)]
pub struct RootRing {
    /// The roots.
    pub ring: Ring,
    /// Past maturities, in no order.
    pub checkpoints: [Checkpoint; CHECKPOINTS],
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// For later fields.
    pub _reserved: [u8; 70],
}

const _: () = assert!(RootRing::INIT_SPACE == 3_360 + 16 * 16 + 8 + 2 + 70);
const _: () = assert!(core::mem::size_of::<RootRing>() == RootRing::INIT_SPACE);

impl RootRing {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = RootRing::DISCRIMINATOR.len() + RootRing::INIT_SPACE;

    /// Keeps the newest matured root as checkpoint, in place of the oldest one, when the last was
    /// kept more than a fifteenth of `block_rent_after` (seconds) before it: so the checkpoints reach
    /// back over the whole time that a block is kept.
    pub(crate) fn keep_checkpoint(&mut self, block_rent_after: i64, now: i64) {
        let Some(root) = self.ring.newest_matured(now) else {
            return;
        };
        let (through, mature_at) = (root.through, root.mature_at);
        let last = self.checkpoints.iter().map(|kept| kept.mature_at).max();
        let spacing = block_rent_after.div_euclid(15).saturating_add(1); // a time, not an amount
        let is_due = last.is_none_or(|last| {
            last == 0
                || last
                    .checked_add(spacing)
                    .is_some_and(|due| mature_at >= due)
        });
        if !is_due {
            return;
        }
        if let Some(oldest) = self
            .checkpoints
            .iter_mut()
            .min_by_key(|kept| kept.mature_at)
        {
            *oldest = Checkpoint { through, mature_at };
        }
    }

    /// When the first known root through this hour matured, Unix seconds; `None` while there is
    /// none.
    pub(crate) fn matured_through(&self, hour: u64, now: i64) -> Option<i64> {
        let roots = self
            .ring
            .roots
            .iter()
            .filter(|root| root.seq != 0 && root.state(now) == RootState::Matured)
            .filter(|root| root.through >= hour)
            .map(|root| root.mature_at);
        let checkpoints = self
            .checkpoints
            .iter()
            .filter(|kept| kept.mature_at != 0 && kept.through >= hour)
            .map(|kept| kept.mature_at);
        roots.chain(checkpoints).min()
    }

    /// Advances the event counter and returns the new number.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(RewardsError::from)?;
        Ok(self.event_seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ion_claims::{NewRoot, RootTimes};
    use ion_economics::units::DAY;

    fn ring() -> RootRing {
        RootRing {
            ring: Ring::EMPTY,
            checkpoints: [Checkpoint {
                through: 0,
                mature_at: 0,
            }; CHECKPOINTS],
            event_seq: 1,
            version: 1,
            bump: 255,
            _reserved: [0; 70],
        }
    }

    /// Daily roots that mature after a week, as the defaults have them.
    fn accept_daily(ring: &mut RootRing, days: core::ops::Range<u64>, rent_after: i64) {
        for day in days {
            let now = i64::try_from(day).unwrap() * DAY;
            ring.keep_checkpoint(rent_after, now);
            let new = NewRoot {
                seq: day,
                through: 24 * day,
                leaf_count: 0,
                lifetime_io: 0,
                lifetime_usdc: 0,
                arrears_usd_micros: 0,
                hash: [0; 32],
            };
            let times = RootTimes {
                maturity: 7 * DAY,
                interval: DAY,
            };
            ring.ring.accept(&new, times, now).unwrap();
        }
    }

    #[test]
    fn an_old_block_stays_closable_after_the_ring_dropped_its_root() {
        let mut ring = ring();
        accept_daily(&mut ring, 1..400, 90 * DAY);
        let now = 399 * DAY;
        // Its own root matured on day 300; the next kept one at most a fifteenth of 90 days later.
        let since = ring.matured_through(24 * 293, now).unwrap();
        assert!((300 * DAY..=307 * DAY).contains(&since), "{}", since / DAY);
        assert_eq!(ring.matured_through(24 * 392, now), Some(399 * DAY));
        assert_eq!(ring.matured_through(24 * 392 + 1, now), None);
        // Hours before the oldest checkpoint are covered by it, and it is old enough at any time.
        assert!(ring.matured_through(1, now).unwrap() + 90 * DAY <= now);
    }

    #[test]
    fn no_checkpoint_without_a_matured_root() {
        let mut ring = ring();
        accept_daily(&mut ring, 1..7, 90 * DAY);
        assert_eq!(ring.matured_through(1, 6 * DAY), None);
        assert!(ring.checkpoints.iter().all(|kept| kept.mature_at == 0));
    }
}
