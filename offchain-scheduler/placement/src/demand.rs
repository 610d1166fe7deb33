//! What requests were made so far, and how much of a machine they could use.

use std::collections::BTreeMap;

use crate::{Levels, Part, Request, Shape, WHOLE};

/// Arrivals after which the mix is compiled for the first time.
const FIRST_REVIEW: u64 = 16;
/// Parts per million.
const MILLION: u64 = 1_000_000;

/// Counts of the requests seen, by shape. Parts differ by cores, processors, share and classes; memory
/// is left out, as it seldom decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    parts: BTreeMap<Part, u64>,
    devices: BTreeMap<(u16, u16), u64>,
    arrivals: u64,
}

impl Demand {
    /// Counts a request.
    pub fn observe(&mut self, request: &Request) {
        self.arrivals = self.arrivals.saturating_add(1);
        match &request.shape {
            Shape::Devices { class, gpus, .. } => {
                *self.devices.entry((*class, *gpus)).or_insert(0) += 1;
            }
            Shape::Parts { members, part } => {
                let part = Part {
                    memory_mib: 0,
                    ..part.clone()
                };
                *self.parts.entry(part).or_insert(0) += u64::from(*members);
            }
        }
    }

    /// Number of requests counted.
    pub fn arrivals(&self) -> u64 {
        self.arrivals
    }

    pub(crate) fn wanted(&self, class: u16, qty: u8) -> Option<u64> {
        let all: u64 = self.devices.values().sum();
        let usable: u64 = self
            .devices
            .range((class, u16::from(qty))..=(class, u16::MAX))
            .map(|(_, count)| count)
            .sum();
        (usable * crate::FULL).checked_div(all)
    }

    /// Whether the mix should be compiled anew: at [`FIRST_REVIEW`] arrivals and then after each growth
    /// by half, so that reviews grow rare with the logarithm of the arrivals.
    pub(crate) fn is_review_due(&self, reviewed: u64) -> bool {
        self.arrivals >= FIRST_REVIEW.max(reviewed.saturating_add(reviewed / 2))
    }

    /// The mix of the most frequent parts that make up `cover_percent` of the count, ties to the larger
    /// part; all requests for whole devices. `capacity` is the number of processors of each class.
    pub fn mix(&self, cover_percent: u64, capacity: &BTreeMap<u16, u64>) -> Mix {
        let total: u64 = self.parts.values().sum();
        let mut frequent: Vec<(&Part, u64)> = self
            .parts
            .iter()
            .map(|(part, count)| (part, *count))
            .collect();
        frequent.sort_by(|a, b| {
            let key = |part: &Part| (part.cpu_milli, part.share_milli, part.processors);
            (b.1, key(b.0), b.0).cmp(&(a.1, key(a.0), a.0))
        });
        let mut covered: u64 = 0;
        frequent.retain(|(_, count)| {
            let is_short = covered.saturating_mul(100) < total.saturating_mul(cover_percent);
            if is_short {
                covered = covered.saturating_add(*count);
            }
            is_short
        });
        Mix::compile(&frequent, &self.devices, capacity)
    }
}

/// Parts of one size, by the cores they need.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    share_milli: u16,
    processors: usize,
    /// Cores in rising order with the count of parts that need no more.
    cores: Vec<(u32, u64)>,
}

impl Group {
    fn count_within(&self, cpu_milli: u32) -> u64 {
        let below = self.cores.partition_point(|(cores, _)| *cores <= cpu_milli);
        match below.checked_sub(1).and_then(|last| self.cores.get(last)) {
            Some((_, count)) => *count,
            None => 0,
        }
    }
}

/// Demand in the form that the scores use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mix {
    /// Count of all parts, those without processors included.
    total: u64,
    /// Groups in falling order of share that a machine of a class may serve.
    groups: BTreeMap<u16, Vec<Group>>,
    /// The same for classes that no part names.
    any: Vec<Group>,
    /// Contention of each class by parts that name it, millionths.
    contention: BTreeMap<u16, u64>,
    /// Cores and thousandths of processors of all parts that need processors.
    cores: u64,
    processors_milli: u64,
    /// Requests for whole devices of a class: processors and count, rising.
    devices: BTreeMap<u16, Vec<(u16, u64)>>,
}

