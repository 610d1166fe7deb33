//! Devices that can be hired, and renters with USDC.

use anchor_spl::associated_token::get_associated_token_address;
use anyhow::{Context, Result, ensure};
use ion_client::{
    addresses,
    instructions::{registry as reg, staking as stk},
};
use ion_economics::units::{HOUR, IO_ONE, USDC_ONE};
use ion_merkle::{
    Sha256Hasher, Tree,
    leaf::DeviceLeaf,
    report::{LeafReport, ReportKind, payload_hash},
};
use ion_migrations::{tables, tokens};
use registry::{ApplyDeviceLeafArgs, RegisterDeviceArgs};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use super::sender::{Job, send_all};
use crate::{localnet::LocalControl, network::Network};

/// Processor of the devices.
const PROCESSOR: &str = "GeForce RTX 4090";
/// One USD per processor-hour.
const ASK: u64 = 1_000_000;
const RENTER_LAMPORTS: u64 = 100_000_000;

/// Everybody of a run.
pub struct Setup {
    /// Processor class of the devices.
    pub class: u16,
    /// The devices.
    pub devices: Vec<Pubkey>,
    /// Payout wallet of all of them.
    pub payout: Keypair,
    /// One renter, who also pays, per device.
    pub renters: Vec<Keypair>,
    /// Pays what no booking pays: polls, epochs.
    pub authority: Keypair,
    /// Ends, records, earns, settles and closes.
    pub crank: Keypair,
    /// Holder of the scheduler's role.
    pub scheduler: Keypair,
    verifiers: Vec<Keypair>,
}

/// Funds a wallet by writing its account, as only a local chain can.
fn fund(network: &Network, wallet: &Pubkey, lamports: u64) -> Result<()> {
    network.clock()?.set_account(
        wallet,
        &solana_account::Account {
            lamports,
            ..Default::default()
        },
    )
}

