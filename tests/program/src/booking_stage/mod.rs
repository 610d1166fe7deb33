//! Devices that are up and staked, a renter and a payer, and single changes to instructions.

use anchor_spl::associated_token::get_associated_token_address;
use booking::{
    ID,
    error::BookingError,
    state::{Booking, Quote, WorkRecord},
};
use ion_client::{
    addresses, history::TransactionRecord, instructions::booking::QuotedDevice, send::SendError,
};
use ion_economics::{
    booking::{BookingStatus, Currency},
    units::{DAY, HOUR, IO_ONE, USDC_ONE},
};
use registry::state::{Device, ProcessorClass};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use self::supply::register;
pub use crate::edits::{copy, edit, with_account, with_extra, without_last};
use crate::{World, expect_error};

mod faults;
mod more_minutes;
mod steps;
mod supply;

/// Class of the stage's devices; its multiplier is set to 1.0.
pub const CLASS: u16 = 5;
/// Ask of every device: 4.98 USD per processor-hour.
pub const ASK: u64 = 4_980_000;
/// Minutes of the published example.
pub const MINUTES: u32 = 2_880;
/// Its compute, reservation and payment fee in USDC.
pub const COMPUTE: u64 = 239_040_000;
/// Reservation fee in USDC.
pub const RESERVATION: u64 = 597_600;
/// Payment fee in USDC.
pub const PAYMENT: u64 = 4_780_800;
/// Price in USDC.
pub const TOTAL: u64 = COMPUTE + RESERVATION + PAYMENT;
/// Tokens that each wallet of the stage begins with.
pub const PURSE_USDC: u64 = 10_000 * USDC_ONE;
/// Tokens that each wallet of the stage begins with.
pub const PURSE_IO: u64 = 10_000 * IO_ONE;

/// A network with devices that can be hired.
pub struct Stage {
    /// The network.
    pub world: World,
    /// Owner of the devices.
    pub owner: Keypair,
    /// Their payout wallet.
    pub payout: Keypair,
    /// The devices.
    pub devices: Vec<Pubkey>,
    /// Who books.
    pub renter: Keypair,
    /// Who pays.
    pub payer: Keypair,
    /// Currency of what is quoted.
    pub currency: Currency,
    /// Id of the quote and booking at hand.
    pub id: [u8; 16],
}

/// Every balance that a booking can move.
#[derive(Debug, PartialEq, Eq)]
pub struct Money {
    payer: u64,
    escrow: u64,
    payout: u64,
    fee_vault: u64,
}

impl Stage {
    /// One device, USDC.
    pub fn new() -> Self {
        Self::with_devices(1)
    }

    /// This many devices of one owner, up for more than 12 hours and fully staked; USDC.
    pub fn with_devices(count: usize) -> Self {
        let world = World::new();
        edit::<ProcessorClass>(&world, &addresses::registry::class(CLASS), |class| {
            class.mult_before = 10_000;
            class.mult_now = 10_000;
            class.last_nonzero_mult = 10_000;
        });
        // one processor each: 200 IO of stake
        let owner = world.wallet(PURSE_IO.max(count as u64 * 200 * IO_ONE), 0);
        let payout = world.wallet(0, 0);
        let renter = world.wallet(0, 0);
        let payer = world.wallet(PURSE_IO, PURSE_USDC);
        let devices = (0..count)
            .map(|_| register(&world, &owner, &payout.pubkey()))
            .collect();
        let mut stage = Self {
            world,
            owner,
            payout,
            devices,
            renter,
            payer,
            currency: Currency::Usdc,
            id: [0; 16],
        };
        stage.report_up();
        for device in stage.devices.clone() {
            stage.stake(&device);
        }
        stage.world.warp(12 * HOUR);
        stage.id = stage.fresh_id(1);
        stage
    }

    /// The same in IO.
    pub fn in_io() -> Self {
        Self {
            currency: Currency::Io,
            ..Self::new()
        }
    }

    /// A quote was made.
    pub fn quoted() -> Self {
        let stage = Self::new();
        stage.create_quote();
        stage
    }

    /// It was booked.
    pub fn booked() -> Self {
        let stage = Self::quoted();
        stage.book();
        stage
    }

    /// It was paid in full.
    pub fn funded() -> Self {
        let stage = Self::booked();
        stage.pay_all();
        stage
    }

    /// The devices were locked.
    pub fn paid() -> Self {
        let stage = Self::funded();
        stage.lock_all();
        stage
    }

    /// It was started.
    pub fn running() -> Self {
        let stage = Self::paid();
        stage.start();
        stage
    }

    /// It ran to its booked end.
    pub fn closing() -> Self {
        let stage = Self::running();
        stage.world.warp(i64::from(MINUTES) * 60);
        stage.crank(stage.end_ix()).expect("ends");
        stage
    }

    /// Both records were applied with full service.
    pub fn settling() -> Self {
        let stage = Self::closing();
        stage.record(0, false, &[1_440]).expect("boundary record");
        stage.record(1, true, &[2_880]).expect("final record");
        stage
    }

