//! Random blocks: rewards and remainders sum to the emission.

use super::*;

proptest! {
    #[test]
    fn rewards_and_remainders_sum_to_the_emission(
        emission in 0_u64..500_000_000_000,
        safety in 0_u16..=2_000,
        enterprise in 0_u16..=10_000,
        devices in proptest::collection::vec((0_usize..2, 1_u64..7_000_000_000, proptest::option::of(0_u16..=10_000)), 0..40),
    ) {
        let pools = Pools::split(io(emission), bps(safety), bps(enterprise)).unwrap();
        let mut results = [PoolResult::EMPTY; 2];
        for (pool, base, _) in &devices {
            results[*pool].add_device(*base).unwrap();
        }
        let mut sum = u128::from(pools.safety.base_units());
        for (pool, base, share) in &devices {
            let amount = pools.of(RewardPool::ALL[*pool]);
            let share = results[*pool].pay(amount, *base, share.map(bps)).unwrap();
            prop_assert_eq!(share.co.checked_add(share.owner).unwrap(), share.reward);
            sum += u128::from(share.co.base_units()) + u128::from(share.owner.base_units());
        }
        for pool in RewardPool::ALL {
            let result = &results[usize::from(pool.code()) - 1];
            let rest = unallocated(pools.of(pool), result.allocated, result.paid_devices).unwrap();
            sum += u128::from(rest.base_units());
        }
        prop_assert_eq!(sum, u128::from(emission));
    }

    #[test]
    fn reward_is_the_exact_quotient_rounded_down(pool in 0_u64..1_000_000_000_000, bases in proptest::collection::vec(1_u64..10_000_000, 1..20)) {
        let sum: u64 = bases.iter().sum();
        for base in bases {
            let reward = Share::of(io(pool), base, sum, None).unwrap().reward.base_units();
            let (exact, sum) = (u128::from(pool) * u128::from(base), u128::from(sum));
            prop_assert!(u128::from(reward) * sum <= exact);
            prop_assert!((u128::from(reward) + 1) * sum > exact);
        }
    }

    #[test]
    fn more_facts_never_hurt(mask in 0_u32..(1 << 17), flags in 0_u32..=exemption::ALL) {
        let mut device = good();
        for (at, (change, _, _)) in BROKEN.iter().enumerate() {
            if mask >> at & 1 == 1 {
                change(&mut device);
            }
        }
        device.exempt = flags;
        let verdict = judge(&device, &limits());
        let mut better = device;
        better.exempt = device.exempt | exemption::BLOCK;
        if is_paid(verdict) {
            prop_assert!(is_paid(judge(&better, &limits())));
        }
        if mask == 0 {
            prop_assert!(is_paid(verdict));
        }
    }
}
