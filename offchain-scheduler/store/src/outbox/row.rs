//! What a row holds.

use std::fmt;

use crate::StoreError;

/// What a transaction does; two transactions that do the same have the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The effect, such as `start_booking`.
    pub kind: String,
    /// What it is done to, such as an address.
    pub subject: String,
    /// Which time it is done, such as an hour; 0 where once is all.
    pub period: u64,
}

impl Key {
    /// A key.
    pub fn new(kind: impl Into<String>, subject: impl fmt::Display, period: u64) -> Self {
        Self {
            kind: kind.into(),
            subject: subject.to_string(),
            period,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.subject, self.period)
    }
}

/// State of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// To be signed.
    Ready,
    /// Signed and stored; the transaction may be on its way or not.
    Signed,
    /// Handed to a node at least once.
    Sent,
    /// Its blockhash died without effect: to be signed again.
    Expired,
    /// Landed and final.
    Finalized,
    /// Refused for a reason that means "nothing to do": closed.
    Rejected,
    /// Refused too often: stopped until a person looks.
    Poison,
}

impl State {
    /// All states.
    pub const ALL: [State; 7] = [
        State::Ready,
        State::Signed,
        State::Sent,
        State::Expired,
        State::Finalized,
        State::Rejected,
        State::Poison,
    ];

    /// Stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Ready => "ready",
            State::Signed => "signed",
            State::Sent => "sent",
            State::Expired => "expired",
            State::Finalized => "finalized",
            State::Rejected => "rejected",
            State::Poison => "poison",
        }
    }

    /// From its stored form.
    ///
    /// Errors: `Corrupt`.
    pub fn from_stored(text: &str) -> Result<Self, StoreError> {
        State::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::Corrupt {
                column: "state",
                value: text.to_owned(),
            })
    }

    /// Whether a signed transaction may still have an effect that is not known yet.
    pub const fn is_in_flight(self) -> bool {
        matches!(self, State::Signed | State::Sent)
    }

    /// Whether nothing more happens by itself.
    pub const fn is_closed(self) -> bool {
        matches!(self, State::Finalized | State::Rejected | State::Poison)
    }
}

/// One intended transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// What it does.
    pub key: Key,
    /// The instructions in the sender's encoding.
    pub work: String,
    /// Where it stands.
    pub state: State,
    /// Grows by one with each change.
    pub version: u64,
    /// Signatures made so far.
    pub attempts: u32,
    /// Refusals so far that were not benign.
    pub failures: u32,
    /// How often the chain, with the blockhash dead, did not know the present signature.
    pub absences: u32,
    /// Not to be signed before this Unix time in milliseconds.
    pub not_before_ms: i64,
    /// Present signature, base58, while in flight; the one that landed when finalized.
    pub signature: Option<String>,
    /// Block height up to which the present signature can land.
    pub last_valid_height: Option<u64>,
    /// The present signed transaction on the wire.
    pub transaction: Option<Vec<u8>>,
    /// Program error code of the last refusal.
    pub code: Option<u32>,
    /// Text of the last refusal or delay.
    pub error: Option<String>,
    /// When the row was made, Unix milliseconds.
    pub created_ms: i64,
    /// When it last changed, Unix milliseconds.
    pub updated_ms: i64,
}

/// Counts and ages over all rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows by state, in the order of [`State::ALL`].
    pub by_state: Vec<(State, u64)>,
    /// Age in milliseconds of the oldest row that is not closed; 0 when there is none.
    pub oldest_open_ms: i64,
}
