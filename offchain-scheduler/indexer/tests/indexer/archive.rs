//! What the verifiers of a scripted network keep: signed files, bundles and lists.

use std::{collections::BTreeMap, sync::Arc};

use ed25519_dalek::SigningKey;
use ion_economics::reward::{eligibility::Limits, score::Weights};
use ion_objects::{FolderStore, ObjectStore};
use ion_observation::{
    HourFlags, HourObservation, HourSight, MinuteMap, ObservationFile, ProofCode, SignedFile,
};
use ion_program_tests::{
    World,
    rewards_stage::{Earnings, Network},
};
use ion_report::{
    BlockReport, BlockTerms, DeviceList, RootBundle, RootReport, SourceFile, sources,
};
use registry::state::Device;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// Votes that a report of the test network needs.
pub const THRESHOLD: u8 = 2;
const GENESIS: [u8; 32] = [1; 32];

/// Objects by name.
#[derive(Clone, Debug, Default)]
pub struct Archive(pub BTreeMap<String, Vec<u8>>);

/// Two verifiers' view of an hour, in order of author.
pub fn judged(files: &[ObservationFile], hour: u64) -> Vec<SourceFile<'_>> {
    let given: Vec<SourceFile<'_>> = files
        .iter()
        .map(|file| SourceFile {
            hash: file.hash(),
            file,
        })
        .collect();
    let authors: Vec<[u8; 32]> = files.iter().map(|file| file.verifier).collect();
    sources(&given, hour, &GENESIS, &registry::ID.to_bytes(), &authors)
}

/// Limits of the parameters at genesis.
pub fn limits() -> Limits {
    Limits::read(|param| param.default).unwrap()
}

/// A device that is up, proven and alive all hour.
pub fn good_hour(world: &World, device: &Pubkey) -> HourObservation {
    let account: Device = world.get(device);
    let sight = HourSight {
        proof: ProofCode::Passed,
        live_minutes: 60,
        is_hired: false,
        passed_when_free: true,
        hours_since_pass: 0,
        uptime_minutes: 300,
    };
    HourObservation {
        device: device.to_bytes(),
        owner: account.owner.to_bytes(),
        pool: 1,
        qty: account.qty,
        status: 1,
        tier: 3,
        linked_wallets: 3,
        flags: HourFlags::from_bits(0b1111).unwrap(),
        exempt: 0,
        mult_fp: 50_000,
        before: sight,
        within: sight,
        positions: Vec::new(),
    }
}

impl Archive {
    /// Keeps an object under its hash.
    pub fn keep<T: borsh::BorshSerialize>(&mut self, hash: [u8; 32], object: &T) {
        let name = format!("bundles/{}", hex::encode(hash));
        self.0.insert(name, borsh::to_vec(object).unwrap());
    }

    /// Two verifiers see the same of an hour, sign and keep it.
    pub fn observe(
        &mut self,
        world: &World,
        hour: u64,
        hours: &[HourObservation],
    ) -> Vec<ObservationFile> {
        world.verifiers[..usize::from(THRESHOLD)]
            .iter()
            .map(|verifier| {
                let author = verifier.pubkey().to_bytes();
                let registry = registry::ID.to_bytes();
                let mut file =
                    ObservationFile::new(GENESIS, registry, author, hour, MinuteMap::ALL);
                file.hours = hours.to_vec();
                file.sort();
                let key = SigningKey::from_bytes(verifier.secret_bytes());
                let (name, hash) = (hex::encode(author), hex::encode(file.hash()));
                self.0.insert(
                    format!("observations/{hour}/{name}-{hash}"),
                    borsh::to_vec(&SignedFile::new(&key, file.clone())).unwrap(),
                );
                file
            })
            .collect()
    }

    /// The objects in a folder, as verifiers share them.
    pub fn shelf(&self) -> (tempfile::TempDir, Arc<dyn ObjectStore>) {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        for (name, bytes) in &self.0 {
            store.put(name, bytes).unwrap();
        }
        (folder, Arc::new(store))
    }

    /// The next hour, released and completed from the files of two verifiers who saw `device`.
    pub fn complete_next(&mut self, network: &Network, device: &Pubkey) -> DeviceList {
        let hour = network.release_next();
        let files = self.observe(&network.world, hour, &[good_hour(&network.world, device)]);
        let block = network.block(hour);
        let terms = BlockTerms {
            hour,
            enterprise_io: block.enterprise_io,
            community_io: block.community_io,
            weights: Weights {
                tier: block.weights.tier,
                hardware: block.weights.hardware,
                hired: block.weights.hired,
            },
            limits: limits(),
        };
        let report = BlockReport::build(&judged(&files, hour), &terms, THRESHOLD).unwrap();
        self.keep(report.summary.device_list, &report.list);
        self.keep(report.summary.bundle, &report.bundle);
        network.attest_summary(&report.summary);
        network.complete(&report.summary).expect("completes");
        report.list
    }

    /// Accepts the reward root over lists after the root before.
    pub fn accept_rewards(
        &mut self,
        network: &Network,
        seq: u64,
        previous: Option<&RootBundle>,
        lists: &[DeviceList],
    ) -> (RootBundle, Earnings) {
        let through = lists.last().unwrap().hour;
        let bundle = RootBundle::build(previous, lists, through).unwrap();
        let ring = ion_client::addresses::rewards::roots();
        let report = RootReport::new(bundle.clone(), &ring.to_bytes()).unwrap();
        self.keep(report.payload.bundle, &bundle);
        network.accept(seq, &report.payload).expect("accepts");
        let lifetimes: Vec<_> = bundle
            .lifetimes
            .rows()
            .iter()
            .map(|row| {
                let of = ion_client::instructions::rewards::ClaimOf {
                    device: row.device.into(),
                    party: row.party.into(),
                };
                (of, row.earned_io)
            })
            .collect();
        (bundle, Earnings::new(&lifetimes))
    }
}
