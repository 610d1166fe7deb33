//! Takes tokens that strangers sent to a vault into the ledgers (economics §1.6).

use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};
use ion_economics::{math, units::UnixSeconds};

use crate::{
    checks,
    constants::*,
    error::IdeError,
    events::{change, ExcessSwept},
    state::{Currency, Engine, Epoch, Vaults, Waiting},
    tokens::VaultSigner,
};

/// Caller: anyone. Further accounts: every epoch from the next to seal up to today, in order; revenue
/// waits in them.
#[event_cpi]
#[derive(Accounts)]
pub struct SweepExcess<'info> {
    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(mut, address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    #[account(address = ENGINE @ IdeError::WrongEngine)]
    pub engine: AccountLoader<'info, Engine>,

    /// One of the five vaults, compared in the handler.
    #[account(mut)]
    pub vault: Box<Account<'info, TokenAccount>>,

    /// CHECK: the reward vault for IO, the USDC fee vault for USDC, in the handler; the vault itself
    /// where that is it.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,

    /// CHECK: the mint of the vault, by address.
    #[account(address = vault.mint @ IdeError::WrongMint)]
    pub mint: UncheckedAccount<'info>,

    pub token_program: Program<'info, Token>,
}

impl SweepExcess<'_> {
    /// Revenue that waits in the unsealed epochs, which must all be given.
    fn waiting(&self, accounts: &[AccountInfo], now: i64) -> Result<Waiting> {
        let engine = self.engine.load()?;
        let today = checks::day_of(UnixSeconds::new(now))?;
        let mut sums = Waiting {
            usdc: 0,
            io: engine.carried_revenue_io,
        };
        let mut day = engine.next_day;
        for account in accounts {
            require_keys_eq!(*account.owner, crate::ID, IdeError::NotUnsealedEpochs);
            let data = account.try_borrow_data()?;
            let (tag, body) = data
                .split_at_checked(Epoch::DISCRIMINATOR.len())
                .ok_or(IdeError::NotUnsealedEpochs)?;
            require!(tag == Epoch::DISCRIMINATOR, IdeError::NotUnsealedEpochs);
            let epoch: &Epoch =
                bytemuck::try_from_bytes(body).map_err(|_| IdeError::NotUnsealedEpochs)?;
            require_eq!(epoch.day, day, IdeError::NotUnsealedEpochs);
            sums.usdc = math::add(sums.usdc, epoch.revenue_usdc).map_err(IdeError::from)?;
            sums.io = math::add(sums.io, epoch.revenue_io).map_err(IdeError::from)?;
            day = math::add(day, 1).map_err(IdeError::from)?;
        }
        require_gt!(day, today, IdeError::NotUnsealedEpochs);
        Ok(sums)
    }

    fn destination(&self, currency: Currency) -> Result<()> {
        let expected = match currency {
            Currency::Io => self.vaults.reward_vault,
            Currency::Usdc => self.vaults.fee_usdc,
        };
        require_keys_eq!(
            self.destination.key(),
            expected,
            IdeError::WrongVaultAccount
        );
        Ok(())
    }

    fn send(&self, currency: Currency, amount: u64) -> Result<()> {
        if self.vault.key() == self.destination.key() {
            return Ok(());
        }
        VaultSigner {
            vaults: self.vaults.to_account_info(),
            bump: self.vaults.bump,
            token_program: self.token_program.key(),
        }
        .send(
            currency,
            &self.mint,
            &self.vault.to_account_info(),
            &self.destination,
            amount,
        )
    }
}

/// Moves what a vault holds above its ledger to the reward vault (IO) or the fee vault (USDC) and
/// credits the ledger there; never to a wallet and never as revenue.
///
/// Errors: `WrongConfig`, `WrongVaults`, `WrongEngine`, `WrongMint`, `NotUnsealedEpochs`,
/// `WrongVaultAccount`, `NothingToSweep`, `ArithmeticOverflow`.
pub fn handle_sweep_excess<'info>(ctx: Context<'info, SweepExcess<'info>>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let waiting = ctx.accounts.waiting(ctx.remaining_accounts, now)?;
    let accounts = &ctx.accounts;
    let (currency, owed) = accounts.vaults.owed(&accounts.vault.key(), waiting)?;
    ctx.accounts.destination(currency)?;
    let amount = ctx
        .accounts
        .vault
        .amount
        .checked_sub(owed)
        .filter(|amount| *amount > 0)
        .ok_or(IdeError::NothingToSweep)?;
    let vaults = &mut ctx.accounts.vaults;
    let (y1, yu) = (vaults.y1_io, vaults.yu_usdc);
    let ledger = match currency {
        Currency::Io => &mut vaults.y1_io,
        Currency::Usdc => &mut vaults.yu_usdc,
    };
    *ledger = math::add(*ledger, amount).map_err(IdeError::from)?;
    let seq = vaults.next_event()?;
    ctx.accounts.send(currency, amount)?;

    let vaults = &ctx.accounts.vaults;
    emit_cpi!(ExcessSwept {
        vaults: vaults.key(),
        vault: ctx.accounts.vault.key(),
        amount,
        y1_io: change(y1, vaults.y1_io),
        yu_usdc: change(yu, vaults.yu_usdc),
        seq,
        at: now,
    });
    Ok(())
}