impl Mix {
    fn compile(
        frequent: &[(&Part, u64)],
        devices: &BTreeMap<(u16, u16), u64>,
        capacity: &BTreeMap<u16, u64>,
    ) -> Self {
        let mut mix = Self {
            total: frequent.iter().map(|(_, count)| count).sum(),
            ..Self::default()
        };
        let with: Vec<(&Part, u64)> = frequent
            .iter()
            .filter(|(part, _)| part.processors > 0)
            .copied()
            .collect();
        for (part, count) in &with {
            mix.cores += u64::from(part.cpu_milli).saturating_mul(*count);
            mix.processors_milli += part.total_milli().saturating_mul(*count);
        }
        mix.any = groups(with.iter().filter(|(part, _)| part.classes.is_empty()));
        let capacity_of_all: u64 = capacity.values().sum();
        for class in capacity.keys() {
            let usable = with.iter().filter(|(part, _)| part.takes(*class));
            mix.groups.insert(*class, groups(usable));
            // Demand of a part spread evenly over the classes it takes, as a multiple of the demand
            // that an even share of the fleet would carry.
            let mut contention: u128 = 0;
            for (part, count) in &with {
                if part.classes.is_empty() || !part.takes(*class) {
                    continue;
                }
                let reach: u64 = capacity
                    .iter()
                    .filter(|(other, _)| part.takes(**other))
                    .map(|(_, processors)| processors)
                    .sum();
                let wanted = u128::from(part.total_milli()) * u128::from(*count);
                let even = u128::from(mix.processors_milli.max(1)) * u128::from(reach.max(1));
                contention += wanted * u128::from(capacity_of_all) * u128::from(MILLION) / even;
            }
            mix.contention
                .insert(*class, u64::try_from(contention).unwrap_or(u64::MAX));
        }
        for ((class, gpus), count) in devices {
            mix.devices.entry(*class).or_default().push((*gpus, *count));
        }
        mix
    }

    /// Count of all parts.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Fragment of a machine: free thousandths of processors that a part drawn from the mix cannot
    /// use, times [`Mix::total`]. All of it for a part that does not fit or needs no processor, else
    /// what is left on processors with less than its share.
    pub(crate) fn fragment(&self, class: u16, cpu_milli: u32, levels: &Levels) -> u64 {
        let groups = self.groups.get(&class).unwrap_or(&self.any);
        let levels = levels.as_slice();
        let free: u64 = levels.iter().map(|level| u64::from(*level)).sum();
        if free == 0 {
            return 0;
        }
        let (mut fitting, mut sum, mut usable) = (0usize, 0u64, 0u64);
        for group in groups {
            while let Some(level) = levels
                .get(fitting)
                .filter(|level| **level >= group.share_milli)
            {
                sum += u64::from(*level);
                fitting += 1;
            }
            if fitting >= group.processors && fitting > 0 {
                usable += sum * group.count_within(cpu_milli);
            }
        }
        (free * self.total).saturating_sub(usable)
    }

    /// Thousandths of processors that the mean part could fill with these cores left, times 1,000.
    pub(crate) fn balanced(&self, cpu_milli: u32, free_milli: u64) -> u64 {
        let free = free_milli * u64::from(WHOLE);
        if self.cores == 0 {
            return free;
        }
        let by_cores =
            u128::from(cpu_milli) * u128::from(self.processors_milli) * u128::from(WHOLE)
                / u128::from(self.cores);
        u64::try_from(by_cores).unwrap_or(u64::MAX).min(free)
    }

    /// How contended a class is by parts that name it, in millionths of an even share.
    pub(crate) fn contention(&self, class: u16) -> u64 {
        self.contention.get(&class).copied().unwrap_or_default()
    }

    /// Share of the requests for whole devices that could use one of `class` with `qty` processors,
    /// in ten-thousandths, rounded down.
    pub(crate) fn wanted(&self, class: u16, qty: u8) -> u64 {
        let all: u64 = self
            .devices
            .values()
            .flatten()
            .map(|(_, count)| count)
            .sum();
        let usable: u64 = self
            .devices
            .get(&class)
            .into_iter()
            .flatten()
            .filter(|(gpus, _)| *gpus >= u16::from(qty))
            .map(|(_, count)| count)
            .sum();
        (usable * crate::FULL).checked_div(all).unwrap_or_default()
    }
}

fn groups<'a>(parts: impl Iterator<Item = &'a (&'a Part, u64)>) -> Vec<Group> {
    let mut sizes: BTreeMap<(std::cmp::Reverse<u16>, u8), BTreeMap<u32, u64>> = BTreeMap::new();
    for (part, count) in parts {
        let size = (std::cmp::Reverse(part.share_milli), part.processors);
        *sizes
            .entry(size)
            .or_default()
            .entry(part.cpu_milli)
            .or_insert(0) += count;
    }
    sizes
        .into_iter()
        .map(|((share, processors), cores)| {
            let mut sum = 0;
            Group {
                share_milli: share.0,
                processors: usize::from(processors),
                cores: cores
                    .into_iter()
                    .map(|(cores, count)| {
                        sum += count;
                        (cores, sum)
                    })
                    .collect(),
            }
        })
        .collect()
}
