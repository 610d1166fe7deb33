//! The device's own key.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use ed25519_dalek::SigningKey;
use rand::rngs::OsRng;

/// ed25519 key of a device. Its public half is registered on chain together with the owner's
/// signature; the private half never leaves the file, which has the format of Solana keypair files
/// so that the command line can sign the registration with it.
#[derive(Clone)]
pub struct DeviceKey(SigningKey);

/// Why there is no key.
#[derive(thiserror::Error, Debug)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("key file {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than the owner can read the file.
    #[error("key file {0} must have mode 0600")]
    OpenPermissions(PathBuf),
    /// The file holds something else.
    #[error("key file {0} does not hold a keypair")]
    Content(PathBuf),
}

impl DeviceKey {
    /// Reads the key, or makes it when there is no file yet. A new file appears complete or not at
    /// all. Errors: `File`, `OpenPermissions`, `Content`.
    pub fn load_or_make(path: &Path) -> Result<Self, KeyError> {
        match fs::metadata(path) {
            Ok(_) => Self::load(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::make(path),
            Err(source) => Err(KeyError::File {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Reads the key. Errors: `File`, `OpenPermissions`, `Content`.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let file = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        if fs::metadata(path).map_err(file)?.permissions().mode() & 0o077 != 0 {
            return Err(KeyError::OpenPermissions(path.to_owned()));
        }
        let text = fs::read_to_string(path).map_err(file)?;
        serde_json::from_str::<Vec<u8>>(&text)
            .ok()
            .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok())
            .and_then(|bytes| SigningKey::from_keypair_bytes(&bytes).ok())
            .map(DeviceKey)
            .ok_or_else(|| KeyError::Content(path.to_owned()))
    }

    fn make(path: &Path) -> Result<Self, KeyError> {
        let file = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        let key = SigningKey::generate(&mut OsRng);
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(file)?;
        }
        let draft = path.with_extension(format!("new-{}", std::process::id()));
        let mut out = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)
            .map_err(file)?;
        let text = serde_json::to_string(&key.to_keypair_bytes().to_vec())
            .map_err(|error| file(error.into()))?;
        out.write_all(text.as_bytes())
            .and_then(|()| out.sync_all())
            .map_err(file)?;
        // A link fails when somebody else made the file meanwhile; then theirs is the key.
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft).map_err(file)?;
        match linked {
            Ok(()) => Ok(DeviceKey(key)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::load(path),
            Err(source) => Err(file(source)),
        }
    }

    /// The signing key.
    pub fn signing_key(&self) -> &SigningKey {
        &self.0
    }

    /// The public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_made_once_and_closed_to_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/device.json");
        let made = DeviceKey::load_or_make(&path).unwrap();
        assert_eq!(
            DeviceKey::load_or_make(&path).unwrap().public_key(),
            made.public_key()
        );
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn open_or_broken_files_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("device.json");
        DeviceKey::load_or_make(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            DeviceKey::load_or_make(&path),
            Err(KeyError::OpenPermissions(_))
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "[1,2,3]").unwrap();
        assert!(matches!(
            DeviceKey::load_or_make(&path),
            Err(KeyError::Content(_))
        ));
        assert!(matches!(
            DeviceKey::load(&dir.path().join("none")),
            Err(KeyError::File { .. })
        ));
    }
}
