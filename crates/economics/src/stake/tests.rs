//! Vectors of economics §16.1, the exit matrix, and random histories of one device's book.

extern crate std;

use super::{
    offer::{self, Invalidity, OfferTerms, Parties, SeenTerms},
    *,
};
use crate::units::{DAY, IO_ONE};
use proptest::prelude::*;
use std::{vec, vec::Vec};

const T0: i64 = 1_800_000_000;
const OWNER: [u8; 32] = [1; 32];
const CO: [u8; 32] = [9; 32];

fn io(whole: u64) -> Io {
    Io::from_base_units(whole * IO_ONE)
}

fn units(base_units: u64) -> Io {
    Io::from_base_units(base_units)
}

fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds::new(seconds)
}

fn params() -> StakeParams {
    StakeParams {
        min_topup: io(1),
        min_offer: io(1),
        cooldown: 14 * DAY,
        wait_period: 7 * DAY,
        cure_period: 7 * DAY,
        withdrawn_cooldown: 7 * DAY,
        min_share_bps: 500,
        max_share_bps: 10_000,
        offer_ttl: 30 * DAY,
        max_positions: 2,
    }
}

fn view_of(required: Io, now: i64) -> View {
    View {
        now: at(now),
        requirement: RequirementLine::constant(required),
        co_cap: co_cap(required, Bps::new(5_000).unwrap()).unwrap(),
        device: DeviceFacts {
            is_up: true,
            is_blocked: false,
            is_terminated: false,
            is_hired: false,
            is_class_withdrawn: false,
        },
        params: params(),
    }
}

fn view(now: i64) -> View {
    view_of(io(1_600), now)
}

fn parties<'a>() -> Parties<'a> {
    Parties {
        co_staker: &CO,
        owner: &OWNER,
        stake_wallet: &[2; 32],
        payout_wallet: &[3; 32],
    }
}

fn seen(terms: &OfferTerms) -> SeenTerms {
    SeenTerms {
        seq: terms.seq,
        amount: terms.amount,
        share_bps: terms.share.get(),
    }
}

fn with_co(ledger: &Ledger, seq: u64, amount: Io, view: &View) -> Ledger {
    let terms = offer::create(ledger, false, seq, amount, 4_000, view).unwrap();
    offer::accept(ledger, &terms, &seen(&terms), &parties(), 0, view).unwrap()
}

/// 1,600 IO of the owner and 800 IO of a co-staker.
fn co_staked(now: i64) -> Ledger {
    let ledger = Ledger::EMPTY.stake(io(1_600), &view(now)).unwrap();
    with_co(&ledger, 1, io(800), &view(now))
}

fn slot(amount: Io, state: PositionState) -> Position {
    Position {
        seq: 1,
        amount,
        share_bps: 500,
        accepted_at: at(T0),
        state,
        cooldown_starts_at: at(T0 + 7 * DAY),
        cooldown_ends_at: at(T0 + 21 * DAY),
    }
}

#[test]
fn overflow_follows_the_worked_vectors() {
    for (required, owner, active, wait, eligible, over) in [
        (io(1_600), io(1_600), io(800), Io::ZERO, io(2_400), io(800)),
        (io(1_600), io(800), io(800), io(800), io(2_400), Io::ZERO),
        (io(800), io(800), io(800), Io::ZERO, io(1_600), io(400)),
        (io(400), io(444), Io::ZERO, Io::ZERO, io(444), io(44)),
        (
            units(333),
            units(333),
            units(166),
            Io::ZERO,
            units(499),
            units(166),
        ),
    ] {
        let mut ledger = Ledger::EMPTY;
        ledger.owner.active = owner;
        if active > Io::ZERO {
            ledger.positions[0] = slot(active, PositionState::Active);
        }
        if wait > Io::ZERO {
            ledger.positions[1] = slot(wait, PositionState::Wait);
        }
        let view = view_of(required, T0);
        assert_eq!(ledger.eligible(view.now), Ok(eligible));
        assert_eq!(ledger.overflow(required, view.co_cap), Ok(over));
    }
}

#[test]
fn deposit_below_the_minimum_is_refused() {
    let refused = Ledger::EMPTY.stake(units(IO_ONE - 1), &view(T0));
    assert_eq!(refused, Err(StakeRuleError::AmountBelowMinimum));
    let taken = Ledger::EMPTY.stake(io(1), &view(T0)).unwrap();
    assert_eq!(taken.owner.active, io(1));
    assert_eq!(taken.underfunded_since, Some(at(T0)));
}

#[test]
fn deposit_on_a_terminated_device_or_withdrawn_class_is_refused() {
    let mut gone = view(T0);
    gone.device.is_terminated = true;
    assert_eq!(
        Ledger::EMPTY.stake(io(1), &gone),
        Err(StakeRuleError::DeviceTerminated)
    );
    let mut withdrawn = view(T0);
    withdrawn.device.is_class_withdrawn = true;
    assert_eq!(
        Ledger::EMPTY.stake(io(1), &withdrawn),
        Err(StakeRuleError::ClassWithdrawn)
    );
}

