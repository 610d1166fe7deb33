//! What the scheduler remembers: sequences, quotes, soft reservations.

use std::collections::BTreeSet;

use ion_protocol::{EnvelopeError, check_sequence};
use ion_store::{Engine, Migration, Store, StoreError, from_column, to_column};
use solana_pubkey::Pubkey;
use sqlx::Row;

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: include_str!("../../migrations/scheduler_1.sql"),
}];

/// Lock under which the replicas on one PostgreSQL reserve, one after the other: two that want the same
/// devices in another order cannot block each other. SQLite has one writer at a time anyway.
const RESERVATION_LOCK: &str = "SELECT pg_advisory_xact_lock(4848172402)";

/// State of a quote in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteState {
    /// Its transaction is on the way.
    Pending,
    /// On chain.
    Open,
    /// Refused by the chain.
    Refused,
    /// Its account is closed, or never came to be.
    Closed,
    /// No quote: the replacement of a faulty line, reserved for its booking.
    Failover,
}

impl QuoteState {
    const fn as_str(self) -> &'static str {
        match self {
            QuoteState::Pending => "pending",
            QuoteState::Open => "open",
            QuoteState::Refused => "refused",
            QuoteState::Closed => "closed",
            QuoteState::Failover => "failover",
        }
    }
}

/// A quote to be stored with its reservations.
#[derive(Clone, Debug)]
pub struct NewQuote {
    /// Its id.
    pub id: [u8; 16],
    /// Address of its account.
    pub address: Pubkey,
    /// Who may book it.
    pub renter: Pubkey,
    /// The decision as JSON.
    pub decision: String,
    /// The devices.
    pub devices: Vec<Pubkey>,
    /// Chain time of its making, Unix seconds.
    pub now: i64,
    /// End of the reservation, Unix seconds.
    pub expires_at: i64,
}

/// The scheduler's tables.
#[derive(Clone, Debug)]
pub struct Desk {
    store: Store,
}

impl Desk {
    /// Opens the tables and brings them up to date.
    ///
    /// Errors: those of the migrations.
    pub async fn open(store: Store) -> Result<Self, StoreError> {
        store.migrate("scheduler", MIGRATIONS).await?;
        Ok(Self { store })
    }

    /// Accepts a sequence number of a renter if it is above every earlier one.
    ///
    /// Errors: outer `Database`, inner `Replayed`, `OldSequence`.
    pub async fn accept_sequence(
        &self,
        renter: &Pubkey,
        sequence: u64,
    ) -> Result<Result<(), EnvelopeError>, StoreError> {
        let accepted = sqlx::query(
            "INSERT INTO scheduler_sequence (renter, last) VALUES ($1, $2) \
             ON CONFLICT (renter) DO UPDATE SET last = excluded.last WHERE scheduler_sequence.last < excluded.last",
        )
        .bind(renter.to_string())
        .bind(to_column("last", sequence)?)
        .execute(self.store.pool())
        .await?
        .rows_affected();
        if accepted > 0 {
            return Ok(Ok(()));
        }
        let last: i64 = sqlx::query("SELECT last FROM scheduler_sequence WHERE renter = $1")
            .bind(renter.to_string())
            .fetch_one(self.store.pool())
            .await?
            .try_get("last")?;
        Ok(check_sequence(Some(from_column("last", last)?), sequence))
    }

    /// Devices reserved for other renters at `now`.
    pub async fn reserved(
        &self,
        renter: Option<&Pubkey>,
        now: i64,
    ) -> Result<BTreeSet<Pubkey>, StoreError> {
        sqlx::query(
            "SELECT device FROM scheduler_reservation WHERE expires_at >= $1 AND renter <> $2",
        )
        .bind(now)
        .bind(renter.map(Pubkey::to_string).unwrap_or_default())
        .fetch_all(self.store.pool())
        .await?
        .iter()
        .map(|row| parse("device", row.try_get("device")?))
        .collect()
    }

    /// Stores a quote and reserves its devices; an earlier reservation of the same renter ends.
    /// `false` when a device was reserved for somebody else meanwhile, by this replica or another:
    /// nothing is stored then.
    pub async fn reserve(&self, quote: &NewQuote) -> Result<bool, StoreError> {
        self.reserve_as(quote, QuoteState::Pending).await
    }

