//! Rewards in the random histories: roots, proofs, vetoes and claims of both trees, by the real
//! programs. Only the acceptance of a root is written, over the hash of the real tree.

use ide::ProveLeafArgs;
use ion_client::instructions::{
    ide::{self as engine, PayoutRoute},
    rewards::{self as schedule, ClaimOf},
};
use ion_economics::units::DAY;
use ion_merkle::{
    Sha256Hasher, Tree as Hashes,
    earnings::{EarningsLeaf, EarningsTree},
};
use rand::{Rng, seq::SliceRandom};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    model::State,
    model_rewards::{Key, MATURITY, Who, outcome},
    stage::{Tree, fund, io, write_root},
    stateful::Run,
};

/// The trees, in the order of the model.
pub const TREES: [Tree; 2] = [Tree::Reward, Tree::Payout];
/// Roots that a history has at most in a tree: a ring drops none of them.
const MOST_ROOTS: usize = 30;

impl Run {
    fn leaf(&self, key: Key, lifetime_io: u64) -> EarningsLeaf {
        EarningsLeaf {
            device: self.devices[key.0].device.to_bytes(),
            party: self.wallet(key.0, key.1).to_bytes(),
            lifetime_io,
            lifetime_usdc: 0,
            arrears_usd_micros: 0,
        }
    }

    fn kind(tree: usize) -> (EarningsTree, Pubkey) {
        let kind = match TREES[tree] {
            Tree::Reward => EarningsTree::Reward,
            Tree::Payout => EarningsTree::Payout,
        };
        (kind, TREES[tree].roots())
    }

    fn hashes(&self, tree: usize, seq: u64) -> Hashes {
        let (kind, ring) = Self::kind(tree);
        let roots = self.model.earnings[tree].roots.iter();
        let root = roots.rev().find(|root| root.seq == seq).expect("it exists");
        let leaves = root.leaves.iter();
        let hash = |(key, lifetime): (&Key, &u64)| {
            self.leaf(*key, *lifetime)
                .hash::<Sha256Hasher>(kind, &ring.to_bytes())
        };
        Hashes::new(leaves.map(hash).collect())
    }

    /// Some parties earn, and a root says so.
    pub fn accept_root(&mut self, tree: usize) {
        let mut earned = 0;
        for _ in 0..30 {
            let device = self.rng.gen_range(0..self.devices.len());
            let active = self.model.devices[device].slots.iter().flatten();
            let active: Vec<Who> = active
                .filter(|position| position.state == State::Active)
                .map(|position| Who::CoStaker(position.wallet))
                .collect();
            for who in active.into_iter().chain([Who::Owner]) {
                let amount = self.rng.gen_range(1..io(30));
                *self.model.earnings[tree]
                    .lifetimes
                    .entry((device, who))
                    .or_default() += amount;
                earned += amount;
            }
        }
        fund(&self.world, TREES[tree], earned);
        self.model.earnings[tree].funded += earned;
        self.model.earnings[tree].accept(self.model.now);
        let seq = self.model.earnings[tree].roots.len() as u64;
        let hashes = self.hashes(tree, seq);
        write_root(&self.world, TREES[tree], seq, hashes.count(), hashes.root());
    }

    /// The guardian vetoes a root that has not matured.
    fn veto(&mut self, tree: usize) {
        let Some(root) = self.model.earnings[tree].roots.last() else {
            return;
        };
        if root.vetoed || self.model.now >= root.accepted + MATURITY {
            return;
        }
        let guardian = self.world.guardian.pubkey();
        let veto = match TREES[tree] {
            Tree::Reward => schedule::veto_root(&guardian, root.seq),
            Tree::Payout => engine::veto_root(&guardian, root.seq),
        };
        self.model.earnings[tree].veto();
        let real = self.world.send(&self.world.guardian, &[], &[veto]);
        self.agree("veto_root", real, Ok(()));
    }

