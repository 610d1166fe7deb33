//! Vectors of economics §16.4, edge cases of §15, properties of §14 I25.

extern crate alloc;

use alloc::{vec, vec::Vec};
use proptest::prelude::*;

use super::{eligibility::*, score::*, *};
use crate::{
    device::DeviceStatus,
    emission::emission_of_hour,
    exemption,
    math::MathError,
    units::{Bps, Io},
};

fn io(units: u64) -> Io {
    Io::from_base_units(units)
}

fn bps(bps: u16) -> Bps {
    Bps::new(bps).unwrap()
}

fn base(mult_fp: u32, qty: u8, tier: u8, is_hired: bool) -> u64 {
    let input = ScoreInput {
        tier,
        mult_fp,
        qty,
        is_hired,
    };
    base_score(&Weights::DEFAULT, &input).unwrap()
}

/// 2026-06-01 00:00 UTC, the block of economics §16.4.
const JUNE: u64 = 494_520;

#[test]
fn base_scores_of_the_specification() {
    assert_eq!(base(50_000, 1, 4, false), 100_200);
    assert_eq!(base(4_000, 1, 3, false), 8_150);
    assert_eq!(base(300_000, 8, 4, false), 4_800_200);
    assert_eq!(base(120_000, 8, 3, true), 1_920_155);
}

#[test]
fn score_refuses_a_tier_and_weights_out_of_range() {
    let mut input = ScoreInput {
        tier: 5,
        mult_fp: 1,
        qty: 1,
        is_hired: false,
    };
    assert_eq!(
        base_score(&Weights::DEFAULT, &input),
        Err(RewardError::UnknownTier)
    );
    input.tier = 4;
    input.mult_fp = u32::MAX;
    input.qty = u8::MAX;
    let weights = Weights {
        tier: u32::MAX,
        hardware: u32::MAX,
        hired: 0,
    };
    assert_eq!(
        base_score(&weights, &input),
        Err(RewardError::Math(MathError::Overflow))
    );
}

#[test]
fn pools_of_the_specification() {
    let emission = io(emission_of_hour(JUNE).unwrap());
    assert_eq!(emission, io(366_126_862_181));
    let pools = Pools::split(emission, bps(0), bps(9_500)).unwrap();
    assert_eq!(pools.safety, io(0));
    assert_eq!(pools.enterprise, io(347_820_519_071));
    assert_eq!(pools.community, io(18_306_343_110));
    let safe = Pools::split(emission, bps(500), bps(9_500)).unwrap();
    assert_eq!(safe.safety, io(18_306_343_109));
    assert_eq!(safe.worker, io(347_820_519_072));
}

#[test]
fn rewards_of_the_specification() {
    let pools = Pools::split(io(366_126_862_181), bps(0), bps(9_500)).unwrap();
    let pay = |pool: RewardPool, bases: &[u64]| {
        let mut result = PoolResult::EMPTY;
        for base in bases {
            result.add_device(*base).unwrap();
        }
        let rewards: Vec<u64> = bases
            .iter()
            .map(|base| {
                let share = result.pay(pools.of(pool), *base, None).unwrap();
                share.reward.base_units()
            })
            .collect();
        let dust = unallocated(pools.of(pool), result.allocated, result.paid_devices).unwrap();
        (rewards, result.base_sum, dust)
    };
    assert_eq!(
        pay(RewardPool::Enterprise, &[100_200, 1_920_155, 50_100]),
        (
            vec![16_832_829_504, 322_571_274_814, 8_416_414_752],
            2_070_455,
            io(1)
        )
    );
    assert_eq!(
        pay(RewardPool::Community, &[5_050, 120_200]),
        (vec![738_100_061, 17_568_243_048], 125_250, io(1))
    );
}

#[test]
fn parties_parts_of_the_specification() {
    let of = |share| Share::of(io(347_820_519_071), 100_200, 2_070_455, Some(bps(share))).unwrap();
    assert_eq!(
        of(2_500),
        Share {
            reward: io(16_832_829_504),
            co: io(4_208_207_376),
            owner: io(12_624_622_128)
        }
    );
    assert_eq!(
        of(7_400),
        Share {
            reward: io(16_832_829_504),
            co: io(12_456_293_832),
            owner: io(4_376_535_672)
        }
    );
}

