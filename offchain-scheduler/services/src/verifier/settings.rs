//! Settings of the verifier.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use solana_pubkey::Pubkey;

use crate::{
    chain_view::ChainSettings,
    logging::LogSettings,
    settings::{Settings, duration},
};

/// All settings of `ion-verifier`.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct VerifierSettings {
    /// The node.
    pub chain: ChainSettings,
    /// Key and files.
    pub verifier: OwnSection,
    /// The HTTP port.
    pub http: HttpSection,
    /// What heartbeats mean.
    pub heartbeat: HeartbeatSection,
    /// What is asked of devices.
    pub challenge: ChallengeSection,
    /// When reports are made.
    pub report: ReportSection,
    /// Cranks.
    pub cranks: CrankSection,
    /// Loops.
    pub loops: LoopSection,
    /// Logs.
    pub log: LogSettings,
}

/// Section `verifier`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct OwnSection {
    /// Keypair of the verifier: signs observations, challenges and votes, and pays their fees.
    pub key_file: PathBuf,
    /// Database, a path or a URL.
    pub store: String,
    /// Store that all verifiers share: a folder, or `s3://bucket/prefix`.
    pub objects: String,
    /// Name of this replica where several share one database; each needs its own.
    pub replica: String,
    /// Time for work in hand when the process is asked to end.
    #[serde(with = "duration")]
    pub drain: Duration,
}

impl Default for OwnSection {
    fn default() -> Self {
        OwnSection {
            key_file: ".ion/verifier/key.json".into(),
            store: "sqlite:.ion/verifier/verifier.db".to_owned(),
            objects: ".ion/objects".to_owned(),
            replica: String::new(),
            drain: Duration::from_secs(20),
        }
    }
}

/// Section `http`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSection {
    /// Address to listen on.
    pub listen: String,
    /// Largest body of a heartbeat, a fetch or a commitment, bytes. The limit for openings follows
    /// from the challenge.
    pub max_body_bytes: usize,
    /// Largest order of a job with its result, bytes.
    pub max_job_bytes: usize,
    /// Time for a body to arrive.
    #[serde(with = "duration")]
    pub read_within: Duration,
    /// Requests taken per second, of all devices together.
    pub requests_per_second: u32,
    /// Requests taken per minute, of each device.
    pub device_requests_per_minute: u32,
    /// Requests that one device may send at once.
    pub device_burst: u32,
    /// Wait for further requests before those at hand are stored in one transaction.
    #[serde(with = "duration")]
    pub batch_pause: Duration,
}

impl Default for HttpSection {
    fn default() -> Self {
        HttpSection {
            listen: "127.0.0.1:7101".to_owned(),
            max_body_bytes: 16_384,
            max_job_bytes: 16 << 20,
            read_within: Duration::from_secs(10),
            requests_per_second: 5_000,
            device_requests_per_minute: 60,
            device_burst: 30,
            batch_pause: Duration::from_millis(5),
        }
    }
}

/// Section `heartbeat`. Durations are chain time (economics §12).
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct HeartbeatSection {
    /// Missed minutes in a row that are a fact.
    pub degraded_after: u32,
    /// Watched silence after which an Up device is reported Down.
    #[serde(with = "duration")]
    pub down_after: Duration,
}

impl Default for HeartbeatSection {
    fn default() -> Self {
        HeartbeatSection {
            degraded_after: 3,
            down_after: Duration::from_secs(420),
        }
    }
}

/// Section `challenge`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct ChallengeSection {
    /// Matrix side of the full challenge.
    pub n: u32,
    /// Rounds of the full challenge.
    pub rounds: u8,
    /// Matrix side of the light probe of hired devices.
    pub light_n: u32,
    /// Rounds of the light probe.
    pub light_rounds: u8,
    /// Entries to open, k.
    pub openings: u16,
    /// Time for the roots, on this machine's monotonic clock.
    #[serde(with = "duration")]
    pub commit_within: Duration,
    /// Time for the roots of the light probe; at most a minute.
    #[serde(with = "duration")]
    pub light_within: Duration,
    /// Longest wait for all live devices of an owner, so that they are asked at one instant; a
    /// little more than the pause between two heartbeats.
    #[serde(with = "duration")]
    pub gather: Duration,
    /// Most that is added to a deadline for the measured round trip.
    #[serde(with = "duration")]
    pub max_round_trip: Duration,
    /// Time for the openings after the secret was revealed.
    #[serde(with = "duration")]
    pub open_within: Duration,
    /// Chain time before a device that did not pass is asked again.
    #[serde(with = "duration")]
    pub retry_after: Duration,
}

impl Default for ChallengeSection {
    fn default() -> Self {
        ChallengeSection {
            n: 512,
            rounds: 4,
            light_n: 128,
            light_rounds: 1,
            openings: 64,
            commit_within: Duration::from_secs(60),
            light_within: Duration::from_secs(60),
            gather: Duration::from_secs(65),
            max_round_trip: Duration::from_secs(2),
            open_within: Duration::from_secs(60),
            retry_after: Duration::from_secs(60),
        }
    }
}

