//! Token movements that the ledger signs.

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Burn, TransferChecked};

use crate::{constants::VAULTS_SEED, state::Currency};

/// The ledger as authority of the vaults.
pub(crate) struct VaultSigner<'info> {
    /// The Vaults account.
    pub vaults: AccountInfo<'info>,
    /// Its bump.
    pub bump: u8,
    /// The token program.
    pub token_program: Pubkey,
}

impl<'info> VaultSigner<'info> {
    /// Sends base units from a vault; no call for 0.
    pub fn send(
        &self,
        currency: Currency,
        mint: &AccountInfo<'info>,
        from: &AccountInfo<'info>,
        to: &AccountInfo<'info>,
        amount: u64,
    ) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        token::transfer_checked(
            CpiContext::new_with_signer(
                self.token_program,
                TransferChecked {
                    from: from.clone(),
                    mint: mint.clone(),
                    to: to.clone(),
                    authority: self.vaults.clone(),
                },
                &[&[VAULTS_SEED, &[self.bump]]],
            ),
            amount,
            currency.decimals(),
        )
    }

    /// Burns IO of a vault; no call for 0.
    pub fn burn(
        &self,
        mint: &AccountInfo<'info>,
        from: &AccountInfo<'info>,
        amount: u64,
    ) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        token::burn(
            CpiContext::new_with_signer(
                self.token_program,
                Burn {
                    mint: mint.clone(),
                    from: from.clone(),
                    authority: self.vaults.clone(),
                },
                &[&[VAULTS_SEED, &[self.bump]]],
            ),
            amount,
        )
    }
}
