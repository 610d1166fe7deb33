//! The OpenAPI document, made of the same list as the router.

use serde_json::{Map, Value, json};

use super::{
    Shape, estimates,
    list::{EVENT_COLUMNS, EVENT_FILTERS, EVENT_PAIRS, together},
    query::{MAX_PAGE, PAGE},
    routes, totals,
};
use crate::schema::{Column, Kind, TABLES, Table};

/// The document of this version.
pub(super) fn document() -> Value {
    let mut paths = Map::new();
    for route in routes() {
        paths.insert(route.path.clone(), json!({ "get": operation(route.shape) }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ion read API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The chain's record as tables, recomputed. Every answer names the slot at \
                which it is consistent. Amounts are strings of base units: IO 1e-8, USDC and dollars \
                1e-6. Times are Unix seconds. Lists are in order of first appearance, the newest first; \
                `next` of a page is `before` of the following one.",
        },
        "paths": paths,
        "components": { "schemas": schemas() },
    })
}

fn operation(shape: Shape) -> Value {
    match shape {
        Shape::List(table) => json!({
            "summary": table.about,
            "operationId": format!("list_{}", table.name),
            "description": together(table.filters, table.pairs),
            "parameters": list_parameters(table.filters, |name| {
                table.column(name).map_or_else(|| json!({"type": "string"}), |column| schema(*column))
            }),
            "responses": page(table.name),
        }),
        Shape::Single(table) => json!({
            "summary": format!("One row of {}", table.name),
            "operationId": format!("get_{}", table.name),
            "parameters": table.keys.iter().map(|key| json!({
                "name": key.name, "in": "path", "required": true, "schema": schema(*key),
            })).collect::<Vec<_>>(),
            "responses": {
                "200": answer("The row", json!({
                    "type": "object",
                    "required": ["slot", "row"],
                    "properties": { "slot": slot(), "row": reference(table.name) },
                })),
                "404": failure("No such row"),
            },
        }),
        Shape::Events => json!({
            "summary": "Events of the five programs",
            "operationId": "list_events",
            "description": together(EVENT_FILTERS, EVENT_PAIRS),
            "parameters": list_parameters(EVENT_FILTERS, |_| json!({"type": "string"})),
            "responses": page("events"),
        }),
        Shape::Live => json!({
            "summary": "Events as they are indexed, as server-sent events",
            "operationId": "live_events",
            "parameters": [
                { "name": "after", "in": "query", "schema": {"type": "integer"},
                  "description": "Ordinal of the last event that is known; the header Last-Event-ID goes before it" },
                { "name": "program", "in": "query", "schema": {"type": "string"} },
            ],
            "responses": { "200": {
                "description": "id: ordinal, event: name, data: the event",
                "content": { "text/event-stream": { "schema": reference("events") } },
            }, "503": failure("Too many readers") },
        }),
        Shape::Estimates => json!({
            "summary": "Open offers with what a co-staker may expect per block",
            "operationId": "list_estimates",
            "parameters": list_parameters(&[], |_| json!({"type": "string"})),
            "responses": page("estimates"),
        }),
        Shape::Totals => json!({
            "summary": "The network in figures",
            "operationId": "totals",
            "responses": { "200": answer("Figures", json!({
                "type": "object",
                "required": ["slot", "totals"],
                "properties": { "slot": slot(), "totals": reference("totals") },
            })) },
        }),
        Shape::Status => plain("Where the tables stand", "status", "application/json"),
        Shape::Document => plain("This document", "openapi", "application/json"),
        Shape::Health => plain(
            "200 while the node is followed and the checks run, else 503",
            "healthz",
            "application/json",
        ),
        Shape::Metrics => plain(
            "Metrics in the Prometheus text format",
            "metrics",
            "text/plain",
        ),
    }
}

fn list_parameters(filters: &[&str], schema: impl Fn(&str) -> Value) -> Vec<Value> {
    let mut parameters = vec![
        json!({ "name": "limit", "in": "query", "description": "Rows of the page",
            "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": PAGE} }),
        json!({ "name": "before", "in": "query", "description": "`next` of the page before",
            "schema": {"type": "integer"} }),
        json!({ "name": "format", "in": "query",
            "schema": {"type": "string", "enum": ["json", "csv"], "default": "json"} }),
    ];
    parameters.extend(filters.iter().map(|name| {
        json!({ "name": name, "in": "query", "schema": schema(name),
            "description": "Only rows with this value; filters may be given together" })
    }));
    parameters
}

