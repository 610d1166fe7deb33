//! The governance parameters of one consuming program (economics §12).

use anchor_lang::prelude::*;
use ion_economics::{
    governance::Staged,
    params::{self as rules, Effect, Param, Program as Consumer},
    units::UnixSeconds,
};

use crate::{constants::*, error::RegistryError};

/// A change that is announced and not folded into the values yet.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingParam {
    /// Slot that changes.
    pub slot: u8,
    /// Its new value, in the parameter's unit.
    pub value: i64,
    /// From when the new value is in force, Unix seconds; 0 = nothing announced.
    pub effective_at: i64,
}

impl PendingParam {
    /// Nothing announced.
    pub const NONE: Self = Self {
        slot: 0,
        value: 0,
        effective_at: 0,
    };
}

/// Account at `["params", program id]`, one per consuming program.
#[account]
#[derive(InitSpace, Debug)]
pub struct Params {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Which program it is, `ion_economics::params::Program`.
    pub consumer: u8,
    /// Id of the consuming program.
    pub program: Pubkey,
    /// Values by slot, in the unit of their parameter.
    pub values: [i64; PARAM_SLOTS],
    /// Announced changes; one per slot.
    pub pending: [PendingParam; PENDING_PARAMS],
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 10],
}

const _: () = assert!(Params::INIT_SPACE == 3 + 32 + 36 * 8 + 3 * 17 + 8 + 10);
const _: () = assert!(Params::SPACE <= 400);
const _: () = assert!(PARAM_SLOTS == rules::SLOTS);

impl Params {
    /// Bytes of the account with its discriminator.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// Values of a program at genesis.
    pub(crate) fn defaults(consumer: Consumer) -> [i64; PARAM_SLOTS] {
        let mut values = [0i64; PARAM_SLOTS];
        for param in consumer.params() {
            if let Some(slot) = values.get_mut(usize::from(param.slot)) {
                *slot = param.default;
            }
        }
        values
    }

    /// Value of a parameter at `now` (Unix seconds), in the parameter's unit. The caller gives a
    /// parameter of the program that this account belongs to.
    pub fn value(&self, param: &Param, now: i64) -> i64 {
        self.pending
            .iter()
            .find(|pending| {
                pending.slot == param.slot
                    && pending.effective_at != 0
                    && now >= pending.effective_at
            })
            .map(|pending| pending.value)
            .or_else(|| self.values.get(usize::from(param.slot)).copied())
            .unwrap_or(param.default)
    }

    /// Sets a value. `grace` is the notice for changes that make devices short, in seconds; `None`
    /// while genesis is open, when nothing runs: every change is immediate and bound by the hard
    /// bounds alone. Afterwards a change is limited by its step and in force from the next block, the
    /// next epoch or after the grace, as the table says.
    ///
    /// Errors: `ParamOutOfBounds`, `ParamStepTooLarge`, `ParamsOutOfOrder`, `RaiseInsideGrace`,
    /// `PendingParamsFull`, `ArithmeticOverflow`.
    pub(crate) fn set(
        &mut self,
        param: &Param,
        value: i64,
        grace: Option<i64>,
        now: i64,
    ) -> Result<()> {
        param.check(value).map_err(RegistryError::from)?;
        let staged = match grace {
            None => Staged::settled(value),
            Some(grace) => {
                param
                    .check_step(self.value(param, now), value)
                    .map_err(RegistryError::from)?;
                let (before, clock) = (self.staged(param, now), UnixSeconds::new(now));
                match param.effect {
                    Effect::NextBlock => before.from_next_block(value, clock),
                    Effect::NextEpoch => before.from_next_epoch(value, clock),
                    Effect::AfterGrace(harsher) => before.announce(value, harsher, grace, clock),
                }
                .map_err(RegistryError::from)?
            }
        };
        self.store(param, staged, now)?;
        for (low, high) in rules::ORDERED {
            if low.program == param.program {
                require!(
                    self.latest(&low) <= self.latest(&high),
                    RegistryError::ParamsOutOfOrder
                );
            }
        }
        Ok(())
    }

