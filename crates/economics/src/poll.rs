//! Votes of the verifier set on one report (economics §2.5, §13.5).
//!
//! Mechanism: each verifier votes for the hash of a payload and may move its vote; the first hash
//! with enough votes of one set version is attested and never changes. Place of use: the registry
//! program and the verifier. Invariant: the threshold is above half of the set, so two payloads of
//! one identity are never both attested.

use crate::{math::MathError, units::UnixSeconds};

/// Smallest verifier set (economics §2.5).
pub const MIN_VERIFIERS: usize = 3;
/// Largest verifier set (economics §2.5).
pub const MAX_VERIFIERS: usize = 20;

/// SHA-256 of a payload.
pub type PayloadHash = [u8; 32];
/// The hash of a verifier that has not voted; no payload has it.
pub const NO_VOTE: PayloadHash = [0; 32];

/// Why a vote or its use is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollError {
    /// A hash is attested: nothing changes any more.
    AlreadyAttested,
    /// The verifier votes for this hash already.
    VoteUnchanged,
    /// The all-zero hash stands for no vote.
    EmptyHash,
    /// The poll holds votes of a newer set than the one given.
    SetOutdated,
    /// The index is outside the poll.
    IndexOutOfRange,
    /// No hash is attested yet.
    NotAttested,
    /// `report_ttl` after attestation is over.
    ReportExpired,
    /// `poll_keep` is not over.
    PollKept,
    /// A time does not fit.
    Math(MathError),
}

impl From<MathError> for PollError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// State of a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollState {
    /// Votes may come and move.
    Open,
    /// One hash is attested; final.
    Attested,
}

/// Size of a set with `threshold` votes needed is lawful: `n ∈ 3..=20`, `n/2 < threshold ≤ n`.
pub fn is_valid_set(n: usize, threshold: u8) -> bool {
    let threshold = usize::from(threshold);
    (MIN_VERIFIERS..=MAX_VERIFIERS).contains(&n)
        && threshold <= n
        && threshold.saturating_mul(2) > n // clamp cannot bite: threshold ≤ 20
}

/// Next state after a vote that leaves `votes` equal ones.
///
/// Errors: [`PollError::AlreadyAttested`].
pub const fn transition(
    state: PollState,
    votes: u8,
    threshold: u8,
) -> Result<PollState, PollError> {
    match state {
        PollState::Attested => Err(PollError::AlreadyAttested),
        PollState::Open if votes >= threshold => Ok(PollState::Attested),
        PollState::Open => Ok(PollState::Open),
    }
}

/// What a vote did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoteOutcome {
    /// State after the vote.
    pub state: PollState,
    /// Hash the verifier voted for before, [`NO_VOTE`] for none.
    pub previous: PayloadHash,
    /// Verifiers that now vote for the same hash.
    pub votes: u8,
    /// Set version the votes now belong to.
    pub set_version: u32,
    /// Whether votes of an older set were cleared.
    pub cleared: bool,
}

/// A vote and the set it is cast under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Place of the verifier in the current set.
    pub index: usize,
    /// Hash it votes for.
    pub hash: PayloadHash,
    /// Version of the current set.
    pub set_version: u32,
    /// Votes needed in the current set.
    pub threshold: u8,
}

/// Casts or moves a vote; the first vote under a newer set clears the older votes.
///
/// Errors: [`PollError::AlreadyAttested`], [`PollError::EmptyHash`], [`PollError::SetOutdated`],
/// [`PollError::IndexOutOfRange`], [`PollError::VoteUnchanged`]. On an error `votes` may have been
/// cleared: the caller drops the whole change.
pub fn cast(
    state: PollState,
    votes: &mut [PayloadHash; MAX_VERIFIERS],
    votes_version: u32,
    vote: Vote,
) -> Result<VoteOutcome, PollError> {
    if state == PollState::Attested {
        return Err(PollError::AlreadyAttested);
    }
    if vote.hash == NO_VOTE {
        return Err(PollError::EmptyHash);
    }
    if vote.set_version < votes_version {
        return Err(PollError::SetOutdated);
    }
    let cleared = vote.set_version > votes_version;
    if cleared {
        *votes = [NO_VOTE; MAX_VERIFIERS];
    }
    let slot = votes
        .get_mut(vote.index)
        .ok_or(PollError::IndexOutOfRange)?;
    let previous = *slot;
    if previous == vote.hash {
        return Err(PollError::VoteUnchanged);
    }
    *slot = vote.hash;
    let mut count = 0u8;
    for cast in votes.iter() {
        if *cast == vote.hash {
            count = count.checked_add(1).ok_or(MathError::Overflow)?;
        }
    }
    Ok(VoteOutcome {
        state: transition(state, count, vote.threshold)?,
        previous,
        votes: count,
        set_version: vote.set_version,
        cleared,
    })
}

/// Errors unless a report with a free sequence is attested and inside `report_ttl` seconds.
///
/// Errors: [`PollError::NotAttested`], [`PollError::ReportExpired`], overflow.
pub fn check_usable(
    attested_at: Option<UnixSeconds>,
    report_ttl: i64,
    now: UnixSeconds,
) -> Result<(), PollError> {
    let last = attested_at
        .ok_or(PollError::NotAttested)?
        .checked_add(report_ttl)?;
    if now > last {
        return Err(PollError::ReportExpired);
    }
    Ok(())
}