    /// Reserves the replacement of a faulty line; `renter` of the quote is the booking, which holds one
    /// such reservation at a time. `false` as with [`Desk::reserve`].
    pub async fn reserve_replacement(&self, quote: &NewQuote) -> Result<bool, StoreError> {
        self.reserve_as(quote, QuoteState::Failover).await
    }

    /// Stores a quote that reserves nothing: its devices are hired by the booking that it extends.
    pub async fn remember(&self, quote: &NewQuote) -> Result<(), StoreError> {
        insert(quote, QuoteState::Pending)
            .execute(self.store.pool())
            .await?;
        Ok(())
    }

    async fn reserve_as(&self, quote: &NewQuote, state: QuoteState) -> Result<bool, StoreError> {
        let mut transaction = self.store.begin().await?;
        if self.store.engine() == Engine::Postgres {
            sqlx::query(RESERVATION_LOCK)
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query("DELETE FROM scheduler_reservation WHERE renter = $1 OR expires_at < $2")
            .bind(quote.renter.to_string())
            .bind(quote.now)
            .execute(&mut *transaction)
            .await?;
        insert(quote, state).execute(&mut *transaction).await?;
        for device in &quote.devices {
            let reserved = sqlx::query(
                "INSERT INTO scheduler_reservation (device, quote_id, renter, expires_at) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (device) DO NOTHING",
            )
            .bind(device.to_string())
            .bind(hex::encode(quote.id))
            .bind(quote.renter.to_string())
            .bind(quote.expires_at)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if reserved == 0 {
                transaction.rollback().await?;
                return Ok(false);
            }
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// The quote is on chain and open until `expires_at`; its reservations last as long.
    pub async fn opened(&self, id: &[u8; 16], expires_at: i64) -> Result<(), StoreError> {
        let mut transaction = self.store.begin().await?;
        for sql in [
            "UPDATE scheduler_quote SET state = 'open', expires_at = $2 WHERE id = $1",
            "UPDATE scheduler_reservation SET expires_at = $2 WHERE quote_id = $1",
        ] {
            sqlx::query(sql)
                .bind(hex::encode(id))
                .bind(expires_at)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The quote is over: its reservations end.
    pub async fn ended(&self, id: &[u8; 16], state: QuoteState) -> Result<(), StoreError> {
        let mut transaction = self.store.begin().await?;
        sqlx::query("UPDATE scheduler_quote SET state = $2 WHERE id = $1")
            .bind(hex::encode(id))
            .bind(state.as_str())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM scheduler_reservation WHERE quote_id = $1")
            .bind(hex::encode(id))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Quotes whose accounts may still exist although their time is over at `now`: id and address,
    /// oldest first, at most `limit`.
    pub async fn overdue(
        &self,
        now: i64,
        limit: u32,
    ) -> Result<Vec<([u8; 16], Pubkey)>, StoreError> {
        sqlx::query(
            "SELECT id, address FROM scheduler_quote WHERE state IN ('pending', 'open') AND expires_at < $1 \
             ORDER BY expires_at, id LIMIT $2",
        )
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(self.store.pool())
        .await?
        .iter()
        .map(|row| {
            let id: String = row.try_get("id")?;
            let bytes = hex::decode(&id).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
            let id = bytes.ok_or(StoreError::Corrupt { column: "id", value: id })?;
            Ok((id, parse("address", row.try_get("address")?)?))
        })
        .collect()
    }

    /// Decision and state of a quote, by its id.
    pub async fn explain(&self, id: &[u8; 16]) -> Result<Option<(String, String)>, StoreError> {
        sqlx::query("SELECT decision, state FROM scheduler_quote WHERE id = $1")
            .bind(hex::encode(id))
            .fetch_optional(self.store.pool())
            .await?
            .map(|row| Ok((row.try_get("decision")?, row.try_get("state")?)))
            .transpose()
    }
}

/// The row of a quote.
fn insert(
    quote: &NewQuote,
    state: QuoteState,
) -> sqlx::query::Query<'_, sqlx::Any, sqlx::any::AnyArguments> {
    sqlx::query(
        "INSERT INTO scheduler_quote (id, address, renter, decision, state, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(hex::encode(quote.id))
    .bind(quote.address.to_string())
    .bind(quote.renter.to_string())
    .bind(&quote.decision)
    .bind(state.as_str())
    .bind(quote.now)
    .bind(quote.expires_at)
}

fn parse(column: &'static str, text: String) -> Result<Pubkey, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt {
        column,
        value: text,
    })
}

#[cfg(test)]
mod tests;
