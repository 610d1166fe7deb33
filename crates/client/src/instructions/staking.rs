//! Instructions of the staking program.
//!
//! Token accounts are named by the caller, so that a wallet whose associated account is unusable can
//! name another of its own; all other accounts are derived.

use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use staking::{
    AcceptOfferArgs, CreateOfferArgs, InitShardArgs, StakeArgs, WithdrawOverflowArgs, accounts,
    instruction,
};

use crate::addresses::{registry as reg, staking as addr};
use crate::instructions::build;

mod case;
mod outcome;

pub use case::*;
pub use outcome::*;

/// A device as the staking program's instructions need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakedDevice {
    /// The device account.
    pub device: Pubkey,
    /// Its processor class.
    pub class: u16,
}

impl StakedDevice {
    fn vault(&self) -> Pubkey {
        addr::vault(&addr::device_stake(&self.device))
    }

    fn book(&self) -> accounts::Book {
        accounts::Book {
            stake: addr::device_stake(&self.device),
            totals: addr::totals_of(&self.device),
            device: self.device,
            class: reg::class(self.class),
            params: reg::params(&staking::ID),
        }
    }
}

/// Creates a shard of the counted stake, 0 to 15. Signer: anyone, who pays.
pub fn init_shard(payer: &Pubkey, shard: u8) -> Instruction {
    build(
        staking::ID,
        accounts::InitShard {
            payer: *payer,
            totals: addr::totals(shard),
            system_program: anchor_lang::system_program::ID,
        },
        instruction::InitShard {
            args: InitShardArgs { shard },
        },
    )
}

