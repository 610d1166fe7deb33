//! Devices that a renter can hire: registered, attested, staked.

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::{
    addresses,
    instructions::{registry as reg, staking as stk},
};
use ion_economics::units::IO_ONE;
use ion_merkle::{
    Sha256Hasher, Tree,
    leaf::DeviceLeaf,
    report::{LeafReport, ReportKind, payload_hash},
};
use registry::{ApplyDeviceLeafArgs, RegisterDeviceArgs};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use super::{ASK, CLASS, Stage, hour};
use crate::World;

impl Stage {
    /// Puts all devices up by an attested report.
    pub(super) fn report_up(&self) {
        let hour = hour(self.world.now());
        let leaf = |device: &Pubkey| DeviceLeaf {
            registry: registry::ID.to_bytes(),
            device: device.to_bytes(),
            status: 1,
            connectivity_tier: 3,
            supplier_tier: 1,
            readiness_flags: 1,
            reliability_bps: 9_000,
        };
        let tree = Tree::new(
            self.devices
                .iter()
                .map(|device| leaf(device).hash::<Sha256Hasher>())
                .collect(),
        );
        let report = LeafReport {
            root: tree.root(),
            leaf_count: self.devices.len() as u64,
            bundle: [9; 32],
        };
        self.attest(ReportKind::DeviceReport, &registry::ID, hour, &report);
        for (index, device) in self.devices.iter().enumerate() {
            let args = ApplyDeviceLeafArgs {
                hour,
                root: report.root,
                leaf_count: report.leaf_count,
                bundle: report.bundle,
                index: index as u64,
                siblings: tree.proof(index).expect("a leaf of the tree"),
                status: 1,
                connectivity_tier: 3,
                supplier_tier: 1,
                readiness_flags: 1,
                reliability_bps: 9_000,
            };
            self.crank(reg::apply_device_leaf(
                &self.world.authority.pubkey(),
                device,
                args,
            ))
            .expect("device leaf");
        }
    }

    /// Opens a poll and lets two of three verifiers vote for the report.
    pub fn attest(&self, kind: ReportKind, subject: &Pubkey, seq: u64, report: &LeafReport) {
        let poll = addresses::registry::poll(kind, subject, seq);
        if !self.world.exists(&poll) {
            self.crank(reg::open_poll(
                &self.world.authority.pubkey(),
                kind,
                subject,
                seq,
            ))
            .expect("opens a poll");
        }
        let hash = payload_hash::<Sha256Hasher>(kind, &subject.to_bytes(), seq, &report.encode());
        for verifier in &self.world.verifiers[..2] {
            let vote = reg::vote_report(&verifier.pubkey(), &poll, hash);
            self.world.send(verifier, &[], &[vote]).expect("votes");
        }
    }

    /// Stakes the requirement of a device.
    pub(super) fn stake(&self, device: &Pubkey) {
        let owner = self.owner.pubkey();
        let mint = self.world.plan.io_mint;
        let source = get_associated_token_address(&owner, &mint);
        let staked = stk::StakedDevice {
            device: *device,
            class: CLASS,
        };
        let open = stk::open_stake(&owner, &mint, device);
        let stake = stk::stake(&owner, None, &mint, &source, &staked, 200 * IO_ONE);
        self.world
            .send(&self.owner, &[], &[open, stake])
            .expect("stakes");
    }
}

/// Registers a device of the stage's class.
pub(super) fn register(world: &World, owner: &Keypair, payout: &Pubkey) -> Pubkey {
    let key = Keypair::new();
    let args = RegisterDeviceArgs {
        qty: 1,
        payout_wallet: *payout,
        ask_usd_micros: ASK,
        open_until: 0,
    };
    let register =
        reg::register_device(&owner.pubkey(), &owner.pubkey(), &key.pubkey(), CLASS, args);
    world.send(owner, &[&key], &[register]).expect("registers");
    addresses::registry::device(&key.pubkey())
}
