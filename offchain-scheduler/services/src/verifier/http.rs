//! HTTP side of the verifier: what devices send and what operators read.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Context;
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use borsh::{BorshDeserialize, BorshSerialize};
use ion_observation::{Key, MinuteMap};
use ion_protocol::{
    CHALLENGE_PATH, COMMIT_PATH, ChallengeFetch, CommitMessage, Domain, EnvelopeError, ErrorBody, HEARTBEAT_PATH,
    Heartbeat, HeartbeatReply, OPEN_PATH, OpenMessage, Opened, Outcome, open,
};
use serde::Serialize;

use super::{VerifierError, journal::JournalError, state::Verifier};
use crate::shutdown::Shutdown;

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

impl From<JournalError> for ApiError {
    fn from(error: JournalError) -> Self {
        VerifierError::from(error).into()
    }
}

impl ApiError {
    fn code(&self) -> &'static str {
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
            ApiError::Unavailable(_) => "unavailable",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            ApiError::Envelope(EnvelopeError::BodyTooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            ApiError::Envelope(EnvelopeError::BadSignature) | ApiError::UnknownDevice => StatusCode::UNAUTHORIZED,
            ApiError::Envelope(EnvelopeError::Replayed(_) | EnvelopeError::OldSequence { .. })
            | ApiError::OtherCommitment
            | ApiError::NotCommitted
            | ApiError::InProgress => StatusCode::CONFLICT,
            ApiError::Envelope(_) => StatusCode::BAD_REQUEST,
            ApiError::DeviceTerminated => StatusCode::FORBIDDEN,
            ApiError::NoChallenge | ApiError::NotFound => StatusCode::NOT_FOUND,
            ApiError::TooLate => StatusCode::GONE,
            ApiError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let ApiError::Unavailable(error) = &self {
            tracing::error!(error = %error, "request failed");
        }
        let body = ErrorBody { error: self.code().to_owned(), message: self.to_string() };
        (self.status(), Json(body)).into_response()
    }
}

type Shared = State<Arc<Verifier>>;

/// Serves until the end is asked for.
pub async fn serve(
    listener: tokio::net::TcpListener,
    verifier: Arc<Verifier>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let app = Router::new()
        .route(HEARTBEAT_PATH, post(heartbeat))
        .route(CHALLENGE_PATH, post(fetch))
        .route(COMMIT_PATH, post(commit))
        .route(OPEN_PATH, post(open_entries))
        .route("/v1/status", get(status))
        .route("/v1/devices", get(devices))
        .route("/v1/devices/{address}", get(device))
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthz))
        .with_state(verifier);
    axum::serve(listener, app)
        .with_graceful_shutdown(async move { shutdown.requested().await })
        .await
        .context("serve http")
}

/// A request of a device on chain: body limit, envelope, time, device.
struct Admitted<T> {
    opened: Opened<T>,
    address: Key,
    device: registry::state::Device,
    now: i64,
}

async fn admit<T: BorshDeserialize>(
    verifier: &Verifier,
    request: Request<Body>,
    max: usize,
    domain: Domain,
) -> Result<Admitted<T>, ApiError> {
    let result = admit_inner(verifier, request, max, domain).await;
    if let Err(error) = &result {
        let labels = [("reason", error.code())];
        verifier.metrics.count("verifier_requests_refused_total", "Requests refused.", &labels);
    }
    result
}

