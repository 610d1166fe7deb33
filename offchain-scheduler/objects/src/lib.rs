//! Files that verifiers share and auditors read: observations, bundles, evidence.
//!
//! Mechanism: named objects that are written once and never changed, in a local folder
//! ([`FolderStore`]), in an S3-compatible store ([`S3Store`]) or read over HTTP ([`WebStore`]).
//! [`open`] picks one by its address. Place of use: the verifier writes; other verifiers, the
//! indexer and the command line read. Invariant: an object is there complete or not at all, and a
//! name never gets other bytes.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod folder;
mod s3;
mod web;
mod worker;

use std::{io, path::Path};

pub use folder::FolderStore;
pub use s3::S3Store;
pub use web::WebStore;

/// Why an object could not be read or written.
#[derive(thiserror::Error, Debug)]
pub enum ObjectError {
    /// The store did not answer.
    #[error("object {name}: {source}")]
    Io {
        /// Name of the object or prefix.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The name is taken by other bytes.
    #[error("object {0} exists with other content")]
    Taken(String),
    /// The name is empty or leaves the store.
    #[error("object name {0} is not lawful")]
    Name(String),
    /// The store can only be read, or cannot list.
    #[error("object {0}: a web store only reads single objects")]
    ReadOnly(String),
    /// The address of the store is not understood.
    #[error("store {address}: {why}")]
    Address {
        /// The address.
        address: String,
        /// Why.
        why: String,
    },
}

impl ObjectError {
    /// Whether the same call may work later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, ObjectError::Io { .. })
    }
}

/// Named objects, written once. Calls block.
pub trait ObjectStore: Send + Sync {
    /// Stores an object; the same bytes again change nothing. Errors: `Io`, `Taken`, `Name`,
    /// `ReadOnly`.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectError>;
    /// An object, if it is there. Errors: `Io`, `Name`.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectError>;
    /// Full names of the objects directly under a folder, sorted. Errors: `Io`, `Name`,
    /// `ReadOnly`.
    fn list(&self, folder: &str) -> Result<Vec<String>, ObjectError>;
}

/// Opens a store by its address: `s3://bucket/prefix` (keys, region and endpoint from the usual
/// `AWS_…` variables), `http://…` or `https://…` (read only), else the path of a folder.
///
/// Errors: `Address`, `Io`.
pub fn open(address: &str) -> Result<Box<dyn ObjectStore>, ObjectError> {
    if address.starts_with("s3://") {
        Ok(Box::new(S3Store::open(address)?))
    } else if address.starts_with("http://") || address.starts_with("https://") {
        Ok(Box::new(WebStore::open(address)?))
    } else {
        Ok(Box::new(FolderStore::open(Path::new(address))?))
    }
}

/// Whether a name stays in the store and is portable: parts of letters, digits, `-`, `_`, `.`,
/// none hidden.
fn check_name(name: &str) -> Result<(), ObjectError> {
    let is_lawful = name.split('/').all(|part| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    });
    if is_lawful {
        Ok(())
    } else {
        Err(ObjectError::Name(name.to_owned()))
    }
}

fn io_error(
    name: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> ObjectError {
    ObjectError::Io {
        name: name.to_owned(),
        source: io::Error::other(source),
    }
}
