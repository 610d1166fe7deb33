//! Parameters as they were at a time, from the events that set them.

use ion_economics::params::Param;
use serde_json::Value;
use sqlx::Row;

use crate::{Index, IndexError};

/// What was ever set, in the order of the log.
pub(super) struct ParamHistory {
    initial: Vec<Value>,
    changes: Vec<Value>,
}

impl ParamHistory {
    /// Reads the history of all parameters.
    pub(super) async fn load(index: &Index) -> Result<Self, IndexError> {
        Ok(Self {
            initial: bodies(index, "ParamsInitialized").await?,
            changes: bodies(index, "ParamChanged").await?,
        })
    }

    /// A parameter at a time: its last change that was in force, else its value at genesis.
    pub(super) fn value(&self, param: &Param, at: i64) -> i64 {
        let is_its =
            |body: &&Value| number(&body["consumer"]) == Some(param.program.to_u8().into());
        let initial = self
            .initial
            .iter()
            .filter(is_its)
            .filter_map(|body| number(&body["values"][usize::from(param.slot)]));
        let changed = self
            .changes
            .iter()
            .filter(is_its)
            .filter(|body| {
                number(&body["slot"]) == Some(param.slot.into())
                    && number(&body["effective_at"]).is_some_and(|from| from <= at)
            })
            .filter_map(|body| number(&body["value"]["new"]));
        initial.chain(changed).next_back().unwrap_or(param.default)
    }
}

/// Bodies of all events of a name, in order.
async fn bodies(index: &Index, name: &'static str) -> Result<Vec<Value>, IndexError> {
    sqlx::query("SELECT body FROM events WHERE name = $1 ORDER BY ordinal")
        .bind(name)
        .fetch_all(index.store().pool())
        .await?
        .iter()
        .map(|row| {
            let text: String = row.try_get(0)?;
            Ok(serde_json::from_str(&text).unwrap_or_default())
        })
        .collect()
}

/// A number that is written as one or as text.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
