//! Results of customers' jobs: a renter's order with the device's result, both signed.
//!
//! Mechanism: whoever holds the two hands them over; both signatures are checked, a product is tested
//! by Freivalds, and the finding stands in the observation file of the hour. Only a wrong result is
//! stored, as evidence that anybody can check again: the rest is the renter's own. Place of use: the
//! HTTP side. Invariant: an order counts once, and once more when a wrong result of it turns up, so that
//! no result hides another; a device's findings are bounded, and each stands where the chain says that
//! its renter's booking held the device that signed.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use ion_evidence::{Evidence, JobRecord, JobRecordError};
use ion_observation::{JobObservation, Key};
use ion_protocol::{EnvelopeError, JobFinding, JobOrder, Realm};

use super::{
    VerifierError,
    http::{body, reply},
    refusal::ApiError,
    state::{Snapshot, Verifier},
    usage::held,
};

/// Findings of one device that are noted in an hour at most.
const MAX_JOBS_PER_HOUR: i64 = 256;
/// Wrong results of one device that are stored in a day at most: who hires an own device can make any
/// number, and each is large.
const MAX_WRONG_PER_DAY: i64 = 8;

/// Takes an order with its result.
pub(super) async fn take_job(
    State(verifier): State<Arc<Verifier>>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    // Bodies are large and anybody can send them: few at a time.
    let reading = verifier
        .job_bodies
        .try_acquire()
        .map_err(|_| ApiError::Overloaded)?;
    let bytes = body(&verifier, request, verifier.settings.http.max_job_bytes).await?;
    let now = match verifier.now() {
        Some(now) => now,
        None => verifier.fresh_now().await?,
    };
    let finding = verifier.check_job(bytes.to_vec(), now).await;
    let result = match &finding {
        Ok(JobFinding::Right) => "right",
        Ok(JobFinding::Wrong) => "wrong",
        Ok(JobFinding::Unchecked) => "unchecked",
        Err(_) => "refused",
    };
    let help = "Orders with results that were handed over.";
    let labels = [("result", result)];
    verifier
        .metrics
        .count("verifier_jobs_checked_total", help, &labels);
    drop(reading);
    reply(&finding?)
}

impl Verifier {
    /// Checks a job and notes it for the hour's file.
    async fn check_job(&self, bytes: Vec<u8>, now: i64) -> Result<JobFinding, ApiError> {
        let record: JobRecord = borsh::from_slice(&bytes).map_err(|_| EnvelopeError::Malformed)?;
        drop(bytes);
        let realm = Realm {
            genesis_hash: self.realm.genesis_hash,
            program_id: booking::ID.to_bytes(),
        };
        let (record, order) = self
            .on_thread(move || {
                let order = record.authenticate(&realm);
                (record, order)
            })
            .await?;
        let order = order.map_err(|error| match error {
            JobRecordError::Order(error) => ApiError::Envelope(error),
            JobRecordError::NoOrder(_) => EnvelopeError::Malformed.into(),
            JobRecordError::OtherOrder => ApiError::OtherOrder,
            JobRecordError::NotSigned => EnvelopeError::BadSignature.into(),
        })?;
        if !is_hire(&self.snapshot(), &order, &record) {
            return Err(ApiError::NotHired);
        }
        let (record, order, finding) = self
            .on_thread(move || {
                let finding = record.finding(&order);
                (record, order, finding)
            })
            .await?;
        let is_wrong = finding == JobFinding::Wrong;
        if self.journal.has_job(&order.id(), is_wrong).await? {
            return Ok(finding);
        }
        if self.is_too_much(&order.device, finding, now).await? {
            return Err(ApiError::RateLimited);
        }
        let outcome = record.result.result.outcome;
        let evidence = match finding {
            JobFinding::Wrong => self.keep_wrong(record).await?,
            JobFinding::Right | JobFinding::Unchecked => Key::default(),
        };
        let job = JobObservation {
            device: order.device,
            order: order.id(),
            at: now,
            outcome,
            finding,
            evidence,
        };
        self.journal.note_job(&job).await?;
        Ok(finding)
    }

    /// Long work on a thread; the turn ends with the work, also when the asker goes away before.
    async fn on_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, VerifierError> {
        let checks = self.job_checks.clone();
        let turn = checks.acquire_owned().await;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|_| VerifierError::Thread)
    }

    /// Whether a device has so many findings that a further one would only fill files and store.
    async fn is_too_much(
        &self,
        device: &Key,
        finding: JobFinding,
        now: i64,
    ) -> Result<bool, VerifierError> {
        let hour = now.saturating_sub(3_600);
        if self.journal.count_jobs(device, hour, None).await? >= MAX_JOBS_PER_HOUR {
            return Ok(true);
        }
        let day = now.saturating_sub(86_400);
        let wrong = Some(JobFinding::Wrong);
        Ok(finding == JobFinding::Wrong
            && self.journal.count_jobs(device, day, wrong).await? >= MAX_WRONG_PER_DAY)
    }

    /// Stores a wrong result; the hash of the evidence.
    async fn keep_wrong(&self, record: JobRecord) -> Result<Key, VerifierError> {
        let evidence = Evidence::Job(Box::new(record));
        let bytes = evidence.encode().map_err(|_| VerifierError::Encoding)?;
        let hash = Evidence::hash(&bytes);
        self.put(Evidence::object_name(&hash), bytes).await?;
        tracing::warn!(
            evidence = hex::encode(hash),
            "a device signed a wrong product"
        );
        Ok(hash)
    }
}

/// Whether the chain shows a booking of this renter that held the device that signed.
fn is_hire(snapshot: &Snapshot, order: &JobOrder, record: &JobRecord) -> bool {
    let is_device = snapshot
        .devices
        .get(&order.device)
        .is_some_and(|device| device.device_key.to_bytes() == record.result.device_key);
    is_device
        && snapshot
            .bookings
            .get(&order.booking)
            .is_some_and(|booking| {
                booking.started_at != 0
                    && booking.renter.to_bytes() == record.renter()
                    && booking.lines.iter().any(|line| {
                        line.device.to_bytes() == order.device && held(booking, line).is_some()
                    })
            })
}
