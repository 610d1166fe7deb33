//! Random histories on the real program, each operation also applied to the reference ledger.
//!
//! A failing history prints its seed and length; the last test replays it:
//! `ION_STAKE_SEED=7 ION_STAKE_OPS=5000 cargo test -p ion-program-tests --test staking environment`.

mod compare;
mod leaving;
mod operations;

use std::collections::BTreeMap;

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::{
    addresses::{registry as reg, staking as addr},
    history::TransactionRecord,
    instructions::staking::{self as ix, StakedDevice},
    send::SendError,
};
use ion_economics::{device::DeviceStatus, stake::PositionState, units::DAY};
use ion_migrations::tokens;
use ion_program_tests::World;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use registry::state::ProcessorClass;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    AcceptOfferArgs,
    state::{CoStaker, DeviceStake, StakeTotals},
};

use crate::{
    model::{Device, Model, Outcome, State, Status},
    model_rewards::Who,
    stage::{CLASS, COOLDOWN, PURSE, WAIT, edit, io, register, swap},
    stateful_cases::{Filed, LowReport},
};

/// Devices, and owners, of one history.
const DEVICES: usize = 200;
/// Co-stakers of one history.
const CO_STAKERS: usize = 200;
/// Operations of one history in the test command.
const OPERATIONS: usize = 5_000;

/// Every how manyth end of a case everybody leaves its device, and comes back.
const EVERY_END: usize = 4;

/// What all wallets hold at the beginning of a history.
const BEGUN_WITH: u64 = (DEVICES + CO_STAKERS) as u64 * PURSE;

/// One history.
pub struct Run {
    /// The chain.
    pub world: World,
    /// Dice.
    pub rng: StdRng,
    /// The reference.
    pub model: Model,
    /// Devices.
    pub devices: Vec<StakedDevice>,
    /// Their owners.
    pub owners: Vec<Keypair>,
    /// Co-stakers.
    pub co_stakers: Vec<Keypair>,
    /// Two renters with token accounts.
    pub renters: [Keypair; 2],
    /// Cases as filed, in the model's order.
    pub filed: Vec<Filed>,
    /// Attested device reports by their hour.
    pub reports: BTreeMap<u64, LowReport>,
    /// Vetoes tried per tree.
    pub vetoes: [u8; 2],
    /// What happens now.
    pub trace: String,
    /// How often each instruction succeeded.
    succeeded: BTreeMap<&'static str, usize>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let world = World::new();
        edit::<ProcessorClass>(&world, &reg::class(CLASS), |class| {
            class.mult_before = 10_000;
            class.mult_now = 10_000;
            class.last_nonzero_mult = 10_000;
        });
        let owners: Vec<Keypair> = (0..DEVICES).map(|_| world.wallet(PURSE, 0)).collect();
        let devices = owners.iter().map(|owner| register(&world, owner)).collect();
        let co_stakers: Vec<Keypair> = (0..CO_STAKERS).map(|_| world.wallet(PURSE, 0)).collect();
        for wallet in &co_stakers {
            let open = ix::open_costaker(&wallet.pubkey(), &wallet.pubkey());
            world.send(wallet, &[], &[open]).expect("opens a co-staker");
        }
        let model = Model {
            devices: vec![Device::new(); DEVICES],
            owners: vec![PURSE; DEVICES],
            co_stakers: vec![PURSE; CO_STAKERS],
            raise_at: i64::MAX,
            withdrawn: false,
            cases: Vec::new(),
            day: (0, 0, 0),
            burned: 0,
            renters: [0; 3],
            earnings: Default::default(),
            holds_burned: 0,
            holds_dropped: 0,
            now: world.now(),
        };
        let renters = [world.wallet(0, 0), world.wallet(0, 0)];
        let rng = StdRng::seed_from_u64(seed);
        Self {
            world,
            rng,
            model,
            devices,
            owners,
            co_stakers,
            renters,
            filed: Vec::new(),
            reports: BTreeMap::new(),
            vetoes: [0; 2],
            trace: String::new(),
            succeeded: BTreeMap::new(),
        }
    }

    pub fn mint(&self) -> Pubkey {
        self.world.plan.io_mint
    }

    fn purse(&self, wallet: &Keypair) -> Pubkey {
        get_associated_token_address(&wallet.pubkey(), &self.mint())
    }

    /// The program's outcome in the model's words.
    fn outcome(result: Result<TransactionRecord, SendError>) -> Outcome {
        match result {
            Ok(_) => Ok(()),
            Err(SendError::Program(failure)) => Err(failure.code),
            Err(other) => panic!("the transaction did not reach a program: {other}"),
        }
    }

    pub fn agree(
        &mut self,
        name: &'static str,
        real: Result<TransactionRecord, SendError>,
        predicted: Outcome,
    ) {
        let real = Self::outcome(real);
        assert_eq!(real, predicted, "{name}: {}", self.trace);
        self.count(name, predicted.is_ok());
    }

    /// Counts what came about.
    pub fn count(&mut self, name: &'static str, came_about: bool) {
        *self.succeeded.entry(name).or_default() += usize::from(came_about);
    }

    pub fn by_owner(
        &mut self,
        name: &'static str,
        device: usize,
        instruction: Instruction,
        predicted: Outcome,
    ) {
        let real = self.world.send(&self.owners[device], &[], &[instruction]);
        self.agree(name, real, predicted);
    }

    fn by_co_staker(
        &mut self,
        name: &'static str,
        wallet: usize,
        instruction: Instruction,
        predicted: Outcome,
    ) {
        let real = self
            .world
            .send(&self.co_stakers[wallet], &[], &[instruction]);
        self.agree(name, real, predicted);
    }

    pub fn by_anyone(&mut self, name: &'static str, instruction: Instruction, predicted: Outcome) {
        let real = self.world.send(&self.world.authority, &[], &[instruction]);
        self.agree(name, real, predicted);
    }

    /// A position whose account exists.
    fn some_position(&mut self, device: usize) -> Option<(u64, usize)> {
        self.model.devices[device]
            .accounts
            .choose(&mut self.rng)
            .copied()
    }

    fn set_device(&mut self, device: usize, status: Status, hired: bool) {
        let own = &mut self.model.devices[device];
        // a case keeps its device blocked: nobody else changes that
        let status = if own.open_code6 > 0 {
            own.status
        } else {
            own.left_to_governance = false;
            status
        };
        (own.status, own.hired) = (status, hired);
        let is_case_held = own.open_code6 > 0;
        edit::<registry::state::Device>(&self.world, &self.devices[device].device, |account| {
            account.status = match status {
                Status::Up => DeviceStatus::Up,
                Status::Down => DeviceStatus::Down,
                Status::Blocked => DeviceStatus::Blocked,
                Status::Terminated => DeviceStatus::Terminated,
            }
            .code();
            if !is_case_held {
                account.block_holds = 0;
            }
            account.hired_by = if hired {
                Pubkey::new_from_array([9; 32])
            } else {
                Pubkey::default()
            };
        });
    }

    pub fn pass(&mut self, seconds: i64) {
        self.world.warp(seconds);
        self.model.now = self.world.now();
    }

    fn set_withdrawn(&mut self, withdrawn: bool) {
        self.model.withdrawn = withdrawn;
        let multiplier = if withdrawn { 0 } else { 10_000 };
        edit::<ProcessorClass>(&self.world, &reg::class(CLASS), |class| {
            class.mult_before = multiplier;
            class.mult_now = multiplier;
        });
    }

    fn announce_raise(&mut self) {
        let at = self.model.now + 30 * DAY;
        self.model.raise_at = at;
        edit::<ProcessorClass>(&self.world, &reg::class(CLASS), |class| {
            class.mult_next = 11_500;
            class.mult_next_at = at;
        });
    }
}

