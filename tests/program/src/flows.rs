//! The steps that many tests begin with: devices that exist, are up and staked; attested reports.

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::{
    addresses,
    instructions::{registry as governance, staking},
};
use ion_economics::{device::READY_CLUSTER_TEST, stake, units::HOUR};
use ion_merkle::{
    Sha256Hasher, Tree,
    leaf::DeviceLeaf,
    report::{LeafReport, ReportKind, payload_hash},
};
use registry::{ApplyDeviceLeafArgs, RegisterDeviceArgs};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::World;

/// Class of the tests: H100 80GB HBM3, multiplier 10.
pub const H100: &str = "H100 80GB HBM3";

/// A registered device with the keys that belong to it.
pub struct TestDevice {
    /// Account of the device.
    pub key: Pubkey,
    /// Key of its agent; also its id.
    pub device_key: Keypair,
    /// Its owner.
    pub owner: Keypair,
    /// Its class.
    pub class: u16,
    /// Its processors.
    pub qty: u8,
}

impl TestDevice {
    /// The names that instructions of staking go by.
    pub fn staked(&self) -> staking::StakedDevice {
        staking::StakedDevice {
            device: self.key,
            class: self.class,
        }
    }
}

impl World {
    /// Id of a class by its name in the tables.
    ///
    /// # Panics
    /// If there is none.
    pub fn class_id(&self, name: &str) -> u16 {
        let classes = ion_migrations::tables::classes().expect("the tables parse");
        classes
            .into_iter()
            .find(|class| class.name == name)
            .expect("the class is in the tables")
            .id
    }

    /// Registers a device of a new supplier who holds `io` base units; status Pending.
    ///
    /// # Panics
    /// If it is refused.
    pub fn register(&self, class: &str, qty: u8, ask_usd_micros: u64, io: u64) -> TestDevice {
        let owner = self.wallet(io, 0);
        let device_key = Keypair::new();
        let class = self.class_id(class);
        let instruction = governance::register_device(
            &owner.pubkey(),
            &owner.pubkey(),
            &device_key.pubkey(),
            class,
            RegisterDeviceArgs {
                qty,
                payout_wallet: owner.pubkey(),
                ask_usd_micros,
                open_until: 0,
            },
        );
        self.send(&owner, &[&device_key], &[instruction])
            .expect("registration");
        TestDevice {
            key: addresses::registry::device(&device_key.pubkey()),
            device_key,
            owner,
            class,
            qty,
        }
    }

