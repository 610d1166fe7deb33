//! Reading the rules.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    CheckRule, EventRules, Numbered, Operation, RowRule,
    value::{Filter, Path, Root},
};
use crate::schema::table;

/// A line of the rules that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("rules, line {line}: {what}")]
pub struct RuleError {
    /// Its number.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

pub(super) fn parse(text: &str) -> Result<HashMap<(String, String), EventRules>, RuleError> {
    let mut events: HashMap<(String, String), EventRules> = HashMap::new();
    let mut current: Option<(String, String)> = None;
    for (index, line) in text.lines().enumerate() {
        let fail = |what: String| RuleError {
            line: index + 1,
            what,
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(rule) = line.strip_prefix("  ") {
            let rules = current
                .as_ref()
                .and_then(|name| events.get_mut(name))
                .ok_or_else(|| fail("no event before it".to_owned()))?;
            match rule.strip_prefix("! ") {
                Some(check) => rules.checks.push(check_rule(check).map_err(fail)?),
                None => rules.rows.push(row_rule(rule).map_err(fail)?),
            }
            continue;
        }
        let mut words = line.split(' ');
        let (program, name) = words
            .next()
            .and_then(|event| event.split_once('.'))
            .ok_or_else(|| fail("expected program.Event".to_owned()))?;
        let mut rules = EventRules::default();
        for word in words {
            rules.numbered.push(numbered(word).map_err(fail)?);
        }
        let key = (program.to_owned(), name.to_owned());
        if events.insert(key.clone(), rules).is_some() {
            return Err(fail(format!("{program}.{name} is there twice")));
        }
        current = Some(key);
    }
    Ok(events)
}

fn numbered(word: &str) -> Result<Numbered, String> {
    let (subject, number) = word
        .strip_prefix('@')
        .and_then(|word| word.split_once(':'))
        .ok_or_else(|| format!("{word}: expected @path:number"))?;
    Ok(Numbered {
        each: subject.starts_with('*'),
        subject: path(subject.trim_start_matches('*'))?,
        number: path(number)?,
    })
}

fn check_rule(text: &str) -> Result<CheckRule, String> {
    let words: Vec<&str> = text.split(' ').collect();
    let (kind, each, subject) = match words.as_slice() {
        [kind, subject] => (kind, None, subject),
        [kind, list, subject] => {
            let list = list.strip_prefix('*').ok_or("expected *list")?;
            (kind, Some(path(list)?), subject)
        }
        _ => return Err("expected ! check subject".to_owned()),
    };
    Ok(CheckRule {
        kind: (*kind).to_owned(),
        each,
        subject: path(subject)?,
    })
}

fn row_rule(text: &str) -> Result<RowRule, String> {
    let (head, fields) = text
        .split_once(": ")
        .ok_or("expected table keys: columns")?;
    let mut words = head.split(' ');
    let name = words.next().unwrap_or_default();
    let table = table(name).ok_or_else(|| format!("no table {name}"))?;
    let mut rule = RowRule {
        table,
        each: None,
        only_if: None,
        keys: Vec::new(),
        fields: Vec::new(),
    };
    for word in words {
        if let Some(list) = word.strip_prefix('*') {
            rule.each = Some(path(list)?);
        } else if let Some(condition) = word.strip_prefix('?') {
            let (left, right) = condition.split_once('=').ok_or("expected ?path=value")?;
            let wanted = serde_json::from_str(right).map_err(|error| error.to_string())?;
            rule.only_if = Some((path(left)?, wanted));
        } else {
            rule.keys = word.split(',').map(path).collect::<Result<_, _>>()?;
        }
    }
    if rule.keys.len() != table.keys.len() {
        return Err(format!("{name} has {} keys", table.keys.len()));
    }
    for field in fields.split(' ') {
        let (column, value) = field
            .split_once('=')
            .ok_or_else(|| format!("{field}: expected column=value"))?;
        let (column, operation) = match (column.strip_suffix('+'), column.strip_suffix('-')) {
            (Some(column), _) => (column, Operation::Add),
            (None, Some(column)) => (column, Operation::Subtract),
            (None, None) => (column, Operation::Set),
        };
        let known = table
            .columns
            .iter()
            .find(|known| known.name == column)
            .ok_or_else(|| format!("{name} has no column {column}"))?;
        if operation != Operation::Set && known.kind.is_text() {
            return Err(format!("{column} is text"));
        }
        rule.fields.push((known.name, operation, path(value)?));
    }
    Ok(rule)
}

fn path(text: &str) -> Result<Path, String> {
    let (text, filter) = match text.split_once('|') {
        None => (text, None),
        Some((text, filter)) => (text, Some(self::filter(filter)?)),
    };
    let fixed = |value: Value| Path {
        root: Root::Fixed(value),
        steps: Vec::new(),
        filter: None,
    };
    if let Some(quoted) = text.strip_prefix('\'') {
        let word = quoted.strip_suffix('\'').ok_or("a quote is open")?;
        return Ok(fixed(Value::from(word)));
    }
    if let Ok(number) = text.parse::<i64>() {
        return Ok(fixed(Value::from(number)));
    }
    let (root, rest) = match text {
        "#" => (Root::Index, ""),
        "@entry" => (Root::Entry, ""),
        _ => match text.strip_prefix('.') {
            Some(rest) => (Root::Element, rest),
            None => (Root::Event, text),
        },
    };
    let steps = rest
        .split('.')
        .filter(|step| !step.is_empty())
        .map(str::to_owned)
        .collect();
    Ok(Path {
        root,
        steps,
        filter,
    })
}

fn filter(text: &str) -> Result<Filter, String> {
    match text {
        "day" => Ok(Filter::Day),
        "utf8" => Ok(Filter::Utf8),
        _ => text
            .strip_prefix("enum(")
            .and_then(|rest| rest.strip_suffix(')'))
            .map(|names| Filter::Enum(names.split(',').map(str::to_owned).collect()))
            .ok_or_else(|| format!("no filter {text}")),
    }
}
