//! Vectors of economics §16.2, bounds and properties of the slash rules.

extern crate std;

mod caps;
mod properties;
mod ruling;

use super::*;
use crate::{
    math::MathError,
    stake::{DayBuckets, Ledger, OwnerTranche, Position, PositionState},
    units::{Bps, Io, UnixSeconds, DAY, HOUR, IO_ONE},
};
use proptest::prelude::*;

const T0: i64 = 1_770_000_000;

fn io(whole: u64) -> Io {
    Io::from_base_units(whole * IO_ONE)
}

fn unit(base_units: u64) -> Io {
    Io::from_base_units(base_units)
}

fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds::new(seconds)
}

fn bps(value: u16) -> Bps {
    Bps::new(value).unwrap()
}

fn party(weight: Io, available: Io, unclaimed: Io) -> PartyFacts {
    PartyFacts {
        weight,
        available,
        unclaimed: [unclaimed, Io::ZERO],
    }
}

fn parties(owner: PartyFacts, co: &[PartyFacts]) -> [PartyFacts; PARTIES] {
    let mut all = [PartyFacts::NONE; PARTIES];
    all[0] = owner;
    all[1..=co.len()].copy_from_slice(co);
    all
}

fn plain(owner: Io, co: &[Io]) -> [PartyFacts; PARTIES] {
    let of = |weight: Io| party(weight, weight, Io::ZERO);
    let co: std::vec::Vec<_> = co.iter().map(|weight| of(*weight)).collect();
    parties(of(owner), &co)
}

fn table(amount: Io) -> Charge {
    Charge::Table {
        amount,
        window: Io::ZERO,
    }
}

const NO_LIMIT: Io = Io::from_base_units(u64::MAX);

fn stakes(division: &Division) -> [u64; PARTIES] {
    division.parts.map(|part| part.stake.base_units())
}

#[test]
fn vector_two_parties_split_by_weight() {
    let facts = plain(io(9_600), &[io(6_400)]);
    let division = divide(&facts, table(io(1_600)), NO_LIMIT).unwrap();
    assert_eq!(division.parts[0].stake, io(960));
    assert_eq!(division.parts[1].stake, io(640));
    assert_eq!(division.charged, io(1_600));
    assert!(!division.is_clamped);
}

#[test]
fn e24_one_unit_falls_on_the_owner() {
    let facts = plain(io(100), &[io(100)]);
    let division = divide(&facts, table(unit(1)), NO_LIMIT).unwrap();
    assert_eq!(stakes(&division), [1, 0, 0, 0, 0]);
}

#[test]
fn vector_three_parties() {
    let facts = plain(io(800), &[io(500), io(300)]);
    let division = divide(&facts, table(io(1_000)), NO_LIMIT).unwrap();
    assert_eq!(
        stakes(&division),
        [
            500 * IO_ONE,
            312 * IO_ONE + IO_ONE / 2,
            187 * IO_ONE + IO_ONE / 2,
            0,
            0
        ]
    );
}

#[test]
fn vector_rewards_first_and_each_from_its_own() {
    let facts = parties(
        party(io(9_600), io(9_600), io(300)),
        &[party(io(6_400), io(6_400), io(100))],
    );
    let division = divide(&facts, table(io(1_600)), NO_LIMIT).unwrap();
    assert_eq!(division.parts[0].holds, [io(300), Io::ZERO]);
    assert_eq!(division.parts[1].holds, [io(100), Io::ZERO]);
    assert_eq!(division.parts[0].stake, io(660));
    assert_eq!(division.parts[1].stake, io(540));
}

#[test]
fn vector_rewards_above_the_share_stay_with_the_party() {
    let facts = parties(
        party(io(8_000), io(8_000), io(100)),
        &[party(io(8_000), io(8_000), io(5_000))],
    );
    let division = divide(&facts, table(io(4_800)), NO_LIMIT).unwrap();
    assert_eq!(division.parts[0].holds[0], io(100));
    assert_eq!(division.parts[1].holds[0], io(2_400));
    assert_eq!(division.parts[0].stake, io(2_300));
    assert_eq!(division.parts[1].stake, Io::ZERO);
}

#[test]
fn vector_without_a_proven_leaf_stake_pays() {
    let facts = plain(io(8_000), &[io(8_000)]);
    let division = divide(&facts, table(io(4_800)), NO_LIMIT).unwrap();
    assert_eq!(division.parts[0].holds, [Io::ZERO; 2]);
    assert_eq!(division.parts[0].stake, io(2_400));
    assert_eq!(division.parts[1].stake, io(2_400));
}

#[test]
fn e25_shortfall_is_recorded_and_never_moved() {
    let facts = parties(
        party(io(9_600), io(600), Io::ZERO),
        &[party(io(6_400), io(6_400), Io::ZERO)],
    );
    let division = divide(&facts, table(io(1_600)), NO_LIMIT).unwrap();
    assert_eq!(division.parts[0].stake, io(600));
    assert_eq!(division.parts[0].shortfall, io(360));
    assert_eq!(division.parts[1].stake, io(640));
    assert_eq!(division.charged, io(1_600));
    assert_eq!(division.taken, io(1_240));
}

