//! Containers through the engine that is installed.
//!
//! Mechanism: one call of the engine's command line per job, with every limit as a flag; what the
//! container prints is kept up to a bound. Place of use: the job runner. Invariant: no file of the
//! host is mounted, the network is closed unless the order asks for it and the supplier allows it,
//! and a container is removed when its time is over, whether or not it listens.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use ion_protocol::{ContainerJob, JobOutcome, JobOutput};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
};

/// Engines looked for when none is named.
const KNOWN: [&str; 2] = ["docker", "podman"];
/// Mark of our containers, by which one that an earlier run left is found.
const LABEL: &str = "ion-agent";
/// Time for a call that removes or lists.
const TIDY_TIME: Duration = Duration::from_secs(5);
/// Time for the engine's own process to end when its container is gone.
const END_TIME: Duration = Duration::from_secs(2);
/// Most that the removal of a container takes.
pub(crate) const REMOVAL_TIME: Duration = TIDY_TIME.saturating_add(END_TIME);

/// An installed engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Engine {
    program: PathBuf,
}

/// Why no container can be run.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub(super) enum EngineError {
    /// None is installed.
    #[error("no container engine is installed: neither docker nor podman is in PATH")]
    None,
    /// The named one is not there.
    #[error("there is no container engine at {0}")]
    Missing(String),
}

impl Engine {
    /// The named engine, or the first known one in `path`. Errors: all of [`EngineError`].
    pub fn find(named: &str, path: &OsStr) -> Result<Self, EngineError> {
        let in_path = |name: &str| {
            std::env::split_paths(path)
                .map(|folder| folder.join(name))
                .find(|program| is_program(program))
        };
        let program = match named {
            "" => KNOWN
                .iter()
                .find_map(|name| in_path(name))
                .ok_or(EngineError::None)?,
            named if named.contains('/') => Some(PathBuf::from(named))
                .filter(|program| is_program(program))
                .ok_or_else(|| EngineError::Missing(named.to_owned()))?,
            named => in_path(named).ok_or_else(|| EngineError::Missing(named.to_owned()))?,
        };
        Ok(Engine { program })
    }

    fn is_podman(&self) -> bool {
        self.program
            .file_name()
            .is_some_and(|name| name == "podman")
    }

    /// Flags and words of one run.
    fn arguments(&self, job: &ContainerJob, name: &str, owner: &str) -> Vec<String> {
        let memory = format!("{}m", job.memory_mib);
        let label = format!("{LABEL}={owner}");
        let cpus = format!("{}.{:03}", job.cpu_millis / 1_000, job.cpu_millis % 1_000);
        let network = if job.network { "bridge" } else { "none" };
        let mut words: Vec<String> = [
            "run",
            "--rm",
            "--name",
            name,
            "--label",
            &label,
            "--pull",
            "missing",
            "--network",
            network,
            "--read-only",
            "--tmpfs",
            "/tmp:rw,nosuid,nodev,size=64m",
            "--cap-drop",
            "ALL",
            "--security-opt",
            "no-new-privileges",
            "--user",
            "65534:65534",
            "--pids-limit",
            "256",
            "--ulimit",
            "nofile=1024:1024",
            "--cpus",
            &cpus,
            "--memory",
            &memory,
            // The same as the memory: no swap.
            "--memory-swap",
            &memory,
            "--log-driver",
            "none",
        ]
        .map(str::to_owned)
        .into();
        if job.gpus {
            let (flag, which) = if self.is_podman() {
                ("--device", "nvidia.com/gpu=all")
            } else {
                ("--gpus", "all")
            };
            words.extend([flag.to_owned(), which.to_owned()]);
        }
        words.push(job.image.clone());
        words.extend(job.command.iter().cloned());
        words
    }

