//! Job endpoints of the agent.

use std::sync::Arc;

use anyhow::Context;
use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use borsh::BorshDeserialize;
use ion_protocol::{
    Domain, EnvelopeError, ErrorBody, JOB_PATH, JOB_STATE_PATH, JobOrder, JobQuestion, JobState,
    JobWork, Opened, OrderError, Realm, open,
};
use tokio::sync::{Semaphore, watch};

use super::{Workshop, desk::Full, engine::EngineError, hire};
use crate::{agent::Shared, shutdown::Shutdown};

/// Largest body of a question, bytes.
const MAX_QUESTION_BYTES: usize = 1_024;
/// Readings of the chain that requests cause at the same time; anybody can sign a request.
const READINGS: usize = 4;

/// Why a request is refused.
#[derive(thiserror::Error, Debug)]
enum Refusal {
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("no running booking of yours holds this device")]
    NotHired,
    #[error("there is no such order of yours")]
    Unknown,
    #[error("as many orders wait as may")]
    QueueFull,
    #[error("the agent is about to end")]
    Draining,
    #[error("the chain cannot be read now")]
    Unavailable,
}

impl Refusal {
    fn code(&self) -> &'static str {
        match self {
            Refusal::Envelope(error) => error.code(),
            Refusal::Order(_) => "order_refused",
            Refusal::Engine(_) => "no_engine",
            Refusal::NotHired => "not_hired",
            Refusal::Unknown => "unknown_order",
            Refusal::QueueFull => "queue_full",
            Refusal::Draining => "draining",
            Refusal::Unavailable => "unavailable",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Refusal::Envelope(EnvelopeError::BodyTooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Envelope(EnvelopeError::BadSignature) => StatusCode::UNAUTHORIZED,
            Refusal::Envelope(_) | Refusal::Order(_) => StatusCode::BAD_REQUEST,
            Refusal::NotHired => StatusCode::FORBIDDEN,
            Refusal::Unknown => StatusCode::NOT_FOUND,
            Refusal::QueueFull => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Engine(_) | Refusal::Draining | Refusal::Unavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

impl From<Full> for Refusal {
    fn from(full: Full) -> Self {
        match full {
            Full::Queue => Refusal::QueueFull,
            Full::Draining => Refusal::Draining,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = ErrorBody {
            error: self.code().to_owned(),
            message: self.to_string(),
        };
        (self.status(), Json(body)).into_response()
    }
}

#[derive(Clone)]
struct Api {
    shared: Arc<Shared>,
    time: watch::Receiver<Option<i64>>,
    readings: Arc<Semaphore>,
}

/// Serves until the end is asked for.
pub(crate) async fn serve(
    listener: tokio::net::TcpListener,
    shared: Arc<Shared>,
    time: watch::Receiver<Option<i64>>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let app = Router::new()
        .route(JOB_PATH, post(order))
        .route(JOB_STATE_PATH, post(question))
        .with_state(Api {
            shared,
            time,
            readings: Arc::new(Semaphore::new(READINGS)),
        });
    axum::serve(listener, app)
        .with_graceful_shutdown(async move { shutdown.requested().await })
        .await
        .context("serve jobs")
}

impl Api {
    fn workshop(&self) -> Result<&Workshop, Refusal> {
        self.shared.workshop.as_ref().ok_or(Refusal::Unavailable)
    }

    async fn opened<T: BorshDeserialize>(
        &self,
        request: Request<Body>,
        max: usize,
        domain: Domain,
    ) -> Result<Opened<T>, Refusal> {
        let bytes = axum::body::to_bytes(request.into_body(), max)
            .await
            .map_err(|_| EnvelopeError::BodyTooLarge { got: max + 1, max })?;
        let now = (*self.time.borrow()).ok_or(Refusal::Unavailable)?;
        let realm = Realm {
            genesis_hash: self.shared.realm.genesis_hash,
            program_id: booking::ID.to_bytes(),
        };
        Ok(open(&bytes, max, domain, &realm, now)?)
    }
}

async fn order(State(api): State<Api>, request: Request<Body>) -> Result<Response, Refusal> {
    let settings = &api.shared.settings.jobs;
    let workshop = api.workshop()?;
    let opened: Opened<JobOrder> = api
        .opened(request, settings.max_body_bytes, Domain::JobOrder)
        .await?;
    let order = opened.message;
    order.check(&settings.limits())?;
    if let (JobWork::Container(_), Err(error)) = (&order.work, &workshop.engine) {
        return Err(error.clone().into());
    }
    let found = {
        let _reading = api
            .readings
            .try_acquire()
            .map_err(|_| Refusal::Unavailable)?;
        hire(&api.shared, order.device)
            .await
            .map_err(|_| Refusal::Unavailable)?
    };
    found
        .filter(|hire| hire.booking == order.booking && hire.renter == opened.subject)
        .ok_or(Refusal::NotHired)?;
    reply(workshop.desk.take(order.id(), opened.subject, order)?)
}

async fn question(State(api): State<Api>, request: Request<Body>) -> Result<Response, Refusal> {
    let opened: Opened<JobQuestion> = api
        .opened(request, MAX_QUESTION_BYTES, Domain::JobQuestion)
        .await?;
    let desk = &api.workshop()?.desk;
    let found = desk.find(&opened.message.order, &opened.subject);
    reply(found.ok_or(Refusal::Unknown)?)
}

fn reply(state: JobState) -> Result<Response, Refusal> {
    let bytes = borsh::to_vec(&state).map_err(|_| Refusal::Unavailable)?;
    Ok(([("content-type", "application/octet-stream")], bytes).into_response())
}
