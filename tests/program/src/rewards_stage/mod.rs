//! A network with released blocks, attested summaries and roots over leaves that the tests choose.

mod claims;

use anchor_spl::associated_token::get_associated_token_address;
use ide::state::Vaults;
use ion_client::{
    addresses,
    history::TransactionRecord,
    instructions::{self, rewards as ix, rewards::ClaimOf},
    send::SendError,
};
use ion_economics::units::HOUR;
use ion_merkle::{
    Hash, Sha256Hasher, Tree,
    earnings::{EarningsLeaf, EarningsTree, RewardRoot},
    report::ReportKind,
    summary::{BlockSummary, PoolSummary},
};
use registry::state::{Config, Device, Params};
use rewards::state::{Block, ClaimRecord, Emission, RootRing};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{World, edits::edit};

/// Seconds after an hour's end from which the test network releases it.
pub const SLACK: i64 = 120;

/// The network and what its tests say about earnings.
pub struct Network {
    /// The chain and everybody with a role.
    pub world: World,
}

/// A tree of leaves with the root that stands for it.
pub struct Earnings {
    /// Sorted by device, then party.
    pub leaves: Vec<EarningsLeaf>,
    /// The tree over them.
    pub tree: Tree,
}

impl Earnings {
    /// Leaves of these (device, party, lifetime), sorted as the tree wants them.
    pub fn new(lifetimes: &[(ClaimOf, u64)]) -> Self {
        let mut leaves: Vec<EarningsLeaf> = lifetimes
            .iter()
            .map(|(of, lifetime_io)| EarningsLeaf {
                device: of.device.to_bytes(),
                party: of.party.to_bytes(),
                lifetime_io: *lifetime_io,
                lifetime_usdc: 0,
                arrears_usd_micros: 0,
            })
            .collect();
        leaves.sort_by_key(|leaf| (leaf.device, leaf.party));
        let ring = addresses::rewards::roots().to_bytes();
        let hashes = leaves
            .iter()
            .map(|leaf| leaf.hash::<Sha256Hasher>(EarningsTree::Reward, &ring))
            .collect();
        Self {
            leaves,
            tree: Tree::new(hashes),
        }
    }

    /// Payload of a root of these leaves.
    pub fn root(&self, through_hour: u64) -> RewardRoot {
        RewardRoot {
            root: self.tree.root(),
            leaf_count: self.tree.count(),
            through_hour,
            lifetime_io: self.leaves.iter().map(|leaf| leaf.lifetime_io).sum(),
            bundle: [6; 32],
        }
    }