#[test]
fn topping_up_to_the_requirement_clears_underfunded() {
    let short = Ledger::EMPTY
        .stake(units(1_600 * IO_ONE - IO_ONE), &view(T0))
        .unwrap();
    assert_eq!(
        short.owner_status(&view(T0 + 5)),
        Ok(OwnerStatus::Underfunded(at(T0)))
    );
    let full = short.stake(io(1), &view(T0 + 9)).unwrap();
    assert_eq!(full.underfunded_since, None);
    assert_eq!(
        full.owner_status(&view(T0 + 9)),
        Ok(OwnerStatus::Sufficient)
    );
}

#[test]
fn e03_overflow_plus_one_unit_is_refused() {
    let ledger = co_staked(T0);
    let above = units(800 * IO_ONE + 1);
    assert_eq!(
        ledger.withdraw_overflow(above, &view(T0)),
        Err(StakeRuleError::ExceedsOverflow)
    );
    assert_eq!(
        ledger.withdraw_overflow(Io::ZERO, &view(T0)),
        Err(StakeRuleError::ZeroAmount)
    );
    let taken = ledger.withdraw_overflow(io(800), &view(T0)).unwrap();
    assert_eq!(taken.owner.active, io(800));
    assert_eq!(taken.underfunded_since, None);
    assert_eq!(taken.buckets.since(at(T0), at(T0)), Ok(io(800)));
    let mut blocked = view(T0);
    blocked.device.is_blocked = true;
    assert_eq!(
        ledger.withdraw_overflow(io(1), &blocked),
        Err(StakeRuleError::DeviceBlocked)
    );
    let mut hired = view(T0);
    hired.device.is_hired = true;
    assert!(ledger.withdraw_overflow(io(800), &hired).is_ok());
}

#[test]
fn owner_exit_needs_stake_no_hire_and_no_offer() {
    let ledger = co_staked(T0);
    let mut hired = view(T0);
    hired.device.is_hired = true;
    assert_eq!(
        ledger.begin_unstake(false, &hired),
        Err(StakeRuleError::DeviceHired)
    );
    assert_eq!(
        ledger.begin_unstake(true, &view(T0)),
        Err(StakeRuleError::OfferOpen)
    );
    assert_eq!(
        Ledger::EMPTY.begin_unstake(false, &view(T0)),
        Err(StakeRuleError::NothingStaked)
    );
    let left = ledger.begin_unstake(false, &view(T0)).unwrap();
    assert_eq!(
        left.begin_unstake(false, &view(T0)),
        Err(StakeRuleError::StakeCooling)
    );
    assert_eq!(
        left.stake(io(1), &view(T0)),
        Err(StakeRuleError::StakeCooling)
    );
    let mut blocked = view(T0);
    blocked.device.is_blocked = true;
    assert!(ledger.begin_unstake(false, &blocked).is_ok());
}

#[test]
fn owner_exit_cools_both_parties_for_14_days() {
    let left = co_staked(T0).begin_unstake(false, &view(T0 + 5)).unwrap();
    let end = T0 + 5 + 14 * DAY;
    assert_eq!(left.owner.cooling, io(1_600));
    assert_eq!(left.owner.cooldown_ends_at, at(end));
    assert_eq!(left.positions[0].cooldown_ends_at, at(end));
    assert_eq!(left.eligible(at(T0 + 5)), Ok(Io::ZERO));
    assert_eq!(left.underfunded_since, None);
    assert_eq!(
        left.withdraw(&view(end - 1)),
        Err(StakeRuleError::CooldownNotOver)
    );
    assert_eq!(
        left.owner_status(&view(end - 1)),
        Ok(OwnerStatus::Cooldown(at(end)))
    );
    assert_eq!(left.owner_status(&view(end)), Ok(OwnerStatus::Withdrawable));
    let (gone, paid) = left.withdraw(&view(end)).unwrap();
    assert_eq!(paid, io(1_600));
    assert!(gone.is_owner_gone());
    assert_eq!(gone.owner_status(&view(end)), Ok(OwnerStatus::None));
    assert_eq!(
        gone.withdraw(&view(end)),
        Err(StakeRuleError::NothingToWithdraw)
    );
    assert_eq!(
        gone.withdraw_position(1, &view(end - 1)),
        Err(StakeRuleError::CooldownNotOver)
    );
    let (empty, paid) = gone.withdraw_position(1, &view(end)).unwrap();
    assert_eq!(paid, io(800));
    assert_eq!(empty.principal(), Ok(Io::ZERO));
}

