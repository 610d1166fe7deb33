//! What the machine says of its GPUs.
//!
//! Mechanism: the vendor's own tool is asked at intervals and its table is read; what it says goes
//! into every heartbeat as claims. Place of use: the agent's heartbeats. Invariant: nothing here is
//! proof of anything, and a machine without the tool claims nothing.

use std::{process::Stdio, time::Duration};

use ion_protocol::{Claim, GPU_COLUMNS, gpu_claims};
use tokio::{process::Command, sync::watch};

use crate::shutdown::Shutdown;

/// Time for one look.
const TIME: Duration = Duration::from_secs(20);

/// Why a look gave nothing.
#[derive(thiserror::Error, Debug)]
pub(crate) enum LookError {
    /// There is no such program.
    #[error("there is no {0} on this machine")]
    NoTool(String),
    /// It did not run to its end in time, or ended with an error.
    #[error("{tool} gave no answer: {reason}")]
    NoAnswer {
        /// The program.
        tool: String,
        /// What it said.
        reason: String,
    },
    /// Its table has another form.
    #[error(transparent)]
    Form(#[from] ion_protocol::TableError),
}

/// Looks at intervals and publishes what was seen. A machine whose tool fails keeps its last claims
/// for that long and no longer.
pub(crate) async fn watch_hardware(
    tool: String,
    every: Duration,
    claims: watch::Sender<Vec<Claim>>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let mut failure = String::new();
    loop {
        let seen = match look(&tool).await {
            Ok(seen) => {
                failure.clear();
                seen
            }
            Err(error) => {
                // A lasting failure is told once.
                let text = error.to_string();
                if text != failure {
                    match error {
                        LookError::NoTool(_) => tracing::info!("no GPU is claimed: {text}"),
                        _ => tracing::warn!(error = %text, "GPUs cannot be read"),
                    }
                    failure = text;
                }
                Vec::new()
            }
        };
        claims.send_if_modified(|claims| {
            let is_new = *claims != seen;
            *claims = seen;
            is_new
        });
        if !shutdown.pause(every).await {
            return Ok(());
        }
    }
}

/// One look.
async fn look(tool: &str) -> Result<Vec<Claim>, LookError> {
    let no_answer = |reason: String| LookError::NoAnswer {
        tool: tool.to_owned(),
        reason,
    };
    let columns = GPU_COLUMNS.map(|(column, _)| column);
    let child = Command::new(tool)
        .arg(format!("--query-gpu={}", columns.join(",")))
        .arg("--format=csv,noheader,nounits")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(LookError::NoTool(tool.to_owned()));
        }
        Err(error) => return Err(no_answer(error.to_string())),
    };
    let output = match tokio::time::timeout(TIME, child.wait_with_output()).await {
        Ok(output) => output.map_err(|error| no_answer(error.to_string()))?,
        Err(_) => return Err(no_answer("it took too long".to_owned())),
    };
    if !output.status.success() {
        return Err(no_answer(output.status.to_string()));
    }
    Ok(gpu_claims(&String::from_utf8_lossy(&output.stdout))?)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    const TABLE: &str = "GPU-1e2d, 00000000:01:00.0, NVIDIA H100 80GB HBM3, 81559, 570.86.15, 3\n\
        GPU-77aa, 00000000:02:00.0, NVIDIA H100 80GB HBM3, 81559, 570.86.15, [N/A]\n";

    #[tokio::test]
    async fn tool_is_asked_for_its_table_and_failures_have_names() {
        let dir = tempfile::tempdir().unwrap();
        // What is run is committed and linked, never written: a file that a thread still writes
        // cannot be run while another one forks.
        let tool = |name: &str| {
            let path = dir.path().join(name);
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/gpu_tool.sh");
            symlink(script, &path).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let asked = dir.path().join("asked");
        let good = tool("good");
        assert_eq!(look(&good).await.unwrap(), gpu_claims(TABLE).unwrap());
        assert_eq!(
            fs::read_to_string(asked).unwrap(),
            "--query-gpu=uuid,pci.bus_id,name,memory.total,driver_version,utilization.gpu --format=csv,noheader,nounits\n"
        );
        let foreign = tool("foreign");
        assert!(matches!(look(&foreign).await, Err(LookError::Form(_))));
        let broken = tool("broken");
        assert!(matches!(
            look(&broken).await,
            Err(LookError::NoAnswer { .. })
        ));
        assert!(matches!(
            look("/no/such/tool").await,
            Err(LookError::NoTool(_))
        ));
    }
}
