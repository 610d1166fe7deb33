//! Random orders of events: every bound holds after each.

use super::*;

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
