//! The life of an hourly block (economics §6.3, §7.1, §13.5).
//!
//! Mechanism: a block is released when its hour is over, waits for the summary of the verifiers and
//! is completed by it, or fails when none comes in time. Place of use: `rewards`, the verifiers'
//! loop, the read models. Invariant: a block that is completed, failed or final never changes again.

use crate::{
    math::MathError,
    units::{UnixSeconds, HOUR},
};

/// Where a block stands; stored as its number, grows only at the end.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockState {
    /// Released; its emission waits in the distribution vault.
    Processing = 0,
    /// Divided over the devices of its summary.
    Completed = 1,
    /// No summary came; its emission went to the reward vault.
    Failed = 2,
    /// An hour of mode `Ide`: its emission is allowance of an epoch.
    Final = 3,
    /// An hour after the schedule: nothing was emitted.
    Exhausted = 4,
}

/// A number that names no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownBlockState(pub u8);

/// What happens to a block that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockInput {
    /// An attested summary is applied.
    Summary,
    /// The deadline passed without an attested summary.
    Silence,
}

/// Why a step of a block is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockError {
    /// The block no longer waits for a summary.
    NotProcessing,
    /// The hour and the slack after it are not over.
    NotReleasable,
    /// The verifiers still have time.
    DeadlineNotOver,
    /// The counts of the summary contradict each other.
    CountsContradict,
    /// The account is kept longer.
    BlockKept,
    /// A time leaves its range.
    Math(MathError),
}

impl From<MathError> for BlockError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

impl BlockState {
    /// Every state, in order.
    pub const ALL: [Self; 5] = [
        Self::Processing,
        Self::Completed,
        Self::Failed,
        Self::Final,
        Self::Exhausted,
    ];

    /// The stored number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Processing => 0,
            Self::Completed => 1,
            Self::Failed => 2,
            Self::Final => 3,
            Self::Exhausted => 4,
        }
    }

    /// The state with this number.
    ///
    /// Errors: [`UnknownBlockState`].
    pub fn from_code(code: u8) -> Result<Self, UnknownBlockState> {
        Self::ALL
            .into_iter()
            .find(|state| state.code() == code)
            .ok_or(UnknownBlockState(code))
    }

    /// State of a block at its release.
    pub const fn released(is_ide_hour: bool, is_exhausted: bool) -> Self {
        match (is_exhausted, is_ide_hour) {
            (true, _) => Self::Exhausted,
            (false, true) => Self::Final,
            (false, false) => Self::Processing,
        }
    }

    /// Whether a root of the reward tree may reach to this block: its hour pays by the tree and its
    /// share is known.
    pub const fn is_summarised(self) -> bool {
        match self {
            Self::Completed | Self::Failed => true,
            Self::Processing | Self::Final | Self::Exhausted => false,
        }
    }
}

/// Completes or fails a waiting block.
///
/// Errors: [`BlockError::NotProcessing`].
pub const fn transition(state: BlockState, input: BlockInput) -> Result<BlockState, BlockError> {
    match (state, input) {
        (BlockState::Processing, BlockInput::Summary) => Ok(BlockState::Completed),
        (BlockState::Processing, BlockInput::Silence) => Ok(BlockState::Failed),
        (
            BlockState::Completed | BlockState::Failed | BlockState::Final | BlockState::Exhausted,
            _,
        ) => Err(BlockError::NotProcessing),
    }
}

/// From when the hour with this index can be released: its end plus `release_slack` seconds.
///
/// Errors: overflow.
pub fn releasable_at(hour: u64, release_slack: i64) -> Result<UnixSeconds, BlockError> {
    let end = hour
        .checked_add(1)
        .and_then(|hour| i64::try_from(hour).ok())
        .and_then(|hour| hour.checked_mul(HOUR))
        .ok_or(MathError::Overflow)?;
    Ok(UnixSeconds::new(end).checked_add(release_slack)?)
}

/// Errors unless the hour is over and the slack after it too: `now ≥ 3600·(hour+1) + slack`.
///
/// Errors: [`BlockError::NotReleasable`], overflow.
pub fn check_release(hour: u64, release_slack: i64, now: UnixSeconds) -> Result<(), BlockError> {
    if now < releasable_at(hour, release_slack)? {
        return Err(BlockError::NotReleasable);
    }
    Ok(())
}

/// Errors unless the verifiers' time is over: `now > released_at + block_deadline`.
///
/// Errors: [`BlockError::DeadlineNotOver`], overflow.
pub fn check_fail(
    released_at: UnixSeconds,
    block_deadline: i64,
    now: UnixSeconds,
) -> Result<(), BlockError> {
    if now <= released_at.checked_add(block_deadline)? {
        return Err(BlockError::DeadlineNotOver);
    }
    Ok(())
}

