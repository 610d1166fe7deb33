//! Vectors of economics §16.2, bounds and properties of the slash rules.

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

extern crate std;

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
fn day_short_of_the_case_clamps_every_part_down() {
    let facts = plain(io(600), &[io(400)]);
    let division = divide(&facts, table(io(100)), unit(33)).unwrap();
    assert!(division.is_clamped);
    assert_eq!(stakes(&division), [19, 13, 0, 0, 0]);
    assert_eq!(division.taken, unit(32));
    let nothing = divide(&facts, table(io(100)), Io::ZERO).unwrap();
    assert!(nothing.is_clamped);
    assert_eq!(nothing.taken, Io::ZERO);
}

#[test]
fn nobody_behind_the_device_means_nothing_is_taken() {
    let facts = [PartyFacts::NONE; PARTIES];
    for charge in [table(io(5)), Charge::Everything] {
        let division = divide(&facts, charge, NO_LIMIT).unwrap();
        assert_eq!((division.taken, division.charged), (Io::ZERO, Io::ZERO));
    }
}

#[test]
fn daily_limit_is_the_larger_of_share_and_floor() {
    assert_eq!(daily_limit(io(1_000), 1_000, io(50)), Ok(io(100)));
    assert_eq!(daily_limit(io(1_000), 1_000, io(500)), Ok(io(500)));
    assert_eq!(daily_limit(unit(9), 1_000, Io::ZERO), Ok(Io::ZERO));
}

fn position(amount: Io, accepted_at: i64, state: PositionState, starts_at: i64) -> Position {
    Position {
        seq: 1,
        amount,
        share_bps: 4_000,
        accepted_at: at(accepted_at),
        state,
        cooldown_starts_at: at(starts_at),
        cooldown_ends_at: at(starts_at),
    }
}

#[test]
fn snapshot_reaches_who_was_there_and_has_not_left_before() {
    use PositionState as S;
    let mut ledger = Ledger {
        owner: OwnerTranche {
            active: Io::ZERO,
            cooling: io(10),
            cooldown_starts_at: at(T0),
            cooldown_ends_at: at(T0 + 14 * DAY),
            restored: io(1),
        },
        ..Ledger::EMPTY
    };
    ledger.positions = [
        position(io(2), T0, S::Active, 0),
        position(io(3), T0 + 1, S::Active, 0),
        position(io(4), T0 - 5, S::Wait, T0 + 7 * DAY),
        position(io(5), T0 - 5, S::Cooldown, T0 - 1),
    ];
    let of = |ledger: &Ledger, offence: i64| {
        snapshot(ledger, at(offence), at(T0 + DAY))
            .unwrap()
            .map(|reach| reach.available)
    };
    assert_eq!(of(&ledger, T0), [io(10), io(2), Io::ZERO, io(4), Io::ZERO]);
    assert_eq!(
        of(&ledger, T0 + 1),
        [Io::ZERO, io(2), io(3), io(4), Io::ZERO]
    );
    assert_eq!(of(&ledger, T0 - 1)[4], io(5));
    // overflow taken since weighs and is not available
    ledger.buckets = DayBuckets::EMPTY.withdrawn(io(7), at(T0)).unwrap();
    let [owner, ..] = snapshot(&ledger, at(T0), at(T0 + DAY)).unwrap();
    assert_eq!((owner.weight, owner.available), (io(17), io(10)));
}

#[test]
fn rolling_charges_count_31_days_and_can_be_taken_back() {
    let day = |n: i64| at(n * DAY + 5);
    let ring = RollingCharges::EMPTY.charged(400, day(100)).unwrap();
    let ring = ring.charged(600, day(110)).unwrap();
    assert_eq!(ring.used(day(110)), Ok(1_000));
    assert_eq!(ring.used(day(130)), Ok(1_000));
    assert_eq!(ring.used(day(131)), Ok(600));
    assert_eq!(ring.used(day(141)), Ok(0));
    let back = ring.reverted(150, 110).unwrap();
    assert_eq!(back.used(day(110)), Ok(850));
    assert_eq!(back.reverted(451, 110), Err(MathError::Overflow.into()));
    // a day that has left the ring takes nothing back
    let later = ring.charged(1, day(150)).unwrap();
    assert_eq!(later.reverted(400, 100), Ok(later));
    assert_eq!(later.used(day(150)), Ok(1));
}

