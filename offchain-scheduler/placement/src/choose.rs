//! From candidates in order to a whole set of devices or a whole gang of parts.

use std::collections::BTreeMap;

use crate::{
    Chosen, Colocation, Device, Exclusion, MAX_LINES, Outcome, Part, Placement, Policy, Request,
    Rule, Snapshot, WHOLE,
    index::View,
    is_closed_before_end,
    score::mixed,
    select::{Candidate, cheapest_set},
};

/// Devices passed over for a reason of this request alone.
pub(crate) type Passed = Vec<(Exclusion, u32)>;

/// The cheapest set of whole devices with exactly `gpus` processors.
pub(crate) fn whole_devices(
    snapshot: &mut Snapshot,
    policy: &Policy,
    request: &Request,
    gpus: u16,
    lines: u8,
) -> (Outcome, Passed) {
    let (candidates, view) = snapshot.candidates(policy, request);
    // A set from one region or of one supplier may need devices far down the order: then the whole
    // class is looked at, else the cheapest few of each size.
    let per_size = match request.colocation {
        Colocation::Any => MAX_LINES,
        Colocation::Region | Colocation::Supplier => usize::MAX,
    };
    let (mut closed, mut large, mut candidate_gpus) = (0u32, 0u32, 0u64);
    let mut groups: BTreeMap<Vec<u8>, Vec<Candidate>> = BTreeMap::new();
    for ((tree, qty), members) in candidates
        .trees
        .iter()
        .zip(&view.sizes.qty)
        .zip(&view.sizes.devices)
    {
        if u16::from(*qty) > gpus {
            large = large.saturating_add(tree.count());
            continue;
        }
        let mut taken = 0;
        let closed_before = closed;
        for (position, cost) in tree.ascending() {
            if taken == per_size {
                break;
            }
            let number = members[position];
            let device = &view.devices[number as usize];
            if is_closed_before_end(view.moment, request, device) {
                closed = closed.saturating_add(1);
                continue;
            }
            let Some(site) = site(request.colocation, device) else {
                continue;
            };
            taken += 1;
            groups.entry(site).or_default().push(Candidate {
                number,
                qty: *qty,
                cost,
            });
        }
        let open = tree.count().saturating_sub(closed - closed_before);
        candidate_gpus = candidate_gpus.saturating_add(u64::from(open) * u64::from(*qty));
    }
    let best = groups
        .into_values()
        .filter_map(|mut group| {
            group.sort_by_key(|candidate| (candidate.cost, candidate.number));
            cheapest_set(group, gpus, usize::from(lines))
        })
        .min_by_key(|set| (set.iter().map(|one| one.cost).sum::<i64>(), set.len()));
    let outcome = match best {
        Some(set) => {
            let devices: Vec<Chosen> = set
                .into_iter()
                .map(|candidate| chosen(view, request, candidate.number as usize, 0, Vec::new()))
                .collect();
            Outcome::Placed(Placement {
                cost: devices.iter().map(|chosen| chosen.cost).sum(),
                devices,
                part: None,
            })
        }
        None => Outcome::NoFit { candidate_gpus },
    };
    (
        outcome,
        vec![(Exclusion::OpenUntil, closed), (Exclusion::Size, large)],
    )
}

/// What devices of one set must have in common; `None` if the device cannot be in any.
fn site(colocation: Colocation, device: &Device) -> Option<Vec<u8>> {
    match colocation {
        Colocation::Any => Some(Vec::new()),
        Colocation::Region => device
            .region
            .as_ref()
            .map(|region| region.as_bytes().to_vec()),
        Colocation::Supplier => Some(device.owner.to_vec()),
    }
}

