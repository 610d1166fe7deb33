//! The fleet at one moment, and the changes that plans make to it.

use std::collections::BTreeMap;

use crate::{
    Decision, Demand, Device, DeviceId, Mix, Moment, Outcome, Part, Placement, Policy, Request,
    index::{Candidates, Index, Kind, Sizes, View},
    score::Scorer,
};

/// The fleet at one moment, with a version that changes whenever the fleet does.
///
/// It remembers the candidates of each kind of request and the demand seen; both are derived and no
/// part of its identity: two snapshots are equal when version, time and devices are.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Grows with each change.
    pub version: u64,
    pub(crate) moment: Moment,
    pub(crate) devices: Vec<Device>,
    pub(crate) numbers: BTreeMap<DeviceId, usize>,
    pub(crate) sizes: Sizes,
    demand: Demand,
    reviewed: u64,
    is_mix_fixed: bool,
    pub(crate) mix: Mix,
    pub(crate) index: Index,
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        (self.version, self.moment, &self.devices) == (other.version, other.moment, &other.devices)
    }
}

impl Eq for Snapshot {}

/// Why a change was refused. Nothing changed then.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// The snapshot changed since the decision: decide again.
    #[error("decision of version {decided}, snapshot is at {current}")]
    Stale {
        /// Version the decision was made from.
        decided: u64,
        /// Version of the snapshot.
        current: u64,
    },
    /// The decision names a device that is not free in the snapshot.
    #[error("a device of the plan is not free")]
    NotFree,
    /// The decision holds no plan.
    #[error("the decision holds no plan")]
    NoPlan,
}

impl Snapshot {
    /// A snapshot of the given devices; of two with one id the later counts.
    pub fn new(version: u64, moment: Moment, devices: impl IntoIterator<Item = Device>) -> Self {
        let by_id: BTreeMap<DeviceId, Device> = devices
            .into_iter()
            .map(|device| (device.id, device))
            .collect();
        let mut snapshot = Self {
            version,
            moment,
            devices: by_id.into_values().collect(),
            numbers: BTreeMap::new(),
            sizes: Sizes::default(),
            demand: Demand::default(),
            reviewed: 0,
            is_mix_fixed: false,
            mix: Mix::default(),
            index: Index::default(),
        };
        snapshot.number();
        snapshot
    }

    /// Numbers the devices in order of their ids; everything derived from them begins anew.
    fn number(&mut self) {
        self.numbers = self
            .devices
            .iter()
            .map(|device| device.id)
            .zip(0..)
            .collect();
        self.sizes = Sizes::of(&self.devices);
        self.index.clear();
    }

