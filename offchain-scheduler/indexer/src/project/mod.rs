//! From events to rows.
//!
//! Mechanism: `rules.txt` says, event by event, which columns of which rows it sets or adds to; the
//! rules are read once and checked against the schema. Place of use: the index, when it applies a
//! batch. Invariants: a row is a function of the log alone, so batches of any size leave the same
//! tables; an event without rules is an error, never skipped.

mod parse;
mod rows;
mod value;

use std::collections::HashMap;

use serde_json::Value;

pub use parse::RuleError;
pub use rows::{Change, Changes, Field, Overflow};
use value::Path;

use crate::schema::Table;

/// How a column changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Takes the value.
    Set,
    /// Grows by it.
    Add,
    /// Falls by it.
    Subtract,
}

/// One change of one row, or of one row per element of a list.
#[derive(Clone, Debug)]
pub(crate) struct RowRule {
    table: &'static Table,
    each: Option<Path>,
    only_if: Option<(Path, Value)>,
    keys: Vec<Path>,
    fields: Vec<(&'static str, Operation, Path)>,
}

/// An account whose events are numbered.
#[derive(Clone, Debug)]
struct Numbered {
    each: bool,
    subject: Path,
    number: Path,
}

/// What has to be recomputed.
#[derive(Clone, Debug)]
struct CheckRule {
    kind: String,
    each: Option<Path>,
    subject: Path,
}

#[derive(Clone, Debug, Default)]
struct EventRules {
    numbered: Vec<Numbered>,
    rows: Vec<RowRule>,
    checks: Vec<CheckRule>,
}

/// All rules.
#[derive(Debug)]
pub struct Rules(HashMap<(String, String), EventRules>);

/// What an event says about the numbers of the accounts it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectNumber {
    /// The account.
    pub subject: String,
    /// Number of the event of this account.
    pub number: i64,
}

/// What an event changes.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// Rows.
    pub changes: Vec<Change>,
    /// Numbered accounts.
    pub numbers: Vec<SubjectNumber>,
    /// Kind and subject of what has to be recomputed.
    pub checks: Vec<(String, String)>,
}

/// An event that cannot be applied.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProjectError {
    /// No rule names the event: this version does not know it.
    #[error("no rule for event {program}.{name}")]
    NoRule {
        /// Its program.
        program: String,
        /// Its name.
        name: String,
    },
    /// A field is missing or not of the column's type.
    #[error("event {program}.{name}: {what}")]
    Field {
        /// Its program.
        program: String,
        /// Its name.
        name: String,
        /// What is wrong.
        what: String,
    },
}

impl Rules {
    /// The rules of this version.
    ///
    /// Errors: a line that does not parse or names a column that the schema lacks.
    pub fn load() -> Result<Self, RuleError> {
        parse::parse(include_str!("rules.txt")).map(Self)
    }

    /// Names of the events that have rules, as program and name.
    pub fn events(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .keys()
            .map(|(program, name)| (program.as_str(), name.as_str()))
    }

    /// What an event changes. `entry` is its number in the log.
    ///
    /// Errors: `NoRule`, `Field`.
    pub fn effects(
        &self,
        program: &str,
        name: &str,
        body: &Value,
        entry: i64,
    ) -> Result<Effects, ProjectError> {
        let rules = self
            .0
            .get(&(program.to_owned(), name.to_owned()))
            .ok_or_else(|| ProjectError::NoRule {
                program: program.to_owned(),
                name: name.to_owned(),
            })?;
        rules
            .apply(body, entry)
            .map_err(|what| ProjectError::Field {
                program: program.to_owned(),
                name: name.to_owned(),
                what,
            })
    }
}

/// Where a value is looked for.
#[derive(Clone, Copy)]
struct Scope<'a> {
    body: &'a Value,
    element: Option<(&'a Value, usize)>,
    entry: i64,
}

impl EventRules {
    fn apply(&self, body: &Value, entry: i64) -> Result<Effects, String> {
        let root = Scope {
            body,
            element: None,
            entry,
        };
        let mut effects = Effects::default();
        for numbered in &self.numbered {
            numbered.read(root, &mut effects.numbers)?;
        }
        for rule in &self.rows {
            for scope in scopes(root, rule.each.as_ref())? {
                effects.changes.extend(rule.change(scope)?);
            }
        }
        for check in &self.checks {
            for scope in scopes(root, check.each.as_ref())? {
                effects
                    .checks
                    .push((check.kind.clone(), check.subject.text(scope)?));
            }
        }
        Ok(effects)
    }
}

/// The event itself, or one scope per element of a list of it.
fn scopes<'a>(root: Scope<'a>, each: Option<&'a Path>) -> Result<Vec<Scope<'a>>, String> {
    let Some(list) = each else {
        return Ok(vec![root]);
    };
    let elements = list
        .find(root)
        .and_then(Value::as_array)
        .ok_or_else(|| format!("{list} is not a list"))?;
    Ok(elements
        .iter()
        .enumerate()
        .map(|(index, element)| Scope {
            element: Some((element, index)),
            ..root
        })
        .collect())
}

impl RowRule {
    fn change(&self, scope: Scope<'_>) -> Result<Option<Change>, String> {
        if let Some((path, wanted)) = &self.only_if
            && path.find(scope) != Some(wanted)
        {
            return Ok(None);
        }
        let keys = self
            .keys
            .iter()
            .zip(self.table.keys)
            .map(|(path, column)| path.field(scope, column.kind))
            .collect::<Result<Option<Vec<_>>, _>>()?
            .ok_or("a key is null")?;
        let mut fields = Vec::with_capacity(self.fields.len());
        for (name, operation, path) in &self.fields {
            let kind = self
                .table
                .column(name)
                .ok_or_else(|| format!("no column {name}"))?
                .kind;
            // an absent value leaves the column as it is
            if let Some(value) = path.field(scope, kind)? {
                fields.push((*name, *operation, value));
            }
        }
        Ok(Some(Change {
            table: self.table,
            keys,
            fields,
        }))
    }
}

impl Numbered {
    fn read(&self, scope: Scope<'_>, into: &mut Vec<SubjectNumber>) -> Result<(), String> {
        if !self.each {
            into.push(SubjectNumber {
                subject: self.subject.text(scope)?,
                number: self.number.integer(scope)?,
            });
            return Ok(());
        }
        let subjects = self.subject.spread(scope)?;
        let numbers = self.number.spread(scope)?;
        if subjects.len() != numbers.len() {
            return Err("subjects and numbers are not as many".to_owned());
        }
        for (subject, number) in subjects.into_iter().zip(numbers) {
            into.push(SubjectNumber {
                subject: subject.as_str().ok_or("a subject is no key")?.to_owned(),
                number: value::integer(number).ok_or("a number is none")?,
            });
        }
        Ok(())
    }
}
