//! A recomputed figure beside the recorded one.

use ion_client::audit::Figure;
use serde_json::json;

/// Both sides as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// What it is.
    pub name: String,
    /// From the log by the rules.
    pub recomputed: String,
    /// As recorded.
    pub recorded: String,
}

impl Compared {
    /// Two values that should agree.
    pub fn new(
        name: impl Into<String>,
        recomputed: impl ToString,
        recorded: impl ToString,
    ) -> Self {
        Self {
            name: name.into(),
            recomputed: recomputed.to_string(),
            recorded: recorded.to_string(),
        }
    }

    /// Whether they do.
    pub fn is_equal(&self) -> bool {
        self.recomputed == self.recorded
    }

    /// All figures as a JSON list.
    pub(super) fn to_json(figures: &[Self]) -> String {
        let rows: Vec<serde_json::Value> = figures
            .iter()
            .map(|one| {
                json!({
                    "figure": one.name,
                    "recomputed": one.recomputed,
                    "recorded": one.recorded,
                    "equal": one.is_equal(),
                })
            })
            .collect();
        serde_json::Value::Array(rows).to_string()
    }

    /// Differing figures in words.
    pub(super) fn sentence(differing: &[&Self]) -> String {
        let parts: Vec<String> = differing
            .iter()
            .map(|one| {
                format!(
                    "{}: recomputed {}, recorded {}",
                    one.name, one.recomputed, one.recorded
                )
            })
            .collect();
        parts.join("; ")
    }
}

impl From<&Figure> for Compared {
    fn from(figure: &Figure) -> Self {
        Self::new(
            format!("{}, {}", figure.name, figure.unit),
            figure.recomputed,
            figure.recorded,
        )
    }
}