#[test]
fn display_score_gives_the_reward_back() {
    let score = display_score(100_200, 9_500, 2_070_455).unwrap();
    assert_eq!(score, 459_754);
    assert_eq!(display_score(1, 9_500, 0), Ok(0));
}

#[test]
fn connectivity_tiers_need_both_directions() {
    for (down, up, tier) in [
        (1_600, 1_200, 4),
        (1_600, 1_199, 3),
        (1_599, 1_200, 3),
        (800, 600, 3),
        (400, 300, 2),
        (399, 300, 1),
        (100, 10, 1),
        (100, 9, 0),
        (99, 10_000, 0),
        (u32::MAX, u32::MAX, 4),
    ] {
        assert_eq!(connectivity_tier(down, up), tier, "{down}/{up}");
    }
}

#[test]
fn pool_codes_are_those_of_a_class() {
    for pool in RewardPool::ALL {
        assert_eq!(RewardPool::from_code(pool.code()), Ok(pool));
    }
    for code in [0, 3, 255] {
        assert_eq!(RewardPool::from_code(code), Err(RewardError::UnknownPool));
    }
}

#[test]
fn e35_no_eligible_device_allocates_nothing() {
    let pools = Pools::split(io(366_126_862_181), bps(500), bps(9_500)).unwrap();
    let rest = RewardPool::ALL.map(|pool| unallocated(pools.of(pool), io(0), 0).unwrap());
    let sum = rest[0].checked_add(rest[1]).unwrap();
    assert_eq!(sum, pools.worker);
}

#[test]
fn e36_empty_pool_stays_whole_and_moves_to_no_other_pool() {
    let pools = Pools::split(io(1_000_000), bps(0), bps(9_500)).unwrap();
    let mut enterprise = PoolResult::EMPTY;
    enterprise.add_device(7).unwrap();
    enterprise.pay(pools.enterprise, 7, None).unwrap();
    assert_eq!(enterprise.allocated, pools.enterprise);
    assert_eq!(unallocated(pools.community, io(0), 0), Ok(io(50_000)));
    assert_eq!(
        unallocated(pools.community, io(1), 0),
        Err(RewardError::AllocationAbovePool)
    );
}

#[test]
fn e45_dust_is_below_the_number_of_paid_devices() {
    assert_eq!(unallocated(io(10), io(8), 3), Ok(io(2)));
    assert_eq!(
        unallocated(io(10), io(7), 3),
        Err(RewardError::AllocationBelowPool)
    );
    assert_eq!(
        unallocated(io(10), io(11), 3),
        Err(RewardError::AllocationAbovePool)
    );
}

#[test]
fn score_above_the_sum_is_refused() {
    assert_eq!(
        Share::of(io(10), 2, 1, None),
        Err(RewardError::ScoreAboveSum)
    );
    assert_eq!(Share::of(io(10), 0, 0, None).unwrap().reward, io(0));
}

fn limits() -> Limits {
    Limits::read(|param| param.default).unwrap()
}

fn seen() -> HourSeen {
    HourSeen {
        proof: Proof::Passed,
        live_minutes: 60,
        hire: Hire::Free,
        uptime_seconds: 5 * 3_600,
    }
}

fn good() -> DeviceHour {
    DeviceHour {
        is_staked: true,
        has_wallet: true,
        linked_wallets: 3,
        status: DeviceStatus::Up,
        mult_fp: 10_000,
        tier: 2,
        has_cluster_test: true,
        has_agreement: true,
        exempt: 0,
        before: seen(),
        within: seen(),
    }
}

fn is_paid(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Succeeded { .. })
}

fn hired(hours_since_pass: u32) -> Hire {
    Hire::Hired {
        passed_when_free: true,
        hours_since_pass,
    }
}

