//! Roots of rewards and payouts, and the claims on them.

use super::*;

/// A payout tree whose root was accepted.
pub struct PayoutTree {
    leaves: Vec<EarningsLeaf>,
    tree: Tree,
}

impl PayoutTree {
    fn proof(&self, seq: u64, index: usize) -> ProveLeafArgs {
        let leaf = &self.leaves[index];
        ProveLeafArgs {
            root_seq: seq,
            index: index as u64,
            lifetime_io: leaf.lifetime_io,
            lifetime_usdc: leaf.lifetime_usdc,
            arrears_usd_micros: leaf.arrears_usd_micros,
            siblings: self.tree.proof(index).expect("the leaf is in the tree"),
        }
    }
}

impl Town {
    pub(super) fn reward_root(&mut self) {
        let Some(through) = self.emission().next_final_hour.checked_sub(1) else {
            return;
        };
        let lifetimes: Vec<_> = self
            .lifetimes
            .iter()
            .map(|((device, party), io)| {
                let of = ClaimOf {
                    device: *device,
                    party: *party,
                };
                (of, *io)
            })
            .collect();
        if lifetimes.is_empty() {
            return;
        }
        self.root_seqs[0] += 1;
        let seq = self.root_seqs[0];
        let earnings = Earnings::new(&lifetimes);
        let root = earnings.root(through);
        self.world.attest(
            ReportKind::RewardRoot,
            &addresses::rewards::roots(),
            seq,
            &root.encode(),
        );
        let by = self.stranger();
        if self.crank("accept_root rewards", ix::accept_root(&by, seq, &root)) {
            self.trees.insert(seq, earnings);
        }
    }

    pub(super) fn payout_root(&mut self) {
        let Some(through) = self.engine().next_day.checked_sub(1) else {
            return;
        };
        if !self.world.exists(&addresses::ide::epoch(through)) {
            return;
        }
        let epoch = self.epoch(through);
        self.root_seqs[1] += 1;
        let seq = self.root_seqs[1];
        let weights = vec![1_u64; self.devices.len()];
        let divide = |total| {
            let mut parts = vec![0; weights.len()];
            ion_economics::ide::divide(total, &weights, &mut parts).expect("weights");
            parts
        };
        let (io, usdc, arrears) = (
            divide(epoch.cumulative_io),
            divide(epoch.cumulative_usdc),
            divide(epoch.arrears_usd_micros),
        );
        let mut leaves: Vec<EarningsLeaf> = self
            .devices
            .iter()
            .enumerate()
            .map(|(at, device)| EarningsLeaf {
                device: device.key.to_bytes(),
                party: device.owner.pubkey().to_bytes(),
                lifetime_io: io[at],
                lifetime_usdc: usdc[at],
                arrears_usd_micros: arrears[at],
            })
            .collect();
        leaves.sort_by_key(|leaf| (leaf.device, leaf.party));
        let ring = addresses::ide::roots();
        let hashes = leaves
            .iter()
            .map(|leaf| leaf.hash::<Sha256Hasher>(EarningsTree::Payout, &ring.to_bytes()));
        let tree = Tree::new(hashes.collect());
        let root = PayoutRoot {
            root: tree.root(),
            leaf_count: tree.count(),
            through_epoch: through,
            lifetime_io: epoch.cumulative_io,
            lifetime_usdc: epoch.cumulative_usdc,
            arrears_usd_micros: epoch.arrears_usd_micros,
            bundle: [5; 32],
        };
        self.world
            .attest(ReportKind::PayoutRoot, &ring, seq, &root.encode());
        if self.crank("accept_root ide", engine::accept_payout_root(seq, &root)) {
            self.payouts.insert(seq, PayoutTree { leaves, tree });
        }
    }

    /// The guardian stops the newest root of either tree.
    pub fn veto(&mut self, guardian: &Keypair) {
        let key = guardian.pubkey();
        if let Some(seq) = self.trees.keys().next_back().copied() {
            self.act("veto_root rewards", guardian, ix::veto_root(&key, seq));
        }
        if let Some(seq) = self.payouts.keys().next_back().copied() {
            self.act("veto_root ide", guardian, engine::veto_root(&key, seq));
        }
    }

    /// Every leaf of every accepted root is proven and claimed by strangers.
    pub fn claim_all(&mut self) {
        let by = self.stranger();
        for ((device, party), _) in self.lifetimes.clone() {
            let of = ClaimOf { device, party };
            if !self
                .world
                .exists(&addresses::rewards::claim_record(&device, &party))
            {
                self.crank("open_claim rewards", ix::open_claim(&by, &of));
            }
            for seq in self.trees.keys().rev().copied().take(3).collect::<Vec<_>>() {
                self.prove_reward(seq, &of);
            }
            let purse = self.io_purse(&party);
            self.crank("claim rewards", ix::claim(&by, &of, &purse));
        }
        for at in 0..self.devices.len() {
            self.claim_payout(at);
        }
    }

    pub(super) fn prove_reward(&mut self, seq: u64, of: &ClaimOf) {
        let Some(earnings) = self.trees.get(&seq) else {
            return;
        };
        let (device, party) = (of.device.to_bytes(), of.party.to_bytes());
        if !earnings
            .leaves
            .iter()
            .any(|leaf| leaf.device == device && leaf.party == party)
        {
            return;
        }
        let (index, leaf, proof) = earnings.of(of);
        let by = self.stranger();
        self.crank(
            "prove_leaf rewards",
            ix::prove_leaf(&by, seq, index, &leaf, proof),
        );
    }

    pub(super) fn claim_payout(&mut self, at: usize) {
        let (device, party) = (self.devices[at].key, self.devices[at].owner.pubkey());
        if self.payouts.is_empty() {
            return;
        }
        let by = self.stranger();
        if !self.world.exists(&addresses::ide::claim(&device, &party)) {
            self.crank("open_claim ide", engine::open_claim(&by, &device, &party));
        }
        for seq in self
            .payouts
            .keys()
            .rev()
            .copied()
            .take(3)
            .collect::<Vec<_>>()
        {
            let Some(args) = self.payouts.get(&seq).and_then(|payouts| {
                let index = payouts
                    .leaves
                    .iter()
                    .position(|leaf| leaf.device == device.to_bytes())?;
                Some(payouts.proof(seq, index))
            }) else {
                continue;
            };
            self.crank("prove_leaf ide", engine::prove_leaf(&device, &party, args));
        }
        let route = self.payout_route(device, party);
        self.crank("claim ide", engine::claim(&route));
    }

    pub(super) fn payout_route(&self, device: Pubkey, party: Pubkey) -> engine::PayoutRoute {
        let (io_mint, usdc_mint) = (self.io_mint(), self.world.plan.usdc_mint);
        engine::PayoutRoute {
            wallet: None,
            device,
            party,
            to_io: Some(get_associated_token_address(&party, &io_mint)),
            to_usdc: Some(get_associated_token_address(&party, &usdc_mint)),
            io_mint,
            usdc_mint,
        }
    }
}
