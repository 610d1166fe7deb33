//! What one leaf earned, claimed and lost (economics §5.4, §7.5, §16.5).

use anchor_lang::prelude::*;
use ion_economics::math;

use crate::{ClaimsError, Ring, Root, RootState, Standing};

/// What a leaf said at one root.
#[derive(
    AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq,
)]
pub struct Proven {
    /// Sequence of the root; 0 = nothing proven.
    pub seq: u64,
    /// When the root was accepted, Unix seconds.
    pub accepted_at: i64,
    /// All IO ever earned, base units.
    pub lifetime_io: u64,
    /// All USDC ever earned, base units; 0 in the reward tree.
    pub lifetime_usdc: u64,
    /// Unpaid obligations, 1e-6 USD; 0 in the reward tree.
    pub arrears_usd_micros: u64,
}

/// The account of one leaf. `forfeited` contains open holds of slash cases and what was burned of
/// closed ones.
#[derive(
    AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq,
)]
pub struct Ledger {
    /// IO paid out, base units.
    pub claimed_io: u64,
    /// USDC paid out, base units; 0 in the reward tree.
    pub claimed_usdc: u64,
    /// IO held by slash cases or burned, base units.
    pub forfeited_io: u64,
    /// IO burned, base units; part of `forfeited_io`.
    pub burned_io: u64,
    /// The leaf at the newest accepted root: what a slash case may hold.
    pub newest: Proven,
    /// The leaf at the newest matured root: what is paid.
    pub matured: Proven,
}

const _: () = assert!(Proven::INIT_SPACE == 40);
const _: () = assert!(Ledger::INIT_SPACE == 4 * 8 + 2 * 40);

/// Amounts of a leaf whose proof was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeafAmounts {
    /// All IO ever earned, base units.
    pub lifetime_io: u64,
    /// All USDC ever earned, base units.
    pub lifetime_usdc: u64,
    /// Unpaid obligations, 1e-6 USD.
    pub arrears_usd_micros: u64,
}

/// A reward leg of a slash case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What is left of the leg after a partial ruling, IO base units.
    pub amount_io: u64,
    /// Sequence of the root that it was proven at.
    pub root_seq: u64,
    /// When the case was proposed, Unix seconds.
    pub proposed_at: i64,
}

impl Proven {
    fn new(root: &Root, amounts: LeafAmounts) -> Self {
        Self {
            seq: root.seq,
            accepted_at: root.accepted_at,
            lifetime_io: amounts.lifetime_io,
            lifetime_usdc: amounts.lifetime_usdc,
            arrears_usd_micros: amounts.arrears_usd_micros,
        }
    }
}

type Result<T> = core::result::Result<T, ClaimsError>;

impl Ledger {
    /// Stores what the leaf said at `root`, whose proof the caller has checked. A matured root goes
    /// to the second place, and to the first one unless a newer value stands there; a pending one
    /// only to the first. The same root may be proven again.
    ///
    /// Errors: `RootVetoed`, `StaleRoot`.
    pub fn prove(
        &mut self,
        ring: &Ring,
        root: &Root,
        amounts: LeafAmounts,
        now: i64,
    ) -> Result<()> {
        self.settle(ring, now);
        let value = Proven::new(root, amounts);
        let replaces_newest =
            ring.standing(self.newest.seq, now) == Standing::Void || root.seq >= self.newest.seq;
        match root.state(now) {
            RootState::Vetoed => return Err(ClaimsError::RootVetoed),
            RootState::Matured => {
                if root.seq < self.matured.seq {
                    return Err(ClaimsError::StaleRoot);
                }
                self.matured = value;
            }
            RootState::Pending => {
                if !replaces_newest || root.seq < self.matured.seq {
                    return Err(ClaimsError::StaleRoot);
                }
            }
        }
        if replaces_newest {
            self.newest = value;
        }
        Ok(())
    }

    /// Moves a value whose root has matured to the second place.
    fn settle(&mut self, ring: &Ring, now: i64) {
        if self.newest.seq > self.matured.seq
            && ring.standing(self.newest.seq, now) == Standing::Matured
        {
            self.matured = self.newest;
        }
    }

    /// The value at the newest matured root, after moving it to its place.
    fn payable(&mut self, ring: &Ring, now: i64) -> Result<Proven> {
        let root = ring.newest_matured(now).ok_or(ClaimsError::NoMaturedRoot)?;
        self.settle(ring, now);
        if self.matured.seq != root.seq {
            return Err(ClaimsError::StaleProof);
        }
        Ok(self.matured)
    }

