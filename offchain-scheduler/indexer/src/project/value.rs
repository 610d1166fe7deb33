//! Values of an event by their path.

use std::fmt;

use serde_json::Value;

use super::{Field, Scope};
use crate::schema::Kind;

/// Seconds of a UTC day.
const DAY: i64 = 86_400;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// A field of the event.
    Event,
    /// A field of the list's element, or the element itself.
    Element,
    /// Number of the element.
    Index,
    /// Number of the event in the log.
    Entry,
    /// A fixed value.
    Fixed(Value),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    /// Unix seconds to a UTC day.
    Day,
    /// Bytes in hex, padded with zeros, to text.
    Utf8,
    /// A name to its number.
    Enum(Vec<String>),
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(super) root: Root,
    pub(super) steps: Vec<String>,
    pub(super) filter: Option<Filter>,
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.steps.join("."))
    }
}

impl Path {
    /// The value as the event has it.
    pub(super) fn find<'a>(&'a self, scope: Scope<'a>) -> Option<&'a Value> {
        let start = match &self.root {
            Root::Event => scope.body,
            Root::Element => scope.element?.0,
            Root::Fixed(value) => value,
            Root::Index | Root::Entry => return None,
        };
        // what is null has no fields
        self.steps
            .iter()
            .try_fold(start, |value, step| match value {
                Value::Null => Some(value),
                _ => value.get(step.as_str()),
            })
    }

    /// Elements of the list at all but the last step, each at the last step; the list itself for a
    /// path of one step.
    pub(super) fn spread<'a>(&'a self, scope: Scope<'a>) -> Result<Vec<&'a Value>, String> {
        let (list, rest) = self.steps.split_first().ok_or("an empty path")?;
        let elements = scope
            .body
            .get(list.as_str())
            .and_then(Value::as_array)
            .ok_or_else(|| format!("{self} is not a list"))?;
        elements
            .iter()
            .map(|element| {
                rest.iter()
                    .try_fold(element, |value, step| value.get(step.as_str()))
                    .ok_or_else(|| format!("{self} is missing"))
            })
            .collect()
    }

    fn value(&self, scope: Scope<'_>) -> Result<Value, String> {
        let value = match &self.root {
            Root::Index => {
                let (_, index) = scope.element.ok_or("no list is gone through")?;
                Value::from(u64::try_from(index).unwrap_or(u64::MAX))
            }
            Root::Entry => Value::from(scope.entry),
            Root::Event | Root::Element | Root::Fixed(_) => self
                .find(scope)
                .cloned()
                .ok_or_else(|| format!("{self} is missing"))?,
        };
        match &self.filter {
            None => Ok(value),
            Some(filter) => filter.apply(value),
        }
    }

    /// The value as a column takes it; `None` for null.
    pub(super) fn field(&self, scope: Scope<'_>, kind: Kind) -> Result<Option<Field>, String> {
        let value = self.value(scope)?;
        if value.is_null() {
            return Ok(None);
        }
        if kind.is_text() {
            return Ok(Some(Field::Text(match value {
                Value::String(text) => text,
                other => other.to_string(),
            })));
        }
        integer(&value)
            .map(|number| Some(Field::Number(number)))
            .ok_or_else(|| format!("{self} is {value}, which is no number in range"))
    }

    /// The value as text.
    pub(super) fn text(&self, scope: Scope<'_>) -> Result<String, String> {
        Ok(match self.value(scope)? {
            Value::String(text) => text,
            other => other.to_string(),
        })
    }

    /// The value as a number.
    pub(super) fn integer(&self, scope: Scope<'_>) -> Result<i64, String> {
        integer(&self.value(scope)?).ok_or_else(|| format!("{self} is no number"))
    }
}

/// A number that is written as one, as text, or as a flag.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        Value::Bool(flag) => Some(i64::from(*flag)),
        _ => None,
    }
}

impl Filter {
    fn apply(&self, value: Value) -> Result<Value, String> {
        match self {
            Self::Day => integer(&value)
                .map(|at| Value::from(at.div_euclid(DAY)))
                .ok_or_else(|| format!("{value} is no time")),
            Self::Utf8 => {
                let bytes = value
                    .as_str()
                    .and_then(|text| hex::decode(text).ok())
                    .ok_or_else(|| format!("{value} is not in hex"))?;
                let text = String::from_utf8_lossy(&bytes);
                Ok(Value::from(text.trim_end_matches('\0')))
            }
            Self::Enum(names) => names
                .iter()
                .position(|name| value.as_str() == Some(name))
                .map(Value::from)
                .ok_or_else(|| format!("{value} is none of {}", names.join(", "))),
        }
    }
}
