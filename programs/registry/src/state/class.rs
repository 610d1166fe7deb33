//! One kind of processor: pool, multipliers, ceilings, floor price (economics §3.1, §12).

use anchor_lang::prelude::*;
use ion_economics::{
    governance::{next_block, Harsher, Staged},
    units::UnixSeconds,
};

use super::ClassCounted;
use crate::{constants::*, error::RegistryError};

/// Reward pool of a class; grows only at the end.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum Pool {
    /// In no pool; such a class has multiplier 0.
    Unsupported = 0,
    /// Enterprise pool.
    Enterprise = 1,
    /// Community pool.
    Community = 2,
}

impl Pool {
    /// The stored byte.
    pub const fn code(self) -> u8 {
        match self {
            Self::Unsupported => 0,
            Self::Enterprise => 1,
            Self::Community => 2,
        }
    }
}

/// What governance sets of a class; carried by the actions `CreateClass` and `SetClass`.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassTerms {
    /// Reward pool.
    pub pool: Pool,
    /// Multiplier in 1e-4, 0 to 1,000,000; 0 = withdrawn.
    pub multiplier_fp: u32,
    /// Idle processor ceiling, percent 0 to 100; 255 = none.
    pub max_cpu_pct: u8,
    /// Idle GPU ceiling, percent 0 to 100; 255 = none.
    pub max_gpu_pct: u8,
    /// Lowest price of a quote, 1e-6 USD per processor-hour; above 0 where the multiplier is.
    pub floor_price_usd_micros: u64,
}

impl ClassTerms {
    /// Hard bounds of economics §12.
    ///
    /// Errors: `MultiplierOutOfBounds`, `UnsupportedClassMultiplier`, `CeilingOutOfBounds`,
    /// `MissingFloorPrice`.
    pub(crate) fn check(&self) -> Result<()> {
        require!(
            self.multiplier_fp <= MAX_MULTIPLIER,
            RegistryError::MultiplierOutOfBounds
        );
        require!(
            self.pool != Pool::Unsupported || self.multiplier_fp == 0,
            RegistryError::UnsupportedClassMultiplier
        );
        for ceiling in [self.max_cpu_pct, self.max_gpu_pct] {
            require!(
                ceiling <= MAX_CEILING_PCT || ceiling == NO_CEILING,
                RegistryError::CeilingOutOfBounds
            );
        }
        require!(
            self.multiplier_fp == 0 || self.floor_price_usd_micros > 0,
            RegistryError::MissingFloorPrice
        );
        Ok(())
    }
}

/// Terms that hold until the next block after a change; the multipliers have fields of their own.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermsBefore {
    /// 0 unsupported, 1 Enterprise, 2 Community.
    pub pool: u8,
    /// Idle processor ceiling in percent; 255 = none.
    pub max_cpu_pct: u8,
    /// Idle GPU ceiling in percent; 255 = none.
    pub max_gpu_pct: u8,
    /// Lowest price of a quote, 1e-6 USD per processor-hour.
    pub floor_price_usd_micros: u64,
}

/// Account at `["class", id]`; read-only in normal operation.
#[account]
#[derive(InitSpace, Debug)]
pub struct ProcessorClass {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Number of the class.
    pub id: u16,
    /// Name, UTF-8, zero padded.
    pub name: [u8; CLASS_NAME_LEN],
    /// 0 unsupported, 1 Enterprise, 2 Community.
    pub pool: u8,
    /// Rewards: multiplier in 1e-4 before `mult_now_at`.
    pub mult_before: u32,
    /// Rewards: multiplier in 1e-4 from `mult_now_at` on.
    pub mult_now: u32,
    /// Start of the first block with `mult_now`, Unix seconds.
    pub mult_now_at: i64,
    /// Stake: announced multiplier in 1e-4, from `mult_next_at` on.
    pub mult_next: u32,
    /// Stake: when `mult_next` is in force, Unix seconds; 0 = nothing announced.
    pub mult_next_at: i64,
    /// Stake: multiplier in 1e-4 before `mult_next_at`; 0 = the class never had one.
    pub last_nonzero_mult: u32,
    /// Idle processor ceiling in percent; 255 = none.
    pub max_cpu_pct: u8,
    /// Idle GPU ceiling in percent; 255 = none.
    pub max_gpu_pct: u8,
    /// Lowest price of a quote, 1e-6 USD per processor-hour.
    pub floor_price_usd_micros: u64,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// Whether the engine holds rates of the class (economics §10.9).
    pub rates_set: bool,
    /// Pool, ceilings and floor price before `mult_now_at`.
    pub before: TermsBefore,
    /// For later fields.
    pub _reserved: [u8; 52],
}

const _: () = assert!(
    ProcessorClass::INIT_SPACE
        == 2 + 2 + 32 + 1 + 4 + 4 + 8 + 4 + 8 + 4 + 1 + 1 + 8 + 8 + 1 + 11 + 52
);