fn run(seed: u64, operations: usize) {
    let mut run = Run::new(seed);
    run.lower_the_daily_floor();
    let supply = run.supply();
    for operation in 0..operations {
        run.trace = format!("seed {seed}, operation {operation} of {operations}:");
        if operation == operations / 3 {
            run.announce_raise();
        }
        if operation == operations * 4 / 5 {
            run.set_withdrawn(true);
        }
        if operation == operations * 9 / 10 {
            run.set_withdrawn(false);
        }
        let ended = run.model.cases.iter().filter(|case| case.finished).count();
        let device = run.step();
        run.compare(device);
        let now_ended = run.model.cases.iter().filter(|case| case.finished).count();
        if now_ended > ended && now_ended.is_multiple_of(EVERY_END) {
            run.leave_and_come_back(device);
        }
        assert!(run.model.can_everybody_leave(), "{}", run.trace);
        run.assert_conserved(supply, BEGUN_WITH);
        if operation % 500 == 0 {
            run.compare_all();
        }
    }
    println!("seed {seed}: {:?}", run.succeeded);
    assert_eq!(
        run.succeeded.len(),
        34,
        "every instruction and code was tried"
    );
    for (name, times) in &run.succeeded {
        assert!(*times > 0, "{name} never succeeded");
    }
    run.compare_all();
    run.end_all_cases();
    run.drain();
    run.assert_conserved(supply, BEGUN_WITH);
    assert!(run.model.burned > 0, "something was burned");
}

#[test]
fn program_and_reference_agree_over_seed_1() {
    run(1, OPERATIONS);
}

#[test]
fn program_and_reference_agree_over_seed_2() {
    run(2, OPERATIONS);
}

#[test]
fn program_and_reference_agree_over_seed_3() {
    run(3, OPERATIONS);
}

#[test]
fn program_and_reference_agree_over_the_seed_of_the_environment() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse().ok())
    };
    let seed = number("ION_STAKE_SEED").unwrap_or(4);
    let operations = number("ION_STAKE_OPS")
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(OPERATIONS);
    run(seed, operations);
}