    /// Opens the poll of a report and has two verifiers attest the payload.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn attest(&self, kind: ReportKind, subject: &Pubkey, seq: u64, payload: &[u8]) -> Pubkey {
        let poll = addresses::registry::poll(kind, subject, seq);
        if !self.exists(&poll) {
            let open = governance::open_poll(&self.authority.pubkey(), kind, subject, seq);
            self.send(&self.authority, &[], &[open])
                .expect("poll opens");
        }
        let hash = payload_hash::<Sha256Hasher>(kind, &subject.to_bytes(), seq, payload);
        for verifier in &self.verifiers[..2] {
            let vote = governance::vote_report(&verifier.pubkey(), &poll, hash);
            self.send(verifier, &[], &[vote]).expect("vote counts");
        }
        poll
    }

    /// Hour index of the chain's time.
    ///
    /// # Panics
    /// Never: worlds begin after 1970.
    pub fn hour(&self) -> u64 {
        u64::try_from(self.now().div_euclid(HOUR)).expect("after 1970")
    }

    /// Leaf that says a device is up and passed the cluster test.
    pub fn up_leaf(device: &Pubkey) -> DeviceLeaf {
        DeviceLeaf {
            registry: registry::ID.to_bytes(),
            device: device.to_bytes(),
            status: 1,
            connectivity_tier: 4,
            supplier_tier: 1,
            readiness_flags: READY_CLUSTER_TEST,
            reliability_bps: 9_000,
        }
    }

    /// Attests a device report of the running hour with these leaves and returns, for each, the
    /// arguments that apply it.
    pub fn report_devices(&self, leaves: &[DeviceLeaf]) -> Vec<ApplyDeviceLeafArgs> {
        let hour = self.hour();
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
        self.attest(
            ReportKind::DeviceReport,
            &registry::ID,
            hour,
            &report.encode(),
        );
        leaves
            .iter()
            .enumerate()
            .map(|(index, leaf)| ApplyDeviceLeafArgs {
                hour,
                root: report.root,
                leaf_count: report.leaf_count,
                bundle: report.bundle,
                index: index as u64,
                siblings: tree.proof(index).expect("the leaf is in the tree"),
                status: leaf.status,
                connectivity_tier: leaf.connectivity_tier,
                supplier_tier: leaf.supplier_tier,
                readiness_flags: leaf.readiness_flags,
                reliability_bps: leaf.reliability_bps,
            })
            .collect()
    }

    /// Brings devices up by one report of the running hour.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn bring_up(&self, devices: &[&TestDevice]) {
        let leaves: Vec<_> = devices
            .iter()
            .map(|device| Self::up_leaf(&device.key))
            .collect();
        for (device, args) in devices.iter().zip(self.report_devices(&leaves)) {
            let apply = governance::apply_device_leaf(&self.authority.pubkey(), &device.key, args);
            self.send(&self.authority, &[], &[apply])
                .expect("the leaf applies");
        }
    }

    /// IO base units that a device must have staked.
    ///
    /// # Panics
    /// If the rule refuses the device.
    pub fn required(&self, device: &TestDevice) -> u64 {
        let class: registry::state::ProcessorClass =
            self.get(&addresses::registry::class(device.class));
        let params: registry::state::Params =
            self.get(&addresses::registry::params(&::staking::ID));
        let base = params.value(&ion_economics::params::staking::BASE_STAKE, self.now());
        let base = u64::try_from(base).expect("a stake is positive");
        stake::required(
            ion_economics::units::Io::from_base_units(base),
            class.stake_multiplier(self.now()),
            device.qty,
        )
        .expect("within bounds")
        .base_units()
    }

    /// Opens the stake of a device and deposits `amount` from its owner's wallet.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn stake(&self, device: &TestDevice, amount: u64) {
        let mint = self.plan.io_mint;
        let stake = addresses::staking::device_stake(&device.key);
        if !self.exists(&stake) {
            let open = staking::open_stake(&self.authority.pubkey(), &mint, &device.key);
            self.send(&self.authority, &[], &[open])
                .expect("stake opens");
        }
        let wallet = device.owner.pubkey();
        let source = get_associated_token_address(&wallet, &mint);
        let deposit = staking::stake(&wallet, None, &mint, &source, &device.staked(), amount);
        self.send(&device.owner, &[], &[deposit])
            .expect("the stake is taken");
    }

    /// A device that is up, fully staked and past its first hours, with its owner holding nothing
    /// else. The clock moves by the onboarding time.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn ready_device(&self, class: &str, qty: u8, ask_usd_micros: u64) -> TestDevice {
        self.ready_devices(class, qty, ask_usd_micros, 1).remove(0)
    }

    /// As [`World::ready_device`], several with one report.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn ready_devices(
        &self,
        class: &str,
        qty: u8,
        ask_usd_micros: u64,
        count: usize,
    ) -> Vec<TestDevice> {
        let devices: Vec<_> = (0..count)
            .map(|_| self.register(class, qty, ask_usd_micros, 0))
            .collect();
        for device in &devices {
            let required = self.required(device);
            self.give(&device.owner.pubkey(), required, 0);
            self.stake(device, required);
        }
        self.bring_up(&devices.iter().collect::<Vec<_>>());
        let params: registry::state::Params =
            self.get(&addresses::registry::params(&::booking::ID));
        let hours = params.value(
            &ion_economics::params::booking::ONBOARDING_HOURS,
            self.now(),
        );
        self.warp(hours * HOUR);
        devices
    }
}
