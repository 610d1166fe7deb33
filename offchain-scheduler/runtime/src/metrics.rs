//! Counters and gauges in the Prometheus text format.
//!
//! Mechanism: values by name and labels behind one lock, rendered on request. Place of use: every
//! service's `/metrics`. Invariant: labels come from fixed sets (kind, result, reason), never keys,
//! so the number of series is bounded.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

/// All metrics of a process.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Mutex<BTreeMap<&'static str, Family>>>);

struct Family {
    kind: &'static str,
    help: &'static str,
    series: BTreeMap<Vec<(&'static str, String)>, u64>,
}

/// Labels of a series: name and value.
pub type Labels<'a> = &'a [(&'static str, &'a str)];

impl Metrics {
    /// Adds one to a counter; its name ends in `_total`.
    pub fn count(&self, name: &'static str, help: &'static str, labels: Labels<'_>) {
        self.change(name, "counter", help, labels, |value| {
            *value = value.saturating_add(1)
        });
    }

    /// Sets a gauge; its name ends in the unit.
    pub fn set(&self, name: &'static str, help: &'static str, labels: Labels<'_>, value: u64) {
        self.change(name, "gauge", help, labels, |old| *old = value);
    }

    fn change(
        &self,
        name: &'static str,
        kind: &'static str,
        help: &'static str,
        labels: Labels<'_>,
        apply: impl FnOnce(&mut u64),
    ) {
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let family = families.entry(name).or_insert_with(|| Family {
            kind,
            help,
            series: BTreeMap::new(),
        });
        let labels = labels
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        apply(family.series.entry(labels).or_default());
    }

    /// All metrics, in order of names and labels.
    pub fn render(&self) -> String {
        let families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for (name, family) in families.iter() {
            // Writing to a String does not fail.
            let _ = writeln!(
                text,
                "# HELP {name} {}\n# TYPE {name} {}",
                family.help, family.kind
            );
            for (labels, value) in &family.series {
                let labels: Vec<String> = labels
                    .iter()
                    .map(|(label, value)| format!("{label}=\"{value}\""))
                    .collect();
                let _ = if labels.is_empty() {
                    writeln!(text, "{name} {value}")
                } else {
                    writeln!(text, "{name}{{{}}} {value}", labels.join(","))
                };
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_render_in_the_text_format() {
        let metrics = Metrics::default();
        metrics.count("x_requests_total", "Requests.", &[("result", "ok")]);
        metrics.count("x_requests_total", "Requests.", &[("result", "ok")]);
        metrics.count("x_requests_total", "Requests.", &[("result", "refused")]);
        metrics.set("x_age_seconds", "Age.", &[], 7);
        metrics.set("x_age_seconds", "Age.", &[], 5);
        assert_eq!(
            metrics.render(),
            "# HELP x_age_seconds Age.\n# TYPE x_age_seconds gauge\nx_age_seconds 5\n\
             # HELP x_requests_total Requests.\n# TYPE x_requests_total counter\n\
             x_requests_total{result=\"ok\"} 2\nx_requests_total{result=\"refused\"} 1\n"
        );
    }
}
