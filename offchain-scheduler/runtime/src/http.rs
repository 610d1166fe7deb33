//! Endpoints that every service has.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};

use crate::health::Health;

/// `GET /healthz`: 200 while no loop is stalled, else 503; the body shows every loop.
pub async fn healthz(State(health): State<Health>) -> impl IntoResponse {
    let status = if health.is_alive() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(health.loops()))
}
