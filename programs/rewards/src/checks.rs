//! Checks that no single account expresses.

use anchor_lang::{prelude::*, Bumps};

use crate::error::RewardsError;

/// Refuses accounts after the declared ones.
///
/// Errors: `UnexpectedAccounts`.
pub(crate) fn no_extra_accounts<T: Bumps>(ctx: &Context<T>) -> Result<()> {
    require!(
        ctx.remaining_accounts.is_empty(),
        RewardsError::UnexpectedAccounts
    );
    Ok(())
}