fn all(network: &Network, what: &str, jobs: &[Job<'_>]) -> Result<()> {
    let sent = send_all(&network.chain, jobs)?;
    ensure!(
        sent.failures.is_empty(),
        "{what}: {} failed, first: {}",
        sent.failures.len(),
        sent.failures.first().map_or("", String::as_str)
    );
    Ok(())
}

impl Setup {
    /// Registers, stakes and reports the devices, funds the renters, and waits out the onboarding.
    ///
    /// Errors: the chain refuses a step.
    pub fn new(network: &Network, devices: usize, usdc_each: u64) -> Result<Self> {
        let class = tables::classes()?
            .into_iter()
            .find(|class| class.name == PROCESSOR)
            .context("the processor is in the tables")?;
        let owner = Keypair::new();
        let mut setup = Self {
            class: class.id,
            devices: Vec::with_capacity(devices),
            payout: Keypair::new(),
            renters: (0..devices).map(|_| Keypair::new()).collect(),
            authority: network.key("authority"),
            crank: Keypair::new(),
            scheduler: network.key("scheduler"),
            verifiers: ["verifier-1", "verifier-2"]
                .iter()
                .map(|name| network.key(name))
                .collect(),
        };
        fund(network, &owner.pubkey(), 100_000_000_000)?;
        fund(network, &setup.crank.pubkey(), 100_000_000_000)?;
        fund(network, &setup.scheduler.pubkey(), 100_000_000_000)?;
        for renter in &setup.renters {
            fund(network, &renter.pubkey(), RENTER_LAMPORTS)?;
        }
        setup.give_tokens(network, &owner, u64::from(class.mult_fp), usdc_each)?;
        setup.register(network, &owner, u64::from(class.mult_fp))?;
        setup.report_up(network)?;
        network.pass(12 * HOUR)?;
        Ok(setup)
    }

    fn give_tokens(
        &self,
        network: &Network,
        owner: &Keypair,
        mult_fp: u64,
        usdc_each: u64,
    ) -> Result<()> {
        let authority = self.authority.pubkey();
        let (io, usdc) = (network.config.io_mint, network.config.usdc_mint);
        let treasury = network.key("treasury");
        let stake = stake_of(mult_fp) * self.renters.len() as u64;
        network.send(
            &self.authority,
            &[&treasury],
            &[
                tokens::create_associated_account(&authority, &owner.pubkey(), &io),
                tokens::transfer(
                    tokens::Mint::Io,
                    &io,
                    &treasury.pubkey(),
                    &owner.pubkey(),
                    stake,
                )?,
                tokens::create_associated_account(&authority, &self.payout.pubkey(), &usdc),
            ],
        )?;
        let jobs = self
            .renters
            .iter()
            .map(|renter| {
                let wallet = renter.pubkey();
                let [create, mint] =
                    tokens::mint_to_wallet(&usdc, &authority, &authority, &wallet, usdc_each)?;
                Ok(Job {
                    payer: &self.authority,
                    instructions: vec![create, mint],
                })
            })
            .collect::<Result<Vec<_>>>()?;
        all(network, "giving USDC", &jobs)
    }

    fn register(&mut self, network: &Network, owner: &Keypair, mult_fp: u64) -> Result<()> {
        let wallet = owner.pubkey();
        let io = network.config.io_mint;
        let source = get_associated_token_address(&wallet, &io);
        for _ in 0..self.renters.len() {
            let key = Keypair::new();
            let args = RegisterDeviceArgs {
                qty: 1,
                payout_wallet: self.payout.pubkey(),
                ask_usd_micros: ASK,
                open_until: 0,
            };
            let device = addresses::registry::device(&key.pubkey());
            let staked = stk::StakedDevice {
                device,
                class: self.class,
            };
            network.send(
                owner,
                &[&key],
                &[
                    reg::register_device(&wallet, &wallet, &key.pubkey(), self.class, args),
                    stk::open_stake(&wallet, &io, &device),
                    stk::stake(&wallet, None, &io, &source, &staked, stake_of(mult_fp)),
                ],
            )?;
            self.devices.push(device);
        }
        Ok(())
    }

    fn report_up(&self, network: &Network) -> Result<()> {
        let hour = u64::try_from(network.now()?.div_euclid(HOUR))?;
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
            leaf_count: tree.count(),
            bundle: [9; 32],
        };
        self.attest(
            network,
            ReportKind::DeviceReport,
            &registry::ID,
            hour,
            &report,
        )?;
        let jobs = self
            .devices
            .iter()
            .enumerate()
            .map(|(index, device)| {
                let args = ApplyDeviceLeafArgs {
                    hour,
                    root: report.root,
                    leaf_count: report.leaf_count,
                    bundle: report.bundle,
                    index: index as u64,
                    siblings: tree.proof(index).context("a leaf of the tree")?,
                    status: 1,
                    connectivity_tier: 3,
                    supplier_tier: 1,
                    readiness_flags: 1,
                    reliability_bps: 9_000,
                };
                let apply = reg::apply_device_leaf(&self.authority.pubkey(), device, args);
                Ok(Job {
                    payer: &self.authority,
                    instructions: vec![apply],
                })
            })
            .collect::<Result<Vec<_>>>()?;
        all(network, "device reports", &jobs)
    }

    /// Opens a poll and lets two verifiers vote for the report.
    ///
    /// Errors: the chain refuses a step.
    pub fn attest(
        &self,
        network: &Network,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
        report: &LeafReport,
    ) -> Result<()> {
        let poll = addresses::registry::poll(kind, subject, seq);
        let hash = payload_hash::<Sha256Hasher>(kind, &subject.to_bytes(), seq, &report.encode());
        let open: Instruction = reg::open_poll(&self.authority.pubkey(), kind, subject, seq);
        network.send(&self.authority, &[], &[open])?;
        for verifier in &self.verifiers {
            let vote = reg::vote_report(&verifier.pubkey(), &poll, hash);
            network.send(verifier, &[], &[vote])?;
        }
        Ok(())
    }
}

/// IO base units that one processor of a class requires: 200 IO times its multiplier.
const fn stake_of(mult_fp: u64) -> u64 {
    200 * IO_ONE * mult_fp / 10_000
}

/// USDC base units that pay this many bookings of one hour with fees.
pub const fn purse(bookings: usize) -> u64 {
    bookings as u64 * 2 * USDC_ONE
}