#[test]
fn restored_balance_is_paid_while_the_tranche_still_cools() {
    let mut left = co_staked(T0).begin_unstake(false, &view(T0)).unwrap();
    left.owner.restored = io(3);
    let (next, paid) = left.withdraw(&view(T0 + 1)).unwrap();
    assert_eq!(paid, io(3));
    assert_eq!(next.owner.cooling, io(1_600));
    assert_eq!(next.owner.restored, Io::ZERO);
}

#[test]
fn e19_owner_and_co_staker_leaving_on_one_day_cool_14_days() {
    let waiting = co_staked(T0).co_unstake(1, &view(T0)).unwrap();
    assert_eq!(waiting.positions[0].cooldown_ends_at, at(T0 + 21 * DAY));
    let left = waiting.begin_unstake(false, &view(T0 + 60)).unwrap();
    assert_eq!(left.positions[0].state, PositionState::Cooldown);
    assert_eq!(left.positions[0].cooldown_starts_at, at(T0 + 60));
    assert_eq!(left.positions[0].cooldown_ends_at, at(T0 + 60 + 14 * DAY));
}

#[test]
fn owner_exit_keeps_the_stamps_of_a_wait_that_has_passed() {
    let waiting = co_staked(T0).co_unstake(1, &view(T0)).unwrap();
    let left = waiting.begin_unstake(false, &view(T0 + 8 * DAY)).unwrap();
    assert_eq!(left.positions[0].cooldown_starts_at, at(T0 + 7 * DAY));
    assert_eq!(left.positions[0].cooldown_ends_at, at(T0 + 21 * DAY));
    assert_eq!(left.owner.cooldown_ends_at, at(T0 + 22 * DAY));
}

#[test]
fn owner_exit_never_lengthens_a_running_exit() {
    let waiting = co_staked(T0).co_unstake(1, &view(T0)).unwrap();
    let mut longer = view(T0 + DAY);
    longer.params.cooldown = 60 * DAY;
    let left = waiting.begin_unstake(false, &longer).unwrap();
    assert_eq!(left.positions[0].cooldown_ends_at, at(T0 + 21 * DAY));
    assert_eq!(left.owner.cooldown_ends_at, at(T0 + 61 * DAY));
}

#[test]
fn exit_matrix_of_a_co_staker() {
    let ledger = co_staked(T0);
    let wait = ledger.co_unstake(1, &view(T0)).unwrap();
    assert_eq!(
        wait.positions[0].status(at(T0)),
        PositionStatus::Waiting(at(T0 + 7 * DAY))
    );
    assert_eq!(wait.eligible(at(T0 + 7 * DAY - 1)), Ok(io(2_400)));
    assert_eq!(wait.eligible(at(T0 + 7 * DAY)), Ok(io(1_600)));
    assert_eq!(
        wait.positions[0].status(at(T0 + 7 * DAY)),
        PositionStatus::Cooling(at(T0 + 21 * DAY))
    );
    assert_eq!(
        wait.positions[0].status(at(T0 + 21 * DAY)),
        PositionStatus::Withdrawable
    );
    assert_eq!(wait.positions[0].unlocks_at(), Some(at(T0 + 21 * DAY)));
    assert_eq!(
        wait.co_unstake(1, &view(T0)),
        Err(StakeRuleError::PositionNotActive)
    );

    type Change = fn(&mut DeviceFacts);
    let cases: [(Change, i64); 4] = [
        (|d| d.is_blocked = true, 14),
        (|d| d.is_terminated = true, 14),
        (|d| d.is_class_withdrawn = true, 7),
        (|d| d.is_hired = true, 21),
    ];
    for (change, days) in cases {
        let mut special = view(T0);
        change(&mut special.device);
        let left = ledger.co_unstake(1, &special).unwrap();
        assert_eq!(left.positions[0].cooldown_ends_at, at(T0 + days * DAY));
        let state = if days == 21 {
            PositionState::Wait
        } else {
            PositionState::Cooldown
        };
        assert_eq!(left.positions[0].state, state);
    }
}

#[test]
fn withdrawn_class_never_cools_longer_than_the_normal_cooldown() {
    let mut special = view(T0);
    special.device.is_class_withdrawn = true;
    assert_eq!(exit::owner(&special).cooldown, 7 * DAY);
    special.params.cooldown = DAY;
    assert_eq!(exit::owner(&special).cooldown, DAY);
}

#[test]
fn e15_co_staker_of_an_uncured_device_leaves_without_wait() {
    let mut ledger = co_staked(T0);
    ledger.owner.active = io(700); // a case took 900
    let short = ledger.refresh(&view(T0 + 10)).unwrap();
    assert_eq!(short.underfunded_since, Some(at(T0 + 10)));
    let last = short.co_unstake(1, &view(T0 + 10 + 7 * DAY)).unwrap();
    assert_eq!(last.positions[0].state, PositionState::Wait);
    let free = short.co_unstake(1, &view(T0 + 11 + 7 * DAY)).unwrap();
    assert_eq!(free.positions[0].state, PositionState::Cooldown);
    assert_eq!(free.eligible(at(T0 + 11 + 7 * DAY)), Ok(io(700)));
}

