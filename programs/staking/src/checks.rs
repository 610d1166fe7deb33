//! Checks that account attributes cannot express.

use anchor_lang::{prelude::*, Bumps};
use ion_economics::units::UnixSeconds;

use crate::error::StakingError;

/// Refuses accounts beyond those the instruction names.
///
/// Errors: `UnexpectedAccounts`.
pub(crate) fn no_extra_accounts<T: Bumps>(ctx: &Context<T>) -> Result<()> {
    require!(
        ctx.remaining_accounts.is_empty(),
        StakingError::UnexpectedAccounts
    );
    Ok(())
}

/// Chain time.
pub(crate) fn now() -> Result<UnixSeconds> {
    Ok(UnixSeconds::new(Clock::get()?.unix_timestamp))
}
