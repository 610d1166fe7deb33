//! Who lives in the economy, and the draw of its next step.

use std::collections::{BTreeMap, BTreeSet};

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::{instructions::staking::CaseKey, send::SendError};
use ion_economics::units::{DAY, HOUR, IO_ONE, USDC_ONE};
use ion_program_tests::{
    World,
    flows::{H100, TestDevice},
    rewards_stage::Earnings,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{earnings::PayoutTree, hires::Hire};

/// A party on whose word something depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Queues decisions.
    Governance,
    /// Pauses, cancels, vetoes.
    Guardian,
    /// Quotes and starts.
    Scheduler,
    /// Proposes cases.
    Slasher,
    /// Rules.
    Arbiter,
    /// Attest reports.
    Verifiers,
    /// Posts prices.
    Oracle,
}

impl Role {
    const ALL: [Self; 7] = [
        Self::Governance,
        Self::Guardian,
        Self::Scheduler,
        Self::Slasher,
        Self::Arbiter,
        Self::Verifiers,
        Self::Oracle,
    ];
}

/// Devices, each with an owner of its own.
const DEVICES: usize = 6;
/// Ask of every device, 1e-6 USD per processor-hour.
pub const ASK: u64 = 2_000_000;
/// Processors of every device.
const PROCESSORS: u8 = 2;

/// The economy and everybody in it.
pub struct Town {
    /// The chain and the holders of roles.
    pub world: World,
    /// The history's dice.
    pub rng: StdRng,
    /// Suppliers with their devices.
    pub devices: Vec<TestDevice>,
    /// Co-stakers.
    pub co_stakers: Vec<Keypair>,
    /// Renters.
    pub renters: Vec<Keypair>,
    /// Hires that are not closed.
    pub hires: Vec<Hire>,
    /// Cases ever opened.
    pub cases: Vec<CaseKey>,
    /// Lifetimes of the reward tree by device and party.
    pub lifetimes: BTreeMap<(Pubkey, Pubkey), u64>,
    /// Accepted reward trees by sequence.
    pub trees: BTreeMap<u64, Earnings>,
    /// Accepted payout trees by sequence.
    pub payouts: BTreeMap<u64, PayoutTree>,
    /// Last numbers used by roots of the two trees, refused ones included.
    pub root_seqs: [u64; 2],
    /// Actions queued, by id.
    pub queued: BTreeMap<u64, registry::state::ActionKind>,
    /// Entries that the guardian stopped.
    pub paused: Vec<registry::state::PauseBit>,
    /// Who is silent.
    pub silent: BTreeSet<Role>,
    /// How often each kind of step succeeded and was tried.
    pub tally: BTreeMap<&'static str, (usize, usize)>,
    /// Number for ids.
    pub nonce: u64,
    /// Last lines of what happened, for a failing history.
    pub trace: Vec<String>,
}

impl Town {
    /// A network with six hireable devices, four co-stakers and three renters; `silent` never act.
    pub fn new(seed: u64, silent: &[Role]) -> Self {
        let world = World::new();
        let devices = world.ready_devices(H100, PROCESSORS, ASK, DEVICES);
        for device in &devices {
            world.give(&device.owner.pubkey(), 40_000 * IO_ONE, 0);
        }
        let co_stakers: Vec<_> = (0..4)
            .map(|_| world.wallet(20_000 * IO_ONE, USDC_ONE))
            .collect();
        let renters = (0..3)
            .map(|_| world.wallet(200_000 * IO_ONE, 200_000 * USDC_ONE))
            .collect();
        let mut town = Self {
            world,
            rng: StdRng::seed_from_u64(seed),
            devices,
            co_stakers,
            renters,
            hires: Vec::new(),
            cases: Vec::new(),
            lifetimes: BTreeMap::new(),
            trees: BTreeMap::new(),
            payouts: BTreeMap::new(),
            root_seqs: [0; 2],
            paused: Vec::new(),
            queued: BTreeMap::new(),
            silent: silent.iter().copied().collect(),
            tally: BTreeMap::new(),
            nonce: 0,
            trace: vec![format!("seed {seed}, silent {silent:?}")],
        };
        for at in 0..town.co_stakers.len() {
            let wallet = town.co_stakers[at].insecure_clone();
            let open = ion_client::instructions::staking::open_costaker(
                &wallet.pubkey(),
                &wallet.pubkey(),
            );
            assert!(town.act("open_costaker", &wallet, open));
        }
        town.prepare_engine(seed % 2 == 1);
        town
    }

    /// Whether a party still acts.
    pub fn is_awake(&self, role: Role) -> bool {
        !self.silent.contains(&role)
    }

    /// Sends one instruction that `signer` pays and signs; whether it went through.
    pub fn act(&mut self, name: &'static str, signer: &Keypair, instruction: Instruction) -> bool {
        let sent = self.world.send(signer, &[], &[instruction]);
        let entry = self.tally.entry(name).or_default();
        entry.1 += 1;
        let is_done = match sent {
            Ok(_) => {
                entry.0 += 1;
                true
            }
            Err(SendError::Program(_) | SendError::Runtime(_)) => false,
            Err(other) => panic!("{name} did not reach the chain: {other}\n{:?}", self.trace),
        };
        if is_done {
            self.trace.push(format!("{} {name}", self.world.now()));
            if self.trace.len() > 60 {
                self.trace.remove(1);
            }
        }
        is_done
    }

    /// Sends one instruction as a stranger.
    pub fn crank(&mut self, name: &'static str, instruction: Instruction) -> bool {
        let by = self.world.treasury.insecure_clone();
        self.act(name, &by, instruction)
    }

    /// A stranger's address, who pays for what cranks create.
    pub fn stranger(&self) -> Pubkey {
        self.world.treasury.pubkey()
    }

    /// The IO mint.
    pub fn io_mint(&self) -> Pubkey {
        self.world.plan.io_mint
    }

    /// A wallet's IO account.
    pub fn io_purse(&self, wallet: &Pubkey) -> Pubkey {
        get_associated_token_address(wallet, &self.io_mint())
    }

    /// UTC day of now.
    pub fn today(&self) -> u64 {
        u64::try_from(self.world.now().div_euclid(DAY)).expect("after 1970")
    }

    /// A device by chance.
    pub fn any_device(&mut self) -> usize {
        self.rng.gen_range(0..self.devices.len())
    }

    /// One random step.
    pub fn step(&mut self) {
        match self.rng.gen_range(0..100) {
            0..30 => self.stake_step(),
            30..36 => self.case_step(),
            36..70 => self.hire_step(),
            70..80 => self.earning_step(),
            80..90 => self.house_step(),
            _ => self.pass_time(),
        }
    }

    fn pass_time(&mut self) {
        let seconds = match self.rng.gen_range(0..20) {
            0..8 => self.rng.gen_range(1..HOUR),
            8..17 => self.rng.gen_range(HOUR..8 * HOUR),
            17 | 18 => self.rng.gen_range(DAY..3 * DAY),
            _ => self.rng.gen_range(3 * DAY..9 * DAY),
        };
        self.world.warp(seconds);
        self.keep_the_days();
    }

    /// From now on nobody with a privileged key acts.
    pub fn silence_all(&mut self) {
        self.silent = Role::ALL.into_iter().collect();
    }
}