#[test]
fn charge_in_bps_rounds_up() {
    assert_eq!(rolling_bps(io(640), io(16_000)), Ok(400));
    assert_eq!(rolling_bps(unit(1), io(16_000)), Ok(1));
    assert_eq!(rolling_bps(Io::ZERO, io(16_000)), Ok(0));
    assert_eq!(
        rolling_bps(unit(1), Io::ZERO),
        Err(MathError::DivisionByZero.into())
    );
}

#[test]
fn e34_offence_older_than_the_limit_is_refused() {
    let check =
        |offence, offence_at: i64, now: i64| check_time(offence, at(offence_at), at(now), 30 * DAY);
    assert_eq!(check(Offence::Outage, T0, T0 + 30 * DAY), Ok(()));
    assert_eq!(
        check(Offence::Outage, T0, T0 + 30 * DAY + 1),
        Err(SlashRuleError::OffenceTooOld)
    );
    assert_eq!(
        check(Offence::Outage, T0 + 1, T0),
        Err(SlashRuleError::OffenceInFuture)
    );
    assert_eq!(
        check(Offence::LongOutage, T0, T0 + 48 * HOUR),
        Err(SlashRuleError::OutageTooShort)
    );
    assert_eq!(check(Offence::LongOutage, T0, T0 + 48 * HOUR + 1), Ok(()));
    assert_eq!(
        check(Offence::LastingOutage, T0, T0 + 120 * HOUR),
        Err(SlashRuleError::OutageTooShort)
    );
}

#[test]
fn codes_round_trip_and_others_are_refused() {
    for code in 0..=u8::MAX {
        match Offence::from_code(code) {
            Ok(offence) => assert_eq!(offence.code(), code),
            Err(error) => {
                assert_eq!(error, SlashRuleError::UnknownOffence);
                assert!(!(2..=7).contains(&code));
            }
        }
        match CaseState::from_code(code) {
            Ok(state) => assert_eq!(state.code(), code),
            Err(error) => assert_eq!(error, SlashRuleError::BrokenCase),
        }
    }
}

#[test]
fn table_bounds_every_code() {
    let table = OffenceTable {
        outage: 400,
        long_outage: 3_000,
        lasting_outage: 5_000,
        overuse: 0,
        overuse_repeat: 500,
        low_reliability: 200,
    };
    for (offence, is_repeat, most) in [
        (Offence::Outage, false, 400),
        (Offence::LongOutage, false, 3_000),
        (Offence::LastingOutage, false, 5_000),
        (Offence::Overuse, false, 0),
        (Offence::Overuse, true, 500),
        (Offence::LowReliability, false, 200),
        (Offence::Spoofing, false, 0),
    ] {
        assert_eq!(offence.check_bps(most, &table, is_repeat), Ok(()));
        assert_eq!(
            offence.check_bps(most + 1, &table, is_repeat),
            Err(SlashRuleError::AboveTable)
        );
    }
    assert!(Offence::LongOutage.continues(Offence::Outage));
    assert!(!Offence::Overuse.continues(Offence::LowReliability));
    assert!(Offence::Spoofing.continues(Offence::Spoofing));
}

