//! Decisions and the function that makes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Device, DeviceId, Exclusion, Policy, Request, Snapshot, TermScore, exclusion,
    select::cheapest_set,
};

/// A device of a plan and why it was preferred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Address of the device account.
    pub device: DeviceId,
    /// Its processors.
    pub qty: u8,
    /// Asked price, 1e-6 USD per processor-hour.
    pub ask_usd_micros: u64,
    /// Score, term by term; lower is better.
    pub terms: Vec<TermScore>,
    /// Sum of the terms.
    pub cost: u64,
}

/// A whole set of devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// The devices, cheapest first, ties by id; the first one is the head line.
    pub devices: Vec<Chosen>,
    /// Sum over the devices.
    pub cost: u64,
}

/// What a request got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All processors asked for.
    Placed(Placement),
    /// Nothing: no set of at most 8 candidates has exactly that many processors.
    NoFit {
        /// Processors of all candidates.
        candidate_gpus: u64,
    },
}

/// A decision over one request, with its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The request.
    pub request: [u8; 16],
    /// Version of the snapshot it was made from, earlier requests of the same run applied.
    pub version: u64,
    /// Name of the policy.
    pub policy: String,
    /// Devices left by the filter.
    pub candidates: u32,
    /// Devices taken out by the filter, by reason.
    pub excluded: BTreeMap<Exclusion, u32>,
    /// The result.
    pub outcome: Outcome,
}

/// Decides over requests in order of arrival, ties by id, whatever their order in the slice. Each
/// plan takes its devices out of the fleet for the requests after it. Decisions come in order of
/// arrival; their versions count on from the snapshot's, one for each plan, as
/// [`Snapshot::commit`] does.
pub fn plan(snapshot: &Snapshot, policy: &Policy, requests: &[Request]) -> Vec<Decision> {
    let mut ordered: Vec<&Request> = requests.iter().collect();
    ordered.sort_by_key(|request| (request.arrival, request.id));
    let mut fleet = snapshot.clone();
    let mut decisions = Vec::with_capacity(ordered.len());
    for request in ordered {
        let decision = decide(&fleet, policy, request);
        // A decision without a plan changes nothing; one with a plan was made from this very fleet.
        let _ = fleet.commit(&decision);
        decisions.push(decision);
    }
    decisions
}

/// Decides over one request.
pub fn decide(snapshot: &Snapshot, policy: &Policy, request: &Request) -> Decision {
    let mut excluded = BTreeMap::new();
    let mut candidates: Vec<&Device> = Vec::new();
    for device in snapshot.devices() {
        match exclusion(snapshot, request, device) {
            Some(reason) => *excluded.entry(reason).or_insert(0) += 1,
            None => candidates.push(device),
        }
    }
    let highest_ask = candidates
        .iter()
        .map(|device| device.ask_usd_micros)
        .max()
        .unwrap_or_default();
    let mut scored: Vec<Chosen> = candidates
        .iter()
        .map(|device| {
            let terms = policy.score(request, device, highest_ask);
            let cost = terms.iter().map(|term| term.cost).sum();
            Chosen {
                device: device.id,
                qty: device.qty,
                ask_usd_micros: device.ask_usd_micros,
                terms,
                cost,
            }
        })
        .collect();
    scored.sort_by_key(|chosen| (chosen.cost, chosen.device));
    let candidate_gpus = scored.iter().map(|chosen| u64::from(chosen.qty)).sum();
    let count = u32::try_from(scored.len()).unwrap_or(u32::MAX);
    let outcome = match cheapest_set(scored, request.gpus) {
        Some(devices) => Outcome::Placed(Placement {
            cost: devices.iter().map(|chosen| chosen.cost).sum(),
            devices,
        }),
        None => Outcome::NoFit { candidate_gpus },
    };
    Decision {
        request: request.id,
        version: snapshot.version,
        policy: policy.name.clone(),
        candidates: count,
        excluded,
        outcome,
    }
}
