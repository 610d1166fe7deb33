//! Files that verifiers share: observations, bundles, proposals, evidence.
//!
//! Mechanism: named objects that are written once and never changed. Place of use: the verifier;
//! readers are other verifiers, the indexer and auditors. Invariant: an object is there complete or
//! not at all, and a name never gets other bytes.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

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
}

/// Named objects, written once. Calls block.
pub trait ObjectStore: Send + Sync {
    /// Stores an object; the same bytes again change nothing. Errors: all of [`ObjectError`].
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectError>;
    /// An object, if it is there. Errors: `Io`, `Name`.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectError>;
    /// Full names of the objects directly under a folder, sorted. Errors: `Io`, `Name`.
    fn list(&self, folder: &str) -> Result<Vec<String>, ObjectError>;
}

/// Objects as files under a folder, which several processes may share.
pub struct FolderStore {
    root: PathBuf,
    drafts: AtomicU64,
}

/// Folder for files that are being written.
const DRAFTS: &str = ".drafts";

impl FolderStore {
    /// A store under this folder, which is made when missing. Error: `Io`.
    pub fn open(root: &Path) -> Result<Self, ObjectError> {
        let store = FolderStore {
            root: root.to_owned(),
            drafts: AtomicU64::new(0),
        };
        fs::create_dir_all(root.join(DRAFTS)).map_err(|source| io_error(DRAFTS, source))?;
        Ok(store)
    }

    fn path(&self, name: &str) -> Result<PathBuf, ObjectError> {
        let lawful = name.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        });
        if lawful {
            Ok(self.root.join(name))
        } else {
            Err(ObjectError::Name(name.to_owned()))
        }
    }
}

fn io_error(name: &str, source: io::Error) -> ObjectError {
    ObjectError::Io {
        name: name.to_owned(),
        source,
    }
}

impl ObjectStore for FolderStore {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectError> {
        let path = self.path(name)?;
        let io = |source| io_error(name, source);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let number = self.drafts.fetch_add(1, Ordering::Relaxed);
        let draft = self
            .root
            .join(DRAFTS)
            .join(format!("{}-{number}", std::process::id()));
        let mut file = fs::File::create(&draft).map_err(io)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(io)?;
        // A link fails when the name is taken, so two writers cannot replace each other's object.
        let linked = fs::hard_link(&draft, &path);
        fs::remove_file(&draft).map_err(io)?;
        match linked {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::read(&path).map_err(io)? == bytes {
                    Ok(())
                } else {
                    Err(ObjectError::Taken(name.to_owned()))
                }
            }
            Err(source) => Err(io(source)),
        }
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectError> {
        match fs::read(self.path(name)?) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(io_error(name, source)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ObjectError> {
        let io = |source| io_error(folder, source);
        let entries = match fs::read_dir(self.path(folder)?) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(io(source)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io)?;
            if let (true, Ok(name)) = (
                entry.file_type().map_err(io)?.is_file(),
                entry.file_name().into_string(),
            ) {
                names.push(format!("{folder}/{name}"));
            }
        }
        names.sort();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_is_written_once() {
        let dir = tempfile::tempdir().unwrap();
        let store = FolderStore::open(dir.path()).unwrap();
        assert_eq!(store.get("a/b").unwrap(), None);
        assert_eq!(store.list("a").unwrap(), Vec::<String>::new());
        store.put("a/b", b"one").unwrap();
        store.put("a/b", b"one").unwrap();
        store.put("a/a", b"two").unwrap();
        store.put("a/deep/c", b"three").unwrap();
        assert!(
            matches!(store.put("a/b", b"other"), Err(ObjectError::Taken(name)) if name == "a/b")
        );
        assert_eq!(store.get("a/b").unwrap().unwrap(), b"one");
        assert_eq!(store.list("a").unwrap(), ["a/a", "a/b"]);
        assert_eq!(fs::read_dir(dir.path().join(DRAFTS)).unwrap().count(), 0);
    }

    #[test]
    fn names_cannot_leave_the_store() {
        let dir = tempfile::tempdir().unwrap();
        let store = FolderStore::open(dir.path()).unwrap();
        for name in [
            "",
            "/etc/x",
            "a//b",
            "../x",
            "a/../b",
            ".drafts/x",
            "a\\b",
            "a b",
        ] {
            assert!(
                matches!(store.put(name, b""), Err(ObjectError::Name(_))),
                "{name}"
            );
        }
    }
}
