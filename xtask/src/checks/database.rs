//! The PostgreSQL server that all tests share.

use anyhow::{Context, Result};
use ion_test_postgres::{PACKAGE, Server, ServerError};

use crate::process;

/// Starts a server; installs the Debian package where it is missing and can be installed.
pub fn start() -> Result<Server> {
    match Server::start() {
        Err(ServerError::NotInstalled) => {
            process::install_packages(&[PACKAGE]).with_context(|| {
                format!(
                    "half of the store tests run on PostgreSQL; run this as root: apt-get install {PACKAGE}"
                )
            })?;
            Ok(Server::start()?)
        }
        started => Ok(started?),
    }
}
