//! Exit matrix: how long each party waits and cools (economics §4.2).
//!
//! Place of use: `begin_unstake`, `co_unstake` and the previews of the command line, so that what a
//! holder is shown is what the program does.

use super::{StakeResult, View};
use crate::units::UnixSeconds;

/// Durations of one exit, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitTerms {
    /// Wait before the cooldown, during which the principal still counts; `None` = no wait.
    pub wait: Option<i64>,
    /// Cooldown after the wait.
    pub cooldown: i64,
}

/// Cooldown that starts now: the shorter one of a withdrawn class, else `cooldown`.
pub fn cooldown(view: &View) -> i64 {
    if view.device.is_class_withdrawn {
        view.params.cooldown.min(view.params.withdrawn_cooldown)
    } else {
        view.params.cooldown
    }
}

/// The owner's whole exit: no wait.
pub fn owner(view: &View) -> ExitTerms {
    ExitTerms {
        wait: None,
        cooldown: cooldown(view),
    }
}

/// A co-staker's exit, given since when the device has been below its requirement.
///
/// No wait on a withdrawn class, on a blocked or terminated device, and once the owner's cure
/// period is over (`now > underfunded_since + cure_period`).
pub fn co_staker(view: &View, underfunded_since: Option<UnixSeconds>) -> StakeResult<ExitTerms> {
    let uncured = match underfunded_since {
        Some(since) => view.now > since.checked_add(view.params.cure_period)?,
        None => false,
    };
    let free = uncured
        || view.device.is_class_withdrawn
        || view.device.is_blocked
        || view.device.is_terminated;
    Ok(ExitTerms {
        wait: (!free).then_some(view.params.wait_period),
        cooldown: cooldown(view),
    })
}