async fn admit_inner<T: BorshDeserialize>(
    verifier: &Verifier,
    request: Request<Body>,
    max: usize,
    domain: Domain,
) -> Result<Admitted<T>, ApiError> {
    let bytes = axum::body::to_bytes(request.into_body(), max)
        .await
        .map_err(|_| EnvelopeError::BodyTooLarge { got: max + 1, max })?;
    let mut now = match verifier.now() {
        Some(now) => now,
        None => verifier.fresh_now().await?,
    };
    let mut opened = open::<T>(&bytes, max, domain, &verifier.realm, now);
    let is_clock_doubtful = match &opened {
        Ok(opened) => opened.made_at > now,
        Err(error) => matches!(error, EnvelopeError::ClockSkew { .. } | EnvelopeError::Expired { .. }),
    };
    if is_clock_doubtful {
        now = verifier.fresh_now().await?;
        opened = open::<T>(&bytes, max, domain, &verifier.realm, now);
    }
    let opened = opened?;
    let snapshot = verifier.snapshot();
    let address = *snapshot.by_key.get(&opened.subject).ok_or(ApiError::UnknownDevice)?;
    let device = snapshot.devices.get(&address).ok_or(ApiError::UnknownDevice)?.clone();
    if device.status == ion_economics::device::DeviceStatus::Terminated.code() {
        return Err(ApiError::DeviceTerminated);
    }
    Ok(Admitted { opened, address, device, now })
}

fn reply<T: BorshSerialize>(message: &T) -> Result<Response, ApiError> {
    match borsh::to_vec(message) {
        Ok(bytes) => Ok(([("content-type", "application/octet-stream")], bytes).into_response()),
        Err(_) => Err(ApiError::Unavailable(VerifierError::Encoding)),
    }
}

async fn heartbeat(State(verifier): Shared, request: Request<Body>) -> Result<Response, ApiError> {
    let max = verifier.settings.http.max_body_bytes;
    let Admitted { opened, address, device, now } =
        admit::<Heartbeat>(&verifier, request, max, Domain::Heartbeat).await?;
    let degraded_after = i64::from(verifier.settings.heartbeat.degraded_after);
    verifier
        .journal
        .heartbeat(&opened.subject, &address, opened.sequence, now, degraded_after, &opened.message)
        .await?;
    verifier.metrics.count("verifier_heartbeats_total", "Heartbeats counted.", &[]);
    let challenge_waits = verifier.is_challenge_due(&address, &device, now).await?;
    reply(&HeartbeatReply { counted_at: now, challenge_waits })
}

async fn fetch(State(verifier): Shared, request: Request<Body>) -> Result<Response, ApiError> {
    let max = verifier.settings.http.max_body_bytes;
    let Admitted { opened, address, device, now } =
        admit::<ChallengeFetch>(&verifier, request, max, Domain::ChallengeFetch).await?;
    verifier.journal.accept(&opened.subject, Domain::ChallengeFetch, opened.sequence).await?;
    reply(&verifier.fetch_challenge(&address, &device, now).await?)
}

async fn commit(State(verifier): Shared, request: Request<Body>) -> Result<Response, ApiError> {
    let max = verifier.settings.http.max_body_bytes;
    let Admitted { opened, address, .. } =
        admit::<CommitMessage>(&verifier, request, max, Domain::ChallengeCommit).await?;
    verifier.journal.accept(&opened.subject, Domain::ChallengeCommit, opened.sequence).await?;
    reply(&verifier.take_commitment(&address, opened.message).await?)
}

async fn open_entries(State(verifier): Shared, request: Request<Body>) -> Result<Response, ApiError> {
    let max = verifier.max_answer_bytes();
    let Admitted { opened, address, now, .. } =
        admit::<OpenMessage>(&verifier, request, max, Domain::ChallengeOpen).await?;
    verifier.journal.accept(&opened.subject, Domain::ChallengeOpen, opened.sequence).await?;
    reply(&verifier.take_answer(&address, opened.message, now).await?)
}

/// `GET /v1/status`.
#[derive(Serialize, serde::Deserialize, Debug)]
pub struct StatusView {
    /// Address of the verifier.
    pub verifier: String,
    /// Chain time as last read, Unix seconds.
    pub now: Option<i64>,
    /// Devices on chain.
    pub devices: usize,
    /// Challenges in progress.
    pub challenges_in_progress: usize,
    /// Hours whose file is written, newest last, and whether something is left to vote or apply.
    pub hours: BTreeMap<u64, bool>,
}

