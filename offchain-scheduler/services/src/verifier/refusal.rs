//! Why a request is refused, and how that is told.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use ion_protocol::{EnvelopeError, ErrorBody};

use super::{
    VerifierError,
    journal::{JournalError, NotTaken},
};

/// Why a request is refused.
#[derive(thiserror::Error, Debug)]
pub enum ApiError {
    /// The envelope is refused.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// No device on chain has this key.
    #[error("no device on chain has this key")]
    UnknownDevice,
    /// The device is terminated.
    #[error("the device is terminated")]
    DeviceTerminated,
    /// No such challenge is in progress.
    #[error("no such challenge is in progress")]
    NoChallenge,
    /// The time for this message is over.
    #[error("the time for this message is over")]
    TooLate,
    /// Other roots were sent before.
    #[error("other roots were sent before")]
    OtherCommitment,
    /// Openings came before roots.
    #[error("roots come first")]
    NotCommitted,
    /// The same answer is being checked.
    #[error("the answer is being checked")]
    InProgress,
    /// There is no such thing.
    #[error("there is no such device")]
    NotFound,
    /// Another live device has shown the same GPU.
    #[error("another live device has this GPU")]
    GpuClaimedElsewhere,
    /// The result is of another order.
    #[error("the result is of another order")]
    OtherOrder,
    /// No booking of that renter has this device.
    #[error("no booking of that renter has the device that signed")]
    NotHired,
    /// This device sent too many requests.
    #[error("too many requests of this device; wait a moment")]
    RateLimited,
    /// All devices together sent too many requests.
    #[error("too many requests; wait a moment")]
    Overloaded,
    /// The request did not arrive in time.
    #[error("the request did not arrive in time")]
    TooSlow,
    /// The verifier cannot answer now.
    #[error("the verifier cannot answer now")]
    Unavailable(#[source] VerifierError),
}

impl From<VerifierError> for ApiError {
    fn from(error: VerifierError) -> Self {
        match error {
            VerifierError::Journal(JournalError::Sequence(error)) => ApiError::Envelope(error),
            other => ApiError::Unavailable(other),
        }
    }
}

impl From<NotTaken> for ApiError {
    fn from(error: NotTaken) -> Self {
        match error {
            NotTaken::Sequence(error) => ApiError::Envelope(error),
            NotTaken::GpuClaimedElsewhere => ApiError::GpuClaimedElsewhere,
        }
    }
}

impl From<JournalError> for ApiError {
    fn from(error: JournalError) -> Self {
        VerifierError::from(error).into()
    }
}

impl ApiError {
    pub(super) fn code(&self) -> &'static str {
        match self {
            ApiError::Envelope(error) => error.code(),
            ApiError::UnknownDevice => "unknown_device",
            ApiError::DeviceTerminated => "device_terminated",
            ApiError::NoChallenge => "no_challenge",
            ApiError::TooLate => "too_late",
            ApiError::OtherCommitment => "other_commitment",
            ApiError::NotCommitted => "not_committed",
            ApiError::InProgress => "in_progress",
            ApiError::NotFound => "not_found",
            ApiError::GpuClaimedElsewhere => "gpu_claimed_elsewhere",
            ApiError::OtherOrder => "other_order",
            ApiError::NotHired => "not_hired",
            ApiError::RateLimited => "rate_limited",
            ApiError::Overloaded => "overloaded",
            ApiError::TooSlow => "too_slow",
            ApiError::Unavailable(_) => "unavailable",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            ApiError::Envelope(EnvelopeError::BodyTooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            ApiError::Envelope(EnvelopeError::BadSignature) | ApiError::UnknownDevice => {
                StatusCode::UNAUTHORIZED
            }
            ApiError::Envelope(EnvelopeError::Replayed(_) | EnvelopeError::OldSequence { .. })
            | ApiError::OtherCommitment
            | ApiError::NotCommitted
            | ApiError::GpuClaimedElsewhere
            | ApiError::InProgress => StatusCode::CONFLICT,
            ApiError::Envelope(_) | ApiError::OtherOrder => StatusCode::BAD_REQUEST,
            ApiError::DeviceTerminated | ApiError::NotHired => StatusCode::FORBIDDEN,
            ApiError::NoChallenge | ApiError::NotFound => StatusCode::NOT_FOUND,
            ApiError::TooLate => StatusCode::GONE,
            ApiError::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ApiError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            ApiError::Overloaded | ApiError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let ApiError::Unavailable(error) = &self {
            tracing::error!(error = %error, "request failed");
        }
        let body = ErrorBody {
            error: self.code().to_owned(),
            message: self.to_string(),
        };
        (self.status(), Json(body)).into_response()
    }
}
