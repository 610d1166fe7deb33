//! The network's services as a supplier, verifiers and a scheduler would run them.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use serde_json::Value;
use solana_pubkey::Pubkey;

use crate::{
    network::{Built, Network},
    process::{Http, Service, free_addresses, wait_for},
};

/// Verifiers of the story; two of them attest.
pub const VERIFIERS: usize = 3;
const HEARTBEAT_DEADLINE: Duration = Duration::from_secs(120);

/// All service processes of one network.
pub struct Services {
    /// The verifiers, each with its own key and store, sharing one folder of objects.
    pub verifiers: Vec<Service>,
    /// The scheduler.
    pub scheduler: Service,
    /// The supplier's agent.
    pub agent: Service,
    /// The agent of the supplier's second device.
    pub second_agent: Service,
    /// Key file of that device.
    pub second_key_file: PathBuf,
    /// Key file of the agent's device.
    pub device_key_file: PathBuf,
    /// Address that the scheduler answers at.
    pub scheduler_url: String,
    verifier_urls: Vec<String>,
    http: Http,
}

impl Services {
    /// Describes the services of a network; nothing is started.
    ///
    /// Errors: a binary is missing or no port is free.
    pub fn new(built: &Built, network: &Network, price_account: &Pubkey) -> Result<Self> {
        let logs = network.folder.join("logs");
        let [
            scheduler_address,
            first_address,
            second_address,
            verifier_urls @ ..,
        ] = free_addresses::<{ 3 + VERIFIERS }>()?;
        let binary = built.binary("ion-verifier")?;
        let verifiers = (1..)
            .zip(&verifier_urls)
            .map(|(number, address)| {
                let home = network.folder.join(format!("verifier-{number}"));
                let key = network.cli.key_file(&format!("verifier-{number}"));
                let settings = [
                    ("chain.poll", "100ms".to_owned()),
                    ("verifier.key_file", text(&key)),
                    (
                        "verifier.store",
                        format!("sqlite:{}", text(&home.join("verifier.db"))),
                    ),
                    ("verifier.objects", text(&network.folder.join("objects"))),
                    ("http.listen", address.clone()),
                    // The chain's minutes pass in less than a second.
                    ("http.device_requests_per_minute", "6000".to_owned()),
                    ("loops.ledger", "200ms".to_owned()),
                    ("loops.report", "200ms".to_owned()),
                    ("loops.sender", "200ms".to_owned()),
                    ("loops.stagger", "200ms".to_owned()),
                    ("report.settle", "1s".to_owned()),
                    ("report.price_account", price_account.to_string()),
                    ("challenge.n", "64".to_owned()),
                    ("challenge.rounds", "2".to_owned()),
                ];
                std::fs::create_dir_all(&home)?;
                Ok(service(
                    &format!("verifier-{number}"),
                    &binary,
                    network,
                    &settings,
                    address,
                    &logs,
                ))
            })
            .collect::<Result<_>>()?;
        let scheduler_home = network.folder.join("scheduler");
        std::fs::create_dir_all(&scheduler_home)?;
        let scheduler = service(
            "scheduler",
            &built.binary("ion-scheduler")?,
            network,
            &[
                ("chain.poll", "100ms".to_owned()),
                (
                    "scheduler.key_file",
                    text(&network.cli.key_file("scheduler")),
                ),
                (
                    "scheduler.store",
                    text(&scheduler_home.join("scheduler.db")),
                ),
                ("scheduler.price_account", price_account.to_string()),
                ("scheduler.fleet_refresh", "1s".to_owned()),
                ("sender.poll", "50ms".to_owned()),
                ("http.listen", scheduler_address.clone()),
            ],
            &scheduler_address,
            &logs,
        );
        let urls: Vec<String> = verifier_urls
            .iter()
            .map(|address| format!("\"http://{address}\""))
            .collect();
        let agent_binary = built.binary("ion-agent")?;
        let agent = |name: &str, address: &str| -> Result<(Service, PathBuf)> {
            let home = network.folder.join(name);
            std::fs::create_dir_all(&home)?;
            let key_file = home.join("device-key.json");
            let settings = [
                ("chain.poll", "100ms".to_owned()),
                ("device.key_file", text(&key_file)),
                ("device.sequence_file", text(&home.join("sequence"))),
                ("device.line_down_mbytes", "1600".to_owned()),
                ("device.line_up_mbytes", "1200".to_owned()),
                ("verifiers.urls", format!("[{}]", urls.join(","))),
                ("verifiers.retry", "200ms".to_owned()),
                ("http.listen", address.to_owned()),
            ];
            let agent = service(name, &agent_binary, network, &settings, address, &logs);
            Ok((agent, key_file))
        };
        let (second_agent, second_key_file) = agent("second-agent", &second_address)?;
        let (agent, device_key_file) = agent("agent", &first_address)?;
        Ok(Self {
            verifiers,
            scheduler,
            agent,
            second_agent,
            second_key_file,
            device_key_file,
            scheduler_url: format!("http://{scheduler_address}"),
            verifier_urls: verifier_urls
                .iter()
                .map(|address| format!("http://{address}"))
                .collect(),
            http: Http::new()?,
        })
    }

