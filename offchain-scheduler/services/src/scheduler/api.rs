//! HTTP of the scheduler.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use ion_protocol::{
    EXTENSION_PATH, ErrorBody, FLEET_PATH, MAX_QUOTE_REQUEST_BYTES, QUOTE_PATH, QuoteAnswer,
};
use tokio::sync::{Semaphore, watch};

use super::{FleetState, QuoteError, Quoting};
use crate::{health::Health, http::healthz, metrics::Metrics};

/// What the endpoints share.
pub struct Api {
    /// Makes quotes.
    pub quoting: Quoting,
    /// Requests in hand.
    pub turns: Semaphore,
    /// Last reading of the fleet.
    pub fleet: watch::Receiver<FleetState>,
    /// Counters.
    pub metrics: Metrics,
}

/// All endpoints: quotes, extensions, explanations, fleet, health, metrics.
pub fn router(api: Arc<Api>, health: Health) -> Router {
    Router::new()
        .route(QUOTE_PATH, post(quote))
        .route(EXTENSION_PATH, post(extension))
        .route(
            &format!("{QUOTE_PATH}/{{id}}/explanation"),
            get(explanation),
        )
        .route(FLEET_PATH, get(fleet))
        .route("/metrics", get(metrics))
        // The envelope says by how much a body is too large; beyond twice that nobody is told.
        .layer(DefaultBodyLimit::max(2 * MAX_QUOTE_REQUEST_BYTES))
        .with_state(api)
        .merge(
            Router::new()
                .route("/healthz", get(healthz))
                .with_state(health),
        )
}

impl IntoResponse for QuoteError {
    fn into_response(self) -> Response {
        let body = ErrorBody {
            error: self.code().to_owned(),
            message: self.to_string(),
        };
        (self.status(), Json(body)).into_response()
    }
}

async fn quote(State(api): State<Arc<Api>>, body: Bytes) -> Response {
    let answer = match api.turns.try_acquire() {
        Ok(_turn) => api.quoting.quote(&body).await,
        Err(_) => Err(QuoteError::Busy),
    };
    reply(
        &api,
        "scheduler_quotes_total",
        "Quote requests by result.",
        answer,
    )
}

async fn extension(State(api): State<Arc<Api>>, body: Bytes) -> Response {
    let answer = match api.turns.try_acquire() {
        Ok(_turn) => api.quoting.extension(&body).await,
        Err(_) => Err(QuoteError::Busy),
    };
    reply(
        &api,
        "scheduler_extensions_total",
        "Extension requests by result.",
        answer,
    )
}

/// Counts an answer and sends it.
fn reply(
    api: &Api,
    name: &'static str,
    help: &'static str,
    answer: Result<QuoteAnswer, QuoteError>,
) -> Response {
    let result = answer.as_ref().map_or_else(QuoteError::code, |_| "ok");
    api.metrics.count(name, help, &[("result", result)]);
    match answer {
        Ok(answer) => {
            tracing::info!(booking = answer.booking, wallet = answer.renter, "quoted");
            Json(answer).into_response()
        }
        Err(error) => {
            tracing::info!(error = %error, "no quote");
            error.into_response()
        }
    }
}

async fn explanation(State(api): State<Arc<Api>>, Path(id): Path<String>) -> Response {
    let id = hex::decode(&id)
        .ok()
        .and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    let Some(id) = id else {
        return QuoteError::BadRequest("id: 16 bytes in hex").into_response();
    };
    match api.quoting.desk.explain(&id).await {
        Ok(Some((decision, state))) => {
            let decision: serde_json::Value = serde_json::from_str(&decision).unwrap_or_default();
            Json(serde_json::json!({ "state": state, "decision": decision })).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => QuoteError::Store(error).into_response(),
    }
}

async fn fleet(State(api): State<Arc<Api>>) -> Json<FleetState> {
    Json(api.fleet.borrow().clone())
}

async fn metrics(State(api): State<Arc<Api>>) -> String {
    api.metrics.render()
}
