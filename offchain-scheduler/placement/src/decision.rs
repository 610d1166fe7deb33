//! Decisions and the function that makes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    DeviceId, Exclusion, Part, Policy, Request, Shape, Snapshot, TermScore,
    choose::{gang, whole_devices},
};

/// A device of a plan and why it was preferred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Address of the device account.
    pub device: DeviceId,
    /// Its processors.
    pub qty: u8,
    /// Processors that a part takes, by number; none for a whole device.
    pub slots: Vec<u8>,
    /// Asked price, 1e-6 USD per processor-hour.
    pub ask_usd_micros: u64,
    /// Score, term by term; lower is better.
    pub terms: Vec<TermScore>,
    /// Sum of the terms.
    pub cost: i64,
}

/// A whole set of devices, or a whole gang of parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// Whole devices: cheapest first, ties by id; the first one is the head line. Parts: in the order
    /// in which they were placed.
    pub devices: Vec<Chosen>,
    /// The part that each entry takes; none for whole devices.
    pub part: Option<Part>,
    /// Sum over the devices.
    pub cost: i64,
}

/// What a request got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All that was asked for.
    Placed(Placement),
    /// Nothing: no set of at most 8 candidates has exactly that many processors, or a part of the gang
    /// fits nowhere.
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
    /// Devices taken out by the filter, by reason. Devices that are not let out for long enough count
    /// as far as they were looked at.
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
        fleet.observe(request);
        let decision = decide(&mut fleet, policy, request);
        // A decision without a plan changes nothing; one with a plan was made from this very fleet.
        let _ = fleet.commit(&decision);
        decisions.push(decision);
    }
    decisions
}

/// Decides over one request. The fleet stays as it is; its index is brought up to date.
pub fn decide(snapshot: &mut Snapshot, policy: &Policy, request: &Request) -> Decision {
    snapshot.prepare(policy);
    let (candidates, _) = snapshot.candidates(policy, request);
    let count = candidates.count();
    let mut excluded: BTreeMap<Exclusion, u32> = Exclusion::ALL
        .into_iter()
        .zip(candidates.excluded)
        .filter(|(_, count)| *count > 0)
        .collect();
    let (outcome, passed) = match &request.shape {
        Shape::Devices { gpus, lines, .. } => {
            whole_devices(snapshot, policy, request, *gpus, *lines)
        }
        Shape::Parts { members, part } => gang(snapshot, policy, request, *members, part),
    };
    let passed_over: u32 = passed.iter().map(|(_, count)| count).sum();
    for (reason, count) in passed {
        if count > 0 {
            *excluded.entry(reason).or_insert(0) += count;
        }
    }
    Decision {
        request: request.id,
        version: snapshot.version,
        policy: policy.name.clone(),
        candidates: count.saturating_sub(passed_over),
        excluded,
        outcome,
    }
}