/// Errors unless the poll may be closed: `now > since + poll_keep`, `since` being the attestation,
/// else the last vote, else the opening.
///
/// Errors: [`PollError::PollKept`], overflow.
pub fn check_closable(
    since: UnixSeconds,
    poll_keep: i64,
    now: UnixSeconds,
) -> Result<(), PollError> {
    if now <= since.checked_add(poll_keep)? {
        return Err(PollError::PollKept);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: PayloadHash = [1; 32];
    const B: PayloadHash = [2; 32];

    fn vote(index: usize, hash: PayloadHash) -> Vote {
        Vote {
            index,
            hash,
            set_version: 1,
            threshold: 2,
        }
    }

    #[test]
    fn set_bounds_on_both_sides() {
        assert!(!is_valid_set(2, 2));
        assert!(!is_valid_set(3, 1));
        assert!(is_valid_set(3, 2));
        assert!(is_valid_set(3, 3));
        assert!(!is_valid_set(3, 4));
        assert!(!is_valid_set(4, 2));
        assert!(is_valid_set(4, 3));
        assert!(!is_valid_set(20, 10));
        assert!(is_valid_set(20, 11));
        assert!(!is_valid_set(21, 11));
    }

    #[test]
    fn threshold_attests_and_ends_voting() {
        let mut votes = [NO_VOTE; MAX_VERIFIERS];
        let first = cast(PollState::Open, &mut votes, 1, vote(0, A)).unwrap();
        assert_eq!((first.state, first.votes), (PollState::Open, 1));
        let second = cast(PollState::Open, &mut votes, 1, vote(2, A)).unwrap();
        assert_eq!((second.state, second.votes), (PollState::Attested, 2));
        assert_eq!(
            cast(PollState::Attested, &mut votes, 1, vote(1, B)),
            Err(PollError::AlreadyAttested)
        );
        assert_eq!(
            transition(PollState::Attested, 1, 2),
            Err(PollError::AlreadyAttested)
        );
    }

    #[test]
    fn vote_may_move_and_the_same_vote_is_refused() {
        let mut votes = [NO_VOTE; MAX_VERIFIERS];
        cast(PollState::Open, &mut votes, 1, vote(0, A)).unwrap();
        assert_eq!(
            cast(PollState::Open, &mut votes, 1, vote(0, A)),
            Err(PollError::VoteUnchanged)
        );
        let moved = cast(PollState::Open, &mut votes, 1, vote(0, B)).unwrap();
        assert_eq!((moved.previous, moved.votes), (A, 1));
        assert!(!moved.cleared);
    }

    #[test]
    fn newer_set_clears_and_older_set_is_refused() {
        let mut votes = [NO_VOTE; MAX_VERIFIERS];
        cast(PollState::Open, &mut votes, 1, vote(0, A)).unwrap();
        let newer = Vote {
            set_version: 2,
            ..vote(1, A)
        };
        let outcome = cast(PollState::Open, &mut votes, 1, newer).unwrap();
        assert!(outcome.cleared);
        assert_eq!((outcome.votes, outcome.set_version), (1, 2));
        assert_eq!(votes[0], NO_VOTE);
        assert_eq!(
            cast(PollState::Open, &mut votes, 2, vote(0, A)),
            Err(PollError::SetOutdated)
        );
    }

    #[test]
    fn bad_hash_and_bad_index_are_refused() {
        let mut votes = [NO_VOTE; MAX_VERIFIERS];
        assert_eq!(
            cast(PollState::Open, &mut votes, 1, vote(0, NO_VOTE)),
            Err(PollError::EmptyHash)
        );
        assert_eq!(
            cast(PollState::Open, &mut votes, 1, vote(MAX_VERIFIERS, A)),
            Err(PollError::IndexOutOfRange)
        );
    }

    #[test]
    fn report_is_usable_up_to_its_ttl() {
        let at = UnixSeconds::new;
        assert_eq!(check_usable(None, 10, at(0)), Err(PollError::NotAttested));
        assert_eq!(check_usable(Some(at(5)), 10, at(15)), Ok(()));
        assert_eq!(
            check_usable(Some(at(5)), 10, at(16)),
            Err(PollError::ReportExpired)
        );
    }

    #[test]
    fn poll_closes_after_its_keep() {
        let at = UnixSeconds::new;
        assert_eq!(check_closable(at(5), 10, at(15)), Err(PollError::PollKept));
        assert_eq!(check_closable(at(5), 10, at(16)), Ok(()));
    }

    proptest! {
        #[test]
        fn never_two_attested_payloads(
            n in MIN_VERIFIERS..=MAX_VERIFIERS,
            extra in 0usize..10,
            moves in prop::collection::vec((0usize..MAX_VERIFIERS, 1u8..5), 0..80),
        ) {
            let threshold = u8::try_from((n / 2 + 1 + extra).min(n)).unwrap();
            prop_assert!(is_valid_set(n, threshold));
            let mut votes = [NO_VOTE; MAX_VERIFIERS];
            let mut attested = None;
            for (index, hash) in moves {
                let state = if attested.is_some() { PollState::Attested } else { PollState::Open };
                let ballot = Vote { index: index % n, hash: [hash; 32], set_version: 1, threshold };
                if let Ok(outcome) = cast(state, &mut votes, 1, ballot) {
                    prop_assert!(attested.is_none());
                    if outcome.state == PollState::Attested {
                        attested = Some(ballot.hash);
                    }
                }
                let winners = (1u8..5)
                    .filter(|h| votes.iter().filter(|v| **v == [*h; 32]).count() >= usize::from(threshold))
                    .count();
                prop_assert!(winners <= 1);
                prop_assert_eq!(winners == 1, attested.is_some());
            }
        }
    }
}
