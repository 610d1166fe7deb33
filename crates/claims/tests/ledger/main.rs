//! The account of a leaf against the worked vectors and under any order of events.

mod properties;
mod roots;

use ion_claims::{
    ClaimsError, Hold, LeafAmounts, Ledger, NewRoot, Ring, Root, RootState, RootTimes, Standing,
    Vetoer, GUARDIAN_VETO_WINDOW, RING_ROOTS,
};
use proptest::prelude::*;

const TIMES: RootTimes = RootTimes {
    maturity: 700,
    interval: 100,
};

fn new_root(seq: u64, through: u64) -> NewRoot {
    NewRoot {
        seq,
        through,
        leaf_count: 1,
        lifetime_io: 0,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
        hash: [7; 32],
    }
}

fn accept(ring: &mut Ring, seq: u64, now: i64) -> Root {
    ring.accept(&new_root(seq, 24 * seq), TIMES, now).unwrap().0
}

fn io(lifetime_io: u64) -> LeafAmounts {
    LeafAmounts {
        lifetime_io,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
    }
}

fn prove(
    ledger: &mut Ledger,
    ring: &Ring,
    seq: u64,
    lifetime: u64,
    now: i64,
) -> Result<(), ClaimsError> {
    let root = ring.root(seq)?;
    ledger.prove(ring, root, io(lifetime), now)
}

/// A record with 50 of 60 matured claimed, 100 proven at the pending root 2 (economics §16.5).
fn start() -> (Ring, Ledger) {
    let mut ring = Ring::EMPTY;
    let mut ledger = Ledger::default();
    accept(&mut ring, 1, 1_000);
    prove(&mut ledger, &ring, 1, 50, 1_700).unwrap();
    assert_eq!(ledger.claim_io(&ring, 1_700), Ok(50));
    prove(&mut ledger, &ring, 1, 60, 1_700).unwrap();
    accept(&mut ring, 2, 1_800);
    prove(&mut ledger, &ring, 2, 100, 1_800).unwrap();
    assert_eq!(ledger.unclaimed_io(&ring), Ok(50));
    (ring, ledger)
}

#[test]
fn claims_and_forfeiture_are_the_worked_ones() {
    let (ring, mut ledger) = start();
    assert_eq!(payable(ledger, &ring, 1_800), Ok(10));

    ledger.hold(&ring, 30).unwrap();
    assert_eq!(
        payable(ledger, &ring, 1_800),
        Err(ClaimsError::NothingToClaim)
    );
    // The root with 100 matures: the value moves to its place without another proof.
    assert_eq!(ledger.claim_io(&ring, 2_500), Ok(20));
    assert_eq!((ledger.claimed_io, ledger.matured.seq), (70, 2));

    let mut overturned = ledger;
    overturned.release(30).unwrap();
    assert_eq!(overturned.claim_io(&ring, 2_500), Ok(30));
    assert_eq!(overturned.claimed_io, 100);

    let hold = Hold {
        amount_io: 30,
        root_seq: 2,
        proposed_at: 1_900,
    };
    assert_eq!(ledger.burn(&ring, hold, 2_500), Ok(30));
    assert_eq!(
        (ledger.claimed_io + ledger.burned_io, ledger.forfeited_io),
        (100, 30)
    );
    assert_eq!(
        ledger.claim_io(&ring, 2_500),
        Err(ClaimsError::NothingToClaim)
    );
    assert!(ledger.is_within_lifetime());
}

#[test]
fn e85_hold_on_a_vetoed_root_burns_what_the_later_root_covers() {
    let (mut ring, mut ledger) = start();
    ledger.hold(&ring, 30).unwrap();
    ring.veto(2, Vetoer::Governance, 1_900).unwrap();
    assert_eq!(ledger.unclaimed_io(&ring), Ok(0));
    let hold = Hold {
        amount_io: 30,
        root_seq: 2,
        proposed_at: 1_900,
    };
    assert_eq!(
        ledger.burn(&ring, hold, 1_900),
        Err(ClaimsError::HoldNotMatured)
    );

    accept(&mut ring, 3, 2_000);
    assert_eq!(
        ledger.burn(&ring, hold, 2_700),
        Err(ClaimsError::StaleProof)
    );
    prove(&mut ledger, &ring, 3, 70, 2_700).unwrap();
    assert_eq!(ledger.burn(&ring, hold, 2_700), Ok(20));
    assert_eq!((ledger.forfeited_io, ledger.burned_io), (20, 20));
    assert_eq!(ledger.claimed_io + ledger.burned_io, 70);
    assert!(ledger.is_within_lifetime());
}

#[test]
fn holds_are_bounded_by_what_is_unclaimed_and_releases_by_what_is_held() {
    let (ring, mut ledger) = start();
    assert_eq!(ledger.hold(&ring, 51), Err(ClaimsError::HoldAboveUnclaimed));
    ledger.hold(&ring, 50).unwrap();
    assert_eq!(ledger.hold(&ring, 1), Err(ClaimsError::HoldAboveUnclaimed));
    assert_eq!(ledger.release(51), Err(ClaimsError::AboveHeld));
    let hold = Hold {
        amount_io: 51,
        root_seq: 2,
        proposed_at: 0,
    };
    assert_eq!(ledger.burn(&ring, hold, 2_500), Err(ClaimsError::AboveHeld));
    let hold = Hold {
        amount_io: 20,
        root_seq: 2,
        proposed_at: 0,
    };
    assert_eq!(ledger.burn(&ring, hold, 2_500), Ok(20));
    // What is burned cannot be released.
    assert_eq!(ledger.release(31), Err(ClaimsError::AboveHeld));
    ledger.release(30).unwrap();
    assert_eq!(ledger.held_io(), Ok(0));
}

#[test]
fn a_record_not_proven_at_the_newest_root_is_out_of_reach() {
    let (mut ring, mut ledger) = start();
    accept(&mut ring, 3, 1_900);
    assert_eq!(ledger.unclaimed_io(&ring), Ok(0));
    assert_eq!(ledger.hold(&ring, 1), Err(ClaimsError::HoldAboveUnclaimed));
}

#[test]
fn a_claim_needs_the_newest_matured_root() {
    let mut ring = Ring::EMPTY;
    let mut ledger = Ledger::default();
    assert_eq!(ledger.claim_io(&ring, 0), Err(ClaimsError::NoMaturedRoot));
    accept(&mut ring, 1, 1_000);
    prove(&mut ledger, &ring, 1, 10, 1_000).unwrap();
    assert_eq!(
        ledger.claim_io(&ring, 1_699),
        Err(ClaimsError::NoMaturedRoot)
    );
    let mut early = ledger;
    assert_eq!(early.claim_io(&ring, 1_700), Ok(10));
    assert_eq!(
        early.claim_io(&ring, 1_700),
        Err(ClaimsError::NothingToClaim)
    );
    accept(&mut ring, 2, 1_100);
    assert_eq!(ledger.claim_io(&ring, 1_800), Err(ClaimsError::StaleProof));
    prove(&mut ledger, &ring, 2, 12, 1_800).unwrap();
    assert_eq!(ledger.claim_io(&ring, 1_800), Ok(12));
}

/// What a claim would pay now.
fn payable(mut ledger: Ledger, ring: &Ring, now: i64) -> Result<u64, ClaimsError> {
    ledger.claim_io(ring, now)
}
