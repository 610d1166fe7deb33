//! Candidates of each kind of request, scored once and then only where a device changed.

use std::collections::{BTreeMap, VecDeque};

use crate::{
    Device, Exclusion, Moment, Part, Policy, Request, Shape, lasting_exclusion, score::Scorer,
    tournament::Tournament,
};

/// Kinds kept; the one unused for longest gives way.
const MOST_KINDS: usize = 1_024;
/// Changes kept per device of the fleet; a kind unused for longer is scored anew.
const CHANGES_PER_DEVICE: usize = 4;
/// Changes kept at least.
const LEAST_CHANGES: usize = 4_096;

/// Requests that have the same candidates and scores.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    class: u16,
    part: Option<Part>,
    min_connectivity_tier: u8,
    min_supplier_tier: u8,
    min_reliability_bps: u16,
    max_price_usd_micros: Option<u64>,
    region: Option<String>,
    confidential: bool,
}

impl Kind {
    pub(crate) fn of(request: &Request) -> Self {
        let (class, part) = match &request.shape {
            Shape::Devices { class, .. } => (*class, None),
            Shape::Parts { part, .. } => (0, Some(part.clone())),
        };
        Self {
            class,
            part,
            min_connectivity_tier: request.min_connectivity_tier,
            min_supplier_tier: request.min_supplier_tier,
            min_reliability_bps: request.min_reliability_bps,
            max_price_usd_micros: request.max_price_usd_micros,
            region: request.region.clone(),
            confidential: request.confidential,
        }
    }
}

/// Devices by number of processors: which tree and position each has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// Processors of each tree, rising.
    pub(crate) qty: Vec<u8>,
    /// Devices of each tree, rising.
    pub(crate) devices: Vec<Vec<u32>>,
    at: Vec<(u32, u32)>,
}

impl Sizes {
    pub(crate) fn of(devices: &[Device]) -> Self {
        let mut by_qty: BTreeMap<u8, Vec<u32>> = BTreeMap::new();
        for (device, number) in devices.iter().zip(0u32..) {
            by_qty.entry(device.qty).or_default().push(number);
        }
        let mut at = vec![(0, 0); devices.len()];
        for (members, tree) in by_qty.values().zip(0u32..) {
            for (number, position) in members.iter().zip(0u32..) {
                at[*number as usize] = (tree, position);
            }
        }
        Self {
            qty: by_qty.keys().copied().collect(),
            devices: by_qty.into_values().collect(),
            at,
        }
    }
}

/// Candidates of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidates {
    /// One tree over all devices for parts, one for each size for whole devices.
    pub(crate) trees: Vec<Tournament>,
    /// Best processor of each candidate.
    pub(crate) slot: Vec<u8>,
    /// Why a device is no candidate.
    why: Vec<Option<Exclusion>>,
    /// Devices by reason.
    pub(crate) excluded: [u32; Exclusion::COUNT],
}

/// What scoring needs.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) devices: &'a [Device],
    pub(crate) sizes: &'a Sizes,
    pub(crate) moment: &'a Moment,
    pub(crate) scorer: Scorer<'a>,
}

impl Candidates {
    fn new(view: View<'_>, request: &Request) -> Self {
        let count = view.devices.len();
        let mut candidates = Self {
            trees: Vec::new(),
            slot: vec![0; count],
            why: vec![None; count],
            excluded: [0; Exclusion::COUNT],
        };
        let sizes: Vec<Option<&Vec<u32>>> = match request.shape {
            Shape::Parts { .. } => vec![None],
            Shape::Devices { .. } => view.sizes.devices.iter().map(Some).collect(),
        };
        for members in sizes {
            let mut tree = Tournament::new(members.map_or(count, Vec::len));
            tree.fill(|position| {
                let number = members.map_or(position, |members| members[position] as usize);
                candidates.judge(view, request, number)
            });
            candidates.trees.push(tree);
        }
        candidates
    }

    /// Scores one device and keeps the counts.
    fn judge(&mut self, view: View<'_>, request: &Request, number: usize) -> Option<i64> {
        let device = &view.devices[number];
        let why = lasting_exclusion(view.moment, request, device);
        if self.why[number] != why {
            if let Some(old) = self.why[number] {
                self.excluded[old as usize] -= 1;
            }
            if let Some(new) = why {
                self.excluded[new as usize] += 1;
            }
            self.why[number] = why;
        }
        if why.is_some() {
            self.slot[number] = 0;
            return None;
        }
        let (cost, slot) = view.scorer.cost(request, device);
        self.slot[number] = slot;
        Some(cost)
    }

