//! Work that one replica does at a time.
//!
//! Mechanism: a row per piece of work names its holder and the end of the lease; taking it is one
//! statement that succeeds for the holder and, once the lease is over, for anybody. Place of use:
//! loops of daemons that run in several replicas on one database. Invariant: two replicas whose
//! clocks agree never hold the same lease; work under a lease must still be harmless when done
//! twice, since a holder may be slower than its lease.

use crate::{Migration, Store, StoreError};

/// Name of the migration set of leases.
pub const LEASE_MIGRATION_SET: &str = "lease";
/// Schema of leases.
pub const LEASE_MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: include_str!("../migrations/lease_1.sql"),
}];

/// One piece of work as one replica sees it.
#[derive(Clone, Debug)]
pub struct Lease {
    store: Store,
    name: String,
    owner: String,
    for_ms: i64,
}

impl Lease {
    /// The lease of `name` for `owner`, which lasts `for_ms` milliseconds each time it is taken.
    ///
    /// Errors: those of [`Store::migrate`].
    pub async fn open(
        store: Store,
        name: impl Into<String>,
        owner: impl Into<String>,
        for_ms: i64,
    ) -> Result<Self, StoreError> {
        store.migrate(LEASE_MIGRATION_SET, LEASE_MIGRATIONS).await?;
        Ok(Self {
            store,
            name: name.into(),
            owner: owner.into(),
            for_ms,
        })
    }

    /// Takes or prolongs the lease at `now_ms`, Unix milliseconds; whether it is held now.
    ///
    /// Errors: `Database`.
    pub async fn take(&self, now_ms: i64) -> Result<bool, StoreError> {
        let taken = sqlx::query(
            "INSERT INTO leases (name, owner, until_ms) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms \
             WHERE leases.owner = excluded.owner OR leases.until_ms <= $4",
        )
        .bind(self.name.clone())
        .bind(self.owner.clone())
        .bind(now_ms.saturating_add(self.for_ms))
        .bind(now_ms)
        .execute(self.store.pool())
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Gives the lease back at once, for an orderly end.
    ///
    /// Errors: `Database`.
    pub async fn give_back(&self) -> Result<(), StoreError> {
        sqlx::query("UPDATE leases SET until_ms = 0 WHERE name = $1 AND owner = $2")
            .bind(self.name.clone())
            .bind(self.owner.clone())
            .execute(self.store.pool())
            .await?;
        Ok(())
    }
}
