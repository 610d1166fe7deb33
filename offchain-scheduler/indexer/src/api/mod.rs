//! The read API.
//!
//! Mechanism: each read model is a list with keyset pages and single rows; a page is one statement, so
//! it is of one slot, which the answer names; the database makes the JSON. [`routes`] is the one list
//! that the router and the OpenAPI document are made of. Place of use: auditors, wallets, suppliers,
//! `ion explore`. Invariants: no list scans a table (a test reads the plans); no request keeps the
//! database busy for longer than it may; the API never writes: its connections refuse to.

mod csv;
mod estimates;
mod failure;
mod list;
mod listen;
mod live;
mod openapi;
mod query;
mod readers;
mod slots;
mod totals;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use ion_runtime::{health::Health, http::healthz, metrics::Metrics, shutdown::Shutdown};
use ion_store::Engine;
use tokio::sync::Semaphore;

use crate::{
    Index,
    schema::{TABLES, Table},
};
pub use failure::ApiError;
pub use list::{Answer, ListPlan};
pub use listen::listen;
pub use query::ListQuery;
use readers::Readers;

/// Longest time that the database spends on an answer unless told.
pub const LIMIT: Duration = Duration::from_secs(2);
/// Longest time that it spends on the figures of the network, which sum up whole tables.
const FIGURES_LIMIT: Duration = Duration::from_secs(60);

/// What the endpoints share.
#[derive(Clone)]
pub struct Api {
    index: Index,
    readers: Readers,
    /// Readers of the figures of the network: one answer at a time, made for all who ask.
    figures: Readers,
    metrics: Metrics,
    live: Arc<Semaphore>,
    totals: Arc<totals::Cache>,
    shutdown: Shutdown,
}

impl Api {
    /// An API over an index; at most `max_live` readers of live rows at a time.
    pub fn new(index: Index, metrics: Metrics, max_live: usize, shutdown: Shutdown) -> Self {
        Self {
            readers: Readers::new(index.store(), LIMIT),
            figures: Readers::on(index.store(), FIGURES_LIMIT, 1),
            index,
            metrics,
            live: Arc::new(Semaphore::new(max_live)),
            totals: Arc::default(),
            shutdown,
        }
    }

    /// The same with another limit to the time that the database spends on an answer.
    pub fn limited_to(mut self, limit: Duration) -> Self {
        self.readers = Readers::new(self.index.store(), limit);
        self
    }

    fn engine(&self) -> Engine {
        self.index.store().engine()
    }
}

/// What an endpoint answers with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A page of a read model.
    List(&'static Table),
    /// One row of a read model.
    Single(&'static Table),
    /// A page of events.
    Events,
    /// Events as they come.
    Live,
    /// Open offers with what a co-staker may expect.
    Estimates,
    /// The network in figures.
    Totals,
    /// Where the tables stand.
    Status,
    /// The OpenAPI document.
    Document,
    /// Liveness.
    Health,
    /// Metrics in the Prometheus text format.
    Metrics,
}

/// An endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) path: String,
    pub(crate) shape: Shape,
}

/// All endpoints.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    let mut add = |path: String, shape| routes.push(Route { path, shape });
    for table in TABLES {
        add(format!("/v1/{}", table.name), Shape::List(table));
        let keys: Vec<String> = table
            .keys
            .iter()
            .map(|key| format!("/{{{}}}", key.name))
            .collect();
        add(
            format!("/v1/{}{}", table.name, keys.concat()),
            Shape::Single(table),
        );
    }
    for (path, shape) in [
        ("/v1/events", Shape::Events),
        ("/v1/live", Shape::Live),
        ("/v1/estimates", Shape::Estimates),
        ("/v1/totals", Shape::Totals),
        ("/v1/status", Shape::Status),
        ("/openapi.json", Shape::Document),
        ("/healthz", Shape::Health),
        ("/metrics", Shape::Metrics),
    ] {
        add(path.to_owned(), shape);
    }
    routes
}

/// The router of all endpoints.
pub fn router(api: Api, health: Health) -> Router {
    let mut router = Router::new();
    for Route { path, shape } in routes() {
        let handler: MethodRouter<Api> = match shape {
            Shape::List(table) => get(move |State(api): State<Api>, RawQuery(query)| async move {
                answer(&api, "list", list::list(&api, table, query).await)
            }),
            Shape::Single(table) => get(
                move |State(api): State<Api>, path: axum::extract::RawPathParams| async move {
                    let keys = path.iter().map(|(_, value)| value.to_owned()).collect();
                    answer(&api, "single", list::single(&api, table, keys).await)
                },
            ),
            Shape::Events => get(|State(api): State<Api>, RawQuery(query)| async move {
                answer(&api, "events", list::events(&api, query).await)
            }),
            Shape::Estimates => get(|State(api): State<Api>, RawQuery(query)| async move {
                answer(&api, "estimates", estimates::estimates(&api, query).await)
            }),
            Shape::Live => get(live::live),
            Shape::Totals => get(|State(api): State<Api>| async move {
                answer(&api, "totals", totals::totals(&api).await)
            }),
            Shape::Status => get(|State(api): State<Api>| async move {
                answer(&api, "status", totals::status(&api).await)
            }),
            Shape::Document => get(|| async { Json(openapi::document()) }),
            Shape::Metrics => get(|State(api): State<Api>| async move { api.metrics.render() }),
            Shape::Health => {
                router = router.merge(
                    Router::new()
                        .route(&path, get(healthz))
                        .with_state(health.clone()),
                );
                continue;
            }
        };
        router = router.route(&path, handler);
    }
    router.with_state(api)
}

fn answer(api: &Api, kind: &'static str, result: Result<Response, ApiError>) -> Response {
    let outcome = result.as_ref().map_or_else(ApiError::code, |_| "ok");
    api.metrics.count(
        "indexer_requests_total",
        "Requests by endpoint and result.",
        &[("kind", kind), ("result", outcome)],
    );
    result.unwrap_or_else(IntoResponse::into_response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_has_every_route_and_no_other() {
        let document = openapi::document();
        let paths = document["paths"].as_object().unwrap();
        let routes = routes();
        for route in &routes {
            assert!(paths.contains_key(&route.path), "{} is missing", route.path);
        }
        assert_eq!(paths.len(), routes.len());
    }

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        fn references(value: &serde_json::Value, into: &mut Vec<String>) {
            match value {
                serde_json::Value::Object(fields) => {
                    for (name, field) in fields {
                        match field.as_str() {
                            Some(text) if name == "$ref" => into.push(text.to_owned()),
                            _ => references(field, into),
                        }
                    }
                }
                serde_json::Value::Array(all) => {
                    all.iter().for_each(|one| references(one, into));
                }
                _ => {}
            }
        }
        let document = openapi::document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > TABLES.len());
        for reference in found {
            let pointer = reference.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