#[test]
fn e16_owner_covering_on_day_six_interrupts_nothing() {
    let lean = co_staked(T0)
        .withdraw_overflow(io(800), &view(T0))
        .and_then(|l| l.co_unstake(1, &view(T0)))
        .and_then(|l| l.stake(io(800), &view(T0 + 6 * DAY)))
        .and_then(|l| l.refresh(&view(T0 + 8 * DAY)))
        .unwrap();
    assert_eq!(lean.underfunded_since, None);
    assert_eq!(lean.positions[0].state, PositionState::Cooldown);
    assert_eq!(lean.buckets.since(at(T0), at(T0 + 8 * DAY)), Ok(Io::ZERO));
}

#[test]
fn e17_uncovered_wait_is_stamped_with_its_end() {
    let lean = co_staked(T0)
        .withdraw_overflow(io(800), &view(T0))
        .and_then(|l| l.co_unstake(1, &view(T0)))
        .unwrap();
    assert_eq!(
        lean.refresh(&view(T0 + 7 * DAY - 1))
            .unwrap()
            .underfunded_since,
        None
    );
    let late = lean.refresh(&view(T0 + 9 * DAY)).unwrap();
    assert_eq!(late.underfunded_since, Some(at(T0 + 7 * DAY)));
    assert_eq!(
        lean.owner_status(&view(T0 + 9 * DAY)),
        Ok(OwnerStatus::Underfunded(at(T0 + 7 * DAY)))
    );
}

#[test]
fn raise_after_grace_is_stamped_with_the_end_of_the_grace() {
    let ledger = Ledger::EMPTY.stake(io(1_600), &view(T0)).unwrap();
    let mut raised = view_of(io(1_700), T0 + 40 * DAY);
    let grace_end = at(T0 + 30 * DAY);
    raised.requirement = RequirementLine::new(
        io(1_700),
        Some(RequirementChange {
            at: grace_end,
            before: io(1_600),
        }),
        None,
    );
    let short = ledger.refresh(&raised).unwrap();
    assert_eq!(short.underfunded_since, Some(grace_end));
    // A later touch keeps the stamp although the change is behind it.
    raised.now = at(T0 + 50 * DAY);
    assert_eq!(
        short.refresh(&raised).unwrap().underfunded_since,
        Some(grace_end)
    );
    // A stamp made before the grace ended is older and stays.
    let mut older = Ledger::EMPTY.stake(io(1_500), &view(T0)).unwrap();
    older.touched_at = at(T0);
    assert_eq!(
        older.refresh(&raised).unwrap().underfunded_since,
        Some(at(T0))
    );
}

#[test]
fn wait_and_grace_between_touches_give_the_start_of_the_last_short_run() {
    // Short from the end of the wait (day 7) until the requirement falls (day 8, not short), short
    // again from the raise on day 20.
    let lean = co_staked(T0)
        .withdraw_overflow(io(800), &view(T0))
        .and_then(|l| l.co_unstake(1, &view(T0)))
        .unwrap();
    let mut now = view_of(io(900), T0 + 25 * DAY);
    now.requirement = RequirementLine::new(
        io(900),
        Some(RequirementChange {
            at: at(T0 + 20 * DAY),
            before: io(800),
        }),
        Some(RequirementChange {
            at: at(T0 + 8 * DAY),
            before: io(1_600),
        }),
    );
    assert_eq!(
        lean.refresh(&now).unwrap().underfunded_since,
        Some(at(T0 + 20 * DAY))
    );
    // Same without the relief in between: the run starts with the wait.
    now.requirement = RequirementLine::new(
        io(1_700),
        Some(RequirementChange {
            at: at(T0 + 20 * DAY),
            before: io(1_600),
        }),
        None,
    );
    assert_eq!(
        lean.refresh(&now).unwrap().underfunded_since,
        Some(at(T0 + 7 * DAY))
    );
}

#[test]
fn e18_replacement_counts_both_for_eligibility_and_one_for_overflow() {
    let waiting = co_staked(T0)
        .withdraw_overflow(io(800), &view(T0))
        .and_then(|l| l.co_unstake(1, &view(T0)))
        .unwrap();
    let replaced = with_co(&waiting, 2, io(800), &view(T0 + DAY));
    assert_eq!(replaced.eligible(at(T0 + DAY)), Ok(io(2_400)));
    assert_eq!(replaced.overflow(io(1_600), io(800)), Ok(Io::ZERO));
    assert_eq!(
        replaced
            .refresh(&view(T0 + 30 * DAY))
            .unwrap()
            .underfunded_since,
        None
    );
}

