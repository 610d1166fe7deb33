//! A device with an owner, co-stakers at hand, and single changes to instructions and accounts.

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::{
    addresses,
    history::TransactionRecord,
    instructions::{
        registry as reg,
        staking::{self as ix, StakedDevice},
    },
    send::SendError,
};
use ion_economics::{
    device::DeviceStatus,
    units::{DAY, IO_ONE},
};
use registry::{
    RegisterDeviceArgs,
    state::{Device, ProcessorClass},
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::AcceptOfferArgs;

pub use self::cases::{Charge, OUTAGE_BPS, attest_fault};
pub use self::earnings::{Tree, fund, write_root};
use crate::World;
pub use crate::edits::{edit, foreign_copy, swap, unsigned, with_extra};

mod books;
mod cases;
mod earnings;

/// Class of the stage's devices; its multiplier is set to 1.0.
pub const CLASS: u16 = 1;
/// Requirement of a device of the stage: 8 processors at 200 IO.
pub const REQUIRED: u64 = 1_600 * IO_ONE;
/// Largest co-stake on it.
pub const CO_CAP: u64 = 800 * IO_ONE;
/// Cooldown of leaving principal.
pub const COOLDOWN: i64 = 14 * DAY;
/// Wait of a leaving co-staker.
pub const WAIT: i64 = 7 * DAY;
/// IO that each wallet of the stage begins with.
pub const PURSE: u64 = 10_000 * IO_ONE;

/// Amount in whole IO.
pub const fn io(whole: u64) -> u64 {
    whole * IO_ONE
}

/// A network with one device that is up and whose stake account is open.
pub struct Stage {
    /// The network.
    pub world: World,
    /// Owner and stake wallet.
    pub owner: Keypair,
    /// A co-staker with an open account.
    pub co: Keypair,
    /// Another co-staker with an open account.
    pub other: Keypair,
    /// The device.
    pub device: StakedDevice,
}

impl Stage {
    /// Nothing is staked.
    pub fn new() -> Self {
        let world = World::new();
        edit::<ProcessorClass>(&world, &addresses::registry::class(CLASS), |class| {
            class.mult_before = 10_000;
            class.mult_now = 10_000;
            class.last_nonzero_mult = 10_000;
        });
        let owner = world.wallet(PURSE, 0);
        let co = world.wallet(PURSE, 0);
        let other = world.wallet(PURSE, 0);
        let device = register(&world, &owner);
        let stage = Self {
            world,
            owner,
            co,
            other,
            device,
        };
        for wallet in [&stage.co, &stage.other] {
            let open = ix::open_costaker(&wallet.pubkey(), &wallet.pubkey());
            stage.send(wallet, open).expect("opens a co-staker");
        }
        stage
    }

    /// The owner has staked `amount`.
    pub fn staked(amount: u64) -> Self {
        let stage = Self::new();
        stage.stake(amount).expect("stakes");
        stage
    }

    /// The owner has staked the requirement and `co` co-stakes the cap by offer 1.
    pub fn co_staked() -> Self {
        let stage = Self::staked(REQUIRED);
        stage.offer(CO_CAP, 4_000).expect("offers");
        stage.accept(&stage.co, 1, CO_CAP, 4_000).expect("accepts");
        stage
    }

    /// As [`Self::co_staked`], and the owner took the overflow, so that the device has exactly what
    /// it needs.
    pub fn lean() -> Self {
        let stage = Self::co_staked();
        stage.overflow(CO_CAP).expect("takes the overflow");
        stage
    }

    /// Sends one instruction that `signer` pays and signs.
    pub fn send(
        &self,
        signer: &Keypair,
        instruction: Instruction,
    ) -> Result<TransactionRecord, SendError> {
        self.world.send(signer, &[], &[instruction])
    }

    /// Sends one instruction as a stranger.
    pub fn crank(&self, instruction: Instruction) -> Result<TransactionRecord, SendError> {
        self.send(&self.world.authority, instruction)
    }

    /// The IO mint.
    pub fn mint(&self) -> Pubkey {
        self.world.plan.io_mint
    }

    /// A wallet's associated account of IO.
    pub fn purse(&self, wallet: &Pubkey) -> Pubkey {
        get_associated_token_address(wallet, &self.mint())
    }

    /// The owner's deposit.
    pub fn stake_ix(&self, amount: u64) -> Instruction {
        let owner = self.owner.pubkey();
        ix::stake(
            &owner,
            None,
            &self.mint(),
            &self.purse(&owner),
            &self.device,
            amount,
        )
    }

    /// The owner deposits.
    pub fn stake(&self, amount: u64) -> Result<TransactionRecord, SendError> {
        self.send(&self.owner, self.stake_ix(amount))
    }

    /// The owner's withdrawal of overflow.
    pub fn overflow_ix(&self, amount: u64) -> Instruction {
        let owner = self.owner.pubkey();
        ix::withdraw_overflow(
            &owner,
            &self.mint(),
            &self.purse(&owner),
            &self.device,
            amount,
        )
    }

    /// The owner takes overflow.
    pub fn overflow(&self, amount: u64) -> Result<TransactionRecord, SendError> {
        self.send(&self.owner, self.overflow_ix(amount))
    }

    /// The owner leaves.
    pub fn begin_unstake(&self) -> Result<TransactionRecord, SendError> {
        self.send(
            &self.owner,
            ix::begin_unstake(&self.owner.pubkey(), &self.device),
        )
    }

    /// The owner's withdrawal.
    pub fn withdraw_ix(&self) -> Instruction {
        let owner = self.owner.pubkey();
        ix::withdraw(&owner, &self.mint(), &self.purse(&owner), &self.device)
    }

    /// The owner withdraws.
    pub fn withdraw(&self) -> Result<TransactionRecord, SendError> {
        self.send(&self.owner, self.withdraw_ix())
    }

    /// Anyone refreshes.
    pub fn refresh(&self) -> Result<TransactionRecord, SendError> {
        self.crank(ix::refresh_stake(&self.device))
    }

    /// The owner's next offer.
    pub fn offer_ix(&self, amount: u64, share_bps: u16) -> Instruction {
        let seq = self.book().offer_seq + 1;
        ix::create_offer(&self.owner.pubkey(), &self.device, seq, amount, share_bps)
    }

    /// The owner makes an offer.
    pub fn offer(&self, amount: u64, share_bps: u16) -> Result<TransactionRecord, SendError> {
        self.send(&self.owner, self.offer_ix(amount, share_bps))
    }

    /// The owner takes an offer back.
    pub fn retract(&self, seq: u64) -> Result<TransactionRecord, SendError> {
        let owner = self.owner.pubkey();
        self.send(
            &self.owner,
            ix::retract_offer(&owner, &self.device.device, seq, &owner),
        )
    }

    /// Anyone puts an offer away.
    pub fn close_offer(&self, seq: u64) -> Result<TransactionRecord, SendError> {
        self.crank(ix::close_offer(&self.device, seq, &self.owner.pubkey()))
    }

    /// A wallet's acceptance.
    pub fn accept_ix(
        &self,
        wallet: &Pubkey,
        offer_seq: u64,
        amount_io: u64,
        share_bps: u16,
    ) -> Instruction {
        let terms = AcceptOfferArgs {
            offer_seq,
            amount_io,
            share_bps,
        };
        ix::accept_offer(
            wallet,
            &self.mint(),
            &self.purse(wallet),
            &self.device,
            &self.owner.pubkey(),
            terms,
        )
    }

    /// A wallet accepts.
    pub fn accept(
        &self,
        wallet: &Keypair,
        offer_seq: u64,
        amount_io: u64,
        share_bps: u16,
    ) -> Result<TransactionRecord, SendError> {
        self.send(
            wallet,
            self.accept_ix(&wallet.pubkey(), offer_seq, amount_io, share_bps),
        )
    }

    /// A co-staker leaves.
    pub fn co_unstake(&self, wallet: &Keypair, seq: u64) -> Result<TransactionRecord, SendError> {
        self.send(wallet, ix::co_unstake(&wallet.pubkey(), &self.device, seq))
    }

    /// Anyone advances an exit.
    pub fn advance(&self, seq: u64) -> Result<TransactionRecord, SendError> {
        self.crank(ix::advance_exit(&self.device, seq))
    }

    /// The payout of a position to its wallet's associated account.
    pub fn pay_out_ix(&self, wallet: &Pubkey, seq: u64) -> Instruction {
        ix::withdraw_position(wallet, &self.mint(), &self.purse(wallet), &self.device, seq)
    }

    /// Anyone pays a position out.
    pub fn pay_out(&self, wallet: &Pubkey, seq: u64) -> Result<TransactionRecord, SendError> {
        self.crank(self.pay_out_ix(wallet, seq))
    }

    /// Anyone closes a position.
    pub fn close_position(
        &self,
        wallet: &Pubkey,
        seq: u64,
    ) -> Result<TransactionRecord, SendError> {
        self.crank(ix::close_position(wallet, &self.device, seq, wallet))
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

/// A device of the stage's class, just registered.
pub fn register_only(world: &World, owner: &Keypair) -> Pubkey {
    let key = Keypair::new();
    let (payer, id) = (owner.pubkey(), key.pubkey());
    let args = RegisterDeviceArgs {
        qty: 8,
        payout_wallet: owner.pubkey(),
        ask_usd_micros: 1_000_000,
        open_until: 0,
    };
    world
        .send(
            owner,
            &[&key],
            &[reg::register_device(&payer, &payer, &id, CLASS, args)],
        )
        .expect("registers");
    addresses::registry::device(&id)
}

/// A device of the stage's class that is up, with its stake account open.
pub fn register(world: &World, owner: &Keypair) -> StakedDevice {
    let payer = owner.pubkey();
    let device = register_only(world, owner);
    edit::<Device>(world, &device, |device| {
        device.status = DeviceStatus::Up.code()
    });
    world
        .send(
            owner,
            &[],
            &[ix::open_stake(&payer, &world.plan.io_mint, &device)],
        )
        .expect("opens the stake");
    StakedDevice {
        device,
        class: CLASS,
    }
}
