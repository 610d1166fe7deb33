//! `deposit_revenue`: earned money into the fee vault.
//!
//! The booking program's caller address is an ordinary key in these worlds, written into the
//! configuration by hand, so that the engine's own checks are met one by one.

mod foreign;

use anchor_lang::error::ErrorCode;
use anchor_spl::associated_token::get_associated_token_address;
use ide::{
    DepositRevenueArgs,
    error::IdeError,
    events::{RevenueDeposited, U64Change},
    state::{Epoch, EpochState, Vaults},
};
use ion_client::{
    addresses,
    history::TransactionRecord,
    instructions::{self, ide::RevenueRoute},
    send::SendError,
};
use ion_economics::units::{DAY, HOUR};
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::state::Config;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    stage::{copy, edit, edit_epoch, foreign_copy, with_account, with_extra, without_signature},
    today,
};

const CALLER: usize = 0;
const SOURCE_AUTHORITY: usize = 1;
const SOURCE: usize = 2;
const FEE_VAULT: usize = 3;
const MINT: usize = 4;
const CONFIG: usize = 5;
const VAULTS: usize = 6;
const EPOCH: usize = 7;
const TOKEN_PROGRAM: usize = 8;

/// The token program's error for a transfer above the balance.
const INSUFFICIENT_FUNDS: u32 = 1;
/// The token program's error for an account of another mint.
const MINT_MISMATCH: u32 = 3;

struct Stage {
    world: World,
    caller: Keypair,
    owner: Keypair,
}

impl Stage {
    /// A network whose booking caller is a key at hand, with today's epoch open and a funded source.
    fn new() -> Self {
        let world = World::new();
        let caller = Keypair::new();
        edit::<Config>(&world, &addresses::registry::config(), |config| {
            config.booking_caller = caller.pubkey();
        });
        let owner = world.wallet(1_000, 1_000);
        let stage = Self {
            world,
            caller,
            owner,
        };
        stage.open(today(&stage.world));
        stage
    }

    fn open(&self, day: u64) {
        let payer = self.owner.pubkey();
        self.world
            .send(
                &self.owner,
                &[],
                &[instructions::ide::open_epoch(&payer, day)],
            )
            .expect("opens");
    }

    fn route(&self, mint: Pubkey, fee_vault: Pubkey) -> RevenueRoute {
        RevenueRoute {
            caller: self.caller.pubkey(),
            source_authority: self.owner.pubkey(),
            source: get_associated_token_address(&self.owner.pubkey(), &mint),
            fee_vault,
            mint,
            day: today(&self.world),
        }
    }

    fn usdc(&self, amount: u64) -> Instruction {
        let route = self.route(self.world.plan.usdc_mint, addresses::ide::fee_usdc());
        instructions::ide::deposit_revenue(&route, args(amount, 0))
    }

    fn io(&self, amount: u64) -> Instruction {
        let route = self.route(self.world.plan.io_mint, addresses::ide::fee_io());
        instructions::ide::deposit_revenue(&route, args(amount, 0))
    }

    fn send(&self, instruction: Instruction) -> Result<TransactionRecord, SendError> {
        let signs = |key: &&Keypair| {
            instruction
                .accounts
                .iter()
                .any(|meta| meta.is_signer && meta.pubkey == key.pubkey())
        };
        let signers: Vec<&Keypair> = [&self.caller].into_iter().filter(signs).collect();
        self.world.send(&self.owner, &signers, &[instruction])
    }

    fn epoch(&self) -> Epoch {
        self.world.get(&addresses::ide::epoch(today(&self.world)))
    }

    /// Nothing of the deposit has happened.
    fn assert_untouched(&self) {
        let epoch = self.epoch();
        assert_eq!(
            [
                epoch.revenue_usdc,
                epoch.revenue_io,
                epoch.hire_due_usd_micros
            ],
            [0; 3]
        );
        assert_eq!(epoch.event_seq, 1);
        let owner = self.owner.pubkey();
        assert_eq!(
            (self.world.io_of(&owner), self.world.usdc_of(&owner)),
            (1_000, 1_000)
        );
        for vault in [
            addresses::ide::fee_usdc(),
            addresses::ide::fee_io(),
            addresses::ide::reward_vault(),
        ] {
            assert_eq!(self.world.token(&vault), 0);
        }
    }
}

fn args(amount: u64, hire_usd_micros: u64) -> DepositRevenueArgs {
    DepositRevenueArgs {
        amount,
        hire_usd_micros,
        device: Pubkey::default(),
        owner: Pubkey::default(),
    }
}

