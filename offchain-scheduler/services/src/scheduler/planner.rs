//! The fleet kept between requests, so that a decision looks only at what changed.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ion_placement::{Decision, Policy, Request, Snapshot, decide};
use solana_pubkey::Pubkey;

use super::{
    Facts,
    fleet::{FleetState, devices, fleet_state, moment},
};

/// Places requests on the latest reading of the fleet. One per process; what several processes decide
/// at the same time is settled by the reservations in the store.
pub struct Planner {
    policy: Policy,
    fleet: Mutex<Snapshot>,
}

impl Planner {
    /// A planner that knows no device yet.
    pub fn new(policy: Policy) -> Self {
        let nowhere = ion_placement::Moment {
            now: 0,
            onboarding_seconds: 0,
            start_lead_seconds: 0,
        };
        Self {
            policy,
            fleet: Mutex::new(Snapshot::new(0, nowhere, [])),
        }
    }

    /// Decides over a request on a reading. `reserved` are the devices of open quotes of others.
    pub fn decide(
        &self,
        facts: &Facts,
        reserved: &BTreeSet<Pubkey>,
        request: &Request,
    ) -> Decision {
        let mut fleet = self.follow(facts, reserved);
        fleet.observe(request);
        decide(&mut fleet, &self.policy, request)
    }

    /// Counts a reading.
    pub fn state(&self, facts: &Facts, reserved: &BTreeSet<Pubkey>) -> FleetState {
        fleet_state(&self.follow(facts, reserved), &facts.classes)
    }

    fn follow(&self, facts: &Facts, reserved: &BTreeSet<Pubkey>) -> MutexGuard<'_, Snapshot> {
        // A holder that panicked left derived data at worst; `follow` sets every device anew.
        let mut fleet = self.fleet.lock().unwrap_or_else(PoisonError::into_inner);
        fleet.follow(moment(facts), devices(facts, reserved));
        fleet
    }
}