    /// The announced change of a slot.
    pub fn pending_of(&self, param: &Param) -> Option<PendingParam> {
        self.pending
            .iter()
            .find(|pending| pending.slot == param.slot && pending.effective_at != 0)
            .copied()
    }

    fn latest(&self, param: &Param) -> i64 {
        self.value(param, i64::MAX)
    }

    fn staged(&self, param: &Param, now: i64) -> Staged {
        let stored = self
            .values
            .get(usize::from(param.slot))
            .copied()
            .unwrap_or(param.default);
        match self.pending_of(param) {
            Some(pending) if now >= pending.effective_at => Staged::settled(pending.value),
            Some(pending) => Staged {
                in_force: stored,
                next: Some((pending.value, UnixSeconds::new(pending.effective_at))),
            },
            None => Staged::settled(stored),
        }
    }

    fn store(&mut self, param: &Param, staged: Staged, now: i64) -> Result<()> {
        let slot = self
            .values
            .get_mut(usize::from(param.slot))
            .ok_or(RegistryError::UnknownParam)?;
        *slot = staged.in_force;
        for pending in &mut self.pending {
            if pending.slot == param.slot {
                *pending = PendingParam::NONE;
            }
        }
        if let Some((value, at)) = staged.next {
            if self.pending.iter().all(|other| other.effective_at != 0) {
                self.fold(now);
            }
            let free = self
                .pending
                .iter_mut()
                .find(|pending| pending.effective_at == 0)
                .ok_or(RegistryError::PendingParamsFull)?;
            *free = PendingParam {
                slot: param.slot,
                value,
                effective_at: at.get(),
            };
        }
        Ok(())
    }

