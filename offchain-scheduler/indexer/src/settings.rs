//! Settings of the indexer.

use std::{path::Path, time::Duration};

use ion_runtime::{
    logging::LogSettings,
    settings::{Settings, duration},
};
use serde::{Deserialize, Serialize};

/// All settings of `ion-indexer`.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct IndexerSettings {
    /// The node.
    pub chain: ChainSection,
    /// Following and recomputing.
    pub indexer: IndexerSection,
    /// The read API.
    pub http: HttpSection,
    /// Logs.
    pub log: LogSettings,
}

/// Section `chain`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct ChainSection {
    /// JSON-RPC URL of a node that keeps the whole history of the programs.
    pub rpc_url: String,
    /// Pause between two looks for finalized slots.
    #[serde(with = "duration")]
    pub poll: Duration,
    /// A node whose finalized slot stands still for longer is called stalled.
    #[serde(with = "duration")]
    pub stall: Duration,
}

impl Default for ChainSection {
    fn default() -> Self {
        Self {
            rpc_url: "http://127.0.0.1:8899".to_owned(),
            poll: Duration::from_secs(1),
            stall: Duration::from_secs(60),
        }
    }
}

/// Section `indexer`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct IndexerSection {
    /// SQLite file or `postgres://` URL.
    pub store: String,
    /// Transactions that are written together, about.
    pub batch: usize,
    /// Pause between two rounds of recomputing.
    #[serde(with = "duration")]
    pub check_every: Duration,
    /// Pause between two comparisons of the log with the chain's lists.
    #[serde(with = "duration")]
    pub sweep_every: Duration,
    /// Slots that such a comparison goes back.
    pub sweep_slots: u64,
    /// Store of the verifiers' evidence: folder, `s3://…` or `https://…`; empty: blocks and roots are
    /// recomputed by their totals only.
    pub evidence: String,
    /// Time for work in hand when the process is asked to end.
    #[serde(with = "duration")]
    pub drain: Duration,
}

impl Default for IndexerSection {
    fn default() -> Self {
        Self {
            store: ".ion/indexer/indexer.db".to_owned(),
            batch: 500,
            check_every: Duration::from_secs(5),
            sweep_every: Duration::from_secs(600),
            sweep_slots: 20_000,
            evidence: String::new(),
            drain: Duration::from_secs(20),
        }
    }
}

/// Section `http`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSection {
    /// Address of the read API, `/healthz` and `/metrics`.
    pub listen: String,
    /// Readers of live rows at a time.
    pub max_live: usize,
    /// Longest time that the database spends on an answer; what needs more is refused.
    #[serde(with = "duration")]
    pub query_limit: Duration,
}

impl Default for HttpSection {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:7500".to_owned(),
            max_live: 256,
            query_limit: crate::api::LIMIT,
        }
    }
}

impl Settings for IndexerSettings {
    fn check(&self) -> Result<(), String> {
        let day = Duration::from_secs(86_400);
        for (key, pause) in [
            ("chain.poll", self.chain.poll),
            ("chain.stall", self.chain.stall),
            ("indexer.check_every", self.indexer.check_every),
            ("indexer.sweep_every", self.indexer.sweep_every),
            ("http.query_limit", self.http.query_limit),
        ] {
            if pause.is_zero() || pause > day {
                return Err(format!("{key}: must be above 0 and at most 24h"));
            }
        }
        if self.indexer.store.is_empty() {
            return Err("indexer.store: must name a file or a database".to_owned());
        }
        if !(1..=10_000).contains(&self.indexer.batch) {
            return Err("indexer.batch: must be 1 to 10000".to_owned());
        }
        if self.http.max_live == 0 {
            return Err("http.max_live: must be above 0".to_owned());
        }
        Ok(())
    }
}

/// Folder of a SQLite file.
pub fn store_folder(url: &str) -> Option<&Path> {
    if url.contains("://") && !url.starts_with("sqlite://") {
        return None;
    }
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    Path::new(path)
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
}

#[cfg(test)]
mod tests {
    use ion_runtime::settings::{load, print};

    use super::*;

    #[test]
    fn example_file_holds_the_defaults() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/indexer.example.toml");
        let example: IndexerSettings = load(Some(file.as_ref()), &[]).unwrap();
        assert_eq!(example, IndexerSettings::default());
        assert!(print(&example).unwrap().contains("[indexer]"));
    }

    #[test]
    fn values_out_of_range_and_unknown_fields_are_refused_by_name() {
        for (set, key) in [
            ("chain.poll=0s", "chain.poll"),
            ("indexer.batch=0", "indexer.batch"),
            ("indexer.store=", "indexer.store"),
            ("http.max_live=0", "http.max_live"),
            ("http.query_limit=0s", "http.query_limit"),
            ("indexer.luck=1", "luck"),
        ] {
            let error = load::<IndexerSettings>(None, &[set.to_owned()])
                .unwrap_err()
                .to_string();
            assert!(error.contains(key), "{set}: {error}");
        }
    }
}
