//! The one function that changes a row.

use super::{OutboxRow, State};
use crate::StoreError;

/// A step of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A transaction was signed. Stored before it is sent.
    Sign {
        /// Signature, base58.
        signature: String,
        /// Block height up to which it can land.
        last_valid_height: u64,
        /// The signed transaction on the wire.
        transaction: Vec<u8>,
    },
    /// The signed transaction was handed to a node.
    Send,
    /// The chain knows the present signature, not yet finally.
    See,
    /// The blockhash is dead and the chain's history does not have the signature.
    Miss,
    /// The signature can have no effect any more: sign again.
    Expire,
    /// A signature of this row landed and is final.
    Finalize {
        /// The signature that landed, base58.
        signature: String,
    },
    /// A program or the runtime said no, finally for this signature.
    Refuse {
        /// Program error code, if there is one.
        code: Option<u32>,
        /// The reason as text.
        error: String,
        /// What follows.
        then: AfterRefusal,
    },
    /// Not signed now for a reason that says nothing about the row.
    Delay {
        /// Not before this Unix time in milliseconds.
        until_ms: i64,
        /// The reason as text.
        error: String,
    },
    /// A person lets a stopped row try again.
    Revive,
}

/// What follows a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterRefusal {
    /// Benign: nothing is left to do.
    Close,
    /// Try again at this Unix time in milliseconds.
    RetryAt(i64),
    /// Stop until a person looks.
    Poison,
}

impl Input {
    fn name(&self) -> &'static str {
        match self {
            Input::Sign { .. } => "sign",
            Input::Send => "send",
            Input::See => "see",
            Input::Miss => "miss",
            Input::Expire => "expire",
            Input::Finalize { .. } => "finalize",
            Input::Refuse { .. } => "refuse",
            Input::Delay { .. } => "delay",
            Input::Revive => "revive",
        }
    }
}

/// The row after a step; the version grows by one with every step.
///
/// | Step | Allowed in | To |
/// |---|---|---|
/// | sign | ready, expired | signed |
/// | send | signed, sent | sent |
/// | see, miss | signed, sent | same; `absences` back to 0, or one more |
/// | expire | signed, sent | expired |
/// | finalize | any that is not closed | finalized |
/// | refuse | any that is not closed | rejected, ready or poison |
/// | delay | ready, expired | same |
/// | revive | poison | ready, refusals forgotten |
///
/// Errors: `WrongState`, `OutOfRange`.
pub fn transition(row: &OutboxRow, input: &Input, now_ms: i64) -> Result<OutboxRow, StoreError> {
    let mut next = row.clone();
    next.version = row
        .version
        .checked_add(1)
        .ok_or(StoreError::OutOfRange("version"))?;
    next.updated_ms = now_ms;
    let refuse = || {
        Err(StoreError::WrongState {
            input: input.name(),
            state: row.state.as_str(),
        })
    };
    match (input, row.state) {
        (
            Input::Sign {
                signature,
                last_valid_height,
                transaction,
            },
            State::Ready | State::Expired,
        ) => {
            next.state = State::Signed;
            next.attempts = row
                .attempts
                .checked_add(1)
                .ok_or(StoreError::OutOfRange("attempts"))?;
            next.absences = 0;
            next.signature = Some(signature.clone());
            next.last_valid_height = Some(*last_valid_height);
            next.transaction = Some(transaction.clone());
        }
        (Input::Send, State::Signed | State::Sent) => next.state = State::Sent,
        (Input::See, State::Signed | State::Sent) => next.absences = 0,
        (Input::Miss, State::Signed | State::Sent) => {
            next.absences = row
                .absences
                .checked_add(1)
                .ok_or(StoreError::OutOfRange("absences"))?;
        }
        (Input::Expire, State::Signed | State::Sent) => {
            next.state = State::Expired;
            forget_transaction(&mut next);
        }
        (Input::Finalize { signature }, state) if !state.is_closed() => {
            next.state = State::Finalized;
            forget_transaction(&mut next);
            next.signature = Some(signature.clone());
            next.code = None;
            next.error = None;
        }
        (Input::Refuse { code, error, then }, state) if !state.is_closed() => {
            forget_transaction(&mut next);
            next.code = *code;
            next.error = Some(error.clone());
            let count = || {
                row.failures
                    .checked_add(1)
                    .ok_or(StoreError::OutOfRange("failures"))
            };
            match then {
                AfterRefusal::Close => next.state = State::Rejected,
                AfterRefusal::RetryAt(at_ms) => {
                    next.state = State::Ready;
                    next.failures = count()?;
                    next.not_before_ms = *at_ms;
                }
                AfterRefusal::Poison => {
                    next.state = State::Poison;
                    next.failures = count()?;
                }
            }
        }
        (Input::Delay { until_ms, error }, State::Ready | State::Expired) => {
            next.not_before_ms = *until_ms;
            next.error = Some(error.clone());
        }
        (Input::Revive, State::Poison) => {
            next.state = State::Ready;
            next.failures = 0;
            next.not_before_ms = now_ms;
        }
        (
            Input::Sign { .. }
            | Input::Send
            | Input::See
            | Input::Miss
            | Input::Expire
            | Input::Finalize { .. }
            | Input::Refuse { .. }
            | Input::Delay { .. }
            | Input::Revive,
            _,
        ) => return refuse(),
    }
    Ok(next)
}

