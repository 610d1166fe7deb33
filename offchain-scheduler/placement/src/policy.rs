//! How devices are compared: policies by name, terms and their weights.

use serde::{Deserialize, Serialize};

/// Highest value of a market term.
pub const FULL: u64 = 10_000;

/// Names of all policies.
pub const POLICIES: [&str; 6] = ["random", "best-fit", "dot-product", "packing", "fgd", "ion"];

/// How a policy chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Any candidate with equal chance, drawn from the request's id.
    Random,
    /// The machine with the least left afterwards.
    BestFit,
    /// The machine whose room points least in the direction of the request.
    DotProduct,
    /// The machine with the fewest free processors afterwards, cores ignored.
    Packing,
    /// Fragmentation gradient descent as published (USENIX ATC 2023).
    Fgd,
    /// Ours: weighted terms.
    Ion,
}

/// A ground for preferring one device over another; lower is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// What the ask is above the floor price of its class, in ten-thousandths of the ask.
    Price,
    /// What is missing to full reliability, bps.
    Reliability,
    /// Tiers above what was asked for, which another request may need.
    Tier,
    /// One machine more in the cluster: fewer, larger machines are closer together.
    Machines,
    /// Share of past requests for whole devices that this one could serve, ten-thousandths.
    Wanted,
    /// Growth of the free processors that a typical part cannot use, millionths of a processor.
    Fragment,
    /// Loss of processors that the mean part could still fill, cores considered, millionths.
    Balance,
    /// Processors taken from a class that parts name, weighted by its contention, millionths.
    Contention,
    /// The one term of a comparison policy.
    Fit,
}

/// A policy and the weights of its terms; 0 makes a term neutral. The weights count for `ion` only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// One of [`POLICIES`]; decisions carry it.
    pub name: String,
    /// Weight of [`Term::Price`].
    pub price: u32,
    /// Weight of [`Term::Reliability`].
    pub reliability: u32,
    /// Weight of [`Term::Tier`].
    pub tier: u32,
    /// Weight of [`Term::Machines`].
    pub machines: u32,
    /// Weight of [`Term::Wanted`].
    pub wanted: u32,
    /// Weight of [`Term::Fragment`].
    pub fragment: u32,
    /// Weight of [`Term::Balance`].
    pub balance: u32,
    /// Weight of [`Term::Contention`].
    pub contention: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            name: "ion".into(),
            price: 4,
            reliability: 3,
            tier: 1,
            machines: 2,
            wanted: 1,
            fragment: 1,
            balance: 4,
            contention: 1,
        }
    }
}

impl Policy {
    /// A policy by its name, with the weights of the default; `None` for an unknown name.
    pub fn named(name: &str) -> Option<Self> {
        POLICIES.contains(&name).then(|| Self {
            name: name.to_owned(),
            ..Self::default()
        })
    }

    /// Whether the name is one of [`POLICIES`].
    pub fn is_known(&self) -> bool {
        POLICIES.contains(&self.name.as_str())
    }

    /// An unknown name counts as `ion`; settings refuse it before.
    pub(crate) fn rule(&self) -> Rule {
        match self.name.as_str() {
            "random" => Rule::Random,
            "best-fit" => Rule::BestFit,
            "dot-product" => Rule::DotProduct,
            "packing" => Rule::Packing,
            "fgd" => Rule::Fgd,
            _ => Rule::Ion,
        }
    }

    /// Percentage of the demand that counts as typical: the published rule for `fgd`, all for `ion`.
    pub fn cover_percent(&self) -> u64 {
        match self.rule() {
            Rule::Fgd => 95,
            _ => 100,
        }
    }

    /// Whether scores depend on the demand.
    pub(crate) fn uses_demand(&self) -> bool {
        matches!(self.rule(), Rule::Fgd | Rule::Ion)
    }
}

/// One term of a device's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermScore {
    /// The term.
    pub term: Term,
    /// Its value; lower is better.
    pub value: i64,
    /// How often it counts.
    pub times: i64,
    /// Its weight.
    pub weight: i64,
    /// `value · times · weight`.
    pub cost: i64,
}

impl TermScore {
    pub(crate) fn new(term: Term, value: i64, times: u64, weight: u32) -> Self {
        let times = i64::try_from(times).unwrap_or(i64::MAX);
        let weight = i64::from(weight);
        Self {
            term,
            value,
            times,
            weight,
            // Saturation keeps the order: it is reached only by weights in the hundred thousands.
            cost: value.saturating_mul(times).saturating_mul(weight),
        }
    }
}