    /// Takes all IO that can be claimed: `max(0, lifetime − claimed − forfeited)` at the newest
    /// matured root.
    ///
    /// Errors: `NoMaturedRoot`, `StaleProof`, `NothingToClaim`, `Overflow`.
    pub fn claim_io(&mut self, ring: &Ring, now: i64) -> Result<u64> {
        let lifetime = self.payable(ring, now)?.lifetime_io;
        let amount = claimable(lifetime, self.claimed_io, self.forfeited_io)?;
        if amount == 0 {
            return Err(ClaimsError::NothingToClaim);
        }
        self.claimed_io = math::add(self.claimed_io, amount)?;
        Ok(amount)
    }

    /// Takes all USDC that can be claimed: `max(0, lifetime − claimed)` at the newest matured root.
    ///
    /// Errors: as [`Self::claim_io`].
    pub fn claim_usdc(&mut self, ring: &Ring, now: i64) -> Result<u64> {
        let lifetime = self.payable(ring, now)?.lifetime_usdc;
        let amount = claimable(lifetime, self.claimed_usdc, 0)?;
        if amount == 0 {
            return Err(ClaimsError::NothingToClaim);
        }
        self.claimed_usdc = math::add(self.claimed_usdc, amount)?;
        Ok(amount)
    }

    /// IO that a slash case can reach: `max(0, lifetime − claimed − forfeited)` at the newest accepted
    /// root, 0 when the leaf is not proven there.
    ///
    /// Errors: `Overflow`.
    pub fn unclaimed_io(&self, ring: &Ring) -> Result<u64> {
        match ring.newest_accepted() {
            Some(root) if root.seq == self.newest.seq => {
                claimable(self.newest.lifetime_io, self.claimed_io, self.forfeited_io)
            }
            _ => Ok(0),
        }
    }

    /// Holds IO for a slash case; no token moves.
    ///
    /// Errors: `HoldAboveUnclaimed`, `Overflow`.
    pub fn hold(&mut self, ring: &Ring, amount_io: u64) -> Result<()> {
        if amount_io > self.unclaimed_io(ring)? {
            return Err(ClaimsError::HoldAboveUnclaimed);
        }
        self.forfeited_io = math::add(self.forfeited_io, amount_io)?;
        Ok(())
    }

    /// Held by slash cases and not burned, IO base units.
    ///
    /// Errors: `Overflow`.
    pub fn held_io(&self) -> Result<u64> {
        Ok(math::sub(self.forfeited_io, self.burned_io)?)
    }

    /// Drops a hold or the restored part of one; the amount is claimable again.
    ///
    /// Errors: `AboveHeld`, `Overflow`.
    pub fn release(&mut self, amount_io: u64) -> Result<()> {
        if amount_io > self.held_io()? {
            return Err(ClaimsError::AboveHeld);
        }
        self.forfeited_io = math::sub(self.forfeited_io, amount_io)?;
        Ok(())
    }

    /// Burns a hold: `min(leg, max(0, lifetime − claimed − (forfeited − leg)))` at the newest matured
    /// root; the rest of the hold is dropped. Returns what is to be burned, IO base units.
    ///
    /// The hold must be covered: the newest matured root is the one it was proven at or a later one,
    /// or was accepted at or after the proposal.
    ///
    /// Errors: `NoMaturedRoot`, `HoldNotMatured`, `StaleProof`, `AboveHeld`, `Overflow`.
    pub fn burn(&mut self, ring: &Ring, hold: Hold, now: i64) -> Result<u64> {
        let root = ring.newest_matured(now).ok_or(ClaimsError::NoMaturedRoot)?;
        if root.seq < hold.root_seq && root.accepted_at < hold.proposed_at {
            return Err(ClaimsError::HoldNotMatured);
        }
        if hold.amount_io > self.held_io()? {
            return Err(ClaimsError::AboveHeld);
        }
        let lifetime = self.payable(ring, now)?.lifetime_io;
        let others = math::sub(self.forfeited_io, hold.amount_io)?;
        let burned = hold
            .amount_io
            .min(claimable(lifetime, self.claimed_io, others)?);
        let dropped = math::sub(hold.amount_io, burned)?;
        self.forfeited_io = math::sub(self.forfeited_io, dropped)?;
        self.burned_io = math::add(self.burned_io, burned)?;
        Ok(burned)
    }

    /// What holds after every change of the paid and burned amounts: `claimed + burned ≤ lifetime`
    /// of the newest matured root (economics §14 I18).
    pub fn is_within_lifetime(&self) -> bool {
        self.claimed_io
            .checked_add(self.burned_io)
            .is_some_and(|out| out <= self.matured.lifetime_io)
    }
}

/// `max(0, lifetime − claimed − forfeited)`: a veto or a wrong root may leave less than was taken.
fn claimable(lifetime: u64, claimed: u64, forfeited: u64) -> Result<u64> {
    let taken = math::add(claimed, forfeited)?;
    Ok(lifetime.saturating_sub(taken)) // the clamp is the rule
}
