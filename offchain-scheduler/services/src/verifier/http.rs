//! HTTP side of the verifier: routes, and what devices send.

use std::{sync::Arc, time::Instant};

use anyhow::Context;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, header::CONNECTION},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use borsh::{BorshDeserialize, BorshSerialize};
use ion_observation::Key;
use ion_protocol::{
    CHALLENGE_PATH, COMMIT_PATH, ChallengeFetch, ChallengeReply, CommitMessage, Domain,
    EnvelopeError, HEARTBEAT_PATH, Heartbeat, HeartbeatReply, JOB_REPORT_PATH,
    MAX_DECLARATION_BYTES, OPEN_PATH, OpenMessage, Opened, SUPPLIER_PATH, SupplierDeclaration,
    open,
};

use super::{
    VerifierError,
    gather::Gate,
    jobs::take_job,
    journal::Arrival,
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
        .route(JOB_REPORT_PATH, post(take_job))
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

/// The body of a request, within the limits of size, time and number.
pub(super) async fn body(
    verifier: &Verifier,
    request: Request<Body>,
    max: usize,
) -> Result<axum::body::Bytes, ApiError> {
    if !verifier.limits.take_any(Instant::now()) {
        return Err(ApiError::Overloaded);
    }
    let reading = axum::body::to_bytes(request.into_body(), max);
    match tokio::time::timeout(verifier.settings.http.read_within, reading).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(EnvelopeError::BodyTooLarge { got: max + 1, max }.into()),
        Err(_) => Err(ApiError::TooSlow),
    }
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
    let bytes = body(verifier, request, max).await?;
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
    // After the signature: nobody uses up what is another device's.
    if !verifier.limits.take_of(&opened.subject, Instant::now()) {
        return Err(ApiError::RateLimited);
    }
    Ok(Admitted {
        opened,
        address,
        device,
        now,
    })
}

pub(super) fn reply<T: BorshSerialize>(message: &T) -> Result<Response, ApiError> {
    match borsh::to_vec(message) {
        Ok(bytes) => Ok(([("content-type", "application/octet-stream")], bytes).into_response()),
        Err(_) => Err(ApiError::Unavailable(VerifierError::Encoding)),
    }
}

/// A request other than a heartbeat, as it is stored.
fn message<T>(domain: Domain, opened: &Opened<T>) -> Arrival {
    Arrival {
        subject: opened.subject,
        domain,
        sequence: opened.sequence,
        life: None,
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
    let arrival = verifier.arrival(
        &opened.subject,
        &address,
        opened.sequence,
        now,
        &opened.message,
    );
    verifier.accept(arrival).await?;
    verifier
        .gatherings
        .hear(&address, opened.message.draining, Instant::now());
    verifier
        .metrics
        .count("verifier_heartbeats_total", "Heartbeats counted.", &[]);
    let challenge_waits =
        !opened.message.draining && verifier.is_challenge_due(&address, &device, now).await?;
    let mut response = reply(&HeartbeatReply {
        counted_at: now,
        challenge_waits,
    })?;
    // The next one comes in a minute: open connections of all devices would only take memory.
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    Ok(response)
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
        .accept(message(Domain::ChallengeFetch, &opened))
        .await?;
    let gate = match verifier.is_to_be_gathered(&address, &device, now).await? {
        true => verifier.gate(&address, &device.owner.to_bytes(), now).await,
        false => Gate::Open(std::time::Duration::ZERO),
    };
    reply(&match gate {
        Gate::Open(round_trip) => {
            verifier
                .fetch_challenge(&address, &device, now, round_trip)
                .await?
        }
        Gate::Wait(wait) => ChallengeReply {
            issued: None,
            wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        },
    })
}

async fn commit(State(verifier): Shared, request: Request<Body>) -> Result<Response, ApiError> {
    let max = verifier.settings.http.max_body_bytes;
    let Admitted {
        opened, address, ..
    } = admit::<CommitMessage>(&verifier, request, max, Domain::ChallengeCommit).await?;
    verifier
        .accept(message(Domain::ChallengeCommit, &opened))
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
        .accept(message(Domain::ChallengeOpen, &opened))
        .await?;
    reply(&verifier.take_answer(&address, opened, now).await?)
}

/// Takes a supplier's declaration into the shared store, where every verifier finds it.
async fn declare(State(verifier): Shared, request: Request<Body>) -> Result<Response, ApiError> {
    let bytes = body(&verifier, request, MAX_DECLARATION_BYTES).await?;
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
    verifier.note_gauges();
    (
        [("content-type", "text/plain; version=0.0.4")],
        verifier.metrics.render(),
    )
}

async fn healthz(State(verifier): Shared) -> impl IntoResponse {
    crate::http::healthz(State(verifier.health.clone())).await
}
