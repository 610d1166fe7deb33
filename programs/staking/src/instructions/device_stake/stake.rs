//! Deposits IO as the owner's side of a device's stake (economics §3.3).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ion_economics::units::{Io, UnixSeconds};
use registry::state::{Config, PauseBit};

use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, KeyChange, LedgerChange, StakeDeposited},
    instructions::{book::*, vault},
};

/// Arguments of `stake`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct StakeArgs {
    /// Deposit, 1e-8 IO; at least `min_topup`.
    pub amount_io: u64,
}

/// Caller: the recorded stake wallet; while none is recorded the owner, or another wallet together
/// with the owner. Stopped by the pause bit `StakeIn`.
#[event_cpi]
#[derive(Accounts)]
pub struct Stake<'info> {
    pub wallet: Signer<'info>,

    /// The device's owner, where its consent to a first stake from another wallet is needed.
    #[account(address = book.device.owner @ StakingError::WrongOwner)]
    pub owner: Option<Signer<'info>>,

    #[account(address = CONFIG_ADDRESS @ StakingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = config.io_mint @ StakingError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    #[account(
        mut,
        constraint = source.mint == io_mint.key() && source.owner == wallet.key()
            @ StakingError::WrongTokenAccount,
    )]
    pub source: Box<Account<'info, TokenAccount>>,

    pub book: Book<'info>,

    #[account(
        mut,
        seeds = [STAKE_VAULT_SEED, book.stake.key().as_ref()],
        bump = book.stake.vault_bump,
    )]
    pub vault: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
}

impl Stake<'_> {
    fn validate(&self, now: UnixSeconds) -> Result<()> {
        let stake = &self.book.stake;
        // config
        require!(
            !self.config.is_paused(PauseBit::StakeIn, now.get()),
            StakingError::Paused
        );
        // wallet, owner
        if stake.is_bound() {
            require_keys_eq!(
                self.wallet.key(),
                stake.wallet,
                StakingError::WrongStakeWallet
            );
        } else if self.wallet.key() != self.book.device.owner {
            require!(self.owner.is_some(), StakingError::OwnerSignatureMissing);
        }
        Ok(())
    }
}

/// Moves a deposit into the device's vault; the first one records the wallet. A deposit lowers the
/// day records of overflow taken out, newest first.
///
/// Errors: `Paused`, `WrongStakeWallet`, `OwnerSignatureMissing`, `AmountBelowMinimum`,
/// `StakeCooling`, `DeviceTerminated`, `ClassWithdrawn`.
#[inline(never)] // a stack frame apart from the account checks
pub fn handle_stake(ctx: Context<Stake>, args: StakeArgs) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.validate(now)?;
    let amount = Io::from_base_units(args.amount_io);

    let book = &mut ctx.accounts.book;
    let before = book.stake.ledger()?;
    let after = before
        .stake(amount, &book.view(now)?)
        .map_err(StakingError::from)?;
    let seq = book.apply(&after, now)?;
    let wallet = KeyChange {
        old: book.stake.wallet,
        new: ctx.accounts.wallet.key(),
    };
    book.stake.wallet = wallet.new;

    let accounts = &ctx.accounts;
    vault::take(
        amount,
        &accounts.source,
        &accounts.wallet,
        &accounts.vault,
        &accounts.io_mint,
        &accounts.token_program,
    )?;

    emit(
        &ctx.accounts.event_authority,
        &StakeDeposited {
            stake: ctx.accounts.book.stake.key(),
            wallet,
            amount_io: args.amount_io,
            ledger: LedgerChange::between(&before, &after, now)?,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
