//! Takes earned money into the fee vault (economics §1.7 F1, §10.2).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, Token, TokenAccount, TransferChecked};
use ion_economics::units::UnixSeconds;

use crate::{
    checks,
    constants::*,
    error::IdeError,
    events::{RevenueDeposited, U64Change},
    state::{Currency, Epoch, Vaults},
};

/// Arguments of `deposit_revenue`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct DepositRevenueArgs {
    /// Base units of the mint, above 0.
    pub amount: u64,
    /// Hire that falls due with it, 1e-6 USD; 0 before the switch hour.
    pub hire_usd_micros: u64,
    /// Device that earned it; the default key where no single device did.
    pub device: Pubkey,
    /// Owner of that device; the default key where no single device did.
    pub owner: Pubkey,
}

/// Caller: the booking program, which signs with its caller address and with the authority of the
/// account the money comes from. The transfer is made here, so that no revenue is recorded without
/// tokens.
#[event_cpi]
#[derive(Accounts)]
pub struct DepositRevenue<'info> {
    #[account(address = config.booking_caller @ IdeError::NotBookingCaller)]
    pub caller: Signer<'info>,

    pub source_authority: Signer<'info>,

    #[account(mut, token::mint = mint, token::authority = source_authority)]
    pub source: Box<Account<'info, TokenAccount>>,

    /// The fee vault of the mint, see `currency`.
    #[account(mut, token::mint = mint, token::authority = vaults)]
    pub fee_vault: Box<Account<'info, TokenAccount>>,

    /// USDC or IO, see `currency`.
    pub mint: Box<Account<'info, Mint>>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    #[account(mut, seeds = [EPOCH_SEED, &epoch.day.to_le_bytes()], bump = epoch.bump)]
    pub epoch: Box<Account<'info, Epoch>>,

    pub token_program: Program<'info, Token>,
}

impl DepositRevenue<'_> {
    /// The day is today's, hire is due only from the switch hour on.
    fn validate(&self, args: &DepositRevenueArgs, now: UnixSeconds) -> Result<()> {
        // args
        require!(args.amount > 0, IdeError::ZeroAmount);
        require!(
            args.hire_usd_micros == 0 || self.config.is_ide_hour(checks::hour_of(now)?),
            IdeError::HireBeforeSwitch
        );
        // epoch
        require_eq!(
            self.epoch.day,
            checks::day_of(now)?,
            IdeError::WrongEpochDay
        );
        Ok(())
    }

    /// Which of the two mints this is, with the fee vault that belongs to it.
    fn currency(&self) -> Result<Currency> {
        let mint = self.mint.key();
        let (currency, vault) = if mint == self.config.usdc_mint {
            (Currency::Usdc, self.vaults.fee_usdc)
        } else {
            require_keys_eq!(mint, self.config.io_mint, IdeError::WrongMint);
            (Currency::Io, self.vaults.fee_io)
        };
        require_keys_eq!(self.fee_vault.key(), vault, IdeError::WrongFeeVault);
        Ok(currency)
    }

    fn take(&self, amount: u64) -> Result<()> {
        token::transfer_checked(
            CpiContext::new(
                self.token_program.key(),
                TransferChecked {
                    from: self.source.to_account_info(),
                    mint: self.mint.to_account_info(),
                    to: self.fee_vault.to_account_info(),
                    authority: self.source_authority.to_account_info(),
                },
            ),
            amount,
            self.mint.decimals,
        )
    }
}

/// Moves money that can no longer be refunded into the fee vault and counts it as revenue of today,
/// with the hire that falls due.
///
/// Errors: `NotBookingCaller`, `WrongConfig`, `WrongVaults`, `ZeroAmount`, `HireBeforeSwitch`,
/// `WrongEpochDay`, `WrongMint`, `WrongFeeVault`, `EpochNotAccruing`, `ArithmeticOverflow`.
pub fn handle_deposit_revenue(
    ctx: Context<DepositRevenue>,
    args: DepositRevenueArgs,
) -> Result<()> {
    let now = UnixSeconds::new(Clock::get()?.unix_timestamp);
    ctx.accounts.validate(&args, now)?;
    let currency = ctx.accounts.currency()?;

    let epoch = &mut ctx.accounts.epoch;
    let before = (
        epoch.revenue_usdc,
        epoch.revenue_io,
        epoch.hire_due_usd_micros,
    );
    epoch.add_revenue(currency, args.amount, args.hire_usd_micros)?;
    let seq = epoch.next_event()?;
    ctx.accounts.take(args.amount)?;

    let epoch = &ctx.accounts.epoch;
    emit_cpi!(RevenueDeposited {
        epoch: epoch.key(),
        day: epoch.day,
        mint: ctx.accounts.mint.key(),
        source: ctx.accounts.source.key(),
        amount: args.amount,
        device: args.device,
        owner: args.owner,
        hire_usd_micros: args.hire_usd_micros,
        revenue_usdc: U64Change {
            old: before.0,
            new: epoch.revenue_usdc,
        },
        revenue_io: U64Change {
            old: before.1,
            new: epoch.revenue_io,
        },
        hire_due_usd_micros: U64Change {
            old: before.2,
            new: epoch.hire_due_usd_micros,
        },
        seq,
        at: now.get(),
    });
    Ok(())
}