#[test]
fn device_that_meets_every_rule_succeeds_with_its_tier() {
    assert_eq!(judge(&good(), &limits()), Verdict::Succeeded { tier: 2 });
}

type Change = fn(&mut DeviceHour);

/// Each rule broken at the start, with the flags that waive it.
const BROKEN: [(Change, Exclusion, Option<u32>); 17] = [
    (
        |d| d.before.uptime_seconds -= 1,
        Exclusion::UptimeShort,
        Some(exemption::MIN_UPTIME),
    ),
    (
        |d| d.is_staked = false,
        Exclusion::StakeShort,
        Some(exemption::STAKING),
    ),
    (
        |d| d.has_wallet = false,
        Exclusion::NoWallet,
        Some(exemption::SPL_ADDRESS),
    ),
    (
        |d| d.linked_wallets = 2,
        Exclusion::TooFewWallets,
        Some(exemption::WALLETS),
    ),
    (
        |d| d.status = DeviceStatus::Pending,
        Exclusion::Pending,
        Some(exemption::STATUS),
    ),
    (
        |d| d.status = DeviceStatus::Down,
        Exclusion::Down,
        Some(exemption::STATUS),
    ),
    (
        |d| d.status = DeviceStatus::RestartRequired,
        Exclusion::RestartRequired,
        Some(exemption::STATUS),
    ),
    (
        |d| d.status = DeviceStatus::Inactive,
        Exclusion::Inactive,
        Some(exemption::STATUS),
    ),
    (
        |d| d.status = DeviceStatus::Unsupported,
        Exclusion::Unsupported,
        Some(exemption::STATUS),
    ),
    (
        |d| d.status = DeviceStatus::Paused,
        Exclusion::Paused,
        Some(exemption::STATUS),
    ),
    (
        |d| d.tier = 0,
        Exclusion::NoConnectivity,
        Some(exemption::CONNECTIVITY_TIER),
    ),
    (
        |d| d.has_cluster_test = false,
        Exclusion::NoClusterTest,
        Some(exemption::REQC),
    ),
    (
        |d| d.has_agreement = false,
        Exclusion::NoAgreement,
        Some(exemption::SLA),
    ),
    (
        |d| d.before.proof = Proof::Missing,
        Exclusion::ProofMissing,
        Some(exemption::POW_NO_TASKS),
    ),
    (
        |d| d.before.proof = Proof::Failed,
        Exclusion::ProofFailed,
        Some(exemption::POW_FAILED),
    ),
    (
        |d| d.before.live_minutes = 49,
        Exclusion::TooFewMinutes,
        Some(exemption::BLOCK),
    ),
    (|d| d.mult_fp = 0, Exclusion::ClassWithdrawn, None),
];

#[test]
fn each_rule_excludes_by_name_and_its_flag_waives_it() {
    for (change, reason, flag) in BROKEN {
        let mut device = good();
        change(&mut device);
        assert_eq!(judge(&device, &limits()), Verdict::NotNominated(reason));
        assert_eq!(reason.rule(), reason.code() / 10);
        device.exempt = exemption::BLOCK;
        let waived = judge(&device, &limits());
        let Some(flag) = flag else {
            assert_eq!(waived, Verdict::NotNominated(reason));
            continue;
        };
        assert!(matches!(waived, Verdict::Succeeded { .. }), "{reason:?}");
        device.exempt = flag;
        assert!(matches!(
            judge(&device, &limits()),
            Verdict::Succeeded { .. }
        ));
        // Every other flag leaves it excluded.
        for bit in 0..10 {
            let other = 1 << bit;
            if other != flag {
                device.exempt = other;
                assert_eq!(judge(&device, &limits()), Verdict::NotNominated(reason));
            }
        }
    }
}

#[test]
fn exempt_tier_counts_as_one_and_blocked_is_never_exempt() {
    let mut device = good();
    device.tier = 0;
    device.exempt = exemption::CONNECTIVITY_TIER;
    assert_eq!(judge(&device, &limits()), Verdict::Succeeded { tier: 1 });
    let all = exemption::ALL;
    for (status, reason) in [
        (DeviceStatus::Blocked, Exclusion::Blocked),
        (DeviceStatus::Terminated, Exclusion::Terminated),
    ] {
        let mut device = good();
        device.status = status;
        device.exempt = all;
        assert_eq!(judge(&device, &limits()), Verdict::NotNominated(reason));
    }
}