    /// Time and rules.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// All devices in order of their ids.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        self.devices.iter()
    }

    /// A device by its id.
    pub fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.numbers.get(id).map(|number| &self.devices[*number])
    }

    /// The demand seen so far.
    pub fn demand(&self) -> &Demand {
        &self.demand
    }

    /// Moves the time and takes over the devices of a new reading: what is gone goes, what changed is
    /// scored anew, all else keeps its place in the index. The version grows if anything changed.
    pub fn follow(&mut self, moment: Moment, devices: impl IntoIterator<Item = Device>) {
        let new: BTreeMap<DeviceId, Device> = devices
            .into_iter()
            .map(|device| (device.id, device))
            .collect();
        let is_same_set = new.len() == self.devices.len()
            && new.keys().zip(&self.devices).all(|(id, old)| *id == old.id)
            && new
                .values()
                .zip(&self.devices)
                .all(|(new, old)| new.qty == old.qty);
        let before = (self.moment, self.version);
        self.moment = moment;
        if !is_same_set {
            self.devices = new.into_values().collect();
            self.number();
            self.version = self.version.wrapping_add(1);
            return;
        }
        let rules = |moment: Moment| (moment.onboarding_seconds, moment.start_lead_seconds);
        if rules(before.0) != rules(moment) || before.0.now > moment.now {
            self.index.clear();
        }
        let mut is_changed = false;
        for (number, device) in new.into_values().enumerate() {
            let onboards = |at: i64| before.0.now < at && at <= moment.now;
            if onboards(device.hireable_at(&moment)) || self.devices[number] != device {
                is_changed |= self.devices[number] != device;
                self.devices[number] = device;
                self.index.touch(number, self.devices.len());
            }
        }
        if is_changed || before.0 != moment {
            self.version = self.version.wrapping_add(1);
        }
    }

    /// Replaces the state of one device. `false` if it is not of this snapshot or has another size.
    pub fn update(&mut self, device: Device) -> bool {
        let Some(number) = self.numbers.get(&device.id).copied() else {
            return false;
        };
        if self.devices[number].qty != device.qty {
            return false;
        }
        if self.devices[number] != device {
            self.change(number, |old| *old = device);
            self.version = self.version.wrapping_add(1);
        }
        true
    }

    /// Counts a request as demand, by which later ones are scored. Not needed to decide over it.
    pub fn observe(&mut self, request: &Request) {
        self.demand.observe(request);
    }

    /// Scores by this mix from now on, whatever demand is seen.
    pub fn fix_mix(&mut self, mix: Mix) {
        self.mix = mix;
        self.is_mix_fixed = true;
        self.index.clear();
    }

    /// Share of the requests for whole devices seen so far that could use one of this class and size, in
    /// ten-thousandths; `None` before any was seen. A free device that nobody could use is a fragment.
    pub fn wanted(&self, class: u16, qty: u8) -> Option<u64> {
        self.demand.wanted(class, qty)
    }

    /// Processors of each class, in any state.
    pub fn capacity(&self) -> BTreeMap<u16, u64> {
        let mut capacity = BTreeMap::new();
        for device in &self.devices {
            *capacity.entry(device.class).or_insert(0) += u64::from(device.qty);
        }
        capacity
    }

    /// Brings policy and mix of the index up to date.
    pub(crate) fn prepare(&mut self, policy: &Policy) {
        let is_new = self.index.follow(policy);
        if self.is_mix_fixed || !policy.uses_demand() {
            return;
        }
        if is_new || self.demand.is_review_due(self.reviewed) {
            self.mix = self.demand.mix(policy.cover_percent(), &self.capacity());
            self.reviewed = self.demand.arrivals();
            self.index.clear();
        }
    }

    /// Candidates for a request, up to date, and the devices they number.
    pub(crate) fn candidates<'a>(
        &'a mut self,
        policy: &'a Policy,
        request: &Request,
    ) -> (&'a Candidates, View<'a>) {
        let view = View {
            devices: &self.devices,
            sizes: &self.sizes,
            moment: &self.moment,
            scorer: Scorer {
                policy,
                mix: &self.mix,
            },
        };
        (self.index.candidates(view, request), view)
    }

    /// The candidates of every kind seen, in order and up to date: equal for equal fleets and demand,
    /// whatever happened between.
    pub(crate) fn settled(&mut self, policy: &Policy) -> Vec<(Kind, Candidates)> {
        let view = View {
            devices: &self.devices,
            sizes: &self.sizes,
            moment: &self.moment,
            scorer: Scorer {
                policy,
                mix: &self.mix,
            },
        };
        self.index.settled(view)
    }

    /// Whether the index of this snapshot equals that of another, to the bit, once both are up to date.
    pub fn has_same_index(&mut self, other: &mut Self, policy: &Policy) -> bool {
        self.settled(policy) == other.settled(policy)
    }

    /// Bytes that the index holds, about.
    pub fn index_bytes(&self) -> usize {
        self.index.bytes()
    }

    fn change(&mut self, number: usize, change: impl FnOnce(&mut Device)) {
        change(&mut self.devices[number]);
        self.index.touch(number, self.devices.len());
    }

    /// Takes the devices or parts of a plan: all, or none.
    ///
    /// Errors: `Stale`, `NotFree`, `NoPlan`.
    pub fn commit(&mut self, decision: &Decision) -> Result<(), CommitError> {
        if decision.version != self.version {
            return Err(CommitError::Stale {
                decided: decision.version,
                current: self.version,
            });
        }
        let Outcome::Placed(placement) = &decision.outcome else {
            return Err(CommitError::NoPlan);
        };
        self.take(placement)?;
        self.version = self.version.wrapping_add(1);
        Ok(())
    }

    fn take(&mut self, placement: &Placement) -> Result<(), CommitError> {
        for (done, chosen) in placement.devices.iter().enumerate() {
            let number = self.numbers.get(&chosen.device).copied();
            let is_taken = number.is_some_and(|number| {
                self.take_one(number, placement.part.as_ref(), &chosen.slots)
                    .is_some()
            });
            if !is_taken {
                for chosen in placement.devices[..done].iter().rev() {
                    self.give_one(chosen.device, placement.part.as_ref(), &chosen.slots);
                }
                return Err(CommitError::NotFree);
            }
        }
        Ok(())
    }

    /// Takes one line or part; `None`, and nothing changed, if it is not free.
    pub(crate) fn take_one(
        &mut self,
        number: usize,
        part: Option<&Part>,
        slots: &[u8],
    ) -> Option<()> {
        let device = &mut self.devices[number];
        if !device.is_free() {
            return None;
        }
        match part {
            Some(part) => device.room.take(part, slots)?,
            None => device.is_reserved = true,
        }
        self.index.touch(number, self.devices.len());
        Some(())
    }

    pub(crate) fn give_one(&mut self, id: DeviceId, part: Option<&Part>, slots: &[u8]) -> bool {
        let Some(number) = self.numbers.get(&id).copied() else {
            return false;
        };
        let device = &mut self.devices[number];
        let is_given = match part {
            Some(part) => device.room.give(part, slots).is_some(),
            None => std::mem::take(&mut device.is_reserved),
        };
        if is_given {
            self.index.touch(number, self.devices.len());
        }
        is_given
    }

    /// Gives back what a plan took; devices that are gone, or gave it back already, are passed over.
    pub fn release(&mut self, placement: &Placement) {
        for chosen in &placement.devices {
            self.give_one(chosen.device, placement.part.as_ref(), &chosen.slots);
        }
        self.version = self.version.wrapping_add(1);
    }
}
