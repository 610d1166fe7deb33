//! Parts of machines: nothing is taken twice, the index is the same however it came about, and giving
//! everything back restores it to the bit.

use std::collections::BTreeMap;

use ion_placement::*;
use proptest::{collection::vec, prelude::*};

const MOMENT: Moment = Moment {
    now: 1_000,
    onboarding_seconds: 0,
    start_lead_seconds: 0,
};

fn machine(id: u8, class: u16, cpu_milli: u32, processors: u8) -> Device {
    Device {
        id: [id; 32],
        owner: [0; 32],
        class,
        qty: processors,
        connectivity_tier: 0,
        supplier_tier: 0,
        reliability_bps: 10_000,
        ask_usd_micros: 1,
        floor_price_usd_micros: 1,
        region: None,
        is_confidential: false,
        is_up: true,
        is_draining: false,
        is_hired: false,
        is_reserved: false,
        is_stake_sufficient: true,
        onboarded_at: 1,
        open_until: 0,
        room: Room {
            cpu_milli,
            memory_mib: 64_000,
            free_milli: vec![WHOLE; usize::from(processors)],
        },
    }
}

fn machines() -> Vec<Device> {
    (0..12u8)
        .map(|id| {
            let processors = [1, 2, 4, 8][usize::from(id % 4)];
            machine(
                id,
                u16::from(id % 3),
                16_000 * u32::from(processors),
                processors,
            )
        })
        .collect()
}

fn part(cores: u32, processors: u8, share_milli: u16, classes: &[u16]) -> Part {
    Part {
        cpu_milli: cores * 1_000,
        memory_mib: 1_000,
        processors,
        share_milli,
        classes: classes.to_vec(),
    }
}

fn parts() -> Vec<Part> {
    vec![
        part(4, 0, 0, &[]),
        part(3, 1, 810, &[]),
        part(8, 1, 470, &[]),
        part(4, 1, 320, &[1]),
        part(11, 1, WHOLE, &[]),
        part(6, 1, WHOLE, &[0, 2]),
        part(20, 2, WHOLE, &[]),
        part(64, 8, WHOLE, &[]),
    ]
}

fn wish(number: u64, members: u16, part: &Part) -> Request {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let shape = Shape::Parts {
        members,
        part: part.clone(),
    };
    Request::new(id, number, shape, 60)
}

fn mix() -> Mix {
    let mut demand = Demand::default();
    for (number, part) in parts().iter().enumerate() {
        for copy in 0..=number % 3 {
            demand.observe(&wish(copy as u64, 1, part));
        }
    }
    demand.mix(100, &Snapshot::new(1, MOMENT, machines()).capacity())
}

/// Free thousandths of all processors and free cores.
fn free(snapshot: &Snapshot) -> (u64, u64) {
    snapshot.devices().fold((0, 0), |(gpus, cores), device| {
        (
            gpus + device.room.total_milli(),
            cores + u64::from(device.room.cpu_milli),
        )
    })
}

#[derive(Clone, Debug)]
enum Act {
    Place { part: usize, members: u16 },
    Free { which: usize },
    Turn { device: u8 },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0usize..8, 1u16..=3).prop_map(|(part, members)| Act::Place { part, members }),
        3 => (0usize..64).prop_map(|which| Act::Free { which }),
        1 => (0u8..12).prop_map(|device| Act::Turn { device }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_taken_twice_and_all_comes_back(
        acts in vec(act(), 1..60),
        policy in 0usize..POLICIES.len(),
    ) {
        let policy = Policy::named(POLICIES[policy]).unwrap();
        let mut snapshot = Snapshot::new(1, MOMENT, machines());
        snapshot.fix_mix(mix());
        let mut untouched = snapshot.clone();
        let all = free(&snapshot);
        let mut held: Vec<(Placement, u16)> = Vec::new();
        for (number, act) in acts.iter().enumerate() {
            match act {
                Act::Place { part, members } => {
                    let part = &parts()[*part];
                    let request = wish(number as u64, *members, part);
                    let before = snapshot.clone();
                    let decision = decide(&mut snapshot, &policy, &request);
                    prop_assert_eq!(&snapshot, &before, "deciding changes nothing");
                    // The same fleet without a past decides the same.
                    let mut fresh = Snapshot::new(snapshot.version, MOMENT, snapshot.devices().cloned());
                    fresh.fix_mix(mix());
                    prop_assert_eq!(&decide(&mut fresh, &policy, &request), &decision);
                    if let Outcome::Placed(placement) = &decision.outcome {
                        prop_assert_eq!(placement.devices.len(), usize::from(*members));
                        prop_assert_eq!(snapshot.commit(&decision), Ok(()));
                        held.push((placement.clone(), *members));
                        let after = snapshot.clone();
                        let is_stale = matches!(snapshot.commit(&decision), Err(CommitError::Stale { .. }));
                        prop_assert!(is_stale);
                        prop_assert_eq!(&snapshot, &after, "a refused plan changes nothing");
                    }
                }
                Act::Free { which } if !held.is_empty() => {
                    let (placement, _) = held.swap_remove(which % held.len());
                    snapshot.release(&placement);
                }
                Act::Free { .. } => {}
                Act::Turn { device } => {
                    let mut turned = snapshot.device(&[*device; 32]).unwrap().clone();
                    turned.is_up = !turned.is_up;
                    prop_assert!(snapshot.update(turned));
                }
            }
            // What is held is exactly what is missing.
            let taken: (u64, u64) = held.iter().fold((0, 0), |(gpus, cores), (placement, members)| {
                let part = placement.part.as_ref().unwrap();
                let members = u64::from(*members);
                (gpus + members * part.total_milli(), cores + members * u64::from(part.cpu_milli))
            });
            let left = free(&snapshot);
            prop_assert_eq!((left.0 + taken.0, left.1 + taken.1), all);
            let mut per_slot: BTreeMap<(DeviceId, u8), u32> = BTreeMap::new();
            for (placement, _) in &held {
                for chosen in &placement.devices {
                    for slot in &chosen.slots {
                        *per_slot.entry((chosen.device, *slot)).or_default() +=
                            u32::from(placement.part.as_ref().unwrap().share_milli);
                    }
                }
            }
            prop_assert!(per_slot.values().all(|taken| *taken <= u32::from(WHOLE)));
        }
        for (placement, _) in held.drain(..) {
            snapshot.release(&placement);
        }
        for device in snapshot.devices().cloned().collect::<Vec<_>>() {
            snapshot.update(Device { is_up: true, ..device });
        }
        snapshot.version = 1;
        prop_assert_eq!(&snapshot, &untouched);
        // Both index the same kinds; then they must be equal to the bit.
        for (number, part) in parts().iter().enumerate() {
            decide(&mut untouched, &policy, &wish(number as u64, 1, part));
            decide(&mut snapshot, &policy, &wish(number as u64, 1, part));
        }
        prop_assert!(snapshot.has_same_index(&mut untouched, &policy));
    }
}