fn page(name: &str) -> Value {
    json!({
        "200": {
            "description": "A page",
            "headers": {
                "x-ion-slot": {"description": "Slot, for CSV", "schema": slot()},
                "x-ion-next": {"description": "`next`, for CSV", "schema": {"type": "integer"}},
            },
            "content": {
                "application/json": { "schema": {
                    "type": "object",
                    "required": ["slot", "next", "rows"],
                    "properties": {
                        "slot": slot(),
                        "next": {"type": ["integer", "null"]},
                        "rows": {"type": "array", "items": reference(name)},
                    },
                } },
                "text/csv": { "schema": {"type": "string"} },
            },
        },
        "400": failure("A parameter is unknown or out of range"),
        "503": failure("too_slow: the database would need longer than an answer may take; fewer filters, \
            or filters with an index together"),
    })
}

fn plain(summary: &str, id: &str, content: &str) -> Value {
    json!({
        "summary": summary,
        "operationId": id,
        "responses": { "200": {
            "description": summary,
            "content": { content: { "schema": {} } },
        } },
    })
}

fn answer(description: &str, schema: Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn failure(description: &str) -> Value {
    answer(description, reference("failure"))
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn slot() -> Value {
    json!({ "type": "integer", "description": "Slot at which the answer is consistent" })
}

fn schemas() -> Map<String, Value> {
    let mut all = Map::new();
    for table in TABLES {
        all.insert(table.name.to_owned(), row(table));
    }
    let estimate = |name: &str| {
        let kind = match name {
            "share_bps" | "class" => json!({"type": "integer"}),
            "expires_at" => json!({"type": ["integer", "null"]}),
            "estimate_io_per_block" => json!({"type": ["string", "null"],
                "description": "IO, 1e-8; null while there is no completed block; no promise"}),
            _ => json!({"type": "string"}),
        };
        (name.to_owned(), kind)
    };
    all.insert(
        "estimates".to_owned(),
        json!({ "type": "object", "properties": estimates::COLUMNS.map(estimate).into_iter().collect::<Map<_, _>>() }),
    );
    let any = |name: &&str| ((*name).to_owned(), json!({}));
    all.insert(
        "events".to_owned(),
        json!({ "type": "object", "properties": EVENT_COLUMNS.iter().map(any).collect::<Map<_, _>>() }),
    );
    let figure = |(name, is_amount): (&str, bool)| {
        let kind = if is_amount { "string" } else { "integer" };
        (name.to_owned(), json!({ "type": kind }))
    };
    all.insert(
        "totals".to_owned(),
        json!({ "type": "object", "properties": totals::names().map(figure).collect::<Map<_, _>>() }),
    );
    all.insert(
        "failure".to_owned(),
        json!({ "type": "object", "required": ["error", "message"],
            "properties": { "error": {"type": "string"}, "message": {"type": "string"} } }),
    );
    all
}

fn row(table: &Table) -> Value {
    let properties: Map<String, Value> = table
        .all()
        .map(|column| (column.name.to_owned(), schema(*column)))
        .collect();
    let required: Vec<&str> = table.all().map(|column| column.name).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn schema(column: Column) -> Value {
    match column.kind {
        Kind::Key => json!({"type": ["string", "null"], "description": "Address in base58"}),
        Kind::Text => json!({"type": ["string", "null"]}),
        Kind::Hex => json!({"type": ["string", "null"], "description": "Bytes in hex"}),
        Kind::Count => json!({"type": "integer"}),
        Kind::Signed => json!({"type": "integer", "description": "May be negative"}),
        Kind::Bps => json!({"type": "integer", "description": "Basis points"}),
        Kind::Time => json!({"type": ["integer", "null"], "description": "Unix seconds"}),
        Kind::Io => json!({"type": "string", "description": "IO, 1e-8"}),
        Kind::Usdc => json!({"type": "string", "description": "USDC, 1e-6"}),
        Kind::UsdMicros => json!({"type": "string", "description": "Dollars, 1e-6"}),
        Kind::Token => json!({"type": "string", "description": "Base units of the row's currency"}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Code(names) => json!({"type": "string", "enum": names}),
    }
}
