//! Services as real processes: started, watched, killed and started again.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};

const POLL_INTERVAL: Duration = Duration::from_millis(50);
const READY_DEADLINE: Duration = Duration::from_secs(120);
/// Longer than the services' own time to end.
const STOP_DEADLINE: Duration = Duration::from_secs(60);

/// One service process with its log file; killed when dropped.
pub struct Service {
    name: String,
    binary: PathBuf,
    arguments: Vec<String>,
    health_url: String,
    log: PathBuf,
    child: Option<Child>,
}

impl Service {
    /// Describes a service without starting it. `health_url` answers 200 once it is ready.
    pub fn new(
        name: &str,
        binary: &Path,
        arguments: &[String],
        health_url: &str,
        log_dir: &Path,
    ) -> Self {
        Self {
            name: name.to_owned(),
            binary: binary.to_owned(),
            arguments: arguments.to_vec(),
            health_url: health_url.to_owned(),
            log: log_dir.join(format!("{name}.log")),
            child: None,
        }
    }

    /// Name of the service.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it was started and not ended since.
    pub fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// Starts the process and waits until its health endpoint answers.
    pub fn start(&mut self, http: &Http) -> Result<()> {
        fs::create_dir_all(self.log.parent().context("a log file has a folder")?)?;
        let log = File::options().create(true).append(true).open(&self.log)?;
        let child = Command::new(&self.binary)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("start {}", self.binary.display()))?;
        self.child = Some(child);
        let deadline = Instant::now() + READY_DEADLINE;
        loop {
            if let Some(status) = self.child.as_mut().context("just started")?.try_wait()? {
                bail!(
                    "{} ended with {status} before it was ready; its log: {}",
                    self.name,
                    self.log.display()
                );
            }
            if http.is_ok(&self.health_url) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!(
                    "{} did not become ready; its log: {}",
                    self.name,
                    self.log.display()
                );
            }
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Ends the process at once, as a crash would.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Asks the process to end and waits; its exit code must be 0.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        let asked = Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status()?;
        anyhow::ensure!(asked.success(), "{} could not be signalled", self.name);
        let deadline = Instant::now() + STOP_DEADLINE;
        while Instant::now() < deadline {
            if let Some(status) = child.try_wait()? {
                anyhow::ensure!(
                    status.success(),
                    "{} ended with {status}; its log: {}",
                    self.name,
                    self.log.display()
                );
                return Ok(());
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        child.kill()?;
        child.wait()?;
        bail!(
            "{} ignored the signal to end; its log: {}",
            self.name,
            self.log.display()
        );
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(child) = self.child.as_mut() {
            // The process may be gone already; nothing is left to do then.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Small blocking HTTP client for health checks and the services' read endpoints.
pub struct Http {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
}

impl Http {
    /// A client with a short timeout: everything is on this machine.
    pub fn new() -> Result<Self> {
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            client: reqwest::Client::builder()
                .timeout(Duration::from_secs(10))
                .build()?,
        })
    }

    /// Whether a GET answers 200.
    pub fn is_ok(&self, url: &str) -> bool {
        self.runtime
            .block_on(async { self.client.get(url).send().await })
            .is_ok_and(|response| response.status().is_success())
    }

    /// A JSON document.
    pub fn get_json(&self, url: &str) -> Result<serde_json::Value> {
        self.runtime.block_on(async {
            let response = self.client.get(url).send().await?.error_for_status()?;
            Ok(response.json().await?)
        })
    }
}

/// Loopback addresses that are free now, no two the same.
pub fn free_addresses<const N: usize>() -> Result<[String; N]> {
    let mut held = Vec::with_capacity(N);
    for _ in 0..N {
        held.push(TcpListener::bind("127.0.0.1:0")?);
    }
    let mut addresses = std::array::from_fn(|_| String::new());
    for (address, listener) in addresses.iter_mut().zip(&held) {
        *address = listener.local_addr()?.to_string();
    }
    Ok(addresses)
}

/// Polls until `condition` holds. A busy service or node may refuse to answer meanwhile: the last such
/// error is named when the time is over.
pub fn wait_for<T>(
    what: &str,
    deadline: Duration,
    mut condition: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let end = Instant::now() + deadline;
    loop {
        let found = condition();
        if let Ok(Some(value)) = found {
            return Ok(value);
        }
        if Instant::now() > end {
            let gave_up = format!("gave up after {} s waiting for {what}", deadline.as_secs());
            return match found {
                Err(error) => Err(error.context(gave_up)),
                Ok(_) => Err(anyhow!(gave_up)),
            };
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}