#[test]
fn rules_at_the_end_fail_a_nominated_device() {
    let changes: [(Change, Exclusion); 4] = [
        (|d| d.within.uptime_seconds = 60, Exclusion::UptimeShort),
        (|d| d.within.proof = Proof::Missing, Exclusion::ProofMissing),
        (|d| d.within.proof = Proof::Failed, Exclusion::ProofFailed),
        (|d| d.within.live_minutes = 49, Exclusion::TooFewMinutes),
    ];
    for (change, reason) in changes {
        let mut device = good();
        change(&mut device);
        assert_eq!(judge(&device, &limits()), Verdict::Failed(reason));
    }
    let mut device = good();
    device.within.live_minutes = 50;
    assert_eq!(judge(&device, &limits()), Verdict::Succeeded { tier: 2 });
}

#[test]
fn e37_work_proof_failed_while_hired_is_judged_by_the_light_probe() {
    let judged = |proof, hire| {
        let mut device = good();
        device.within.proof = proof;
        device.within.hire = hire;
        judge(&device, &limits())
    };
    let paid = Verdict::Succeeded { tier: 2 };
    assert_eq!(judged(Proof::Passed, hired(0)), paid);
    assert_eq!(judged(Proof::Missing, hired(24)), paid);
    assert_eq!(
        judged(Proof::Missing, hired(25)),
        Verdict::Failed(Exclusion::ProbeMissing)
    );
    assert_eq!(
        judged(Proof::Failed, hired(0)),
        Verdict::Failed(Exclusion::ProbeFailed)
    );
    let never_free = Hire::Hired {
        passed_when_free: false,
        hours_since_pass: 1,
    };
    assert_eq!(
        judged(Proof::Passed, never_free),
        Verdict::Failed(Exclusion::FreeHourFailed)
    );
}

#[test]
fn e38_restart_after_almost_five_hours_is_not_nominated() {
    let mut device = good();
    device.before.uptime_seconds = 4 * 3_600 + 59 * 60;
    assert_eq!(
        judge(&device, &limits()),
        Verdict::NotNominated(Exclusion::UptimeShort)
    );
}

#[test]
fn e66_bare_metal_not_wiped_in_a_day_is_ineligible_until_it_passes_again() {
    let judged = |hire, proof, live_minutes| {
        let mut device = good();
        device.within = HourSeen {
            proof,
            live_minutes,
            hire,
            uptime_seconds: 5 * 3_600,
        };
        judge(&device, &limits())
    };
    let paid = Verdict::Succeeded { tier: 2 };
    // away with its renter, then a day to wipe and reinstall
    assert_eq!(judged(Hire::BareMetal, Proof::Missing, 0), paid);
    let in_time = Hire::Wiping { seconds: 86_400 };
    assert_eq!(judged(in_time, Proof::Missing, 0), paid);
    // a second later it needs a full proof and an hour of life again
    let late = Hire::Wiping { seconds: 86_401 };
    for (proof, live_minutes, reason) in [
        (Proof::Missing, 60, Exclusion::WipeOverdue),
        (Proof::Failed, 60, Exclusion::ProofFailed),
        (Proof::Passed, 49, Exclusion::TooFewMinutes),
    ] {
        assert_eq!(judged(late, proof, live_minutes), Verdict::Failed(reason));
    }
    assert_eq!(judged(late, Proof::Passed, 50), paid);
}

#[test]
fn reasons_round_trip_and_have_a_text() {
    for reason in Exclusion::ALL {
        assert_eq!(Exclusion::from_code(reason.code()), Some(reason));
        assert!((1..=10).contains(&reason.rule()) && !reason.text().is_empty());
    }
    assert_eq!(Exclusion::from_code(0), None);
    assert_eq!(Exclusion::from_code(11), None);
}

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