#[test]
fn e11_e12_offer_bounds() {
    let ledger = Ledger::EMPTY.stake(io(1_600), &view(T0)).unwrap();
    let make = |amount, share| offer::create(&ledger, false, 1, amount, share, &view(T0));
    assert_eq!(make(io(800), 499), Err(StakeRuleError::ShareOutOfRange));
    assert_eq!(make(io(800), 10_001), Err(StakeRuleError::ShareOutOfRange));
    assert_eq!(
        make(units(800 * IO_ONE + 1), 500),
        Err(StakeRuleError::OfferAboveCap)
    );
    assert_eq!(
        make(units(IO_ONE - 1), 500),
        Err(StakeRuleError::OfferBelowMinimum)
    );
    let terms = make(io(800), 500).unwrap();
    assert_eq!(terms.expires_at, Some(at(T0 + 30 * DAY)));
    assert_eq!(
        offer::create(&ledger, true, 2, io(800), 500, &view(T0)),
        Err(StakeRuleError::OfferOpen)
    );
    let mut forever = view(T0);
    forever.params.offer_ttl = 0;
    assert_eq!(
        offer::create(&ledger, false, 1, io(1), 500, &forever)
            .unwrap()
            .expires_at,
        None
    );
    assert_eq!(view_of(units(333), T0).co_cap, units(166));
}

#[test]
fn offers_need_an_up_device_a_live_class_full_requirement_and_no_active_position() {
    let ledger = Ledger::EMPTY.stake(io(1_600), &view(T0)).unwrap();
    type Change = fn(&mut View);
    let cases: [(Change, StakeRuleError); 4] = [
        (|v| v.device.is_up = false, StakeRuleError::DeviceNotUp),
        (
            |v| v.device.is_terminated = true,
            StakeRuleError::DeviceTerminated,
        ),
        (
            |v| v.device.is_class_withdrawn = true,
            StakeRuleError::ClassWithdrawn,
        ),
        (
            |v| v.requirement = RequirementLine::constant(units(1_600 * IO_ONE + 1)),
            StakeRuleError::BelowRequirement,
        ),
    ];
    let terms = offer::create(&ledger, false, 1, io(800), 500, &view(T0)).unwrap();
    for (change, error) in cases {
        let mut special = view(T0);
        change(&mut special);
        assert_eq!(
            offer::create(&ledger, false, 1, io(800), 500, &special),
            Err(error)
        );
        assert_eq!(
            offer::accept(&ledger, &terms, &seen(&terms), &parties(), 0, &special),
            Err(error)
        );
    }
    let taken = co_staked(T0);
    assert_eq!(
        offer::create(&taken, false, 2, io(800), 500, &view(T0)),
        Err(StakeRuleError::PositionActive)
    );
    assert_eq!(
        offer::accept(&taken, &terms, &seen(&terms), &parties(), 0, &view(T0)),
        Err(StakeRuleError::PositionActive)
    );
}

#[test]
fn e08_e10_e22_acceptance_is_exact_timely_and_limited() {
    let ledger = Ledger::EMPTY.stake(io(1_600), &view(T0)).unwrap();
    let terms = offer::create(&ledger, false, 3, io(800), 500, &view(T0)).unwrap();
    let take = |seen: SeenTerms, parties: Parties<'_>, live, now| {
        offer::accept(&ledger, &terms, &seen, &parties, live, &view(now))
    };
    let good = seen(&terms);
    for changed in [
        SeenTerms { seq: 2, ..good },
        SeenTerms {
            amount: io(799),
            ..good
        },
        SeenTerms {
            share_bps: 501,
            ..good
        },
    ] {
        assert_eq!(
            take(changed, parties(), 0, T0),
            Err(StakeRuleError::TermsMismatch)
        );
    }
    let end = T0 + 30 * DAY;
    assert!(take(good, parties(), 0, end).is_ok());
    assert_eq!(
        take(good, parties(), 0, end + 1),
        Err(StakeRuleError::OfferExpired)
    );
    assert_eq!(
        take(good, parties(), 2, T0),
        Err(StakeRuleError::TooManyPositions)
    );
    assert!(take(good, parties(), 1, T0).is_ok());
    for own in [&OWNER, &[2; 32], &[3; 32]] {
        let party = Parties {
            co_staker: own,
            ..parties()
        };
        assert_eq!(take(good, party, 0, T0), Err(StakeRuleError::SelfCoStake));
    }
    let mut lowered = view(T0);
    lowered.co_cap = io(799);
    assert_eq!(
        offer::accept(&ledger, &terms, &good, &parties(), 0, &lowered),
        Err(StakeRuleError::OfferAboveCap)
    );
}