    fn refresh(&mut self, view: View<'_>, request: &Request, number: usize) {
        let cost = self.judge(view, request, number);
        let (tree, position) = match request.shape {
            Shape::Parts { .. } => (0, number),
            Shape::Devices { .. } => {
                let (tree, position) = view.sizes.at[number];
                (tree as usize, position as usize)
            }
        };
        self.trees[tree].set(position, cost);
    }

    /// Number of candidates.
    pub(crate) fn count(&self) -> u32 {
        self.trees.iter().map(Tournament::count).sum()
    }
}

#[derive(Clone, Debug)]
struct Kept {
    candidates: Candidates,
    /// A request of the kind, by which the candidates are brought up to date.
    request: Request,
    /// Changes applied.
    seen: u64,
    used: u64,
}

/// The candidates of all kinds seen lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    policy: Option<Policy>,
    kinds: BTreeMap<Kind, Kept>,
    /// Devices that changed, oldest first.
    changes: VecDeque<u32>,
    /// Changes that were dropped from `changes`.
    dropped: u64,
    uses: u64,
    /// Last use at which a device was brought up to date, so that it is done once per use.
    stamp: Vec<u64>,
}

impl Index {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.kinds.clear();
        self.changes.clear();
        self.stamp.clear();
    }

    /// Forgets everything if another policy scores from now on.
    pub(crate) fn follow(&mut self, policy: &Policy) -> bool {
        let is_new = self.policy.as_ref() != Some(policy);
        if is_new {
            self.clear();
            self.policy = Some(policy.clone());
        }
        is_new
    }

    /// A device changed.
    pub(crate) fn touch(&mut self, number: usize, devices: usize) {
        if self.kinds.is_empty() {
            return;
        }
        self.changes.push_back(number as u32);
        if self.changes.len() > (devices * CHANGES_PER_DEVICE).max(LEAST_CHANGES) {
            self.changes.pop_front();
            self.dropped += 1;
        }
    }

    /// The candidates for a request, up to date.
    pub(crate) fn candidates(&mut self, view: View<'_>, request: &Request) -> &Candidates {
        let kind = Kind::of(request);
        let upto = self.dropped + self.changes.len() as u64;
        self.uses += 1;
        if self.stamp.len() != view.devices.len() {
            self.stamp = vec![0; view.devices.len()];
        }
        if self.kinds.len() >= MOST_KINDS && !self.kinds.contains_key(&kind) {
            let oldest = self.kinds.iter().min_by_key(|(_, kept)| kept.used);
            if let Some(oldest) = oldest.map(|(kind, _)| kind.clone()) {
                self.kinds.remove(&oldest);
            }
        }
        let (dropped, uses) = (self.dropped, self.uses);
        let kept = self.kinds.entry(kind).or_insert_with(|| Kept {
            candidates: Candidates::new(view, request),
            request: request.clone(),
            seen: upto,
            used: uses,
        });
        kept.used = uses;
        if kept.seen < dropped {
            kept.candidates = Candidates::new(view, request);
        } else {
            // Both fit usize: the difference is at most the length of `changes`.
            for number in self.changes.range((kept.seen - dropped) as usize..) {
                let stamp = &mut self.stamp[*number as usize];
                if *stamp != uses {
                    *stamp = uses;
                    kept.candidates.refresh(view, request, *number as usize);
                }
            }
        }
        kept.seen = upto;
        &kept.candidates
    }

    /// Brings every kind up to date and gives them in order.
    pub(crate) fn settled(&mut self, view: View<'_>) -> Vec<(Kind, Candidates)> {
        let kinds: Vec<(Kind, Request)> = self
            .kinds
            .iter()
            .map(|(kind, kept)| (kind.clone(), kept.request.clone()))
            .collect();
        kinds
            .into_iter()
            .map(|(kind, request)| (kind, self.candidates(view, &request).clone()))
            .collect()
    }

    /// Bytes that the candidates hold, about.
    pub(crate) fn bytes(&self) -> usize {
        let of_tree = |tree: &Tournament| tree.bytes();
        self.kinds
            .values()
            .map(|kept| {
                kept.candidates.trees.iter().map(of_tree).sum::<usize>()
                    + kept.candidates.slot.len() * 2
            })
            .sum::<usize>()
            + self.changes.len() * 4
            + self.stamp.len() * 8
    }
}
