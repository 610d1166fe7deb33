//! What a run measured.

use std::fmt;

/// Lamports of one signature.
pub const SIGNATURE: u64 = 5_000;
/// Most lamports that a booking of one line may lock.
const MOST_LOCKED: u64 = 6_500_000;
/// Most lamports that each further line may lock.
const MOST_PER_LINE: u64 = 1_200_000;
/// Most signatures of a renter per booking whose fees are not returned.
const MOST_SIGNATURES: u64 = 5;

/// Time of one step over all bookings.
#[derive(Clone, Debug)]
pub struct PhaseTime {
    /// The step.
    pub name: &'static str,
    /// Transactions that succeeded.
    pub transactions: usize,
    /// Seconds they took.
    pub seconds: f64,
}

/// Lamports of a booking.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Most that a booking of one line locked of its renter: booking and escrow.
    pub locked: u64,
    /// What a second line added.
    pub locked_per_line: u64,
    /// Paid by all renters together and not returned.
    pub renters_spent: u64,
    /// Paid by scheduler and cranks together and not returned.
    pub others_spent: u64,
    /// Fees of the signatures of scheduler and cranks.
    pub others_fees: u64,
}

/// A whole run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Bookings that were closed.
    pub bookings: usize,
    /// Why transactions failed.
    pub failures: Vec<String>,
    /// The steps.
    pub phases: Vec<PhaseTime>,
    /// SOL.
    pub cost: Cost,
}

impl Outcome {
    /// Seconds of all steps.
    pub fn seconds(&self) -> f64 {
        self.phases.iter().map(|phase| phase.seconds).sum()
    }

    /// What does not keep its limit.
    pub fn violations(&self, wanted: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut check = |holds: bool, text: String| {
            if !holds {
                found.push(text);
            }
        };
        check(
            self.bookings == wanted && self.failures.is_empty(),
            format!(
                "{} of {wanted} bookings closed, {} transactions failed",
                self.bookings,
                self.failures.len()
            ),
        );
        check(
            self.cost.locked <= MOST_LOCKED,
            format!(
                "a booking locks {} of {MOST_LOCKED} lamports",
                self.cost.locked
            ),
        );
        check(
            self.cost.locked_per_line <= MOST_PER_LINE,
            format!(
                "a further line locks {} of {MOST_PER_LINE} lamports",
                self.cost.locked_per_line
            ),
        );
        let most = MOST_SIGNATURES * SIGNATURE * self.bookings as u64;
        check(
            self.cost.renters_spent <= most,
            format!(
                "renters were not given back {} of {most} lamports",
                self.cost.renters_spent
            ),
        );
        check(
            self.cost.others_spent == self.cost.others_fees,
            format!(
                "scheduler and cranks spent {} lamports, {} of them fees",
                self.cost.others_spent, self.cost.others_fees
            ),
        );
        found
    }
}

/// Lamports as SOL with nine decimals.
fn sol(lamports: u64) -> String {
    format!(
        "{}.{:09}",
        lamports / 1_000_000_000,
        lamports % 1_000_000_000
    )
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<34} {:>12} {:>9} {:>10}",
            "step", "transactions", "seconds", "per second"
        )?;
        for phase in &self.phases {
            writeln!(
                f,
                "{:<34} {:>12} {:>9.1} {:>10.0}",
                phase.name,
                phase.transactions,
                phase.seconds,
                phase.transactions as f64 / phase.seconds.max(f64::EPSILON)
            )?;
        }
        let each = self.bookings.max(1) as u64;
        writeln!(f)?;
        writeln!(f, "bookings closed              {}", self.bookings)?;
        writeln!(f, "failed transactions          {}", self.failures.len())?;
        writeln!(
            f,
            "bookings per second          {:.1}",
            self.bookings as f64 / self.seconds().max(f64::EPSILON)
        )?;
        writeln!(f, "SOL locked, one line         {}", sol(self.cost.locked))?;
        writeln!(
            f,
            "SOL locked, further line     {}",
            sol(self.cost.locked_per_line)
        )?;
        writeln!(
            f,
            "SOL spent by the renter      {} ({} signatures)",
            sol(self.cost.renters_spent / each),
            self.cost.renters_spent / each / SIGNATURE
        )?;
        writeln!(
            f,
            "SOL spent by the others      {} ({} signatures)",
            sol(self.cost.others_spent / each),
            self.cost.others_spent / each / SIGNATURE
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_inside_its_limits_has_no_violation() {
        let mut outcome = Outcome {
            bookings: 2,
            cost: Cost {
                locked: MOST_LOCKED,
                locked_per_line: MOST_PER_LINE,
                renters_spent: 2 * MOST_SIGNATURES * SIGNATURE,
                others_spent: 30_000,
                others_fees: 30_000,
            },
            ..Outcome::default()
        };
        assert!(outcome.violations(2).is_empty());
        outcome.cost.locked += 1;
        outcome.cost.others_fees -= 1;
        outcome.cost.renters_spent += 1;
        outcome.bookings = 1;
        assert_eq!(outcome.violations(2).len(), 4);
        assert!(outcome.to_string().contains("0.006500001"));
    }
}
