//! Blocks, days and roots rebuilt from what the verifiers keep.
//!
//! Mechanism: the observation files that a report names, the tables that the log gave, and the pure
//! rules of `ion_report` give the report again; it stands beside what was attested and accepted.
//! Invariant: what a report says of itself is never one of the sides; a file or a bundle that is
//! missing is a difference.

mod block;
mod day;
mod payouts;
mod rewards;

use std::sync::Arc;

use ion_client::{addresses, send::ChainError};
use ion_merkle::report::ReportKind;
use ion_objects::{ObjectError, ObjectStore};
use ion_observation::{FileRef, ObservationFile, SignedFile};
use ion_report::{Hash, ReportError, SourceFile};
use solana_pubkey::Pubkey;
use sqlx::Row;

use super::{CheckError, Checker, Due, RowValues};
use crate::project::Field;

/// What a check without a store of evidence ends with.
const NO_STORE: &str = "no evidence store";
/// What the check of a report that was dropped ends with.
const DROPPED: &str = "dropped";

/// The verifiers' store of objects, read off the async threads.
#[derive(Clone)]
pub(super) struct Evidence(Arc<dyn ObjectStore>);

/// A file with its hash.
type HashedFile = (Hash, ObservationFile);

/// The files as the rules take them.
fn given(files: &[HashedFile]) -> Vec<SourceFile<'_>> {
    files
        .iter()
        .map(|(hash, file)| SourceFile { hash: *hash, file })
        .collect()
}

impl Evidence {
    pub(super) fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self(store)
    }

    /// An object; `None` when it is not there.
    async fn get(&self, name: String) -> Result<Option<Vec<u8>>, CheckError> {
        let store = self.0.clone();
        let found = tokio::task::spawn_blocking(move || store.get(&name))
            .await
            .map_err(|_| CheckError::Thread)?;
        match found {
            Ok(found) => Ok(found),
            Err(error @ ObjectError::Io { .. }) => {
                Err(ChainError::Unreachable(error.to_string()).into())
            }
            // a hash that makes no name is a hash of nothing
            Err(_) => Ok(None),
        }
    }

    /// What is stored under a hash in hex, or why there is nothing to use.
    async fn bundle<T>(
        &self,
        hash: &str,
        decode: fn(&[u8]) -> Result<T, ReportError>,
    ) -> Result<Result<T, String>, CheckError> {
        Ok(match self.get(format!("bundles/{hash}")).await? {
            None => Err("missing".to_owned()),
            Some(bytes) => decode(&bytes).map_err(|error| error.to_string()),
        })
    }

    /// The files of an hour that a bundle names, as far as they are there, signed by whom it says and
    /// of this network.
    async fn files(&self, hour: u64, names: &[FileRef]) -> Result<Vec<HashedFile>, CheckError> {
        let mut files = Vec::with_capacity(names.len());
        for name in names {
            let (author, hash) = (hex::encode(name.verifier), hex::encode(name.hash));
            let found = self
                .get(format!("observations/{hour}/{author}-{hash}"))
                .await?
                .and_then(|bytes| SignedFile::decode(&bytes).ok())
                .map(|signed| signed.file)
                .filter(|file| {
                    file.hash() == name.hash
                        && file.verifier == name.verifier
                        && file.hour == hour
                        && file.registry == registry::ID.to_bytes()
                });
            files.extend(found.map(|file| (name.hash, file)));
        }
        Ok(files)
    }
}

impl Checker {
    /// Votes that a report needed: the least number of observations of its devices.
    async fn threshold(
        &self,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
    ) -> Result<u8, CheckError> {
        let poll = addresses::registry::poll(kind, subject, seq);
        let row = self
            .row("polls", &[Field::Text(poll.to_string())])
            .await?
            .unwrap_or_default();
        Ok(u8::try_from(row.number("threshold")).unwrap_or_default())
    }

    async fn root(&self, tree: &str, seq: i64) -> Result<RowValues, CheckError> {
        self.row("roots", &[Field::Text(tree.to_owned()), Field::Number(seq)])
            .await?
            .ok_or(CheckError::NotYet)
    }

    /// The root that an accepted one stands on: the newest before it that is not vetoed.
    async fn root_before(&self, tree: &str, seq: i64) -> Result<Option<RowValues>, CheckError> {
        let before: Option<i64> = sqlx::query(
            "SELECT MAX(root_seq) FROM roots WHERE tree = $1 AND root_seq < $2 AND is_vetoed = 0",
        )
        .bind(tree)
        .bind(seq)
        .fetch_one(self.index.store().pool())
        .await?
        .try_get(0)?;
        match before {
            None => Ok(None),
            Some(before) => self.root(tree, before).await.map(Some),
        }
    }

    /// Marks the roots after a vetoed one: they may have stood on it.
    async fn recheck_after(&self, due: &Due) -> Result<(), CheckError> {
        sqlx::query("UPDATE checks SET is_due = 1 WHERE kind = $1 AND ordinal > $2")
            .bind(&due.kind)
            .bind(due.ordinal)
            .execute(self.index.store().pool())
            .await?;
        Ok(())
    }
}
