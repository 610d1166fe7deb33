//! Key files of a network's roles.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use solana_keypair::{Keypair, read_keypair_file};

use crate::keys::derived_key;

/// Names of the wallets that genesis needs, with the word their key file is called by.
pub const GENESIS_WALLETS: [&str; 13] = [
    "authority",
    "governance",
    "guardian",
    "slasher",
    "arbiter",
    "scheduler",
    "exemption-admin",
    "treasury",
    "verifier-1",
    "verifier-2",
    "verifier-3",
    "io-mint",
    "usdc-mint",
];

/// Wallets that a development chain has besides.
pub const DEMO_WALLETS: [&str; 4] = ["supplier", "renter", "co-staker", "auditor"];

/// Where the keys come from.
#[derive(Clone, Debug)]
pub enum Wallets {
    /// Derived by name: anyone has them. Local chains only.
    Development,
    /// Key files `<name>.json` of a folder.
    Folder(PathBuf),
}

impl Wallets {
    /// The key of a wallet by name.
    ///
    /// Errors: the file is missing or does not hold a key.
    pub fn key(&self, name: &str) -> Result<Keypair> {
        match self {
            Self::Development => Ok(derived_key(&format!("wallet: {name}"))),
            Self::Folder(folder) => {
                let path = folder.join(format!("{name}.json"));
                read_keypair_file(&path)
                    .map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
            }
        }
    }
}

/// Writes a key file that only its owner can read; an equal one that exists is left alone.
///
/// Errors: a file with another key exists, or it cannot be written.
pub fn write_key(folder: &Path, name: &str, key: &Keypair) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    let path = folder.join(format!("{name}.json"));
    let text = serde_json::to_string(&key.to_bytes().to_vec())?;
    if path.exists() {
        ensure!(
            fs::read_to_string(&path)? == text,
            "{} holds another key",
            path.display()
        );
        return Ok(path);
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("create {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_signer::Signer;

    #[test]
    fn a_written_key_reads_back_and_is_private_and_never_overwritten() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let key = Keypair::new();
        let path = write_key(folder.path(), "renter", &key).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let wallets = Wallets::Folder(folder.path().to_owned());
        assert_eq!(wallets.key("renter").unwrap().pubkey(), key.pubkey());
        write_key(folder.path(), "renter", &key).unwrap();
        let error = write_key(folder.path(), "renter", &Keypair::new()).unwrap_err();
        assert!(error.to_string().ends_with("holds another key"), "{error}");
    }
}
