//! Reads of an indexer's HTTP port.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use crate::failure::{Failure, Outcome};

/// How long an indexer may take.
const DEADLINE: Duration = Duration::from_secs(15);

/// Where the indexer is.
#[derive(Debug, Args)]
pub struct IndexerArgs {
    /// Address of the indexer's read API
    #[arg(long, env = "ION_INDEXER", value_name = "URL")]
    indexer: String,
}

impl IndexerArgs {
    /// The JSON at a path.
    ///
    /// Errors: rpc when the indexer does not answer, chain when it says no.
    pub fn get(&self, path: &str, query: &[(String, String)]) -> Outcome<Value> {
        let url = format!("{}{path}", self.indexer.trim_end_matches('/'));
        let silent = |error: &dyn std::fmt::Display| {
            Failure::rpc(format!("the indexer {url} does not answer"), error)
                .next("check --indexer and that the indexer runs")
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| silent(&error))?;
        let (status, text) = runtime
            .block_on(async {
                let client = reqwest::Client::builder().timeout(DEADLINE).build()?;
                let answer = client.get(&url).query(query).send().await?;
                Ok::<_, reqwest::Error>((answer.status(), answer.text().await?))
            })
            .map_err(|error| silent(&error))?;
        let answer: Option<Value> = serde_json::from_str(&text).ok();
        if status.is_success() {
            return answer.ok_or_else(|| {
                Failure::chain("the indexer's answer is not understood", "it is not JSON")
            });
        }
        let reason = answer
            .as_ref()
            .and_then(|answer| answer.get("message"))
            .and_then(Value::as_str)
            .map_or_else(|| format!("status {status}"), str::to_owned);
        Err(Failure::chain("the indexer has no such answer", reason)
            .next("ion explore models shows read models and filters"))
    }
}
