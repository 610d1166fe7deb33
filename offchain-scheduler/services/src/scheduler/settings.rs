//! Settings of the scheduler.

use std::{path::PathBuf, time::Duration};

use ion_chain::{FeePolicy, SenderSettings};
use ion_placement::{POLICIES, Policy};
use serde::{Deserialize, Serialize};
use solana_pubkey::Pubkey;

use crate::{
    chain_view::ChainSettings,
    logging::LogSettings,
    settings::{Settings, duration},
};

/// All settings of `ion-scheduler`.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct SchedulerSettings {
    /// The node.
    pub chain: ChainSettings,
    /// Key, store and oracle.
    pub scheduler: SchedulerSection,
    /// Answers to renters.
    pub quotes: QuoteSection,
    /// Sending of transactions.
    pub sender: SenderSection,
    /// Policy of the placement by name, and the weights of its terms.
    pub placement: Policy,
    /// The HTTP port.
    pub http: HttpSection,
    /// Logs.
    pub log: LogSettings,
}

/// Section `scheduler`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct SchedulerSection {
    /// Key that holds the scheduler role; pays for transactions and for the rent of quotes.
    pub key_file: PathBuf,
    /// SQLite file or `postgres://` URL.
    pub store: String,
    /// Name of this replica where several share one database; each needs its own.
    pub replica: String,
    /// Oracle account of the IO price, base58; empty: no quotes in IO.
    pub price_account: String,
    /// Pause between two readings of the whole fleet.
    #[serde(with = "duration")]
    pub fleet_refresh: Duration,
    /// Time for work in hand when the process is asked to end.
    #[serde(with = "duration")]
    pub drain: Duration,
}

impl Default for SchedulerSection {
    fn default() -> Self {
        Self {
            key_file: ".ion/scheduler/key.json".into(),
            store: ".ion/scheduler/scheduler.db".to_owned(),
            replica: String::new(),
            price_account: String::new(),
            fleet_refresh: Duration::from_secs(5),
            drain: Duration::from_secs(20),
        }
    }
}

/// Section `quotes`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct QuoteSection {
    /// Longest wait for a quote to appear on chain.
    #[serde(with = "duration")]
    pub wait: Duration,
    /// Pause between two looks.
    #[serde(with = "duration")]
    pub poll: Duration,
    /// Requests answered at a time; further ones are refused at once.
    pub max_in_hand: usize,
}

impl Default for QuoteSection {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(20),
            poll: Duration::from_millis(100),
            max_in_hand: 64,
        }
    }
}

/// Section `sender`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct SenderSection {
    /// Pause between two passes.
    #[serde(with = "duration")]
    pub poll: Duration,
    /// Rows in flight at a time.
    pub max_in_flight: u32,
    /// Silence after which the same bytes go out again.
    #[serde(with = "duration")]
    pub resend_after: Duration,
    /// Refusals that stop a row.
    pub poison_after: u32,
    /// Lowest price, micro-lamports per compute unit.
    pub price_floor: u64,
    /// Highest price, micro-lamports per compute unit.
    pub price_cap: u64,
}

impl Default for SenderSection {
    fn default() -> Self {
        let (sender, fees) = (SenderSettings::default(), FeePolicy::default());
        Self {
            poll: Duration::from_millis(200),
            max_in_flight: sender.max_in_flight,
            resend_after: sender.resend_after,
            poison_after: sender.poison_after,
            price_floor: fees.floor,
            price_cap: fees.cap,
        }
    }
}

impl SenderSection {
    /// As the sender takes them.
    pub fn to_sender(&self) -> SenderSettings {
        SenderSettings {
            max_in_flight: self.max_in_flight,
            resend_after: self.resend_after,
            poison_after: self.poison_after,
            fees: FeePolicy {
                floor: self.price_floor,
                cap: self.price_cap,
                ..FeePolicy::default()
            },
            ..SenderSettings::default()
        }
    }
}

/// Section `http`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSection {
    /// Address of the API, `/healthz` and `/metrics`.
    pub listen: String,
}

impl Default for HttpSection {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:7000".to_owned(),
        }
    }
}

impl SchedulerSettings {
    /// The oracle account, if quotes in IO are offered.
    pub fn price_account(&self) -> Option<Pubkey> {
        self.scheduler.price_account.parse().ok()
    }
}

impl Settings for SchedulerSettings {
    fn check(&self) -> Result<(), String> {
        self.chain.check()?;
        let pauses = [
            ("scheduler.fleet_refresh", self.scheduler.fleet_refresh),
            ("quotes.wait", self.quotes.wait),
            ("quotes.poll", self.quotes.poll),
            ("sender.poll", self.sender.poll),
            ("sender.resend_after", self.sender.resend_after),
        ];
        for (key, pause) in pauses {
            if pause.is_zero() || pause > Duration::from_secs(300) {
                return Err(format!("{key}: must be above 0 and at most 5m"));
            }
        }
        let counts = [
            ("quotes.max_in_hand", self.quotes.max_in_hand == 0),
            ("sender.max_in_flight", self.sender.max_in_flight == 0),
            ("sender.poison_after", self.sender.poison_after == 0),
        ];
        for (key, is_zero) in counts {
            if is_zero {
                return Err(format!("{key}: must be above 0"));
            }
        }
        if self.sender.price_floor > self.sender.price_cap {
            return Err("sender.price_floor: must not be above sender.price_cap".into());
        }
        if !self.scheduler.price_account.is_empty() && self.price_account().is_none() {
            return Err("scheduler.price_account: must be an address or empty".into());
        }
        if !self.placement.is_known() {
            return Err(format!(
                "placement.name: must be one of {}",
                POLICIES.join(", ")
            ));
        }
        if self.scheduler.store.is_empty() {
            return Err("scheduler.store: must name a file or a database".into());
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
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/scheduler.example.toml");
        let example: SchedulerSettings = load(Some(file.as_ref()), &[]).unwrap();
        assert_eq!(example, SchedulerSettings::default());
        assert!(print(&example).unwrap().contains("[quotes]"));
    }

    #[test]
    fn values_out_of_range_and_unknown_fields_are_refused_by_name() {
        for (set, key) in [
            ("quotes.wait=0s", "quotes.wait"),
            ("sender.poll=6m", "sender.poll"),
            ("sender.max_in_flight=0", "sender.max_in_flight"),
            ("sender.price_floor=2000000", "sender.price_floor"),
            ("scheduler.price_account=xyz", "scheduler.price_account"),
            ("scheduler.speed=1", "speed"),
            ("placement.luck=1", "luck"),
            ("placement.name=luck", "placement.name"),
        ] {
            let error = load::<SchedulerSettings>(None, &[set.to_owned()])
                .unwrap_err()
                .to_string();
            assert!(error.contains(key), "{set}: {error}");
        }
    }
}
