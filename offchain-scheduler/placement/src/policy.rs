//! How devices are compared.

use serde::{Deserialize, Serialize};

use crate::{Device, Request};

/// Highest value of a term.
pub const FULL: u64 = 10_000;
const CONNECTIVITY_STEP: u64 = 2_500;
const SUPPLIER_STEP: u64 = 40;

/// A ground for preferring one device over another. Values are 0 (best) to [`FULL`] (worst).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// Asked price against the highest one among the candidates, per processor.
    Price,
    /// What is missing to full reliability, per processor.
    Reliability,
    /// Tiers above what was asked for, which another request may need, per processor.
    Tier,
    /// One machine more in the cluster, per device: fewer, larger machines are closer together.
    Machines,
}

/// Weights of the terms; 0 makes a term neutral.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Name that decisions carry.
    pub name: String,
    /// Weight of [`Term::Price`].
    pub price: u32,
    /// Weight of [`Term::Reliability`].
    pub reliability: u32,
    /// Weight of [`Term::Tier`].
    pub tier: u32,
    /// Weight of [`Term::Machines`].
    pub machines: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            name: "weighted".into(),
            price: 4,
            reliability: 3,
            tier: 1,
            machines: 2,
        }
    }
}

/// One term of a device's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermScore {
    /// The term.
    pub term: Term,
    /// Its value, 0 to [`FULL`].
    pub value: u64,
    /// How often it counts: processors of the device, or 1.
    pub times: u64,
    /// Its weight.
    pub weight: u64,
    /// `value · times · weight`; lower is better.
    pub cost: u64,
}

impl Policy {
    /// Score of a device, term by term. `highest_ask` is the highest asked price among the
    /// candidates of the request.
    ///
    /// Bound: value ≤ 10^4, times ≤ 64, weight < 2^32: each cost is below 2^52, their sum fits u64.
    pub fn score(&self, request: &Request, device: &Device, highest_ask: u64) -> Vec<TermScore> {
        let qty = u64::from(device.qty);
        let tiers = u64::from(
            device
                .connectivity_tier
                .saturating_sub(request.min_connectivity_tier),
        )
        .saturating_mul(CONNECTIVITY_STEP)
        .saturating_add(
            u64::from(
                device
                    .supplier_tier
                    .saturating_sub(request.min_supplier_tier),
            )
            .saturating_mul(SUPPLIER_STEP),
        );
        let terms = [
            (
                Term::Price,
                share_of_highest(device.ask_usd_micros, highest_ask),
                qty,
                self.price,
            ),
            (
                Term::Reliability,
                FULL.saturating_sub(u64::from(device.reliability_bps)),
                qty,
                self.reliability,
            ),
            (Term::Tier, tiers.min(FULL), qty, self.tier),
            (Term::Machines, FULL, 1, self.machines),
        ];
        terms
            .into_iter()
            .map(|(term, value, times, weight)| {
                let weight = u64::from(weight);
                let cost = value.saturating_mul(times).saturating_mul(weight);
                TermScore {
                    term,
                    value,
                    times,
                    weight,
                    cost,
                }
            })
            .collect()
    }
}

/// `ask` in [`FULL`]ths of `highest`, rounded down.
fn share_of_highest(ask: u64, highest: u64) -> u64 {
    if highest == 0 {
        return 0;
    }
    let share = u128::from(ask) * u128::from(FULL) / u128::from(highest);
    u64::try_from(share).unwrap_or(FULL).min(FULL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn price_share_is_exact_at_its_ends() {
        assert_eq!(share_of_highest(0, 7), 0);
        assert_eq!(share_of_highest(7, 7), FULL);
        assert_eq!(share_of_highest(1, 3), 3_333);
        assert_eq!(share_of_highest(u64::MAX, u64::MAX), FULL);
        assert_eq!(share_of_highest(5, 0), 0);
    }
}