#[test]
fn fifth_position_finds_no_slot() {
    let mut ledger = Ledger::EMPTY.stake(io(1_600), &view(T0)).unwrap();
    for seq in 1..=4 {
        ledger = with_co(&ledger, seq, io(10), &view(T0))
            .co_unstake(seq, &view(T0))
            .unwrap();
    }
    let terms = offer::create(&ledger, false, 5, io(10), 500, &view(T0)).unwrap();
    let full = offer::accept(&ledger, &terms, &seen(&terms), &parties(), 0, &view(T0));
    assert_eq!(full, Err(StakeRuleError::NoFreeSlot));
    let later = T0 + 21 * DAY;
    let (freed, _) = ledger.withdraw_position(2, &view(later)).unwrap();
    let terms = offer::create(&freed, false, 5, io(10), 500, &view(later)).unwrap();
    let filled = offer::accept(&freed, &terms, &seen(&terms), &parties(), 0, &view(later));
    assert_eq!(filled.unwrap().positions[1].seq, 5);
}

#[test]
fn lasting_invalidity_names_its_reason() {
    let ledger = Ledger::EMPTY.stake(io(1_600), &view(T0)).unwrap();
    let terms = offer::create(&ledger, false, 1, io(800), 500, &view(T0)).unwrap();
    type Change = fn(&mut View);
    let cases: [(Change, Option<Invalidity>); 7] = [
        (|_| (), None),
        (|v| v.device.is_up = false, None),
        (|v| v.now = at(T0 + 30 * DAY + 1), Some(Invalidity::Expired)),
        (
            |v| v.device.is_terminated = true,
            Some(Invalidity::DeviceTerminated),
        ),
        (
            |v| v.device.is_class_withdrawn = true,
            Some(Invalidity::ClassWithdrawn),
        ),
        (
            |v| v.requirement = RequirementLine::constant(io(1_601)),
            Some(Invalidity::BelowRequirement),
        ),
        (|v| v.co_cap = io(799), Some(Invalidity::AboveCap)),
    ];
    for (change, reason) in cases {
        let mut special = view(T0);
        change(&mut special);
        assert_eq!(offer::invalidity(&ledger, &terms, &special), Ok(reason));
    }
}

#[test]
fn position_moves_only_along_its_machine() {
    use PositionInput as I;
    use PositionState as S;
    let terms = ExitTerms {
        wait: Some(DAY),
        cooldown: DAY,
    };
    let fill = I::Fill {
        seq: 2,
        amount: io(1),
        share: Bps::new(500).unwrap(),
    };
    let inputs = [
        fill,
        I::Leave(terms),
        I::WaitOver,
        I::OwnerLeaves(DAY),
        I::Withdraw,
        I::Close,
    ];
    // State, instant relative to the stamps (wait to day 7, cooldown to day 21), results per input.
    let e = StakeRuleError::NoFreeSlot;
    let not_active = StakeRuleError::PositionNotActive;
    let not_waiting = StakeRuleError::PositionNotWaiting;
    let hot = StakeRuleError::CooldownNotOver;
    let full = StakeRuleError::PositionNotEmpty;
    let none = StakeRuleError::PositionNotFound;
    type Row = (S, i64, [Result<S, StakeRuleError>; 6]);
    let table: Vec<Row> = vec![
        (
            S::Empty,
            0,
            [
                Ok(S::Active),
                Err(none),
                Err(none),
                Err(none),
                Err(none),
                Err(none),
            ],
        ),
        (
            S::Active,
            0,
            [
                Err(e),
                Ok(S::Wait),
                Err(not_waiting),
                Ok(S::Cooldown),
                Err(hot),
                Err(full),
            ],
        ),
        (
            S::Wait,
            6,
            [
                Err(e),
                Err(not_active),
                Err(StakeRuleError::WaitNotOver),
                Ok(S::Cooldown),
                Err(hot),
                Err(full),
            ],
        ),
        (
            S::Wait,
            7,
            [
                Err(e),
                Err(not_active),
                Ok(S::Cooldown),
                Ok(S::Cooldown),
                Err(hot),
                Err(full),
            ],
        ),
        (
            S::Wait,
            21,
            [
                Err(e),
                Err(not_active),
                Ok(S::Cooldown),
                Ok(S::Cooldown),
                Ok(S::Empty),
                Err(full),
            ],
        ),
        (
            S::Cooldown,
            20,
            [
                Err(e),
                Err(not_active),
                Err(not_waiting),
                Ok(S::Cooldown),
                Err(hot),
                Err(full),
            ],
        ),
        (
            S::Cooldown,
            21,
            [
                Err(e),
                Err(not_active),
                Err(not_waiting),
                Ok(S::Cooldown),
                Ok(S::Empty),
                Err(full),
            ],
        ),
        (
            S::Zeroed,
            0,
            [
                Err(e),
                Err(not_active),
                Err(not_waiting),
                Ok(S::Zeroed),
                Err(hot),
                Ok(S::Empty),
            ],
        ),
    ];
    for (state, days, results) in table {
        let amount = if matches!(state, S::Empty | S::Zeroed) {
            Io::ZERO
        } else {
            io(5)
        };
        let position = Position {
            state,
            ..slot(amount, state)
        };
        for (input, expected) in inputs.iter().zip(results) {
            let got = position
                .transition(*input, at(T0 + days * DAY))
                .map(|p| p.state);
            assert_eq!(got, expected, "{state:?} day {days} {input:?}");
        }
    }
    for value in 0..=4_u8 {
        assert_eq!(S::try_from(value).unwrap() as u8, value);
    }
    assert_eq!(S::try_from(5), Err(StakeRuleError::BrokenLedger));
}

