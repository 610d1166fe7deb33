//! The accepted roots of one tree (economics §7.5, §13.5).

use anchor_lang::prelude::*;
use ion_economics::units::DAY;

use crate::{ClaimsError, Root, RootState};

/// Roots that a ring holds.
pub const RING_ROOTS: usize = 32;
/// Times of guardian vetoes that a ring keeps: the bound of `guardian_veto_max`.
pub const GUARDIAN_VETOES: usize = 3;
/// Seconds in which the guardian's vetoes of one tree are counted.
pub const GUARDIAN_VETO_WINDOW: i64 = 30 * DAY;

/// The last roots of a tree, in no order.
#[zero_copy]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Ring {
    /// Sequence of the last accepted root; 0 = none.
    pub head_seq: u64,
    /// Times of the last vetoes by the guardian, Unix seconds; 0 = none.
    pub guardian_vetoes: [i64; GUARDIAN_VETOES],
    /// The roots; a place without one has sequence 0.
    pub roots: [Root; RING_ROOTS],
}

const _: () = assert!(Ring::INIT_SPACE == 8 + 3 * 8 + 32 * 104);
const _: () = assert!(core::mem::size_of::<Ring>() == Ring::INIT_SPACE);

/// A root that its report attests and whose totals were compared with the chain's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRoot {
    /// Sequence of its report.
    pub seq: u64,
    /// Last hour or epoch whose earnings the lifetimes contain.
    pub through: u64,
    /// Leaves of the tree.
    pub leaf_count: u64,
    /// Sum of the IO lifetimes, base units.
    pub lifetime_io: u64,
    /// Sum of the USDC lifetimes, base units.
    pub lifetime_usdc: u64,
    /// Sum of the arrears, 1e-6 USD.
    pub arrears_usd_micros: u64,
    /// The root.
    pub hash: [u8; 32],
}

/// Parameters of an acceptance, seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootTimes {
    /// From acceptance to maturity.
    pub maturity: i64,
    /// Least time between two accepted roots that are not vetoed.
    pub interval: i64,
}

/// Who vetoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vetoer {
    /// The guardian, with the vetoes it has in 30 days.
    Guardian {
        /// `guardian_veto_max`, 0 to 3.
        limit: u8,
    },
    /// Governance, without limit.
    Governance,
}

/// What a sequence that a record has stored stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its root can still be vetoed.
    Pending,
    /// Its root has matured; it may be superseded and no longer in the ring.
    Matured,
    /// Its root was vetoed, or there is none.
    Void,
}

impl Ring {
    /// A ring without roots.
    pub const EMPTY: Self = Self {
        head_seq: 0,
        guardian_vetoes: [0; GUARDIAN_VETOES],
        roots: [Root::EMPTY; RING_ROOTS],
    };

    fn live(&self) -> impl Iterator<Item = &Root> {
        self.roots.iter().filter(|root| root.seq != 0)
    }

    /// The root with this sequence.
    ///
    /// Errors: `UnknownRoot`.
    pub fn root(&self, seq: u64) -> core::result::Result<&Root, ClaimsError> {
        self.live()
            .find(|root| root.seq == seq)
            .ok_or(ClaimsError::UnknownRoot)
    }

    /// The matured root with the highest sequence.
    pub fn newest_matured(&self, now: i64) -> Option<&Root> {
        self.live()
            .filter(|root| root.state(now) == RootState::Matured)
            .max_by_key(|root| root.seq)
    }

    /// The root with the highest sequence that is not vetoed.
    pub fn newest_accepted(&self) -> Option<&Root> {
        self.live()
            .filter(|root| root.vetoed_at == 0)
            .max_by_key(|root| root.seq)
    }

    /// What became of a root whose value a record keeps. The ring drops a root only when it is
    /// vetoed or when a newer one has matured, so a missing one is superseded exactly when the newest
    /// matured root is newer; nothing that the record keeps for it can be paid then.
    pub fn standing(&self, seq: u64, now: i64) -> Standing {
        if seq == 0 {
            return Standing::Void;
        }
        match self.root(seq) {
            Ok(root) => match root.state(now) {
                RootState::Pending => Standing::Pending,
                RootState::Matured => Standing::Matured,
                RootState::Vetoed => Standing::Void,
            },
            Err(_) if self.newest_matured(now).is_some_and(|root| root.seq > seq) => {
                Standing::Matured
            }
            Err(_) => Standing::Void,
        }
    }

