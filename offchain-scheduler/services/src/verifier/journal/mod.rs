//! The verifier's own tables.

use ion_observation::MinuteMap;
use ion_protocol::{Domain, EnvelopeError, check_sequence};
use ion_store::{Migration, Store, StoreError, from_column, to_column};
use sqlx::{Any, Row, Transaction};

mod challenges;
mod minutes;
mod reports;
mod rewards;

pub use challenges::StoredChallenge;
pub use minutes::LastSeen;
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

    /// Accepts a sequence number of a sender for one purpose, or refuses it. Errors: `Sequence`.
    pub async fn accept(
        &self,
        subject: &Key,
        domain: Domain,
        sequence: u64,
    ) -> Result<(), JournalError> {
        let mut transaction = self.store.begin().await?;
        advance_sequence(&mut transaction, subject, domain, sequence).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn advance_sequence(
    transaction: &mut Transaction<'static, Any>,
    subject: &Key,
    domain: Domain,
    sequence: u64,
) -> Result<(), JournalError> {
    let id = hex::encode(subject);
    let last: Option<i64> =
        sqlx::query("SELECT last FROM verifier_sequences WHERE subject = $1 AND domain = $2")
            .bind(&id)
            .bind(domain as i64)
            .fetch_optional(&mut **transaction)
            .await?
            .map(|row| row.try_get(0))
            .transpose()?;
    let last = last.map(|last| from_column("last", last)).transpose()?;
    check_sequence(last, sequence)?;
    sqlx::query(
        "INSERT INTO verifier_sequences (subject, domain, last) VALUES ($1, $2, $3) \
         ON CONFLICT (subject, domain) DO UPDATE SET last = excluded.last",
    )
    .bind(&id)
    .bind(domain as i64)
    .bind(to_column("last", sequence)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
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
