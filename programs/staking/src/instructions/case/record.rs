//! What a proposal writes: book, day, case and part 0 (economics §5.3).

use anchor_lang::prelude::*;
use ion_economics::{
    slash::{CaseClock, Offence, PARTIES},
    stake::Ledger,
    units::{Io, UnixSeconds},
};

use super::{
    leg,
    plan::{Basis, Plan},
    propose_slash::*,
};
use crate::{
    constants::*,
    count,
    error::StakingError,
    events::CaseOpened,
    state::{Case, CaseParty},
};

impl ProposeSlash<'_> {
    /// Writes book, shard, day, rolling charges and counters.
    #[inline(never)]
    pub(super) fn apply(
        &mut self,
        plan: &Plan,
        before: &Ledger,
        offence_at: i64,
        now: UnixSeconds,
    ) -> Result<Box<Ledger>> {
        let view = self.book.view(now)?;
        let [owner, a, b, c, d] = plan.division.parts.map(|part| part.stake);
        let after = before
            .seize(owner, [a, b, c, d], &view)
            .map_err(StakingError::from)?;
        self.book.apply(&after, now)?;
        let stake = &mut self.book.stake;
        if plan.rolling_bps > 0 {
            let rolling = stake
                .rolling()
                .charged(plan.rolling_bps, now)
                .map_err(StakingError::from)?;
            stake.set_rolling(&rolling);
        }
        stake.open_cases = count::up(stake.open_cases)?;
        match plan.offence {
            Offence::Spoofing => stake.open_code6_cases = count::up(stake.open_code6_cases)?,
            Offence::LowReliability => stake.low_reliability_at = offence_at,
            _ => {}
        }
        self.slash_day.take(plan.division.taken)?;
        Ok(Box::new(after))
    }

    /// Writes the case and, for a further part, the sums in part 0.
    #[inline(never)]
    pub(super) fn record(
        &mut self,
        args: &ProposeSlashArgs,
        plan: &Plan,
        basis: &Basis,
        bumps: (u8, u8),
        now: UnixSeconds,
    ) -> Result<()> {
        let clock = CaseClock::opened(now, basis.terms.window).map_err(StakingError::from)?;
        let division = &plan.division;
        let stake = &self.book.stake;
        let mut parties = [CaseParty::NONE; PARTIES];
        let who = core::iter::once((stake.wallet, 0))
            .chain(stake.positions.iter().map(|slot| (slot.wallet, slot.seq)));
        for (((party, (wallet, seq)), part), roots) in parties
            .iter_mut()
            .zip(who)
            .zip(&division.parts)
            .zip(basis.rewards.roots)
        {
            *party = CaseParty {
                wallet,
                seq,
                stake_io: part.stake.base_units(),
                holds_io: part.holds.map(Io::base_units),
                hold_roots: roots,
                shortfall_io: part.shortfall.base_units(),
            };
        }
        let charged_io = division.charged.base_units();
        let window_held_io = division.window_counted.base_units();
        let sums = match &mut self.first {
            Some(first) => {
                first.parts = count::up(first.parts)?;
                first.offence_charged_io = count::sum(first.offence_charged_io, charged_io)?;
                first.window_held_io = count::sum(first.window_held_io, window_held_io)?;
                (0, 0, 0)
            }
            None => (1, charged_io, window_held_io),
        };
        let seized = division
            .parts
            .iter()
            .try_fold(Io::ZERO, |sum, part| sum.checked_add(part.stake))
            .map_err(StakingError::from)?;
        self.case.set_inner(Case {
            version: ACCOUNT_VERSION,
            bump: bumps.0,
            vault_bump: bumps.1,
            code: plan.offence.code(),
            state: clock.state.code(),
            device: stake.device,
            offence_id: args.offence_id,
            part: args.part,
            proposer: self.slasher.key(),
            arbiter: self.roles.arbiter.current,
            owner: self.book.device.owner,
            poll: self
                .poll
                .as_ref()
                .map_or(Pubkey::default(), |poll| poll.key()),
            renter: basis.shown.renter,
            evidence_hash: args.evidence_hash,
            appeal_hash: [0; 32],
            offence_at: args.offence_at,
            opened_at: now.get(),
            window_end: clock.window_end.get(),
            ruling_end: 0,
            decided_at: 0,
            bps: args.bps,
            uphold_bps: clock.uphold_bps,
            victim_bps: basis.terms.victim_bps,
            rolling_bps: plan.rolling_bps,
            required_io: plan.required.base_units(),
            charged_io,
            window_io: args.window_io,
            seized_io: seized.base_units(),
            burned_io: 0,
            restored_io: 0,
            renter_due_io: 0,
            renter_paid_io: 0,
            party_bytes: Case::bytes_of(parties),
            legs_restored: 0,
            legs_burned: 0,
            is_settled: false,
            is_finished: false,
            parts: sums.0,
            won_severity: 0,
            offence_charged_io: sums.1,
            window_held_io: sums.2,
            event_seq: 1,
            _reserved: [0; 32],
        });
        Ok(())
    }

    pub(super) fn opened(&self, now: UnixSeconds) -> CaseOpened {
        let case = &self.case;
        CaseOpened {
            case: case.key(),
            stake: self.book.stake.key(),
            device: case.device,
            proposer: case.proposer,
            arbiter: case.arbiter,
            code: case.code,
            offence_id: case.offence_id,
            part: case.part,
            poll: case.poll,
            evidence_hash: case.evidence_hash,
            offence_at: case.offence_at,
            window_end: case.window_end,
            bps: case.bps,
            window_io: case.window_io,
            required_io: case.required_io,
            charged_io: case.charged_io,
            seized_io: case.seized_io,
            parties: case
                .parties()
                .iter()
                .copied()
                .filter(leg::is_touched)
                .collect(),
            day_taken_io: self.slash_day.taken_io,
            seq: case.event_seq,
            at: now.get(),
        }
    }
}
