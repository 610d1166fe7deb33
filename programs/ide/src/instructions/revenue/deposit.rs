//! Takes earned money into the fee vault (economics §1.7 F1, §10.2).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Token, TokenAccount, TransferChecked};
use ion_economics::units::UnixSeconds;

use crate::{
    checks,
    constants::*,
    error::IdeError,
    events::{RevenueDeposited, U64Change},
    state::{Currency, Epoch},
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

    /// Its mint is the token program's to check.
    #[account(mut, token::authority = source_authority)]
    pub source: Box<Account<'info, TokenAccount>>,

    /// CHECK: one of the two fixed fee vaults, by the mint, in `currency`.
    #[account(mut)]
    pub fee_vault: UncheckedAccount<'info>,

    /// CHECK: one of the two mints of the configuration, in `currency`.
    pub mint: UncheckedAccount<'info>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    /// CHECK: the authority of the fee vault, by its fixed address.
    #[account(address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: UncheckedAccount<'info>,

    /// The day is compared in the handler; only `open_epoch` makes accounts of this type, one a day.
    #[account(mut)]
    pub epoch: AccountLoader<'info, Epoch>,

    pub token_program: Program<'info, Token>,
}

impl DepositRevenue<'_> {
    /// Something is deposited, and hire is due only from the switch hour on.
    fn validate(&self, args: &DepositRevenueArgs, now: UnixSeconds) -> Result<()> {
        // args
        require!(args.amount > 0, IdeError::ZeroAmount);
        require!(
            args.hire_usd_micros == 0 || self.config.is_ide_hour(checks::hour_of(now)?),
            IdeError::HireBeforeSwitch
        );
        Ok(())
    }

    /// Which of the two mints this is, with the fee vault that belongs to it.
    fn currency(&self) -> Result<Currency> {
        let mint = self.mint.key();
        let (currency, vault) = if mint == self.config.usdc_mint {
            (Currency::Usdc, FEE_USDC)
        } else {
            require_keys_eq!(mint, self.config.io_mint, IdeError::WrongMint);
            (Currency::Io, FEE_IO)
        };
        require_keys_eq!(self.fee_vault.key(), vault, IdeError::WrongFeeVault);
        Ok(currency)
    }

    fn take(&self, currency: Currency, amount: u64) -> Result<()> {
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
            currency.decimals(),
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

    // The loan of the account ends before the token program is called.
    let (day, seq, usdc, io, hire) = {
        let mut epoch = ctx.accounts.epoch.load_mut()?;
        require_eq!(epoch.day, checks::day_of(now)?, IdeError::WrongEpochDay);
        let (usdc, io) = (epoch.revenue_usdc, epoch.revenue_io);
        let hire = epoch.hire_due_usd_micros;
        epoch.add_revenue(currency, args.amount, args.hire_usd_micros)?;
        (
            epoch.day,
            epoch.next_event()?,
            change(usdc, epoch.revenue_usdc),
            change(io, epoch.revenue_io),
            change(hire, epoch.hire_due_usd_micros),
        )
    };
    ctx.accounts.take(currency, args.amount)?;

    emit_cpi!(RevenueDeposited {
        epoch: ctx.accounts.epoch.key(),
        day,
        mint: ctx.accounts.mint.key(),
        source: ctx.accounts.source.key(),
        amount: args.amount,
        device: args.device,
        owner: args.owner,
        hire_usd_micros: args.hire_usd_micros,
        revenue_usdc: usdc,
        revenue_io: io,
        hire_due_usd_micros: hire,
        seq,
        at: now.get(),
    });
    Ok(())
}

const fn change(old: u64, new: u64) -> U64Change {
    U64Change { old, new }
}