fn forget_transaction(row: &mut OutboxRow) {
    row.signature = None;
    row.last_valid_height = None;
    row.transaction = None;
    row.absences = 0;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::Key;

    fn row(state: State) -> OutboxRow {
        OutboxRow {
            key: Key::new("k", "s", 1),
            work: "w".into(),
            state,
            version: 4,
            attempts: 2,
            failures: 1,
            absences: 1,
            not_before_ms: 10,
            signature: Some("sig".into()),
            last_valid_height: Some(9),
            transaction: Some(vec![1]),
            code: Some(5),
            error: Some("e".into()),
            created_ms: 1,
            updated_ms: 2,
        }
    }

    fn inputs() -> Vec<Input> {
        vec![
            Input::Sign {
                signature: "new".into(),
                last_valid_height: 20,
                transaction: vec![2],
            },
            Input::Send,
            Input::See,
            Input::Miss,
            Input::Expire,
            Input::Finalize {
                signature: "old".into(),
            },
            Input::Refuse {
                code: Some(6_000),
                error: "no".into(),
                then: AfterRefusal::Close,
            },
            Input::Refuse {
                code: Some(6_000),
                error: "no".into(),
                then: AfterRefusal::RetryAt(99),
            },
            Input::Refuse {
                code: None,
                error: "no".into(),
                then: AfterRefusal::Poison,
            },
            Input::Delay {
                until_ms: 77,
                error: "later".into(),
            },
            Input::Revive,
        ]
    }

    #[test]
    fn every_step_in_every_state_goes_where_the_table_says() {
        use State::*;
        let expected = |state: State| -> [Option<State>; 11] {
            match state {
                Ready => [
                    Some(Signed),
                    None,
                    None,
                    None,
                    None,
                    Some(Finalized),
                    Some(Rejected),
                    Some(Ready),
                    Some(Poison),
                    Some(Ready),
                    None,
                ],
                Expired => [
                    Some(Signed),
                    None,
                    None,
                    None,
                    None,
                    Some(Finalized),
                    Some(Rejected),
                    Some(Ready),
                    Some(Poison),
                    Some(Expired),
                    None,
                ],
                Signed => [
                    None,
                    Some(Sent),
                    Some(Signed),
                    Some(Signed),
                    Some(Expired),
                    Some(Finalized),
                    Some(Rejected),
                    Some(Ready),
                    Some(Poison),
                    None,
                    None,
                ],
                Sent => [
                    None,
                    Some(Sent),
                    Some(Sent),
                    Some(Sent),
                    Some(Expired),
                    Some(Finalized),
                    Some(Rejected),
                    Some(Ready),
                    Some(Poison),
                    None,
                    None,
                ],
                Finalized | Rejected => [None; 11],
                Poison => [
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    Some(Ready),
                ],
            }
        };
        for state in State::ALL {
            for (input, expected) in inputs().iter().zip(expected(state)) {
                let result = transition(&row(state), input, 50).ok();
                assert_eq!(
                    result.as_ref().map(|row| row.state),
                    expected,
                    "{input:?} in {state:?}"
                );
                if let Some(next) = result {
                    assert_eq!((next.version, next.updated_ms, next.created_ms), (5, 50, 1));
                    assert_eq!(
                        next.state.is_in_flight(),
                        next.transaction.is_some() && next.state != Ready && next.state != Expired
                    );
                }
            }
        }
    }

    #[test]
    fn sign_counts_and_forgets_absences() {
        let next = transition(&row(State::Expired), &inputs()[0], 50).unwrap();
        assert_eq!(
            (next.attempts, next.absences, next.last_valid_height),
            (3, 0, Some(20))
        );
        assert_eq!(
            (next.signature.as_deref(), next.transaction),
            (Some("new"), Some(vec![2]))
        );
    }

    #[test]
    fn refusals_count_except_benign_ones() {
        let counts: Vec<u32> = inputs()[6..9]
            .iter()
            .map(|input| transition(&row(State::Sent), input, 50).unwrap().failures)
            .collect();
        assert_eq!(counts, [1, 2, 2]);
        assert_eq!(
            transition(&row(State::Sent), &inputs()[7], 50)
                .unwrap()
                .not_before_ms,
            99
        );
        assert_eq!(
            transition(&row(State::Poison), &Input::Revive, 50)
                .unwrap()
                .failures,
            0
        );
    }

    #[test]
    fn misses_grow_and_a_sighting_clears_them() {
        assert_eq!(
            transition(&row(State::Sent), &Input::Miss, 50)
                .unwrap()
                .absences,
            2
        );
        assert_eq!(
            transition(&row(State::Sent), &Input::See, 50)
                .unwrap()
                .absences,
            0
        );
    }
}