#[test]
fn e30_appeal_and_ruling_are_good_to_their_last_second() {
    let opened = CaseClock::opened(at(T0), 100).unwrap();
    let appeal = CaseInput::Appeal {
        ruling_deadline: 50,
    };
    assert_eq!(
        opened.transition(appeal, at(T0 + 101)),
        Err(SlashRuleError::WindowOver)
    );
    let appealed = opened.transition(appeal, at(T0 + 100)).unwrap();
    assert_eq!(appealed.ruling_end, at(T0 + 150));
    assert_eq!(
        appealed.transition(appeal, at(T0 + 100)),
        Err(SlashRuleError::NotInWindow)
    );
    for (uphold, state) in [
        (0, CaseState::Restored),
        (1, CaseState::Partial),
        (9_999, CaseState::Partial),
        (10_000, CaseState::Upheld),
    ] {
        let ruled = appealed
            .transition(CaseInput::Rule(bps(uphold)), at(T0 + 150))
            .unwrap();
        assert_eq!((ruled.state, ruled.uphold_bps), (state, uphold));
        assert_eq!(ruled.is_won_by_party(), uphold < 10_000);
    }
    assert_eq!(
        appealed.transition(CaseInput::Rule(bps(10_000)), at(T0 + 151)),
        Err(SlashRuleError::RulingTooLate)
    );
    assert_eq!(
        appealed.transition(CaseInput::Finalize, at(T0 + 150)),
        Err(SlashRuleError::RulingPending)
    );
    let silent = appealed
        .transition(CaseInput::Finalize, at(T0 + 151))
        .unwrap();
    assert_eq!((silent.state, silent.uphold_bps), (CaseState::Restored, 0));
    assert!(silent.is_won_by_party());
}

#[test]
fn every_state_refuses_what_is_not_listed() {
    use CaseState as S;
    let appeal = CaseInput::Appeal { ruling_deadline: 1 };
    let states = [
        S::Window,
        S::Appealed,
        S::Upheld,
        S::Partial,
        S::Restored,
        S::Burned,
    ];
    // after both deadlines
    for state in states {
        let clock = CaseClock {
            state,
            window_end: at(T0),
            ruling_end: at(T0),
            uphold_bps: 500,
        };
        let next = |input| clock.transition(input, at(T0 + 1)).map(|clock| clock.state);
        assert_eq!(
            next(appeal),
            Err(if state == S::Window {
                SlashRuleError::WindowOver
            } else {
                SlashRuleError::NotInWindow
            })
        );
        assert_eq!(
            next(CaseInput::Withdraw),
            if state == S::Window {
                Ok(S::Restored)
            } else {
                Err(SlashRuleError::NotInWindow)
            }
        );
        assert_eq!(
            next(CaseInput::Rule(bps(1))),
            Err(if state == S::Appealed {
                SlashRuleError::RulingTooLate
            } else {
                SlashRuleError::NotAppealed
            })
        );
        assert_eq!(
            next(CaseInput::Finalize),
            match state {
                S::Window | S::Upheld | S::Partial => Ok(S::Burned),
                S::Appealed => Ok(S::Restored),
                S::Restored | S::Burned => Err(SlashRuleError::CaseDecided),
            }
        );
    }
}

fn legs(amounts: &[(usize, u64)], uphold: u16) -> CaseLegs {
    let mut all = [Io::ZERO; LEGS];
    for (leg, amount) in amounts {
        all[*leg] = unit(*amount);
    }
    CaseLegs {
        amounts: all,
        uphold: bps(uphold),
        restored: 0,
        burned: 0,
    }
}

