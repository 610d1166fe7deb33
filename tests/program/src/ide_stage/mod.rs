//! A network whose first day of the engine begins, with the callers of the other programs as keys at
//! hand: allowances, revenue, reports, sealings, auctions and payouts, step by step.
//!
//! Rates come about by queued decisions; what only the slow way of governance could set (the switch
//! hour, the limit on obligations) is written into the accounts.

mod payouts;

use anchor_lang::{AccountDeserialize, AccountSerialize};
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

/// Rewrites an account of a program, for a state that no transaction of a test can reach.
///
/// # Panics
/// If the account is of another type.
pub fn edit<T: AccountDeserialize + AccountSerialize>(
    world: &World,
    key: &Pubkey,
    change: impl FnOnce(&mut T),
) {
    let mut account = world.raw(key);
    let mut value =
        T::try_deserialize(&mut account.data.as_slice()).expect("the account is of this type");
    change(&mut value);
    let mut data = Vec::new();
    value.try_serialize(&mut data).expect("it was of this type");
    account.data[..data.len()].copy_from_slice(&data);
    world.put(key, account);
}

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

    /// Deposits revenue of today with the hire that falls due.
    pub fn revenue(&self, mint: Pubkey, amount: u64, hire_usd_micros: u64) -> Sent {
        let fee_vault = if mint == self.world.plan.io_mint {
            addresses::ide::fee_io()
        } else {
            addresses::ide::fee_usdc()
        };
        let route = RevenueRoute {
            caller: self.booking.pubkey(),
            source_authority: self.bank.pubkey(),
            source: get_associated_token_address(&self.bank.pubkey(), &mint),
            fee_vault,
            mint,
            day: self.today(),
        };
        let args = DepositRevenueArgs {
            amount,
            hire_usd_micros,
            device: Pubkey::default(),
            owner: Pubkey::default(),
        };
        self.send(&[&self.booking], ix::deposit_revenue(&route, args))
    }

    /// Deposits USDC revenue of today with the hire that falls due.
    ///
    /// # Panics
    /// If it is refused.
    pub fn earn(&self, usdc: u64, hire_usd_micros: u64) {
        self.revenue(self.world.plan.usdc_mint, usdc, hire_usd_micros)
            .expect("revenue counts");
    }

    /// Ends a day: moves the clock behind it where it runs.
    ///
    /// # Panics
    /// If it is refused.
    pub fn end(&self, day: u64) {
        let end = (day + 1) as i64 * DAY;
        if self.world.now() < end {
            self.set_time(end + 60);
        }
        self.send(&[], ix::end_epoch(day)).expect("the day ends");
    }

    /// The row that is worth `avail_usd_micros`, which must be a multiple of a minute's rate.
    pub fn row(&self, avail_usd_micros: u64) -> ClassRow {
        let processor_minutes = avail_usd_micros * 60 / AVAIL_RATE;
        ClassRow {
            class: self.class,
            processors: u32::try_from(processor_minutes.div_ceil(1_440)).unwrap_or(u32::MAX),
            processor_minutes,
        }
    }

    /// Report of a day over rows.
    pub fn report_of(&self, day: u64, avail_usd_micros: u64, rows: &[ClassRow]) -> EpochReport {
        EpochReport {
            day,
            avail_usd_micros,
            floors: 0,
            class_count: u16::try_from(rows.len()).unwrap_or(u16::MAX),
            class_rows: link_rows::<Sha256Hasher>(rows, &LAST_LINK),
            bundle: [9; 32],
        }
    }

    /// Has the verifiers attest a report.
    pub fn attest(&self, report: &EpochReport) {
        self.world.attest(
            ReportKind::EpochReport,
            &ide::ID,
            report.day,
            &report.encode(),
        );
    }

    /// Reports a day with availability of one row, or none.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn report(&self, day: u64, avail_usd_micros: u64) {
        let rows = [self.row(avail_usd_micros)];
        let rows = if avail_usd_micros == 0 {
            &rows[..0]
        } else {
            &rows[..]
        };
        let report = self.report_of(day, avail_usd_micros, rows);
        self.attest(&report);
        self.send(&[], ix::accept_epoch_report(&report, 0))
            .expect("the report is accepted");
        if !rows.is_empty() {
            self.send(&[], ix::apply_epoch_rows(day, rows, LAST_LINK))
                .expect("the rows lead to the hash");
        }
    }

    /// A price of now without uncertainty, 1e-8 USD per IO.
    pub fn flat(&self, price: i64) -> PostedPrice {
        PostedPrice {
            price,
            ema_price: price,
            conf: 0,
            ..self.world.price_now()
        }
    }

    /// The instruction that seals a day with a price account.
    pub fn seal_with(&self, day: u64, price: Option<Pubkey>) -> Instruction {
        ix::seal_epoch(
            day,
            price,
            &self.world.plan.io_mint,
            &self.world.plan.usdc_mint,
        )
    }

    /// Seals a day at a price of now.
    pub fn seal(&self, day: u64, price: i64) -> Sent {
        let price = self.world.post_price(self.flat(price));
        self.send(&[], self.seal_with(day, Some(price)))
    }

    /// A whole day: emission, revenue, obligations by report, sealed at the stage's price.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn full_day(&self, day: u64, emission_io: u64, usdc: u64, avail_usd_micros: u64) {
        self.open(day);
        if usdc > 0 {
            self.earn(usdc, 0);
        }
        self.allowance(day, emission_io);
        self.end(day);
        self.report(day, avail_usd_micros);
        self.seal(day, PRICE).expect("the day seals");
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
