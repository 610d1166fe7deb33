//! Objects as files.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{ObjectError, ObjectStore, check_name};

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

    /// A new file to write to. Its name is taken by creating it: processes of several machines over one
    /// folder may well have the same number.
    fn draft(&self) -> io::Result<(PathBuf, fs::File)> {
        loop {
            let number = self.drafts.fetch_add(1, Ordering::Relaxed);
            let draft = self
                .root
                .join(DRAFTS)
                .join(format!("{}-{number}", std::process::id()));
            match fs::File::create_new(&draft) {
                Ok(file) => return Ok((draft, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn path(&self, name: &str) -> Result<PathBuf, ObjectError> {
        check_name(name)?;
        Ok(self.root.join(name))
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
        let (draft, mut file) = self.draft().map_err(io)?;
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
    fn no_draft_is_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        let store = FolderStore::open(dir.path()).unwrap();
        store.put("a/b", b"one").unwrap();
        assert!(store.put("a/b", b"other").is_err());
        assert_eq!(fs::read_dir(dir.path().join(DRAFTS)).unwrap().count(), 0);
    }

    #[test]
    fn stores_over_one_folder_never_write_into_each_others_objects() {
        let dir = tempfile::tempdir().unwrap();
        let name = |writer: usize, number: usize| format!("a/{writer}-{number}");
        let bytes = |writer: usize, number: usize| name(writer, number).repeat(500).into_bytes();
        // Of one process, as of several machines whose processes have the same number.
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let store = FolderStore::open(dir.path()).unwrap();
                scope.spawn(move || {
                    for number in 0..25 {
                        store
                            .put(&name(writer, number), &bytes(writer, number))
                            .unwrap();
                    }
                });
            }
        });
        let store = FolderStore::open(dir.path()).unwrap();
        for (writer, number) in (0..4).flat_map(|writer| (0..25).map(move |it| (writer, it))) {
            let read = store.get(&name(writer, number)).unwrap();
            assert_eq!(read, Some(bytes(writer, number)), "{writer} {number}");
        }
        assert_eq!(fs::read_dir(dir.path().join(DRAFTS)).unwrap().count(), 0);
    }
}