    /// Moves announced changes that are in force into the values.
    fn fold(&mut self, now: i64) {
        for pending in &mut self.pending {
            let place = self.values.get_mut(usize::from(pending.slot));
            if let (true, Some(place)) = (
                pending.effective_at != 0 && now >= pending.effective_at,
                place,
            ) {
                *place = pending.value;
                *pending = PendingParam::NONE;
            }
        }
    }

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = self
            .event_seq
            .checked_add(1)
            .ok_or(RegistryError::ArithmeticOverflow)?;
        Ok(self.event_seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ion_economics::params::{
        ide::BURN_BPS,
        staking::{
            BASE_STAKE, COOLDOWN, CURE_PERIOD, MAX_CO_PORTION_BPS, MAX_SHARE_BPS, MIN_OFFER,
            MIN_SHARE_BPS, MIN_TOPUP, WAIT_PERIOD,
        },
    };

    const GRACE: i64 = 1_000_000;

    fn staking() -> Params {
        of(Consumer::Staking)
    }

    fn engine() -> Params {
        of(Consumer::Ide)
    }

    fn of(consumer: Consumer) -> Params {
        Params {
            version: ACCOUNT_VERSION,
            bump: 255,
            consumer: consumer.to_u8(),
            program: Pubkey::new_from_array([1; 32]),
            values: Params::defaults(consumer),
            pending: [PendingParam::NONE; PENDING_PARAMS],
            event_seq: 1,
            _reserved: [0; 10],
        }
    }

    #[test]
    fn every_program_starts_with_its_defaults() {
        for consumer in Consumer::ALL {
            let values = Params::defaults(consumer);
            for param in consumer.params() {
                assert_eq!(values[usize::from(param.slot)], param.default);
            }
        }
    }

    #[test]
    fn raised_base_stake_waits_for_the_grace_and_a_lowering_for_the_next_hour() {
        let mut params = staking();
        let default = BASE_STAKE.default;
        params
            .set(&BASE_STAKE, default * 2, Some(GRACE), 10)
            .unwrap();
        assert_eq!(params.value(&BASE_STAKE, GRACE + 9), default);
        assert_eq!(params.value(&BASE_STAKE, GRACE + 10), default * 2);
        params
            .set(&BASE_STAKE, default / 2, Some(GRACE), 20)
            .unwrap();
        assert_eq!(params.value(&BASE_STAKE, 3_599), default);
        assert_eq!(params.value(&BASE_STAKE, 3_600), default / 2);
    }

    #[test]
    fn lowered_co_portion_waits_and_both_changes_fit() {
        let mut params = staking();
        params
            .set(&BASE_STAKE, BASE_STAKE.default + 1, Some(GRACE), 10)
            .unwrap();
        params
            .set(&MAX_CO_PORTION_BPS, 4_500, Some(GRACE), 20)
            .unwrap();
        assert_eq!(params.value(&MAX_CO_PORTION_BPS, GRACE + 19), 5_000);
        assert_eq!(params.value(&MAX_CO_PORTION_BPS, GRACE + 20), 4_500);
        assert_eq!(
            params.value(&BASE_STAKE, GRACE + 20),
            BASE_STAKE.default + 1
        );
        assert_eq!(
            params.set(&MAX_CO_PORTION_BPS, 4_400, Some(GRACE), 30),
            Err(RegistryError::RaiseInsideGrace.into())
        );
        params
            .set(&MAX_CO_PORTION_BPS, 3_500, Some(GRACE), GRACE + 20)
            .unwrap();
        assert_eq!(params.value(&MAX_CO_PORTION_BPS, GRACE + 20), 4_500);
    }

    #[test]
    fn other_parameters_wait_for_the_next_hour_and_those_of_the_engine_for_the_next_day() {
        let mut params = staking();
        params
            .set(&COOLDOWN, COOLDOWN.min, Some(GRACE), 10)
            .unwrap();
        assert_eq!(params.value(&COOLDOWN, 3_599), COOLDOWN.default);
        assert_eq!(params.value(&COOLDOWN, 3_600), COOLDOWN.min);

        let mut params = engine();
        params
            .set(&BURN_BPS, 6_000, Some(GRACE), 86_400 + 10)
            .unwrap();
        assert_eq!(params.value(&BURN_BPS, 172_799), 5_000);
        assert_eq!(params.value(&BURN_BPS, 172_800), 6_000);
    }

    #[test]
    fn genesis_is_immediate_and_knows_no_step() {
        let mut params = staking();
        params.set(&BASE_STAKE, BASE_STAKE.max, None, 10).unwrap();
        assert_eq!(params.value(&BASE_STAKE, 10), BASE_STAKE.max);
        assert_eq!(params.pending_of(&BASE_STAKE), None);
    }

    #[test]
    fn three_changes_are_announced_at_a_time_and_old_ones_make_room() {
        let mut params = staking();
        let ordinary = [MIN_TOPUP, MIN_OFFER, WAIT_PERIOD, CURE_PERIOD];
        for param in &ordinary[..3] {
            params.set(param, param.min, Some(GRACE), 10).unwrap();
        }
        assert_eq!(
            params.set(&ordinary[3], ordinary[3].min, Some(GRACE), 3_599),
            Err(RegistryError::PendingParamsFull.into())
        );
        // a change of a slot that is announced already takes its own place
        params
            .set(&ordinary[0], ordinary[0].max, Some(GRACE), 3_599)
            .unwrap();
        params
            .set(&ordinary[3], ordinary[3].min, Some(GRACE), 3_600)
            .unwrap();
        assert_eq!(params.value(&ordinary[0], 3_600), ordinary[0].max);
        assert_eq!(params.value(&ordinary[1], 3_600), ordinary[1].min);
        assert_eq!(params.value(&ordinary[3], 7_199), ordinary[3].default);
        assert_eq!(params.value(&ordinary[3], 7_200), ordinary[3].min);
    }

    #[test]
    fn bounds_and_order_are_kept() {
        let mut params = staking();
        assert_eq!(
            params.set(&COOLDOWN, COOLDOWN.min - 1, Some(GRACE), 10),
            Err(RegistryError::ParamOutOfBounds.into())
        );
        assert_eq!(
            params.set(&BASE_STAKE, BASE_STAKE.default * 2 + 1, Some(GRACE), 10),
            Err(RegistryError::ParamStepTooLarge.into())
        );
        params.set(&MAX_SHARE_BPS, 500, Some(GRACE), 10).unwrap();
        assert_eq!(
            params.set(&MIN_SHARE_BPS, 501, Some(GRACE), 10),
            Err(RegistryError::ParamsOutOfOrder.into())
        );
    }
}
