//! Settings of the agent.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use super::jobs::REMOVAL_TIME;
use crate::{
    chain_view::ChainSettings,
    logging::LogSettings,
    settings::{Settings, duration},
};

/// All settings of `ion-agent`.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct AgentSettings {
    /// The node that is asked for time and verifier set.
    pub chain: ChainSettings,
    /// The device's own files.
    pub device: DeviceSection,
    /// Where heartbeats go.
    pub verifiers: VerifierSection,
    /// The back end.
    pub prover: ProverSection,
    /// Jobs of renters.
    pub jobs: JobSection,
    /// The agent's own HTTP port.
    pub http: HttpSection,
    /// Logs.
    pub log: LogSettings,
}

/// Section `device`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct DeviceSection {
    /// Device key, made on first start with mode 0600.
    pub key_file: PathBuf,
    /// Highest sequence number reserved so far.
    pub sequence_file: PathBuf,
    /// Speed of the line towards the device, whole MB/s; 0 reports none.
    pub line_down_mbytes: u32,
    /// Speed of the line from the device, whole MB/s.
    pub line_up_mbytes: u32,
    /// Program that lists the GPUs, by name in PATH or by path.
    pub nvidia_smi: String,
    /// Time between two looks at the GPUs.
    #[serde(with = "duration")]
    pub hardware_every: Duration,
    /// Time for work in hand when the process is asked to end.
    #[serde(with = "duration")]
    pub drain: Duration,
}

impl Default for DeviceSection {
    fn default() -> Self {
        DeviceSection {
            key_file: ".ion/agent/device-key.json".into(),
            sequence_file: ".ion/agent/sequence".into(),
            line_down_mbytes: 0,
            line_up_mbytes: 0,
            nvidia_smi: "nvidia-smi".to_owned(),
            hardware_every: Duration::from_secs(60),
            drain: Duration::from_secs(20),
        }
    }
}

/// Section `verifiers`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct VerifierSection {
    /// Base URLs of the verifiers.
    pub urls: Vec<String>,
    /// Chain time between heartbeats (economics §12 `heartbeat`).
    #[serde(with = "duration")]
    pub heartbeat: Duration,
    /// Time for one request.
    #[serde(with = "duration")]
    pub request_timeout: Duration,
    /// Pause before a refused or failed request is made again.
    #[serde(with = "duration")]
    pub retry: Duration,
}

impl Default for VerifierSection {
    fn default() -> Self {
        VerifierSection {
            urls: vec!["http://127.0.0.1:7101".to_owned()],
            heartbeat: Duration::from_secs(60),
            request_timeout: Duration::from_secs(10),
            retry: Duration::from_secs(2),
        }
    }
}

/// Back ends.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// The reference on processor threads.
    Cpu,
    /// An NVIDIA GPU, in builds with the feature `cuda`.
    Cuda,
}

/// Section `prover`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct ProverSection {
    /// What computes.
    pub backend: Backend,
    /// Number of the GPU of the CUDA back end.
    pub cuda_device: usize,
    /// Worker threads: of the CPU back end for all of the work, of the CUDA back end for hashing.
    pub threads: usize,
    /// Largest matrix side that the agent takes on.
    pub max_n: u32,
    /// Most rounds that the agent takes on.
    pub max_rounds: u8,
}

impl Default for ProverSection {
    fn default() -> Self {
        ProverSection {
            backend: Backend::Cpu,
            cuda_device: 0,
            threads: 2,
            max_n: 8_192,
            max_rounds: 16,
        }
    }
}

