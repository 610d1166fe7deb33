//! Files that appear whole or not at all.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use rand::Rng;

/// Writes a file, in the place of one that is there. Under its name only when whole: what was there
/// stays until then. A pipe or a device is written to as it is.
///
/// Errors: those of the file system; what was there is then still there.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return fs::write(path, bytes);
    }
    // Behind a link, where there is one.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut draft = target.clone().into_os_string();
    draft.push(format!(".{:08x}.new", rand::thread_rng().r#gen::<u32>()));
    let written = fs::File::create_new(&draft)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&draft, &target));
    if written.is_err() {
        // The failure is told; a draft that stays behind is only litter.
        let _ = fs::remove_file(&draft);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_replaced_whole_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        replace(&path, b"1,2\n").unwrap();
        replace(&path, b"3\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"3\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn link_and_device_are_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, b"old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let null = folder.path().join("null");
        std::os::unix::fs::symlink("/dev/null", &null).unwrap();
        replace(&null, b"x").unwrap();
        assert!(!fs::metadata(&null).unwrap().is_file());
    }

    #[test]
    fn file_that_cannot_be_written_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no").join("a");
        assert!(replace(&path, b"x").is_err());
        assert!(replace(folder.path(), b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
