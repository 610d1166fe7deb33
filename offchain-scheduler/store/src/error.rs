//! Errors of the store.

/// Why the store did not answer.
#[derive(thiserror::Error, Debug)]
pub enum StoreError {
    /// The URL names no engine that is supported.
    #[error("store URL must begin with sqlite: or postgres://, or be a file path; got {0}")]
    UnknownEngine(String),
    /// The database refused or was not reachable.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration that was applied earlier had another text.
    #[error(
        "migration {set} {version} was applied with another text; restore it and add a new one"
    )]
    MigrationChanged {
        /// Name of the set.
        set: String,
        /// Number in the set.
        version: i64,
    },
    /// The database has migrations that this program does not know.
    #[error(
        "the database has migration {set} {version}, this program knows up to {known}: start the newer program"
    )]
    MigrationUnknown {
        /// Name of the set.
        set: String,
        /// Newest number in the database.
        version: i64,
        /// Newest number of this program.
        known: i64,
    },
    /// Migrations of a set are not numbered 1, 2, 3, ….
    #[error("migrations of set {0} are not numbered from 1 without gaps")]
    MigrationNumbers(String),
    /// A number does not fit its column or its type.
    #[error("column {0}: number out of range")]
    OutOfRange(&'static str),
    /// A stored value is none that this program writes.
    #[error("column {column} holds an unknown value: {value}")]
    Corrupt {
        /// Column name.
        column: &'static str,
        /// What it holds.
        value: String,
    },
    /// The very same signature was made before: equal instructions over the same blockhash.
    #[error("signature {0} was made before; sign over a newer blockhash")]
    SignatureTaken(String),
    /// The step is not allowed in the row's state.
    #[error("outbox step {input} is not allowed in state {state}")]
    WrongState {
        /// The step.
        input: &'static str,
        /// The state.
        state: &'static str,
    },
}

impl StoreError {
    /// Whether the same call may succeed later without a change.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Database(error) => matches!(
                error,
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Database(_)
            ),
            Self::SignatureTaken(_) => true,
            Self::UnknownEngine(_)
            | Self::MigrationChanged { .. }
            | Self::MigrationUnknown { .. }
            | Self::MigrationNumbers(_)
            | Self::OutOfRange(_)
            | Self::Corrupt { .. }
            | Self::WrongState { .. } => false,
        }
    }
}
