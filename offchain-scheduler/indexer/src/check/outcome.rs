//! How a check ended.

use ion_client::audit::{AuditError, Figure};

use super::{CheckError, Compared};

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) outcome: &'static str,
    pub(super) figures: Vec<Compared>,
    pub(super) detail: String,
}

impl Outcome {
    /// A check that has nothing to compare, and why.
    pub(super) fn without(reason: &'static str) -> Self {
        Self {
            outcome: reason,
            figures: Vec::new(),
            detail: String::new(),
        }
    }
}

fn equal_or_not(figures: Vec<Compared>) -> Outcome {
    let differing: Vec<&Compared> = figures.iter().filter(|one| !one.is_equal()).collect();
    if differing.is_empty() {
        return Outcome {
            outcome: "equal",
            figures,
            detail: String::new(),
        };
    }
    let detail = Compared::sentence(&differing);
    Outcome {
        outcome: "unequal",
        figures,
        detail,
    }
}

/// A result of an audit: its figures, or what the events contradict.
pub(super) fn audited(result: Result<Vec<Figure>, AuditError>) -> Result<Outcome, CheckError> {
    match result {
        Ok(figures) => Ok(equal_or_not(figures.iter().map(Compared::from).collect())),
        Err(AuditError::Chain(error)) => Err(CheckError::Chain(error)),
        Err(error) => Ok(Outcome {
            outcome: "unequal",
            figures: Vec::new(),
            detail: error.to_string(),
        }),
    }
}

/// Only what differs of a comparison of a row, with the number of what is equal.
pub(super) fn shortened(figures: Vec<Compared>) -> Outcome {
    let mut result = equal_or_not(figures);
    result.figures.retain(|one| !one.is_equal());
    result
}
