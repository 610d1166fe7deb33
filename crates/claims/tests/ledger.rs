//! The account of a leaf against the worked vectors and under any order of events.

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

/// What a claim would pay now.
fn payable(mut ledger: Ledger, ring: &Ring, now: i64) -> Result<u64, ClaimsError> {
    ledger.claim_io(ring, now)
}

const LEAVES: usize = 3;

#[derive(Clone, Debug)]
enum Event {
    /// Seconds pass.
    Wait(i64),
    /// Blocks allocate to the leaves.
    Earn([u64; LEAVES]),
    /// A right root is accepted.
    Accept,
    /// A wrong root is accepted and vetoed before it matures; in between it is proven and held.
    Wrong { extra: u64, held: u64, leaf: usize },
    /// A leaf is proven at a root of the ring.
    Prove {
        leaf: usize,
        pick: prop::sample::Index,
    },
    /// Anyone claims.
    Claim(usize),
    /// A case holds.
    Hold { leaf: usize, amount: u64 },
    /// The oldest hold is given free, in part or whole.
    Release { leaf: usize, amount: u64 },
    /// The oldest hold is burned.
    Burn(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let leaf = 0..LEAVES;
    prop_oneof![
        3 => (1_i64..400).prop_map(Event::Wait),
        3 => prop::array::uniform(0_u64..1_000).prop_map(Event::Earn),
        3 => Just(Event::Accept),
        1 => (0_u64..5_000, 0_u64..5_000, leaf.clone())
            .prop_map(|(extra, held, leaf)| Event::Wrong { extra, held, leaf }),
        5 => (leaf.clone(), any::<prop::sample::Index>())
            .prop_map(|(leaf, pick)| Event::Prove { leaf, pick }),
        4 => leaf.clone().prop_map(Event::Claim),
        3 => (leaf.clone(), 1_u64..800).prop_map(|(leaf, amount)| Event::Hold { leaf, amount }),
        2 => (leaf.clone(), 1_u64..800).prop_map(|(leaf, amount)| Event::Release { leaf, amount }),
        2 => leaf.prop_map(Event::Burn),
    ]
}

/// The network around the records: lifetimes by root, the vault, open holds.
struct World {
    ring: Ring,
    now: i64,
    earned: [u64; LEAVES],
    through: u64,
    /// Lifetimes of every accepted root by sequence.
    said: std::collections::BTreeMap<u64, [u64; LEAVES]>,
    ledgers: [Ledger; LEAVES],
    holds: [Vec<Hold>; LEAVES],
    vault: u64,
}

impl World {
    fn accept(&mut self, lifetimes: [u64; LEAVES]) -> Option<u64> {
        let seq = self.ring.head_seq + 1;
        self.through += 1;
        let root = new_root(seq, self.through);
        self.ring.accept(&root, TIMES, self.now).ok()?;
        self.said.insert(seq, lifetimes);
        Some(seq)
    }

    fn prove(&mut self, leaf: usize, seq: u64) {
        let Ok(root) = self.ring.root(seq).copied() else {
            return;
        };
        let lifetime = self.said[&seq][leaf];
        let _ = self.ledgers[leaf].prove(&self.ring, &root, io(lifetime), self.now);
    }

    fn hold(&mut self, leaf: usize, amount: u64) {
        let before = self.ledgers[leaf];
        if self.ledgers[leaf].hold(&self.ring, amount).is_ok() {
            let newest = before.newest;
            assert!(before.claimed_io + before.forfeited_io + amount <= newest.lifetime_io);
            self.holds[leaf].push(Hold {
                amount_io: amount,
                root_seq: newest.seq,
                proposed_at: self.now,
            });
        }
    }

