//! Exact cases of the decision.

use ion_placement::*;

fn device(id: u8, qty: u8) -> Device {
    Device {
        id: [id; 32],
        owner: [1; 32],
        class: 7,
        qty,
        connectivity_tier: 2,
        supplier_tier: 3,
        reliability_bps: 9_000,
        ask_usd_micros: 1_000_000,
        floor_price_usd_micros: 500_000,
        region: Some("eu".into()),
        is_up: true,
        is_hired: false,
        is_reserved: false,
        is_stake_sufficient: true,
        onboarded_at: 1_000,
        open_until: 0,
        is_confidential: false,
        is_draining: false,
        room: Room::whole(qty),
    }
}

fn request(gpus: u16) -> Request {
    let shape = Shape::Devices {
        class: 7,
        gpus,
        lines: 8,
    };
    Request::new([1; 16], 0, shape, 60)
}

const NOW: i64 = 100_000;
const ONBOARDING: i64 = 12 * 3_600;
const LEAD: i64 = 1_920;
const MOMENT: Moment = Moment {
    now: NOW,
    onboarding_seconds: ONBOARDING,
    start_lead_seconds: LEAD,
};

fn fleet(devices: &[Device]) -> Snapshot {
    Snapshot::new(5, MOMENT, devices.to_vec())
}

fn ids(decision: &Decision) -> Vec<u8> {
    match &decision.outcome {
        Outcome::Placed(placement) => placement
            .devices
            .iter()
            .map(|chosen| chosen.device[0])
            .collect(),
        Outcome::NoFit { .. } => Vec::new(),
    }
}

fn decide_for(devices: &[Device], request: &Request) -> Decision {
    decide(&mut fleet(devices), &Policy::default(), request)
}

#[test]
fn each_filter_excludes_for_its_own_reason_at_its_bound() {
    use Exclusion::*;
    type Change = fn(&mut Device, &mut Request);
    let cases: Vec<(Option<Exclusion>, Change)> = vec![
        (None, |_, _| {}),
        (Some(Class), |device, _| device.class = 8),
        (Some(NotUp), |device, _| device.is_up = false),
        (Some(Draining), |device, _| device.is_draining = true),
        (Some(Hired), |device, _| device.is_hired = true),
        (Some(Confidential), |_, request| request.confidential = true),
        (None, |device, request| {
            request.confidential = true;
            device.is_confidential = true;
        }),
        (Some(Reserved), |device, _| device.is_reserved = true),
        (Some(Stake), |device, _| device.is_stake_sufficient = false),
        (Some(Onboarding), |device, _| device.onboarded_at = 0),
        (Some(Onboarding), |device, _| {
            device.onboarded_at = NOW - ONBOARDING + 1
        }),
        (None, |device, _| device.onboarded_at = NOW - ONBOARDING),
        (Some(OpenUntil), |device, _| {
            device.open_until = NOW + LEAD + 3_599
        }),
        (None, |device, _| device.open_until = NOW + LEAD + 3_600),
        (Some(Ask), |device, _| device.ask_usd_micros = 0),
        (Some(Ask), |device, _| device.ask_usd_micros = 499_999),
        (None, |device, _| device.ask_usd_micros = 500_000),
        (Some(Ask), |device, _| device.floor_price_usd_micros = 0),
        (Some(Price), |_, request| {
            request.max_price_usd_micros = Some(999_999)
        }),
        (None, |_, request| {
            request.max_price_usd_micros = Some(1_000_000)
        }),
        (Some(Tier), |_, request| request.min_connectivity_tier = 3),
        (None, |_, request| request.min_connectivity_tier = 2),
        (Some(Tier), |_, request| request.min_supplier_tier = 4),
        (None, |_, request| request.min_supplier_tier = 3),
        (Some(Reliability), |_, request| {
            request.min_reliability_bps = 9_001
        }),
        (None, |_, request| request.min_reliability_bps = 9_000),
        (Some(Region), |_, request| {
            request.region = Some("us".into())
        }),
        (None, |_, request| request.region = Some("eu".into())),
        (Some(Region), |device, request| {
            device.region = None;
            request.region = Some("eu".into());
        }),
        (Some(Size), |device, _| device.qty = 5),
    ];
    for (number, (expected, change)) in cases.into_iter().enumerate() {
        let (mut device, mut request) = (device(1, 4), request(4));
        change(&mut device, &mut request);
        let decision = decide_for(std::slice::from_ref(&device), &request);
        assert_eq!(
            exclusion(&MOMENT, &request, &device),
            expected,
            "case {number}"
        );
        let counted: Vec<_> = decision.excluded.into_iter().collect();
        assert_eq!(
            counted,
            expected
                .map(|reason| (reason, 1))
                .into_iter()
                .collect::<Vec<_>>(),
            "case {number}"
        );
        assert_eq!(
            decision.candidates,
            u32::from(expected.is_none()),
            "case {number}"
        );
    }
}

