//! Payout trees over made-up beneficiaries.

use anchor_spl::associated_token::get_associated_token_address;
use ide::{
    ProveLeafArgs,
    state::{ClaimRecord, RootRing},
};
use ion_claims::Ring;
use ion_client::{
    addresses,
    instructions::ide::{self as ix, PayoutRoute},
};
use ion_merkle::{
    Sha256Hasher, Tree,
    earnings::{EarningsLeaf, EarningsTree, PayoutRoot},
    report::ReportKind,
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use super::{IdeStage, Sent};
use crate::flows::{H100, TestDevice};

/// One beneficiary: the owner of a device.
pub struct Payee {
    /// The device.
    pub device: TestDevice,
}

impl Payee {
    /// Wallet that is the party.
    pub fn party(&self) -> Pubkey {
        self.device.owner.pubkey()
    }
}

/// A tree with its leaves, sorted.
pub struct Payouts {
    /// Sequence of its root.
    pub seq: u64,
    /// The payload.
    pub root: PayoutRoot,
    /// The leaves.
    pub leaves: Vec<EarningsLeaf>,
    tree: Tree,
}

impl Payouts {
    /// Arguments that prove the leaf of a device and party.
    ///
    /// # Panics
    /// If there is none.
    pub fn proof(&self, device: &Pubkey, party: &Pubkey) -> ProveLeafArgs {
        let index = self
            .leaves
            .iter()
            .position(|leaf| leaf.device == device.to_bytes() && leaf.party == party.to_bytes())
            .expect("the pair has a leaf");
        let leaf = &self.leaves[index];
        ProveLeafArgs {
            root_seq: self.seq,
            index: index as u64,
            lifetime_io: leaf.lifetime_io,
            lifetime_usdc: leaf.lifetime_usdc,
            arrears_usd_micros: leaf.arrears_usd_micros,
            siblings: self.tree.proof(index).expect("the leaf is in the tree"),
        }
    }
}

impl IdeStage {
    /// A device whose owner has both token accounts.
    pub fn payee(&self) -> Payee {
        let device = self.world.register(H100, 8, 1_000_000, 1);
        Payee { device }
    }

    /// A tree through a sealed day that gives all its totals to these beneficiaries, by the rule of
    /// division over equal weights.
    ///
    /// # Panics
    /// If there is no beneficiary.
    pub fn payouts(&self, seq: u64, through: u64, payees: &[&Payee]) -> Payouts {
        let epoch = self.epoch(through);
        let weights = vec![1_u64; payees.len()];
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
        let mut leaves: Vec<EarningsLeaf> = payees
            .iter()
            .enumerate()
            .map(|(at, payee)| EarningsLeaf {
                device: payee.device.key.to_bytes(),
                party: payee.party().to_bytes(),
                lifetime_io: io[at],
                lifetime_usdc: usdc[at],
                arrears_usd_micros: arrears[at],
            })
            .collect();
        leaves.sort_by_key(|leaf| (leaf.device, leaf.party));
        let ring = addresses::ide::roots().to_bytes();
        let tree = Tree::new(
            leaves
                .iter()
                .map(|leaf| leaf.hash::<Sha256Hasher>(EarningsTree::Payout, &ring))
                .collect(),
        );
        let root = PayoutRoot {
            root: tree.root(),
            leaf_count: tree.count(),
            through_epoch: through,
            lifetime_io: epoch.cumulative_io,
            lifetime_usdc: epoch.cumulative_usdc,
            arrears_usd_micros: epoch.arrears_usd_micros,
            bundle: [5; 32],
        };
        Payouts {
            seq,
            root,
            leaves,
            tree,
        }
    }

    /// Has the verifiers attest a root and sends its acceptance.
    pub fn accept_root(&self, payouts: &Payouts) -> Sent {
        let roots = addresses::ide::roots();
        self.world.attest(
            ReportKind::PayoutRoot,
            &roots,
            payouts.seq,
            &payouts.root.encode(),
        );
        self.send(&[], ix::accept_payout_root(payouts.seq, &payouts.root))
    }

    /// The ring.
    pub fn roots(&self) -> RootRing {
        self.world.get(&addresses::ide::roots())
    }

    /// Rewrites the ring, for a state that only a long time leads to.
    pub fn edit_roots(&self, change: impl FnOnce(&mut Ring)) {
        let key = addresses::ide::roots();
        let mut account = self.world.raw(&key);
        let mut roots = self.roots();
        change(&mut roots.ring);
        account.data[8..].copy_from_slice(bytemuck::bytes_of(&roots));
        self.world.put(&key, account);
    }

    /// The record of a beneficiary.
    pub fn record(&self, payee: &Payee) -> ClaimRecord {
        self.world
            .get(&addresses::ide::claim(&payee.device.key, &payee.party()))
    }

    /// Opens the record of a beneficiary.
    pub fn open_claim(&self, payee: &Payee) -> Sent {
        let by = self.bank.pubkey();
        self.send(&[], ix::open_claim(&by, &payee.device.key, &payee.party()))
    }

    /// Proves the leaf of a beneficiary.
    pub fn prove(&self, payee: &Payee, payouts: &Payouts) -> Sent {
        let (device, party) = (payee.device.key, payee.party());
        let args = payouts.proof(&device, &party);
        self.send(&[], ix::prove_leaf(&device, &party, args))
    }

    /// Where a claim of a beneficiary goes: both associated accounts, nobody of them signs.
    pub fn route(&self, payee: &Payee) -> PayoutRoute {
        let (io_mint, usdc_mint) = (self.world.plan.io_mint, self.world.plan.usdc_mint);
        let party = payee.party();
        PayoutRoute {
            wallet: None,
            device: payee.device.key,
            party,
            to_io: Some(get_associated_token_address(&party, &io_mint)),
            to_usdc: Some(get_associated_token_address(&party, &usdc_mint)),
            io_mint,
            usdc_mint,
        }
    }

    /// Claims both currencies of a beneficiary.
    pub fn claim(&self, payee: &Payee) -> Sent {
        self.send(&[], ix::claim(&self.route(payee)))
    }

    /// Sends an instruction of the staking program's caller.
    pub fn as_staking(&self, instruction: solana_instruction::Instruction) -> Sent {
        let caller: &Keypair = &self.staking;
        self.send(&[caller], instruction)
    }
}
