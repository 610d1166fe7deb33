//! What the machine says of its GPUs.
//!
//! Mechanism: the vendor's own tool is asked at intervals and its table is read; what it says goes
//! into every heartbeat as claims. Place of use: the agent's heartbeats. Invariant: nothing here is
//! proof of anything, and a machine without the tool claims nothing.

use std::{process::Stdio, time::Duration};

use ion_protocol::{
    Claim, GPU_DRIVER_CLAIM, GPU_LOAD_CLAIM, GPU_MEMORY_CLAIM, GPU_NAME_CLAIM, GPU_PCI_CLAIM,
    GPU_UUID_CLAIM, MAX_CLAIMED_GPUS,
};
use tokio::{process::Command, sync::watch};

use crate::shutdown::Shutdown;

/// Columns asked for, with the claim that each becomes.
const COLUMNS: [(&str, &str); 6] = [
    ("uuid", GPU_UUID_CLAIM),
    ("pci.bus_id", GPU_PCI_CLAIM),
    ("name", GPU_NAME_CLAIM),
    ("memory.total", GPU_MEMORY_CLAIM),
    ("driver_version", GPU_DRIVER_CLAIM),
    ("utilization.gpu", GPU_LOAD_CLAIM),
];
/// Longest value that is passed on, bytes.
const MAX_VALUE_BYTES: usize = 128;
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
    #[error("the answer has another form in line {0}")]
    Form(usize),
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
    let columns: Vec<&str> = COLUMNS.iter().map(|(column, _)| *column).collect();
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
    parse(&String::from_utf8_lossy(&output.stdout))
}

/// Claims of a table without head and units. Values that the driver does not know are left out.
fn parse(table: &str) -> Result<Vec<Claim>, LookError> {
    let mut claims = Vec::new();
    let rows = table.lines().filter(|line| !line.trim().is_empty());
    for (number, line) in rows.take(MAX_CLAIMED_GPUS).enumerate() {
        let values: Vec<&str> = line.split(',').map(str::trim).collect();
        if values.len() != COLUMNS.len() {
            return Err(LookError::Form(number + 1));
        }
        for ((_, name), value) in COLUMNS.iter().zip(values) {
            let is_known = !value.is_empty() && !value.starts_with('[') && value != "N/A";
            // A GPU's claims begin with its UUID, known or not.
            if is_known || *name == GPU_UUID_CLAIM {
                let value = if is_known { value } else { "" };
                claims.push(Claim {
                    name: (*name).to_owned(),
                    value: value.chars().take(MAX_VALUE_BYTES).collect(),
                });
            }
        }
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    const TABLE: &str = "GPU-1e2d, 00000000:01:00.0, NVIDIA H100 80GB HBM3, 81559, 570.86.15, 3\n\
        GPU-77aa, 00000000:02:00.0, NVIDIA H100 80GB HBM3, 81559, 570.86.15, [N/A]\n";

    fn names(claims: &[Claim]) -> Vec<(&str, &str)> {
        claims
            .iter()
            .map(|claim| (claim.name.as_str(), claim.value.as_str()))
            .collect()
    }

    #[test]
    fn table_becomes_claims_in_order() {
        let claims = parse(TABLE).unwrap();
        assert_eq!(claims.len(), 11);
        assert_eq!(
            names(&claims)[..7],
            [
                ("gpu_uuid", "GPU-1e2d"),
                ("gpu_pci", "00000000:01:00.0"),
                ("gpu_name", "NVIDIA H100 80GB HBM3"),
                ("gpu_memory_mib", "81559"),
                ("gpu_driver", "570.86.15"),
                ("gpu_load_percent", "3"),
                ("gpu_uuid", "GPU-77aa"),
            ]
        );
        let beat = ion_protocol::Heartbeat {
            boot: [0; 16],
            draining: false,
            claims,
        };
        assert_eq!(beat.gpu_uuids(), ["GPU-1e2d", "GPU-77aa"]);
    }

    #[test]
    fn foreign_table_is_refused_and_sizes_are_bounded() {
        assert!(matches!(
            parse("No devices were found"),
            Err(LookError::Form(1))
        ));
        assert_eq!(parse("\n").unwrap(), vec![]);
        let long = format!("{}, a, b, c, d, e", "x".repeat(500));
        assert_eq!(parse(&long).unwrap()[0].value.len(), MAX_VALUE_BYTES);
        let many = format!("{}\n", "u, , , , , ").repeat(MAX_CLAIMED_GPUS + 1);
        assert_eq!(parse(&many).unwrap().len(), MAX_CLAIMED_GPUS);
    }

    #[tokio::test]
    async fn tool_is_asked_for_its_table_and_failures_have_names() {
        let dir = tempfile::tempdir().unwrap();
        let script = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let asked = dir.path().join("asked");
        let good = script(
            "good",
            &format!(
                "#!/bin/sh\necho \"$@\" > {}\ncat <<END\n{TABLE}END\n",
                asked.display()
            ),
        );
        assert_eq!(look(&good).await.unwrap(), parse(TABLE).unwrap());
        assert_eq!(
            fs::read_to_string(asked).unwrap(),
            "--query-gpu=uuid,pci.bus_id,name,memory.total,driver_version,utilization.gpu --format=csv,noheader,nounits\n"
        );
        let broken = script("broken", "#!/bin/sh\nexit 9\n");
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