#[test]
fn processors_add_up_exactly_or_nothing_is_placed() {
    let devices = [device(1, 4), device(2, 4), device(3, 3)];
    assert_eq!(ids(&decide_for(&devices, &request(7))), [3, 1]);
    assert_eq!(ids(&decide_for(&devices, &request(8))), [1, 2]);
    let decision = decide_for(&devices, &request(5));
    assert_eq!(decision.outcome, Outcome::NoFit { candidate_gpus: 11 });
    assert_eq!(ids(&decide_for(&devices, &request(11))), [3, 1, 2]);
    assert_eq!(ids(&decide_for(&devices, &request(12))), []);
    assert_eq!(ids(&decide_for(&[], &request(1))), []);
    assert_eq!(ids(&decide_for(&devices, &request(0))), []);
}

#[test]
fn at_most_eight_lines_are_used() {
    let singles: Vec<Device> = (1..=12).map(|id| device(id, 1)).collect();
    assert_eq!(ids(&decide_for(&singles, &request(8))).len(), 8);
    assert_eq!(ids(&decide_for(&singles, &request(9))), []);
    let mut mixed = singles;
    mixed.push(device(13, 2));
    assert_eq!(ids(&decide_for(&mixed, &request(9))).len(), 8);
}

#[test]
fn cheaper_and_more_reliable_devices_are_preferred() {
    let mut devices = [device(1, 1), device(2, 1), device(3, 1)];
    devices[1].ask_usd_micros = 900_000;
    assert_eq!(ids(&decide_for(&devices, &request(1))), [2]);
    devices[2].ask_usd_micros = 900_000;
    devices[2].reliability_bps = 9_500;
    assert_eq!(ids(&decide_for(&devices, &request(1))), [3]);
}

#[test]
fn equal_scores_go_to_the_lowest_id() {
    let devices = [device(9, 1), device(4, 1), device(6, 1)];
    assert_eq!(ids(&decide_for(&devices, &request(2))), [4, 6]);
}

#[test]
fn fewer_machines_win_over_many_unless_the_term_is_neutral() {
    let mut devices = vec![device(1, 8)];
    devices.extend((2..=9).map(|id| device(id, 1)));
    assert_eq!(ids(&decide_for(&devices, &request(8))), [1]);
    for single in &mut devices[1..] {
        single.ask_usd_micros = 990_000;
    }
    assert_eq!(ids(&decide_for(&devices, &request(8))), [1]);
    let neutral = Policy {
        machines: 0,
        ..Policy::default()
    };
    assert_eq!(
        ids(&decide(&mut fleet(&devices), &neutral, &request(8))).len(),
        8
    );
}

#[test]
fn scarce_tiers_are_kept_for_those_who_ask() {
    let mut devices = [device(1, 1), device(2, 1)];
    devices[0].connectivity_tier = 4;
    assert_eq!(ids(&decide_for(&devices, &request(1))), [2]);
    let demanding = Request {
        min_connectivity_tier: 4,
        ..request(1)
    };
    assert_eq!(ids(&decide_for(&devices, &demanding)), [1]);
}

#[test]
fn explanation_adds_up_term_by_term() {
    let decision = decide_for(&[device(1, 2)], &request(2));
    let Outcome::Placed(placement) = &decision.outcome else {
        panic!("{decision:?}")
    };
    let costs: Vec<(Term, i64)> = placement.devices[0]
        .terms
        .iter()
        .map(|term| (term.term, term.cost))
        .collect();
    // price: 5,000 · 2 · 4; reliability: 1,000 · 2 · 3; tier: (2·2,500 + 3·40) · 2 · 1; machines: 10,000 · 2
    let expected = [
        (Term::Price, 40_000),
        (Term::Reliability, 6_000),
        (Term::Tier, 10_240),
        (Term::Machines, 20_000),
        (Term::Wanted, 0),
    ];
    assert_eq!(costs, expected);
    assert_eq!(
        (placement.devices[0].cost, placement.cost),
        (76_240, 76_240)
    );
    assert_eq!((decision.version, decision.policy.as_str()), (5, "ion"));
}

#[test]
fn commit_reserves_all_and_refuses_a_changed_fleet() {
    let mut snapshot = fleet(&[device(1, 1), device(2, 1)]);
    let first = decide(&mut snapshot, &Policy::default(), &request(1));
    let second = decide(&mut snapshot, &Policy::default(), &request(2));
    snapshot.commit(&first).unwrap();
    assert!(snapshot.device(&[1; 32]).unwrap().is_reserved);
    let before = snapshot.clone();
    assert_eq!(
        snapshot.commit(&second),
        Err(CommitError::Stale {
            decided: 5,
            current: 6
        })
    );
    assert_eq!(snapshot, before);
    let nothing = decide(&mut snapshot, &Policy::default(), &request(2));
    assert_eq!(snapshot.commit(&nothing), Err(CommitError::NoPlan));
    let forged = Decision {
        version: 6,
        ..second
    };
    assert_eq!(snapshot.commit(&forged), Err(CommitError::NotFree));
    assert_eq!(snapshot, before);
}

