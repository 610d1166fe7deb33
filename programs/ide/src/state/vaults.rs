//! The ledgers of the engine's vaults (economics §1.6, §10.2).

use anchor_lang::prelude::*;
use ion_economics::math;

use super::Currency;
use crate::{error::IdeError, events::U64Change};

/// Singleton at `["vaults"]`; authority of the five token accounts. A ledger, not a token balance,
/// says what a vault may pay. The money of a day joins them when its epoch is sealed; only what blocks
/// of mode `Schedule` leave over, funding and swept excess do so at once.
#[account]
#[derive(InitSpace, Debug)]
pub struct Vaults {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// IO vault of emission, at `["reward_vault"]`.
    pub reward_vault: Pubkey,
    /// USDC vault of revenue, at `["fee_usdc"]`.
    pub fee_usdc: Pubkey,
    /// IO vault of revenue, at `["fee_io"]`.
    pub fee_io: Pubkey,
    /// IO vault of payouts, at `["pay_io"]`.
    pub pay_io: Pubkey,
    /// USDC vault of payouts, at `["pay_usdc"]`.
    pub pay_usdc: Pubkey,
    /// UTC day index of the first epoch.
    pub first_day: u64,
    /// Ledger Y1: IO of the reward vault, base units.
    pub y1_io: u64,
    /// Ledger Yu: USDC of the fee vault, base units.
    pub yu_usdc: u64,
    /// Ledger Yi: IO of the fee vault, base units.
    pub yi_io: u64,
    /// IO that payout roots may claim, base units.
    pub payable_io: u64,
    /// USDC that payout roots may claim, base units.
    pub payable_usdc: u64,
    /// USDC earmarked for buyback, base units; lies in the fee vault.
    pub buyback_usdc: u64,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// Emission of the epochs that are not sealed, IO base units; lies in the reward vault and is in
    /// no ledger yet.
    pub waiting_io: u64,
    /// USDC of the open lot, base units; lies in the fee vault.
    pub lot_usdc: u64,
    /// USDC paid by all auction fills, base units.
    pub spent_usdc: u64,
    /// IO bought by all auction fills, base units.
    pub bought_io: u64,
    /// IO burned from the fee vault and by auction fills, base units.
    pub burned_io: u64,
    /// IO retired from the reward vault, base units.
    pub retired_io: u64,
    /// For later fields.
    pub _reserved: [u8; 80],
}

const _: () = assert!(Vaults::INIT_SPACE == 2 + 5 * 32 + 14 * 8 + 80);

/// Revenue of the epochs that are not sealed, base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// In USDC.
    pub usdc: u64,
    /// In IO, with what the engine carries over.
    pub io: u64,
}

impl Vaults {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = Vaults::DISCRIMINATOR.len() + Vaults::INIT_SPACE;

    /// Counts emission that waits for the sealing of its epoch; returns the change.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn add_waiting(&mut self, amount_io: u64) -> Result<U64Change> {
        let old = self.waiting_io;
        self.waiting_io = math::add(old, amount_io).map_err(IdeError::from)?;
        Ok(U64Change {
            old,
            new: self.waiting_io,
        })
    }

    /// Credits IO that arrived in the reward vault to its ledger.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn credit_y1(&mut self, amount_io: u64) -> Result<()> {
        self.y1_io = math::add(self.y1_io, amount_io).map_err(IdeError::from)?;
        Ok(())
    }

    /// The reward vault holds its ledger and all waiting emission (economics §14 I07, I13).
    ///
    /// Errors: `VaultBelowLedger`, `ArithmeticOverflow`.
    pub(crate) fn check_reward_vault(&self, balance_io: u64) -> Result<()> {
        let owed = math::add(self.y1_io, self.waiting_io).map_err(IdeError::from)?;
        require_gte!(balance_io, owed, IdeError::VaultBelowLedger);
        Ok(())
    }

    /// Currency of one of the five vaults and what the vault owes, base units. `waiting` is the revenue
    /// of the epochs that are not sealed.
    ///
    /// Errors: `WrongVaultAccount` for another account, `ArithmeticOverflow`.
    pub fn owed(&self, vault: &Pubkey, waiting: Waiting) -> Result<(Currency, u64)> {
        let sum = |parts: &[u64]| {
            parts.iter().try_fold(0_u64, |sum, part| {
                math::add(sum, *part).map_err(IdeError::from)
            })
        };
        let (currency, owed) = if *vault == self.reward_vault {
            (Currency::Io, sum(&[self.y1_io, self.waiting_io])?)
        } else if *vault == self.fee_usdc {
            let parts = [self.yu_usdc, self.buyback_usdc, self.lot_usdc, waiting.usdc];
            (Currency::Usdc, sum(&parts)?)
        } else if *vault == self.fee_io {
            (Currency::Io, sum(&[self.yi_io, waiting.io])?)
        } else if *vault == self.pay_io {
            (Currency::Io, self.payable_io)
        } else {
            require_keys_eq!(*vault, self.pay_usdc, IdeError::WrongVaultAccount);
            (Currency::Usdc, self.payable_usdc)
        };
        Ok((currency, owed))
    }

    /// Advances the event counter and returns the new number.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(IdeError::from)?;
        Ok(self.event_seq)
    }
}