#[test]
fn reward_split_rounds_the_co_staker_down_and_loses_nothing() {
    for (reward, share, co) in [
        (10, 3_333, 3),
        (0, 10_000, 0),
        (7, 10_000, 7),
        (1, 9_999, 0),
    ] {
        let (a, b) = split_reward(units(reward), Bps::new(share).unwrap()).unwrap();
        assert_eq!(
            (a.base_units(), a.base_units() + b.base_units()),
            (co, reward)
        );
    }
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Stake(u64),
    Overflow(u64),
    Begin,
    Withdraw,
    Offer(u64),
    Leave(u64),
    Advance(u64),
    TakeOut(u64),
    Refresh,
    Require(u64),
    Device(u8),
    Pass(i64),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (1..3_000_u64).prop_map(Op::Stake),
        3 => (0..2_000_u64).prop_map(Op::Overflow),
        1 => Just(Op::Begin),
        2 => Just(Op::Withdraw),
        4 => (1..1_200_u64).prop_map(Op::Offer),
        3 => (0..12_u64).prop_map(Op::Leave),
        2 => (0..12_u64).prop_map(Op::Advance),
        3 => (0..12_u64).prop_map(Op::TakeOut),
        1 => Just(Op::Refresh),
        1 => (200..2_400_u64).prop_map(Op::Require),
        1 => (0..32_u8).prop_map(Op::Device),
        4 => (1..10 * DAY).prop_map(Op::Pass),
    ]
}

