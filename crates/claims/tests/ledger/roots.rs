//! Acceptance, veto and the ring of roots.

use super::*;

#[test]
fn older_roots_are_refused_unless_the_stored_one_is_vetoed() {
    let mut ring = Ring::EMPTY;
    let mut ledger = Ledger::default();
    for seq in 1..=3 {
        accept(&mut ring, seq, 1_000 + 100 * seq as i64);
    }
    prove(&mut ledger, &ring, 2, 20, 1_300).unwrap();
    assert_eq!(
        prove(&mut ledger, &ring, 1, 10, 1_300),
        Err(ClaimsError::StaleRoot)
    );
    prove(&mut ledger, &ring, 2, 20, 1_300).unwrap(); // the same root again
                                                      // Matured roots are compared with the second place only.
    prove(&mut ledger, &ring, 1, 10, 1_800).unwrap();
    assert_eq!((ledger.newest.seq, ledger.matured.seq), (2, 1));
    ring.veto(2, Vetoer::Governance, 1_850).unwrap();
    assert_eq!(
        prove(&mut ledger, &ring, 2, 20, 1_850),
        Err(ClaimsError::RootVetoed)
    );
    prove(&mut ledger, &ring, 1, 10, 1_850).unwrap();
    assert_eq!((ledger.newest.seq, ledger.matured.seq), (1, 1));
    prove(&mut ledger, &ring, 3, 30, 2_000).unwrap();
    assert_eq!((ledger.newest.seq, ledger.matured.seq), (3, 3));
    assert_eq!(
        prove(&mut ledger, &ring, 1, 10, 2_000),
        Err(ClaimsError::StaleRoot)
    );
    assert_eq!(
        prove(&mut ledger, &ring, 9, 10, 2_000),
        Err(ClaimsError::UnknownRoot)
    );
}

#[test]
fn acceptance_keeps_order_reach_and_interval() {
    let mut ring = Ring::EMPTY;
    accept(&mut ring, 5, 1_000);
    let try_accept = |ring: &Ring, seq, through, now| {
        let mut ring = *ring;
        ring.accept(&new_root(seq, through), TIMES, now).map(|_| ())
    };
    assert_eq!(
        try_accept(&ring, 5, 121, 1_100),
        Err(ClaimsError::SeqNotNewer)
    );
    assert_eq!(
        try_accept(&ring, 6, 121, 1_099),
        Err(ClaimsError::RootTooSoon)
    );
    assert_eq!(
        try_accept(&ring, 6, 120, 1_100),
        Err(ClaimsError::ThroughNotNewer)
    );
    assert_eq!(try_accept(&ring, 6, 121, 1_100), Ok(()));
    assert_eq!(try_accept(&ring, 9, 121, 1_100), Ok(()));
    // After a veto the same reach is open again, at once, under a later sequence.
    ring.veto(5, Vetoer::Governance, 1_001).unwrap();
    assert_eq!(
        try_accept(&ring, 5, 120, 1_001),
        Err(ClaimsError::SeqNotNewer)
    );
    assert_eq!(try_accept(&ring, 6, 120, 1_001), Ok(()));
}

#[test]
fn veto_ends_at_maturity_and_counts_the_guardian_only() {
    let mut ring = Ring::EMPTY;
    for seq in 1..=5 {
        accept(&mut ring, seq, 1_000 + 100 * seq as i64);
    }
    let guardian = Vetoer::Guardian { limit: 2 };
    assert_eq!(ring.veto(9, guardian, 1_500), Err(ClaimsError::UnknownRoot));
    assert_eq!(ring.veto(1, guardian, 1_800), Err(ClaimsError::RootMatured));
    ring.veto(2, guardian, 1_899).unwrap();
    assert_eq!(ring.root(2).unwrap().state(1_900), RootState::Vetoed);
    assert_eq!(ring.veto(2, guardian, 1_899), Err(ClaimsError::RootVetoed));
    ring.veto(3, guardian, 1_899).unwrap();
    assert_eq!(
        ring.veto(4, guardian, 1_900),
        Err(ClaimsError::GuardianVetoesSpent)
    );
    assert_eq!(
        ring.veto(4, Vetoer::Guardian { limit: 0 }, 1_900),
        Err(ClaimsError::GuardianVetoesSpent)
    );
    ring.veto(4, Vetoer::Governance, 1_900).unwrap();
    // Thirty days after the first veto there is room again.
    let later = 1_899 + GUARDIAN_VETO_WINDOW;
    accept(&mut ring, 6, later - 1);
    assert_eq!(
        ring.veto(6, guardian, later - 1),
        Err(ClaimsError::GuardianVetoesSpent)
    );
    ring.veto(6, guardian, later).unwrap();
}

#[test]
fn a_full_ring_drops_superseded_and_vetoed_roots_only() {
    let mut ring = Ring::EMPTY;
    let slow = RootTimes {
        maturity: 1_000_000,
        interval: 1,
    };
    for seq in 1..=RING_ROOTS as u64 {
        let (_, dropped) = ring.accept(&new_root(seq, seq), slow, seq as i64).unwrap();
        assert_eq!(dropped, 0);
    }
    let next = new_root(40, 40);
    assert_eq!(ring.accept(&next, slow, 100), Err(ClaimsError::RingFull));
    // The newest matured root stays; an older one goes.
    assert_eq!(
        ring.accept(&next, slow, 1_000_001),
        Err(ClaimsError::RingFull)
    );
    let (_, dropped) = ring.accept(&next, slow, 1_000_002).unwrap();
    assert_eq!(dropped, 1);
    assert_eq!(ring.standing(1, 1_000_002), Standing::Matured);
    ring.veto(20, Vetoer::Governance, 1_000_002).unwrap();
    let (_, dropped) = ring.accept(&new_root(41, 41), slow, 1_000_003).unwrap();
    assert_eq!(dropped, 2);
    let (_, dropped) = ring.accept(&new_root(42, 42), slow, 1_000_004).unwrap();
    assert_eq!(dropped, 3);
    assert_eq!(ring.standing(20, 1_000_004), Standing::Void);
    assert_eq!(ring.standing(0, 1_000_004), Standing::Void);
    assert_eq!(ring.standing(42, 1_000_004), Standing::Pending);
}

#[test]
fn a_dropped_vetoed_root_stays_void_while_nothing_newer_has_matured() {
    let mut ring = Ring::EMPTY;
    let slow = RootTimes {
        maturity: 1_000_000,
        interval: 1,
    };
    for seq in 1..=RING_ROOTS as u64 {
        ring.accept(&new_root(seq, seq), slow, seq as i64).unwrap();
    }
    ring.veto(7, Vetoer::Governance, 50).unwrap();
    let (_, dropped) = ring.accept(&new_root(40, 40), slow, 60).unwrap();
    assert_eq!(dropped, 7);
    assert_eq!(ring.standing(7, 60), Standing::Void);
}