#[test]
fn plan_of_a_gang_is_never_half_applied() {
    let mut snapshot = Snapshot::new(
        1,
        MOMENT,
        [machine(1, 0, 64_000, 2), machine(2, 0, 64_000, 2)],
    );
    let policy = Policy::default();
    let decision = decide(&mut snapshot, &policy, &wish(1, 4, &part(1, 1, WHOLE, &[])));
    let Outcome::Placed(placement) = &decision.outcome else {
        panic!("{decision:?}")
    };
    assert_eq!(placement.devices.len(), 4);
    // The second machine is taken meanwhile, and the plan is forged to the new version.
    let mut taken = snapshot.device(&[2; 32]).unwrap().clone();
    taken.is_hired = true;
    assert!(snapshot.update(taken));
    let before = snapshot.clone();
    assert!(matches!(
        snapshot.commit(&decision),
        Err(CommitError::Stale { .. })
    ));
    let forged = Decision {
        version: snapshot.version,
        ..decision
    };
    assert_eq!(snapshot.commit(&forged), Err(CommitError::NotFree));
    assert_eq!(snapshot, before);
    let none = decide(&mut snapshot, &policy, &wish(2, 3, &part(1, 1, WHOLE, &[])));
    assert!(matches!(none.outcome, Outcome::NoFit { .. }));
    assert_eq!(snapshot, before);
}

#[test]
fn same_inputs_give_the_same_plans_on_every_machine() {
    let mut digest = 0xcbf2_9ce4_8422_2325u64;
    for name in POLICIES {
        let policy = Policy::named(name).unwrap();
        let requests: Vec<Request> = (0..60u64)
            .map(|number| {
                wish(
                    number,
                    1 + (number % 5 == 0) as u16,
                    &parts()[(number * 7 % 8) as usize],
                )
            })
            .collect();
        for decision in plan(&Snapshot::new(1, MOMENT, machines()), &policy, &requests) {
            for byte in format!("{decision:?}").bytes() {
                digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    assert_eq!(digest, GOLDEN, "{digest:#018x}");
}

/// FNV-1a over the decisions of the test above.
const GOLDEN: u64 = 0x25e7_f0f0_214c_2e11;

#[test]
fn share_goes_where_it_leaves_the_most_useful_rest() {
    let policy = Policy::named("fgd").unwrap();
    let mut device = machine(1, 0, 64_000, 2);
    device.room.free_milli = vec![WHOLE, 530];
    let mut snapshot = Snapshot::new(1, MOMENT, [device]);
    let mut demand = Demand::default();
    demand.observe(&wish(0, 1, &part(1, 1, 470, &[])));
    demand.observe(&wish(0, 1, &part(1, 1, WHOLE, &[])));
    snapshot.fix_mix(demand.mix(100, &snapshot.capacity()));
    let decision = decide(&mut snapshot, &policy, &wish(1, 1, &part(1, 1, 470, &[])));
    let Outcome::Placed(placement) = decision.outcome else {
        panic!("placed")
    };
    assert_eq!(placement.devices[0].slots, [1]);
}
