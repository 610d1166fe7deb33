//! HTTP side of the verifier: routes, and what devices send.

use std::sync::Arc;

use anyhow::Context;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use borsh::{BorshDeserialize, BorshSerialize};
use ion_observation::Key;
use ion_protocol::{
    CHALLENGE_PATH, COMMIT_PATH, ChallengeFetch, CommitMessage, Domain, EnvelopeError,
    HEARTBEAT_PATH, Heartbeat, HeartbeatReply, MAX_DECLARATION_BYTES, OPEN_PATH, OpenMessage,
    Opened, SUPPLIER_PATH, SupplierDeclaration, open,
};

use super::{
    VerifierError,
    refusal::ApiError,
    state::Verifier,
    views::{device, devices, status},
};
use crate::shutdown::Shutdown;

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
        .route(SUPPLIER_PATH, post(declare))
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
        verifier.metrics.count(
            "verifier_requests_refused_total",
            "Requests refused.",
            &labels,
        );
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
        Err(error) => matches!(
            error,
            EnvelopeError::ClockSkew { .. } | EnvelopeError::Expired { .. }
        ),
    };
    if is_clock_doubtful {
        now = verifier.fresh_now().await?;
        opened = open::<T>(&bytes, max, domain, &verifier.realm, now);
    }
    let opened = opened?;
    let snapshot = verifier.snapshot();
    let address = *snapshot
        .by_key
        .get(&opened.subject)
        .ok_or(ApiError::UnknownDevice)?;
    let device = snapshot
        .devices
        .get(&address)
        .ok_or(ApiError::UnknownDevice)?
        .clone();
    if device.status == ion_economics::device::DeviceStatus::Terminated.code() {
        return Err(ApiError::DeviceTerminated);
    }
    Ok(Admitted {
        opened,
        address,
        device,
        now,
    })
}

fn reply<T: BorshSerialize>(message: &T) -> Result<Response, ApiError> {
    match borsh::to_vec(message) {
        Ok(bytes) => Ok(([("content-type", "application/octet-stream")], bytes).into_response()),
        Err(_) => Err(ApiError::Unavailable(VerifierError::Encoding)),
    }
}

async fn heartbeat(State(verifier): Shared, request: Request<Body>) -> Result<Response, ApiError> {
    let max = verifier.settings.http.max_body_bytes;
    let Admitted {
        opened,
        address,
        device,
        now,
    } = admit::<Heartbeat>(&verifier, request, max, Domain::Heartbeat).await?;
    let degraded_after = i64::from(verifier.settings.heartbeat.degraded_after);
    verifier
        .note_sign_of_life(&address, &opened.message, now)
        .await?;
    verifier
        .journal
        .heartbeat(
            &opened.subject,
            &address,
            opened.sequence,
            now,
            degraded_after,
            &opened.message,
        )
        .await?;
    verifier
        .metrics
        .count("verifier_heartbeats_total", "Heartbeats counted.", &[]);
    let challenge_waits = verifier.is_challenge_due(&address, &device, now).await?;
    reply(&HeartbeatReply {
        counted_at: now,
        challenge_waits,
    })
}

async fn fetch(State(verifier): Shared, request: Request<Body>) -> Result<Response, ApiError> {
    let max = verifier.settings.http.max_body_bytes;
    let Admitted {
        opened,
        address,
        device,
        now,
    } = admit::<ChallengeFetch>(&verifier, request, max, Domain::ChallengeFetch).await?;
    verifier
        .journal
        .accept(&opened.subject, Domain::ChallengeFetch, opened.sequence)
        .await?;
    reply(&verifier.fetch_challenge(&address, &device, now).await?)
}

async fn commit(State(verifier): Shared, request: Request<Body>) -> Result<Response, ApiError> {
    let max = verifier.settings.http.max_body_bytes;
    let Admitted {
        opened, address, ..
    } = admit::<CommitMessage>(&verifier, request, max, Domain::ChallengeCommit).await?;
    verifier
        .journal
        .accept(&opened.subject, Domain::ChallengeCommit, opened.sequence)
        .await?;
    reply(&verifier.take_commitment(&address, opened).await?)
}

async fn open_entries(
    State(verifier): Shared,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let max = verifier.max_answer_bytes();
    let Admitted {
        opened,
        address,
        now,
        ..
    } = admit::<OpenMessage>(&verifier, request, max, Domain::ChallengeOpen).await?;
    verifier
        .journal
        .accept(&opened.subject, Domain::ChallengeOpen, opened.sequence)
        .await?;
    reply(&verifier.take_answer(&address, opened, now).await?)
}

/// Takes a supplier's declaration into the shared store, where every verifier finds it.
async fn declare(State(verifier): Shared, request: Request<Body>) -> Result<Response, ApiError> {
    let max = MAX_DECLARATION_BYTES;
    let bytes = axum::body::to_bytes(request.into_body(), max)
        .await
        .map_err(|_| EnvelopeError::BodyTooLarge { got: max + 1, max })?;
    let declaration: SupplierDeclaration =
        borsh::from_slice(&bytes).map_err(|_| EnvelopeError::Malformed)?;
    if !declaration.is_signed(&verifier.realm.genesis_hash) {
        return Err(EnvelopeError::BadSignature.into());
    }
    let snapshot = verifier.snapshot();
    let is_supplier = snapshot
        .devices
        .values()
        .any(|device| device.owner.to_bytes() == declaration.owner);
    if !is_supplier {
        return Err(ApiError::UnknownDevice);
    }
    verifier
        .put(declaration.object_name(), bytes.to_vec())
        .await?;
    reply(&())
}

async fn metrics(State(verifier): Shared) -> impl IntoResponse {
    (
        [("content-type", "text/plain; version=0.0.4")],
        verifier.metrics.render(),
    )
}

async fn healthz(State(verifier): Shared) -> impl IntoResponse {
    crate::http::healthz(State(verifier.health.clone())).await
}
