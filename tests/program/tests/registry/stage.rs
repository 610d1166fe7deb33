//! Actors and short ways of the registry's tests.

use ion_client::{
    addresses::registry as addresses, history::TransactionRecord,
    instructions::registry as instructions, send::SendError,
};
use ion_economics::device::READY_CLUSTER_TEST;
use ion_merkle::{
    Sha256Hasher, Tree,
    leaf::DeviceLeaf,
    report::{LeafReport, ReportKind, payload_hash},
};
use ion_migrations::{genesis, tables};
use ion_program_tests::World;
pub use ion_program_tests::edits::{edit as rewrite, with_account, with_extra, without_signature};
use registry::{
    ApplyDeviceLeafArgs, RegisterDeviceArgs,
    state::{ActionKind, Config, Device, Poll},
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// A world after genesis without its last step, the seal.
pub fn unsealed() -> World {
    let world = World::before_genesis();
    let mut steps = genesis::steps(&world.plan).expect("the tables parse");
    steps.pop();
    for step in steps {
        send_as_signed(&world, &step.instructions)
            .unwrap_or_else(|error| panic!("genesis step {}: {error}", step.name));
    }
    world
}

/// Sends instructions signed by the genesis keys that they name as signers.
pub fn send_as_signed(
    world: &World,
    instructions: &[Instruction],
) -> Result<TransactionRecord, SendError> {
    let keys = world.genesis_keys();
    world.send(
        &world.authority,
        &keys.iter().collect::<Vec<_>>(),
        instructions,
    )
}

/// Number of the next action.
pub fn next_action(world: &World) -> u64 {
    world.get::<Config>(&addresses::config()).next_action_id
}

/// Queues an action as governance and returns its number.
pub fn queue(world: &World, payload: &ActionKind) -> u64 {
    let id = next_action(world);
    try_queue(world, payload).expect("governance queues");
    id
}

/// Queues an action as governance.
pub fn try_queue(world: &World, payload: &ActionKind) -> Result<TransactionRecord, SendError> {
    let governance = &world.governance;
    let instruction = instructions::queue_action(
        &governance.pubkey(),
        &governance.pubkey(),
        next_action(world),
        payload.clone(),
    );
    world.send(governance, &[], &[instruction])
}

/// Executes an action as a stranger.
pub fn execute(
    world: &World,
    id: u64,
    payload: &ActionKind,
) -> Result<TransactionRecord, SendError> {
    let stranger = stranger(world);
    world.send(
        &stranger,
        &[],
        &[instructions::execute_action(
            &stranger.pubkey(),
            id,
            payload,
        )],
    )
}

/// Queues an action, waits for its timelock and executes it.
pub fn try_enact(world: &World, payload: &ActionKind) -> Result<TransactionRecord, SendError> {
    let id = queue(world, payload);
    world.warp(world.plan.governance_timelock_seconds);
    execute(world, id, payload)
}

/// As [`try_enact`], successfully.
pub fn enact(world: &World, payload: &ActionKind) -> TransactionRecord {
    try_enact(world, payload).expect("the action executes")
}

/// A wallet with lamports and no role.
pub fn stranger(world: &World) -> Keypair {
    let key = Keypair::new();
    world.fund(&key.pubkey());
    key
}

/// A class with a multiplier above 0.
pub fn live_class() -> u16 {
    tables::classes()
        .expect("the tables parse")
        .iter()
        .find(|class| class.mult_fp > 0)
        .expect("some class is live")
        .id
}

/// A class with multiplier 0.
pub fn withdrawn_class() -> u16 {
    tables::classes()
        .expect("the tables parse")
        .iter()
        .find(|class| class.mult_fp == 0)
        .expect("some class is not")
        .id
}

/// A registered device with its keys.
pub struct Rig {
    pub owner: Keypair,
    pub key: Keypair,
    pub device: Pubkey,
}

/// Arguments of an ordinary registration.
pub fn registration(owner: &Pubkey) -> RegisterDeviceArgs {
    RegisterDeviceArgs {
        qty: 8,
        payout_wallet: *owner,
        ask_usd_micros: 1_500_000,
        open_until: 0,
    }
}

/// Registers a device.
pub fn rig(world: &World) -> Rig {
    let owner = stranger(world);
    let key = Keypair::new();
    let instruction = instructions::register_device(
        &owner.pubkey(),
        &owner.pubkey(),
        &key.pubkey(),
        live_class(),
        registration(&owner.pubkey()),
    );
    world
        .send(&owner, &[&key], &[instruction])
        .expect("registration succeeds");
    let device = addresses::device(&key.pubkey());
    Rig { owner, key, device }
}

/// Hour index of the world's clock.
pub fn hour(world: &World) -> u64 {
    u64::try_from(world.now().div_euclid(3_600)).expect("after 1970")
}

/// Opens a poll and lets two verifiers vote for a hash; returns the poll.
pub fn attest_hash(
    world: &World,
    kind: ReportKind,
    subject: &Pubkey,
    seq: u64,
    hash: [u8; 32],
) -> Pubkey {
    let poll = open(world, kind, subject, seq);
    for verifier in &world.verifiers[..2] {
        vote(world, verifier, &poll, hash).expect("a verifier votes");
    }
    assert_eq!(world.get::<Poll>(&poll).attested_hash, hash);
    poll
}

/// Opens a poll; returns its address.
pub fn open(world: &World, kind: ReportKind, subject: &Pubkey, seq: u64) -> Pubkey {
    let payer = &world.verifiers[0];
    world
        .send(
            payer,
            &[],
            &[instructions::open_poll(&payer.pubkey(), kind, subject, seq)],
        )
        .expect("anyone opens a poll");
    addresses::poll(kind, subject, seq)
}

/// Votes in a poll.
pub fn vote(
    world: &World,
    verifier: &Keypair,
    poll: &Pubkey,
    hash: [u8; 32],
) -> Result<TransactionRecord, SendError> {
    world.send(
        verifier,
        &[],
        &[instructions::vote_report(&verifier.pubkey(), poll, hash)],
    )
}

/// A leaf that shows a device up, ready, tier 3, score 9,000.
pub fn up(device: &Pubkey) -> DeviceLeaf {
    DeviceLeaf {
        registry: registry::ID.to_bytes(),
        device: device.to_bytes(),
        status: 1,
        connectivity_tier: 3,
        supplier_tier: 2,
        readiness_flags: READY_CLUSTER_TEST,
        reliability_bps: 9_000,
    }
}

/// A device report with its tree.
pub struct DeviceReport {
    pub hour: u64,
    pub leaves: Vec<DeviceLeaf>,
    pub tree: Tree,
    pub report: LeafReport,
}

impl DeviceReport {
    /// The report of an hour with these leaves.
    pub fn new(hour: u64, leaves: Vec<DeviceLeaf>) -> Self {
        let tree = Tree::new(
            leaves
                .iter()
                .map(DeviceLeaf::hash::<Sha256Hasher>)
                .collect(),
        );
        let report = LeafReport {
            root: tree.root(),
            leaf_count: tree.count(),
            bundle: [9; 32],
        };
        Self {
            hour,
            leaves,
            tree,
            report,
        }
    }

    /// Hash that verifiers vote for.
    pub fn hash(&self) -> [u8; 32] {
        payload_hash::<Sha256Hasher>(
            ReportKind::DeviceReport,
            &registry::ID.to_bytes(),
            self.hour,
            &self.report.encode(),
        )
    }

    /// Lets the verifiers attest it; returns the poll.
    pub fn attest(&self, world: &World) -> Pubkey {
        attest_hash(
            world,
            ReportKind::DeviceReport,
            &registry::ID,
            self.hour,
            self.hash(),
        )
    }

    /// Arguments that apply the leaf at `index`.
    pub fn args(&self, index: usize) -> ApplyDeviceLeafArgs {
        let leaf = &self.leaves[index];
        ApplyDeviceLeafArgs {
            hour: self.hour,
            root: self.report.root,
            leaf_count: self.report.leaf_count,
            bundle: self.report.bundle,
            index: u64::try_from(index).expect("few leaves"),
            siblings: self.tree.proof(index).expect("the leaf is in the tree"),
            status: leaf.status,
            connectivity_tier: leaf.connectivity_tier,
            supplier_tier: leaf.supplier_tier,
            readiness_flags: leaf.readiness_flags,
            reliability_bps: leaf.reliability_bps,
        }
    }
}

/// Applies a leaf as a stranger.
pub fn apply(
    world: &World,
    device: &Pubkey,
    args: ApplyDeviceLeafArgs,
) -> Result<TransactionRecord, SendError> {
    let cranker = stranger(world);
    world.send(
        &cranker,
        &[],
        &[instructions::apply_device_leaf(
            &cranker.pubkey(),
            device,
            args,
        )],
    )
}

/// Shows a device up by a report of the present hour and moves to the next hour.
pub fn bring_up(world: &World, device: &Pubkey) {
    report_status(world, device, 1);
    assert_eq!(world.get::<Device>(device).status, 1);
}

/// Applies a leaf with a status by a report of the present hour and moves to the next hour.
pub fn report_status(world: &World, device: &Pubkey, status: u8) {
    let report = DeviceReport::new(
        hour(world),
        vec![DeviceLeaf {
            status,
            ..up(device)
        }],
    );
    report.attest(world);
    apply(world, device, report.args(0)).expect("the leaf applies");
    world.warp(3_600);
}
