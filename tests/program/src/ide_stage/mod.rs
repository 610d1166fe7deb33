//! A network whose first day of the engine begins, with the callers of the other programs as keys at
//! hand: allowances, revenue, reports, sealings, auctions and payouts, step by step.
//!
//! Rates come about by queued decisions; what only the slow way of governance could set (the switch
//! hour, the limit on obligations) is written into the accounts.

mod days;
mod payouts;

use anchor_spl::associated_token::get_associated_token_address;
use ide::{
    DepositRevenueArgs,
    state::{Auction, Engine, Epoch, LotKind, Vaults},
};
use ion_client::{
    addresses,
    history::TransactionRecord,
    instructions::{
        ide::{self as ix, FillRoute, RevenueRoute},
        registry as governance,
    },
    send::SendError,
};
use ion_economics::{
    params::ide as params,
    units::{DAY, IO_ONE, USDC_ONE},
};
use ion_merkle::{
    Sha256Hasher,
    epoch::{ClassRow, EpochReport, LAST_LINK, link_rows},
    report::ReportKind,
};
use ion_test_oracle::PostedPrice;
use registry::state::{ActionKind, Config, Params};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{World, flows::H100};

pub use crate::edits::edit;
pub use payouts::{Payee, Payouts};

/// Result of a transaction.
pub type Sent = Result<TransactionRecord, SendError>;

/// Availability rate of the stage's class, 1e-6 USD per processor-hour.
pub const AVAIL_RATE: u64 = 60_000;
/// Most processors of the class that count.
pub const MAX_PROCESSORS: u32 = 100_000;
/// Limit on the obligations of a day, 1e-6 USD.
pub const LIMIT: u64 = 1_000_000_000_000;
/// Price of the stage, 1e-8 USD per IO.
pub const PRICE: i64 = 15_000_000;

/// The network with the keys that drive the engine.
pub struct IdeStage {
    /// The network.
    pub world: World,
    /// Stands for the rewards program's caller address.
    pub rewards: Keypair,
    /// Stands for the booking program's caller address.
    pub booking: Keypair,
    /// Stands for the staking program's caller address.
    pub staking: Keypair,
    /// Holds IO and USDC, pays for everything.
    pub bank: Keypair,
    /// First day of the engine, UTC day index.
    pub first_day: u64,
    /// The class with rates.
    pub class: u16,
}

impl Default for IdeStage {
    fn default() -> Self {
        Self::new()
    }
}