/// Section `jobs`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct JobSection {
    /// Address for orders of renters; empty takes none.
    pub listen: String,
    /// Container engine, by name in PATH or by path; empty takes docker, else podman.
    pub engine: String,
    /// Folder of results.
    pub folder: PathBuf,
    /// Orders that may wait.
    pub queue: usize,
    /// Results kept.
    pub keep: usize,
    /// Largest order in bytes.
    pub max_body_bytes: usize,
    /// Bytes kept of each of a container's outputs.
    pub max_output_bytes: usize,
    /// Longest time of one job.
    #[serde(with = "duration")]
    pub time: Duration,
    /// Time for the job in hand when the process is asked to end.
    #[serde(with = "duration")]
    pub finish_within: Duration,
    /// Entries of the largest matrix of a product.
    pub max_entries: u64,
    /// Multiply-adds of a product.
    pub max_operations: u64,
    /// Thousandths of a processor that a container may ask for.
    pub cpu_millis: u32,
    /// Memory in MiB that a container may ask for.
    pub memory_mib: u32,
    /// Whether a container may ask for the network.
    pub network: bool,
}

impl Default for JobSection {
    fn default() -> Self {
        JobSection {
            listen: String::new(),
            engine: String::new(),
            folder: ".ion/agent/jobs".into(),
            queue: 4,
            keep: 16,
            max_body_bytes: 8 << 20,
            max_output_bytes: 1 << 20,
            time: Duration::from_secs(3_600),
            finish_within: Duration::from_secs(10),
            max_entries: 4 << 20,
            max_operations: 1 << 36,
            cpu_millis: 2_000,
            memory_mib: 2_048,
            network: false,
        }
    }
}

/// Section `http`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSection {
    /// Address of `/healthz`; empty for none.
    pub listen: String,
}

impl Default for HttpSection {
    fn default() -> Self {
        HttpSection {
            listen: "127.0.0.1:7200".to_owned(),
        }
    }
}

impl Settings for AgentSettings {
    fn check(&self) -> Result<(), String> {
        self.chain.check()?;
        if self.verifiers.urls.is_empty() {
            return Err("verifiers.urls: at least one verifier is needed".into());
        }
        if !(10..=300).contains(&self.verifiers.heartbeat.as_secs()) {
            return Err("verifiers.heartbeat: must be 10s to 300s".into());
        }
        if self.verifiers.retry.is_zero() || self.verifiers.request_timeout.is_zero() {
            return Err("verifiers.retry, verifiers.request_timeout: must not be 0".into());
        }
        if self.prover.threads == 0 {
            return Err("prover.threads: must not be 0".into());
        }
        if self.prover.backend == Backend::Cuda && cfg!(not(feature = "cuda")) {
            return Err("prover.backend: this build has no cuda feature".into());
        }
        if self.device.hardware_every.is_zero() {
            return Err("device.hardware_every: must not be 0".into());
        }
        // A container that has to be removed takes its time after that, and its result is still kept.
        if self.jobs.finish_within.saturating_add(REMOVAL_TIME) >= self.device.drain {
            return Err(format!(
                "jobs.finish_within: must be more than {} s below device.drain",
                REMOVAL_TIME.as_secs()
            ));
        }
        if self.jobs.queue == 0 || self.jobs.keep == 0 {
            return Err("jobs.queue, jobs.keep: must not be 0".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{load, print};

    #[test]
    fn example_file_holds_the_defaults() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/agent.example.toml");
        let example: AgentSettings = load(Some(file.as_ref()), &[]).unwrap();
        assert_eq!(example, AgentSettings::default());
        assert!(print(&example).unwrap().contains("[verifiers]"));
    }

    #[test]
    fn values_out_of_range_are_refused_by_name() {
        for (set, key) in [
            ("verifiers.urls=[]", "verifiers.urls"),
            ("verifiers.heartbeat=9s", "verifiers.heartbeat"),
            ("verifiers.retry=0s", "verifiers.retry"),
            ("prover.threads=0", "prover.threads"),
            ("prover.backend=tpu", "prover.backend"),
            ("device.hardware_every=0s", "device.hardware_every"),
            ("jobs.finish_within=13s", "jobs.finish_within"),
            ("jobs.queue=0", "jobs.queue"),
            ("chain.poll=0s", "chain.poll"),
            ("chain.commitment=maybe", "chain.commitment"),
        ] {
            let error = load::<AgentSettings>(None, &[set.to_owned()])
                .unwrap_err()
                .to_string();
            assert!(error.contains(key), "{set}: {error}");
        }
    }
}