/// Section `report`. Durations after the close of an hour are chain time.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct ReportSection {
    /// After the close: the observation file is written.
    #[serde(with = "duration")]
    pub write_after: Duration,
    /// After the close: files received up to here may not be left out.
    #[serde(with = "duration")]
    pub files_until: Duration,
    /// After the close: the first vote.
    #[serde(with = "duration")]
    pub vote_after: Duration,
    /// Real time to wait for missing files before the first vote, for clocks that jump over the
    /// whole time between close and vote.
    #[serde(with = "duration")]
    pub settle: Duration,
    /// Chain time after the own note of an outage before the first vote on its fault report.
    #[serde(with = "duration")]
    pub fault_settle: Duration,
    /// After the opening of an hour: the chain is read for its block reward up to here; a verifier
    /// that reads later has no view of the hour.
    #[serde(with = "duration")]
    pub opening_within: Duration,
    /// Watched minutes of an hour below which this verifier has no view of it.
    pub min_watched_minutes: u32,
    /// Chain time for which an hour is worked on.
    #[serde(with = "duration")]
    pub keep: Duration,
    /// Account with the oracle's price, base58, to value records paid in USDC; empty: records wait
    /// for somebody else to price them.
    pub price_account: String,
}

impl Default for ReportSection {
    fn default() -> Self {
        ReportSection {
            write_after: Duration::from_secs(60),
            files_until: Duration::from_secs(240),
            vote_after: Duration::from_secs(360),
            settle: Duration::from_secs(5),
            fault_settle: Duration::from_secs(60),
            opening_within: Duration::from_secs(300),
            min_watched_minutes: 50,
            keep: Duration::from_secs(7 * 86_400),
            price_account: String::new(),
        }
    }
}

/// Section `cranks`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct CrankSection {
    /// Most transactions of each kind that one hourly pass puts into the outbox.
    pub per_hour: u32,
    /// Excess of a vault from which it is swept, IO base units.
    pub sweep_min_io: u64,
    /// The same for vaults in USDC, base units.
    pub sweep_min_usdc: u64,
}

impl Default for CrankSection {
    fn default() -> Self {
        CrankSection {
            per_hour: 64,
            sweep_min_io: 100_000_000,
            sweep_min_usdc: 1_000_000,
        }
    }
}

/// Section `loops`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct LoopSection {
    /// Pause between two readings of devices and bookings.
    #[serde(with = "duration")]
    pub ledger: Duration,
    /// Pause between two rounds of files, votes and cranks.
    #[serde(with = "duration")]
    pub report: Duration,
    /// Pause between two rounds of the sender.
    #[serde(with = "duration")]
    pub sender: Duration,
    /// Head start that each place in the order of a crank has before the next verifier does it too.
    #[serde(with = "duration")]
    pub stagger: Duration,
    /// How long a replica that is not heard of keeps its work.
    #[serde(with = "duration")]
    pub lease: Duration,
}

impl Default for LoopSection {
    fn default() -> Self {
        LoopSection {
            ledger: Duration::from_secs(2),
            report: Duration::from_secs(2),
            sender: Duration::from_millis(500),
            stagger: Duration::from_secs(5),
            lease: Duration::from_secs(30),
        }
    }
}

impl Settings for VerifierSettings {
    fn check(&self) -> Result<(), String> {
        self.chain.check()?;
        let challenge = &self.challenge;
        for (key, n) in [
            ("challenge.n", challenge.n),
            ("challenge.light_n", challenge.light_n),
        ] {
            if n == 0 || n > ion_challenge::MAX_N {
                return Err(format!("{key}: must be 1 to {}", ion_challenge::MAX_N));
            }
        }
        for (key, rounds) in [
            ("challenge.rounds", challenge.rounds),
            ("challenge.light_rounds", challenge.light_rounds),
        ] {
            if rounds == 0 || rounds > ion_challenge::MAX_ROUNDS {
                return Err(format!("{key}: must be 1 to {}", ion_challenge::MAX_ROUNDS));
            }
        }
        if challenge.openings == 0 || challenge.openings > ion_challenge::MAX_OPENINGS {
            return Err(format!(
                "challenge.openings: must be 1 to {}",
                ion_challenge::MAX_OPENINGS
            ));
        }
        if challenge.light_within.is_zero() || challenge.light_within > Duration::from_secs(60) {
            return Err("challenge.light_within: must be above 0 and at most 60s".into());
        }
        let http = &self.http;
        for (key, number) in [
            ("http.requests_per_second", http.requests_per_second),
            (
                "http.device_requests_per_minute",
                http.device_requests_per_minute,
            ),
            ("http.device_burst", http.device_burst),
        ] {
            if number == 0 {
                return Err(format!("{key}: must not be 0"));
            }
        }
        if http.read_within.is_zero() {
            return Err("http.read_within: must not be 0".into());
        }
        if http.batch_pause > Duration::from_millis(50) {
            return Err("http.batch_pause: must be at most 50ms".into());
        }
        if self.cranks.per_hour == 0 {
            return Err("cranks.per_hour: must not be 0".into());
        }
        if self.loops.lease < Duration::from_secs(1) {
            return Err("loops.lease: must be at least 1s".into());
        }
        let report = &self.report;
        if report.write_after > report.files_until || report.files_until > report.vote_after {
            return Err(
                "report.vote_after: must not be before files_until, nor that before write_after"
                    .into(),
            );
        }
        if report.min_watched_minutes > 60 {
            return Err("report.min_watched_minutes: must not be above 60".into());
        }
        if !report.price_account.is_empty() && report.price_account.parse::<Pubkey>().is_err() {
            return Err("report.price_account: must be an address or empty".into());
        }
        if self.heartbeat.degraded_after == 0 {
            return Err("heartbeat.degraded_after: must not be 0".into());
        }
        for (key, pause) in [
            ("loops.ledger", self.loops.ledger),
            ("loops.report", self.loops.report),
            ("loops.sender", self.loops.sender),
        ] {
            if pause.is_zero() {
                return Err(format!("{key}: must not be 0"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
