//! Checks that several instructions share.

use anchor_lang::{prelude::*, solana_program::bpf_loader_upgradeable, Bumps};

use crate::error::RegistryError;

/// Refuses accounts that the instruction does not name.
///
/// Errors: `UnexpectedAccounts`.
pub fn no_extra_accounts<T: Bumps>(ctx: &Context<'_, T>) -> Result<()> {
    require!(
        ctx.remaining_accounts.is_empty(),
        RegistryError::UnexpectedAccounts
    );
    Ok(())
}

/// Address of this program's data account, which names the upgrade authority.
pub fn program_data_address() -> Pubkey {
    Pubkey::find_program_address(&[crate::ID.as_ref()], &bpf_loader_upgradeable::ID).0
}
