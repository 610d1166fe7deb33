//! What operators read.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
};
use ion_observation::{Key, MinuteMap};
use ion_protocol::Outcome;
use serde::Serialize;

use super::{refusal::ApiError, state::Verifier};

type Shared = State<Arc<Verifier>>;

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
    /// The present hour, once its opening was read: without it, the hour and the one before cannot be
    /// rewarded on this verifier's word.
    pub opened_hour: Option<u64>,
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
    pub minutes: u32,
    /// Minutes of the present hour that this verifier has watched.
    pub watched_minutes: u32,
    /// Last outcome in the present or the previous hour.
    pub outcome: Option<Outcome>,
    /// Chain time of that outcome.
    pub outcome_at: Option<i64>,
}

pub(super) async fn status(State(verifier): Shared) -> Result<Json<StatusView>, ApiError> {
    let now = verifier.now();
    let keep = i64::try_from(verifier.settings.report.keep.as_secs()).unwrap_or(i64::MAX);
    let from = now.map_or(0, |now| now.saturating_sub(keep).div_euclid(3_600));
    let hours = verifier
        .journal
        .written_hours(u64::try_from(from).unwrap_or_default())
        .await?;
    let present = now.and_then(|now| u64::try_from(now.div_euclid(3_600)).ok());
    let opened_hour = match present {
        Some(hour) if verifier.journal.has_opening(hour).await? => Some(hour),
        Some(_) | None => None,
    };
    Ok(Json(StatusView {
        verifier: verifier.address().to_string(),
        now,
        devices: verifier.snapshot().devices.len(),
        challenges_in_progress: verifier.trials.len(),
        opened_hour,
        hours: hours
            .into_iter()
            .map(|written| (written.hour, written.is_open))
            .collect(),
    }))
}

pub(super) async fn devices(State(verifier): Shared) -> Result<Json<Vec<DeviceView>>, ApiError> {
    let snapshot = verifier.snapshot();
    let mut views = Vec::with_capacity(snapshot.devices.len());
    for (address, device) in &snapshot.devices {
        views.push(view(&verifier, address, device).await?);
    }
    Ok(Json(views))
}

/// One device by its account address or its key, base58.
pub(super) async fn device(
    State(verifier): Shared,
    Path(name): Path<String>,
) -> Result<Json<DeviceView>, ApiError> {
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
    let hour = verifier
        .now()
        .and_then(|now| u64::try_from(now.div_euclid(3_600)).ok())
        .unwrap_or_default();
    let count =
        |hours: Vec<(u64, MinuteMap)>| hours.first().map_or(0, |(_, minutes)| minutes.count());
    let mut outcomes = verifier
        .journal
        .outcomes(address, hour.saturating_sub(1))
        .await?;
    outcomes.extend(verifier.journal.outcomes(address, hour).await?);
    let last = outcomes.last();
    Ok(DeviceView {
        address: bs58::encode(address).into_string(),
        device_key: device.device_key.to_string(),
        status: device.status,
        hired: device.is_hired(),
        last_heartbeat_at: verifier
            .journal
            .last_seen(address)
            .await?
            .map(|seen| seen.at),
        minutes: count(verifier.journal.device_hours(address, hour, hour).await?),
        watched_minutes: count(verifier.journal.watched_hours(hour, hour).await?),
        outcome: last.map(|seen| seen.outcome),
        outcome_at: last.map(|seen| seen.at),
    })
}