/// One device in `GET /v1/devices`.
#[derive(Serialize, serde::Deserialize, Debug)]
pub struct DeviceView {
    /// Address of the device account.
    pub address: String,
    /// Key that the agent signs with.
    pub device_key: String,
    /// Status code on chain.
    pub status: u8,
    /// Whether a booking holds it.
    pub hired: bool,
    /// Chain time of the last heartbeat.
    pub last_heartbeat_at: Option<i64>,
    /// Up minutes in the present hour.
    pub up_minutes: u32,
    /// Minutes of the present hour that this verifier has watched.
    pub watched_minutes: u32,
    /// Last outcome in the present or the previous hour.
    pub last_outcome: Option<Outcome>,
    /// Chain time of that outcome.
    pub last_outcome_at: Option<i64>,
}

async fn status(State(verifier): Shared) -> Result<Json<StatusView>, ApiError> {
    let now = verifier.now();
    let keep = i64::try_from(verifier.settings.report.keep.as_secs()).unwrap_or(i64::MAX);
    let from = now.map_or(0, |now| now.saturating_sub(keep).div_euclid(3_600));
    let hours = verifier.journal.written_hours(u64::try_from(from).unwrap_or_default()).await?;
    Ok(Json(StatusView {
        verifier: verifier.address().to_string(),
        now,
        devices: verifier.snapshot().devices.len(),
        challenges_in_progress: verifier.trials.len(),
        hours: hours.into_iter().map(|written| (written.hour, written.is_open)).collect(),
    }))
}

async fn devices(State(verifier): Shared) -> Result<Json<Vec<DeviceView>>, ApiError> {
    let snapshot = verifier.snapshot();
    let mut views = Vec::with_capacity(snapshot.devices.len());
    for (address, device) in &snapshot.devices {
        views.push(view(&verifier, address, device).await?);
    }
    Ok(Json(views))
}

/// One device by its account address or its key, base58.
async fn device(State(verifier): Shared, Path(name): Path<String>) -> Result<Json<DeviceView>, ApiError> {
    let key: Key = bs58::decode(&name)
        .into_vec()
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(ApiError::NotFound)?;
    let snapshot = verifier.snapshot();
    let address = snapshot.by_key.get(&key).copied().unwrap_or(key);
    let device = snapshot.devices.get(&address).ok_or(ApiError::NotFound)?;
    Ok(Json(view(&verifier, &address, device).await?))
}

async fn view(
    verifier: &Verifier,
    address: &Key,
    device: &registry::state::Device,
) -> Result<DeviceView, ApiError> {
    let hour = verifier.now().and_then(|now| u64::try_from(now.div_euclid(3_600)).ok()).unwrap_or_default();
    let count = |hours: Vec<(u64, MinuteMap)>| hours.first().map_or(0, |(_, minutes)| minutes.count());
    let mut outcomes = verifier.journal.outcomes(address, hour.saturating_sub(1)).await?;
    outcomes.extend(verifier.journal.outcomes(address, hour).await?);
    let last = outcomes.last();
    Ok(DeviceView {
        address: bs58::encode(address).into_string(),
        device_key: device.device_key.to_string(),
        status: device.status,
        hired: device.is_hired(),
        last_heartbeat_at: verifier.journal.last_seen(address).await?.map(|seen| seen.at),
        up_minutes: count(verifier.journal.device_hours(address, hour, hour).await?),
        watched_minutes: count(verifier.journal.watched_hours(hour, hour).await?),
        last_outcome: last.map(|seen| seen.outcome),
        last_outcome_at: last.map(|seen| seen.at),
    })
}

async fn metrics(State(verifier): Shared) -> impl IntoResponse {
    ([("content-type", "text/plain; version=0.0.4")], verifier.metrics.render())
}

async fn healthz(State(verifier): Shared) -> impl IntoResponse {
    crate::http::healthz(State(verifier.health.clone())).await
}