impl ProcessorClass {
    /// Bytes of the account with its discriminator.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// A new class with checked terms in force from `now` (Unix seconds).
    pub(crate) fn new(
        bump: u8,
        id: u16,
        name: [u8; CLASS_NAME_LEN],
        terms: &ClassTerms,
        now: i64,
    ) -> Self {
        Self {
            version: ACCOUNT_VERSION,
            bump,
            id,
            name,
            pool: terms.pool.code(),
            mult_before: terms.multiplier_fp,
            mult_now: terms.multiplier_fp,
            mult_now_at: now,
            mult_next: 0,
            mult_next_at: 0,
            last_nonzero_mult: terms.multiplier_fp,
            max_cpu_pct: terms.max_cpu_pct,
            max_gpu_pct: terms.max_gpu_pct,
            floor_price_usd_micros: terms.floor_price_usd_micros,
            event_seq: 1,
            rates_set: false,
            before: TermsBefore {
                pool: terms.pool.code(),
                max_cpu_pct: terms.max_cpu_pct,
                max_gpu_pct: terms.max_gpu_pct,
                floor_price_usd_micros: terms.floor_price_usd_micros,
            },
            _reserved: [0; 52],
        }
    }

    /// Pool, ceilings and floor price at `now` (Unix seconds): those set last from the start of the
    /// first block after the change, so that no running hour and no price of it is rewritten.
    pub fn terms_at(&self, now: i64) -> TermsBefore {
        if now >= self.mult_now_at {
            TermsBefore {
                pool: self.pool,
                max_cpu_pct: self.max_cpu_pct,
                max_gpu_pct: self.max_gpu_pct,
                floor_price_usd_micros: self.floor_price_usd_micros,
            }
        } else {
            self.before
        }
    }

    /// Lowest price of a quote at `now` (Unix seconds), 1e-6 USD per processor-hour.
    pub fn floor_price(&self, now: i64) -> u64 {
        self.terms_at(now).floor_price_usd_micros
    }

    /// Multiplier of rewards and registration at `now` (Unix seconds), in 1e-4; 0 = withdrawn.
    pub fn reward_multiplier(&self, now: i64) -> u32 {
        if now >= self.mult_now_at {
            self.mult_now
        } else {
            self.mult_before
        }
    }

    /// Multiplier of the stake requirement at `now` (Unix seconds), in 1e-4. Never 0: a withdrawn
    /// class keeps its last one, a class that never had one counts as 1.0.
    pub fn stake_multiplier(&self, now: i64) -> u32 {
        let multiplier = if self.mult_next_at != 0 && now >= self.mult_next_at {
            self.mult_next
        } else {
            self.last_nonzero_mult
        };
        if multiplier == 0 {
            MULTIPLIER_ONE
        } else {
            multiplier
        }
    }

    /// What the configuration counts.
    pub(crate) fn counted(&self) -> ClassCounted {
        ClassCounted {
            live: self.is_live(),
            rated: self.rates_set,
        }
    }

    /// Whether the class has a multiplier above 0 now or from the next block on.
    pub fn is_live(&self) -> bool {
        self.mult_now != 0
    }

    /// Whether the class is withdrawn at `now`: no rewards, short exits (economics §3.1).
    pub fn is_withdrawn(&self, now: i64) -> bool {
        self.reward_multiplier(now) == 0
    }

    /// Applies terms (economics §3.1, §12): all but the stake side follows from the next block; the stake side follows a
    /// raise after `grace` seconds and a lowering from the next block; a withdrawal leaves the stake
    /// side as it is.
    ///
    /// Errors: as [`ClassTerms::check`]; `RaiseInsideGrace`, `ArithmeticOverflow`.
    pub(crate) fn set_terms(&mut self, terms: &ClassTerms, grace: i64, now: i64) -> Result<()> {
        terms.check()?;
        let clock = UnixSeconds::new(now);
        let staged = Staged {
            in_force: i64::from(self.last_nonzero_mult),
            next: (self.mult_next_at != 0).then_some((
                i64::from(self.mult_next),
                UnixSeconds::new(self.mult_next_at),
            )),
        };
        let staged = if terms.multiplier_fp == 0 {
            staged.settle(clock)
        } else if self.last_nonzero_mult == 0 {
            Staged::settled(i64::from(terms.multiplier_fp)) // no device of this class exists
        } else {
            staged
                .announce(i64::from(terms.multiplier_fp), Harsher::Up, grace, clock)
                .map_err(RegistryError::from)?
        };
        let narrow =
            |value: i64| u32::try_from(value).map_err(|_| RegistryError::ArithmeticOverflow);
        self.last_nonzero_mult = narrow(staged.in_force)?;
        let (next, next_at) = staged.next.unwrap_or((0, UnixSeconds::new(0)));
        self.mult_next = narrow(next)?;
        self.mult_next_at = next_at.get();

        self.before = self.terms_at(now);
        self.mult_before = self.reward_multiplier(now);
        self.mult_now = terms.multiplier_fp;
        self.mult_now_at = next_block(clock).map_err(RegistryError::from)?.get();
        self.pool = terms.pool.code();
        self.max_cpu_pct = terms.max_cpu_pct;
        self.max_gpu_pct = terms.max_gpu_pct;
        self.floor_price_usd_micros = terms.floor_price_usd_micros;
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
mod tests;
