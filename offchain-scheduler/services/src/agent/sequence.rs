//! Sequence numbers that grow over restarts.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// Numbers reserved with one write of the file.
const BLOCK: u64 = 1_000;

/// Hands out increasing numbers. The file holds a bound that every number handed out so far is
/// below: it is written before numbers under it are used, so a crash skips numbers and repeats none.
pub struct SequenceFile {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    next: u64,
    bound: u64,
}

/// Why there is no number.
#[derive(thiserror::Error, Debug)]
pub enum SequenceError {
    /// The file cannot be read or written.
    #[error("sequence file {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds no number. Numbers must not start over, so this needs a person.
    #[error("sequence file {0} holds no number")]
    Content(PathBuf),
}

impl SequenceFile {
    /// Opens the file; without one, numbers start at 0. Errors: `File`, `Content`.
    pub fn open(path: &Path) -> Result<Self, SequenceError> {
        let next = match fs::read_to_string(path) {
            Ok(text) => text
                .trim()
                .parse()
                .map_err(|_| SequenceError::Content(path.to_owned()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(source) => {
                return Err(SequenceError::File {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        Ok(SequenceFile {
            path: path.to_owned(),
            state: Mutex::new(State { next, bound: next }),
        })
    }

    /// The next number. Error: `File`.
    pub fn next(&self) -> Result<u64, SequenceError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.next == state.bound {
            let bound = state.bound.saturating_add(BLOCK);
            self.write(bound).map_err(|source| SequenceError::File {
                path: self.path.clone(),
                source,
            })?;
            state.bound = bound;
        }
        let number = state.next;
        state.next += 1;
        Ok(number)
    }

    fn write(&self, bound: u64) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let draft = self.path.with_extension("new");
        let mut file = fs::File::create(&draft)?;
        writeln!(file, "{bound}")?;
        file.sync_all()?;
        fs::rename(draft, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_over_blocks_and_restarts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("agent/sequence");
        let first = SequenceFile::open(&path).unwrap();
        let numbers: Vec<u64> = (0..BLOCK + 2).map(|_| first.next().unwrap()).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
        drop(first);
        let again = SequenceFile::open(&path).unwrap();
        assert!(again.next().unwrap() > numbers[numbers.len() - 1]);
    }

    #[test]
    fn broken_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sequence");
        fs::write(&path, "many").unwrap();
        assert!(matches!(
            SequenceFile::open(&path),
            Err(SequenceError::Content(_))
        ));
    }
}
