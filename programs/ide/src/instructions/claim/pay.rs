//! Pays what a leaf has earned and not yet claimed (economics §7.5, §10.5).

use anchor_lang::prelude::*;
use anchor_spl::{
    associated_token::get_associated_token_address,
    token::{Token, TokenAccount},
};
use ion_claims::ClaimsError;
use ion_economics::math;

use crate::{
    constants::*,
    error::IdeError,
    events::{change, PayoutClaimed},
    state::{ClaimRecord, Currency, RootRing, Vaults},
    tokens::VaultSigner,
};

/// Caller: anyone; the tokens go to the wallet that is paid. Each currency is paid when its account
/// is given. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct Claim<'info> {
    /// The wallet that is paid, where it sends the transaction itself: then any token account of it
    /// will do.
    pub wallet: Option<Signer<'info>>,

    #[account(mut, address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    #[account(address = ROOTS @ IdeError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,

    #[account(mut)]
    pub record: Box<Account<'info, ClaimRecord>>,

    /// Owner at registration and payout wallet of now.
    #[account(address = record.device @ IdeError::WrongDevice)]
    pub device: Box<Account<'info, registry::state::Device>>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    /// CHECK: the mint of the configuration, by address.
    #[account(address = config.io_mint @ IdeError::WrongMint)]
    pub io_mint: UncheckedAccount<'info>,

    /// CHECK: the mint of the configuration, by address.
    #[account(address = config.usdc_mint @ IdeError::WrongMint)]
    pub usdc_mint: UncheckedAccount<'info>,

    /// CHECK: a vault of the ledger, by address.
    #[account(mut, address = vaults.pay_io @ IdeError::WrongVaultAccount)]
    pub pay_io: UncheckedAccount<'info>,

    /// CHECK: a vault of the ledger, by address.
    #[account(mut, address = vaults.pay_usdc @ IdeError::WrongVaultAccount)]
    pub pay_usdc: UncheckedAccount<'info>,

    /// Where the IO goes.
    #[account(mut)]
    pub to_io: Option<Box<Account<'info, TokenAccount>>>,

    /// Where the USDC goes.
    #[account(mut)]
    pub to_usdc: Option<Box<Account<'info, TokenAccount>>>,

    pub token_program: Program<'info, Token>,
}

impl Claim<'_> {
    /// The payout wallet of now for the owner, the party itself for a co-position.
    fn payee(&self) -> Pubkey {
        if self.record.party == self.device.owner {
            self.device.payout_wallet
        } else {
            self.record.party
        }
    }

    /// A token account of the payee; only its associated one where the payee does not sign.
    fn check_destination(&self, to: &TokenAccount, key: Pubkey, mint: &Pubkey) -> Result<()> {
        let payee = self.payee();
        require!(
            to.owner == payee && to.mint == *mint,
            IdeError::WrongDestination
        );
        let signs = self
            .wallet
            .as_ref()
            .is_some_and(|wallet| wallet.key() == payee);
        require!(
            signs || key == get_associated_token_address(&payee, mint),
            IdeError::WrongDestination
        );
        Ok(())
    }

    fn validate(&self) -> Result<()> {
        if let Some(to) = &self.to_io {
            self.check_destination(to, to.key(), &self.config.io_mint)?;
        }
        if let Some(to) = &self.to_usdc {
            self.check_destination(to, to.key(), &self.config.usdc_mint)?;
        }
        Ok(())
    }

    /// Amounts of the given currencies; at least one is above 0.
    fn take(&mut self, now: i64) -> Result<(u64, u64)> {
        let roots = self.roots.load()?;
        let ledger = &mut self.record.ledger;
        let io = match &self.to_io {
            Some(_) => optional(ledger.claim_io(&roots.ring, now))?,
            None => 0,
        };
        let usdc = match &self.to_usdc {
            Some(_) => optional(ledger.claim_usdc(&roots.ring, now))?,
            None => 0,
        };
        require!(io > 0 || usdc > 0, IdeError::NothingToClaim);
        require!(
            self.record.ledger.is_within_lifetime(),
            IdeError::ClaimAboveLifetime
        );
        let vaults = &mut self.vaults;
        vaults.payable_io = math::sub(vaults.payable_io, io).map_err(IdeError::from)?;
        vaults.payable_usdc = math::sub(vaults.payable_usdc, usdc).map_err(IdeError::from)?;
        Ok((io, usdc))
    }

    fn send(&self, io: u64, usdc: u64) -> Result<()> {
        let signer = VaultSigner {
            vaults: self.vaults.to_account_info(),
            bump: self.vaults.bump,
            token_program: self.token_program.key(),
        };
        if let Some(to) = &self.to_io {
            signer.send(
                Currency::Io,
                &self.io_mint,
                &self.pay_io,
                &to.to_account_info(),
                io,
            )?;
        }
        if let Some(to) = &self.to_usdc {
            signer.send(
                Currency::Usdc,
                &self.usdc_mint,
                &self.pay_usdc,
                &to.to_account_info(),
                usdc,
            )?;
        }
        Ok(())
    }
}

/// Nothing left in one currency does not stop the other.
fn optional(result: core::result::Result<u64, ClaimsError>) -> Result<u64> {
    match result {
        Err(ClaimsError::NothingToClaim) => Ok(0),
        other => Ok(other.map_err(IdeError::from)?),
    }
}

/// Pays the unclaimed IO and USDC of the value proven at the newest matured root.
///
/// Errors: `WrongVaults`, `WrongRoots`, `WrongDevice`, `WrongConfig`, `WrongMint`,
/// `WrongVaultAccount`, `WrongDestination`, `NoMaturedRoot`, `StaleProof`, `NothingToClaim`,
/// `ClaimAboveLifetime`, `ArithmeticOverflow`.
pub fn handle_claim(ctx: Context<Claim>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate()?;
    let wallet = ctx.accounts.payee();
    let before = ctx.accounts.record.ledger;
    let (io, usdc) = ctx.accounts.take(now)?;
    let seq = ctx.accounts.record.next_event()?;
    ctx.accounts.send(io, usdc)?;

    let record = &ctx.accounts.record;
    emit_cpi!(PayoutClaimed {
        record: record.key(),
        device: record.device,
        party: record.party,
        wallet,
        claimed_io: change(before.claimed_io, record.ledger.claimed_io),
        claimed_usdc: change(before.claimed_usdc, record.ledger.claimed_usdc),
        seq,
        at: now,
    });
    Ok(())
}
