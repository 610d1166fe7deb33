//! Random histories of a device: principal is conserved and always comes back.

use super::*;

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
