//! Requests to one verifier.

use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use ion_protocol::{Domain, ErrorBody, seal};

use crate::agent::Shared;

/// HTTP side of one verifier.
pub struct VerifierClient {
    base: String,
    http: reqwest::Client,
}

/// Why a request gave no reply.
#[derive(thiserror::Error, Debug)]
pub enum CallError {
    /// The verifier cannot be reached, or answered in no known form.
    #[error("verifier cannot be reached: {0}")]
    Unreachable(String),
    /// The verifier refused.
    #[error("verifier refused: {} ({})", .0.message, .0.error)]
    Refused(ErrorBody),
    /// The request could not be made.
    #[error("request cannot be made: {0}")]
    Local(String),
}

impl CallError {
    /// Whether the same message, sealed again with a fresh time, may be accepted.
    pub fn is_retryable(&self) -> bool {
        match self {
            CallError::Unreachable(_) => true,
            CallError::Refused(body) => {
                matches!(
                    body.error.as_str(),
                    "clock_skew"
                        | "expired"
                        | "unknown_device"
                        | "unavailable"
                        | "rate_limited"
                        | "overloaded"
                )
            }
            CallError::Local(_) => false,
        }
    }

    /// Code of a refusal.
    pub fn code(&self) -> Option<&str> {
        match self {
            CallError::Refused(body) => Some(&body.error),
            _ => None,
        }
    }
}

impl VerifierClient {
    /// A client with a time limit per request.
    pub fn new(base: &str, timeout: Duration) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder().timeout(timeout).build()?;
        Ok(VerifierClient {
            base: base.trim_end_matches('/').to_owned(),
            http,
        })
    }

    /// Base URL, for logs.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Seals and sends one message at the present chain time. Errors: all of [`CallError`].
    pub(crate) async fn call<M, R>(
        &self,
        shared: &Shared,
        path: &str,
        domain: Domain,
        now: i64,
        message: &M,
    ) -> Result<R, CallError>
    where
        M: BorshSerialize,
        R: BorshDeserialize,
    {
        let local = |error: &dyn std::fmt::Display| CallError::Local(error.to_string());
        let sequence = shared.sequences.next().map_err(|error| local(&error))?;
        let envelope = seal(
            shared.key.signing_key(),
            domain,
            &shared.realm,
            sequence,
            now,
            message,
        )
        .map_err(|error| local(&error))?;
        let body = borsh::to_vec(&envelope).map_err(|error| local(&error))?;
        let unreachable =
            |error: reqwest::Error| CallError::Unreachable(error.without_url().to_string());
        let response = self
            .http
            .post(format!("{}{path}", self.base))
            .body(body)
            .send()
            .await
            .map_err(unreachable)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(unreachable)?;
        if status.is_success() {
            return borsh::from_slice(&bytes)
                .map_err(|_| CallError::Unreachable("reply does not decode".to_owned()));
        }
        match serde_json::from_slice(&bytes) {
            Ok(body) => Err(CallError::Refused(body)),
            Err(_) => Err(CallError::Unreachable(format!("status {status}"))),
        }
    }
}
