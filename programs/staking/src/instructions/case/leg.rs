//! Legs of a case on the side of the co-positions, and the end of a case (economics §5.4).

use anchor_lang::prelude::*;
use ion_economics::{
    math::{mul_div_ceil, mul_div_floor},
    slash::Offence,
    units::{UnixSeconds, BPS_ONE},
};

use crate::{
    count,
    error::StakingError,
    state::{Case, CaseParty, CoPosition, DeviceStake},
};

/// Whether a case has anything to say about a party.
pub(super) fn is_touched(party: &CaseParty) -> bool {
    party.has_leg() || party.shortfall_io > 0
}

/// Changes the count of open legs of every party that `is_meant`, whose `CoPosition` are given in slot
/// order.
///
/// Errors: `WrongPosition`, `UnexpectedAccounts`, those of `change`.
fn each_position<'info>(
    accounts: &'info [AccountInfo<'info>],
    case: &Case,
    is_meant: impl Fn(&CaseParty) -> Result<bool>,
    change: impl Fn(u16) -> Result<u16>,
) -> Result<()> {
    let mut accounts = accounts.iter();
    for party in case.parties().iter().skip(1) {
        if is_meant(party)? {
            let info = accounts.next().ok_or(StakingError::WrongPosition)?;
            CoPosition::change_open_legs(info, &case.device, party.seq, &change)?;
        }
    }
    require!(accounts.next().is_none(), StakingError::UnexpectedAccounts);
    Ok(())
}

/// Counts the new leg at every co-position that loses stake.
#[inline(never)]
pub(super) fn open_legs<'info>(accounts: &'info [AccountInfo<'info>], case: &Case) -> Result<()> {
    each_position(accounts, case, |party| Ok(party.stake_io > 0), count::up)
}

/// Ends the leg of every co-position whose stake leg is burned in full.
#[inline(never)]
pub(super) fn close_burned_legs<'info>(
    accounts: &'info [AccountInfo<'info>],
    case: &Case,
) -> Result<()> {
    let is_burned = |party: &CaseParty| Ok(party.stake_io > 0 && case.stake_back(party)? == 0);
    each_position(accounts, case, is_burned, count::down)
}

/// What the end of a case asks of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unblock {
    /// The device goes back to its owner.
    pub restored: bool,
}

/// Lets the charge of the device and of the offence follow the outcome, once: what goes back is no
/// longer charged. The kept part rounds down in the charge and up in the cap, for the staker.
#[inline(never)]
pub(super) fn settle(
    case: &mut Case,
    first: Option<&mut Case>,
    stake: &mut DeviceStake,
) -> Result<()> {
    require!(
        first.is_some() == (case.part > 0),
        StakingError::WrongFirstPart
    );
    if case.is_settled {
        return Ok(());
    }
    case.is_settled = true;
    let kept_of = |amount: u64| {
        mul_div_floor(amount, u64::from(case.uphold_bps), u64::from(BPS_ONE))
            .map_err(StakingError::from)
    };
    let kept = kept_of(case.charged_io)?;
    let kept_bps = mul_div_ceil(
        u64::from(case.rolling_bps),
        u64::from(case.uphold_bps),
        u64::from(BPS_ONE),
    )
    .map_err(StakingError::from)?;
    let kept_bps = u16::try_from(kept_bps).map_err(|_| StakingError::ArithmeticOverflow)?;
    let back_bps = case
        .rolling_bps
        .checked_sub(kept_bps)
        .ok_or(StakingError::ArithmeticOverflow)?;
    if back_bps > 0 {
        let day = UnixSeconds::new(case.opened_at).day_index();
        let rolling = stake
            .rolling()
            .reverted(back_bps, day)
            .map_err(StakingError::from)?;
        stake.set_rolling(&rolling);
    }
    let back = count::difference(case.charged_io, kept)?;
    let sums = match first {
        Some(first) => first,
        None => case,
    };
    sums.offence_charged_io = count::difference(sums.offence_charged_io, back)?;
    Ok(())
}

/// Records at the offence that a party has won a dispute: no further part of this severity.
pub(super) fn mark_won(case: &mut Case, first: Option<&mut Case>) -> Result<()> {
    require!(
        first.is_some() == (case.part > 0),
        StakingError::WrongFirstPart
    );
    if case.clock()?.is_won_by_party() {
        let severity = case.offence()?.severity();
        let sums = match first {
            Some(first) => first,
            None => case,
        };
        sums.won_severity = sums.won_severity.max(severity);
    }
    Ok(())
}

/// Ends a decided case when nothing of it is left to be done: the device no longer counts it as open,
/// the stake wallet is forgotten when nothing of the owner is left, and with the last open case of
/// code 6 the registry is told.
#[inline(never)]
pub(super) fn finish(case: &mut Case, stake: &mut DeviceStake) -> Result<Option<Unblock>> {
    let is_not_due = case.is_finished || !case.clock()?.state.is_decided();
    if is_not_due || !case.legs()?.is_finished().map_err(StakingError::from)? {
        return Ok(None);
    }
    case.is_finished = true;
    stake.open_cases = count::down(stake.open_cases)?;
    let mut unblock = None;
    if case.offence()? == Offence::Spoofing {
        stake.open_code6_cases = count::down(stake.open_code6_cases)?;
        let restored = case.uphold_bps == 0 && !stake.has_burned_code6;
        stake.has_burned_code6 = stake.open_code6_cases > 0 && !restored;
        if stake.open_code6_cases == 0 {
            unblock = Some(Unblock { restored });
        }
    }
    let owner_is_gone = stake.active_io == 0 && stake.cooling_io == 0 && stake.restored_io == 0;
    if stake.open_cases == 0 && owner_is_gone && !stake.has_open_offer() {
        stake.wallet = Pubkey::default();
    }
    Ok(unblock)
}