#[test]
fn leg_is_done_once_and_case_ends_with_the_last() {
    let hold = hold_leg(1, 1);
    let mut case = legs(&[(0, 100), (hold, 10)], 5_000);
    assert_eq!(case.stake_burned(), Ok(unit(50)));
    assert_eq!(case.burn_hold(0), Err(SlashRuleError::NoSuchLeg));
    assert_eq!(case.burn_hold(hold), Err(SlashRuleError::RestoreFirst));
    assert_eq!(case.restore(1), Err(SlashRuleError::NoSuchLeg));
    assert_eq!(case.restore(LEGS), Err(SlashRuleError::NoSuchLeg));
    assert_eq!(case.restore(0), Ok(unit(50)));
    assert_eq!(case.restore(0), Err(SlashRuleError::LegDone));
    assert_eq!(case.restore(hold), Ok(unit(5)));
    assert_eq!(case.is_finished(), Ok(false));
    assert_eq!(case.burn_hold(hold), Ok(unit(5)));
    assert_eq!(case.burn_hold(hold), Err(SlashRuleError::LegDone));
    assert_eq!(case.is_finished(), Ok(true));

    let mut upheld = legs(&[(2, 7)], 10_000);
    assert_eq!(upheld.restore(2), Err(SlashRuleError::NoSuchLeg));
    assert_eq!(upheld.is_finished(), Ok(true));
    assert_eq!(legs(&[], 0).is_finished(), Ok(true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_party_bears_another_and_nothing_is_above_a_cap(
        weights in prop::array::uniform5(0_u64..1_000_000_000_000),
        gone in prop::array::uniform5(0_u64..1_000_000_000),
        rewards in prop::array::uniform5((0_u64..1_000_000_000, 0_u64..1_000_000_000)),
        amount in 0_u64..2_000_000_000_000,
        window in 0_u64..1_000_000_000,
        left in 0_u64..3_000_000_000_000,
    ) {
        let mut facts = [PartyFacts::NONE; PARTIES];
        for (i, fact) in facts.iter_mut().enumerate() {
            let weight = unit(weights[i]);
            *fact = PartyFacts {
                weight,
                available: unit(weights[i].saturating_sub(if i == 0 { gone[0] } else { 0 })),
                unclaimed: [unit(rewards[i].0), unit(rewards[i].1)],
            };
        }
        let total: u64 = weights.iter().sum();
        let charge = Charge::Table { amount: unit(amount), window: unit(window) };
        let division = divide(&facts, charge, unit(left)).unwrap();
        prop_assert!(division.taken.base_units() <= left);
        prop_assert!(division.charged.base_units() <= amount.min(total));
        let free = divide(&facts, charge, NO_LIMIT).unwrap();
        prop_assert_eq!(free.charged.base_units(), amount.min(total));
        let mut taken = 0;
        for (i, (fact, part)) in facts.iter().zip(&division.parts).enumerate() {
            prop_assert!(part.stake <= fact.available);
            prop_assert!(part.holds[0] <= fact.unclaimed[0] && part.holds[1] <= fact.unclaimed[1]);
            taken += part.stake.base_units() + part.holds[0].base_units() + part.holds[1].base_units();
            // what another party owns or has claimed changes nothing for this one
            let mut others = facts;
            for (j, other) in others.iter_mut().enumerate() {
                if j != i {
                    other.available = Io::ZERO;
                    other.unclaimed = [Io::ZERO; TREES];
                }
            }
            let alone = divide(&others, charge, NO_LIMIT).unwrap();
            prop_assert_eq!(alone.parts[i], free.parts[i]);
        }
        prop_assert_eq!(taken, division.taken.base_units());
    }

    #[test]
    fn leg_is_burned_or_given_back_to_the_unit(leg: u64, uphold in 0_u16..=10_000) {
        let (burned, back) = split_leg(unit(leg), bps(uphold)).unwrap();
        prop_assert_eq!(burned.checked_add(back), Ok(unit(leg)));
    }

    #[test]
    fn parts_of_one_offence_never_charge_more_than_the_table(
        lefts in prop::collection::vec(1_u64..5_000_000_000, 1..20),
    ) {
        let required = io(1_600);
        let mut available = io(2_000);
        let mut charged = Io::ZERO;
        for left in lefts {
            let amount = target(&CapTerms {
                required,
                bps: 3_000,
                charged_before: charged,
                rolling_used: 0,
                rolling_cap: 5_000,
            }).unwrap();
            let division = divide(&plain(available, &[]), table(amount), unit(left)).unwrap();
            charged = charged.checked_add(division.charged).unwrap();
            available = available.checked_sub(division.taken).unwrap();
            prop_assert!(charged <= io(480));
        }
    }
}