/// Underfunded since, found by looking at every second that matters instead of walking back.
fn slow_since(ledger: &Ledger, view: &View) -> Option<UnixSeconds> {
    let short = |t: UnixSeconds| {
        let counted = ledger.eligible(t).unwrap();
        counted > Io::ZERO && counted < view.requirement.at(t)
    };
    let mut times: Vec<i64> = ledger
        .positions
        .iter()
        .filter(|p| p.state == PositionState::Wait)
        .map(|p| p.cooldown_starts_at.get())
        .chain(
            view.requirement
                .changes
                .iter()
                .flatten()
                .map(|c| c.at.get()),
        )
        .filter(|t| *t > ledger.touched_at.get() && *t <= view.now.get())
        .collect();
    times.sort_unstable();
    let mut since = ledger.underfunded_since;
    for t in times {
        since = match (short(at(t)), since) {
            (true, Some(s)) => Some(s),
            (true, None) => Some(at(t)),
            (false, _) => None,
        };
    }
    short(view.now).then(|| since.unwrap_or(view.now))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    /// Nobody takes out more than it put in, the book sums to what is inside, exits take no longer
    /// than their stamps, and every party's principal comes out by its own steps and time.
    #[test]
    fn histories_conserve_principal_and_always_end(ops in proptest::collection::vec(op(), 1..120)) {
        let mut ledger = Ledger::EMPTY;
        let mut world = view(T0);
        let (mut owner_in, mut owner_out) = (0_u64, 0_u64);
        let mut co_in = vec![0_u64; 400];
        let mut co_out = vec![0_u64; 400];
        let mut next_seq = 1_u64;
        for op in ops {
            let before = ledger;
            let view = world;
            let result: StakeResult<Ledger> = match op {
                Op::Stake(x) => ledger.stake(io(x), &view).inspect(|_| owner_in += x),
                Op::Overflow(x) => ledger.withdraw_overflow(io(x), &view).inspect(|_| owner_out += x),
                Op::Begin => ledger.begin_unstake(false, &view),
                Op::Withdraw => ledger.withdraw(&view).map(|(l, paid)| {
                    owner_out += paid.base_units() / IO_ONE;
                    l
                }),
                Op::Offer(x) => offer::create(&ledger, false, next_seq, io(x), 4_000, &view)
                    .and_then(|t| offer::accept(&ledger, &t, &seen(&t), &parties(), 0, &view))
                    .inspect(|_| {
                        co_in[next_seq as usize] += x;
                        next_seq += 1;
                    }),
                Op::Leave(back) => ledger.co_unstake(next_seq.saturating_sub(back), &view),
                Op::Advance(back) => ledger.advance_exit(next_seq.saturating_sub(back), &view),
                Op::TakeOut(back) => {
                    let seq = next_seq.saturating_sub(back);
                    ledger.withdraw_position(seq, &view).map(|(l, paid)| {
                        co_out[seq as usize] += paid.base_units() / IO_ONE;
                        l
                    })
                }
                Op::Refresh => ledger.refresh(&view),
                Op::Require(x) => {
                    // The change takes effect now; the line remembers what was before.
                    let change = RequirementChange { at: view.now, before: view.requirement.current };
                    let older = view.requirement.changes[0];
                    if view.now > ledger.touched_at && older.is_none_or(|o| o.at < view.now) {
                        world.requirement = RequirementLine::new(io(x), Some(change), older);
                        world.co_cap = units(x * IO_ONE / 2);
                    }
                    Ok(ledger)
                }
                Op::Device(bits) => {
                    world.device = DeviceFacts {
                        is_up: bits & 1 == 0,
                        is_blocked: bits & 3 == 3,
                        is_terminated: false,
                        is_hired: bits & 4 != 0,
                        is_class_withdrawn: bits & 24 == 24,
                    };
                    Ok(ledger)
                }
                Op::Pass(seconds) => {
                    world.now = at(world.now.get() + seconds);
                    Ok(ledger)
                }
            };
            if let Ok(next) = result {
                ledger = next;
            }
            // Conservation against the wallets' own records, kept apart from the book.
            let held = owner_in + co_in.iter().sum::<u64>() - owner_out - co_out.iter().sum::<u64>();
            prop_assert_eq!(ledger.principal().unwrap(), io(held));
            prop_assert!(owner_out <= owner_in);
            for (inn, out) in co_in.iter().zip(&co_out) {
                prop_assert!(out <= inn);
            }
            prop_assert_eq!(ledger.invariant(), Ok(()));
            if matches!(op, Op::Overflow(_)) && ledger != before {
                prop_assert!(ledger.free().unwrap() >= world.requirement.current);
                prop_assert!(ledger.owner.active >= world.requirement.current.checked_sub(world.co_cap).unwrap());
            }
            for (was, is) in before.positions.iter().zip(&ledger.positions) {
                let later_end = was.seq == is.seq
                    && was.unlocks_at().is_some()
                    && is.cooldown_ends_at > was.cooldown_ends_at;
                prop_assert!(!later_end, "an exit was pushed out");
            }
            let expected = slow_since(&ledger, &world);
            prop_assert_eq!(ledger.caught_up(&world).unwrap().underfunded_since, expected);
        }
        // Exit of everybody by own signatures, cranks and time.
        world.device.is_hired = false;
        if ledger.owner.active > Io::ZERO {
            if ledger.owner.cooling > Io::ZERO {
                return Err(TestCaseError::fail("two tranches"));
            }
            ledger = ledger.begin_unstake(false, &world).unwrap();
        }
        for position in ledger.positions {
            if position.state == PositionState::Active {
                ledger = ledger.co_unstake(position.seq, &world).unwrap();
            }
        }
        world.now = at(world.now.get() + 21 * DAY);
        for position in ledger.positions {
            if position.state != PositionState::Empty {
                let (next, paid) = ledger.withdraw_position(position.seq, &world).unwrap();
                co_out[position.seq as usize] += paid.base_units() / IO_ONE;
                ledger = next;
            }
        }
        if !ledger.is_owner_gone() {
            let (next, paid) = ledger.withdraw(&world).unwrap();
            owner_out += paid.base_units() / IO_ONE;
            ledger = next;
        }
        prop_assert_eq!(owner_in, owner_out);
        prop_assert_eq!(co_in, co_out);
        prop_assert_eq!(ledger.principal().unwrap(), Io::ZERO);
    }

    /// Buckets agree with a plain list of days.
    #[test]
    fn buckets_agree_with_a_list(steps in proptest::collection::vec((any::<bool>(), 0..50_u64, 0..9_usize), 1..80)) {
        let mut ring = DayBuckets::EMPTY;
        let mut days = vec![0_u64; 1_000];
        let mut today = 40_usize;
        for (withdraws, amount, pass) in steps {
            today += pass;
            let start = |day: usize| i64::try_from(day).unwrap() * DAY;
            let now = at(start(today) + 5);
            if withdraws {
                ring = ring.withdrawn(units(amount), now).unwrap();
                days[today] += amount;
            } else {
                ring = ring.deposited(units(amount), now).unwrap();
                let mut left = amount;
                for day in (today - 31..=today).rev() {
                    let lowered = left.min(days[day]);
                    days[day] -= lowered;
                    left -= lowered;
                }
            }
            for back in [0, 1, 7, 30, 31] {
                let from = today - back;
                let expected: u64 = days[from..=today].iter().sum();
                prop_assert_eq!(ring.since(at(start(from)), now).unwrap(), units(expected));
            }
        }
    }
}