#[test]
fn earlier_arrival_is_served_first() {
    let late = Request {
        id: [1; 16],
        arrival: 9,
        ..request(1)
    };
    let early = Request {
        id: [2; 16],
        arrival: 3,
        ..request(1)
    };
    let decisions = plan(&fleet(&[device(1, 1)]), &Policy::default(), &[late, early]);
    assert_eq!(
        decisions
            .iter()
            .map(|decision| decision.request[0])
            .collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(ids(&decisions[0]), [1]);
    assert_eq!(decisions[1].excluded, [(Exclusion::Reserved, 1)].into());
}

#[test]
fn cluster_comes_from_one_region_or_supplier_if_asked() {
    let mut devices: Vec<Device> = (1..=6).map(|id| device(id, 2)).collect();
    for (number, device) in devices.iter_mut().enumerate() {
        device.region = Some(if number % 2 == 0 { "eu" } else { "us" }.into());
        device.owner = [number as u8 / 2; 32];
    }
    // The cheapest two are in different regions and of different suppliers.
    devices[0].ask_usd_micros = 600_000;
    devices[3].ask_usd_micros = 600_000;
    let asked = |colocation| Request {
        colocation,
        ..request(4)
    };
    assert_eq!(ids(&decide_for(&devices, &asked(Colocation::Any))), [1, 4]);
    assert_eq!(
        ids(&decide_for(&devices, &asked(Colocation::Region))),
        [1, 3]
    );
    assert_eq!(
        ids(&decide_for(&devices, &asked(Colocation::Supplier))),
        [1, 2]
    );
    devices.retain(|device| device.id[0] != 2 && device.id[0] != 3);
    assert_eq!(
        ids(&decide_for(&devices, &asked(Colocation::Supplier))),
        [5, 6]
    );
    devices.retain(|device| device.id[0] != 6);
    assert_eq!(ids(&decide_for(&devices, &asked(Colocation::Supplier))), []);
}

#[test]
fn one_line_is_one_device_of_that_size() {
    let devices = [device(1, 1), device(2, 1), device(3, 2)];
    let single = |gpus| Request {
        shape: Shape::Devices {
            class: 7,
            gpus,
            lines: 1,
        },
        ..request(gpus)
    };
    assert_eq!(ids(&decide_for(&devices, &single(2))), [3]);
    assert_eq!(ids(&decide_for(&devices[..2], &single(2))), []);
}

#[test]
fn onboarding_and_drain_are_followed_between_readings() {
    let mut devices = vec![device(1, 1), device(2, 1)];
    devices[0].onboarded_at = NOW - ONBOARDING + 10;
    let mut snapshot = fleet(&devices);
    let policy = Policy::default();
    assert_eq!(ids(&decide(&mut snapshot, &policy, &request(1))), [2]);
    let before = snapshot.version;
    let later = Moment {
        now: NOW + 10,
        ..MOMENT
    };
    snapshot.follow(later, devices.clone());
    assert!(snapshot.version > before);
    assert_eq!(ids(&decide(&mut snapshot, &policy, &request(1))), [1]);
    devices[0].is_draining = true;
    snapshot.follow(later, devices.clone());
    let decision = decide(&mut snapshot, &policy, &request(1));
    assert_eq!(ids(&decision), [2]);
    assert_eq!(decision.excluded, [(Exclusion::Draining, 1)].into());
    let version = snapshot.version;
    snapshot.follow(later, devices.clone());
    assert_eq!(snapshot.version, version, "nothing changed");
    devices.remove(1);
    snapshot.follow(later, devices);
    assert_eq!(ids(&decide(&mut snapshot, &policy, &request(1))), []);
}

#[test]
fn device_that_nobody_could_use_is_a_fragment() {
    let mut snapshot = fleet(&[device(1, 4)]);
    assert_eq!(snapshot.wanted(7, 4), None);
    snapshot.observe(&request(2));
    assert_eq!(
        (snapshot.wanted(7, 4), snapshot.wanted(7, 2)),
        (Some(0), Some(FULL))
    );
    snapshot.observe(&request(8));
    assert_eq!(
        (snapshot.wanted(7, 4), snapshot.wanted(8, 1)),
        (Some(FULL / 2), Some(0))
    );
}

#[test]
fn sizes_in_demand_are_kept_for_those_who_ask() {
    // Two ways to serve 2 processors at one machine's cost each; only size 4 serves the others too.
    let devices = [device(1, 4), device(2, 2), device(3, 2)];
    let mut snapshot = fleet(&devices);
    for _ in 0..20 {
        snapshot.observe(&request(2));
    }
    assert_eq!(
        ids(&decide(&mut snapshot, &Policy::default(), &request(4))),
        [1]
    );
}
