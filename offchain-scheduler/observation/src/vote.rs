//! Which payload a verifier votes for once others have voted.

use crate::Hash;

/// A payload of a poll as one verifier judges it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Hash that is voted for.
    pub payload: Hash,
    /// Votes it has.
    pub votes: usize,
    /// Whether this verifier could fetch the bundle, recompute it exactly, and found no file left
    /// out that it received from its author before close + 4 minutes.
    pub is_sound: bool,
}

/// The payload to vote for: the sound one with most votes, of equals the lowest hash; `own` when
/// no sound one has a vote. The rule is the same for every verifier, so the votes meet.
pub fn best_payload(own: Hash, candidates: &[Candidate]) -> Hash {
    candidates
        .iter()
        .filter(|candidate| candidate.is_sound && candidate.votes > 0)
        .max_by(|a, b| a.votes.cmp(&b.votes).then(b.payload.cmp(&a.payload)))
        .map_or(own, |candidate| candidate.payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(payload: u8, votes: usize, is_sound: bool) -> Candidate {
        Candidate {
            payload: [payload; 32],
            votes,
            is_sound,
        }
    }

    #[test]
    fn most_votes_win_and_ties_go_to_the_lowest_hash() {
        assert_eq!(best_payload([9; 32], &[]), [9; 32]);
        assert_eq!(best_payload([9; 32], &[candidate(1, 0, true)]), [9; 32]);
        assert_eq!(
            best_payload([9; 32], &[candidate(1, 1, true), candidate(2, 2, true)]),
            [2; 32]
        );
        assert_eq!(
            best_payload([9; 32], &[candidate(3, 1, true), candidate(2, 1, true)]),
            [2; 32]
        );
    }

    #[test]
    fn unsound_payload_is_never_chosen() {
        assert_eq!(
            best_payload([9; 32], &[candidate(1, 2, false), candidate(9, 1, true)]),
            [9; 32]
        );
        assert_eq!(best_payload([9; 32], &[candidate(1, 2, false)]), [9; 32]);
    }
}