    /// The challenge period is over and the epoch of today is open.
    pub fn earnable() -> Self {
        let stage = Self::settling();
        stage.world.warp(DAY + 1);
        stage.open_epoch();
        stage
    }

    /// Both records were earned.
    pub fn earned() -> Self {
        let stage = Self::earnable();
        for seq in 0..2 {
            stage.crank(stage.earn_ix(seq, 0)).expect("earns");
        }
        stage
    }

    /// An id of now with a nonce.
    pub fn fresh_id(&self, nonce: u64) -> [u8; 16] {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.world.now().to_le_bytes());
        id[8..].copy_from_slice(&nonce.to_le_bytes());
        id
    }

    /// Sends one instruction as a stranger.
    pub fn crank(&self, instruction: Instruction) -> Result<TransactionRecord, SendError> {
        self.world.send(&self.world.authority, &[], &[instruction])
    }

    /// Sends one instruction that a wallet pays and signs.
    pub fn send(
        &self,
        signer: &Keypair,
        instruction: Instruction,
    ) -> Result<TransactionRecord, SendError> {
        self.world.send(signer, &[], &[instruction])
    }

    /// The instruction is refused with this error and no balance moves.
    #[track_caller]
    pub fn refused(&self, signer: &Keypair, instruction: Instruction, error: BookingError) {
        let before = self.money();
        expect_error(self.send(signer, instruction), ID, error, 0);
        assert_eq!(self.money(), before);
    }

    /// As [`Self::refused`], by a stranger.
    #[track_caller]
    pub fn crank_refused(&self, instruction: Instruction, error: BookingError) {
        self.refused(&self.world.authority, instruction, error);
    }

    /// As [`Self::crank_refused`] where the payout account cannot be read.
    #[track_caller]
    pub fn crank_refused_any(&self, instruction: Instruction, error: BookingError) {
        expect_error(self.crank(instruction), ID, error, 0);
    }

    /// All balances at hand.
    pub fn money(&self) -> Money {
        let token = |key: &Pubkey| self.world.token(key);
        Money {
            payer: token(&self.purse(&self.payer.pubkey())),
            escrow: token(&self.escrow()),
            payout: token(&self.purse(&self.payout.pubkey())),
            fee_vault: token(&self.fee_vault()),
        }
    }

    /// Mint of the currency.
    pub fn mint(&self) -> Pubkey {
        match self.currency {
            Currency::Usdc => self.world.plan.usdc_mint,
            Currency::Io => self.world.plan.io_mint,
        }
    }

    /// The other mint.
    pub fn other_mint(&self) -> Pubkey {
        match self.currency {
            Currency::Usdc => self.world.plan.io_mint,
            Currency::Io => self.world.plan.usdc_mint,
        }
    }

    /// Fee vault of the currency.
    pub fn fee_vault(&self) -> Pubkey {
        match self.currency {
            Currency::Usdc => addresses::ide::fee_usdc(),
            Currency::Io => addresses::ide::fee_io(),
        }
    }

    /// A wallet's associated account of the currency.
    pub fn purse(&self, wallet: &Pubkey) -> Pubkey {
        get_associated_token_address(wallet, &self.mint())
    }

    /// A further token account of a wallet, written by hand; `amount` of the currency.
    pub fn token_account(&self, wallet: &Pubkey, mint: &Pubkey) -> Pubkey {
        let key = Pubkey::new_unique();
        let mut account = self
            .world
            .raw(&get_associated_token_address(&self.payer.pubkey(), mint));
        account.data[..32].copy_from_slice(mint.as_ref());
        account.data[32..64].copy_from_slice(wallet.as_ref());
        account.data[64..72].copy_from_slice(&0u64.to_le_bytes());
        self.world.put(&key, account);
        key
    }

    /// Address of the quote.
    pub fn quote_key(&self) -> Pubkey {
        addresses::booking::quote(&self.id)
    }

    /// Address of the booking.
    pub fn key(&self) -> Pubkey {
        addresses::booking::booking(&self.id)
    }

    /// Its escrow.
    pub fn escrow(&self) -> Pubkey {
        addresses::booking::escrow(&self.key())
    }

    /// The quote.
    pub fn quote(&self) -> Quote {
        self.world.get(&self.quote_key())
    }

    /// The booking.
    pub fn booking(&self) -> Booking {
        self.world.get(&self.key())
    }

    /// State of the booking.
    pub fn status(&self) -> BookingStatus {
        self.booking().status().expect("a known state")
    }

    /// A record of the booking.
    pub fn work_record(&self, seq: u32) -> WorkRecord {
        self.world
            .get(&addresses::booking::work_record(&self.key(), seq))
    }

    /// A device.
    pub fn device(&self, at: usize) -> Device {
        self.world.get(&self.devices[at])
    }

    /// The devices as lines.
    pub fn lines(&self) -> Vec<QuotedDevice> {
        self.devices
            .iter()
            .map(|device| QuotedDevice {
                device: *device,
                class: CLASS,
            })
            .collect()
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

/// Hour index of a time.
pub fn hour(now: i64) -> u64 {
    u64::try_from(now.div_euclid(HOUR)).expect("after 1970")
}
