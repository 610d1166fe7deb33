//! What a proposal comes to before anything is written (economics §5.1 to §5.3).

use anchor_lang::prelude::*;
use ion_economics::{
    slash::{
        divide, rolling_bps, snapshot, target, CapTerms, Charge, Division, Offence, PartyFacts,
        LOW_RELIABILITY_GAP, PARTIES, REPEAT_WINDOW,
    },
    stake::Ledger,
    units::{Io, UnixSeconds},
};

use super::{citation::Shown, hold, propose_slash::*};
use crate::{
    error::StakingError,
    state::{required_at, SlashTerms},
};

/// What a proposal comes to before anything is written.
pub(super) struct Plan {
    pub(super) offence: Offence,
    pub(super) required: Io,
    pub(super) division: Division,
    pub(super) rolling_bps: u16,
}

/// What a proposal stands on.
pub(super) struct Basis {
    pub(super) shown: Shown,
    pub(super) terms: SlashTerms,
    pub(super) facts: [PartyFacts; PARTIES],
    pub(super) rewards: hold::Rewards,
}

impl<'info> ProposeSlash<'info> {
    /// What part 0 says about a further part.
    pub(super) fn check_first(&self, args: &ProposeSlashArgs, offence: Offence) -> Result<()> {
        let window_fits = args.window_io == 0 || offence == Offence::Overuse;
        require!(window_fits, StakingError::WrongWindow);
        if let Some(first) = &self.first {
            require!(args.part == first.parts, StakingError::WrongPart);
            require!(
                offence.continues(first.offence()?) && args.offence_at == first.offence_at,
                StakingError::WrongFirstPart
            );
            require!(args.window_io == first.window_io, StakingError::WrongWindow);
            require!(
                offence.severity() > first.won_severity,
                StakingError::DisputeWon
            );
        }
        Ok(())
    }

    /// Whether the case shown as earlier makes a breach a repeat.
    pub(super) fn is_repeat(&self, args: &ProposeSlashArgs) -> Result<bool> {
        let Some(earlier) = &self.earlier else {
            return Ok(false);
        };
        let age = args.offence_at.checked_sub(earlier.offence_at);
        let is_one = earlier.offence()? == Offence::Overuse
            && earlier.offence_id != args.offence_id
            && earlier.is_standing()?
            && age.is_some_and(|age| (0..=REPEAT_WINDOW).contains(&age));
        require!(is_one, StakingError::WrongEarlierCase);
        Ok(true)
    }

    /// Offence, citation, caps and division.
    #[inline(never)]
    pub(super) fn plan(
        &self,
        args: &ProposeSlashArgs,
        basis: &Basis,
        offence: Offence,
        now: UnixSeconds,
    ) -> Result<Box<Plan>> {
        let terms = &basis.terms;
        offence
            .check_bps(args.bps, &terms.table, self.is_repeat(args)?)
            .map_err(StakingError::from)?;
        let stake = &self.book.stake;
        if offence == Offence::LowReliability && args.part == 0 && stake.low_reliability_at != 0 {
            let next = stake.low_reliability_at.checked_add(LOW_RELIABILITY_GAP);
            require!(
                next.is_some_and(|next| args.offence_at >= next),
                StakingError::ReliabilityChargedLately
            );
        }
        let required = required_at(
            &self.book.device,
            &self.book.class,
            &self.book.params,
            args.offence_at,
        )?;
        let charge = if offence == Offence::Spoofing {
            Charge::Everything
        } else {
            let first = self.first.as_ref();
            let held = first.map_or(0, |first| first.window_held_io);
            let caps = CapTerms {
                required,
                bps: args.bps,
                charged_before: Io::from_base_units(
                    first.map_or(0, |first| first.offence_charged_io),
                ),
                rolling_used: stake.rolling().used(now).map_err(StakingError::from)?,
                rolling_cap: terms.rolling_cap_bps,
            };
            Charge::Table {
                amount: target(&caps).map_err(StakingError::from)?,
                // earlier parts cannot have counted more than the window
                window: Io::from_base_units(args.window_io.saturating_sub(held)),
            }
        };
        let left = self
            .slash_day
            .left(terms.daily_cap_bps, terms.daily_floor)?;
        let division = divide(&basis.facts, charge, left).map_err(StakingError::from)?;
        // a case clamped to nothing would block devices without counting against the day
        require!(
            !(division.is_clamped && division.taken == Io::ZERO),
            StakingError::DayExhausted
        );
        require!(
            args.part == 0 || division.taken > Io::ZERO,
            StakingError::NothingToCharge
        );
        let rolling_bps = if offence == Offence::Spoofing {
            0
        } else {
            rolling_bps(division.charged, required).map_err(StakingError::from)?
        };
        Ok(Box::new(Plan {
            offence,
            required,
            division,
            rolling_bps,
        }))
    }

    /// Parties behind the device at the offence, with the rewards that are shown of them.
    #[inline(never)]
    pub(super) fn facts(
        &self,
        args: &ProposeSlashArgs,
        before: &Ledger,
        records: &'info [AccountInfo<'info>],
        now: UnixSeconds,
    ) -> Result<([PartyFacts; PARTIES], hold::Rewards)> {
        let reach =
            snapshot(before, UnixSeconds::new(args.offence_at), now).map_err(StakingError::from)?;
        let wallets = hold::reward_wallets(&self.book.stake, &self.book.device.owner, &reach);
        let rewards =
            self.callees
                .unclaimed(&args.shows, records, &self.book.stake.device, &wallets)?;
        let mut facts = [PartyFacts::NONE; PARTIES];
        for ((fact, reach), unclaimed) in facts.iter_mut().zip(reach).zip(rewards.unclaimed) {
            *fact = PartyFacts {
                weight: reach.weight,
                available: reach.available,
                unclaimed: unclaimed.map(Io::from_base_units),
            };
        }
        Ok((facts, rewards))
    }
}