    /// Starts the verifiers and the scheduler.
    ///
    /// Errors: one does not become ready.
    pub fn start_network(&mut self) -> Result<()> {
        for verifier in &mut self.verifiers {
            verifier.start(&self.http)?;
        }
        self.start_scheduler()
    }

    /// Starts the scheduler, also again.
    ///
    /// Errors: it does not become ready.
    pub fn start_scheduler(&mut self) -> Result<()> {
        self.scheduler.start(&self.http)
    }

    /// Starts the agent.
    ///
    /// Errors: it does not become ready.
    pub fn start_agent(&mut self) -> Result<()> {
        self.agent.start(&self.http)
    }

    /// Starts the second agent, also again.
    ///
    /// Errors: it does not become ready.
    pub fn start_second_agent(&mut self) -> Result<()> {
        self.second_agent.start(&self.http)
    }

    /// Address of a verifier that runs.
    ///
    /// Errors: none does.
    pub fn verifier_url(&self) -> Result<&str> {
        self.running().next().context("no verifier runs")
    }

    /// Kills a verifier as a crash would.
    ///
    /// Errors: the process cannot be ended.
    pub fn kill_verifier(&mut self, index: usize) -> Result<()> {
        self.verifiers
            .get_mut(index)
            .context("there are three verifiers")?
            .kill()
    }

    /// Starts a verifier again.
    ///
    /// Errors: it does not become ready.
    pub fn restart_verifier(&mut self, index: usize) -> Result<()> {
        self.verifiers
            .get_mut(index)
            .context("there are three verifiers")?
            .start(&self.http)
    }

    /// What the verifiers that run say of a device.
    ///
    /// Errors: one does not answer.
    pub fn views(&self, device: &Pubkey) -> Result<Vec<Value>> {
        self.running()
            .map(|url| self.http.get_json(&format!("{url}/v1/devices/{device}")))
            .collect()
    }

    /// Waits until every running verifier has counted a heartbeat of this chain minute or a later one.
    ///
    /// Errors: none came in time.
    pub fn wait_for_heartbeat(&self, device: &Pubkey, minute: i64) -> Result<()> {
        wait_for(
            "the verifiers to count a heartbeat",
            HEARTBEAT_DEADLINE,
            || {
                // A verifier that has just started does not know the devices yet.
                let counted = self.views(device).is_ok_and(|views| {
                    views.iter().all(|view| {
                        view["last_heartbeat_at"]
                            .as_i64()
                            .is_some_and(|at| at.div_euclid(60) >= minute)
                    })
                });
                Ok(counted.then_some(()))
            },
        )
    }

    /// Waits until every running verifier has seen this chain time.
    ///
    /// Errors: one did not in time.
    pub fn wait_for_time(&self, unix_seconds: i64) -> Result<()> {
        wait_for(
            "the verifiers to see the chain's time",
            HEARTBEAT_DEADLINE,
            || {
                for url in self.running() {
                    let status = self.http.get_json(&format!("{url}/v1/status"))?;
                    if status["now"].as_i64().is_none_or(|now| now < unix_seconds) {
                        return Ok(None);
                    }
                }
                Ok(Some(()))
            },
        )
    }

    /// Waits until every running verifier has read the chain at the opening of this hour.
    ///
    /// Errors: one did not in time.
    pub fn wait_for_opening(&self, hour: i64) -> Result<()> {
        wait_for(
            "the verifiers to read the opening of an hour",
            HEARTBEAT_DEADLINE,
            || {
                for url in self.running() {
                    let status = self.http.get_json(&format!("{url}/v1/status"))?;
                    if status["opened_hour"].as_i64() != Some(hour) {
                        return Ok(None);
                    }
                }
                Ok(Some(()))
            },
        )
    }

    /// Asks every running service to end and checks that it ends cleanly.
    ///
    /// Errors: one ends with an error or ignores the request.
    pub fn stop(&mut self) -> Result<()> {
        self.agent.stop()?;
        self.scheduler.stop()?;
        self.verifiers.iter_mut().try_for_each(Service::stop)
    }

    fn running(&self) -> impl Iterator<Item = &str> {
        self.verifiers
            .iter()
            .zip(&self.verifier_urls)
            .filter(|(verifier, _)| verifier.is_running())
            .map(|(_, url)| url.as_str())
    }
}

fn service(
    name: &str,
    binary: &Path,
    network: &Network,
    settings: &[(&str, String)],
    address: &str,
    logs: &Path,
) -> Service {
    let mut arguments = vec!["--url".to_owned(), network.url.clone()];
    for (key, value) in settings {
        arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
    }
    Service::new(
        name,
        binary,
        &arguments,
        &format!("http://{address}/healthz"),
        logs,
    )
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
