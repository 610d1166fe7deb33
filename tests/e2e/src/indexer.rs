//! The indexer beside the other services: follows the whole chain and recomputes it.

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, bail};
use serde_json::Value;
use solana_commitment_config::CommitmentConfig;

use crate::{
    network::{Built, Network},
    process::{Http, Service, free_addresses, wait_for},
};

/// How long the indexer may need to catch up with the chain's end and to recompute what is due.
const CATCH_UP: Duration = Duration::from_secs(600);

/// An indexer process with its database.
pub struct Indexer {
    service: Service,
    url: String,
    http: Http,
}

/// What an indexer says of a chain that it has recomputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recomputed {
    /// Slot up to which every transaction is in the tables.
    pub slot: u64,
    /// Subjects whose figures are equal to the recorded ones.
    pub equal: u64,
}

impl Indexer {
    /// Starts an indexer of this network; `evidence` is the verifiers' store of objects.
    ///
    /// Errors: the binary is missing, no port is free, or it does not become ready.
    pub fn start(built: &Built, network: &Network, evidence: Option<PathBuf>) -> Result<Self> {
        let [address] = free_addresses()?;
        let home = network.folder.join("indexer");
        std::fs::create_dir_all(&home)?;
        let mut settings = vec![
            ("chain.poll", "200ms".to_owned()),
            ("indexer.check_every", "500ms".to_owned()),
            ("indexer.sweep_every", "10s".to_owned()),
            (
                "indexer.store",
                home.join("indexer.db").display().to_string(),
            ),
            ("http.listen", address.clone()),
        ];
        if let Some(evidence) = evidence {
            settings.push(("indexer.evidence", evidence.display().to_string()));
        }
        let mut arguments = vec!["--url".to_owned(), network.url.clone()];
        for (key, value) in settings {
            arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
        }
        let url = format!("http://{address}");
        let mut service = Service::new(
            "indexer",
            &built.binary("ion-indexer")?,
            &arguments,
            &format!("{url}/healthz"),
            &network.folder.join("logs"),
        );
        let http = Http::new()?;
        service.start(&http)?;
        Ok(Self { service, url, http })
    }

    /// Address of the read API, for `ion explore --indexer`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until everything that is on the chain now is indexed and recomputed, and demands that
    /// nothing differs.
    ///
    /// Errors: it does not catch up, or an alarm is open; the alarms are named.
    pub fn recomputed(&self, network: &Network) -> Result<Recomputed> {
        let tip = network
            .chain
            .client()
            .get_slot_with_commitment(CommitmentConfig::processed())?;
        // a local chain answers for accounts ahead of the slot it names, so a check made while the
        // services still write may differ once; it must be equal when it is repeated
        let status = wait_for("the indexer to find everything equal", CATCH_UP, || {
            let status = self.http.get_json(&format!("{}/v1/status", self.url))?;
            let is_done = number(&status, "slot") >= tip
                && number(&status, "checks_due") == 0
                && number(&status, "alarms_open") == 0;
            Ok(is_done.then_some(status))
        });
        let status = match status {
            Ok(status) => status,
            Err(error) => {
                let alarms = self
                    .http
                    .get_json(&format!("{}/v1/alarms?is_open=true", self.url))?;
                bail!("{error}; mismatches: {}", alarms["rows"]);
            }
        };
        let recomputed = Recomputed {
            slot: number(&status, "slot"),
            equal: number(&status, "checks_equal"),
        };
        Ok(recomputed)
    }

    /// Asks the process to end; its exit code must be 0.
    ///
    /// Errors: it does not end in time.
    pub fn stop(&mut self) -> Result<()> {
        self.service.stop()
    }
}

fn number(status: &Value, name: &str) -> u64 {
    status[name].as_u64().unwrap_or_default()
}
