//! Compute limit and price of a transaction.

/// Compute units that a transaction may ask for at most.
pub const MAX_COMPUTE_UNITS: u32 = 1_400_000;
const BPS: u64 = 10_000;

/// How fees are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeePolicy {
    /// Lowest price, micro-lamports per compute unit.
    pub floor: u64,
    /// Highest price, micro-lamports per compute unit.
    pub cap: u64,
    /// Raise per further signature of a row, bps of the price.
    pub raise_bps: u64,
    /// Added to the simulated compute units, bps.
    pub margin_bps: u64,
}

impl Default for FeePolicy {
    fn default() -> Self {
        Self {
            floor: 0,
            cap: 1_000_000,
            raise_bps: 5_000,
            margin_bps: 1_000,
        }
    }
}

impl FeePolicy {
    /// Compute limit for simulated units: with the margin on top, rounded up, at most
    /// [`MAX_COMPUTE_UNITS`].
    pub fn limit(&self, simulated: u64) -> u32 {
        // The clamps are the rule: no limit above the maximum can be asked for.
        let margin = simulated.saturating_mul(self.margin_bps).div_ceil(BPS);
        u32::try_from(simulated.saturating_add(margin))
            .unwrap_or(MAX_COMPUTE_UNITS)
            .min(MAX_COMPUTE_UNITS)
    }

    /// Price for the signature after `attempts` earlier ones: median of recent prices (the upper one
    /// of two), raised by `raise_bps` per earlier signature, between floor and cap.
    pub fn price(&self, recent: &[u64], attempts: u32) -> u64 {
        let mut sorted = recent.to_vec();
        sorted.sort_unstable();
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
        // The cap is the rule, so saturation below it changes nothing.
        let base = median.max(self.floor);
        let raised = base.saturating_add(
            base.saturating_mul(self.raise_bps)
                .saturating_mul(u64::from(attempts))
                / BPS,
        );
        raised.clamp(self.floor, self.cap.max(self.floor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_is_simulation_plus_margin_rounded_up() {
        let policy = FeePolicy::default();
        assert_eq!(policy.limit(0), 0);
        assert_eq!(policy.limit(1), 2);
        assert_eq!(policy.limit(10_000), 11_000);
        assert_eq!(policy.limit(10_001), 11_002);
        assert_eq!(policy.limit(1_390_000), MAX_COMPUTE_UNITS);
        assert_eq!(policy.limit(u64::MAX), MAX_COMPUTE_UNITS);
    }

    #[test]
    fn price_is_the_median_within_bounds_and_rises() {
        let policy = FeePolicy {
            floor: 10,
            cap: 100,
            ..FeePolicy::default()
        };
        assert_eq!(policy.price(&[], 0), 10);
        assert_eq!(policy.price(&[90, 1, 40], 0), 40);
        assert_eq!(policy.price(&[40, 60], 0), 60);
        assert_eq!(policy.price(&[40], 1), 60);
        assert_eq!(policy.price(&[40], 2), 80);
        assert_eq!(policy.price(&[40], 9), 100);
        assert_eq!(policy.price(&[u64::MAX], u32::MAX), 100);
    }
}
