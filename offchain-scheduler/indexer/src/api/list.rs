//! Pages of lists, and single rows.

use std::fmt::Write;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use ion_store::Engine;

use super::{
    Api, ApiError,
    csv::{Columns, csv},
    query::{ListQuery, field},
};
use crate::{
    project::Field,
    schema::{Column, Kind, Table, row_json},
};

/// Filters of the list of events, each with an index.
pub(super) const EVENT_FILTERS: &[&str] = &["program", "name", "subject"];
/// Filters of the list of events that come together, with an index.
pub(super) const EVENT_PAIRS: &[[&str; 2]] = &[["subject", "name"], ["program", "name"]];
/// Columns of the list of events.
pub(super) const EVENT_COLUMNS: &[&str] = &[
    "ordinal",
    "slot",
    "signature",
    "program",
    "name",
    "subject",
    "at",
    "body",
];

/// The statement of a page, and its values.
#[derive(Clone, Debug)]
pub struct ListPlan {
    /// The statement: slot, last ordinal, number of rows, rows as JSON.
    pub sql: String,
    /// Its values in order.
    pub values: Vec<Field>,
}

impl ListPlan {
    /// A page of a read model.
    pub fn of_table(table: &Table, query: &ListQuery, engine: Engine) -> Self {
        Self::page(table.name, &row_json(table, engine), query, engine)
    }

    /// A page of events.
    pub fn of_events(query: &ListQuery, engine: Engine) -> Self {
        Self::page("events", &event_json(engine), query, engine)
    }

    fn page(name: &str, object: &str, query: &ListQuery, engine: Engine) -> Self {
        let mut values = vec![Field::Number(query.before), Field::Number(query.limit)];
        let mut narrowed = String::new();
        for (place, (column, value)) in (3..).zip(&query.filters) {
            values.push(value.clone());
            // writing to a String does not fail
            let _ = write!(narrowed, " AND {column} = ${place}");
        }
        let sql = format!(
            "{} FROM (SELECT * FROM {name} WHERE ordinal < $1{narrowed} \
             ORDER BY ordinal DESC LIMIT $2) AS page",
            selected(object, engine)
        );
        Self { sql, values }
    }
}

/// Slot, last ordinal, number of rows and rows, all of one statement and so of one moment.
fn selected(object: &str, engine: Engine) -> String {
    let rows = match engine {
        Engine::Sqlite => format!("json_group_array({object})"),
        Engine::Postgres => format!("json_agg({object} ORDER BY ordinal DESC)"),
    };
    format!(
        "SELECT (SELECT slot FROM progress WHERE id = 1), COALESCE(MIN(ordinal), 0), COUNT(*), \
         COALESCE(CAST({rows} AS TEXT), '[]')"
    )
}

pub(super) fn event_json(engine: Engine) -> String {
    let (object, body) = match engine {
        Engine::Sqlite => ("json_object", "json(body)"),
        Engine::Postgres => ("json_build_object", "CAST(body AS json)"),
    };
    format!(
        "{object}('ordinal', ordinal, 'slot', slot, 'signature', signature, 'program', program, \
         'name', name, 'subject', NULLIF(subject, ''), 'at', NULLIF(at, 0), 'body', {body})"
    )
}

/// A page as the database gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Slot at which it is consistent.
    pub slot: i64,
    /// Ordinal of the last row.
    pub last: i64,
    /// Number of rows.
    pub count: i64,
    /// The rows as a JSON list.
    pub rows: String,
}

impl Answer {
    /// Asks the database.
    pub(super) async fn ask(api: &Api, plan: ListPlan) -> Result<Self, ApiError> {
        api.readers
            .one(plan.sql, plan.values, |row| {
                Ok(Self {
                    slot: row.number(0)?,
                    last: row.number(1)?,
                    count: row.number(2)?,
                    rows: row.text(3)?,
                })
            })
            .await
    }

    fn next(&self, limit: i64) -> Option<i64> {
        (self.count >= limit).then_some(self.last)
    }

