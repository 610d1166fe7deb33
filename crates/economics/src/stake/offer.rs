//! Which offers may be made, taken and put away (economics §4.1).
//!
//! Mechanism: an offer names an amount and a share; it is filled by one co-staker with the whole
//! amount or not at all. Terms never change, and an acceptance repeats sequence, amount and share,
//! so an offer taken back and made anew is never filled by an old transaction.

use super::{Ledger, PositionInput, StakeResult, StakeRuleError, View};
use crate::units::{Bps, Io, UnixSeconds};

/// Terms of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferTerms {
    /// Sequence, counted per device from 1 and never reused.
    pub seq: u64,
    /// Principal the co-staker puts in.
    pub amount: Io,
    /// Share of the device's block rewards.
    pub share: Bps,
    /// Last second the offer may be taken; `None` = it does not expire.
    pub expires_at: Option<UnixSeconds>,
}

/// What the co-staker saw when it signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenTerms {
    /// Sequence of the offer.
    pub seq: u64,
    /// Amount in base units.
    pub amount: Io,
    /// Share in bps.
    pub share_bps: u16,
}

/// Wallets that a co-staker is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// The co-staker.
    pub co_staker: &'a [u8; 32],
    /// Owner of the device.
    pub owner: &'a [u8; 32],
    /// Stake wallet of the device.
    pub stake_wallet: &'a [u8; 32],
    /// Payout wallet of the device.
    pub payout_wallet: &'a [u8; 32],
}

/// Why an offer has become lastingly invalid.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalidity {
    /// Its lifetime is over.
    Expired = 1,
    /// The device is terminated.
    DeviceTerminated = 2,
    /// The class has multiplier 0.
    ClassWithdrawn = 3,
    /// Counted stake is below the requirement.
    BelowRequirement = 4,
    /// The amount is above the cap.
    AboveCap = 5,
}

impl Invalidity {
    /// The number recorded in the event.
    pub const fn code(self) -> u8 {
        match self {
            Self::Expired => 1,
            Self::DeviceTerminated => 2,
            Self::ClassWithdrawn => 3,
            Self::BelowRequirement => 4,
            Self::AboveCap => 5,
        }
    }
}

impl OfferTerms {
    /// Whether the lifetime is over: `now > expires_at`.
    pub fn is_expired(&self, now: UnixSeconds) -> bool {
        self.expires_at.is_some_and(|end| now > end)
    }
}

/// What creation and acceptance both ask of the device: up, class alive, requirement met.
fn check_device(ledger: &Ledger, view: &View) -> StakeResult<()> {
    if view.device.is_terminated {
        return Err(StakeRuleError::DeviceTerminated);
    }
    if !view.device.is_up {
        return Err(StakeRuleError::DeviceNotUp);
    }
    if view.device.is_class_withdrawn {
        return Err(StakeRuleError::ClassWithdrawn);
    }
    if ledger.eligible(view.now)? < view.requirement.current {
        return Err(StakeRuleError::BelowRequirement);
    }
    if ledger.has_active_position() {
        return Err(StakeRuleError::PositionActive);
    }
    Ok(())
}

/// `create_offer`: the terms of a new offer with sequence `seq`.
pub fn create(
    ledger: &Ledger,
    has_open_offer: bool,
    seq: u64,
    amount: Io,
    share_bps: u16,
    view: &View,
) -> StakeResult<OfferTerms> {
    if amount < view.params.min_offer {
        return Err(StakeRuleError::OfferBelowMinimum);
    }
    if amount > view.co_cap {
        return Err(StakeRuleError::OfferAboveCap);
    }
    if share_bps < view.params.min_share_bps || share_bps > view.params.max_share_bps {
        return Err(StakeRuleError::ShareOutOfRange);
    }
    let share = Bps::new(share_bps).ok_or(StakeRuleError::ShareOutOfRange)?;
    if has_open_offer {
        return Err(StakeRuleError::OfferOpen);
    }
    check_device(ledger, view)?;
    let expires_at = if view.params.offer_ttl == 0 {
        None
    } else {
        Some(view.now.checked_add(view.params.offer_ttl)?)
    };
    Ok(OfferTerms {
        seq,
        amount,
        share,
        expires_at,
    })
}

/// `accept_offer`: the book with the position of the offer in it.
///
/// `live_positions` counts the positions of the co-staker's wallet before this one.
pub fn accept(
    ledger: &Ledger,
    terms: &OfferTerms,
    seen: &SeenTerms,
    parties: &Parties<'_>,
    live_positions: u64,
    view: &View,
) -> StakeResult<Ledger> {
    if (seen.seq, seen.amount, seen.share_bps) != (terms.seq, terms.amount, terms.share.get()) {
        return Err(StakeRuleError::TermsMismatch);
    }
    if terms.is_expired(view.now) {
        return Err(StakeRuleError::OfferExpired);
    }
    let own = [parties.owner, parties.stake_wallet, parties.payout_wallet];
    if own.contains(&parties.co_staker) {
        return Err(StakeRuleError::SelfCoStake);
    }
    check_device(ledger, view)?;
    if terms.amount > view.co_cap {
        return Err(StakeRuleError::OfferAboveCap);
    }
    if live_positions >= view.params.max_positions {
        return Err(StakeRuleError::TooManyPositions);
    }
    ledger.filled(
        PositionInput::Fill {
            seq: terms.seq,
            amount: terms.amount,
            share: terms.share,
        },
        view,
    )
}

/// Why anyone may close the offer; `None` while it is good or only passing trouble (device down,
/// paused, blocked) keeps it from being filled.
pub fn invalidity(
    ledger: &Ledger,
    terms: &OfferTerms,
    view: &View,
) -> StakeResult<Option<Invalidity>> {
    Ok(if terms.is_expired(view.now) {
        Some(Invalidity::Expired)
    } else if view.device.is_terminated {
        Some(Invalidity::DeviceTerminated)
    } else if view.device.is_class_withdrawn {
        Some(Invalidity::ClassWithdrawn)
    } else if ledger.eligible(view.now)? < view.requirement.current {
        Some(Invalidity::BelowRequirement)
    } else if terms.amount > view.co_cap {
        Some(Invalidity::AboveCap)
    } else {
        None
    })
}
