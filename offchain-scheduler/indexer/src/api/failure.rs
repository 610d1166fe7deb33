//! Why a request has no answer.

use std::time::Duration;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Refusals and failures of the API.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// A parameter is unknown or out of range.
    #[error("{0}")]
    BadRequest(String),
    /// There is no such row.
    #[error("there is no such row as of slot {0}")]
    NotFound(i64),
    /// Too many readers of live rows.
    #[error("too many readers of live rows")]
    Busy,
    /// The answer took longer than an answer may.
    #[error("{0}")]
    TooSlow(String),
    /// The database.
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
}

impl ApiError {
    /// An answer that was given up after `limit`.
    pub(super) fn slow(limit: Duration) -> Self {
        Self::TooSlow(format!("given up after {limit:?}"))
    }

    /// Says with it what to ask for instead.
    pub(super) fn advise(self, advice: &str) -> Self {
        match self {
            Self::TooSlow(what) => Self::TooSlow(format!("{what}. {advice}")),
            other => other,
        }
    }

    /// The name of the failure in answers and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::NotFound(_) => "not_found",
            Self::Busy => "busy",
            Self::TooSlow(_) => "too_slow",
            Self::Database(_) => "database",
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Busy | Self::TooSlow(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(error) => {
                tracing::error!(error = %error, "a request found no database");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let body = json!({ "error": self.code(), "message": self.to_string() });
        (status, Json(body)).into_response()
    }
}