    /// Proves a leaf at the newest root, or the newest matured one, where it has the leaf.
    pub fn prove(&mut self, tree: usize, key: Key, at_matured: bool) {
        let earnings = &self.model.earnings[tree];
        let root = if at_matured {
            earnings.newest_matured(self.model.now)
        } else {
            earnings.newest()
        };
        let Some(root) = root.filter(|root| root.leaves.contains_key(&key)) else {
            return;
        };
        let place = root.leaves.keys().position(|leaf| *leaf == key);
        let (seq, index) = (root.seq, place.expect("it has the leaf"));
        let leaf = self.leaf(key, root.leaves[&key]);
        let siblings = self.hashes(tree, seq).proof(index).expect("a leaf of it");
        let (by, device) = (self.world.authority.pubkey(), self.devices[key.0].device);
        let of = ClaimOf {
            device,
            party: self.wallet(key.0, key.1),
        };
        let prove = match TREES[tree] {
            Tree::Reward => schedule::prove_leaf(&by, seq, index as u64, &leaf, siblings),
            Tree::Payout => engine::prove_leaf(
                &device,
                &of.party,
                ProveLeafArgs {
                    root_seq: seq,
                    index: index as u64,
                    lifetime_io: leaf.lifetime_io,
                    lifetime_usdc: 0,
                    arrears_usd_micros: 0,
                    siblings,
                },
            ),
        };
        if !self.model.earnings[tree].records.contains_key(&key) {
            let open = match TREES[tree] {
                Tree::Reward => schedule::open_claim(&by, &of),
                Tree::Payout => engine::open_claim(&by, &device, &of.party),
            };
            self.by_anyone("open_claim", open, Ok(()));
        }
        self.model.earnings[tree].prove(key, at_matured, self.model.now);
        self.by_anyone("prove_leaf", prove, Ok(()));
    }

    /// Anyone has a party paid.
    fn claim(&mut self, tree: usize, key: Key) {
        let of = ClaimOf {
            device: self.devices[key.0].device,
            party: self.wallet(key.0, key.1),
        };
        let purse =
            anchor_spl::associated_token::get_associated_token_address(&of.party, &self.mint());
        let claim = match TREES[tree] {
            Tree::Reward => schedule::claim(&self.world.authority.pubkey(), &of, &purse),
            Tree::Payout => engine::claim(&PayoutRoute {
                wallet: None,
                device: of.device,
                party: of.party,
                to_io: Some(purse),
                to_usdc: None,
                io_mint: self.mint(),
                usdc_mint: self.world.plan.usdc_mint,
            }),
        };
        let predicted = self.model.earnings[tree].claim(tree, key, self.model.now);
        if let Ok(amount) = predicted {
            match key.1 {
                Who::Owner => self.model.owners[key.0] += amount,
                Who::CoStaker(wallet) => self.model.co_stakers[wallet] += amount,
            }
        }
        self.by_anyone("claim", claim, outcome(&predicted));
    }

    /// One operation on rewards; the device it is about.
    pub fn reward_step(&mut self) -> usize {
        let dice = self.rng.gen_range(0..100);
        let tree = self.rng.gen_range(0..2);
        self.trace = format!("{} rewards dice {dice} in tree {tree}", self.trace);
        let earnings = &self.model.earnings[tree];
        let last = earnings.roots.last().map_or(0, |root| root.accepted);
        let is_due = self.model.now >= last + 2 * DAY && earnings.roots.len() < MOST_ROOTS;
        let keys: Vec<Key> = earnings.lifetimes.keys().copied().collect();
        let key = keys.choose(&mut self.rng).copied();
        match (dice, key) {
            (0..=39, _) if is_due => self.accept_root(tree),
            (40..=41, _) if self.vetoes[tree] < 2 => {
                self.vetoes[tree] += 1;
                self.veto(tree);
            }
            (_, None) => {}
            (42..=69, Some(key)) => self.prove(tree, key, dice < 50),
            (_, Some(key)) => {
                if self.model.earnings[tree].records.contains_key(&key) {
                    self.claim(tree, key);
                }
                return key.0;
            }
        }
        0
    }

    /// What a party was paid in rewards.
    pub fn claimed_by(&self, is_it: impl Fn(&Key) -> bool) -> u64 {
        let records = self.model.earnings.iter().flat_map(|tree| &tree.records);
        records
            .filter(|(key, _)| is_it(key))
            .map(|(_, record)| record.claimed)
            .sum()
    }
}
