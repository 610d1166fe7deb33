//! Random histories on the real program, each operation also applied to the reference ledger.
//!
//! A failing history prints its seed and length; the last test replays it:
//! `ION_STAKE_SEED=7 ION_STAKE_OPS=5000 cargo test -p ion-program-tests --test staking environment`.

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

    fn stake(&mut self, device: usize, amount: u64) {
        let owner = &self.owners[device];
        let stake = ix::stake(
            &owner.pubkey(),
            None,
            &self.mint(),
            &self.purse(owner),
            &self.devices[device],
            amount,
        );
        let predicted = self.model.stake(device, amount);
        self.by_owner("stake", device, stake, predicted);
    }

    fn overflow(&mut self, device: usize, amount: u64) {
        let owner = &self.owners[device];
        let take = ix::withdraw_overflow(
            &owner.pubkey(),
            &self.mint(),
            &self.purse(owner),
            &self.devices[device],
            amount,
        );
        let predicted = self.model.withdraw_overflow(device, amount);
        self.by_owner("withdraw_overflow", device, take, predicted);
    }

    fn begin_unstake(&mut self, device: usize) {
        let leave = ix::begin_unstake(&self.owners[device].pubkey(), &self.devices[device]);
        let predicted = self.model.begin_unstake(device);
        self.by_owner("begin_unstake", device, leave, predicted);
    }

    fn withdraw(&mut self, device: usize) {
        let owner = &self.owners[device];
        let take = ix::withdraw(
            &owner.pubkey(),
            &self.mint(),
            &self.purse(owner),
            &self.devices[device],
        );
        let predicted = self.model.withdraw(device);
        self.by_owner("withdraw", device, take, predicted);
    }

    fn refresh(&mut self, device: usize) {
        let predicted = self.model.refresh(device);
        self.by_anyone(
            "refresh_stake",
            ix::refresh_stake(&self.devices[device]),
            predicted,
        );
    }

    fn create_offer(&mut self, device: usize, amount: u64, share: u16) {
        let seq = self.model.devices[device].offer_seq + 1;
        let offer = ix::create_offer(
            &self.owners[device].pubkey(),
            &self.devices[device],
            seq,
            amount,
            share,
        );
        let predicted = self.model.create_offer(device, amount, share);
        self.by_owner("create_offer", device, offer, predicted);
    }

    /// The open offer's sequence, else one that is gone or never was.
    fn some_seq(&self, device: usize) -> u64 {
        self.model.devices[device].offer_seq.max(1)
    }

    fn retract(&mut self, device: usize) {
        let (seq, owner) = (self.some_seq(device), self.owners[device].pubkey());
        let retract = ix::retract_offer(&owner, &self.devices[device].device, seq, &owner);
        let predicted = self.model.retract_offer(device, seq);
        self.by_owner("retract_offer", device, retract, predicted);
    }

    fn close_offer(&mut self, device: usize) {
        let (seq, owner) = (self.some_seq(device), self.owners[device].pubkey());
        let close = ix::close_offer(&self.devices[device], seq, &owner);
        let predicted = self.model.close_offer(device, seq);
        self.by_anyone("close_offer", close, predicted);
    }

    fn accept(&mut self, device: usize, wallet: usize) {
        let seq = self.some_seq(device);
        let seen = self.model.devices[device].offer;
        let (mut amount_io, mut share_bps) =
            seen.map_or((io(5), 500), |offer| (offer.amount, offer.share));
        match self.rng.gen_range(0..12) {
            0 => amount_io += 1,
            1 => share_bps -= 1,
            _ => {}
        }
        let co_staker = &self.co_stakers[wallet];
        let accept = ix::accept_offer(
            &co_staker.pubkey(),
            &self.mint(),
            &self.purse(co_staker),
            &self.devices[device],
            &self.owners[device].pubkey(),
            AcceptOfferArgs {
                offer_seq: seq,
                amount_io,
                share_bps,
            },
        );
        let predicted = self
            .model
            .accept_offer(device, wallet, seq, amount_io, share_bps);
        self.by_co_staker("accept_offer", wallet, accept, predicted);
    }

    fn co_unstake(&mut self, device: usize, seq: u64, wallet: usize) {
        let leave = ix::co_unstake(
            &self.co_stakers[wallet].pubkey(),
            &self.devices[device],
            seq,
        );
        let predicted = self.model.co_unstake(device, seq);
        self.by_co_staker("co_unstake", wallet, leave, predicted);
    }

    fn pay_out(&mut self, device: usize, seq: u64, wallet: usize) {
        let co_staker = &self.co_stakers[wallet];
        let pay = ix::withdraw_position(
            &co_staker.pubkey(),
            &self.mint(),
            &self.purse(co_staker),
            &self.devices[device],
            seq,
        );
        let predicted = self.model.withdraw_position(device, seq, wallet);
        self.by_anyone("withdraw_position", pay, predicted);
    }

    fn close_position(&mut self, device: usize, seq: u64, wallet: usize) {
        let payer = self.co_stakers[wallet].pubkey();
        let close = ix::close_position(&payer, &self.devices[device], seq, &payer);
        let predicted = self.model.close_position(device, seq);
        self.by_anyone("close_position", close, predicted);
    }

    fn donate(&mut self, device: usize) {
        let (from, to) = (self.world.treasury.pubkey(), self.owners[device].pubkey());
        let pay =
            tokens::transfer(tokens::Mint::Io, &self.mint(), &from, &to, 7).expect("classic token");
        let vault = addr::vault(&addr::device_stake(&self.devices[device].device));
        let pay = swap(&pay, &self.purse(&self.owners[device]), &vault);
        self.world
            .send(&self.world.treasury, &[], &[pay])
            .expect("donates");
        self.model.devices[device].donated += 7;
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

    /// A device for an operation: mostly one on which it has something to do.
    fn some_device(&mut self, dice: u32) -> usize {
        let now = self.model.now;
        let any = self.rng.gen_range(0..DEVICES);
        if self.rng.gen_bool(0.25) {
            return any;
        }
        let closable = |device: &Device| self.model.is_closable(device);
        let suits = |device: &Device| {
            let has = |state: fn(State, i64) -> bool| {
                device.slots.iter().flatten().any(|p| state(p.state, now))
            };
            match dice {
                0..=21 => {
                    device.active == 0 && device.cooling == 0 && device.status != Status::Terminated
                }
                38..=52 => {
                    device.active > 0
                        && device.since.is_none()
                        && device.offer.is_none()
                        && !has(|state, _| state == State::Active)
                }
                54..=57 | 69..=72 => closable(device),
                53 | 58..=68 => device.offer.is_some(),
                73..=77 => has(|state, _| state == State::Active),
                78..=80 => has(|state, now| matches!(state, State::Wait(until, _) if until <= now)),
                81..=86 => has(
                    |state, now| matches!(state, State::Wait(_, end) | State::Cool(end) if end <= now),
                ),
                _ => true,
            }
        };
        let devices = self.model.devices.iter().enumerate();
        let fitting: Vec<usize> = devices
            .filter(|(_, device)| suits(device))
            .map(|(index, _)| index)
            .collect();
        fitting.choose(&mut self.rng).copied().unwrap_or(any)
    }

    fn step(&mut self) -> usize {
        if self.rng.gen_bool(0.3) {
            return self.case_step();
        }
        if self.rng.gen_bool(0.15) {
            return self.reward_step();
        }
        let dice = self.rng.gen_range(0..100);
        let device = self.some_device(dice);
        self.trace = format!(
            "{} dice {dice} on device {device} at {}",
            self.trace, self.model.now
        );
        match dice {
            0..=21 => {
                let need = self.model.required(self.model.now);
                let counted = self.model.devices[device].eligible(self.model.now);
                let missing = need.saturating_sub(counted);
                let amounts = [
                    missing,
                    missing,
                    need,
                    need,
                    io(1),
                    io(1) - 1,
                    0,
                    PURSE + 1,
                    io(37),
                ];
                let amount = *amounts.choose(&mut self.rng).expect("not empty");
                self.stake(device, amount);
            }
            22..=28 => {
                let over = self.model.overflow(device);
                let amounts = [over, over + 1, over / 2, 1, 0];
                let amount = *amounts.choose(&mut self.rng).expect("not empty");
                self.overflow(device, amount);
            }
            29 => self.begin_unstake(device),
            30..=37 => self.withdraw(device),
            38..=52 => {
                let cap = self.model.cap();
                let amounts = [cap, cap, cap / 2, cap + 1, io(1), io(1) - 1];
                let amount = *amounts.choose(&mut self.rng).expect("not empty");
                let share = *[500, 4_000, 4_000, 10_000, 499, 10_001]
                    .choose(&mut self.rng)
                    .expect("not empty");
                self.create_offer(device, amount, share);
            }
            53 => self.retract(device),
            54..=57 | 69..=72 => self.close_offer(device),
            58..=68 => {
                let wallet = self.rng.gen_range(0..CO_STAKERS);
                self.accept(device, wallet);
            }
            73..=88 => {
                let Some((seq, wallet)) = self.some_position(device) else {
                    return device;
                };
                match dice {
                    73..=77 => self.co_unstake(device, seq, wallet),
                    78..=80 => {
                        let predicted = self.model.advance_exit(device, seq);
                        self.by_anyone(
                            "advance_exit",
                            ix::advance_exit(&self.devices[device], seq),
                            predicted,
                        );
                    }
                    81..=86 => self.pay_out(device, seq, wallet),
                    _ => {
                        let empty = (0..DEVICES).find_map(|place| {
                            let own = &self.model.devices[place];
                            let closable = |(seq, _): &&(u64, usize)| {
                                own.slot(*seq).is_none()
                                    && !own.restored_of.contains_key(seq)
                                    && own.legs_of.get(seq).is_none_or(|legs| *legs == 0)
                            };
                            let found = own.accounts.iter().find(closable);
                            found.map(|(seq, wallet)| (place, *seq, *wallet))
                        });
                        let (device, seq, wallet) = empty.unwrap_or((device, seq, wallet));
                        self.close_position(device, seq, wallet);
                        return device;
                    }
                }
            }
            89..=91 => self.refresh(device),
            92 => self.donate(device),
            93..=94 => {
                let statuses = [
                    Status::Up,
                    Status::Down,
                    Status::Blocked,
                    Status::Terminated,
                ];
                let usual =
                    self.model.devices[device].status != Status::Up || self.rng.gen_bool(0.5);
                let statuses = if usual { &statuses[..1] } else { &statuses[..] };
                let status = *statuses.choose(&mut self.rng).expect("not empty");
                let hired = self.rng.gen_bool(0.2);
                self.set_device(device, status, hired);
            }
            _ => {
                let seconds = *[1, 600, 3_600, DAY / 4, DAY]
                    .choose(&mut self.rng)
                    .expect("not empty");
                self.pass(seconds);
            }
        }
        device
    }

    /// Accounts, vault, shard and balances of one device against the model.
    fn compare(&self, device: usize) {
        let (own, trace) = (&self.model.devices[device], &self.trace);
        let key = self.devices[device].device;
        let book: DeviceStake = self.world.get(&addr::device_stake(&key));
        assert_eq!(
            (book.active_io, book.cooling_io),
            (own.active, own.cooling),
            "{trace}"
        );
        assert_eq!(book.cooldown_ends_at, own.cool_until, "{trace}");
        assert_eq!(
            (book.restored_io, book.positions_restored_io),
            (own.restored, own.restored_of.values().sum()),
            "{trace}"
        );
        assert_eq!(
            (
                usize::from(book.open_cases),
                usize::from(book.open_code6_cases)
            ),
            (own.open_cases, own.open_code6),
            "{trace}"
        );
        assert_eq!(book.is_bound(), own.bound, "{trace}");
        assert_eq!(
            (book.offer_seq, book.open_offer_seq),
            (own.offer_seq, own.offer.map_or(0, |o| o.seq)),
            "{trace}"
        );
        assert_eq!(book.underfunded_since, own.since.unwrap_or(0), "{trace}");
        assert_eq!(
            book.eligible_io(self.model.now).expect("counts"),
            own.eligible(self.model.now),
            "{trace}"
        );
        for (slot, expected) in book.positions.iter().zip(&own.slots) {
            let (seq, amount, state, start, end) =
                expected.map_or((0, 0, PositionState::Empty, None, 0), |position| {
                    let (state, start, end) = match position.state {
                        State::Active => (PositionState::Active, None, 0),
                        State::Wait(until, end) => (PositionState::Wait, Some(until), end),
                        State::Cool(end) => (PositionState::Cooldown, None, end),
                        State::Zeroed => (PositionState::Zeroed, None, slot.cooldown_ends_at),
                    };
                    (position.seq, position.amount, state, start, end)
                });
            assert_eq!(
                (slot.seq, slot.amount_io, slot.state),
                (seq, amount, state.code()),
                "{trace}"
            );
            assert_eq!(slot.cooldown_ends_at, end, "{trace}");
            assert!(
                start.is_none_or(|start| slot.cooldown_starts_at == start),
                "{trace}"
            );
        }
        let active = book
            .positions
            .iter()
            .filter(|slot| slot.state == PositionState::Active.code())
            .count();
        assert!(active <= 1, "{trace}");
        let vault = addr::vault(&addr::device_stake(&key));
        assert_eq!(self.world.token(&vault), own.held(), "{trace}");
        assert_eq!(
            self.world.io_of(&self.owners[device].pubkey()),
            self.model.owners[device],
            "{trace}"
        );
        let claimed = self.claimed_by(|key| *key == (device, Who::Owner));
        assert!(self.model.owners[device] <= PURSE + claimed, "{trace}");
    }

    /// Everything at once: all books, all wallets, all shards.
    fn compare_all(&self) {
        let mut shards = [0_u64; 16];
        for (device, staked) in self.devices.iter().enumerate() {
            self.compare(device);
            let book: DeviceStake = self.world.get(&addr::device_stake(&staked.device));
            shards[usize::from(book.shard)] += book.counted_io;
        }
        for (shard, counted) in (0..16).zip(shards) {
            assert_eq!(
                self.world
                    .get::<StakeTotals>(&addr::totals(shard))
                    .counted_io,
                counted
            );
        }
        for (wallet, key) in self.co_stakers.iter().enumerate() {
            assert_eq!(
                self.world.io_of(&key.pubkey()),
                self.model.co_stakers[wallet]
            );
            let claimed = self.claimed_by(|key| key.1 == Who::CoStaker(wallet));
            assert!(self.model.co_stakers[wallet] <= PURSE + claimed);
            let holder: CoStaker = self.world.get(&addr::co_staker(&key.pubkey()));
            assert_eq!(
                usize::try_from(holder.live_positions),
                Ok(self.model.live(wallet))
            );
        }
    }

    /// Whoever has principal at a device begins to leave.
    fn begin_to_leave(&mut self, device: usize) {
        let status = self.model.devices[device].status;
        self.set_device(device, status, false);
        if self.model.devices[device].offer.is_some() {
            if self.model.devices[device].bound {
                self.retract(device);
            } else {
                self.close_offer(device);
            }
        }
        for slot in self.model.devices[device].slots.into_iter().flatten() {
            if slot.state == State::Active {
                self.co_unstake(device, slot.seq, slot.wallet);
            }
        }
        if self.model.devices[device].active > 0 {
            self.begin_unstake(device);
        }
    }

    /// Whoever has principal at a device takes it out, and nothing stays.
    fn leave(&mut self, device: usize) {
        for (seq, wallet) in self.model.devices[device].accounts.clone() {
            let own = &self.model.devices[device];
            let has_principal = own
                .slots
                .iter()
                .flatten()
                .any(|p| p.seq == seq && p.amount > 0);
            if has_principal || own.restored_of.contains_key(&seq) {
                self.pay_out(device, seq, wallet);
            }
        }
        if !self.model.devices[device].is_owner_gone() {
            self.withdraw(device);
        }
        let own = &self.model.devices[device];
        assert_eq!(own.held(), own.donated, "{}", self.trace);
        self.compare(device);
    }

    /// After a case has ended everybody who has principal at its device can take it out: played on the
    /// chain, which then goes back to where it was.
    pub fn leave_and_come_back(&mut self, device: usize) {
        let (chain, model) = (self.world.chain.with(|svm| svm.clone()), self.model.clone());
        self.trace = format!("{}; leaving device {device}", self.trace);
        self.begin_to_leave(device);
        self.pass(WAIT + COOLDOWN);
        self.leave(device);
        self.world.chain.with(|svm| *svm = chain);
        self.model = model;
    }

    /// Each party takes its principal out by its own signature, cranks and time.
    fn drain(&mut self) {
        self.trace = "draining".to_owned();
        for device in 0..DEVICES {
            self.begin_to_leave(device);
        }
        self.pass(WAIT + COOLDOWN);
        for device in 0..DEVICES {
            self.leave(device);
            for (seq, wallet) in self.model.devices[device].accounts.clone() {
                self.close_position(device, seq, wallet);
            }
            let own = &self.model.devices[device];
            assert!(!own.bound && own.accounts.is_empty());
        }
        let balances: u64 = self.model.owners.iter().chain(&self.model.co_stakers).sum();
        let renters: u64 = self.model.renters.iter().sum();
        let claimed = self.claimed_by(|_| true);
        assert_eq!(balances + renters + self.model.burned, BEGUN_WITH + claimed);
        self.compare_all();
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
