//! Properties over random fleets and requests.

use std::collections::BTreeSet;

use ion_placement::*;
use proptest::{collection::vec, prelude::*};

const NOW: i64 = 1_000_000;
const ONBOARDING: i64 = 43_200;

prop_compose! {
    fn device()(
        id in 0u8..40,
        class in 0u16..2,
        qty in 1u8..=8,
        tiers in (0u8..=4, 0u8..4),
        reliability_bps in 0u16..=10_000,
        prices in (0u64..4, 0u64..3),
        region in proptest::option::of(prop_oneof![Just("eu".to_owned()), Just("us".to_owned())]),
        flags in (proptest::bool::weighted(0.9), proptest::bool::weighted(0.1), proptest::bool::weighted(0.1), proptest::bool::weighted(0.9)),
        onboarded_at in prop_oneof![Just(0i64), Just(1), Just(NOW - ONBOARDING), Just(NOW)],
        open_until in prop_oneof![Just(0i64), Just(NOW + 3_600), Just(NOW + 7_200)],
    ) -> Device {
        Device {
            id: [id; 32],
            owner: [id % 5; 32],
            class,
            qty,
            connectivity_tier: tiers.0,
            supplier_tier: tiers.1,
            reliability_bps,
            ask_usd_micros: prices.0 * 500_000,
            floor_price_usd_micros: prices.1 * 500_000,
            region,
            is_up: flags.0,
            is_hired: flags.1,
            is_reserved: flags.2,
            is_stake_sufficient: flags.3,
            onboarded_at,
            open_until,
            is_confidential: false,
            is_draining: false,
            room: Room::whole(qty),
        }
    }
}

prop_compose! {
    fn request()(
        id in 0u8..200,
        arrival in 0u64..3,
        class in 0u16..2,
        gpus in 0u16..=30,
        minutes in prop_oneof![Just(60u32), Just(120), Just(600)],
        floors in (0u8..=2, 0u8..2, 0u16..5_000),
        max_price_usd_micros in proptest::option::of(0u64..2_000_000),
        region in proptest::option::weighted(0.2, Just("eu".to_owned())),
        gang in any::<bool>(),
    ) -> Request {
        Request {
            min_connectivity_tier: floors.0,
            min_supplier_tier: floors.1,
            min_reliability_bps: floors.2,
            max_price_usd_micros,
            region,
            gang,
            ..Request::new([id; 16], arrival, Shape::Devices { class, gpus, lines: 8 }, minutes)
        }
    }
}

fn fleet() -> impl Strategy<Value = Vec<Device>> {
    vec(device(), 0..40).prop_map(|devices| {
        let mut seen = BTreeSet::new();
        devices
            .into_iter()
            .filter(|device| seen.insert(device.id))
            .collect()
    })
}

fn requests() -> impl Strategy<Value = Vec<Request>> {
    vec(request(), 0..8).prop_map(|requests| {
        let mut seen = BTreeSet::new();
        requests
            .into_iter()
            .filter(|request| seen.insert(request.id))
            .collect()
    })
}

fn snapshot(devices: Vec<Device>) -> Snapshot {
    Snapshot::new(
        1,
        Moment {
            now: NOW,
            onboarding_seconds: ONBOARDING,
            start_lead_seconds: 60,
        },
        devices,
    )
}

/// Lowest cost over all sets of at most 8 candidates, by trying them all.
fn reference_cost(candidates: &[(i64, u16)], gpus: u16, lines: usize) -> Option<i64> {
    if gpus == 0 {
        return Some(0);
    }
    let ((cost, qty), rest) = candidates.split_first().filter(|_| lines > 0)?;
    let without = reference_cost(rest, gpus, lines);
    let with = gpus
        .checked_sub(*qty)
        .and_then(|left| reference_cost(rest, left, lines - 1))
        .map(|sum| sum + cost);
    [without, with].into_iter().flatten().min()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn plans_are_the_same_in_any_order(devices in fleet(), requests in requests(), seed in any::<u64>()) {
        let first = plan(&snapshot(devices.clone()), &Policy::default(), &requests);
        let mut turned = (devices, requests);
        let by = usize::try_from(seed % 97).unwrap();
        if !turned.0.is_empty() { let n = by % turned.0.len(); turned.0.rotate_left(n); }
        if !turned.1.is_empty() { let n = by % turned.1.len(); turned.1.rotate_left(n); }
        turned.0.reverse();
        prop_assert_eq!(first, plan(&snapshot(turned.0), &Policy::default(), &turned.1));
    }

    #[test]
    fn plans_are_whole_and_name_free_lawful_devices_once(devices in fleet(), requests in requests()) {
        let start = snapshot(devices);
        let decisions = plan(&start, &Policy::default(), &requests);
        prop_assert_eq!(decisions.len(), requests.len());
        let mut fleet = start.clone();
        let mut used = BTreeSet::new();
        for decision in &decisions {
            let request = requests.iter().find(|request| request.id == decision.request).unwrap();
            let Outcome::Placed(placement) = &decision.outcome else { continue };
            let gpus: u16 = placement.devices.iter().map(|chosen| u16::from(chosen.qty)).sum();
            prop_assert_eq!(gpus, gpus_of(request));
            prop_assert!((1..=MAX_LINES).contains(&placement.devices.len()));
            for chosen in &placement.devices {
                let device = fleet.device(&chosen.device).unwrap();
                prop_assert_eq!(exclusion(&fleet.moment(), request, device), None);
                prop_assert!(used.insert(chosen.device));
                prop_assert_eq!(chosen.terms.iter().map(|term| term.cost).sum::<i64>(), chosen.cost);
            }
            prop_assert_eq!(fleet.commit(decision), Ok(()));
        }
    }

    #[test]
    fn the_set_is_the_cheapest_there_is(devices in fleet(), request in request()) {
        let mut fleet = snapshot(devices);
        let decision = decide(&mut fleet, &Policy::default(), &request);
        // The cost of a device is that of a plan with it alone.
        let alone = |device: &Device| {
            let shape = Shape::Devices { class: device.class, gpus: u16::from(device.qty), lines: 1 };
            let request = Request { shape, ..request.clone() };
            match decide(&mut snapshot(vec![device.clone()]), &Policy::default(), &request).outcome {
                Outcome::Placed(placement) => placement.cost,
                Outcome::NoFit { .. } => unreachable!("a candidate fits its own size"),
            }
        };
        let costs: Vec<(i64, u16)> = fleet
            .devices()
            .filter(|device| exclusion(&fleet.moment(), &request, device).is_none())
            .map(|device| (alone(device), u16::from(device.qty)))
            .collect();
        let gpus = gpus_of(&request);
        let expected = reference_cost(&costs, gpus, MAX_LINES).filter(|_| gpus > 0);
        let got = match decision.outcome {
            Outcome::Placed(placement) => Some(placement.cost),
            Outcome::NoFit { .. } => None,
        };
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn neutral_policy_ignores_every_term(devices in fleet(), request in request()) {
        let neutral = Policy {
            price: 0, reliability: 0, tier: 0, machines: 0, wanted: 0, fragment: 0, balance: 0, contention: 0,
            ..Policy::default()
        };
        if let Outcome::Placed(placement) = decide(&mut snapshot(devices), &neutral, &request).outcome {
            prop_assert_eq!(placement.cost, 0);
        }
    }
}

fn gpus_of(request: &Request) -> u16 {
    match request.shape {
        Shape::Devices { gpus, .. } => gpus,
        Shape::Parts { .. } => 0,
    }
}
