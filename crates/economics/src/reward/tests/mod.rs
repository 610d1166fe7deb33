//! Vectors of economics §16.4, edge cases of §15, properties of §14 I25.

extern crate alloc;

mod properties;
mod rules;

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

fn is_paid(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Succeeded { .. })
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