#[test]
fn deposit_revenue_of_both_currencies_reaches_vault_and_epoch() {
    let stage = Stage::new();
    let (device, owner) = (Pubkey::new_unique(), Pubkey::new_unique());
    let route = stage.route(stage.world.plan.usdc_mint, addresses::ide::fee_usdc());
    let record = stage
        .send(instructions::ide::deposit_revenue(
            &route,
            DepositRevenueArgs {
                amount: 600,
                hire_usd_micros: 0,
                device,
                owner,
            },
        ))
        .expect("deposits");

    let event: RevenueDeposited = stage.world.event(ide::ID, &record);
    assert_eq!(
        (event.epoch, event.day),
        (addresses::ide::epoch(route.day), route.day)
    );
    assert_eq!(
        (event.mint, event.source, event.amount),
        (route.mint, route.source, 600)
    );
    assert_eq!(
        (event.device, event.owner, event.hire_usd_micros),
        (device, owner, 0)
    );
    assert_eq!(event.revenue_usdc, U64Change { old: 0, new: 600 });
    assert_eq!(event.revenue_io, U64Change { old: 0, new: 0 });
    assert_eq!(event.hire_due_usd_micros, U64Change { old: 0, new: 0 });
    assert_eq!((event.seq, event.at), (2, stage.world.now()));

    stage.send(stage.io(70)).expect("deposits IO");
    let record = stage.send(stage.usdc(1)).expect("deposits again");
    let event: RevenueDeposited = stage.world.event(ide::ID, &record);
    assert_eq!(event.revenue_usdc, U64Change { old: 600, new: 601 });
    assert_eq!(event.revenue_io, U64Change { old: 70, new: 70 });
    assert_eq!(event.seq, 4);

    let epoch = stage.epoch();
    assert_eq!(
        (
            epoch.revenue_usdc,
            epoch.revenue_io,
            epoch.hire_due_usd_micros
        ),
        (601, 70, 0)
    );
    assert_eq!(
        (epoch.event_seq, epoch.state),
        (4, EpochState::Accruing.code())
    );
    assert_eq!(stage.world.token(&addresses::ide::fee_usdc()), 601);
    assert_eq!(stage.world.token(&addresses::ide::fee_io()), 70);
    assert_eq!(stage.world.usdc_of(&stage.owner.pubkey()), 399);
    assert_eq!(stage.world.io_of(&stage.owner.pubkey()), 930);
    let vaults: Vaults = stage.world.get(&addresses::ide::vaults());
    assert_eq!(
        [vaults.yu_usdc, vaults.yi_io, vaults.y1_io, vaults.event_seq],
        [0, 0, 0, 1]
    );
}

#[test]
fn deposit_revenue_with_hire_counts_from_the_switch_hour_on() {
    let stage = Stage::new();
    let route = stage.route(stage.world.plan.usdc_mint, addresses::ide::fee_usdc());
    let with_hire = instructions::ide::deposit_revenue(&route, args(10, 25));
    let hour = u64::try_from(stage.world.now().div_euclid(HOUR)).expect("after 1970");
    let switch = |from: u64| {
        edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
            config.ide_from_hour = from
        });
    };
    expect_error(
        stage.send(with_hire.clone()),
        ide::ID,
        IdeError::HireBeforeSwitch,
        0,
    );
    switch(hour + 1);
    expect_error(
        stage.send(with_hire.clone()),
        ide::ID,
        IdeError::HireBeforeSwitch,
        0,
    );
    stage.assert_untouched();

    switch(hour);
    let record = stage.send(with_hire).expect("deposits with hire");
    let event: RevenueDeposited = stage.world.event(ide::ID, &record);
    assert_eq!(event.hire_due_usd_micros, U64Change { old: 0, new: 25 });
    assert_eq!(stage.epoch().hire_due_usd_micros, 25);
}

#[test]
fn deposit_revenue_of_zero_is_refused() {
    let stage = Stage::new();
    expect_error(stage.send(stage.usdc(0)), ide::ID, IdeError::ZeroAmount, 0);
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_above_the_balance_is_refused() {
    let stage = Stage::new();
    expect_error(
        stage.send(stage.usdc(1_001)),
        ide::ID,
        INSUFFICIENT_FUNDS,
        0,
    );
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_into_the_epoch_of_another_day_is_refused() {
    let stage = Stage::new();
    let yesterday = today(&stage.world);
    stage.open(yesterday + 2);
    stage.world.warp(DAY);
    stage.open(yesterday + 1);
    for day in [yesterday, yesterday + 2] {
        let wrong = with_account(stage.usdc(5), EPOCH, addresses::ide::epoch(day));
        expect_error(stage.send(wrong), ide::ID, IdeError::WrongEpochDay, 0);
    }
    stage.assert_untouched();
    stage.send(stage.usdc(5)).expect("today's epoch takes it");
}

#[test]
fn deposit_revenue_into_an_ended_epoch_is_refused() {
    let stage = Stage::new();
    let key = addresses::ide::epoch(today(&stage.world));
    edit_epoch(&stage.world, &key, |epoch| {
        epoch.state = EpochState::Ended.code()
    });
    expect_error(
        stage.send(stage.usdc(5)),
        ide::ID,
        IdeError::EpochNotAccruing,
        0,
    );
    stage.assert_untouched();
}

#[test]
fn deposit_revenue_beyond_the_range_is_refused() {
    let stage = Stage::new();
    let key = addresses::ide::epoch(today(&stage.world));
    edit_epoch(&stage.world, &key, |epoch| epoch.revenue_usdc = u64::MAX);
    expect_error(
        stage.send(stage.usdc(1)),
        ide::ID,
        IdeError::ArithmeticOverflow,
        0,
    );
}