/// Opens the book and vault of a registered device. Signer: anyone, who pays.
pub fn open_stake(payer: &Pubkey, io_mint: &Pubkey, device: &Pubkey) -> Instruction {
    build(
        staking::ID,
        accounts::OpenStake {
            payer: *payer,
            config: reg::config(),
            io_mint: *io_mint,
            device: *device,
            stake: addr::device_stake(device),
            vault: addr::vault(&addr::device_stake(device)),
            token_program: anchor_spl::token::ID,
            system_program: anchor_lang::system_program::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::OpenStake {},
    )
}

/// Deposits `amount_io` (1e-8 IO) from `source`. Signers: the stake wallet; for a first deposit from a
/// wallet other than the owner also the owner, given as `owner`.
pub fn stake(
    wallet: &Pubkey,
    owner: Option<&Pubkey>,
    io_mint: &Pubkey,
    source: &Pubkey,
    device: &StakedDevice,
    amount_io: u64,
) -> Instruction {
    build(
        staking::ID,
        accounts::Stake {
            wallet: *wallet,
            owner: owner.copied(),
            config: reg::config(),
            io_mint: *io_mint,
            source: *source,
            book: device.book(),
            vault: device.vault(),
            token_program: anchor_spl::token::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::Stake {
            args: StakeArgs { amount_io },
        },
    )
}

/// Takes `amount_io` (1e-8 IO) of what is above the requirement. Signer: the stake wallet, whose token
/// account `destination` is.
pub fn withdraw_overflow(
    wallet: &Pubkey,
    io_mint: &Pubkey,
    destination: &Pubkey,
    device: &StakedDevice,
    amount_io: u64,
) -> Instruction {
    build(
        staking::ID,
        accounts::WithdrawOverflow {
            wallet: *wallet,
            io_mint: *io_mint,
            book: device.book(),
            vault: device.vault(),
            destination: *destination,
            token_program: anchor_spl::token::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::WithdrawOverflow {
            args: WithdrawOverflowArgs { amount_io },
        },
    )
}

/// Begins the full exit of the owner's side; co-stakers leave with it. Signer: the stake wallet.
pub fn begin_unstake(wallet: &Pubkey, device: &StakedDevice) -> Instruction {
    build(
        staking::ID,
        accounts::BeginUnstake {
            wallet: *wallet,
            book: device.book(),
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::BeginUnstake {},
    )
}

/// Takes the cooled principal. Signer: the stake wallet, whose token account `destination` is.
pub fn withdraw(
    wallet: &Pubkey,
    io_mint: &Pubkey,
    destination: &Pubkey,
    device: &StakedDevice,
) -> Instruction {
    build(
        staking::ID,
        accounts::Withdraw {
            wallet: *wallet,
            io_mint: *io_mint,
            book: device.book(),
            vault: device.vault(),
            destination: *destination,
            token_program: anchor_spl::token::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::Withdraw {},
    )
}

/// Brings a device's stake up to date. Anyone may send it; nobody has to sign but the fee payer.
pub fn refresh_stake(device: &StakedDevice) -> Instruction {
    build(
        staking::ID,
        accounts::RefreshStake {
            book: device.book(),
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::RefreshStake {},
    )
}

/// Moves what a device's vault holds above its book to the engine's reward vault. Anyone may send it.
pub fn sweep_excess(io_mint: &Pubkey, device: &Pubkey) -> Instruction {
    let stake = addr::device_stake(device);
    build(
        staking::ID,
        accounts::SweepExcess {
            io_mint: *io_mint,
            stake,
            vault: addr::vault(&stake),
            reward_vault: crate::addresses::ide::reward_vault(),
            token_program: anchor_spl::token::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::SweepExcess {},
    )
}

/// Offers a co-stake of `amount_io` (1e-8 IO) for `share_bps` of the block rewards. `seq` is one more
/// than `DeviceStake::offer_seq`. Signer: the stake wallet, who pays.
pub fn create_offer(
    wallet: &Pubkey,
    device: &StakedDevice,
    seq: u64,
    amount_io: u64,
    share_bps: u16,
) -> Instruction {
    build(
        staking::ID,
        accounts::CreateOffer {
            wallet: *wallet,
            config: reg::config(),
            book: device.book(),
            offer: addr::offer(&device.device, seq),
            system_program: anchor_lang::system_program::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::CreateOffer {
            args: CreateOfferArgs {
                amount_io,
                share_bps,
            },
        },
    )
}

/// Takes an open offer back; the rent goes to `offer_payer`, `Offer::payer`. Signer: the stake wallet.
pub fn retract_offer(
    wallet: &Pubkey,
    device: &Pubkey,
    seq: u64,
    offer_payer: &Pubkey,
) -> Instruction {
    build(
        staking::ID,
        accounts::RetractOffer {
            wallet: *wallet,
            stake: addr::device_stake(device),
            offer: addr::offer(device, seq),
            offer_payer: *offer_payer,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::RetractOffer {},
    )
}

/// Puts away an offer that can never be filled again; the rent goes to `offer_payer`,
/// `Offer::payer`. Anyone may send it.
pub fn close_offer(device: &StakedDevice, seq: u64, offer_payer: &Pubkey) -> Instruction {
    build(
        staking::ID,
        accounts::CloseOffer {
            book: device.book(),
            offer: addr::offer(&device.device, seq),
            offer_payer: *offer_payer,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::CloseOffer {},
    )
}

/// Opens the account that counts a wallet's live positions. Signer: anyone, who pays.
pub fn open_costaker(payer: &Pubkey, wallet: &Pubkey) -> Instruction {
    build(
        staking::ID,
        accounts::OpenCostaker {
            payer: *payer,
            wallet: *wallet,
            holder: addr::co_staker(wallet),
            system_program: anchor_lang::system_program::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::OpenCostaker {},
    )
}

/// Fills an offer with exactly these terms (`amount_io` in 1e-8 IO) from `source`. Signer: the
/// co-staker, who pays the rent of its position.
pub fn accept_offer(
    co_staker: &Pubkey,
    io_mint: &Pubkey,
    source: &Pubkey,
    device: &StakedDevice,
    offer_payer: &Pubkey,
    terms: AcceptOfferArgs,
) -> Instruction {
    build(
        staking::ID,
        accounts::AcceptOffer {
            co_staker: *co_staker,
            config: reg::config(),
            io_mint: *io_mint,
            book: device.book(),
            offer: addr::offer(&device.device, terms.offer_seq),
            offer_payer: *offer_payer,
            position: addr::co_position(&device.device, terms.offer_seq),
            holder: addr::co_staker(co_staker),
            source: *source,
            vault: device.vault(),
            token_program: anchor_spl::token::ID,
            system_program: anchor_lang::system_program::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::AcceptOffer { args: terms },
    )
}

/// Begins a co-staker's exit from the position of offer `seq`. Signer: the co-staker.
pub fn co_unstake(co_staker: &Pubkey, device: &StakedDevice, seq: u64) -> Instruction {
    build(
        staking::ID,
        accounts::CoUnstake {
            co_staker: *co_staker,
            book: device.book(),
            position: addr::co_position(&device.device, seq),
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::CoUnstake {},
    )
}

/// Records that the wait of the position of offer `seq` has passed. Anyone may send it.
pub fn advance_exit(device: &StakedDevice, seq: u64) -> Instruction {
    build(
        staking::ID,
        accounts::AdvanceExit {
            book: device.book(),
            position: addr::co_position(&device.device, seq),
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::AdvanceExit {},
    )
}

/// Pays the position of offer `seq` out to `destination`, a plain token account of its wallet. Anyone
/// may send it.
pub fn withdraw_position(
    co_staker: &Pubkey,
    io_mint: &Pubkey,
    destination: &Pubkey,
    device: &StakedDevice,
    seq: u64,
) -> Instruction {
    build(
        staking::ID,
        accounts::WithdrawPosition {
            io_mint: *io_mint,
            book: device.book(),
            position: addr::co_position(&device.device, seq),
            holder: addr::co_staker(co_staker),
            vault: device.vault(),
            destination: *destination,
            token_program: anchor_spl::token::ID,
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::WithdrawPosition {},
    )
}

/// Closes the account of a position without money; the rent goes to `position_payer`,
/// `CoPosition::payer`. Anyone may send it.
pub fn close_position(
    co_staker: &Pubkey,
    device: &StakedDevice,
    seq: u64,
    position_payer: &Pubkey,
) -> Instruction {
    build(
        staking::ID,
        accounts::ClosePosition {
            book: device.book(),
            position: addr::co_position(&device.device, seq),
            position_payer: *position_payer,
            holder: addr::co_staker(co_staker),
            event_authority: addr::event_authority(),
            program: staking::ID,
        },
        instruction::ClosePosition {},
    )
}