#[test]
fn vector_codes_two_three_and_three_b_escalate() {
    let required = io(16_000);
    let terms = |bps, charged_before, rolling_used| CapTerms {
        required,
        bps,
        charged_before,
        rolling_used,
        rolling_cap: 5_000,
    };
    for (bps, alone) in [(400, 640), (3_000, 4_800), (5_000, 8_000)] {
        assert_eq!(target(&terms(bps, Io::ZERO, 0)), Ok(io(alone)));
    }
    assert_eq!(target(&terms(3_000, io(640), 400)), Ok(io(4_160)));
    assert_eq!(target(&terms(5_000, io(4_800), 3_000)), Ok(io(3_200)));
    assert_eq!(target(&terms(5_000, io(8_000), 5_000)), Ok(Io::ZERO));
    // the cap, not the table
    assert_eq!(target(&terms(3_000, Io::ZERO, 4_000)), Ok(io(1_600)));
    assert_eq!(target(&terms(3_000, Io::ZERO, 6_000)), Ok(Io::ZERO));
}

#[test]
fn vector_partial_ruling_rounds_each_burn_down() {
    let (burned, back) = split_leg(io(960), bps(3_333)).unwrap();
    assert_eq!(
        (burned.base_units(), back.base_units()),
        (31_996_800_000, 64_003_200_000)
    );
    let (burned, back) = split_leg(io(640), bps(3_333)).unwrap();
    assert_eq!(
        (burned.base_units(), back.base_units()),
        (21_331_200_000, 42_668_800_000)
    );
    assert_eq!(split_leg(unit(3), bps(3_333)), Ok((unit(0), unit(3))));
    assert_eq!(split_leg(unit(7), bps(3_333)), Ok((unit(2), unit(5))));
    assert_eq!(split_leg(unit(7), bps(10_000)), Ok((unit(7), unit(0))));
    assert_eq!(split_leg(unit(7), bps(0)), Ok((unit(0), unit(7))));
}

#[test]
fn code_six_takes_everything_of_everyone_who_was_there() {
    let facts = parties(
        party(io(100), io(70), io(5)),
        &[
            party(io(40), io(40), io(3)),
            party(Io::ZERO, Io::ZERO, io(9)), // came later
        ],
    );
    let division = divide(&facts, Charge::Everything, NO_LIMIT).unwrap();
    assert_eq!(division.parts[0].stake, io(70));
    assert_eq!(division.parts[0].shortfall, io(30));
    assert_eq!(division.parts[0].holds[0], io(5));
    assert_eq!(division.parts[1].stake, io(40));
    assert_eq!(division.parts[1].holds[0], io(3));
    assert_eq!(division.parts[2], PartyPart::NONE);
    assert_eq!(division.taken, io(118));
}

#[test]
fn window_of_code_four_is_held_on_top_and_not_charged() {
    let facts = parties(
        party(io(60), io(60), io(20)),
        &[PartyFacts {
            weight: io(40),
            available: io(40),
            unclaimed: [io(1), io(2)],
        }],
    );
    let charge = Charge::Table {
        amount: io(10),
        window: io(10),
    };
    let division = divide(&facts, charge, NO_LIMIT).unwrap();
    // owner: 6 of the charge and 6 of the window, all from rewards
    assert_eq!(division.parts[0].holds, [io(12), Io::ZERO]);
    // co: 3 of the charge from rewards, 1 from stake, nothing left for its window part of 4
    assert_eq!(division.parts[1].holds, [io(1), io(2)]);
    assert_eq!(division.parts[1].stake, io(1));
    assert_eq!(division.charged, io(10));
    // 6 held of the owner, and the co-staker's 4, which nobody else owes
    assert_eq!(division.window_counted, io(10));
    assert_eq!(division.taken, io(16));
}

#[test]
fn window_left_by_a_clamped_day_is_all_that_further_parts_divide() {
    let facts = parties(
        party(io(60), io(60), io(20)),
        &[PartyFacts {
            weight: io(40),
            available: io(40),
            unclaimed: [Io::ZERO, Io::ZERO],
        }],
    );
    let charge = |window| Charge::Table {
        amount: Io::ZERO,
        window,
    };
    let first = divide(&facts, charge(io(10)), io(3)).unwrap();
    assert_eq!(first.parts[0].holds[0], io(3));
    // 3 of the owner's 6 and all of the co-staker's 4
    assert_eq!(first.window_counted, io(7));
    let second = divide(&facts, charge(io(3)), NO_LIMIT).unwrap();
    assert!(second.parts[0].holds[0] <= io(3));
    assert_eq!(second.parts[1].holds, [Io::ZERO; TREES]);
    assert_eq!(second.window_counted, io(3));
}

#[test]
fn record_of_a_wallet_counts_once_and_where_the_offence_reaches_it() {
    let reach = |weights: [u64; PARTIES]| {
        weights.map(|weight| Reach {
            weight: unit(weight),
            available: unit(weight),
        })
    };
    let all = reach([1; PARTIES]);
    assert_eq!(record_holders(&[0, 1, 2, 3, 4], &all), [true; PARTIES]);
    let once = [true, true, false, true, false];
    assert_eq!(record_holders(&[0, 1, 1, 2, 2], &all), once);
    // the second position was there, the first came later
    let late = reach([1, 0, 1, 1, 1]);
    let second = [true, false, true, true, false];
    assert_eq!(record_holders(&[0, 1, 1, 2, 2], &late), second);
    let nobody = reach([0; PARTIES]);
    assert_eq!(record_holders(&[0, 1, 1, 2, 2], &nobody), once);
    // an owner's own position has no record of its own
    let own = [true, false, true, true, true];
    assert_eq!(record_holders(&[0, 0, 1, 2, 3], &nobody), own);
}

#[test]
fn nobody_behind_the_device_means_nothing_is_taken() {
    let facts = [PartyFacts::NONE; PARTIES];
    for charge in [table(io(5)), Charge::Everything] {
        let division = divide(&facts, charge, NO_LIMIT).unwrap();
        assert_eq!((division.taken, division.charged), (Io::ZERO, Io::ZERO));
    }
}