    /// The place that takes the next root: an empty one, else that of the oldest root which is
    /// vetoed or older than the newest matured one.
    fn free_place(&mut self, now: i64) -> Option<&mut Root> {
        let newest = self.newest_matured(now).map_or(0, |root| root.seq);
        self.roots
            .iter_mut()
            .filter(|root| match root.state(now) {
                _ if root.seq == 0 => true,
                RootState::Vetoed => true,
                RootState::Matured => root.seq < newest,
                RootState::Pending => false,
            })
            .min_by_key(|root| root.seq)
    }

    /// Takes a root at `now`; returns it as stored, with the sequence of the root it replaces (0 for
    /// none).
    ///
    /// Errors: `SeqNotNewer`, `ThroughNotNewer`, `RootTooSoon`, `RingFull`, `Overflow`.
    pub fn accept(
        &mut self,
        new: &NewRoot,
        times: RootTimes,
        now: i64,
    ) -> core::result::Result<(Root, u64), ClaimsError> {
        if new.seq <= self.head_seq {
            return Err(ClaimsError::SeqNotNewer);
        }
        if let Some(last) = self.newest_accepted() {
            let earliest = last
                .accepted_at
                .checked_add(times.interval)
                .ok_or(ClaimsError::Overflow)?;
            if now < earliest {
                return Err(ClaimsError::RootTooSoon);
            }
        }
        // Sequence and reach grow together over the roots that are not vetoed, so the ring's newest
        // one reaches furthest, dropped ones included.
        if self
            .newest_accepted()
            .is_some_and(|last| new.through <= last.through)
        {
            return Err(ClaimsError::ThroughNotNewer);
        }
        let root = Root {
            seq: new.seq,
            through: new.through,
            leaf_count: new.leaf_count,
            lifetime_io: new.lifetime_io,
            lifetime_usdc: new.lifetime_usdc,
            arrears_usd_micros: new.arrears_usd_micros,
            accepted_at: now,
            mature_at: now
                .checked_add(times.maturity)
                .ok_or(ClaimsError::Overflow)?,
            vetoed_at: 0,
            hash: new.hash,
        };
        let place = self.free_place(now).ok_or(ClaimsError::RingFull)?;
        let dropped = place.seq;
        *place = root;
        self.head_seq = new.seq;
        Ok((root, dropped))
    }

    /// Vetoes a pending root at `now`: while `now < mature_at`.
    ///
    /// Errors: `UnknownRoot`, `RootVetoed`, `RootMatured`, `GuardianVetoesSpent`, `Overflow`.
    pub fn veto(
        &mut self,
        seq: u64,
        by: Vetoer,
        now: i64,
    ) -> core::result::Result<Root, ClaimsError> {
        match self.root(seq)?.state(now) {
            RootState::Pending => {}
            RootState::Matured => return Err(ClaimsError::RootMatured),
            RootState::Vetoed => return Err(ClaimsError::RootVetoed),
        }
        if let Vetoer::Guardian { limit } = by {
            self.count_guardian_veto(limit, now)?;
        }
        let root = self
            .roots
            .iter_mut()
            .find(|root| root.seq == seq)
            .ok_or(ClaimsError::UnknownRoot)?;
        root.vetoed_at = now;
        Ok(*root)
    }

    fn count_guardian_veto(
        &mut self,
        limit: u8,
        now: i64,
    ) -> core::result::Result<(), ClaimsError> {
        let since = now
            .checked_sub(GUARDIAN_VETO_WINDOW)
            .ok_or(ClaimsError::Overflow)?;
        let counted = self
            .guardian_vetoes
            .iter()
            .filter(|at| **at != 0 && **at > since)
            .count();
        let oldest = self.guardian_vetoes.iter_mut().min();
        match oldest {
            Some(place) if counted < usize::from(limit) => *place = now,
            _ => return Err(ClaimsError::GuardianVetoesSpent),
        }
        Ok(())
    }
}
