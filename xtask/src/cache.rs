//! What is fetched or built once per machine, outside the checkout.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The folder `name` of the cache: below `$ION_CACHE` when that is set, else below `~/.cache/ion`.
/// It is created when missing.
pub fn dir(name: &str) -> Result<PathBuf> {
    let root = match env::var_os("ION_CACHE") {
        Some(root) if !root.is_empty() => std::path::absolute(root)?,
        _ => env::home_dir()
            .context("no home folder: set ION_CACHE to a folder for the build cache")?
            .join(".cache/ion"),
    };
    let dir = root.join(name);
    fs::create_dir_all(&dir)
        .with_context(|| format!("create the cache folder {}", dir.display()))?;
    Ok(dir)
}

/// Holds `dir` for this process alone until the returned file is dropped; waits for another holder.
pub fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(".lock");
    let file = File::create(&path).with_context(|| format!("create {}", path.display()))?;
    if file.try_lock().is_err() {
        eprintln!(
            "    waiting for another process that holds {}",
            dir.display()
        );
        file.lock()
            .with_context(|| format!("lock {}", path.display()))?;
    }
    Ok(file)
}
