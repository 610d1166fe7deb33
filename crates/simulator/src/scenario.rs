//! What a run assumes (TOML).

use serde::Deserialize;

/// The scenarios that come with the program: name and file.
pub const BUILT_IN: [(&str, &str); 6] = [
    ("steady", include_str!("../scenarios/steady.toml")),
    ("price-half", include_str!("../scenarios/price-half.toml")),
    ("demand-drop", include_str!("../scenarios/demand-drop.toml")),
    ("both", include_str!("../scenarios/both.toml")),
    ("bear", include_str!("../scenarios/bear.toml")),
    ("boom", include_str!("../scenarios/boom.toml")),
];

/// One market, from the first day to the last.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Short name.
    pub name: String,
    /// One sentence for people.
    pub title: String,
    /// Days to simulate.
    pub days: u32,
    /// First UTC day index.
    pub first_day: u64,
    /// Seed of everything random.
    pub seed: u64,
    /// Devices that could be online.
    pub devices: u32,
    /// Base units of IO in circulation before the first day, without what the schedule released.
    pub genesis_io: u64,
    /// USDC in the fee vault on the first day, base units.
    pub reserve_usdc: u64,
    /// Price of IO.
    pub price: Price,
    /// Demand for compute.
    pub demand: Demand,
    /// How suppliers answer.
    pub supply: Supply,
    /// Parameters of the engine.
    #[serde(default)]
    pub rules: Rules,
    /// Classes of devices.
    pub classes: Vec<ClassMix>,
}

/// A change of level on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shock {
    /// Day of the run on which it begins, from 0.
    pub day: u32,
    /// Change of the level in bps, above −10,000.
    pub change_bps: i32,
    /// Days over which it happens, at least 1.
    pub over_days: u32,
}

/// Path of the price of IO.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Price on the first day, 1e-12 USD per IO.
    pub start_p12: u64,
    /// Drift in bps per year.
    pub drift_bps: i32,
    /// Widest daily step of the noise, bps.
    pub noise_bps: u32,
    /// Confidence interval of the oracle, bps of the price.
    pub conf_bps: u32,
    /// Most of the supply that is sold into auctions on one day, bps.
    pub sellers_bps: u32,
    /// Changes of level.
    #[serde(default)]
    pub shocks: Vec<Shock>,
}

/// Path of demand.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Share of the first day's processor-hours that is hired, bps.
    pub hired_bps: u32,
    /// Growth in bps per year.
    pub growth_bps: i32,
    /// Widest daily step of the noise, bps.
    pub noise_bps: u32,
    /// Share of the revenue that is paid in IO, bps.
    pub io_share_bps: u32,
    /// Renter fees on top of the list price, bps.
    pub fee_bps: u32,
    /// Changes of level.
    #[serde(default)]
    pub shocks: Vec<Shock>,
}

/// How suppliers answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    /// Share of the devices that is online on the first day, bps.
    pub online_bps: u32,
    /// Windows of 30 days in a row below cost after which a device leaves; 0 = never.
    pub patience: u32,
    /// Income over cost, bps, above which a device that is offline comes back.
    pub return_bps: u32,
    /// Devices that enter per year, bps of all, whatever they earn.
    pub growth_bps: i32,
}

/// Parameters of the engine that a scenario may set; the rest are the defaults of the programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Fees first instead of rewards first.
    #[serde(default)]
    pub fees_first: bool,
    /// Share of the surplus that is burned, bps.
    pub burn_bps: Option<u16>,
    /// Largest lot of an auction, USDC base units.
    pub auction_cap_usdc: Option<u64>,
    /// Limit on availability obligations of a day, 1e-6 USD.
    pub max_obligation_usd_micros: Option<u64>,
    /// Whether governance moves the rates as far as the status allows.
    #[serde(default)]
    pub governed: bool,
}

/// One class of devices.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassMix {
    /// Name.
    pub name: String,
    /// Share of the devices, bps; the shares sum to 10,000.
    pub share_bps: u32,
    /// Processors of a device.
    pub qty: u8,
    /// Availability, 1e-6 USD per processor-hour.
    pub avail_usd_micros: u64,
    /// Hire, 1e-6 USD per processor-hour.
    pub hire_usd_micros: u64,
    /// List price, 1e-6 USD per processor-hour.
    pub list_usd_micros: u64,
    /// Mean cost of running a processor, 1e-6 USD per hour.
    pub cost_usd_micros: u64,
}

