//! Reads of a scheduler's HTTP port.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use crate::failure::{Failure, Outcome};

/// How long a scheduler may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// Where the scheduler is.
#[derive(Debug, Args)]
pub struct SchedulerArgs {
    /// Address of the scheduler
    #[arg(long, env = "ION_SCHEDULER", value_name = "URL")]
    scheduler: String,
}

impl SchedulerArgs {
    /// The JSON at a path; `None` if there is nothing.
    ///
    /// Errors: rpc when the scheduler does not answer or says no.
    pub fn get(&self, path: &str) -> Outcome<Option<Value>> {
        let url = format!("{}{path}", self.scheduler.trim_end_matches('/'));
        let silent = |error: &dyn std::fmt::Display| {
            Failure::rpc(format!("the scheduler {url} does not answer"), error)
                .next("check --scheduler and that the scheduler runs")
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| silent(&error))?;
        let (status, text) = runtime
            .block_on(async {
                let client = reqwest::Client::builder().timeout(DEADLINE).build()?;
                let answer = client.get(&url).send().await?;
                Ok::<_, reqwest::Error>((answer.status(), answer.text().await?))
            })
            .map_err(|error| silent(&error))?;
        if status.as_u16() == 404 {
            return Ok(None);
        }
        if !status.is_success() {
            return Err(silent(&format!("status {status}")));
        }
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| Failure::chain("the scheduler's answer is not understood", error))
    }
}

/// A text of an object, empty if it has none.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A number of an object, 0 if it has none.
pub fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or_default()
}
