//! Offers: their bounds, their acceptance and the slots they fill.

use super::*;

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