    /// Place, leaf and proof of a party.
    pub fn of(&self, of: &ClaimOf) -> (u64, EarningsLeaf, Vec<Hash>) {
        let index = self
            .leaves
            .iter()
            .position(|leaf| {
                leaf.device == of.device.to_bytes() && leaf.party == of.party.to_bytes()
            })
            .expect("the leaf exists");
        let proof = self.tree.proof(index).expect("it is in the tree");
        (index as u64, self.leaves[index], proof)
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

impl Network {
    /// A network after genesis.
    pub fn new() -> Self {
        Self {
            world: World::new(),
        }
    }

    /// Anyone.
    pub fn crank(&self) -> &Keypair {
        &self.world.treasury
    }

    /// Sends one instruction that anyone may send.
    ///
    /// Errors: as [`World::send`].
    pub fn send(&self, instruction: Instruction) -> Result<TransactionRecord, SendError> {
        self.world.send(self.crank(), &[], &[instruction])
    }

    /// The IO mint.
    pub fn mint(&self) -> Pubkey {
        self.world.plan.io_mint
    }

    /// The schedule.
    pub fn emission(&self) -> Emission {
        self.world.get(&addresses::rewards::emission())
    }

    /// The block of an hour.
    pub fn block(&self, hour: u64) -> Block {
        self.world.get(&addresses::rewards::block(hour))
    }

    /// The engine's ledgers.
    pub fn vaults(&self) -> Vaults {
        self.world.get(&addresses::ide::vaults())
    }

    /// The ring of roots.
    pub fn roots(&self) -> RootRing {
        let account = self.world.raw(&addresses::rewards::roots());
        bytemuck::pod_read_unaligned(&account.data[8..])
    }

    /// Rewrites the ring of roots.
    pub fn edit_roots(&self, change: impl FnOnce(&mut RootRing)) {
        let key = addresses::rewards::roots();
        let mut account = self.world.raw(&key);
        let mut roots = self.roots();
        change(&mut roots);
        account.data[8..].copy_from_slice(bytemuck::bytes_of(&roots));
        self.world.put(&key, account);
    }

    /// Balance of the distribution vault, IO base units.
    pub fn distribution(&self) -> u64 {
        self.world.token(&addresses::rewards::distribution())
    }

    /// Balance of the reward vault, IO base units.
    pub fn reward_vault(&self) -> u64 {
        self.world.token(&addresses::ide::reward_vault())
    }

    /// Sets a parameter of the rewards program.
    pub fn set_param(&self, param: &ion_economics::params::Param, value: i64) {
        edit::<Params>(
            &self.world,
            &addresses::registry::params(&rewards::ID),
            |params| params.values[usize::from(param.slot)] = value,
        );
    }

    /// Switches every hour from this one on to mode `Ide`.
    pub fn switch(&self, ide_from_hour: u64) {
        edit::<Config>(&self.world, &addresses::registry::config(), |config| {
            config.ide_from_hour = ide_from_hour;
        });
    }

    /// Gives the staking program's caller address to a key at hand.
    pub fn staking_caller(&self) -> Keypair {
        let caller = Keypair::new();
        edit::<Config>(&self.world, &addresses::registry::config(), |config| {
            config.staking_caller = caller.pubkey();
        });
        caller
    }

    /// Gives this program's caller address to a key at hand, for the engine's own checks.
    pub fn rewards_caller(&self, key: &Pubkey) {
        edit::<Config>(&self.world, &addresses::registry::config(), |config| {
            config.rewards_caller = *key;
        });
    }

    /// Moves the clock to where the hour can be released, if it is not there yet.
    pub fn after(&self, hour: u64) {
        let due = (i64::try_from(hour).expect("small") + 1) * HOUR + SLACK;
        if self.world.now() < due {
            self.world.set_time(due);
        }
    }

    /// Releases an hour.
    ///
    /// Errors: as [`World::send`].
    pub fn release(&self, hour: u64, is_ide: bool) -> Result<TransactionRecord, SendError> {
        self.send(ix::release_block(
            &self.crank().pubkey(),
            &self.mint(),
            hour,
            is_ide,
        ))
    }

    /// Releases the next hour of mode `Schedule` once it is over, and returns it.
    pub fn release_next(&self) -> u64 {
        let hour = self.emission().next_hour;
        self.after(hour);
        self.release(hour, false).expect("the hour is over");
        hour
    }

    /// A summary that pays this many devices per pool and leaves one unit of each paid pool.
    pub fn summary(&self, hour: u64, enterprise: u32, community: u32) -> BlockSummary {
        let block = self.block(hour);
        let pool = |io: u64, paid: u32| PoolSummary {
            base_sum: 1_000 * u64::from(paid),
            paid_devices: paid,
            allocated_io: match paid {
                0 => 0,
                1 => io,
                _ => io - 1,
            },
        };
        BlockSummary {
            hour,
            nominated: enterprise + community + 2,
            succeeded: enterprise + community,
            failed: 2,
            verified_cpus: 3,
            verified_gpus: 8,
            enterprise: pool(block.enterprise_io, enterprise),
            community: pool(block.community_io, community),
            device_list: [4; 32],
            bundle: [5; 32],
        }
    }

    /// Has the verifiers attest a summary; returns its poll.
    pub fn attest_summary(&self, summary: &BlockSummary) -> Pubkey {
        self.world.attest(
            ReportKind::BlockSummary,
            &rewards::ID,
            summary.hour,
            &summary.encode(),
        )
    }

    /// The instruction that completes a block.
    pub fn complete_instruction(&self, summary: &BlockSummary) -> Instruction {
        ix::complete_block(&self.crank().pubkey(), &self.mint(), summary)
    }

    /// Completes a block.
    ///
    /// Errors: as [`World::send`].
    pub fn complete(&self, summary: &BlockSummary) -> Result<TransactionRecord, SendError> {
        self.send(self.complete_instruction(summary))
    }

    /// Releases the next hour and completes it with these paid devices; returns the hour and what it
    /// allocated.
    pub fn paid_block(&self, enterprise: u32, community: u32) -> (u64, u64) {
        let hour = self.release_next();
        let summary = self.summary(hour, enterprise, community);
        self.attest_summary(&summary);
        self.complete(&summary).expect("completes");
        (
            hour,
            summary.enterprise.allocated_io + summary.community.allocated_io,
        )
    }

    /// Vault and ledgers agree, for every vault that rewards reach (economics §14 I02, I05, I07).
    #[track_caller]
    pub fn assert_conserved(&self) {
        self.world.assert_reward_vaults_exact();
        let vaults = self.vaults();
        assert_eq!(
            self.reward_vault(),
            vaults.y1_io + vaults.waiting_io,
            "reward vault"
        );
    }

    /// Opens the engine's epoch of an hour.
    pub fn open_epoch(&self, hour: u64) {
        self.send(instructions::ide::open_epoch(
            &self.crank().pubkey(),
            hour / 24,
        ))
        .expect("opens");
    }
}