/// Why a scenario is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// The file is not a scenario.
    #[error("the scenario does not parse: {0}")]
    Parse(String),
    /// A value is outside its range.
    #[error("{field}: {rule}")]
    Range {
        /// Path of the value.
        field: String,
        /// What it must be.
        rule: &'static str,
    },
    /// No scenario has this name.
    #[error("there is no built-in scenario {0}")]
    Unknown(String),
}

impl Scenario {
    /// From TOML; every value is checked.
    ///
    /// Errors: [`ScenarioError`].
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self =
            toml::from_str(text).map_err(|error| ScenarioError::Parse(error.to_string()))?;
        scenario.check()?;
        Ok(scenario)
    }

    /// A built-in scenario by its name.
    ///
    /// Errors: [`ScenarioError::Unknown`].
    pub fn built_in(name: &str) -> Result<Self, ScenarioError> {
        BUILT_IN
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| ScenarioError::Unknown(name.to_owned()))
            .and_then(|(_, text)| Self::parse(text))
    }

    fn check(&self) -> Result<(), ScenarioError> {
        let range = |ok: bool, field: &str, rule: &'static str| {
            if ok {
                Ok(())
            } else {
                Err(ScenarioError::Range {
                    field: field.to_owned(),
                    rule,
                })
            }
        };
        range((1..=36_525).contains(&self.days), "days", "1 to 36,525")?;
        range(
            (19_905..=60_000).contains(&self.first_day),
            "first_day",
            "2024-07-01 (19,905) to 60,000",
        )?;
        range(
            (1..=1_000_000).contains(&self.devices),
            "devices",
            "1 to 1,000,000",
        )?;
        range(
            self.genesis_io <= 50_000_000_000_000_000,
            "genesis_io",
            "at most 500,000,000 IO",
        )?;
        range(
            self.reserve_usdc <= 1_000_000_000_000_000,
            "reserve_usdc",
            "at most 1,000,000,000 USDC",
        )?;
        range(
            (1_000_000..=1_000_000_000_000_000).contains(&self.price.start_p12),
            "price.start_p12",
            "0.000001 to 1,000 USD",
        )?;
        range(
            self.price.conf_bps <= 200,
            "price.conf_bps",
            "at most 200, wider is unusable",
        )?;
        range(
            (1..=1_000).contains(&self.price.sellers_bps),
            "price.sellers_bps",
            "1 to 1,000",
        )?;
        range(
            self.demand.hired_bps <= 10_000 && self.demand.io_share_bps <= 10_000,
            "demand",
            "shares are at most 10,000",
        )?;
        range(self.demand.fee_bps <= 600, "demand.fee_bps", "at most 600")?;
        range(
            self.supply.online_bps <= 10_000,
            "supply.online_bps",
            "at most 10,000",
        )?;
        for (field, yearly, noise) in [
            ("price", self.price.drift_bps, self.price.noise_bps),
            ("demand", self.demand.growth_bps, self.demand.noise_bps),
            ("supply", self.supply.growth_bps, 0),
        ] {
            range(
                (-9_000..=50_000).contains(&yearly) && noise <= 2_000,
                field,
                "−9,000 to 50,000 bps a year, noise at most 2,000",
            )?;
        }
        for shock in self.price.shocks.iter().chain(&self.demand.shocks) {
            range(
                (-9_900..=100_000).contains(&shock.change_bps)
                    && (1..=3_650).contains(&shock.over_days),
                "shocks",
                "−9,900 to 100,000 bps over 1 to 3,650 days",
            )?;
        }
        if let Some(burn) = self.rules.burn_bps {
            range(
                (5_000..=10_000).contains(&burn),
                "rules.burn_bps",
                "5,000 to 10,000",
            )?;
        }
        let shares: u32 = self.classes.iter().map(|class| class.share_bps).sum();
        range(
            shares == 10_000 && !self.classes.is_empty() && self.classes.len() <= 64,
            "classes",
            "1 to 64 classes whose shares sum to 10,000",
        )?;
        for class in &self.classes {
            range(
                (1..=64).contains(&class.qty)
                    && class.list_usd_micros > 0
                    && class.list_usd_micros <= 1_000_000_000
                    && class.avail_usd_micros + class.hire_usd_micros <= class.list_usd_micros
                    && class.cost_usd_micros <= 1_000_000_000,
                &class.name,
                "1 to 64 processors, avail + hire ≤ list ≤ 1,000 USD",
            )?;
        }
        Ok(())
    }
}
