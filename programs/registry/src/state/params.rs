//! The governance parameters of one consuming program (economics §12).

use anchor_lang::prelude::*;
use ion_economics::{
    governance::{Harsher, Staged},
    params::{self as rules, Param, Program as Consumer},
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
    pub _reserved: [u8; 16],
}

const _: () = assert!(Params::INIT_SPACE == 3 + 32 + 36 * 8 + 2 * 17 + 8 + 16);
const _: () = assert!(Params::SPACE <= 400);
const _: () = assert!(PARAM_SLOTS == rules::SLOTS);

/// Pairs of which the first must not exceed the second.
const ORDERED: [(Param, Param); 3] = [
    (rules::staking::MIN_SHARE_BPS, rules::staking::MAX_SHARE_BPS),
    (rules::booking::MIN_MINUTES, rules::booking::MAX_MINUTES),
    (rules::booking::MIN_MINUTES, rules::booking::MAX_MINUTES_IO),
];

/// Direction in which a change of the parameter makes devices short and so waits for
/// `multiplier_grace` (economics §3.1); `None` for all others.
fn harsher_direction(param: &Param) -> Option<Harsher> {
    if param.program != Consumer::Staking {
        None
    } else if param.slot == rules::staking::BASE_STAKE.slot {
        Some(Harsher::Up)
    } else if param.slot == rules::staking::MAX_CO_PORTION_BPS.slot {
        Some(Harsher::Down)
    } else {
        None
    }
}

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
    /// while genesis is open, when no device exists and every change is immediate.
    ///
    /// Errors: `ParamOutOfBounds`, `ParamsOutOfOrder`, `RaiseInsideGrace`, `PendingParamsFull`,
    /// `ArithmeticOverflow`.
    pub(crate) fn set(
        &mut self,
        param: &Param,
        value: i64,
        grace: Option<i64>,
        now: i64,
    ) -> Result<()> {
        param.check(value).map_err(RegistryError::from)?;
        match (harsher_direction(param), grace) {
            (Some(harsher), Some(grace)) => {
                let staged = self
                    .staged(param, now)
                    .announce(value, harsher, grace, UnixSeconds::new(now))
                    .map_err(RegistryError::from)?;
                self.store(param, staged)?;
            }
            _ => self.store(param, Staged::settled(value))?,
        }
        for (low, high) in ORDERED {
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

    fn store(&mut self, param: &Param, staged: Staged) -> Result<()> {
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
    use ion_economics::params::staking::{
        BASE_STAKE, COOLDOWN, MAX_CO_PORTION_BPS, MAX_SHARE_BPS, MIN_SHARE_BPS,
    };

    const GRACE: i64 = 1_000_000;

    fn staking() -> Params {
        Params {
            version: ACCOUNT_VERSION,
            bump: 255,
            consumer: Consumer::Staking.to_u8(),
            program: Pubkey::new_from_array([1; 32]),
            values: Params::defaults(Consumer::Staking),
            pending: [PendingParam::NONE; PENDING_PARAMS],
            event_seq: 1,
            _reserved: [0; 16],
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
            .set(&MAX_CO_PORTION_BPS, 4_000, Some(GRACE), 20)
            .unwrap();
        assert_eq!(params.value(&MAX_CO_PORTION_BPS, GRACE + 19), 5_000);
        assert_eq!(params.value(&MAX_CO_PORTION_BPS, GRACE + 20), 4_000);
        assert_eq!(
            params.value(&BASE_STAKE, GRACE + 20),
            BASE_STAKE.default + 1
        );
        assert_eq!(
            params.set(&MAX_CO_PORTION_BPS, 3_999, Some(GRACE), 30),
            Err(RegistryError::RaiseInsideGrace.into())
        );
        params
            .set(&MAX_CO_PORTION_BPS, 3_000, Some(GRACE), GRACE + 20)
            .unwrap();
        assert_eq!(params.value(&MAX_CO_PORTION_BPS, GRACE + 20), 4_000);
    }

    #[test]
    fn other_parameters_and_all_of_genesis_are_immediate() {
        let mut params = staking();
        params
            .set(&COOLDOWN, COOLDOWN.min, Some(GRACE), 10)
            .unwrap();
        assert_eq!(params.value(&COOLDOWN, 10), COOLDOWN.min);
        params.set(&BASE_STAKE, BASE_STAKE.max, None, 10).unwrap();
        assert_eq!(params.value(&BASE_STAKE, 10), BASE_STAKE.max);
        assert_eq!(params.pending_of(&BASE_STAKE), None);
    }

    #[test]
    fn bounds_and_order_are_kept() {
        let mut params = staking();
        assert_eq!(
            params.set(&COOLDOWN, COOLDOWN.min - 1, Some(GRACE), 10),
            Err(RegistryError::ParamOutOfBounds.into())
        );
        params.set(&MAX_SHARE_BPS, 500, Some(GRACE), 10).unwrap();
        assert_eq!(
            params.set(&MIN_SHARE_BPS, 501, Some(GRACE), 10),
            Err(RegistryError::ParamsOutOfOrder.into())
        );
    }
}