    /// Runs a container until it ends or `stopped` resolves, which says how the job then ended.
    pub async fn run(
        &self,
        job: &ContainerJob,
        name: &str,
        owner: &str,
        max_output: usize,
        stopped: impl Future<Output = JobOutcome>,
    ) -> (JobOutcome, JobOutput) {
        let mut command = Command::new(&self.program);
        command
            .args(self.arguments(job, name, owner))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                let reason = format!("the container engine cannot be started: {error}");
                return (JobOutcome::Failed, JobOutput::Trouble(reason));
            }
        };
        let stdout = child.stdout.take();
        let stderr = child.stderr.take();
        let ended = tokio::select! {
            ended = collect(&mut child, stdout, stderr, max_output) => Ok(ended),
            outcome = stopped => Err(outcome),
        };
        match ended {
            Ok((exit_code, (stdout, is_out_cut), (stderr, is_err_cut))) => {
                let outcome = match exit_code {
                    Some(0) => JobOutcome::Completed,
                    _ => JobOutcome::Failed,
                };
                let output = JobOutput::Container {
                    exit_code,
                    stdout,
                    stderr,
                    is_cut: is_out_cut || is_err_cut,
                };
                (outcome, output)
            }
            Err(outcome) => {
                self.remove(name).await;
                // The engine's own process ends with its container; an unwilling one is killed.
                if tokio::time::timeout(END_TIME, child.wait()).await.is_err() {
                    let _ = child.kill().await;
                }
                (outcome, JobOutput::Nothing)
            }
        }
    }

    /// Kills and removes a container.
    async fn remove(&self, name: &str) {
        if self.call(&["rm", "--force", name]).await.is_none() {
            tracing::error!(container = name, "a container cannot be removed");
        }
    }

    /// Removes containers that an earlier run of this device's agent left.
    pub async fn remove_left(&self, owner: &str) {
        let filter = format!("label={LABEL}={owner}");
        let Some(listed) = self
            .call(&["ps", "--all", "--quiet", "--filter", &filter])
            .await
        else {
            tracing::warn!("containers of an earlier run cannot be listed");
            return;
        };
        for name in listed.split_whitespace() {
            self.remove(name).await;
        }
    }

    /// One short call; its output, or nothing when it failed.
    async fn call(&self, words: &[&str]) -> Option<String> {
        let run = Command::new(&self.program)
            .args(words)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(TIDY_TIME, run).await.ok()?.ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

type Kept = (Vec<u8>, bool);

async fn collect(
    child: &mut Child,
    stdout: Option<impl AsyncRead + Unpin>,
    stderr: Option<impl AsyncRead + Unpin>,
    max: usize,
) -> (Option<i32>, Kept, Kept) {
    let (stdout, stderr, status) = tokio::join!(keep(stdout, max), keep(stderr, max), child.wait());
    (status.ok().and_then(|status| status.code()), stdout, stderr)
}

/// The first `max` bytes; the rest is read and dropped, so that the writer is never held up.
async fn keep(source: Option<impl AsyncRead + Unpin>, max: usize) -> Kept {
    let mut kept = Vec::new();
    let mut is_cut = false;
    let Some(mut source) = source else {
        return (kept, is_cut);
    };
    let mut buffer = [0u8; 8_192];
    while let Ok(read @ 1..) = source.read(&mut buffer).await {
        let taken = read.min(max - kept.len());
        kept.extend_from_slice(&buffer[..taken]);
        is_cut |= taken < read;
    }
    (kept, is_cut)
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn job() -> ContainerJob {
        ContainerJob {
            image: format!("example/image@sha256:{}", "ab".repeat(32)),
            command: vec!["--privileged".to_owned(), "x y".to_owned()],
            cpu_millis: 1_050,
            memory_mib: 256,
            gpus: false,
            network: false,
        }
    }

    fn engine(name: &str) -> Engine {
        Engine {
            program: format!("/usr/bin/{name}").into(),
        }
    }

    fn value<'a>(words: &'a [String], flag: &str) -> &'a str {
        let at = words.iter().position(|word| word == flag).unwrap();
        &words[at + 1]
    }

    #[test]
    fn every_limit_is_a_flag_and_the_command_comes_last() {
        let words = engine("docker").arguments(&job(), "ion-1", "key");
        for (flag, expected) in [
            ("--network", "none"),
            ("--cpus", "1.050"),
            ("--memory", "256m"),
            ("--memory-swap", "256m"),
            ("--pids-limit", "256"),
            ("--cap-drop", "ALL"),
            ("--security-opt", "no-new-privileges"),
            ("--user", "65534:65534"),
            ("--name", "ion-1"),
            ("--label", "ion-agent=key"),
        ] {
            assert_eq!(value(&words, flag), expected);
        }
        assert!(words.contains(&"--read-only".to_owned()));
        let image = words.iter().position(|word| *word == job().image).unwrap();
        assert_eq!(words[image + 1..], job().command);
        for mount in ["-v", "--volume", "--mount", "--gpus", "--device"] {
            assert!(!words.iter().any(|word| word == mount), "{mount}");
        }
    }

    #[test]
    fn gpus_and_network_are_given_only_when_asked_for() {
        let asked = ContainerJob {
            gpus: true,
            network: true,
            ..job()
        };
        let docker = engine("docker").arguments(&asked, "n", "o");
        assert_eq!(value(&docker, "--gpus"), "all");
        assert_eq!(value(&docker, "--network"), "bridge");
        let podman = engine("podman").arguments(&asked, "n", "o");
        assert_eq!(value(&podman, "--device"), "nvidia.com/gpu=all");
    }

    #[test]
    fn engine_is_found_in_the_path_or_missed_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let place = |name: &str, mode: u32| {
            let path = dir.path().join(name);
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let find = |named: &str| Engine::find(named, dir.path().as_os_str());
        assert_eq!(find(""), Err(EngineError::None));
        place("docker", 0o644);
        assert_eq!(find(""), Err(EngineError::None));
        let podman = place("podman", 0o755);
        assert_eq!(find("").unwrap().program, podman);
        assert_eq!(find("podman").unwrap().program, podman);
        assert_eq!(
            find("nerdctl"),
            Err(EngineError::Missing("nerdctl".to_owned()))
        );
        assert_eq!(find(podman.to_str().unwrap()).unwrap().program, podman);
        assert!(matches!(find("/no/engine"), Err(EngineError::Missing(_))));
    }
}
