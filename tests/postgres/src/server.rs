//! The server.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// Debian package that brings the server.
pub const PACKAGE: &str = "postgresql";

/// Where Debian keeps the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// User that exists on every Linux machine; PostgreSQL refuses to run as root.
const NOBODY: u32 = 65_534;
const START_WITHIN: Duration = Duration::from_secs(60);

/// Why there is no server.
#[derive(thiserror::Error, Debug)]
pub enum ServerError {
    /// The package is not installed.
    #[error("PostgreSQL is not installed; run this as root: apt-get install {PACKAGE}")]
    NotInstalled,
    /// A program could not be run or the folder not be made.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// A program ended with an error.
    #[error("{what} failed:\n{output}")]
    Failed {
        /// Which program.
        what: &'static str,
        /// What it printed.
        output: String,
    },
}

/// A running server with one database and no password, reachable from this machine only.
#[derive(Debug)]
pub struct Server {
    url: String,
    keeper: Child,
}

impl Server {
    /// Starts a server in a temporary folder, on a free port, without a socket file and without
    /// syncing to disk.
    ///
    /// Errors: all of [`ServerError`].
    pub fn start() -> Result<Self, ServerError> {
        let programs = programs().ok_or(ServerError::NotInstalled)?;
        let folder = tempfile::Builder::new()
            .prefix("ion-postgres-")
            .tempdir()
            .map_err(io("make a folder"))?
            .keep();
        match Self::start_in(&programs, &folder) {
            Ok(server) => Ok(server),
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }

    fn start_in(programs: &Path, folder: &Path) -> Result<Self, ServerError> {
        if is_root() {
            chown(folder, Some(NOBODY), Some(NOBODY)).map_err(io("give the folder away"))?;
        }
        let data = folder.join("data");
        let made = unprivileged(&programs.join("initdb"))
            .current_dir(folder)
            .args(["--username=ion", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync", "--pgdata"])
            .arg(&data)
            .output()
            .map_err(io("run initdb"))?;
        if !made.status.success() {
            return Err(ServerError::Failed {
                what: "initdb",
                output: String::from_utf8_lossy(&made.stderr).into_owned(),
            });
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .map_err(io("find a free port"))?
            .port();
        let log = folder.join("log");
        // The keeper runs the server and ends it when its input closes, that is with this process.
        let script = "\"$1\" -D \"$2\" -p \"$3\" -h 127.0.0.1 -k '' -F -c max_connections=200 >\"$4\" 2>&1 & \
                      server=$!; read -r _; kill -QUIT $server; wait $server; rm -rf \"$5\"";
        let keeper = unprivileged(Path::new("/bin/sh"))
            .current_dir(folder)
            .args(["-c", script, "postgres-keeper"])
            .arg(programs.join("postgres"))
            .arg(&data)
            .arg(port.to_string())
            .arg(&log)
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(io("run postgres"))?;
        let server = Server {
            url: format!("postgres://ion@127.0.0.1:{port}/postgres"),
            keeper,
        };
        server.wait(port, &log)?;
        Ok(server)
    }

    /// Waits until the server takes connections.
    fn wait(&self, port: u16, log: &Path) -> Result<(), ServerError> {
        let started = Instant::now();
        loop {
            let text = fs::read_to_string(log).unwrap_or_default();
            if text.contains("ready to accept connections")
                && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
            {
                return Ok(());
            }
            if text.contains("FATAL") || started.elapsed() > START_WITHIN {
                return Err(ServerError::Failed {
                    what: "postgres",
                    output: text,
                });
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// Address of its one database.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Folder of `initdb` and `postgres`: the newest of Debian's, else the one in `PATH`.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .filter(|(_, folder)| is_complete(folder))
        .max();
    let path = std::env::var_os("PATH").unwrap_or_default();
    newest
        .map(|(_, folder)| folder)
        .or_else(|| std::env::split_paths(&path).find(|folder| is_complete(folder)))
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A command that does not run as root.
fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new(program);
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

fn io(what: &'static str) -> impl FnOnce(io::Error) -> ServerError {
    move |source| ServerError::Io { what, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_starts_answers_and_leaves_nothing() {
        let server = match Server::start() {
            Ok(server) => server,
            Err(ServerError::NotInstalled) => {
                eprintln!("skipped: {}", ServerError::NotInstalled);
                return;
            }
            Err(error) => panic!("{error}"),
        };
        let port: u16 = server
            .url()
            .trim_start_matches("postgres://ion@127.0.0.1:")
            .trim_end_matches("/postgres")
            .parse()
            .unwrap();
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        drop(server);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }
}
