//! The verifier's own tables.

use ion_observation::MinuteMap;
use ion_protocol::EnvelopeError;
use ion_store::{Lease, Migration, Store, StoreError, from_column};

mod challenges;
mod intake;
mod jobs;
mod known;
mod loads;
mod minutes;
mod outages;
mod reliability;
mod replicas;
mod reports;
mod rewards;
mod rows;

pub use challenges::{Judged, StoredChallenge};
pub use intake::{Arrival, Life, LifeRules, NotTaken};
pub use minutes::LastSeen;
pub use outages::NotedOutage;
pub use reliability::{DayChallenges, KeptComponents};
pub use reports::WrittenHour;
pub use rewards::Sights;

type Key = [u8; 32];

/// Name of the set of migrations in the store.
pub const MIGRATION_SET: &str = "verifier";
/// Tables of the verifier.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: include_str!("../../../migrations/verifier_1.sql"),
    },
    Migration {
        version: 2,
        sql: include_str!("../../../migrations/verifier_2.sql"),
    },
    Migration {
        version: 3,
        sql: include_str!("../../../migrations/verifier_3.sql"),
    },
    Migration {
        version: 4,
        sql: include_str!("../../../migrations/verifier_4.sql"),
    },
];

/// Why a row could not be read or written.
#[derive(thiserror::Error, Debug)]
pub enum JournalError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A statement failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The request's sequence number is not the next one.
    #[error(transparent)]
    Sequence(#[from] EnvelopeError),
    /// A request was not taken for another reason.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// Other replicas took requests of the same senders again and again.
    #[error("other replicas were faster")]
    Contended,
    /// A stored value is none that this program writes.
    #[error("stored {0} does not decode")]
    Corrupt(&'static str),
}

/// State of the verifier between two runs. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    store: Store,
}

impl Journal {
    /// Opens the tables in a store, making them when missing.
    pub async fn open(store: Store) -> Result<Self, JournalError> {
        store.migrate(MIGRATION_SET, MIGRATIONS).await?;
        Ok(Journal { store })
    }

    /// The lease of a piece of work on the same database, for a replica.
    pub async fn lease(
        &self,
        name: &str,
        replica: &str,
        for_ms: i64,
    ) -> Result<Lease, JournalError> {
        Ok(Lease::open(self.store.clone(), name, replica, for_ms).await?)
    }
}

fn minutes_of(stored: Option<i64>) -> Result<MinuteMap, JournalError> {
    let bits = from_column("minutes", stored.unwrap_or_default())?;
    MinuteMap::from_bits(bits).ok_or(JournalError::Corrupt("minutes"))
}

fn key(text: String) -> Result<Key, JournalError> {
    hex::decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(JournalError::Corrupt("hash"))
}

fn to_hex<T: borsh::BorshSerialize>(value: &T) -> Result<String, JournalError> {
    borsh::to_vec(value)
        .map(hex::encode)
        .map_err(|_| JournalError::Corrupt("message"))
}

fn from_hex<T: borsh::BorshDeserialize>(text: String) -> Result<T, JournalError> {
    hex::decode(text)
        .ok()
        .and_then(|bytes| borsh::from_slice(&bytes).ok())
        .ok_or(JournalError::Corrupt("message"))
}