    fn step(&mut self, event: Event) {
        match event {
            Event::Wait(seconds) => self.now += seconds,
            Event::Earn(amounts) => {
                for (leaf, amount) in amounts.into_iter().enumerate() {
                    self.earned[leaf] += amount;
                    self.vault += amount;
                }
            }
            Event::Accept => {
                self.accept(self.earned);
            }
            Event::Wrong { extra, held, leaf } => {
                let mut wrong = self.earned;
                wrong[leaf] += extra;
                if let Some(seq) = self.accept(wrong) {
                    self.prove(leaf, seq);
                    self.hold(leaf, held);
                    self.ring.veto(seq, Vetoer::Governance, self.now).unwrap();
                }
            }
            Event::Prove { leaf, pick } => {
                let seqs: Vec<u64> = self.said.keys().rev().take(12).copied().collect();
                if !seqs.is_empty() {
                    self.prove(leaf, seqs[pick.index(seqs.len())]);
                }
            }
            Event::Claim(leaf) => {
                if let Ok(paid) = self.ledgers[leaf].claim_io(&self.ring, self.now) {
                    self.vault -= paid;
                    let ledger = self.ledgers[leaf];
                    assert_eq!(
                        ledger.claimed_io + ledger.forfeited_io,
                        ledger.matured.lifetime_io
                    );
                }
            }
            Event::Hold { leaf, amount } => self.hold(leaf, amount),
            Event::Release { leaf, amount } => {
                if let Some(hold) = self.holds[leaf].first_mut() {
                    let amount = amount.min(hold.amount_io);
                    self.ledgers[leaf].release(amount).unwrap();
                    hold.amount_io -= amount;
                    if hold.amount_io == 0 {
                        self.holds[leaf].remove(0);
                    }
                }
            }
            Event::Burn(leaf) => {
                if let Some(hold) = self.holds[leaf].first().copied() {
                    if let Ok(burned) = self.ledgers[leaf].burn(&self.ring, hold, self.now) {
                        assert!(burned <= hold.amount_io);
                        self.vault -= burned;
                        self.holds[leaf].remove(0);
                    }
                }
            }
        }
    }

    fn check(&self) {
        let out: u64 = self
            .ledgers
            .iter()
            .map(|l| l.claimed_io + l.burned_io)
            .sum();
        let all: u64 = self.earned.iter().sum();
        assert_eq!(self.vault + out, all, "distribution vault");
        for (leaf, ledger) in self.ledgers.iter().enumerate() {
            assert!(ledger.is_within_lifetime(), "{ledger:?}");
            let matured = self
                .ring
                .newest_matured(self.now)
                .map_or(0, |root| self.said[&root.seq][leaf]);
            assert!(ledger.claimed_io + ledger.burned_io <= matured);
            assert!(matured <= self.earned[leaf]);
            let held: u64 = self.holds[leaf].iter().map(|hold| hold.amount_io).sum();
            assert_eq!(ledger.held_io(), Ok(held));
            for value in [ledger.newest, ledger.matured] {
                assert!(value.seq == 0 || self.said[&value.seq][leaf] == value.lifetime_io);
            }
            assert!(ledger.matured.seq <= ledger.newest.seq);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_order_of_events_keeps_every_bound(events in prop::collection::vec(event(), 0..160)) {
        let mut world = World {
            ring: Ring::EMPTY,
            now: 10_000,
            earned: [0; LEAVES],
            through: 0,
            said: Default::default(),
            ledgers: [Ledger::default(); LEAVES],
            holds: Default::default(),
            vault: 0,
        };
        for event in events {
            world.step(event);
            world.check();
        }
        // Whatever happened, the parties get all that is not held once the last root has matured.
        world.now += TIMES.interval;
        if let Some(seq) = world.accept(world.earned) {
            world.now += TIMES.maturity;
            for leaf in 0..LEAVES {
                world.prove(leaf, seq);
                world.step(Event::Claim(leaf));
                world.check();
                let ledger = world.ledgers[leaf];
                prop_assert!(ledger.claimed_io + ledger.forfeited_io >= world.earned[leaf]);
            }
        }
    }

    #[test]
    fn restoring_a_hold_leaves_no_trace(lifetime in 1_u64..1_000, amount in 1_u64..1_000) {
        let mut ring = Ring::EMPTY;
        let mut ledger = Ledger::default();
        accept(&mut ring, 1, 0);
        prove(&mut ledger, &ring, 1, lifetime, 0).unwrap();
        let before = ledger;
        if ledger.hold(&ring, amount).is_ok() {
            ledger.release(amount).unwrap();
        }
        prop_assert_eq!(ledger, before);
        prop_assert_eq!(ledger.claim_io(&ring, 700), Ok(lifetime));
    }
}
