//! Structured logs.

use std::io::IsTerminal;

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

/// Section `log` of every service's settings.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// Filter such as `info` or `ion_services=debug,warn`.
    pub filter: String,
    /// JSON lines instead of text.
    pub json: bool,
}

impl Default for LogSettings {
    fn default() -> Self {
        LogSettings {
            filter: "info".to_owned(),
            json: false,
        }
    }
}

/// Sends logs to stderr. Later calls in one process change nothing.
///
/// Errors: a filter that does not parse.
pub fn start(settings: &LogSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // An error means that a subscriber is set already.
    let _ = if settings.json {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
    Ok(())
}