/// Errors unless the account may be closed: `now ≥ since + block_rent_after`, `since` being the
/// maturity of a root through its hour, or the release of an hour of mode `Ide` or after the
/// schedule.
///
/// Errors: [`BlockError::BlockKept`], overflow.
pub fn check_closable(
    since: UnixSeconds,
    block_rent_after: i64,
    now: UnixSeconds,
) -> Result<(), BlockError> {
    if now < since.checked_add(block_rent_after)? {
        return Err(BlockError::BlockKept);
    }
    Ok(())
}

/// Errors unless every nominated device succeeded or failed and no more are paid than succeeded.
///
/// Errors: [`BlockError::CountsContradict`].
pub fn check_counts(
    nominated: u32,
    succeeded: u32,
    failed: u32,
    paid: [u32; 2],
) -> Result<(), BlockError> {
    let [enterprise, community] = paid.map(u64::from);
    let judged = u64::from(succeeded).checked_add(u64::from(failed));
    let paid = enterprise.checked_add(community);
    if judged != Some(u64::from(nominated)) || paid.is_none_or(|paid| paid > u64::from(succeeded)) {
        return Err(BlockError::CountsContradict);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: fn(i64) -> UnixSeconds = UnixSeconds::new;

    #[test]
    fn states_round_trip_and_other_numbers_are_refused() {
        for code in 0..=u8::MAX {
            match BlockState::from_code(code) {
                Ok(state) => assert_eq!((state.code(), state as u8), (code, code)),
                Err(error) => assert_eq!((error, code > 4), (UnknownBlockState(code), true)),
            }
        }
    }

    #[test]
    fn only_a_waiting_block_moves() {
        use BlockState::{Completed, Exhausted, Failed, Final, Processing};
        assert_eq!(transition(Processing, BlockInput::Summary), Ok(Completed));
        assert_eq!(transition(Processing, BlockInput::Silence), Ok(Failed));
        for state in [Completed, Failed, Final, Exhausted] {
            for input in [BlockInput::Summary, BlockInput::Silence] {
                assert_eq!(transition(state, input), Err(BlockError::NotProcessing));
            }
        }
        assert_eq!(BlockState::released(false, false), Processing);
        assert_eq!(BlockState::released(true, false), Final);
        assert_eq!(BlockState::released(false, true), Exhausted);
        assert_eq!(BlockState::released(true, true), Exhausted);
        for state in BlockState::ALL {
            assert_eq!(state.is_summarised(), matches!(state, Completed | Failed));
        }
    }

    #[test]
    fn an_hour_is_released_from_its_end_and_slack_on() {
        let end = 3_600 * 477_721;
        assert_eq!(check_release(477_720, 0, AT(end)), Ok(()));
        assert_eq!(
            check_release(477_720, 120, AT(end + 119)),
            Err(BlockError::NotReleasable)
        );
        assert_eq!(check_release(477_720, 120, AT(end + 120)), Ok(()));
        assert_eq!(
            check_release(u64::MAX, 0, AT(i64::MAX)),
            Err(BlockError::Math(MathError::Overflow))
        );
    }

    #[test]
    fn a_block_fails_only_after_the_deadline() {
        assert_eq!(
            check_fail(AT(100), 10, AT(110)),
            Err(BlockError::DeadlineNotOver)
        );
        assert_eq!(check_fail(AT(100), 10, AT(111)), Ok(()));
        assert_eq!(
            check_fail(AT(i64::MAX), 1, AT(0)),
            Err(BlockError::Math(MathError::Overflow))
        );
    }

    #[test]
    fn an_account_closes_from_its_time_on() {
        assert_eq!(
            check_closable(AT(100), 10, AT(109)),
            Err(BlockError::BlockKept)
        );
        assert_eq!(check_closable(AT(100), 10, AT(110)), Ok(()));
    }

    #[test]
    fn counts_add_up_and_no_more_are_paid_than_succeeded() {
        assert_eq!(check_counts(5, 4, 1, [3, 1]), Ok(()));
        assert_eq!(check_counts(0, 0, 0, [0, 0]), Ok(()));
        assert_eq!(check_counts(5, 4, 1, [1, 1]), Ok(()));
        for (nominated, succeeded, failed, paid) in [
            (5, 4, 0, [3, 1]),
            (5, 4, 2, [3, 1]),
            (5, 4, 1, [3, 2]),
            (0, u32::MAX, 1, [0, 0]),
        ] {
            assert_eq!(
                check_counts(nominated, succeeded, failed, paid),
                Err(BlockError::CountsContradict)
            );
        }
        assert_eq!(
            check_counts(u32::MAX, u32::MAX, 0, [u32::MAX, u32::MAX]),
            Err(BlockError::CountsContradict)
        );
    }
}