    fn respond(self, query: &ListQuery, columns: &Columns) -> Result<Response, ApiError> {
        let next = self.next(query.limit);
        if query.is_csv {
            let mut headers = vec![("x-ion-slot".to_owned(), self.slot.to_string())];
            headers.extend(next.map(|next| ("x-ion-next".to_owned(), next.to_string())));
            let headers: axum::http::HeaderMap = headers
                .iter()
                .filter_map(|(name, value)| {
                    Some((
                        name.parse::<axum::http::HeaderName>().ok()?,
                        value.parse().ok()?,
                    ))
                })
                .chain([(
                    header::CONTENT_TYPE,
                    axum::http::HeaderValue::from_static("text/csv; charset=utf-8"),
                )])
                .collect();
            return Ok((headers, csv(columns, &self.rows)).into_response());
        }
        let next = next.map_or_else(|| "null".to_owned(), |next| next.to_string());
        let body = format!(
            "{{\"slot\":{},\"next\":{next},\"rows\":{}}}",
            self.slot, self.rows
        );
        Ok(json(body))
    }
}

/// How the filters of a list go together.
pub(super) fn together(filters: &[&str], pairs: &[[&str; 2]]) -> String {
    let named: Vec<String> = pairs
        .iter()
        .map(|[first, second]| format!("{first} with {second}"))
        .collect();
    match filters {
        [] => "No filters".to_owned(),
        [only] => format!("One filter, {only}, with an index"),
        all if named.is_empty() => format!(
            "Filters may be given together; each has an index: {}",
            all.join(", ")
        ),
        all => format!(
            "Filters may be given together; each has an index: {}; and so have the pairs {}",
            all.join(", "),
            named.join(", ")
        ),
    }
}

/// A body that is JSON already.
pub(super) fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

pub(super) async fn list(
    api: &Api,
    table: &'static Table,
    text: Option<String>,
) -> Result<Response, ApiError> {
    let query = ListQuery::read(text.as_deref(), table.filters, |name| {
        table.column(name).copied()
    })?;
    let plan = ListPlan::of_table(table, &query, api.engine());
    let columns = table.all().map(|column| column.name).collect();
    Answer::ask(api, plan)
        .await
        .map_err(|error| error.advise(&together(table.filters, table.pairs)))?
        .respond(&query, &columns)
}

pub(super) async fn events(api: &Api, text: Option<String>) -> Result<Response, ApiError> {
    let query = ListQuery::read(text.as_deref(), EVENT_FILTERS, |name| {
        EVENT_FILTERS
            .iter()
            .find(|known| **known == name)
            .map(|name| Column {
                name,
                kind: Kind::Text,
            })
    })?;
    let plan = ListPlan::of_events(&query, api.engine());
    let columns = EVENT_COLUMNS.to_vec();
    Answer::ask(api, plan)
        .await
        .map_err(|error| error.advise(&together(EVENT_FILTERS, EVENT_PAIRS)))?
        .respond(&query, &columns)
}

pub(super) async fn single(
    api: &Api,
    table: &'static Table,
    keys: Vec<String>,
) -> Result<Response, ApiError> {
    let values = table
        .keys
        .iter()
        .zip(&keys)
        .map(|(column, value)| field(column, value))
        .collect::<Result<Vec<_>, _>>()?;
    let wanted: Vec<String> = table
        .keys
        .iter()
        .zip(1..)
        .map(|(key, place)| format!("{} = ${place}", key.name))
        .collect();
    let sql = format!(
        "{} FROM {} WHERE {}",
        selected(&row_json(table, api.engine()), api.engine()),
        table.name,
        wanted.join(" AND ")
    );
    let found = Answer::ask(api, ListPlan { sql, values }).await?;
    if found.count == 0 {
        return Err(ApiError::NotFound(found.slot));
    }
    let row = found
        .rows
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or("null");
    Ok(json(format!("{{\"slot\":{},\"row\":{row}}}", found.slot)))
}