/// A machine for each part of a gang, one after the other, or nothing. The fleet is left as it was.
pub(crate) fn gang(
    snapshot: &mut Snapshot,
    policy: &Policy,
    request: &Request,
    members: u16,
    part: &Part,
) -> (Outcome, Passed) {
    let mut devices: Vec<Chosen> = Vec::with_capacity(usize::from(members));
    let mut closed = 0u32;
    let mut candidate_gpus = 0;
    for member in 0..members {
        let (candidates, view) = snapshot.candidates(policy, request);
        let tree = &candidates.trees[0];
        candidate_gpus = u64::from(tree.count()) * u64::from(part.processors);
        let found = match policy.rule() {
            Rule::Random => {
                drawn(request, member, tree.count(), |n| tree.nth(n)).filter(|number| {
                    !is_closed_before_end(view.moment, request, &view.devices[*number])
                })
            }
            _ => tree.ascending().map(|(number, _)| number).find(|number| {
                let is_closed = is_closed_before_end(view.moment, request, &view.devices[*number]);
                closed += u32::from(is_closed);
                !is_closed
            }),
        };
        let Some(number) = found else {
            break;
        };
        let slot = match policy.rule() {
            Rule::Random => random_slot(request, member, part, &view.devices[number]),
            _ => candidates.slot[number],
        };
        let slots = slots(part, &view.devices[number], slot);
        let one = chosen(view, request, number, slot, slots);
        // The last one changes nothing that is looked at again.
        if member + 1 < members {
            let _ = snapshot.take_one(number, Some(part), &one.slots);
        }
        devices.push(one);
    }
    let is_whole = devices.len() == usize::from(members) && members > 0;
    let tentative = if is_whole {
        devices.len().saturating_sub(1)
    } else {
        devices.len()
    };
    for chosen in devices[..tentative].iter().rev() {
        snapshot.give_one(chosen.device, Some(part), &chosen.slots);
    }
    let outcome = if is_whole {
        Outcome::Placed(Placement {
            cost: devices.iter().map(|chosen| chosen.cost).sum(),
            devices,
            part: Some(part.clone()),
        })
    } else {
        Outcome::NoFit { candidate_gpus }
    };
    (outcome, vec![(Exclusion::OpenUntil, closed)])
}

fn chosen(view: View<'_>, request: &Request, number: usize, slot: u8, slots: Vec<u8>) -> Chosen {
    let device = &view.devices[number];
    let terms = view.scorer.terms(request, device, slot);
    Chosen {
        device: device.id,
        qty: device.qty,
        slots,
        ask_usd_micros: device.ask_usd_micros,
        cost: terms
            .iter()
            .fold(0i64, |sum, term| sum.saturating_add(term.cost)),
        terms,
    }
}

/// The processors that a part takes: whole ones in order, or the one that was chosen.
fn slots(part: &Part, device: &Device, slot: u8) -> Vec<u8> {
    if part.processors == 1 && part.share_milli < WHOLE {
        return vec![slot];
    }
    device
        .room
        .free_milli
        .iter()
        .zip(0u8..)
        .filter(|(free, _)| **free >= part.share_milli)
        .map(|(_, slot)| slot)
        .take(usize::from(part.processors))
        .collect()
}

fn draw(request: &Request, member: u16, salt: u8) -> u64 {
    let mut bytes = request.id.to_vec();
    bytes.extend_from_slice(&request.arrival.to_be_bytes());
    bytes.extend_from_slice(&member.to_be_bytes());
    bytes.push(salt);
    mixed(&bytes)
}

fn drawn(
    request: &Request,
    member: u16,
    count: u32,
    nth: impl Fn(u32) -> Option<usize>,
) -> Option<usize> {
    // The remainder is below `count`, so it fits u32.
    let n = draw(request, member, 0).checked_rem(u64::from(count))?;
    nth(n as u32)
}

fn random_slot(request: &Request, member: u16, part: &Part, device: &Device) -> u8 {
    let fitting: Vec<u8> = device
        .room
        .free_milli
        .iter()
        .zip(0u8..)
        .filter(|(free, _)| **free >= part.share_milli)
        .map(|(_, slot)| slot)
        .collect();
    let n = draw(request, member, 1).checked_rem(fitting.len() as u64);
    n.and_then(|n| fitting.get(n as usize).copied())
        .unwrap_or_default()
}