impl IdeStage {
    /// At the start of the first day of the engine; the days of the schedule before it are sealed.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn new() -> Self {
        let stage = Self::before_switch();
        let first = stage.first_day;
        for day in stage.engine().next_day..first {
            stage.open(day);
            stage.set_time((day + 1) as i64 * DAY + 60);
            stage.send(&[], ix::end_epoch(day)).expect("ends");
            stage.seal(day, PRICE).expect("a day of the schedule seals");
        }
        stage.set_time(first as i64 * DAY + 60);
        stage
    }

    /// Rates are set and the switch hour is fixed; the days of the schedule still run.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn before_switch() -> Self {
        let world = World::new();
        let bank = world.wallet(100_000_000 * IO_ONE, 100_000_000 * USDC_ONE);
        let [rewards, booking, staking] = [Keypair::new(), Keypair::new(), Keypair::new()];
        let class = world.class_id(H100);
        let mut stage = Self {
            world,
            rewards,
            booking,
            staking,
            bank,
            first_day: 0,
            class,
        };
        let payload = ActionKind::SetClassRates {
            class,
            avail_rate_usd_micros: AVAIL_RATE,
            hire_rate_usd_micros: 1_000_000,
            list_price_usd_micros: 2_000_000,
            max_processors: MAX_PROCESSORS,
        };
        let id = stage.queue(payload);
        stage.world.warp(8 * DAY);
        let by = stage.bank.pubkey();
        stage
            .send(&[], ix::open_class_rates(&by, class))
            .expect("rates open");
        stage
            .send(&[], ix::set_class_rates(id, class))
            .expect("rates are set");
        stage.first_day = stage.today() + 1;
        let (rewards, booking, staking) = (
            stage.rewards.pubkey(),
            stage.booking.pubkey(),
            stage.staking.pubkey(),
        );
        let first = stage.first_day;
        edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
            config.rewards_caller = rewards;
            config.booking_caller = booking;
            config.staking_caller = staking;
            config.ide_from_hour = first * 24;
        });
        stage.set_param(&params::MAX_EPOCH_OBLIGATION, LIMIT as i64);
        stage
    }

    /// Writes a parameter of the engine.
    pub fn set_param(&self, param: &ion_economics::params::Param, value: i64) {
        let key = addresses::registry::params(&ide::ID);
        edit::<Params>(&self.world, &key, |params| {
            params.values[usize::from(param.slot)] = value;
        });
    }

    /// Queues a decision of governance and returns its id.
    ///
    /// # Panics
    /// If it is refused.
    pub fn queue(&self, payload: ActionKind) -> u64 {
        let config: Config = self.world.get(&addresses::registry::config());
        let by = self.world.governance.pubkey();
        let id = config.next_action_id;
        let queue = governance::queue_action(&by, &by, id, payload);
        self.world
            .send(&self.world.governance, &[], &[queue])
            .expect("the decision is queued");
        id
    }

    /// Sends an instruction paid by the bank.
    pub fn send(&self, signers: &[&Keypair], instruction: Instruction) -> Sent {
        self.world.send(&self.bank, signers, &[instruction])
    }

    /// Sets the chain's time.
    pub fn set_time(&self, at: i64) {
        self.world.set_time(at);
    }

    /// UTC day index of the chain's time.
    ///
    /// # Panics
    /// Never: worlds begin after 1970.
    pub fn today(&self) -> u64 {
        u64::try_from(self.world.now().div_euclid(DAY)).expect("after 1970")
    }

    /// The ledgers.
    pub fn vaults(&self) -> Vaults {
        self.world.get(&addresses::ide::vaults())
    }

    /// What carries over.
    pub fn engine(&self) -> Engine {
        self.world.get(&addresses::ide::engine())
    }

    /// A day.
    pub fn epoch(&self, day: u64) -> Epoch {
        self.world.get(&addresses::ide::epoch(day))
    }

    /// An auction.
    pub fn auction(&self, seq: u64) -> Auction {
        self.world.get(&addresses::ide::auction(seq))
    }

    /// Supply of IO, base units.
    ///
    /// # Panics
    /// If the mint cannot be read.
    pub fn supply(&self) -> u64 {
        let mint = self.world.raw(&self.world.plan.io_mint);
        let supply: [u8; 8] = mint.data[36..44].try_into().expect("a mint has a supply");
        u64::from_le_bytes(supply)
    }

    /// Opens the account of a day, if it is not.
    ///
    /// # Panics
    /// If it is refused.
    pub fn open(&self, day: u64) {
        if !self.world.exists(&addresses::ide::epoch(day)) {
            let by = self.bank.pubkey();
            self.send(&[], ix::open_epoch(&by, day)).expect("opens");
        }
    }

    /// Deposits emission of an hour of a day.
    pub fn allowance_of_hour(&self, day: u64, hour: u64, amount_io: u64) -> Sent {
        if amount_io > 0 {
            self.donate(addresses::ide::reward_vault(), amount_io);
        }
        self.send(
            &[&self.rewards],
            ix::deposit_allowance(&self.rewards.pubkey(), day * 24 + hour, amount_io),
        )
    }

    /// Deposits the emission of a day, all of it in the first hour.
    ///
    /// # Panics
    /// If it is refused.
    pub fn allowance(&self, day: u64, amount_io: u64) {
        for hour in 0..24 {
            let part = if hour == 0 { amount_io } else { 0 };
            self.allowance_of_hour(day, hour, part).expect("counts");
        }
    }

    /// Sends IO of the bank to a token account, outside of any instruction of the engine.
    ///
    /// # Panics
    /// If the transfer fails.
    pub fn donate(&self, to: Pubkey, amount_io: u64) {
        self.transfer(self.world.plan.io_mint, 8, to, amount_io);
    }

    /// Sends USDC of the bank to a token account.
    ///
    /// # Panics
    /// If the transfer fails.
    pub fn donate_usdc(&self, to: Pubkey, amount: u64) {
        self.transfer(self.world.plan.usdc_mint, 6, to, amount);
    }

    fn transfer(&self, mint: Pubkey, decimals: u8, to: Pubkey, amount: u64) {
        let by = self.bank.pubkey();
        let transfer = spl_token_interface::instruction::transfer_checked(
            &anchor_spl::token::ID,
            &get_associated_token_address(&by, &mint),
            &mint,
            &to,
            &by,
            &[],
            amount,
            decimals,
        )
        .expect("classic token");
        self.send(&[], transfer).expect("the transfer succeeds");
    }

    /// Opens the next auction of a kind.
    pub fn open_auction(&self, kind: LotKind) -> Sent {
        let seq = self.engine().auction_seq + 1;
        let by = self.bank.pubkey();
        self.send(&[], ix::open_auction(&by, seq, kind))
    }

    /// A stage with an earmark of `usdc`, and today open.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn with_earmark(usdc: u64) -> Self {
        let stage = Self::new();
        stage.full_day(stage.first_day, 0, 2 * usdc, 0);
        stage.open(stage.today());
        stage
    }

    /// What a fill of the last auction refers to, with this price account.
    pub fn fill_route(&self, seller: &Pubkey, price: Pubkey) -> FillRoute {
        FillRoute {
            seller: *seller,
            seq: self.engine().auction_seq,
            day: self.today(),
            price,
            io_mint: self.world.plan.io_mint,
            usdc_mint: self.world.plan.usdc_mint,
        }
    }

    /// Sells IO to the last auction at a price of now.
    pub fn fill(&self, seller: &Keypair, io_in: u64, min_usdc: u64) -> Sent {
        let price = self.world.post_price(self.world.price_now());
        let route = self.fill_route(&seller.pubkey(), price);
        self.world
            .send(seller, &[], &[ix::fill_auction(&route, io_in, min_usdc)])
    }

    /// Every vault holds its ledger to the unit, with the revenue and emission that waits.
    ///
    /// # Panics
    /// If one does not.
    pub fn assert_vaults_exact(&self) {
        self.world.assert_engine_vaults_exact();
    }
}
