//! Random fleets: leaves and remainders sum to the emission.

use super::*;

prop_compose! {
    fn any_device(id: u8)(
        pool in 1_u8..=2,
        mult_fp in 0_u32..300_000,
        qty in 1_u8..=8,
        tier in 0_u8..=4,
        flags in 0_u16..(1 << 5),
        is_hired: bool,
        live_minutes in 45_u8..=60,
        owner in 200_u8..204,
        share in proptest::option::of((0_u16..=10_000, any::<bool>())),
    ) -> HourObservation {
        let mut one = device(id, pool, mult_fp, qty, tier);
        one.owner = [owner; 32];
        one.flags = HourFlags::from_bits(flags | (0b1111 * u16::from(flags % 3 > 0))).unwrap();
        one.within.is_hired = is_hired;
        one.within.live_minutes = live_minutes;
        if let Some((share_bps, is_earning)) = share {
            one.positions.push(PositionObservation { wallet: [9; 32], share_bps, is_earning });
        }
        one
    }
}

fn any_fleet() -> impl Strategy<Value = Vec<HourObservation>> {
    (1_u8..30).prop_flat_map(|count| (1..=count).map(any_device).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn leaves_and_remainders_sum_to_the_emission(hours in any_fleet()) {
        let report = agreed(&hours);
        let mut lifetimes = Lifetimes::default();
        lifetimes.add(&report.list).unwrap();
        let mut sum = lifetimes.total_io().unwrap();
        prop_assert_eq!(Some(sum), report.list.allocated_io());
        for (pool, of) in [(terms().enterprise_io, report.summary.enterprise), (terms().community_io, report.summary.community)] {
            let rest = unallocated(Io::from_base_units(pool), Io::from_base_units(of.allocated_io), of.paid_devices).unwrap();
            sum += rest.base_units();
        }
        prop_assert_eq!(sum, terms().enterprise_io + terms().community_io);
        for row in &report.list.rows {
            let co: u64 = row.co_stakers.iter().map(|party| party.amount_io).sum();
            prop_assert_eq!(co + row.owner_io(), row.reward_io);
        }
    }

    #[test]
    fn order_of_files_and_devices_does_not_change_the_root(hours in any_fleet(), order in Just((0_usize..5).collect::<Vec<_>>()).prop_shuffle(), seed: u64) {
        let mut shuffled = hours.clone();
        let mut state = seed;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
        }
        let files: Vec<ObservationFile> = (0..5).map(|member| file(member, hours.clone())).collect();
        let others: Vec<ObservationFile> = order.iter().map(|member| file(*member, shuffled.clone())).collect();
        let (a, b) = (build(&files).unwrap(), build(&others).unwrap());
        prop_assert_eq!(&a, &b);
        let root = |report: BlockReport| {
            let bundle = RootBundle::build(None, &[report.list], HOUR).unwrap();
            RootReport::new(bundle, &RING).unwrap().payload
        };
        prop_assert_eq!(root(a), root(b));
    }

    #[test]
    fn nobody_loses_by_anothers_second_registration(hours in any_fleet(), twin in 0_usize..30) {
        let before = agreed(&hours);
        let twin = twin % hours.len();
        // The same device a second time in one file makes that file count for nothing it did not
        // count for before.
        let mut twice = hours.clone();
        twice.push(hours[twin].clone());
        let mut double = file(3, twice);
        prop_assert!(!double.is_canonical());
        // Even given past that check, the device has one row and one reward.
        double.verifier = members()[3];
        let files: Vec<ObservationFile> = (0..3).map(|member| file(member, hours.clone())).chain([double]).collect();
        let after = build(&files).unwrap();
        prop_assert_eq!(after.list, before.list);
    }
}
