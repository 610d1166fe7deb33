//! Checks that no single account expresses.

use anchor_lang::{prelude::*, Bumps};
use ion_economics::units::UnixSeconds;

use crate::error::IdeError;

/// Refuses accounts after the declared ones.
///
/// Errors: `UnexpectedAccounts`.
pub(crate) fn no_extra_accounts<T: Bumps>(ctx: &Context<T>) -> Result<()> {
    require!(
        ctx.remaining_accounts.is_empty(),
        IdeError::UnexpectedAccounts
    );
    Ok(())
}

/// UTC day index of a chain time, which is never before 1970.
///
/// Errors: `ArithmeticOverflow`.
pub(crate) fn day_of(now: UnixSeconds) -> Result<u64> {
    Ok(u64::try_from(now.day_index()).map_err(|_| IdeError::ArithmeticOverflow)?)
}

/// Hour index of a chain time, which is never before 1970.
///
/// Errors: `ArithmeticOverflow`.
pub(crate) fn hour_of(now: UnixSeconds) -> Result<u64> {
    Ok(u64::try_from(now.hour_index()).map_err(|_| IdeError::ArithmeticOverflow)?)
}
